"""The named scenarios of the rules, told with the public functions alone."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from whistle.errors import RuleRefused
from whistle.rules.deadlines import CaseFacts, duties_of
from whistle.rules.holds import check_hold, review_alarm
from whistle.rules.retention import HoldFacts, Retention, RetentionFacts, closed_for_work, decide, purge_due
from whistle.rules.states import State, after

STOCKHOLM = ZoneInfo("Europe/Stockholm")


def closed_in_stockholm(closed_on: date) -> RetentionFacts:
    due = purge_due(closed_on, date(2023, 12, 1), "SE", Retention())
    return RetentionFacts(date(2023, 12, 1), closed_on, due, "Europe/Stockholm", "SE", State.CLOSED)


def at(day: date, hour: int = 0, minute: int = 0) -> datetime:
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=STOCKHOLM).astimezone(UTC)


def test_1_closed_on_a_leap_day_stands_on_the_27th_and_is_gone_on_the_28th() -> None:
    facts = closed_in_stockholm(date(2024, 2, 29))
    assert decide(facts, [], at(date(2026, 2, 27), 23, 59)).action == "keep"
    verdict = decide(facts, [], at(date(2026, 2, 28)))
    assert (verdict.action, verdict.due_on, verdict.why) == ("purge", date(2026, 2, 28), "due")


def test_2_closed_the_day_before_is_readable_until_the_last_minute_of_the_27th() -> None:
    facts = closed_in_stockholm(date(2024, 2, 28))
    assert not closed_for_work(facts, at(date(2026, 2, 27), 23, 59))
    assert closed_for_work(facts, at(date(2026, 2, 28)))


def test_3_a_hold_on_day_700_keeps_the_case_past_its_day() -> None:
    facts = closed_in_stockholm(date(2024, 2, 29))
    placed_on = date(2024, 2, 29) + timedelta(days=700)
    terms = check_hold("court_ruling", "Svea hovrätt, mål Ö 4711-26", date(2026, 12, 1), placed_on)
    hold = HoldFacts(terms.ground.value, placed_on, terms.review_on)
    for day in (date(2026, 2, 28), date(2026, 12, 2), date(2031, 1, 1)):
        verdict = decide(facts, [hold], at(day))
        assert (verdict.action, verdict.due_on, verdict.why) == ("keep", date(2026, 2, 28), "hold")
    assert closed_for_work(facts, at(date(2026, 3, 1)))
    assert review_alarm(hold.review_on, date(2026, 12, 2))


def test_4_two_holds_of_which_one_is_released_still_hold() -> None:
    facts = closed_in_stockholm(date(2024, 2, 29))
    released = HoldFacts("court_ruling", date(2026, 1, 1), date(2026, 6, 1), released_on=date(2026, 2, 1))
    standing = HoldFacts("other_legislation", date(2026, 1, 1), date(2026, 6, 1))
    assert decide(facts, [released, standing], at(date(2026, 3, 1))).action == "keep"
    assert decide(facts, [released, released], at(date(2026, 3, 1))).action == "purge"


def test_5_maybe_litigation_is_refused() -> None:
    with pytest.raises(RuleRefused) as refused:
        check_hold("other_legislation", "Maybe litigation", "2026-12-01", date(2026, 2, 1))
    assert refused.value.reason == "citation_speculation"


def test_14_the_feedback_day_stays_whenever_somebody_acknowledges() -> None:
    received = CaseFacts(State.RECEIVED, "SE", "Europe/Stockholm", date(2026, 1, 10))
    acknowledged = CaseFacts(
        after(received.state, "acknowledge"),
        "SE",
        "Europe/Stockholm",
        date(2026, 1, 10),
        acknowledged_on=date(2026, 1, 30),
    )
    due = {duty.kind: duty.due_on for duty in duties_of(acknowledged, date(2026, 1, 30))}
    assert due["feedback"] == date(2026, 4, 10)


def test_15_a_message_on_the_eve_moves_nothing() -> None:
    facts = closed_in_stockholm(date(2024, 2, 29))
    with pytest.raises(RuleRefused):
        after(facts.state, "message")
    assert decide(facts, [], at(date(2026, 2, 28))).action == "purge"
