"""72 real hours run from when it was found out, and a line says what the register wants or is not kept."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from whistle.errors import SettingsWrong
from whistle.rules.incidents import (
    FIELDS,
    FILE,
    TEXT_LIMIT,
    Left,
    due_on,
    left_of,
    load_notice,
    moment_of,
    parse_notice,
    problems_of,
)
from whistle.rules.tables import packaged_text

ZONE = "Europe/Stockholm"
STOCKHOLM = ZoneInfo(ZONE)
NOW = datetime(2026, 3, 5, 12, 0, tzinfo=UTC)
BASE = dict.fromkeys(FIELDS, "") | {"found_on": "2026-03-02", "found_at": "12:30", "what": "A list was lost."}
TOLD = {"told": "yes", "told_on": "2026-03-05", "told_at": "12:30"}
WHOLE = TOLD | {
    "people": "Customers", "data": "Names", "numbers": "40", "consequences": "Few", "measures": "Found",
    "subjects": "yes",
}  # fmt: skip


@pytest.mark.parametrize(
    ("found_out", "ends"),
    [
        ("2026-03-06T16:00", "2026-03-09T16:00"),  # over a weekend: hours do not move
        ("2026-03-28T12:00", "2026-03-31T13:00"),  # the clocks go forward in between
        ("2026-10-24T12:00", "2026-10-27T11:00"),  # and back
    ],
)
def test_the_hours_are_real_ones_whatever_the_clocks_and_the_calendar_do(found_out: str, ends: str) -> None:
    begins, until = (datetime.fromisoformat(one).replace(tzinfo=STOCKHOLM) for one in (found_out, ends))
    assert load_notice().ends(begins).isoformat() == until.isoformat()
    assert load_notice().hours == 72
    assert "33(1)" in load_notice().source


@given(st.integers(-200_000, 200_000))
def test_what_is_left_adds_up_to_the_minutes_there_are(minutes: int) -> None:
    found = left_of(NOW + timedelta(minutes=minutes), NOW)
    assert found.days * 1440 + found.hours * 60 + found.minutes == abs(minutes)
    assert found.over == (minutes < 0)


def test_it_is_over_once_the_moment_has_passed() -> None:
    assert left_of(NOW, NOW) == Left(over=False, days=0, hours=0, minutes=0)
    assert left_of(NOW - timedelta(hours=25), NOW) == Left(over=True, days=1, hours=1, minutes=0)


@pytest.mark.parametrize(
    ("said", "problems"),
    [
        ({}, []),
        ({"what": " "}, [("what", "missing")]),
        ({"what": "x" * (TEXT_LIMIT + 1)}, [("what", "too_long")]),
        ({"found_at": ""}, [("found_on", "moment")]),
        ({"found_on": "yesterday"}, [("found_on", "moment")]),
        ({"found_on": "2026-03-06"}, [("found_on", "ahead")]),
        ({"told": "maybe"}, [("told", "unknown")]),
        ({"told": "no_risk"}, [("told_why", "why")]),
        ({"told": "no_risk", "told_why": "It was encrypted."}, []),
        ({"told": "yes"}, [("told_on", "moment")]),
        (TOLD, []),
        (TOLD | {"told_at": "12:31"}, [("late_reason", "late")]),
        (TOLD | {"told_at": "12:31", "late_reason": "It was not clear whose it was."}, []),
        (TOLD | {"told_on": "2026-03-06"}, [("told_on", "ahead")]),
        (TOLD | {"told_on": "2026-03-01"}, [("told_on", "before")]),
        (TOLD | {"found_on": ""}, [("found_on", "moment")]),
        ({"subjects": "some"}, [("subjects", "unknown")]),
        ({"subjects": "no"}, [("subjects_why", "why")]),
        ({"subjects": "no", "subjects_why": "The risk is low."}, []),
    ],
)
def test_a_line_that_lacks_something_is_refused_at_its_field(
    said: dict[str, str], problems: list[tuple[str, str]]
) -> None:
    assert list(problems_of(BASE | said, ZONE, NOW, closing=False)) == problems


def test_an_incident_is_closed_once_all_that_the_register_wants_is_there() -> None:
    missing = problems_of(BASE, ZONE, NOW, closing=True)
    assert {name for name, _reason in missing} == set(WHOLE) - {"told_on", "told_at"}
    assert problems_of(BASE | WHOLE, ZONE, NOW, closing=True) == ()


def test_the_day_is_owed_until_it_is_settled_whether_to_tell() -> None:
    assert due_on(BASE, ZONE) == date(2026, 3, 5)
    assert due_on(BASE | {"found_at": "23:59"}, ZONE) == date(2026, 3, 5)
    assert due_on(BASE | {"told": "no_risk"}, ZONE) is None
    assert due_on(BASE | {"found_at": ""}, ZONE) is None
    assert moment_of("2026-03-02", "25:00", ZONE) is None


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("hours = 72", "hours = 0", "1 or more"),
        ("hours = 72", "hour = 72", '"hours" is missing'),
        ('source = "GDPR 33(5)"\n', "", '"source" is missing'),
        ("[record]\n", "[record]\nextra = 1\n", '"extra" is unknown'),
    ],
)
def test_a_fault_in_the_file_stops_the_start(old: str, new: str, says: str) -> None:
    with pytest.raises(SettingsWrong) as wrong:
        parse_notice(packaged_text(FILE).replace(old, new))
    assert says in str(wrong.value)
