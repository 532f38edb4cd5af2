"""Months are the calendar's, days are the company's, and a last legal day is never before its target."""

import subprocess
import sys
from calendar import monthrange
from datetime import UTC, date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.source import ROOT
from whistle.errors import RuleRefused, SettingsWrong
from whistle.rules.calendar import add_days, add_months, last_legal_day, local_day, start_of_day

DAYS = st.dates(min_value=date(1990, 1, 1), max_value=date(2090, 12, 31))
ZONES = st.sampled_from(["Europe/Stockholm", "Europe/Oslo", "Europe/Helsinki", "Europe/Copenhagen"])
INSTANTS = st.timedeltas(min_value=timedelta(0), max_value=timedelta(days=36_500)).map(
    lambda since: datetime(1990, 1, 1, tzinfo=UTC) + since
)


def naive_add_months(day: date, months: int) -> date:
    """The second, plain implementation: count months from year nought."""
    year, month0 = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month0 + 1, min(day.day, monthrange(year, month0 + 1)[1]))


@pytest.mark.parametrize(
    ("day", "months", "later"),
    [
        (date(2024, 2, 29), 24, date(2026, 2, 28)),
        (date(2024, 2, 28), 24, date(2026, 2, 28)),
        (date(2026, 11, 30), 3, date(2027, 2, 28)),
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2026, 1, 31), 3, date(2026, 4, 30)),
        (date(2024, 3, 1), 24, date(2026, 3, 1)),
    ],
)
def test_months_are_calendar_months(day: date, months: int, later: date) -> None:
    assert add_months(day, months) == later


@given(DAYS, st.integers(min_value=-120, max_value=120))
def test_months_agree_with_a_second_implementation(day: date, months: int) -> None:
    assert add_months(day, months) == naive_add_months(day, months)


@given(DAYS, DAYS, st.integers(min_value=0, max_value=60))
def test_a_later_day_never_gets_an_earlier_end(one: date, other: date, months: int) -> None:
    first, second = sorted((one, other))
    assert add_months(first, months) <= add_months(second, months)


@pytest.mark.parametrize("count", [1, 2])
def test_a_date_beyond_the_calendar_is_refused_by_name(count: int) -> None:
    with pytest.raises(RuleRefused, match="calendar"):
        add_months(date(9999, 12, 31), count)
    with pytest.raises(RuleRefused, match="calendar"):
        add_days(date(9999, 12, 31), count)


def test_the_companys_zone_decides_the_day() -> None:
    now = datetime(2026, 2, 27, 22, 30, tzinfo=UTC)
    assert local_day(now, "Europe/Stockholm") == date(2026, 2, 27)
    assert local_day(now, "Europe/Helsinki") == date(2026, 2, 28)


@given(INSTANTS, ZONES, st.integers(min_value=-14 * 60, max_value=14 * 60))
def test_the_same_instant_is_the_same_day_however_it_is_written(
    now: datetime, zone: str, offset: int
) -> None:
    elsewhere = now.astimezone(timezone(timedelta(minutes=offset)))
    assert local_day(elsewhere, zone) == local_day(now, zone)


@given(DAYS, ZONES)
def test_a_day_begins_at_its_first_instant(day: date, zone: str) -> None:
    begins = start_of_day(day, zone)
    assert begins.tzinfo is UTC
    assert local_day(begins, zone) == day
    assert local_day(begins - timedelta(microseconds=1), zone) == day - timedelta(days=1)
    assert begins.astimezone(ZoneInfo(zone)).hour == 0


def test_a_time_without_a_zone_says_nothing() -> None:
    with pytest.raises(RuleRefused) as refused:
        local_day(datetime(2026, 1, 1), "Europe/Stockholm")  # noqa: DTZ001
    assert refused.value.reason == "naive_time"


@pytest.mark.parametrize("zone", ["Europe/Atlantis", "", "../etc/passwd", "/etc/passwd", "Europe", "a\0b"])
def test_an_unknown_zone_is_a_wrong_setting(zone: str) -> None:
    with pytest.raises(SettingsWrong, match="Time zone"):
        local_day(datetime(2026, 1, 1, tzinfo=UTC), zone)
    with pytest.raises(SettingsWrong, match="Time zone"):
        start_of_day(date(2026, 1, 1), zone)


@pytest.mark.parametrize(
    ("due", "country", "regime", "legal"),
    [
        (date(2026, 2, 28), "SE", "eu", date(2026, 3, 2)),  # a Saturday, then Sunday
        (date(2026, 12, 24), "SE", "se_1930", date(2026, 12, 28)),  # eve, two holidays, Sunday
        (date(2026, 12, 24), "SE", "eu", date(2026, 12, 24)),
        (date(2026, 6, 19), "SE", "se_1930", date(2026, 6, 22)),  # Midsummer Eve
        (date(2026, 6, 19), "SE", "eu", date(2026, 6, 19)),
        (date(2026, 12, 31), "SE", "se_1930", date(2027, 1, 4)),
        (date(2026, 5, 17), "NO", "eu", date(2026, 5, 18)),
        (date(2027, 5, 17), "NO", "eu", date(2027, 5, 18)),
        (date(2026, 12, 6), "FI", "eu", date(2026, 12, 7)),
        (date(2026, 4, 2), "DK", "eu", date(2026, 4, 7)),  # Maundy Thursday to Easter Monday
        (date(2026, 6, 12), "SE", "se_1930", date(2026, 6, 12)),
    ],
)
def test_the_last_legal_day_rolls_over_days_of_rest(
    due: date, country: str, regime: str, legal: date
) -> None:
    assert last_legal_day(due, country, regime) == legal


@given(st.dates(min_value=date(2020, 1, 1), max_value=date(2040, 12, 31)), st.sampled_from(["eu", "se_1930"]))
def test_the_last_legal_day_is_a_working_day_at_or_after_the_target(due: date, regime: str) -> None:
    legal = last_legal_day(due, "SE", regime)
    assert due <= legal <= due + timedelta(days=7)
    assert legal.weekday() < 5
    assert last_legal_day(due, "SE", "se_1930") >= last_legal_day(due, "SE", "eu")


def test_an_unknown_regime_or_country_is_a_wrong_setting() -> None:
    with pytest.raises(SettingsWrong, match="counting"):
        last_legal_day(date(2026, 1, 2), "SE", "roman")
    with pytest.raises(SettingsWrong, match="Country"):
        last_legal_day(date(2026, 1, 2), "XX", "eu")


def test_the_library_of_holidays_is_loaded_when_that_is_asked_for_and_not_before() -> None:
    script = """
import sys
from whistle.rules import calendar
before = "holidays" in sys.modules
calendar.load_holidays()
print(before, "holidays.countries.sweden" in sys.modules)
"""
    said = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, check=True, capture_output=True, text=True
    )
    assert said.stdout.split() == ["False", "True"]
