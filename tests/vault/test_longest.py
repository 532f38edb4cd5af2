"""An open Finnish case is told of 90, 30, 7 and 1 day before its 60 months; from then on it is blocked."""

from datetime import UTC, date, datetime, timedelta

import pytest

from tests.vault.joining import joins
from tests.vault.tampering import case_of, change, findings, rows
from tests.world import FI, World
from whistle import scheduler
from whistle.errors import RuleRefused
from whistle.scheduler import Event
from whistle.vault import directory
from whistle.vault.news import has_news
from whistle.vault.tables import cases, designations, readers

CAP = date(2031, 3, 2)


def events(world: World, day: date) -> list[Event]:
    world.clock.site = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
    return list(scheduler.tick(world.program.store, world.clock.now(), lambda: None))


@pytest.mark.parametrize("left", [90, 30, 7, 1])
def test_it_is_told_of_on_the_days_before(sqlite_world: World, left: int) -> None:
    number = sqlite_world.send(company=FI).number
    sqlite_world.send()
    assert events(sqlite_world, CAP - timedelta(days=left + 1)) == []
    told = events(sqlite_world, CAP - timedelta(days=left))
    why = f"open, and may be for {left} days more"
    assert told == [{"event": "warned", "case": number, "due_on": "2031-03-02", "why": why}]
    assert left == 1 or events(sqlite_world, CAP - timedelta(days=left - 1)) == []


def test_from_its_day_on_it_is_blocked_and_not_purged_until_it_is_closed(world: World) -> None:
    number = world.send(company=FI).number
    events(world, CAP - timedelta(days=1))
    for days in (0, 1, 400):
        told = events(world, CAP + timedelta(days=days))
        assert told == [{"event": "blocked", "case": number, "due_on": "2031-03-02", "why": "open_cap"}]
    assert rows(world, cases, number=number)
    fia, handler = world.member("Fia"), world.program.handler
    with pytest.raises(RuleRefused, match="only be closed"):
        handler.message(fia, number, "It goes on.")
    world.close(fia, number, "It was stopped.")
    closed_on = world.clock.now().date()
    assert case_of(world, number)["purge_on"] == closed_on + timedelta(days=30)
    assert [event["event"] for event in events(world, closed_on)] == ["warned"]
    assert [event["event"] for event in events(world, closed_on + timedelta(days=30))] == ["purged"]


def test_a_case_of_another_country_or_a_younger_one_is_not_told_of(world: World) -> None:
    world.send()
    world.later(400)
    world.send(company=FI)
    assert events(world, CAP) == []


@pytest.mark.parametrize(("left", "is_told"), [(91, False), (90, True), (84, True), (83, False), (30, True)])
def test_those_who_work_on_it_get_a_letter_in_the_weeks_of_the_first_steps(
    sqlite_world: World, *, left: int, is_told: bool
) -> None:
    number = sqlite_world.send(company=FI).number
    case_id, fia = case_of(sqlite_world, number)["id"], sqlite_world.member("Fia")
    change(sqlite_world, readers, {"case_id": case_id}, unread=0, due_on=CAP)
    now = datetime(2031, 3, 2, 12, tzinfo=UTC) - timedelta(days=left)
    store = sqlite_world.program.store
    with store.reading() as db:
        mine = directory.RECIPIENTS.where(designations.c.person_id == fia.person_id)
        held = directory.standing(db, store.keys, mine, now)
        assert has_news(store, db, fia.person_id, held, "Europe/Helsinki", now) == is_told


def test_check_tells_of_it_thirty_days_before_until_something_lets_it_stand(world: World) -> None:
    number = world.send(company=FI).number

    def told() -> list[str]:
        return [one.said for one in findings(world) if one.kind == "open_cap_near"]

    world.clock.site = datetime(2031, 1, 30, 12, tzinfo=UTC)
    assert told() == []
    world.clock.site = datetime(2031, 1, 31, 12, tzinfo=UTC)
    assert told() == ["may stand open until 2031-03-02: close it, or have legal record a ground"]
    joins(world, "Lempi", "legal", company=FI)
    world.program.legal.place(world.member("Lempi"), number, "court_ruling", "T 1-31", "", "2031-06-01")
    assert told() == []
