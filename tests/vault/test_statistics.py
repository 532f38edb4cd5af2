"""Figures leave suppressed, once, and show nobody a case from which they are excluded."""

from datetime import date
from typing import Any

import pytest
from sqlalchemy import select, update

from tests.vault.joining import joins
from tests.vault.tampering import write as tamper
from tests.world import NO, SE, World
from whistle.errors import Conflict, NotThere, RuleRefused, Tampered
from whistle.rules.figures import Quarter
from whistle.rules.suppression import Shown
from whistle.vault import statistics as vault
from whistle.vault.tables import ledger
from whistle.vault.worktables import statistics

QUARTER = "2026-Q1"


def sent(world: World, count: int, **fields: object) -> list[str]:
    return [world.send(**fields).number for _ in range(count)]  # type: ignore[arg-type]


def publish(world: World, who: str = "Hanna", company: str = SE, quarter: str = QUARTER) -> None:
    world.program.overview.statistics.publish(world.member(who), company, quarter)


def totals(world: World, who: str = "Alma") -> Any:
    return world.program.overview.statistics.totals(world.member(who))


def values(shown: Shown, table: str) -> dict[str, int | None]:
    return {cell.key: cell.value for cell in shown.tables[table]}


def ref(world: World, function: str) -> str:
    company = next(one for one in world.program.reporter.companies() if one.code == SE)
    return next(person.ref for person in company.people if person.function == function)


def test_a_handler_counts_the_cases_they_hold_and_no_others(world: World) -> None:
    sent(world, 6)
    sent(world, 3, company=NO)
    held = world.program.overview.statistics.held(world.member("Hanna"), SE, QUARTER)
    assert held.shown.total.value == 6
    assert not held.is_closed
    for who, company in (("Hanna", NO), ("Nora", SE), ("Alma", SE), ("Lisa", SE), ("Adam", SE)):
        with pytest.raises(NotThere):
            world.program.overview.statistics.held(world.member(who), company, QUARTER)


def test_what_is_under_five_is_shown_to_nobody(world: World) -> None:
    sent(world, 4)
    held = world.program.overview.statistics.held(world.member("Hanna"), SE, QUARTER)
    assert held.shown.total.value is None
    assert {cell.value for cells in held.shown.tables.values() for cell in cells} == {None}


def test_a_closed_quarter_is_published_once_and_outlives_its_cases(world: World) -> None:
    sent(world, 6)
    with pytest.raises(RuleRefused) as refused:
        publish(world)
    assert refused.value.reason == "quarter_open"
    assert totals(world).own == ()
    world.later(40)
    publish(world)
    with pytest.raises(Conflict):
        publish(world, "Hugo")
    before = totals(world)
    assert before.own[0].shown.total.value == 6
    assert (before.own[0].company_code, before.own[0].quarter) == (SE, QUARTER)
    sent(world, 2)
    assert totals(world) == before
    with world.program.store.reading() as db:
        assert len(db.execute(select(ledger).where(ledger.c.action == "statistics_published")).all()) == 1


def test_only_the_companys_own_handlers_publish_and_only_auditors_read(world: World) -> None:
    sent(world, 6)
    world.later(40)
    for who in ("Nora", "Carl", "Lisa", "Olle", "Adam", "Alma"):
        with pytest.raises(NotThere):
            publish(world, who)
    for who in ("Hanna", "Nora", "Carl", "Lisa", "Olle", "Adam"):
        with pytest.raises(NotThere):
            totals(world, who)


@pytest.mark.parametrize("function", ["Function of Alma", "Function of Hugo", "Function of Carl"])
def test_a_case_from_which_somebody_is_excluded_counts_for_nobody(world: World, function: str) -> None:
    """Two auditors read the same, a company and the group too, and it is as if the case were not there."""
    sent(world, 7)
    hidden = world.send(exclude=(ref(world, function),))
    world.later(40)
    publish(world)
    found = totals(world)
    assert found.own[0].shown.total.value == 7
    assert found.group[QUARTER].total.value == 7
    assert hidden.number not in repr(found)


def test_whoever_publishes_makes_no_difference_to_what_is_published(world: World) -> None:
    """Hugo, excluded from a case, publishes what Hanna, who reads it, would have."""
    sent(world, 7)
    world.send(exclude=(ref(world, "Function of Hugo"),))
    world.later(40)
    quarter, now = Quarter.parse(QUARTER), world.clock.now()
    mine, theirs = (
        {
            case.status.number
            for case in vault.countable(world.program.store, world.member(who).person_id, SE, quarter, now)
        }
        for who in ("Hanna", "Hugo")
    )
    assert mine == theirs
    assert len(mine) == 7


def test_who_does_not_read_all_cases_of_a_quarter_does_not_publish_it(world: World) -> None:
    sent(world, 6)
    helga = joins(world, "Helga")
    sent(world, 5)
    world.later(40)
    held = world.program.overview.statistics.held(world.member("Helga"), SE, QUARTER)
    assert held.shown.total.value == 5
    with pytest.raises(RuleRefused) as refused:
        world.program.overview.statistics.publish(helga, SE, QUARTER)
    assert refused.value.reason == "not_all_cases"
    publish(world)
    assert totals(world).own[0].shown.total.value == 11


def test_the_group_is_the_sum_of_what_its_companies_show(world: World) -> None:
    sent(world, 6)
    sent(world, 5, company=NO)
    world.later(40)
    publish(world)
    publish(world, "Nora", NO)
    found = totals(world)
    assert [one.company_code for one in found.own] == [SE]
    assert found.group[QUARTER].total.value == 11
    assert values(found.group[QUARTER], "months")["2026-03"] is None


def test_a_count_that_does_not_fit_is_refused(sqlite_world: World) -> None:
    sent(sqlite_world, 6)
    sqlite_world.later(40)
    store, now = sqlite_world.program.store, sqlite_world.clock.now()
    with pytest.raises(Conflict):
        vault.publish(store, sqlite_world.member("Hanna").person_id, SE, Quarter(2026, 1), {"other": 7}, now)


def test_figures_changed_in_the_database_show(world: World) -> None:
    sent(world, 6)
    world.later(40)
    publish(world)
    tamper(world, update(statistics).values(made_on=date(2026, 1, 1)))
    with pytest.raises(Tampered):
        totals(world)


def test_a_quarter_that_is_none_is_refused(sqlite_world: World) -> None:
    with pytest.raises(RuleRefused) as refused:
        sqlite_world.program.overview.statistics.held(sqlite_world.member("Hanna"), SE, "2026-Q9")
    assert refused.value.reason == "quarter"
