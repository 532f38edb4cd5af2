"""What two processes do at the same moment comes out as if one had come after the other."""

from collections import Counter
from datetime import UTC, datetime

import pytest

from tests.vault.jobs import files_of
from tests.vault.tampering import findings, rows
from tests.vault.workers import workers
from tests.world import World
from whistle.vault import journal, ledger
from whistle.vault.tables import blob_removals, cases, certificates, grants, holds, records
from whistle.vault.tables import ledger as ledger_table

NOW = datetime(2028, 3, 2, 9, 0, tzinfo=UTC)
"""The day of purge of what was closed on the suite's first day."""

ROUNDS = 100

ROUND_PASSES = 5


@pytest.mark.slow
def test_a_hold_and_a_purge_at_the_same_moment_one_wins_whole(world: World) -> None:
    outcomes: Counter[str] = Counter()
    numbers = [world.closed(files=files_of("x")[:1])[0].number for _ in range(ROUNDS)]
    wait = 8  # looks at the site before the purge: moved by who came first, so that they meet ever closer
    with workers(world, 2) as (purger, legal):
        for number in numbers:
            case = rows(world, cases, number=number)[0]
            legal.start("place_hold", number=number, now=NOW.isoformat())
            purger.start("purge_one", case_id=case["id"].hex(), now=NOW.isoformat(), wait=wait)
            outcome = outcome_of(world, case["id"], number, legal.answer(), purger.answer())
            outcomes[outcome] += 1
            wait = max(0, wait + (1 if outcome == "purged" else -1))
    world.clock.site = NOW
    assert findings(world) == []
    assert outcomes["held"] + outcomes["purged"] == ROUNDS
    assert min(outcomes["held"], outcomes["purged"]) > ROUNDS // 20, outcomes
    assert len(rows(world, certificates)) == outcomes["purged"]


def outcome_of(world: World, case_id: bytes, number: str, hold: dict[str, str], purge: str) -> str:
    """Which of the two it was; fails where it was both, neither, or half of one."""
    left = [len(rows(world, table, case_id=case_id)) for table in (grants, records, holds)]
    stands, certified = (
        bool(rows(world, cases, id=case_id)),
        bool(rows(world, certificates, case_number=number)),
    )
    placed = [row for row in rows(world, ledger_table, case_number=number) if row["action"] == "hold_placed"]
    if "hold" in hold:
        assert purge == "hold"
        assert (stands, certified, left[2], len(placed)) == (True, False, 1, 1)
        assert min(left) > 0
        return "held"
    assert hold == {"refused": "Gone"}
    assert purge == "due"
    assert (stands, certified, left, placed) == (False, True, [0, 0, 0], [])
    return "purged"


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
    lines = [line["case"] for line in journal.read(store.keys.folder / "journal", store.keys.verifying)]
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
