"""A decision about a person concerned takes what the law asks for, and nothing is left open for ever."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from whistle.errors import RuleRefused, SettingsWrong
from whistle.rules import concerned
from whistle.rules.concerned import Decision, Ruling, ground_of, grounds_in, is_settled, parse_grounds, ruling
from whistle.rules.tables import packaged_text

TODAY = date(2026, 3, 2)
TEXT = packaged_text(concerned.FILE)


def ruled(
    decision: str,
    *,
    ground: str = "",
    review_on: date | None = None,
    country: str = "SE",
    closed: bool = False,
) -> Ruling:
    return ruling(decision, ground=ground, review_on=review_on, country=country, today=TODAY, closed=closed)


def refused(decision: str, **said: object) -> str:
    with pytest.raises(RuleRefused) as error:
        ruled(decision, **said)  # type: ignore[arg-type]
    return error.value.reason


def test_a_deferral_takes_a_ground_and_a_review_within_90_days() -> None:
    last = TODAY + timedelta(days=90)
    assert ruled("deferred", ground="secrecy", review_on=last) == Ruling(Decision.DEFERRED, "secrecy", last)
    assert ruled("deferred", ground="secrecy", review_on=TODAY + timedelta(days=1)).review_on is not None
    assert refused("deferred", ground="secrecy", review_on=last + timedelta(days=1)) == "concerned_far"
    assert refused("deferred", ground="secrecy", review_on=TODAY) == "review_past"
    assert refused("deferred", ground="secrecy") == "review_date"
    assert refused("deferred", review_on=last) == "concerned_ground"


def test_a_lasting_ground_takes_no_review_and_being_told_takes_no_ground() -> None:
    review = TODAY + timedelta(days=9)
    assert ruled("lasting_ground", ground="secrecy", review_on=review) == Ruling(
        Decision.LASTING_GROUND, "secrecy"
    )
    assert refused("lasting_ground") == "concerned_ground"
    assert ruled("informed", ground="nonsense", review_on=review) == Ruling(Decision.INFORMED)
    assert ruled("none_identified") == Ruling(Decision.NONE_IDENTIFIED)


@pytest.mark.parametrize("decision", ["", "Informed", "told", "\0", "informed "])
def test_any_other_word_decides_nothing(decision: str) -> None:
    assert refused(decision) == "decision"


def test_on_a_closed_case_nothing_is_left_open() -> None:
    assert refused("undecided", closed=True) == "state"
    review = TODAY + timedelta(days=9)
    assert refused("deferred", ground="secrecy", review_on=review, closed=True) == "state"
    assert ruled("informed", closed=True).decision == Decision.INFORMED


@pytest.mark.parametrize(
    ("text", "country", "code"),
    [
        ("secrecy", "SE", "secrecy"),
        ("  2018:218   5:1 ", "SE", "secrecy"),
        ("GDPR 14(5)(b)", "FI", "impairs_follow_up"),
        ("personopplysningsloven § 16", "NO", "personal_data_act"),
        ("§ 22", "DK", "data_protection_act"),
    ],
)
def test_a_ground_is_named_by_its_code_or_by_citing_its_provision(text: str, country: str, code: str) -> None:
    assert ground_of(text, country) == code


@pytest.mark.parametrize(
    ("text", "country"),
    [("", "SE"), (" ", "SE"), ("secrecy", "NO"), ("§ 16", "SE"), ("§ 22", "FI"), ("they are busy", "SE")],
)
def test_another_countrys_ground_or_none_is_refused(text: str, country: str) -> None:
    with pytest.raises(RuleRefused, match="ground"):
        ground_of(text, country)


def test_each_country_offers_its_own_grounds() -> None:
    codes = {country: [one.code for one in grounds_in(country)] for country in ("SE", "NO", "FI", "DK")}
    assert codes == {
        "SE": ["impairs_follow_up", "secrecy"],
        "NO": ["impairs_follow_up", "personal_data_act"],
        "FI": ["impairs_follow_up"],
        "DK": ["impairs_follow_up", "data_protection_act"],
    }


@given(st.lists(st.sampled_from([str(one) for one in Decision])))
def test_a_case_is_settled_when_something_is_decided_and_nothing_is_open(decisions: list[str]) -> None:
    is_open = "undecided" in decisions or "deferred" in decisions
    assert is_settled(decisions) == (len(decisions) > 0 and not is_open)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("sv = ", "no = "),
        ('code = "secrecy"', 'code = "secrecy"\nwhy = "so"'),
        ("source = ", "sources = "),
        ("effective_from = 2021-12-17", 'effective_from = "2021"'),
    ],
)
def test_a_faulty_list_of_grounds_does_not_load(old: str, new: str) -> None:
    with pytest.raises(SettingsWrong, match=r"concerned\.toml"):
        parse_grounds(TEXT.replace(old, new, 1))
