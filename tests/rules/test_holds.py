"""A hold that names no real ground is refused by name; releasing one near the end takes two people."""

import time
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from whistle.errors import RuleRefused
from whistle.rules.holds import (
    Ground,
    check_hold,
    check_review,
    placing_needs_second,
    release_needs_second,
    review_alarm,
)
from whistle.rules.retention import HoldFacts, RetentionFacts
from whistle.rules.states import State

TODAY = date(2026, 2, 28)
GOOD = "Bokföringslagen 1999:1078 7 kap. 2 §"


def reason(ground: str = "court_ruling", citation: str = GOOD, review_on: date | str = "2026-06-01") -> str:
    with pytest.raises(RuleRefused) as refused:
        check_hold(ground, citation, review_on, TODAY)
    return refused.value.reason


@pytest.mark.parametrize("ground", list(Ground))
@pytest.mark.parametrize(
    "citation",
    [
        GOOD,
        "Stockholms tingsrätt, mål T 1234-26",
        "Arbetsmiljöverket, dnr 2026/000123",
        "  § 5 NLA 3  ",
        "Rättegångsbalken 38 kap. 2 §",
        "Stämningsansökan i mål T 77-26",
        "Decision A-12,\nsecond page",
        "Judgment of 4 May, court case T 12-25",
        "May 2026: court case T 12-25",
        "Kan lämnas ut enligt rättegångsbalken 38 kap. 2 §",
    ],
)
def test_a_hold_with_a_ground_and_a_reference_is_taken(ground: Ground, citation: str) -> None:
    terms = check_hold(ground.value, citation, "2026-06-01", TODAY)
    assert terms.ground is ground
    assert terms.citation == citation.strip()
    assert terms.review_on == date(2026, 6, 1)


@pytest.mark.parametrize("ground", ["", "litigation", "OTHER_LEGISLATION", "right", "court_ruling "])
def test_there_is_no_fourth_ground(ground: str) -> None:
    assert reason(ground=ground) == "ground"


@pytest.mark.parametrize("citation", ["", "   ", "\n\t"])
def test_an_empty_citation_is_refused(citation: str) -> None:
    assert reason(citation=citation) == "citation_empty"


@pytest.mark.parametrize("citation", ["Bokföringslagen", "the court said so", "½", "mål T"])
def test_a_citation_without_a_number_is_refused(citation: str) -> None:
    assert reason(citation=citation) == "citation_number"


@pytest.mark.parametrize(
    "citation",
    [
        "We might be sued",
        "Maybe litigation",
        "we may be sued in 2027",
        "risk of a lawsuit",
        "Possible claims 2026",
        "vi kan bli stämda",
        "Vi kan komma att bli stämda under 2027",
        "eventuell tvist",
        "risk för rättegång",
        "mulig rettssak",
        "måske sagsøges vi",
        "mahdollinen oikeudenkäynti",
        "could\nbe\nsued 3 times",
    ],
)
def test_a_guess_about_a_dispute_is_not_a_ground(citation: str) -> None:
    assert reason(citation=citation) == "citation_speculation"


def test_a_refusal_never_repeats_the_citation() -> None:
    with pytest.raises(RuleRefused) as refused:
        check_hold("court_ruling", "marker", "2026-06-01", TODAY)
    assert "marker" not in str(refused.value)


def test_a_citation_is_clean_text_of_bounded_length() -> None:
    assert reason(citation="§ 1 \0") == "nul"
    assert reason(citation="1" * 2_001) == "too_long"


@pytest.mark.parametrize("piece", ["might ", "might a", "kan " * 4 + "b" * 41, "x ", "might" + "!" * 6])
def test_a_hostile_citation_is_read_quickly(piece: str) -> None:
    citation = (piece * 2_000)[:1_990] + " 1"
    begun = time.process_time()
    check_hold("court_ruling", citation, "2026-06-01", TODAY)
    assert time.process_time() - begun < 0.2


def test_the_citation_stays_out_of_the_printed_form() -> None:
    assert "1999" not in repr(check_hold("court_ruling", GOOD, "2026-06-01", TODAY))


@pytest.mark.parametrize(
    "review_on",
    ["", "soon", "2026-02-30", "20260601", "2026-W23-1", "1/6/2026", datetime(2026, 6, 1, tzinfo=UTC)],
)
def test_what_is_not_a_date_is_no_review(review_on: date | str) -> None:
    assert reason(review_on=review_on) == "review_date"


@pytest.mark.parametrize("days", [0, -1, -400])
def test_a_review_is_after_today(days: int) -> None:
    assert reason(review_on=TODAY + timedelta(days=days)) == "review_past"


def test_a_review_is_at_most_twelve_months_ahead() -> None:
    assert check_hold("court_ruling", GOOD, " 2027-02-28 ", TODAY).review_on == date(2027, 2, 28)
    soon = TODAY + timedelta(days=1)
    assert check_hold("court_ruling", GOOD, soon, TODAY).review_on == soon
    assert reason(review_on="2027-03-01") == "review_far"


def outcome(ground: str, citation: str, review_on: str) -> str:
    try:
        return check_hold(ground, citation, review_on, TODAY).citation
    except RuleRefused as refused:
        return refused.reason if refused.reason.isidentifier() else ""


@given(st.text(max_size=300), st.text(max_size=300), st.text(max_size=12))
def test_any_words_are_taken_or_refused_by_name(ground: str, citation: str, review_on: str) -> None:
    assert outcome(ground, citation, review_on) == "ground"
    assert outcome("court_ruling", citation, review_on)
    assert outcome("court_ruling", citation, "2026-06-01")


def facts(due: date | None) -> RetentionFacts:
    return RetentionFacts(date(2023, 1, 1), date(2024, 1, 1), due, "Europe/Stockholm", "SE", State.CLOSED)


NOON = datetime(2026, 2, 28, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("placed_on", "due", "needs"),
    [
        (date(2026, 2, 28), None, True),
        (date(2026, 2, 27), None, True),
        (date(2026, 2, 26), None, False),
        (date(2025, 1, 1), date(2026, 2, 27), True),
        (date(2025, 1, 1), date(2026, 2, 28), True),
        (date(2025, 1, 1), date(2026, 3, 30), True),
        (date(2025, 1, 1), date(2026, 3, 31), False),
    ],
)
def test_a_release_near_the_end_or_of_a_young_hold_takes_two(
    placed_on: date,
    due: date | None,
    needs: bool,  # noqa: FBT001
) -> None:
    hold = HoldFacts("court_ruling", placed_on, date(2026, 12, 1))
    assert release_needs_second(hold, facts(due), NOON) is needs


def test_more_than_twenty_cases_at_once_take_two() -> None:
    assert [placing_needs_second(cases) for cases in (1, 20, 21)] == [False, False, True]


def test_the_next_review_of_a_hold_is_after_today_and_within_a_year() -> None:
    assert check_review("2027-02-28", TODAY) == date(2027, 2, 28)
    for day, why in (
        ("2026-02-28", "review_past"),
        ("2027-03-01", "review_far"),
        ("2027-02-29", "review_date"),
    ):
        with pytest.raises(RuleRefused) as refused:
            check_review(day, TODAY)
        assert refused.value.reason == why


def test_the_companys_day_decides_how_young_a_hold_is() -> None:
    hold = HoldFacts("court_ruling", date(2026, 2, 27), date(2026, 12, 1))
    assert release_needs_second(hold, facts(None), datetime(2026, 2, 28, 22, 59, tzinfo=UTC))
    assert not release_needs_second(hold, facts(None), datetime(2026, 2, 28, 23, 0, tzinfo=UTC))


def test_an_alarm_rings_once_the_review_day_is_over() -> None:
    assert not review_alarm(date(2026, 2, 28), date(2026, 2, 28))
    assert review_alarm(date(2026, 2, 28), date(2026, 3, 1))
    assert review_alarm(date(2026, 2, 28), date(2027, 3, 1))
