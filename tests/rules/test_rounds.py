"""Mail goes at the company's own hour, on both sides of midnight and of a change of the clock."""

from datetime import UTC, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from whistle.errors import RuleRefused
from whistle.rules.rounds import last_round

EIGHT = (time(8),)
STOCKHOLM = "Europe/Stockholm"


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("now", "hours", "due"),
    [
        ("2026-03-02T06:59", EIGHT, "2026-03-01T07:00"),
        ("2026-03-02T07:00", EIGHT, "2026-03-02T07:00"),
        ("2026-03-02T22:59", EIGHT, "2026-03-02T07:00"),
        ("2026-07-02T06:00", EIGHT, "2026-07-02T06:00"),
        ("2026-03-02T13:30", (time(8), time(14, 30)), "2026-03-02T13:30"),
        ("2026-03-02T13:29", (time(8), time(14, 30)), "2026-03-02T07:00"),
        ("2026-03-02T23:10", (time(23, 50),), "2026-03-02T22:50"),
        # 02:30 is left out on the day on which summer begins, and comes all the same.
        ("2026-03-29T01:30", (time(2, 30),), "2026-03-29T01:30"),
    ],
)
def test_the_last_hour_is_the_companys_own(now: str, hours: tuple[time, ...], due: str) -> None:
    assert last_round(at(now), STOCKHOLM, hours) == at(due)


def test_without_an_hour_none_comes() -> None:
    assert last_round(at("2026-03-02T12:00"), STOCKHOLM, ()) is None


def test_a_time_without_a_zone_is_refused() -> None:
    with pytest.raises(RuleRefused):
        last_round(datetime(2026, 3, 2, 12), STOCKHOLM, EIGHT)  # noqa: DTZ001


@given(
    st.integers(0, 6 * 365 * 24 * 60).map(lambda passed: at("2024-01-02T00:00") + timedelta(minutes=passed)),
    st.sampled_from([STOCKHOLM, "Europe/Helsinki", "Europe/Oslo"]),
)
def test_an_hour_of_every_day_is_never_more_than_a_day_and_an_hour_away(now: datetime, zone: str) -> None:
    due = last_round(now, zone, EIGHT)
    assert due is not None
    assert timedelta(0) <= now - due <= timedelta(hours=25)
