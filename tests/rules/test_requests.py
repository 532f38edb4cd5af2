"""When a request is to be answered, what moves that day, and what is never moved."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from whistle.errors import RuleRefused
from whistle.rules.requests import (
    Asked,
    RequestFacts,
    check_excessive,
    check_extension,
    dates_of,
    first_of,
    is_repeat,
    neutral_due_on,
    purge_due,
)

RECEIVED = date(2026, 1, 31)
REASONS = "We must search an archive on paper."


def refused(facts: RequestFacts, today: date, reasons: str = REASONS) -> str:
    with pytest.raises(RuleRefused) as error:
        check_extension(facts, reasons, today)
    return error.value.reason


def test_11_a_month_its_last_legal_day_and_one_extension() -> None:
    facts = RequestFacts(RECEIVED, "SE")
    dates = dates_of(facts, RECEIVED)
    assert (dates.target_on, dates.last_legal_day) == (date(2026, 2, 28), date(2026, 3, 2))
    assert not dates.is_overdue(date(2026, 2, 28))
    assert dates.is_overdue(date(2026, 3, 1))
    extended = check_extension(facts, REASONS, date(2026, 2, 28))
    assert (extended.target_on, extended.extended) == (date(2026, 4, 30), True)
    assert refused(facts, date(2026, 3, 1)) == "extension_late"


def test_an_extension_is_given_once_with_reasons_and_is_not_chained() -> None:
    early = check_extension(RequestFacts(RECEIVED, "SE"), REASONS, date(2026, 2, 1))
    assert early.target_on == date(2026, 4, 30)
    assert refused(RequestFacts(RECEIVED, "SE", extended_on=date(2026, 2, 1)), RECEIVED) == "extended_before"
    assert refused(RequestFacts(RECEIVED, "SE"), RECEIVED, "  busy  ") == "reasons"
    assert refused(RequestFacts(RECEIVED, "SE"), RECEIVED, "x" * 10_001) == "too_long"


@pytest.mark.parametrize(("country", "last"), [("SE", 2), ("FI", 2), ("NO", 7), ("DK", 7)])
def test_the_last_legal_day_passes_the_holidays_of_the_country(country: str, last: int) -> None:
    # Maundy Thursday 2026 is 2 April: a public holiday in Norway and Denmark, and Easter Monday is the 6th.
    dates = dates_of(RequestFacts(date(2026, 3, 2), country), RECEIVED)
    assert (dates.target_on, dates.last_legal_day) == (date(2026, 4, 2), date(2026, 4, last))


@pytest.mark.parametrize(
    ("asked", "added", "still"),
    [
        ((), 0, False),
        ((Asked(date(2026, 2, 2), date(2026, 2, 5)),), 3, False),
        ((Asked(date(2026, 2, 2), date(2026, 2, 2)),), 0, False),
        # Asked on day five it counts, later nothing is added.
        ((Asked(date(2026, 2, 5), date(2026, 2, 9)),), 4, False),
        ((Asked(date(2026, 2, 6), date(2026, 2, 9)),), 0, False),
        # Two questions at once stop the clock once.
        ((Asked(date(2026, 2, 1), date(2026, 2, 5)), Asked(date(2026, 2, 3), date(2026, 2, 7))), 6, False),
        ((Asked(date(2026, 2, 1), date(2026, 2, 9)), Asked(date(2026, 2, 3), date(2026, 2, 5))), 8, False),
        ((Asked(date(2026, 2, 1), date(2026, 2, 2)), Asked(date(2026, 2, 4), date(2026, 2, 5))), 2, False),
        # Not answered yet: it stands still, today included.
        ((Asked(date(2026, 2, 1)),), 19, True),
        # A clock that went back asks on no day before the receipt, and is answered on none before asking.
        ((Asked(date(2026, 1, 30), date(2026, 2, 9)),), 0, False),
        ((Asked(date(2026, 2, 5), date(2026, 2, 3)),), 0, False),
    ],
)
def test_the_clock_stands_still_only_while_the_person_is_asked(
    asked: tuple[Asked, ...], added: int, *, still: bool
) -> None:
    dates = dates_of(RequestFacts(RECEIVED, "SE", asked), date(2026, 2, 20))
    assert (dates.added_days, dates.stands_still) == (added, still)
    assert dates.target_on == date(2026, 2, 28) + timedelta(days=added)
    assert dates.last_legal_day >= dates.target_on


@given(
    st.dates(date(2020, 1, 1), date(2090, 1, 1)),
    st.lists(st.tuples(st.integers(-3, 9), st.none() | st.integers(-3, 60)), max_size=4),
    st.sampled_from(["SE", "NO", "FI", "DK"]),
    st.integers(0, 120),
)
def test_days_are_only_ever_added_and_never_twice(
    received: date, asked: list[tuple[int, int | None]], country: str, age: int
) -> None:
    def day(number: int) -> date:
        return received + timedelta(days=number)

    today = day(age)
    questions = tuple(Asked(day(one), None if two is None else day(two)) for one, two in asked)
    dates = dates_of(RequestFacts(received, country, questions), today)
    plain = dates_of(RequestFacts(received, country), today)
    counting = [one for one in questions if received <= one.asked_on <= day(5)]
    still = {
        one.asked_on + timedelta(days=number)
        for one in counting
        for number in range(((one.answered_on or today) - one.asked_on).days)
    }
    assert dates.added_days == len(still)
    assert dates.target_on == plain.target_on + timedelta(days=len(still))
    assert dates.last_legal_day >= dates.target_on
    assert dates.neutral_on == day(20)


def test_the_neutral_sentence_waits_for_who_is_verified_late() -> None:
    assert neutral_due_on(RECEIVED, date(2026, 2, 2)) == date(2026, 2, 20)
    assert neutral_due_on(RECEIVED, date(2026, 2, 22)) == date(2026, 2, 22)


def test_request_and_answer_are_gone_24_months_later() -> None:
    assert purge_due(date(2024, 2, 29), date(2024, 3, 1)) == date(2026, 2, 28)


def test_9_a_second_access_request_within_twelve_months_is_flagged() -> None:
    first = date(2026, 1, 31)
    assert is_repeat(date(2026, 6, 30), [first])
    assert is_repeat(date(2027, 1, 31), [first])
    assert not is_repeat(date(2027, 2, 1), [first])
    assert not is_repeat(first, [])
    assert not is_repeat(date(2025, 12, 1), [first])


def test_what_comes_a_year_after_the_first_is_a_first_one_again_whatever_came_between() -> None:
    first, second = date(2026, 1, 31), date(2026, 12, 1)
    assert first_of(date(2027, 1, 31), [second, first]) == first
    assert first_of(date(2027, 2, 1), [first, second]) is None
    assert first_of(date(2027, 3, 1), [first, second, date(2027, 2, 1)]) == date(2027, 2, 1)


def test_a_fee_takes_a_notice_on_an_earlier_day_and_reasons() -> None:
    today = date(2026, 3, 2)
    check_excessive(date(2026, 3, 1), REASONS, today)
    for noticed, reasons, word in (
        (None, REASONS, "notice_first"),
        (today, REASONS, "notice_first"),
        (date(2026, 3, 1), "no", "reasons"),
    ):  # fmt: skip
        with pytest.raises(RuleRefused) as error:
            check_excessive(noticed, reasons, today)
        assert error.value.reason == word
