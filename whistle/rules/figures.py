"""What is counted of a quarter's cases: by month, state, and how long duties took; nothing else."""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from whistle.errors import RuleRefused
from whistle.rules.calendar import add_days, add_months
from whistle.rules.states import State

#: Directive 2019/1937 article 9(1)(b): acknowledged within seven days of receipt.
ACKNOWLEDGE_DAYS: Final = 7
#: Article 9(1)(f), read strictly: feedback within three months of receipt.
FEEDBACK_MONTHS: Final = 3

_FORM: Final = re.compile(r"([0-9]{4})-Q([1-4])")
_MONTHS: Final = 3

Counts = list[tuple[str, int]]


@dataclass(frozen=True, slots=True)
class Counted:
    """The dates of one case, in its company's zone."""

    received_on: date
    state: str
    acknowledged_on: date | None
    waived: bool
    feedback_on: date | None


@dataclass(frozen=True, slots=True)
class Quarter:
    """A quarter of a year, in the company's own calendar."""

    year: int
    number: int

    @classmethod
    def parse(cls, text: str) -> "Quarter":
        """Read `2026-Q3`; RuleRefused("quarter") for anything else."""
        found = _FORM.fullmatch(text)
        if found is None or not date.min.year < int(found[1]) < date.max.year:
            raise RuleRefused("quarter", "A quarter is written as 2026-Q3.")
        return cls(int(found[1]), int(found[2]))

    @classmethod
    def of(cls, day: date) -> "Quarter":
        """The quarter of a day."""
        return cls(day.year, (day.month - 1) // _MONTHS + 1)

    def __str__(self) -> str:
        return f"{self.year}-Q{self.number}"

    @property
    def first(self) -> date:
        """Its first day."""
        return date(self.year, (self.number - 1) * _MONTHS + 1, 1)

    @property
    def last(self) -> date:
        """Its last day."""
        return add_months(self.first, _MONTHS) - timedelta(days=1)

    def before(self) -> "Quarter":
        """The quarter before."""
        return Quarter.of(self.first - timedelta(days=1))

    def is_closed(self, today: date) -> bool:
        """Whether it is over, so that nothing more is received in it."""
        return today > self.last


def date_tables(quarter: Quarter, cases: Iterable[Counted]) -> dict[str, Counts]:
    """Tables that each divide all of these cases; every key stands in them, also with no case."""
    found = list(cases)
    months = [add_months(quarter.first, n).strftime("%Y-%m") for n in range(_MONTHS)]
    return {
        "months": _count((case.received_on.strftime("%Y-%m") for case in found), months),
        "states": _count((case.state for case in found), list(State)),
        "acknowledged": _count(map(_acknowledged, found), ("in_time", "later", "not_yet", "waived")),
        "fed_back": _count(map(_fed_back, found), ("in_time", "later", "not_yet")),
    }


def category_table(codes: Iterable[str], known: Iterable[str]) -> Counts:
    """The same by category; one that is not (or no longer) in the catalogue counts under its own code."""
    return _count(codes, known)


def _count(keys: Iterable[str], known: Iterable[str]) -> Counts:
    counted = Counter(map(str, keys))
    ordered = [*map(str, known)]
    others = sorted(set(counted) - set(ordered))
    return [(key, counted[key]) for key in (*ordered, *others)]


def _acknowledged(case: Counted) -> str:
    if case.acknowledged_on is None:
        return "waived" if case.waived else "not_yet"
    return "in_time" if case.acknowledged_on <= add_days(case.received_on, ACKNOWLEDGE_DAYS) else "later"


def _fed_back(case: Counted) -> str:
    if case.feedback_on is None:
        return "not_yet"
    return "in_time" if case.feedback_on <= add_months(case.received_on, FEEDBACK_MONTHS) else "later"
