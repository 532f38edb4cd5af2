"""Several processes tick at once: each purge and letter happens once, and a dead leader is replaced."""

from collections import Counter
from datetime import timedelta

from tests.post.server import Mailbox, serving
from tests.vault.tampering import findings, rows
from tests.vault.test_mails_together import EVERYBODY
from tests.vault.workers import workers
from tests.world import World
from whistle.vault import ledger
from whistle.vault.leases import LEASE_SECONDS
from whistle.vault.tables import cases, certificates
from whistle.vault.tables import ledger as lines

NOON = 1_800_000_000
MINUTE = 60
CASES = 7
DEATH = 60
"""An operation of the pass at which the leader is killed: it has the lead, and nothing is purged for good."""


def due(world: World) -> tuple[list[str], str]:
    """Cases that are all due, and when."""
    numbers = [world.closed()[0].number for _ in range(CASES)]
    return numbers, (world.clock.now() + timedelta(days=732)).isoformat()


def assert_once(world: World, numbers: list[str]) -> None:
    with world.program.store.reading() as db:
        ledger.verify(db, world.program.store.keys)
    assert sorted(row["case_number"] for row in rows(world, certificates)) == sorted(numbers)
    assert sorted(row["case_number"] for row in rows(world, lines, action="purged")) == sorted(numbers)
    assert rows(world, cases) == []


def test_of_three_processes_at_once_each_case_is_purged_and_each_letter_sent_once(world: World) -> None:
    numbers, now = due(world)
    mailbox = Mailbox()
    with serving(mailbox) as port, workers(world, 3) as all_three:
        for worker in all_three:
            worker.start("lead_pass", now=now, second=NOON, port=port)
        told = [event for worker in all_three for event in worker.answer()]
    assert Counter(event["case"] for event in told if event["event"] == "purged") == Counter(numbers)
    assert sorted(mailbox.addresses()) == EVERYBODY
    assert_once(world, numbers)
    assert findings(world) == []


def test_when_the_leader_is_killed_in_its_pass_another_finishes_it_within_a_minute(world: World) -> None:
    numbers, now = due(world)
    mailbox = Mailbox()
    with serving(mailbox) as port, workers(world, 2) as (first, second):
        facts = {"now": now, "port": port}
        first.killed_at(DEATH, "lead_pass", second=NOON, **facts)
        if world.program.store.embedded:
            assert second.run("lead_pass", second=NOON + LEASE_SECONDS - 1, **facts) == []
            assert rows(world, cases)
        while not second.run("lead_pass", second=NOON + MINUTE, **facts) and rows(world, cases):
            pass  # PostgreSQL notices by itself that the connection is gone
    assert sorted(mailbox.addresses()) == EVERYBODY
    assert_once(world, numbers)
