"""What is owed in a handler's cases, worked out from days alone: no case is opened to show it."""

import base64
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from whistle.parties.desk_view import cursor
from whistle.parties.member import Member
from whistle.parties.views import Count
from whistle.rules.calendar import local_day
from whistle.rules.deadlines import Duty
from whistle.vault import duties as vault
from whistle.vault import registry
from whistle.vault.facts import Bounded
from whistle.vault.listing import SOON_DAYS
from whistle.vault.store import Store

KINDS: Final = (
    "acknowledgement",
    "feedback",
    "persons_concerned",
    "meeting",
    "minutes",
    "rights",
    "review",
    "identity_ends",
    "purge",
)
"""Every kind of duty there is."""

ANYWHERE: Final = "Europe/Stockholm"
"""Whose calendar says what day it is where no case does."""


@dataclass(frozen=True, slots=True)
class DutyRow:
    """A case and what is owed in it: `duty` first, then `others`; `group` is late, soon or later.

    `days_left` is negative when late; without a duty it is None, as `duty` is.
    """

    number: str
    company_name: str
    state: str
    duty: Duty | None
    others: tuple[Duty, ...]
    days_left: int | None
    group: str


@dataclass(frozen=True, slots=True)
class DutiesPage:
    """A page of 50 cases at most, by what is next. `after` is the cursor of the next page."""

    rows: tuple[DutyRow, ...]
    late: Count
    soon: Count
    after: str | None
    today: date


class Duties:
    """The duties in the cases that somebody works on."""

    def __init__(self, store: Store, now: Callable[[], datetime]) -> None:
        self._store = store
        self._now = now

    def companies(self, member: Member) -> tuple[tuple[str, str], ...]:
        """The companies whose cases this member works on: code and name."""
        theirs = {code for role, code in member.roles if role in vault.READING}
        known = registry.companies(self._store, self._now())
        return tuple((one.code, one.name) for one in known if one.code in theirs)

    def page(self, member: Member, *, kind: str = "", company: str = "", after: str = "") -> DutiesPage:
        """A page; `kind` (one of `KINDS`) and `company` (a code) leave out what does not fit."""
        found = vault.page(
            self._store, member.person_id, self._now(),
            kind=kind if kind in KINDS else "", company=company, after=cursor(after),
        )  # fmt: skip
        today = found.rows[0].today if found.rows else local_day(self._now(), ANYWHERE)
        rows = tuple(_row(one) for one in found.rows)
        return DutiesPage(rows, _count(found.late), _count(found.soon), _text(found.after), today)


def _row(one: vault.OwedCase) -> DutyRow:
    duty = next(iter(one.duties), None)
    left = None if duty is None else (duty.due_on - one.today).days
    return DutyRow(one.number, one.company.name, one.state, duty, one.duties[1:], left, _group(left))


def _group(left: int | None) -> str:
    if left is None or left > SOON_DAYS:
        return "later"
    return "late" if left < 0 else "soon"


def _count(bounded: Bounded) -> Count:
    return Count(bounded.value, bounded.more)


def _text(after: tuple[date, bytes] | None) -> str | None:
    if after is None:
        return None
    due, case_id = after
    return base64.urlsafe_b64encode(due.toordinal().to_bytes(4, "big") + case_id).decode()
