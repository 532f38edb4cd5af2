"""The policy's whole table of rights, cell by cell; every question has exactly one sourced answer."""

from dataclasses import fields, replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from whistle.errors import RuleRefused, SettingsWrong
from whistle.rules.policy import load_policy
from whistle.rules.policy_codes import PASSED_TO_HANDLERS, TABLE
from whistle.rules.rights import (
    Answer,
    Basis,
    Category,
    Facts,
    KeptBy,
    Recipient,
    Right,
    Verdict,
    check_recipient,
    check_restriction,
    decide,
    portable,
)

TODAY = date(2026, 3, 2)
POLICY = load_policy(TODAY)
COUNTRIES = ("SE", "NO", "FI", "DK")


def said(category: str, right: str, country: str = "SE", **facts: Any) -> tuple[str, str]:
    verdict = decide(Category(category), Right(right), country, Facts(**facts), POLICY)
    return str(verdict.answer), str(verdict.why)


RESTRICTED: dict[str, Any] = {"accuracy_contested": True}
ASIS: dict[str, Any] = {}
HANDED: dict[str, Any] = {"handed_over": True}
CONSENT = frozenset({Basis.CONSENT})
INTEREST = frozenset({Basis.LEGITIMATE_INTEREST})
CONTRACT = frozenset({Basis.CONTRACT})

#: RULES section 4: the row, then for each column what has to be known and the answer.
ROWS: dict[str, dict[str, tuple[dict[str, Any], str]]] = {
    "customer": {
        "access": (ASIS, "yes"), "rectification": (ASIS, "yes"), "completion": (ASIS, "yes"),
        "erasure": ({"relation_ended": True}, "yes"), "restriction": (RESTRICTED, "yes"),
        "portability": (HANDED, "yes"), "objection": (ASIS, "no"),
    },
    "bookkeeping": {
        "access": (ASIS, "yes"), "rectification": (ASIS, "yes"), "completion": (ASIS, "yes"),
        "erasure": (ASIS, "no"), "restriction": (RESTRICTED, "yes"), "portability": (HANDED, "no"),
        "objection": (ASIS, "no"),
    },
    "marketing": {
        "access": (ASIS, "yes"), "rectification": (ASIS, "yes"), "completion": (ASIS, "yes"),
        "erasure": (ASIS, "yes"), "restriction": (RESTRICTED, "yes"),
        "portability": ({**HANDED, "bases": CONSENT}, "yes"), "objection": (ASIS, "yes"),
    },
    "service_history": {
        "access": (ASIS, "yes"), "rectification": (ASIS, "yes"), "completion": (ASIS, "yes"),
        "erasure": ({"no_longer_needed": True}, "yes"), "restriction": (RESTRICTED, "yes"),
        "portability": ({**HANDED, "bases": CONTRACT}, "yes"),
        "objection": ({"relation_ended": True, "named": True}, "yes"),
    },
    "alarm_logs": {
        "access": ({"linkable": True}, "yes"), "rectification": (ASIS, "yes"), "completion": (ASIS, "yes"),
        "erasure": ({"bases": CONTRACT, "relation_ended": True}, "yes"), "restriction": (RESTRICTED, "yes"),
        "portability": (HANDED, "no"), "objection": ({"bases": INTEREST, "named": True}, "yes"),
    },
    "video": {
        "access": (ASIS, "yes"), "rectification": (ASIS, "officer"), "completion": (ASIS, "officer"),
        "erasure": ({"objected": True}, "yes"), "restriction": (RESTRICTED, "yes"),
        "portability": (HANDED, "no"), "objection": ({"named": True}, "yes"),
    },
    "mobile_traffic": {
        "access": (ASIS, "yes"), "rectification": (ASIS, "yes"), "completion": (ASIS, "yes"),
        "erasure": ({"relation_ended": True}, "yes"), "restriction": (RESTRICTED, "yes"),
        "portability": (HANDED, "yes"), "objection": (ASIS, "no"),
    },
    "web": {
        "access": (ASIS, "yes"), "rectification": (ASIS, "yes"), "completion": (ASIS, "yes"),
        "erasure": (ASIS, "yes"), "restriction": (RESTRICTED, "yes"),
        "portability": ({**HANDED, "bases": CONSENT}, "yes"),
        "objection": ({"bases": INTEREST, "named": True}, "yes"),
    },
    "access_logs": dict.fromkeys(TABLE, (ASIS, "undecided")),
    "whistleblowing": {
        "access": (ASIS, "yes"), "rectification": (ASIS, "yes"), "completion": (ASIS, "yes"),
        "erasure": ({"no_longer_needed": True, "unlawful": True}, "no"), "restriction": (ASIS, "yes"),
        "portability": (HANDED, "no"), "objection": ({"named": True}, "no"),
    },
}  # fmt: skip
CELLS = [
    (row, right, facts, answer) for row, cells in ROWS.items() for right, (facts, answer) in cells.items()
]


@pytest.mark.parametrize(("row", "right", "facts", "answer"), CELLS)
def test_the_table_of_rights(row: str, right: str, facts: dict[str, Any], answer: str) -> None:
    assert said(row, right, **facts)[0] == answer


def test_the_table_has_a_row_for_every_category() -> None:
    assert set(ROWS) == set(Category)
    assert all(set(cells) >= set(TABLE) - {Right.WITHDRAWAL} for cells in ROWS.values())


@pytest.mark.parametrize(
    ("row", "right", "facts", "verdict"),
    [
        # Erasure of what a contract needs: after the relation, on other grounds at any time.
        ("customer", "erasure", ASIS, ("officer", "relation_unknown")),
        ("customer", "erasure", {"relation_ended": False}, ("no", "still_needed")),
        ("customer", "erasure", {"relation_ended": False, "unlawful": True}, ("yes", "unlawful")),
        ("customer", "erasure", {"erasure_required": True}, ("yes", "erasure_required")),
        ("mobile_traffic", "erasure", {"relation_ended": False}, ("no", "still_needed")),
        ("mobile_traffic", "erasure", {"past_period": True}, ("yes", "no_longer_needed")),
        # Bookkeeping and other law stand against it; the alarm act only where it is named and cited.
        (
            "customer",
            "erasure",
            {"kept_by": KeptBy.BOOKKEEPING, "unlawful": True, "relation_ended": True},
            ("no", "kept_by_law"),
        ),
        (
            "customer",
            "erasure",
            {"kept_by": KeptBy.ALARM_ACT, "relation_ended": True},
            ("yes", "no_longer_needed"),
        ),
        ("customer", "erasure", {"kept_by": KeptBy.ALARM_ACT, "provision": "7 §"}, ("no", "kept_by_law")),
        (
            "mobile_traffic",
            "erasure",
            {"kept_by": KeptBy.ALARM_ACT, "provision": "7 §", "relation_ended": True},
            ("yes", "no_longer_needed"),
        ),
        ("web", "erasure", {"kept_by": KeptBy.OTHER_LAW}, ("yes", "right_applies")),
        ("web", "erasure", {"kept_by": KeptBy.OTHER_LAW, "provision": "2022:482"}, ("no", "kept_by_law")),
        ("web", "access", {"kept_by": KeptBy.OTHER_LAW, "provision": "2022:482"}, ("yes", "right_applies")),
        # The grounds of S38, one by one.
        ("web", "erasure", {"bases": CONSENT, "consent_withdrawn": True}, ("yes", "consent_withdrawn")),
        (
            "web",
            "erasure",
            {"bases": CONSENT | INTEREST, "consent_withdrawn": True},
            ("yes", "right_applies"),
        ),
        ("marketing", "erasure", {"marketing_objected": True}, ("yes", "marketing_objected")),
        ("service_history", "erasure", {"marketing_objected": True}, ("officer", "no_erasure_ground")),
        ("video", "erasure", {"objected": True}, ("yes", "objection_prevails")),
        ("video", "erasure", {"objected": True, "overriding": True}, ("officer", "no_erasure_ground")),
        (
            "service_history",
            "erasure",
            {"objected": True, "bases": CONTRACT},
            ("officer", "no_erasure_ground"),
        ),
        ("alarm_logs", "erasure", ASIS, ("officer", "basis_unknown")),
        ("alarm_logs", "erasure", {"bases": INTEREST}, ("officer", "no_erasure_ground")),
        ("alarm_logs", "erasure", {"bases": INTEREST, "objected": True}, ("yes", "objection_prevails")),
        ("alarm_logs", "erasure", {"bases": CONTRACT}, ("officer", "relation_unknown")),
        # Bookkeeping ends with the law's own period; its correction is an entry.
        ("bookkeeping", "erasure", {"past_period": True}, ("yes", "no_longer_needed")),
        (
            "bookkeeping",
            "erasure",
            {"past_period": True, "kept_by": KeptBy.OTHER_LAW, "provision": "1 §"},
            ("no", "kept_by_law"),
        ),
        ("bookkeeping", "rectification", ASIS, ("yes", "correction_entry")),
        # The grounds of S39.
        ("web", "restriction", ASIS, ("officer", "no_restriction_ground")),
        ("web", "restriction", {"accuracy_contested": True}, ("yes", "accuracy_contested")),
        ("web", "restriction", {"unlawful": True, "erasure_opposed": True}, ("yes", "unlawful_kept")),
        ("web", "restriction", {"unlawful": True}, ("officer", "no_restriction_ground")),
        ("web", "restriction", {"needed_for_claims": True}, ("yes", "needed_for_claims")),
        ("web", "restriction", {"objection_pending": True}, ("yes", "objection_pending")),
        # Portability: what was handed over, on consent or contract.
        ("customer", "portability", ASIS, ("officer", "handing_over_unknown")),
        ("customer", "portability", {"handed_over": False}, ("no", "not_handed_over")),
        (
            "customer",
            "portability",
            {**HANDED, "bases": frozenset({Basis.LEGAL_OBLIGATION})},
            ("no", "not_portable_basis"),
        ),
        ("service_history", "portability", HANDED, ("officer", "basis_unknown")),
        ("service_history", "portability", {**HANDED, "bases": INTEREST}, ("no", "not_portable_basis")),
        ("web", "portability", HANDED, ("officer", "basis_unknown")),
        ("web", "portability", {**HANDED, "bases": INTEREST}, ("no", "not_portable_basis")),
        # Objection names the processing; whoever does not is asked.
        ("video", "objection", ASIS, ("officer", "name_the_processing")),
        ("video", "objection", {"named": True, "overriding": True}, ("no", "overriding_grounds")),
        ("service_history", "objection", ASIS, ("officer", "relation_unknown")),
        ("service_history", "objection", {"relation_ended": False}, ("no", "contract_runs")),
        ("web", "objection", ASIS, ("officer", "basis_unknown")),
        ("web", "objection", {"bases": CONSENT}, ("no", "not_on_interest")),
        ("marketing", "objection", {"overriding": True}, ("yes", "marketing_stops")),
        # Consent is taken back where there is one.
        ("web", "withdrawal", ASIS, ("officer", "basis_unknown")),
        ("web", "withdrawal", {"bases": CONSENT}, ("yes", "consent_ends")),
        ("marketing", "withdrawal", {"bases": INTEREST}, ("no", "no_consent")),
        ("customer", "withdrawal", {"bases": CONSENT}, ("no", "no_consent")),
        ("whistleblowing", "withdrawal", ASIS, ("yes", "channel_consent")),
        ("alarm_logs", "access", ASIS, ("officer", "linkable_unknown")),
        ("alarm_logs", "access", {"linkable": False}, ("no", "not_linkable")),
        # A channel without a duty stands on legitimate interest (L7).
        (
            "whistleblowing",
            "objection",
            {"channel_on_interest": True, "named": True},
            ("yes", "objection_stands"),
        ),
        # A child: no ground, the parent is checked, bookkeeping binds, a case is not reached.
        ("customer", "child", ASIS, ("officer", "parent_unchecked")),
        ("access_logs", "child", {"parent_checked": True}, ("yes", "child_erased")),
        ("bookkeeping", "child", {"parent_checked": True}, ("no", "kept_by_law")),
        ("customer", "child", {"parent_checked": True, "kept_by": KeptBy.BOOKKEEPING}, ("no", "kept_by_law")),
        ("whistleblowing", "child", {"parent_checked": True}, ("no", "case_not_reached")),
        ("access_logs", "complaint", ASIS, ("yes", "to_authority")),
        ("customer", "compensation", ASIS, ("officer", "to_legal")),
    ],
)
def test_what_is_known_decides(row: str, right: str, facts: dict[str, Any], verdict: tuple[str, str]) -> None:
    assert said(row, right, **facts) == verdict


@pytest.mark.parametrize("country", COUNTRIES)
def test_countries_differ_where_their_law_does(country: str) -> None:
    finnish = country == "FI"
    assert said("whistleblowing", "restriction", country) == (
        ("no", "article_18_excluded") if finnish else ("yes", "channel_restricted")
    )
    swedish = ("no", "kept_by_law") if country == "SE" else ("undecided", "silent")
    assert said("bookkeeping", "erasure", country) == swedish
    assert said("bookkeeping", "child", country, parent_checked=True) == swedish


def any_facts() -> st.SearchStrategy[Facts]:
    kinds: dict[str, st.SearchStrategy[Any]] = {
        "bases": st.frozensets(st.sampled_from(Basis)),
        "kept_by": st.none() | st.sampled_from(KeptBy),
        "provision": st.sampled_from(["", "bokföringslagen", "1999:1078 7:2"]),
    }
    told: dict[str, st.SearchStrategy[Any]] = {
        one.name: kinds.get(
            one.name, st.sampled_from([None, True, False] if one.default is None else [True, False])
        )
        for one in fields(Facts)
    }
    return st.builds(Facts, **told)


@given(st.sampled_from(Category), st.sampled_from(Right), st.sampled_from(COUNTRIES), any_facts())
def test_every_question_has_exactly_one_answer_with_a_source(
    category: Category, right: Right, country: str, facts: Facts
) -> None:
    verdict = decide(category, right, country, facts, POLICY)
    assert verdict == decide(category, right, country, replace(facts), POLICY)
    assert verdict.answer in set(Answer)
    assert verdict.source
    assert verdict.label.en
    assert verdict.label.sv
    assert verdict.bases == POLICY.categories[category].bases
    assert verdict.to_handlers == (right in PASSED_TO_HANDLERS)
    if category is Category.ACCESS_LOGS and right in TABLE:
        assert verdict.answer is Answer.UNDECIDED
    kept = facts.kept_by is KeptBy.BOOKKEEPING or (facts.kept_by is not None and "7:2" in facts.provision)
    if right is Right.ERASURE and kept and facts.kept_by is not KeptBy.ALARM_ACT:
        assert verdict.answer is not Answer.YES


def test_a_verdict_cites_the_policys_own_sentence() -> None:
    verdict = decide(Category.CUSTOMER, Right.ERASURE, "SE", Facts(unlawful=True), POLICY)
    assert "S38" in verdict.source
    assert verdict.said == "Om personuppgifter inte har behandlats enligt lag"
    applies = decide(Category.WEB, Right.ACCESS, "SE", Facts(), POLICY)
    assert "S34" in applies.source
    assert applies.said.startswith("Du kan kostnadsfritt (en gång per år)")
    with pytest.raises(SettingsWrong):
        decide(Category.WEB, Right.ACCESS, "XX", Facts(), POLICY)


def test_portability_lists_what_is_left_out_with_its_basis_and_why() -> None:
    facts = {Category.CUSTOMER: Facts(handed_over=True), Category.WEB: Facts(handed_over=True, bases=CONSENT)}
    held, left_out = portable(facts, "SE", POLICY)
    assert {one.category for one in held} == {Category.CUSTOMER, Category.WEB}
    assert {one.category for one in held + left_out} == set(Category)
    bookkeeping: Verdict = next(one for one in left_out if one.category is Category.BOOKKEEPING)
    assert bookkeeping.bases == (Basis.LEGAL_OBLIGATION,)
    assert "S40" in bookkeeping.source


def test_a_case_goes_to_no_other_company_of_the_group() -> None:
    with pytest.raises(RuleRefused) as refused:
        check_recipient(Category.WHISTLEBLOWING, "group_company", POLICY)
    assert refused.value.reason == "group_company"
    assert check_recipient(Category.WHISTLEBLOWING, "adviser", POLICY) is Recipient.ADVISER
    assert check_recipient(Category.CUSTOMER, "group_company", POLICY) is Recipient.GROUP_COMPANY
    for category, recipient in ((Category.CUSTOMER, "adviser"), (Category.CUSTOMER, "friend")):
        with pytest.raises(RuleRefused) as refused:
            check_recipient(category, recipient, POLICY)
        assert refused.value.reason == "recipient_kind"


def test_a_restriction_is_looked_at_again_within_a_year() -> None:
    assert check_restriction(date(2027, 3, 2), TODAY) == date(2027, 3, 2)
    for day, reason in (
        (None, "review_date"),
        (TODAY, "review_past"),
        (date(2027, 3, 3), "review_far"),
        (TODAY - timedelta(days=1), "review_past"),
    ):
        with pytest.raises(RuleRefused) as refused:
            check_restriction(day, TODAY)
        assert refused.value.reason == reason
