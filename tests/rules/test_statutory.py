"""Past its country's longest time a case stands open only on a ground that the law names."""

from datetime import UTC, date, datetime

import pytest

from whistle.errors import RuleRefused, SettingsWrong
from whistle.rules.deadlines import CaseFacts, duties_of
from whistle.rules.profiles import parse_profiles
from whistle.rules.retention import HoldFacts, RetentionFacts, decide
from whistle.rules.states import State
from whistle.rules.statutory import check_ground, grounds_of
from whistle.rules.tables import packaged_text

TODAY = date(2031, 3, 2)
GROUND = ("FI", "legal_claim", "Helsingin KO L 26/77", "2031-09-01", TODAY)


def test_only_finland_sets_a_longest_time_and_names_the_grounds_of_its_act() -> None:
    assert [one.code for one in grounds_of("FI")] == ["rights_or_duties", "legal_claim"]
    assert {one.source for one in grounds_of("FI")} == {"1171/2022 § 29"}
    assert all(one.label.en != one.label.sv for one in grounds_of("FI"))
    assert grounds_of("SE") == grounds_of("NO") == grounds_of("DK") == ()


def test_a_ground_of_the_law_with_something_to_look_up_is_taken() -> None:
    terms = check_ground(*GROUND)
    assert (terms.ground, terms.review_on) == ("legal_claim", date(2031, 9, 1))
    assert "L 26/77" not in repr(terms)


@pytest.mark.parametrize(
    ("at", "value", "reason"),
    [
        (0, "SE", "no_cap"),
        (1, "court_ruling", "open_ground"),
        (1, "", "open_ground"),
        (2, " ", "citation_empty"),
        (2, "a court", "citation_number"),
        (2, "We might be sued under 1171/2022", "citation_speculation"),
        (3, "2031-03-02", "review_past"),
        (3, "2032-03-03", "review_far"),
        (3, "2031-02-30", "review_date"),
    ],
)
def test_anything_else_is_refused(at: int, value: str, reason: str) -> None:
    said = [*GROUND]
    said[at] = value
    with pytest.raises(RuleRefused) as refused:
        check_ground(*said)  # type: ignore[arg-type]
    assert refused.value.reason == reason


def test_a_ground_keeps_an_open_case_and_no_closed_one() -> None:
    now = datetime(2031, 3, 2, 12, tzinfo=UTC)
    facts = RetentionFacts(date(2026, 3, 2), None, None, "Europe/Helsinki", "FI", State.IN_PROGRESS)
    assert decide(facts, [], now).why == "open_cap"
    grounded = decide(facts, [], now, grounded=True)
    assert (grounded.action, grounded.due_on, grounded.why) == ("keep", TODAY, "open_ground")
    hold = HoldFacts("court_ruling", date(2030, 1, 1), date(2031, 1, 1))
    assert decide(facts, [hold], now, grounded=True).why == "hold"
    closed = RetentionFacts(date(2026, 3, 2), date(2029, 3, 2), TODAY, "Europe/Helsinki", "FI", State.CLOSED)
    assert decide(closed, [], now, grounded=True).action == "purge"


def test_with_a_ground_its_review_is_owed_and_not_the_longest_time() -> None:
    facts = {"state": State.IN_PROGRESS, "country": "FI", "zone": "Europe/Helsinki"}
    days = {"received_on": date(2026, 3, 2), "untouched_since": date(2031, 3, 1)}
    keys = {duty.key for duty in duties_of(CaseFacts(**facts, **days), TODAY)}  # type: ignore[arg-type]
    assert "open_cap" in keys
    grounded = CaseFacts(**facts, **days, ground_review_on=date(2031, 9, 1))  # type: ignore[arg-type]
    found = {duty.key: duty.due_on for duty in duties_of(grounded, TODAY)}
    assert found["ground_review"] == date(2031, 9, 1)
    assert "open_cap" not in found


def test_a_longest_time_without_grounds_stops_the_start() -> None:
    text = packaged_text("profiles.toml")
    cut = text.replace("[[country.FI.open_ground]]", "[[country.FI.opened_ground]]")
    with pytest.raises(SettingsWrong):
        parse_profiles(cut)
    blocks = text.split("[[country.FI.open_ground]]")
    without = (
        blocks[0] + "[country.FI.persons_concerned]" + blocks[2].split("[country.FI.persons_concerned]")[1]
    )
    with pytest.raises(SettingsWrong, match="open_ground"):
        parse_profiles(without)
