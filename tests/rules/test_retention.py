"""Never early, never while held, never left: the laws of the purge."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from whistle.errors import RuleRefused, SettingsWrong
from whistle.rules.calendar import add_months, start_of_day
from whistle.rules.profiles import load_profiles
from whistle.rules.retention import (
    CAP_WARN_DAYS,
    HoldFacts,
    Retention,
    RetentionFacts,
    closed_for_work,
    decide,
    open_cap,
    purge_due,
    warn_days,
    warning_stage,
)
from whistle.rules.states import State

DAYS = st.dates(min_value=date(2020, 1, 1), max_value=date(2040, 12, 31))
COUNTRIES = st.sampled_from(["SE", "NO", "FI", "DK"])
OPEN_STATES = st.sampled_from([State.RECEIVED, State.ACKNOWLEDGED, State.IN_PROGRESS])
SHIFT = st.timedeltas(min_value=timedelta(days=-900), max_value=timedelta(days=900))
HOLDS = st.lists(
    st.builds(HoldFacts, st.just("court_ruling"), DAYS, DAYS, st.one_of(st.none(), DAYS)), max_size=4
)
POLICIES = st.builds(Retention, st.integers(min_value=1, max_value=24))


def closed_facts(closed_on: date, country: str = "SE", received_on: date | None = None) -> RetentionFacts:
    received_on = received_on or closed_on
    due = purge_due(closed_on, received_on, country, Retention())
    zone = load_profiles().of(country).zone
    return RetentionFacts(received_on, closed_on, due, zone, country, State.CLOSED)


def local(zone: str, *parts: int) -> datetime:
    return datetime(*parts, tzinfo=ZoneInfo(zone)).astimezone(UTC)  # type: ignore[misc, arg-type]


def test_a_case_is_due_two_calendar_years_after_closing() -> None:
    assert purge_due(date(2024, 2, 29), date(2023, 11, 1), "SE", Retention()) == date(2026, 2, 28)
    assert purge_due(date(2024, 2, 28), date(2023, 11, 1), "SE", Retention()) == date(2026, 2, 28)
    assert purge_due(date(2024, 3, 1), date(2023, 11, 1), "SE", Retention(12)) == date(2025, 3, 1)


def test_a_finnish_case_is_due_at_the_earlier_of_its_two_days() -> None:
    received_on = date(2023, 1, 15)
    assert purge_due(date(2024, 1, 15), received_on, "FI", Retention()) == date(2026, 1, 15)
    assert purge_due(date(2027, 6, 1), received_on, "FI", Retention()) == date(2028, 1, 15)
    assert purge_due(date(2028, 1, 14), received_on, "FI", Retention()) == date(2028, 1, 15)
    assert purge_due(date(2028, 1, 15), received_on, "FI", Retention()) == date(2028, 2, 14)
    assert purge_due(date(2028, 6, 1), received_on, "FI", Retention()) == date(2028, 7, 1)


def test_a_closing_dated_before_the_receipt_ends_nothing_earlier() -> None:
    assert purge_due(date(2024, 1, 1), date(2024, 6, 1), "SE", Retention()) == date(2026, 6, 1)


@pytest.mark.parametrize("months", [0, -1, 25])
def test_a_period_outside_the_law_cannot_be_written(months: int) -> None:
    with pytest.raises(SettingsWrong, match="1 to 24"):
        Retention(months)


@given(DAYS, DAYS, COUNTRIES, POLICIES)
def test_a_due_day_is_after_closing_and_never_beyond_two_years(
    received_on: date, closed_on: date, country: str, policy: Retention
) -> None:
    due = purge_due(closed_on, received_on, country, policy)
    last = max(closed_on, received_on)
    assert last < due <= add_months(last, 24)


@given(DAYS, DAYS, st.sampled_from(["SE", "NO", "DK"]), POLICIES)
def test_closing_later_is_never_due_earlier(one: date, other: date, country: str, policy: Retention) -> None:
    first, second = sorted((one, other))
    received_on = date(2020, 1, 1)
    assert purge_due(first, received_on, country, policy) <= purge_due(second, received_on, country, policy)


@given(DAYS, COUNTRIES, SHIFT, HOLDS)
def test_a_purge_is_never_early_never_held_and_never_put_off(
    closed_on: date, country: str, shift: timedelta, holds: list[HoldFacts]
) -> None:
    facts = closed_facts(closed_on, country)
    due = facts.purge_due_on
    assert due is not None
    now = start_of_day(due, facts.zone) + shift
    local_today = now.astimezone(ZoneInfo(facts.zone)).date()
    may = local_today >= due and all(hold.released_on is not None for hold in holds)
    assert (decide(facts, holds, now).action == "purge") is may
    assert closed_for_work(facts, now) is (local_today >= due)


@given(DAYS, COUNTRIES, OPEN_STATES, SHIFT, HOLDS)
def test_an_open_case_is_never_purged(
    day: date, country: str, state: State, shift: timedelta, holds: list[HoldFacts]
) -> None:
    # Left over from an earlier closing: the stored day of a reopened case decides nothing.
    facts = replace(closed_facts(day, country), state=state)
    now = start_of_day(day, facts.zone) + shift
    assert decide(facts, holds, now).action != "purge"
    assert not closed_for_work(facts, now)


@given(DAYS, SHIFT, SHIFT)
def test_what_is_due_stays_due(closed_on: date, one: timedelta, other: timedelta) -> None:
    facts = closed_facts(closed_on)
    assert facts.purge_due_on is not None
    base = start_of_day(facts.purge_due_on, facts.zone)
    earlier, later = sorted((base + one, base + other))
    if decide(facts, [], earlier).action == "purge":
        assert decide(facts, [], later).action == "purge"


@given(DAYS, SHIFT, st.integers(min_value=-840, max_value=840), HOLDS)
def test_the_verdict_knows_the_instant_and_not_how_it_is_written(
    closed_on: date, shift: timedelta, offset: int, holds: list[HoldFacts]
) -> None:
    facts = closed_facts(closed_on)
    now = start_of_day(closed_on, "UTC") + shift
    elsewhere = now.astimezone(timezone(timedelta(minutes=offset)))
    assert decide(facts, holds, elsewhere) == decide(facts, holds, now)


def test_the_date_that_returns_at_a_clock_change_does_not_undo_a_due_day() -> None:
    # In Havana the clock went from 01:00 back to 00:00 on 2024-11-03; the day had begun the first time.
    facts = replace(closed_facts(date(2022, 11, 3)), zone="America/Havana")
    begins = start_of_day(date(2024, 11, 3), "America/Havana")
    assert decide(facts, [], begins).action == "purge"
    assert decide(facts, [], begins + timedelta(minutes=90)).action == "purge"


def test_a_finnish_case_still_open_after_sixty_months_is_blocked() -> None:
    facts = RetentionFacts(date(2023, 1, 15), None, None, "Europe/Helsinki", "FI", State.IN_PROGRESS)
    assert open_cap(facts.received_on, "FI") == date(2028, 1, 15)
    before = decide(facts, [], local("Europe/Helsinki", 2028, 1, 14, 23, 59))
    assert (before.action, before.due_on, before.why) == ("keep", None, "open")
    after = decide(facts, [], local("Europe/Helsinki", 2028, 1, 15))
    assert (after.action, after.due_on, after.why) == ("blocked", date(2028, 1, 15), "open_cap")
    hold = HoldFacts("court_ruling", date(2027, 1, 1), date(2028, 1, 1))
    held = decide(facts, [hold], local("Europe/Helsinki", 2028, 1, 15))
    assert (held.action, held.why) == ("keep", "hold")


def test_no_other_country_blocks_an_open_case() -> None:
    facts = RetentionFacts(date(2000, 1, 1), None, None, "Europe/Oslo", "NO", State.RECEIVED)
    assert open_cap(facts.received_on, "NO") is None
    assert decide(facts, [], datetime(2030, 1, 1, tzinfo=UTC)).why == "open"


@pytest.mark.parametrize(
    ("closed_on", "due"),
    [(date(2024, 1, 1), None), (None, date(2026, 1, 1)), (date(2026, 1, 1), date(2026, 1, 1))],
)
def test_a_closed_case_whose_dates_do_not_agree_is_kept_and_told(
    closed_on: date | None, due: date | None
) -> None:
    facts = RetentionFacts(date(2023, 1, 1), closed_on, due, "Europe/Stockholm", "SE", State.CLOSED)
    verdict = decide(facts, [], datetime(2030, 1, 1, tzinfo=UTC))
    assert (verdict.action, verdict.due_on, verdict.why) == ("keep", due, "dates_wrong")
    assert closed_for_work(facts, datetime(2030, 1, 1, tzinfo=UTC)) is (due is not None)


def test_a_time_without_a_zone_decides_nothing() -> None:
    with pytest.raises(RuleRefused):
        decide(closed_facts(date(2024, 1, 1)), [], datetime(2030, 1, 1))  # noqa: DTZ001


def test_handlers_are_told_on_three_days() -> None:
    due = date(2026, 2, 28)
    told = {left: warn_days(due, due - timedelta(days=left)) for left in range(-2, 60)}
    assert {left: step for left, step in told.items() if step is not None} == {30: 30, 7: 7, 1: 1}
    assert warn_days(due, due - timedelta(days=90), CAP_WARN_DAYS) == 90


def test_a_warning_missed_on_its_day_is_still_owed_the_next() -> None:
    due = date(2026, 2, 28)
    owed = [warning_stage(due, due - timedelta(days=left)) for left in (31, 30, 29, 8, 7, 2, 1, 0, -1)]
    assert owed == [None, 30, 30, 30, 7, 7, 1, None, None]
