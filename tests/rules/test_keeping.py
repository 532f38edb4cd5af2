"""The policy's retention table, row by row: from which day, how long, and where nobody guesses."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from whistle.rules.keeping import Events, Outcome, kept, relation_ended_on
from whistle.rules.policy import load_policy
from whistle.rules.policy_codes import Category, KeptBy

POLICY = load_policy(date(2026, 3, 2))


def counted(category: str, events: Events, country: str = "SE") -> tuple[str, date | None]:
    found = kept(Category(category), country, events, POLICY)
    assert found.cited.source
    return str(found.outcome), found.until


@pytest.mark.parametrize(
    ("category", "events", "answer"),
    [
        ("customer", Events(), ("running", None)),
        ("customer", Events(relation_ended_on=date(2024, 2, 29)), ("until", date(2026, 2, 28))),
        # Not expressly ended: the relation ends five years after the last contact, and then 24 months.
        ("customer", Events(last_interaction_on=date(2020, 2, 29)), ("until", date(2027, 2, 28))),
        (
            "customer",
            Events(relation_ended_on=date(2024, 3, 1), last_interaction_on=date(2024, 3, 1)),
            ("until", date(2026, 3, 1)),
        ),
        # Contact after an express end is the owner's to decide.
        (
            "customer",
            Events(relation_ended_on=date(2024, 3, 1), last_interaction_on=date(2024, 3, 2)),
            ("undecided", None),
        ),
        ("mobile_traffic", Events(relation_ended_on=date(2025, 5, 1)), ("until", date(2027, 5, 1))),
        ("service_history", Events(), ("running", None)),
        ("service_history", Events(last_activity_on=date(2011, 6, 1)), ("until", date(2026, 6, 1))),
        (
            "service_history",
            Events(last_activity_on=date(2011, 6, 1), dismantled_on=date(2012, 1, 1)),
            ("undecided", None),
        ),
        ("alarm_logs", Events(relation_ended_on=date(2001, 1, 1)), ("no_limit", None)),
        ("video", Events(recorded_on=date(2025, 12, 31)), ("until", date(2026, 2, 28))),
        (
            "video",
            Events(recorded_on=date(2025, 12, 31), permit_until=date(2026, 1, 30)),
            ("until", date(2026, 1, 30)),
        ),
        ("web", Events(), ("running", None)),
        ("web", Events(collected_on=date(2024, 2, 29)), ("until", date(2026, 2, 28))),
        (
            "web",
            Events(collected_on=date(2024, 2, 29), purpose_met_on=date(2024, 4, 1)),
            ("until", date(2024, 4, 1)),
        ),
        (
            "web",
            Events(collected_on=date(2024, 2, 29), purpose_met_on=date(2030, 4, 1)),
            ("until", date(2026, 2, 28)),
        ),
        ("marketing", Events(), ("running", None)),
        ("marketing", Events(stopped_on=date(2026, 1, 5)), ("until", date(2026, 1, 5))),
        # Through the seventh year after the calendar year in which the financial year ended.
        ("bookkeeping", Events(financial_year_ended_on=date(2018, 12, 31)), ("until", date(2026, 1, 1))),
        ("bookkeeping", Events(financial_year_ended_on=date(2018, 4, 30)), ("until", date(2026, 1, 1))),
        ("bookkeeping", Events(financial_year_ended_on=date(2019, 1, 1)), ("until", date(2027, 1, 1))),
        ("access_logs", Events(relation_ended_on=date(2001, 1, 1)), ("undecided", None)),
        ("whistleblowing", Events(case_closed_on=date(2024, 2, 29)), ("until", date(2026, 2, 28))),
    ],
)
def test_the_table_of_periods(category: str, events: Events, answer: tuple[str, date | None]) -> None:
    assert counted(category, events) == answer


@pytest.mark.parametrize("country", ["NO", "FI", "DK"])
def test_bookkeeping_elsewhere_has_no_period_to_guess(country: str) -> None:
    events = Events(financial_year_ended_on=date(2018, 12, 31))
    assert counted("bookkeeping", events, country) == ("undecided", None)


def test_the_alarm_act_keeps_nothing_unless_a_provision_is_cited() -> None:
    ended = date(2020, 1, 1)
    bare = Events(relation_ended_on=ended, kept_by=KeptBy.ALARM_ACT, provision="larmlagen")
    cited = Events(relation_ended_on=ended, kept_by=KeptBy.ALARM_ACT, provision="1983:1097 3 §")
    assert counted("customer", bare) == ("until", date(2022, 1, 1))
    assert counted("customer", cited) == ("by_law", None)
    # For mobile traffic the policy does not name it.
    assert counted("mobile_traffic", cited) == ("until", date(2022, 1, 1))
    books = Events(relation_ended_on=ended, kept_by=KeptBy.BOOKKEEPING)
    assert counted("mobile_traffic", books) == ("by_law", None)


def test_a_period_has_ended_from_its_first_day_without() -> None:
    found = kept(Category.WEB, "SE", Events(collected_on=date(2024, 3, 2)), POLICY)
    assert not found.has_ended(date(2026, 3, 1))
    assert found.has_ended(date(2026, 3, 2))
    assert not kept(Category.ALARM_LOGS, "SE", Events(), POLICY).has_ended(date(2999, 1, 1))
    assert relation_ended_on(Events(last_interaction_on=date(2021, 3, 2)), POLICY) == date(2026, 3, 2)
    assert relation_ended_on(Events(), POLICY) is None


@given(
    st.sampled_from(Category),
    st.sampled_from(["SE", "NO", "FI", "DK"]),
    st.dates(date(2000, 1, 1), date(2090, 1, 1)),
)
def test_whatever_happened_there_is_one_outcome(category: Category, country: str, day: date) -> None:
    events = Events(relation_ended_on=day, last_activity_on=day, recorded_on=day, collected_on=day,
                    stopped_on=day, financial_year_ended_on=day, case_closed_on=day)  # fmt: skip
    found = kept(category, country, events, POLICY)
    assert (found.until is not None) == (found.outcome is Outcome.UNTIL)
    assert found.until is None or found.until >= day
