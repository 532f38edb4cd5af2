"""What two processes do at the same moment comes out as if one had come after the other."""

import os
from collections import Counter
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from tests.vault.crowd import closed_cases
from tests.vault.jobs import files_of
from tests.vault.tampering import findings, rows
from tests.vault.workers import workers
from tests.world import World
from whistle.vault import journal, ledger
from whistle.vault.tables import blob_removals, cases, certificates, grants, holds, records
from whistle.vault.tables import ledger as ledger_table

NOW = datetime(2028, 3, 2, 9, 0, tzinfo=UTC)
"""The day of purge of what was closed on the suite's first day."""

CLOSED = date(2026, 3, 2)

ROUNDS = 1_000

ROUND_PASSES = 5


@pytest.mark.slow
def test_a_hold_and_a_purge_at_the_same_moment_one_wins_whole(world: World, tmp_path: Path) -> None:
    made = closed_cases(world, ROUNDS, CLOSED)
    ids = {case.number: case.rows["cases"][0]["id"] for case in made}
    gate = tuple(str(tmp_path / name) for name in ("purger", "legal"))
    for name in gate:
        os.mkfifo(name)
    with workers(world, 2) as (purger, legal):
        legal.start("hold_each", numbers=list(ids), now=NOW.isoformat(), gate=gate)
        each = [one.hex() for one in ids.values()]
        purger.start("purge_each", case_ids=each, now=NOW.isoformat(), gate=gate[::-1])
        outcomes = dict(zip(ids, zip(legal.answer(), purger.answer(), strict=True), strict=True))
    came = Counter(outcomes.values())
    assert set(came) == {HELD, PURGED}, came
    assert min(came.values()) > ROUNDS // 20, came
    held = {number for number, outcome in outcomes.items() if outcome == HELD}
    nothing_is_half(world, {ids[number] for number in held}, held, set(ids) - held)
    world.clock.site = NOW
    assert findings(world) == []


HELD, PURGED = ("held", "hold"), ("Gone", "due")
"""What the two processes say: either the hold is there and the purge kept, or the hold came too late."""


def nothing_is_half(world: World, ids: set[bytes], held: set[str], purged: set[str]) -> None:
    """Every held case has all it had, its one hold and no certificate; of a purged one only that is left."""
    assert {row["number"] for row in rows(world, cases)} == held
    assert Counter(row["case_id"] for row in rows(world, holds)) == Counter(ids)
    for table, many in ((grants, 7), (records, 4)):
        assert Counter(row["case_id"] for row in rows(world, table)) == Counter(dict.fromkeys(ids, many))
    assert {row["case_number"] for row in rows(world, certificates)} == purged
    lines = rows(world, ledger_table)
    assert Counter(row["case_number"] for row in lines if row["action"] == "hold_placed") == Counter(held)
    assert Counter(row["case_number"] for row in lines if row["action"] == "purged") == Counter(purged)


@pytest.mark.slow
def test_two_passes_at_the_same_moment_purge_each_case_once(world: World) -> None:
    with workers(world, 2) as two:
        for _round in range(ROUND_PASSES):
            numbers = {world.closed(files=files_of("x")[:1])[0].number for _ in range(5)}
            for worker in two:
                worker.start("tick", now=NOW.isoformat())
            events = [event for worker in two for event in worker.answer() if event["event"] == "purged"]
            assert sorted(event["case"] for event in events) == sorted(numbers)
    world.clock.site = NOW
    assert findings(world) == []
    assert (rows(world, cases), rows(world, blob_removals), list(world.program.store.blobs.ids())) == (
        [],
        [],
        [],
    )
    assert len(rows(world, certificates)) == 5 * ROUND_PASSES
    store = world.program.store
    written = journal.read(store.keys.folder / "journal", store.keys.verifying)
    lines = [line["case"] for line in written if line["kind"] == "purged"]
    assert len(lines) == len(set(lines)) == 5 * ROUND_PASSES


@pytest.mark.slow
def test_three_processes_write_one_chain(world: World) -> None:
    before = len(rows(world, ledger_table))
    with workers(world, 3) as three:
        for n, worker in enumerate(three):
            worker.start("log", actor=f"process {n}", lines=40)
        assert [worker.answer() for worker in three] == [40, 40, 40]
    with world.program.store.reading() as db:
        assert ledger.verify(db, world.program.store.keys) == before + 120
    actors = [row["actor"] for row in rows(world, ledger_table) if row["action"] == "tried"]
    assert Counter(actors) == {f"process {n}": 40 for n in range(3)}
    assert actors != sorted(actors), "they took turns"
    assert findings(world) == []


@pytest.mark.slow
def test_the_same_form_from_two_processes_at_the_same_moment_makes_one_case(world: World) -> None:
    tokens = world.program.sessions.new_token
    with workers(world, 2) as two:
        for n in range(12):
            form = {"text": f"report {n}", "token": tokens(), "nonce": tokens()}
            for worker in two:
                worker.start("send", **form)
            first, second = (worker.answer() for worker in two)
            assert first == second
    assert len(rows(world, cases)) == 12
    assert findings(world) == []


@pytest.mark.slow
def test_reading_while_another_process_writes_never_looks_tampered_with(world: World) -> None:
    receipt = world.send()
    secret = world.enter(receipt)
    with workers(world, 1) as (writer,):
        writer.start("write_many", secret=secret.hex(), count=25)
        seen = [len(world.program.reporter.open(secret).entries) for _ in range(120)]
        assert writer.answer() == 25
    assert seen == sorted(seen)
    assert len(world.program.reporter.open(secret).entries) == 26
