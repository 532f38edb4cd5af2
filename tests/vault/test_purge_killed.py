"""A purge that is killed at any statement or file operation is finished by the next pass, once and wholly."""

import os
from collections.abc import Iterator
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import select

from tests.bench.sealed import Made
from tests.found import files_below
from tests.vault.crowd import closed_cases, place_of
from tests.vault.jobs import files_of
from tests.vault.tampering import rows
from tests.vault.workers import Worker, workers
from tests.world import World
from whistle import app, scheduler
from whistle.vault import check, journal
from whistle.vault.findings import Finding
from whistle.vault.tables import blob_removals, cases, certificates, ledger, metadata

CLOSED = date(2026, 3, 2)
DUE = datetime(2028, 3, 2, 9, 0, tzinfo=UTC)
"""The day on which what was closed on the suite's first day is due."""

pytestmark = pytest.mark.slow


@pytest.fixture
def worker(world: World) -> Iterator[Worker]:
    with workers(world, 1) as (one,):
        yield one


def test_a_purge_killed_at_any_step_is_finished_by_the_next_pass_once(world: World, worker: Worker) -> None:
    other = world.send("This one stands.", files=files_of("it stays"))
    secret = world.enter(other)
    world.program.handler.acknowledge(world.member("Hanna"), other.number, "Received.")
    place = place_of(world)
    (first,) = closed_cases(world, 1, CLOSED, place=place, files=True)
    assert len(left_of(world, first)) > 1, "the search sees what is there"
    steps = worker.steps_of("purge_due", now=DUE.isoformat())
    bystander = everything_of(world, other.number)
    purged = {row["case_number"] for row in rows(world, certificates)}
    undone = 0
    for step in range(1, steps + 2):
        (made,) = closed_cases(world, 1, CLOSED, place=place, files=True)
        worker.killed_at(step, "purge_due", now=DUE.isoformat())
        undone += whole_or_gone(world, made, step)
        list(scheduler.tick(world.program.store, DUE, world.program.sessions.sweep))
        purged.add(made.number)
        assert not left_of(world, made), step
        assert {row["case_number"] for row in rows(world, certificates)} == purged, step
        assert everything_of(world, other.number) == bystander, step
    assert faults(world) == []
    told_once(world, purged)
    said = [one.text for one in world.program.reporter.open(secret).entries]
    assert said == ["This one stands.", "Received."]
    assert 3 < undone < steps
    assert steps > 25


def whole_or_gone(world: World, made: Made, step: int) -> bool:
    """After the next start there is a whole case and no word of a purge, or a purge. True: it stands."""
    app.recover(world.program.store)
    assert faults(world) == [], step
    stands = bool(rows(world, cases, number=made.number))
    words = rows(world, ledger, case_number=made.number, action="purged")
    assert len(words) == len(rows(world, certificates, case_number=made.number)) == (not stands), step
    assert made.blob is not None
    assert world.program.store.blobs.exists(made.blob[0]) == stands, step
    return stands


def faults(world: World) -> list[Finding]:
    """What `check` finds on the day of purge, apart from what is due and goes with the next pass."""
    return [one for one in check.run(world.program.store, DUE) if one.kind not in OF_TIME]


OF_TIME = ("untouched", "journal_copy")
"""Nobody worked for two years, and nobody copied the journal off the machine."""


def left_of(world: World, made: Made) -> list[str]:
    """Where a row or a byte of a case is still found; on PostgreSQL the rows, since its files are its own."""
    ids, pieces = traces_of(made)
    found = [
        table.name
        for table in metadata.sorted_tables
        for row in rows(world, table)
        if ids & {value for value in row.values() if isinstance(value, bytes)}
    ]
    found += [row["object_id"].hex() for row in rows(world, blob_removals)]
    return found + files_with(world, ids | pieces)


def files_with(world: World, pieces: set[bytes]) -> list[str]:
    """The files in which one of these stands, or whose name it is.

    A child looks: a process that closes a file of the database by itself gives up SQLite's locks on it.
    """
    here, there = os.pipe()
    child = os.fork()
    if not child:
        for path in files_below(world.settings.data):
            data = path.read_bytes()
            if any(piece in data or path.name == piece.hex() for piece in pieces):
                os.write(there, f"{path.name}\n".encode())
        os._exit(0)
    os.close(there)
    with os.fdopen(here) as said:
        names = said.read().split()
    _pid, status = os.waitpid(child, 0)
    assert status == 0
    return names


def traces_of(made: Made) -> tuple[set[bytes], set[bytes]]:
    """The ids and keyed hashes of a case, and a piece out of everything that is sealed in it."""
    (case,) = made.rows["cases"]
    assert made.blob is not None
    ids = {case["id"], case["locator_hash"], made.blob[0]}
    pieces = {made.blob[1][-40:], case["reporter_key"]}
    for row in made.rows["grants"] + made.rows["records"]:
        ids.add(row["object_id"])
        pieces.add(row["sealed"][-40:])
    return ids, pieces


def everything_of(world: World, number: str) -> list[str]:
    """Every row that belongs to a case, as it stands."""
    (case,) = rows(world, cases, number=number)
    with world.program.store.reading() as db:
        return sorted(
            f"{table.name} {tuple(row)}"
            for table in metadata.sorted_tables
            if table is cases or "case_id" in table.c
            for row in db.execute(select(table))
            if case["id"] in (row._mapping.get("case_id"), row._mapping.get("id"))
        )


def told_once(world: World, purged: set[str]) -> None:
    """Ledger and journal tell of each purge once, and agree about where."""
    lines = {row["case_number"]: row["seq"] for row in rows(world, ledger, action="purged")}
    assert len(rows(world, ledger, action="purged")) == len(lines)
    keys = world.program.store.keys
    journaled = [
        (line["case"], line["ledger_seq"])
        for line in journal.read(keys.folder / "journal", keys.verifying)
        if line["kind"] == "purged"
    ]
    assert sorted(journaled) == sorted(lines.items())
    assert set(lines) == purged
