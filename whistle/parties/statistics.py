"""Figures: a handler counts the cases they hold and publishes a quarter; an auditor reads what that left."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime

from whistle.parties.casefile import open_grant, open_record
from whistle.parties.member import Member
from whistle.rules import figures, suppression
from whistle.rules.calendar import local_day
from whistle.rules.categories import load_categories
from whistle.rules.figures import Counts, Quarter
from whistle.rules.suppression import Shown
from whistle.vault import search
from whistle.vault import statistics as vault
from whistle.vault.facts import ListedCase
from whistle.vault.statistics import Totals
from whistle.vault.store import Store

OFFERED = 9
"""Quarters that a page offers: this one and the two years before it, after which closed cases are gone."""


@dataclass(frozen=True, slots=True)
class HeldFigures:
    """What a handler sees: counts of the cases they hold, suppressed, and whether they may publish them."""

    company: str
    quarter: str
    shown: Shown
    is_closed: bool
    published_on: date | None


class Statistics:
    """The figures of the desk and of the auditors. Methods raise `NotThere` for everybody else."""

    def __init__(self, store: Store, now: Callable[[], datetime]) -> None:
        self._store = store
        self._now = now

    def companies(self, member: Member) -> tuple[tuple[str, str], ...]:
        """The companies whose cases this member reads: code and name."""
        return search.companies_of(self._store, member.person_id, self._now())

    def quarters(self) -> tuple[str, ...]:
        """The quarters that can be looked at, this one first."""
        found = [Quarter.of(local_day(self._now(), "Europe/Stockholm"))]
        while len(found) < OFFERED:
            found.append(found[-1].before())
        return tuple(map(str, found))

    def held(self, member: Member, company: str, quarter: str) -> HeldFigures:
        """Counts of the member's own cases. Raises `RuleRefused`: `quarter`, `too_many_cases`."""
        asked = Quarter.parse(quarter)
        found = vault.held(self._store, member.person_id, company, asked, self._now())
        tables = figures.date_tables(asked, (vault.counted(case.status) for case in found.cases))
        tables["categories"] = _categories(member, found.cases)
        shown = suppression.suppress(tables)
        return HeldFigures(company, quarter, shown, found.is_closed, found.published_on)

    def publish(self, member: Member, company: str, quarter: str) -> None:
        """Publish a closed quarter for the auditors, once. Raises `RuleRefused`, `Conflict`."""
        asked = Quarter.parse(quarter)
        counted = vault.countable(self._store, member.person_id, company, asked, self._now())
        categories = dict(_categories(member, counted))
        vault.publish(self._store, member.person_id, company, asked, categories, self._now())

    def totals(self, member: Member) -> Totals:
        """What was published, for an auditor."""
        return vault.totals(self._store, member.person_id, self._now())


def _categories(member: Member, cases: Iterable[ListedCase]) -> Counts:
    """The sealed category of each case, opened with the member's key."""
    codes = [choice.code for choice in load_categories().categories]
    return figures.category_table([_category(member, case) or "none" for case in cases], [*codes, "none"])


def _category(member: Member, case: ListedCase) -> str:
    if case.subject is None:
        return ""
    grant, record = case.subject
    key, _own = open_grant(member.pair, grant, case.status.id)
    return str(open_record(key, record, 1, None).fields["category"])
