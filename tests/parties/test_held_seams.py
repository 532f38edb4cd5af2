"""A held case past its day stays in reach of somebody, and its release of a second person."""

import pytest

from tests.parties.test_held import WHY, past_day, reason_of
from tests.parties.test_site_recovery import with_key
from tests.vault.joining import joins, leaves
from tests.vault.scenes import held
from tests.vault.tampering import findings
from tests.world import World
from whistle.errors import NotThere
from whistle.parties import site_recovery
from whistle.parties.report_form import FormRefused

OVER = "The trial is over, says the court."


def test_who_opened_a_held_case_past_its_day_lets_a_colleague_in_who_gives_a_reason_too(world: World) -> None:
    number, _secret, hold = past_day(world)
    desk, hanna = world.program.kept.desk, world.member("Hanna")
    hedda = joins(world, "Hedda")
    assert reason_of(lambda: desk.let_in(hanna, number, hedda.person_id.hex())) == "not_opened"
    assert desk.page(hanna, number).colleagues == ()
    desk.open(hanna, number, hold, WHY)
    assert desk.page(hanna, number).colleagues == ((hedda.person_id.hex(), "Hedda"),)
    with pytest.raises(FormRefused):
        desk.let_in(hanna, number, world.member("Olle").person_id.hex())
    desk.let_in(hanna, number, hedda.person_id.hex())
    for name in ("Hanna", "Hugo"):
        leaves(world, name)
    assert desk.page(hedda, number).case is None
    desk.open(hedda, number, hold, WHY)
    assert desk.page(hedda, number).case is not None
    assert not {one.kind for one in findings(world)} - {"hold_review"}


def test_a_held_case_past_its_day_that_nobody_can_open_is_given_back_by_the_recovery_key(
    sqlite_world: World,
) -> None:
    world = sqlite_world
    paper = with_key(world)
    number, _secret, hold = past_day(world)
    for name in ("Hanna", "Hugo"):
        leaves(world, name)
    told = [one.said for one in findings(world) if one.kind == "no_handler"]
    assert len(told) == 1
    assert "recovery key" in told[0]
    store, now = world.program.store, world.clock.now()
    with pytest.raises(NotThere):
        site_recovery.give_back(store, number, "Olle", paper.shares[:2], now)
    # No handler is left: the deputy gets it
    assert site_recovery.give_back(store, number, "Disa", paper.shares[:2], now) > 0
    desk, disa = world.program.kept.desk, world.member("Disa")
    desk.open(disa, number, hold, WHY)
    assert desk.page(disa, number).case is not None


def test_where_only_one_of_legal_may_see_a_held_case_one_more_is_appointed_and_confirms(world: World) -> None:
    ref = next(
        person.ref
        for company in world.program.reporter.companies()
        for person in company.people
        if person.function == "Function of Leo"
    )
    number = world.send(exclude=(ref,)).number
    legal, lisa = world.program.legal, world.member("Lisa")
    hold = held(world, number)
    assert not legal.has_second(lisa, hold)
    with pytest.raises(NotThere):
        legal.has_second(world.member("Leo"), hold)
    assert not legal.release(lisa, hold, OVER)  # younger than a day: a second person is asked
    lena = joins(world, "Lena", "legal")
    assert legal.has_second(lisa, hold)
    (lacks,) = [one for one in legal.holding.colleagues(lisa) if one.name == "Lena"]
    legal.holding.give(lisa, lacks.person, lacks.company)
    assert legal.hold(lena, hold)[0].release_reason == OVER
    legal.confirm_release(lena, hold)
    assert legal.holds_of(lisa, number) == ()
