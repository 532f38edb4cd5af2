"""Where a privacy request meets a hold, another company, a proof or a mail server, nothing of it is lost."""

from datetime import timedelta

import pytest

from tests.parties.asking import Asker, answered, later
from tests.vault.tampering import case_of
from tests.world import World
from whistle.errors import NotThere


def closed(world: World) -> Asker:
    asker = answered(world)
    world.program.privacy.desk.close(world.member("Olle"), asker.number)
    return asker


def hold(world: World, number: str) -> str:
    review = (world.clock.now() + timedelta(days=300)).date().isoformat()
    return world.program.legal.place(world.member("Lisa"), number, "court_ruling", "T 12-28", "", review)


def past_its_day(world: World, asker: Asker) -> None:
    later(world, (case_of(world, asker.number)["purge_on"] - world.clock.now().date()).days)


def test_a_held_request_past_its_day_says_that_it_is_kept_and_shows_nothing(world: World) -> None:
    asker, mailbox = closed(world), world.program.privacy.mailbox
    held = hold(world, asker.number)
    past_its_day(world, asker)
    seen = mailbox.open(asker.secret)
    assert (seen.facts.held, seen.facts.past_day) == (True, True)
    assert (seen.rights, seen.entries, seen.files) == ((), (), ())
    world.program.kept.legal.withhold(world.member("Lisa"), asker.number, held, "The court has forbidden it.")
    with pytest.raises(NotThere):
        mailbox.open(asker.secret)
