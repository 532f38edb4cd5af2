"""What the register of requests counts of one that is closed: how each right ended, and whether in time."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from whistle.rules.policy_codes import Right
from whistle.rules.suppression import Shown, suppress

#: The line of the request itself, beside one for each right in it: a request for two rights is one request.
WHOLE: Final = "all"


class Outcome(StrEnum):
    """How a right ended; `passed_on`: nothing of it was the officer's to decide."""

    GRANTED = "granted"
    PARTLY = "partly"
    REFUSED = "refused"
    PASSED_ON = "passed_on"
    TURNED_AWAY = "turned_away"


class Timing(StrEnum):
    """When the first answer came; `extended`: in time within the two further months."""

    IN_TIME = "in_time"
    EXTENDED = "extended"
    LATE = "late"
    NONE = "none"


class Charged(StrEnum):
    """Whether a fee or that it would be declined was announced, or it was declined as excessive."""

    NOTHING = "nothing"
    NOTICE = "notice"
    EXCESSIVE = "excessive"


@dataclass(frozen=True)
class Counted:
    """One closed request as it is counted: `first_on` is the day of its first answer."""

    outcomes: Mapping[str, Outcome]
    first_on: date | None
    charged: Charged


@dataclass(frozen=True)
class Line:
    """So many requests that were closed in a month; `asked` is a right, or `WHOLE`."""

    month: date
    asked: str
    outcome: str
    timing: str
    charged: str
    count: int


def outcome_of(verdicts: Iterable[str]) -> Outcome:
    """Return how a right ended whose decisions over its categories are `verdicts` (yes, no, partly)."""
    found = set(verdicts)
    if not found:
        return Outcome.PASSED_ON
    if found == {"yes"}:
        return Outcome.GRANTED
    return Outcome.REFUSED if found == {"no"} else Outcome.PARTLY


def counted(
    decisions: Mapping[tuple[str, str], str], rights: Sequence[str], first_on: date | None,
    *, charged: Charged, turned_away: bool,
) -> Counted:  # fmt: skip
    """Return how a request is counted; `decisions`: the last for each right and category.

    Reports of misconduct are no officer's to decide, so nothing about them enters a count.
    """
    of_right = {right: [said for place, said in decisions.items() if place[0] == right] for right in rights}
    outcomes = {right: outcome_of(said) for right, said in of_right.items()}
    outcomes[WHOLE] = outcome_of(said for each in of_right.values() for said in each)
    if turned_away or charged is Charged.EXCESSIVE:
        ended = Outcome.TURNED_AWAY if turned_away else Outcome.REFUSED
        outcomes = dict.fromkeys(outcomes, ended)
    return Counted(outcomes, None if turned_away else first_on, charged)


def timing_of(first_on: date | None, due_on: date, *, extended: bool) -> Timing:
    """Return whether the first answer came by the day it was due, as that day stood at the closing."""
    if first_on is None:
        return Timing.NONE
    if first_on > due_on:
        return Timing.LATE
    return Timing.EXTENDED if extended else Timing.IN_TIME


def shown_of(lines: Sequence[Line]) -> tuple[Shown, Shown]:
    """Return what may be shown of a year to somebody who knows none of its requests: requests, and rights.

    Cells under five are left out, as in the statistics of cases.
    """
    whole = [line for line in lines if line.asked == WHOLE]
    tables = {
        "outcome": _table(whole, "outcome", Outcome),
        "timing": _table(whole, "timing", Timing),
        "charged": _table(whole, "charged", Charged),
    }
    rights = _table([line for line in lines if line.asked != WHOLE], "asked", Right)
    return suppress(tables), suppress({"asked": rights})


def _table(lines: Sequence[Line], column: str, codes: type[StrEnum]) -> list[tuple[str, int]]:
    return [(str(code), sum(line.count for line in lines if getattr(line, column) == code)) for code in codes]
