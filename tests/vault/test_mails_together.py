"""Two passes at the same moment send one letter each; one that is killed sends at most one letter twice."""

from collections import Counter
from datetime import timedelta

from tests.post.server import Mailbox, serving
from tests.vault.tampering import rows
from tests.vault.workers import workers
from tests.world import PEOPLE, World
from whistle.vault.worktables import mails as table

EVERYBODY = sorted(f"{name.lower()}@nordvakt.example" for name, _roles in PEOPLE)

DEATHS = 8
"""So many steps of a pass are tried, spread over all of it."""


def test_two_processes_at_once_send_each_letter_once(world: World) -> None:
    mailbox, queued = Mailbox(), []
    with serving(mailbox) as port, workers(world, 2) as both:
        for day in range(3):
            now = (world.clock.now() + timedelta(days=day)).isoformat()
            for worker in both:
                worker.start("post_mail", now=now, port=port)
            told = [worker.answer() for worker in both]
            queued.append(sum(event["event"] == "reminded" for events in told for event in events))
            # Who was overtaken may have left what the other had claimed; nothing is left in the end.
            assert rows(world, table) == []
            assert sorted(mailbox.addresses()) == EVERYBODY
            mailbox.taken.clear()
    assert queued == [3, 3, 3]  # one event for each clock: Stockholm, Oslo, Helsinki


def test_killed_anywhere_everybody_gets_their_letter_and_at_most_one_comes_twice(
    sqlite_world: World,
) -> None:
    world, mailbox = sqlite_world, Mailbox()
    with serving(mailbox) as port, workers(world, 1) as (worker,):
        steps = worker.steps_of("post_mail", now=world.clock.now().isoformat(), port=port)
        for death in range(1, DEATHS + 1):
            mailbox.taken.clear()
            hour = world.clock.now() + timedelta(days=death)
            worker.killed_at(steps * death // (DEATHS + 1), "post_mail", now=hour.isoformat(), port=port)
            worker.run("post_mail", now=(hour + timedelta(minutes=10)).isoformat(), port=port)
            counted = Counter(mailbox.addresses())
            assert sorted(counted) == EVERYBODY
            assert sum(counted.values()) <= len(EVERYBODY) + 1
            assert len({message for _address, message in mailbox.taken}) == len(EVERYBODY)
            assert rows(world, table) == []
