"""The privacy policy as facts: what one version says, each entry with its words and its source."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from whistle.rules.calendar import add_months
from whistle.rules.policy_codes import Basis, Category, Condition, KeptBy, Recipient, Right, Start, Why
from whistle.rules.tables import Label

_YEAR: Final = 12


@dataclass(frozen=True)
class Cited:
    """What an entry stands on: its source, and the policy's sentence or why it has none."""

    source: str
    said: str
    unsaid: str
    effective_from: date


@dataclass(frozen=True)
class Named:
    """A code with its words."""

    code: str
    label: Label


@dataclass(frozen=True)
class Worded:
    """A code with its words and what it stands on; `tells` says more, `word` is the law's own word."""

    code: str
    label: Label
    cited: Cited
    tells: Label
    word: Label


@dataclass(frozen=True)
class KeepingLaw:
    """A law that lengthens a period; one that `needs_provision` keeps nothing until a provision is cited."""

    code: KeptBy
    label: Label
    needs_provision: bool
    cited: Cited


@dataclass(frozen=True)
class Kept:
    """A period in calendar months from an event; `countries` is empty where it holds in all of them."""

    months: int
    start: Start
    countries: tuple[str, ...]
    cited: Cited

    def holds_in(self, country: str) -> bool:
        """Say whether the period is one of that country."""
        return not self.countries or country in self.countries

    def until(self, day: date) -> date:
        """Return the first day on which data is no longer kept, when the event was on `day`."""
        if self.start is Start.FINANCIAL_YEAR:
            # 1999:1078 7:2 counts whole calendar years after the one in which the financial year ended.
            return add_months(date(day.year, 1, 1), _YEAR + self.months)
        return add_months(day, self.months)


@dataclass(frozen=True)
class Kind:
    """All that the policy says of one category of data."""

    code: Category
    label: Label
    holds: Label
    purpose: Label
    subjects: Label
    bases: tuple[Basis, ...]
    exceptions: tuple[KeptBy, ...]
    recipients: tuple[Recipient, ...]
    periods: tuple[Kept, ...]
    kept: Label | None
    verdicts: Mapping[Right, Condition]
    cited: Cited


@dataclass(frozen=True)
class Policy:
    """One version of the policy, whole; `announces` says what changes for people with it."""

    version: int
    effective_from: date
    announces: Label | None
    source: str
    bases: Mapping[Basis, Worded]
    starts: Mapping[Start, Named]
    exceptions: Mapping[KeptBy, KeepingLaw]
    categories: Mapping[Category, Kind]
    rights: Mapping[Right, Worded]
    conditions: Mapping[Condition, Named]
    reasons: Mapping[Why, Worded]
    recipients: Mapping[Recipient, Worded]
    requests: Kept
    requests_label: Label
    requests_cited: Cited
