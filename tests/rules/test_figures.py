"""A quarter's cases fall into tables by their dates, each into one cell of every table."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from whistle.errors import RuleRefused
from whistle.rules.figures import Counted, Quarter, category_table, date_tables

DAYS = st.dates(date(2020, 1, 1), date(2035, 12, 31))


@given(DAYS)
def test_every_day_lies_in_its_quarter_and_in_no_other(day: date) -> None:
    quarter = Quarter.of(day)
    assert quarter.first <= day <= quarter.last
    assert Quarter.parse(str(quarter)) == quarter
    assert quarter.before().last == quarter.first - timedelta(days=1)


@given(DAYS)
def test_a_quarter_is_closed_on_the_day_after_its_last(day: date) -> None:
    last = Quarter.of(day).last
    assert not Quarter.of(day).is_closed(last)
    assert Quarter.of(day).is_closed(last + timedelta(days=1))


@pytest.mark.parametrize("text", ["", "2026", "2026-Q5", "2026-q1", "0000-Q1", "9999-Q4", "2026-Q1 "])
def test_anything_else_is_no_quarter(text: str) -> None:
    with pytest.raises(RuleRefused) as refused:
        Quarter.parse(text)
    assert refused.value.reason == "quarter"


def counted(
    received_on: date, acknowledged: int | None, feedback: date | None, *, waived: bool = False
) -> Counted:
    done = None if acknowledged is None else received_on + timedelta(days=acknowledged)
    return Counted(received_on, "closed" if feedback else "received", done, waived, feedback)


def test_the_days_of_the_law_are_in_time_and_the_next_is_late() -> None:
    cases = [
        counted(date(2026, 1, 1), 7, date(2026, 4, 1)),
        counted(date(2026, 2, 28), 8, date(2026, 5, 29)),
        counted(date(2026, 3, 31), None, None),
        counted(date(2026, 3, 31), None, None, waived=True),
    ]
    tables = date_tables(Quarter(2026, 1), cases)
    assert tables["months"] == [("2026-01", 1), ("2026-02", 1), ("2026-03", 2)]
    assert dict(tables["acknowledged"]) == {"in_time": 1, "later": 1, "not_yet": 1, "waived": 1}
    assert dict(tables["fed_back"]) == {"in_time": 1, "later": 1, "not_yet": 2}
    assert dict(tables["states"]) == {"received": 2, "acknowledged": 0, "in_progress": 0, "closed": 2}


@given(st.lists(st.builds(counted, st.dates(date(2026, 1, 1), date(2026, 3, 31)), st.none(), st.none())))
def test_every_table_divides_all_cases(cases: list[Counted]) -> None:
    tables = date_tables(Quarter(2026, 1), cases)
    assert {sum(dict(counts).values()) for counts in tables.values()} == {len(cases)}


def test_a_category_that_is_no_longer_listed_counts_under_its_own_name() -> None:
    assert category_table(["a", "old", "a"], ["a", "b"]) == [("a", 2), ("b", 0), ("old", 1)]
