"""A closed request is counted once, and once for each right, by how it ended and when it was answered."""

from datetime import date

import pytest

from whistle.rules.request_counts import (
    WHOLE,
    Charged,
    Line,
    Outcome,
    Timing,
    counted,
    outcome_of,
    shown_of,
    timing_of,
)

FIRST = date(2026, 3, 20)


@pytest.mark.parametrize(
    ("verdicts", "outcome"),
    [
        ([], "passed_on"), (["yes", "yes"], "granted"), (["no", "no"], "refused"), (["yes", "no"], "partly"),
        (["partly"], "partly"),
    ],
)  # fmt: skip
def test_a_right_ends_as_its_decisions_say(verdicts: list[str], outcome: str) -> None:
    assert outcome_of(verdicts) == outcome


def test_a_request_is_counted_as_a_whole_and_for_each_right() -> None:
    decisions = {("access", "customer"): "yes", ("erasure", "customer"): "no", ("erasure", "web"): "no"}
    rights = ["access", "erasure", "complaint"]
    found = counted(decisions, rights, FIRST, charged=Charged.NOTHING, turned_away=False)
    assert found.outcomes == {
        "access": Outcome.GRANTED, "erasure": Outcome.REFUSED, "complaint": Outcome.PASSED_ON,
        WHOLE: Outcome.PARTLY,
    }  # fmt: skip
    assert found.first_on == FIRST
    excessive = counted(decisions, rights, FIRST, charged=Charged.EXCESSIVE, turned_away=False)
    assert set(excessive.outcomes.values()) == {Outcome.REFUSED}
    away = counted({}, rights, None, charged=Charged.NOTHING, turned_away=True)
    assert (set(away.outcomes.values()), away.first_on) == ({Outcome.TURNED_AWAY}, None)


def test_the_first_answer_is_in_time_by_its_day_and_late_after_it() -> None:
    assert timing_of(FIRST, FIRST, extended=False) == Timing.IN_TIME
    assert timing_of(FIRST, FIRST, extended=True) == Timing.EXTENDED
    assert timing_of(date(2026, 3, 21), FIRST, extended=True) == Timing.LATE
    assert timing_of(None, FIRST, extended=False) == Timing.NONE


def line(asked: str, outcome: str, count: int) -> Line:
    return Line(date(2025, 1, 1), asked, outcome, "in_time", "nothing", count)


def test_small_counts_are_left_out_for_whoever_knows_no_request() -> None:
    lines = [line(WHOLE, "granted", 20), line(WHOLE, "refused", 2)]
    lines += [line("access", "granted", 20), line("erasure", "refused", 2)]
    requests, rights = shown_of(lines)
    assert requests.total.value == 22
    assert {cell.key: cell.value for cell in requests.tables["outcome"]}["refused"] is None
    assert {cell.key: cell.value for cell in rights.tables["asked"]}["erasure"] is None
    few, _rights = shown_of([line(WHOLE, "granted", 4)])
    assert few.total.value is None
