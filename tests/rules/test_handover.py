"""A case is handed to whom the law has a place for, on a ground with a number, and never within the group."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from whistle.errors import RuleRefused
from whistle.rules.handover import Handover, Kind, check_handover, is_of_the_group

COMPANIES = ("Nordvakt AB", "Nordvakt Norge AS", "Nordvakt Danmark A/S", "Nordvakt Oy (publ)")


def check(**changed: Any) -> Handover:
    said: dict[str, Any] = {
        "kind": "authority", "recipient": "Polismyndigheten", "ground": "Beslut 2026-12-01, dnr A 77-26",
        "outside_eea": False, "safeguard": "", "companies": COMPANIES,
    } | changed  # fmt: skip
    return check_handover(said.pop("kind"), said.pop("recipient"), said.pop("ground"), **said)


@pytest.mark.parametrize("kind", ["authority", "adviser", "it_supplier"])
def test_what_is_whole_is_taken(kind: str) -> None:
    assert check(kind=kind).kind == Kind(kind)


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"kind": ""}, "recipient_kind"),
        ({"kind": "friend"}, "recipient_kind"),
        ({"kind": "group_company"}, "group_company"),
        ({"recipient": "  "}, "recipient_empty"),
        ({"ground": "\n"}, "reference_empty"),
        ({"ground": "They asked for it"}, "reference_number"),
        ({"outside_eea": True}, "safeguard_empty"),
        ({"recipient": "a\nb"}, "control"),
        ({"ground": "1" * 1001}, "too_long"),
    ],
)
def test_each_lack_has_its_reason(changed: dict[str, Any], reason: str) -> None:
    with pytest.raises(RuleRefused) as refused:
        check(**changed)
    assert refused.value.reason == reason


@pytest.mark.parametrize(
    "recipient",
    ["Nordvakt AB", "nordvakt", "NORDVAKT  ab", "Nordvakt Norge", "Nordvakt Norge A.S.",
     "Nordvakt Danmark ApS", "Nordvakt Norge AS, HR", "Nordvakt AB (publ)", "HR, Nordvakt Norge AS",
     "Nordvakt Norge AS (HR)", "HR \u2013 Nordvakt Norge", "Kari Nordmann; Nordvakt Norge"],
)  # fmt: skip
def test_another_company_of_the_group_is_refused_under_every_form_of_its_name(recipient: str) -> None:
    with pytest.raises(RuleRefused) as refused:
        check(recipient=recipient)
    assert refused.value.reason == "group_company"


@pytest.mark.parametrize("recipient", ["Advokatfirman Nord AB", "Ekobrottsmyndigheten", "Norge AS", "AB"])
def test_others_with_like_names_are_not(recipient: str) -> None:
    assert not is_of_the_group(recipient, COMPANIES)


def test_a_safeguard_within_the_union_is_not_kept() -> None:
    assert check(safeguard="SCC 2021/914").safeguard == ""
    assert check(safeguard="SCC 2021/914", outside_eea=True).safeguard == "SCC 2021/914"


def test_nothing_that_was_written_shows_in_a_printed_form() -> None:
    assert "Polismyndigheten" not in repr(check())
    assert "A 77-26" not in repr(check())


@given(st.text(max_size=60))
def test_any_name_is_taken_or_refused_for_a_reason(name: str) -> None:
    try:
        found = check(recipient=name)
    except RuleRefused as refused:
        reason = refused.reason
    else:
        assert found.recipient == name.strip()
        return
    assert reason in {"recipient_empty", "group_company", "control", "nul", "surrogate"}
