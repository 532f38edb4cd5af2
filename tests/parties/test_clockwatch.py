"""Who looks at the clock, and a rehearsal whose time an administrator moves forward."""

from dataclasses import replace

import pytest

from tests.vault.guarding import closed_on_days, days_to, off_for, passing
from tests.world import NO, SE, World
from whistle.errors import NotThere, RuleRefused, StepUpNeeded
from whistle.parties.clockwatch import Clockwatch
from whistle.vault import guards, rehearsals, sites


def waiting(world: World) -> str:
    """A case that waits since the machine was off for a month."""
    [number] = closed_on_days(world, 1)
    world.later(days_to(world, number) - 20)
    passing(world)
    off_for(world, 30)
    passing(world)
    return number


def test_both_see_the_clock_the_last_pass_and_the_list_and_others_see_no_page(world: World) -> None:
    number, watch = waiting(world), world.program.clockwatch
    for name, role in (("Lisa", "legal"), ("Adam", "administrator")):
        view = watch.view(world.member(name), role)
        assert view.now == view.last_pass == world.clock.now()
        assert [item.case for one in view.stops for item in one.waiting.items] == [number]
        assert watch.waits(world.member(name), role)
    for name, role in (
        ("Lisa", "administrator"),
        ("Hanna", "legal"),
        ("Alma", "auditor"),
        ("Nora", "handler"),
    ):
        with pytest.raises(NotThere):
            watch.view(world.member(name), role)


def test_an_answer_takes_the_second_factor_and_one_of_two_words(world: World) -> None:
    waiting(world)
    watch, lisa = world.program.clockwatch, world.member("Lisa")
    digest = watch.view(lisa, "legal").stops[0].digest
    with pytest.raises(StepUpNeeded):
        watch.answer(world.member("Lisa", fresh=False), "legal", SE, digest, "confirm")
    with pytest.raises(RuleRefused):
        watch.answer(lisa, "legal", SE, digest, "perhaps")
    with pytest.raises(NotThere):
        watch.answer(lisa, "legal", NO, digest, "confirm")
    with pytest.raises(RuleRefused):
        watch.answer(lisa, "legal", SE, "00", "confirm")
    watch.answer(lisa, "legal", SE, digest, "confirm")
    assert not watch.waits(lisa, "legal")
    watch.answer(lisa, "legal", SE, digest, "wrong")
    [stop] = guards.shown(world.program.store, lisa.person_id, "clock", "legal", world.clock.now())
    assert stop.mine is not None
    assert not stop.mine.confirmed


def test_an_administrator_lets_time_pass_and_is_told_what_came_of_it(world: World) -> None:
    number = world.closed()[0].number
    adam, watch = world.member("Adam"), world.program.clockwatch
    began = world.clock.now()
    assert watch.rehearse(adam, "day") == ()
    assert rehearsals.moved_to(world.program.store) == began.replace(day=began.day + 1)
    world.clock.site = rehearsals.moved_to(world.program.store) or began
    assert watch.rehearse(adam, "week") == ()
    for year, told in ((2027, []), (2028, ["purged"])):
        events = watch.rehearse(adam, "year")
        assert [one["event"] for one in events if one["case"] == number] == told
        world.clock.site = rehearsals.moved_to(world.program.store) or began
        assert world.clock.site.year == year


def test_time_is_moved_by_administrators_of_a_rehearsal_and_where_no_setting_holds_it(world: World) -> None:
    watch, adam = world.program.clockwatch, world.member("Adam")
    with pytest.raises(RuleRefused):
        watch.rehearse(adam, "century")
    with pytest.raises(NotThere):
        watch.rehearse(world.member("Lisa"), "day")
    held = Clockwatch(world.program.store, world.clock.now, world.program.leader.run, is_set=True)
    assert held.rehearsal(adam).is_set
    with pytest.raises(RuleRefused):
        held.rehearse(adam, "day")
    sites.remember(world.program.store, "rehearsal", "no")
    with pytest.raises(NotThere):
        watch.rehearse(adam, "day")
    assert rehearsals.moved_to(world.program.store) is None


def test_nobody_is_asked_again_for_what_they_confirmed(world: World) -> None:
    waiting(world)
    watch, adam = world.program.clockwatch, replace(world.member("Adam"))
    watch.answer(adam, "administrator", SE, watch.view(adam, "administrator").stops[0].digest, "confirm")
    passing(world)
    assert not watch.waits(adam, "administrator")
