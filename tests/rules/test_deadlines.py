"""Every duty falls on the day the rules name, and the next one is the one somebody must do."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from whistle.errors import SettingsWrong
from whistle.rules.deadlines import (
    CaseFacts,
    Duty,
    duties_at_receipt,
    duties_of,
    feedback_last_legal_day,
    next_duty,
)
from whistle.rules.states import State

COUNTRIES = st.sampled_from(["SE", "NO", "FI", "DK"])
DAYS = st.dates(min_value=date(2020, 1, 1), max_value=date(2040, 12, 31))
TODAY = date(2026, 6, 1)


def at_receipt(received_on: date, country: str = "SE") -> dict[str, Duty]:
    duties = duties_at_receipt(received_on, country, acknowledgement_waived=False, meeting=True)
    return {duty.kind: duty for duty in duties}


def open_case(**facts: object) -> CaseFacts:
    base: dict[str, object] = {
        "state": State.RECEIVED,
        "country": "SE",
        "zone": "Europe/Stockholm",
        "received_on": date(2026, 1, 10),
    }
    return CaseFacts(**(base | facts))  # type: ignore[arg-type]


def test_an_acknowledgement_is_due_seven_days_after_receipt() -> None:
    duty = at_receipt(date(2026, 12, 18))["acknowledgement"]
    assert duty.due_on == date(2026, 12, 25)
    # Christmas Day and Boxing Day, then a Sunday.
    assert duty.last_legal_day == date(2026, 12, 28)
    assert "2021:890" in duty.rule


def test_feedback_is_due_three_calendar_months_after_receipt() -> None:
    duty = at_receipt(date(2026, 11, 30))["feedback"]
    assert duty.due_on == date(2027, 2, 28)
    # Receipt + 7 days + 3 months is Sunday 7 March.
    assert duty.last_legal_day == date(2027, 3, 8)


def test_persons_concerned_are_due_a_calendar_month_after_receipt() -> None:
    duty = at_receipt(date(2026, 1, 31))["persons_concerned"]
    assert duty.due_on == date(2026, 2, 28)
    assert duty.last_legal_day == date(2026, 3, 2)


def test_a_meeting_is_an_internal_target_after_fourteen_days() -> None:
    duty = at_receipt(date(2026, 1, 31))["meeting"]
    assert duty.due_on == duty.last_legal_day == date(2026, 2, 14)


def test_the_duties_come_earliest_first_and_only_those_that_are_owed() -> None:
    every = duties_at_receipt(date(2026, 1, 10), "SE", acknowledgement_waived=False, meeting=True)
    assert [duty.kind for duty in every] == ["acknowledgement", "meeting", "persons_concerned", "feedback"]
    waived = duties_at_receipt(date(2026, 1, 10), "SE", acknowledgement_waived=True, meeting=False)
    assert [duty.kind for duty in waived] == ["persons_concerned", "feedback"]


def test_the_last_legal_day_of_feedback_counts_from_the_acknowledgement() -> None:
    assert feedback_last_legal_day(date(2026, 1, 10), date(2026, 1, 30), "SE") == date(2026, 4, 30)
    assert feedback_last_legal_day(date(2026, 1, 10), None, "SE") == date(2026, 4, 17)


def test_an_acknowledgement_dated_before_the_receipt_shortens_nothing() -> None:
    early = feedback_last_legal_day(date(2026, 1, 10), date(2026, 1, 2), "SE")
    assert early == feedback_last_legal_day(date(2026, 1, 10), date(2026, 1, 10), "SE")


@given(DAYS, COUNTRIES)
def test_no_last_legal_day_is_before_its_target(received_on: date, country: str) -> None:
    for duty in at_receipt(received_on, country).values():
        assert received_on < duty.due_on <= duty.last_legal_day


@given(DAYS, st.integers(min_value=0, max_value=60), COUNTRIES)
def test_nothing_moves_the_feedback_day(received_on: date, waited: int, country: str) -> None:
    fixed = at_receipt(received_on, country)["feedback"].due_on
    facts = open_case(
        received_on=received_on,
        country=country,
        state=State.ACKNOWLEDGED,
        acknowledged_on=received_on + timedelta(days=waited),
    )
    assert {duty.kind: duty.due_on for duty in duties_of(facts, TODAY)}["feedback"] == fixed


def test_an_unknown_country_is_a_wrong_setting() -> None:
    with pytest.raises(SettingsWrong, match="Country"):
        at_receipt(date(2026, 1, 1), "XX")


def test_a_due_day_ends_at_its_own_midnight() -> None:
    duty = Duty("feedback", date(2026, 4, 10), date(2026, 4, 10), "rule")
    assert not duty.is_overdue(date(2026, 4, 10))
    assert duty.is_overdue(date(2026, 4, 11))


DECIDED = {"concerned_settled": True}
ACKNOWLEDGED = {"state": State.IN_PROGRESS, "acknowledged_on": date(2026, 1, 12)}
ANSWERED = ACKNOWLEDGED | DECIDED | {"feedback_given_on": date(2026, 2, 1)}
CLOSED = {"state": State.CLOSED, "closed_on": date(2026, 3, 1), "purge_due_on": date(2028, 3, 1)}


@pytest.mark.parametrize(
    ("facts", "kind", "due_on"),
    [
        ({}, "acknowledgement", date(2026, 1, 17)),
        ({"acknowledgement_waived": True}, "persons_concerned", date(2026, 2, 10)),
        ({"acknowledgement_waived": True} | DECIDED, "feedback", date(2026, 4, 10)),
        (ACKNOWLEDGED, "persons_concerned", date(2026, 2, 10)),
        (ACKNOWLEDGED | DECIDED, "feedback", date(2026, 4, 10)),
        (ACKNOWLEDGED | {"meeting_wanted": True}, "meeting", date(2026, 1, 24)),
        (
            ACKNOWLEDGED | {"meeting_wanted": True, "meeting_held_on": date(2026, 1, 20)},
            "persons_concerned",
            date(2026, 2, 10),
        ),
        (ANSWERED | {"hold_review_on": date(2026, 5, 1)}, "review", date(2026, 5, 1)),
        (ANSWERED | {"untouched_since": date(2026, 2, 1)}, "review", date(2026, 5, 2)),
        (
            ANSWERED | {"untouched_since": date(2026, 2, 1), "hold_review_on": date(2026, 9, 1)},
            "review",
            date(2026, 5, 2),
        ),
        (ANSWERED | {"identity_ends_on": date(2026, 3, 4)}, "identity_ends", date(2026, 3, 4)),
        (ANSWERED | {"minutes_shown_on": date(2026, 2, 1)}, "minutes", date(2026, 2, 15)),
        (CLOSED, "purge", date(2028, 3, 1)),
        (CLOSED | {"hold_review_on": date(2026, 9, 1)}, "review", date(2026, 9, 1)),
    ],
)
def test_the_next_duty_is_the_earliest_that_is_owed(
    facts: dict[str, object], kind: str, due_on: date
) -> None:
    duty = next_duty(open_case(**facts), TODAY)
    assert duty is not None
    assert (duty.kind, duty.due_on) == (kind, due_on)


def test_a_duty_that_is_late_does_not_hide_one_that_fell_due_earlier() -> None:
    facts = open_case(**ACKNOWLEDGED)
    said = [(duty.kind, duty.is_overdue(TODAY)) for duty in duties_of(facts, TODAY)]
    assert said == [("persons_concerned", True), ("feedback", True)]


def test_a_deferral_is_reviewed_on_its_day_and_nothing_else_is_owed_about_that_person() -> None:
    deferred = ACKNOWLEDGED | {"concerned_review_on": date(2026, 5, 1)}
    about = [d for d in duties_of(open_case(**deferred), TODAY) if d.kind == "persons_concerned"]
    assert [(duty.due_on, duty.key) for duty in about] == [(date(2026, 5, 1), "concerned_review")]


def test_a_person_of_whom_nothing_was_decided_is_owed_beside_one_who_was_deferred() -> None:
    both = ACKNOWLEDGED | {"concerned_review_on": date(2026, 5, 1), "concerned_undecided": True}
    about = [d for d in duties_of(open_case(**both), TODAY) if d.kind == "persons_concerned"]
    assert [duty.due_on for duty in about] == [date(2026, 2, 10), date(2026, 5, 1)]


def test_what_a_page_says_of_a_rule_is_in_the_duty() -> None:
    said = {duty.key: duty for duty in duties_of(open_case(meeting_wanted=True), TODAY)}
    assert {key: (duty.months, duty.days) for key, duty in said.items()} == {
        "acknowledgement": (0, 7),
        "meeting": (0, 14),
        "concerned": (1, 0),
        "feedback": (3, 0),
    }
    assert all(duty.rule for duty in said.values())


@given(
    st.fixed_dictionaries(
        {
            "received_on": DAYS,
            "country": COUNTRIES,
            "state": st.sampled_from(State),
            "acknowledged_on": st.none() | DAYS,
            "feedback_given_on": st.none() | DAYS,
            "purge_due_on": st.none() | DAYS,
            "meeting_wanted": st.booleans(),
            "concerned_settled": st.booleans(),
            "concerned_review_on": st.none() | DAYS,
            "hold_review_on": st.none() | DAYS,
            "identity_ends_on": st.none() | DAYS,
            "minutes_shown_on": st.none() | DAYS,
        }
    ),
    DAYS,
)
def test_duties_stand_in_the_order_of_their_days(facts: dict[str, object], today: date) -> None:
    duties = duties_of(open_case(**facts), today)
    assert [duty.due_on for duty in duties] == sorted(duty.due_on for duty in duties)
    assert next_duty(open_case(**facts), today) == (duties[0] if duties else None)
    assert all(duty.due_on <= duty.last_legal_day or duty.kind == "feedback" for duty in duties)


@pytest.mark.parametrize("facts", [ANSWERED, CLOSED | {"purge_due_on": None}])
def test_nothing_may_be_owed(facts: dict[str, object]) -> None:
    assert next_duty(open_case(**facts), TODAY) is None


def test_an_open_finnish_case_is_reviewed_before_its_sixty_months() -> None:
    facts = open_case(country="FI", zone="Europe/Helsinki", **ANSWERED)
    cap = date(2031, 1, 10)
    assert next_duty(facts, cap - timedelta(days=91)) is None
    duty = next_duty(facts, cap - timedelta(days=90))
    assert duty is not None
    assert (duty.kind, duty.due_on) == ("review", cap)


def test_rights_that_were_asked_for_are_owed_within_a_month_in_an_open_and_in_a_closed_case() -> None:
    asked = {"rights_asked_on": date(2026, 1, 31)}
    for facts in (open_case(**asked), open_case(state=State.CLOSED, closed_on=date(2026, 1, 20), **asked)):
        (duty,) = [one for one in duties_of(facts, TODAY) if one.kind == "rights"]
        assert (duty.due_on, duty.last_legal_day) == (date(2026, 2, 28), date(2026, 3, 2))
        assert (duty.rule, duty.key, duty.months) == ("GDPR 12(3)", "rights", 1)
    assert not [one for one in duties_of(open_case(), TODAY) if one.kind == "rights"]
