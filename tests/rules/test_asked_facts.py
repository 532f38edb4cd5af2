"""An officer is asked what the rules weigh and nothing else, and the verdict follows from what they found."""

from collections.abc import Mapping
from datetime import date
from typing import Any

import pytest

from whistle.rules.asked_facts import (
    DAYS_OF,
    MANY,
    MISSING,
    NONE,
    RELATION_DAYS,
    Fact,
    Found,
    choices,
    facts_of,
    keeping_of,
    wanted,
)
from whistle.rules.keeping import Events
from whistle.rules.policy import load_policy
from whistle.rules.policy_codes import TABLE, Category, Right
from whistle.rules.rights import Answer, decide

TODAY = date(2026, 3, 2)
POLICY = load_policy(TODAY)
LONG_AGO = date(2010, 1, 1)


def says(category: Category, right: Right, country: str = "SE", **found: Any) -> tuple[str, str]:
    facts = facts_of(category, country, Found(**found), POLICY, TODAY, named=False)
    verdict = decide(category, right, country, facts, POLICY)
    return str(verdict.answer), str(verdict.why)


@pytest.mark.parametrize("category", list(Category))
@pytest.mark.parametrize("right", [*TABLE, Right.CHILD])
def test_a_right_asks_for_the_facts_that_change_its_verdict_and_for_no_others(
    category: Category, right: Right
) -> None:
    asked = set(wanted(category, [right], POLICY))
    for fact in set(Fact) - asked:
        assert says(category, right, **_said(fact, category))[0] == says(category, right)[0], fact
    if says(category, right)[0] == Answer.OFFICER:
        missing = {fact for why, fact in MISSING.items() if why == says(category, right)[1]}
        assert missing <= asked


def _said(fact: Fact, category: Category) -> Mapping[str, Any]:
    """Something that could be said of a fact, whatever it is."""
    if fact is Fact.DAYS:
        return {"days": dict.fromkeys(DAYS_OF.get(category, ()), LONG_AGO)}
    if fact is Fact.RELATION:
        return {"relation": "ended", "days": {"relation_ended_on": LONG_AGO}}
    codes = [code for code in choices(fact, POLICY.categories[category]) if code != NONE]
    return {str(fact): codes[:1] if fact in MANY else codes[0]} if codes else {}


@pytest.mark.parametrize(
    ("category", "right", "found", "answer"),
    [
        ("customer", "erasure", {}, ("officer", "relation_unknown")),
        ("customer", "erasure", {"relation": "runs"}, ("no", "still_needed")),
        ("customer", "erasure", {"relation": "ended", "days": {"relation_ended_on": date(2026, 2, 1)}},
         ("yes", "no_longer_needed")),
        # Sixty months after the last contact it counts as ended, on the very day
        ("customer", "erasure", {"relation": "quiet", "days": {"last_interaction_on": date(2021, 3, 2)}},
         ("yes", "no_longer_needed")),
        ("customer", "erasure", {"relation": "quiet", "days": {"last_interaction_on": date(2021, 3, 3)}},
         ("no", "still_needed")),
        # Contact after an express end is open for the owner to decide
        ("customer", "erasure", {"relation": "ended", "days": {
            "relation_ended_on": date(2020, 1, 1), "last_interaction_on": date(2021, 1, 1)}},
         ("officer", "relation_unknown")),
        ("customer", "erasure", {"relation": "ended", "days": {"relation_ended_on": LONG_AGO},
                                 "kept_by": "other_law", "provision": "1999:1078 7:2"},
         ("no", "kept_by_law")),
        ("service_history", "erasure", {"days": {"last_activity_on": LONG_AGO}}, ("yes", "no_longer_needed")),
        ("service_history", "erasure", {"grounds": ["none"]}, ("no", "no_ground_holds")),
        ("service_history", "erasure", {"grounds": ["unlawful"]}, ("yes", "unlawful")),
        ("video", "erasure", {"grounds": ["objection_prevails"]}, ("yes", "objection_prevails")),
        ("video", "erasure", {"grounds": ["objection_prevails"], "overriding": "yes"},
         ("officer", "no_erasure_ground")),
        ("customer", "restriction", {"limits": ["none"]}, ("no", "no_limit_holds")),
        ("customer", "restriction", {"limits": ["unlawful_kept"]}, ("yes", "unlawful_kept")),
        ("bookkeeping", "erasure", {"days": {"financial_year_ended_on": date(2018, 6, 30)}},
         ("yes", "no_longer_needed")),
        ("bookkeeping", "erasure", {"days": {"financial_year_ended_on": date(2019, 6, 30)}},
         ("no", "kept_by_law")),
        ("alarm_logs", "access", {"linkable": "no"}, ("no", "not_linkable")),
        ("customer", "portability", {"handed_over": "yes"}, ("yes", "handed_over")),
        ("video", "objection", {"named": "no"}, ("officer", "name_the_processing")),
        ("video", "objection", {"named": "yes", "overriding": "yes"}, ("no", "overriding_grounds")),
        ("customer", "child", {"parent": "yes"}, ("yes", "child_erased")),
        ("customer", "child", {"parent": "no"}, ("officer", "parent_unchecked")),
        ("access_logs", "erasure", {"grounds": ["unlawful"]}, ("undecided", "silent")),
    ],
)  # fmt: skip
def test_the_verdict_follows_from_what_was_found(
    category: str, right: str, found: dict[str, Any], answer: tuple[str, str]
) -> None:
    assert says(Category(category), Right(right), **found) == answer


def test_how_long_it_is_kept_follows_too() -> None:
    found = Found(relation="ended", days={"relation_ended_on": date(2024, 2, 29)})
    assert keeping_of(Category.CUSTOMER, "SE", found, POLICY).until == date(2026, 2, 28)
    assert keeping_of(Category.ACCESS_LOGS, "SE", Found(), POLICY).outcome == "undecided"


def test_every_day_that_is_asked_for_is_one_the_periods_count_from() -> None:
    named = {name for names in DAYS_OF.values() for name in names} | set(RELATION_DAYS)
    assert all(hasattr(Events(), name) for name in named)


def test_a_ground_that_cannot_hold_is_not_offered() -> None:
    def offered(category: Category) -> set[str]:
        return set(choices(Fact.GROUNDS, POLICY.categories[category]))

    assert "marketing_objected" not in offered(Category.VIDEO)
    assert {"consent_withdrawn", "objection_prevails"} & offered(Category.CUSTOMER) == set()
    assert {"objection_prevails", "none"} <= offered(Category.VIDEO)
    assert choices(Fact.DAYS, None) == ()
    assert choices(Fact.RELATION, None) == ("runs", "ended", "quiet")
    assert choices(Fact.PARENT, None) == ("yes", "no")
    assert "alarm_act" not in choices(Fact.KEPT_BY, POLICY.categories[Category.VIDEO])
