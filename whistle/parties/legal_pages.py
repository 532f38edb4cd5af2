"""What legal looks through: the list of cases, the holds, the week, a case's history, certificates."""

from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime, timedelta

from whistle.errors import Gone, NotThere
from whistle.parties import citations
from whistle.parties.holding import Holding
from whistle.parties.legal_views import (
    CaseHistory,
    HoldEvent,
    HoldHistory,
    HoldsPage,
    HoldView,
    LegalPage,
    LegalRow,
    Week,
)
from whistle.parties.member import Member
from whistle.rules.calendar import local_day
from whistle.vault import certified, hold_list, hold_reviews, hold_story, holds, legal_list, registry
from whistle.vault.facts import CompanyFacts
from whistle.vault.ledger import Line
from whistle.vault.legal_list import Asked
from whistle.vault.store import Store

WEEK, MONTH, QUARTER = 7, 30, 90
"""How far ahead the weekly list looks, in days (issue: what is purged in the next 90 days)."""

REVIEW_DAYS = 30
"""Reviews that come within so many days are on the weekly list: time enough to ask a court."""

IN_WEEK = 500
"""Lines of each part of the weekly list; the list of cases has them all."""

HOLDS = 50
"""Holds on a page."""


class LegalPages:
    """Every method raises `NotThere` for who is of legal nowhere, and for what is not theirs."""

    def __init__(self, store: Store, now: Callable[[], datetime], holding: Holding) -> None:
        self._store = store
        self._now = now
        self._holding = holding

    def cases(self, member: Member, asked: Asked, after: str = "") -> LegalPage:
        """A page of the cases of one's companies; `after`: what the page before said."""
        served, today = self._served(member)
        place = _place(after)
        found = legal_list.page(self._store, member.person_id, asked, self._now(), after=place)
        more = f"{found.after[0].isoformat()} {found.after[1]}" if found.after else ""
        rows = tuple(self._rows(found.rows))
        return LegalPage(rows, more, tuple((one.code, one.name) for one in served), today)

    def numbers(self, member: Member, asked: Asked, most: int) -> tuple[str, ...]:
        """The numbers of the cases that a filter finds, at most so many."""
        self._served(member)
        found = legal_list.page(self._store, member.person_id, asked, self._now(), most=most)
        return tuple(row.status.number for row in found.rows)

    def standing(self, member: Member, after: str = "") -> HoldsPage:
        """A page of the holds in force, earliest review first."""
        served, today = self._served(member)
        place = None
        day, _, last = after.partition(" ")
        if (on := _day(day)) is not None:
            place = (on, citations.from_hex(last))
        sought = hold_list.Sought(standing=True, after=place, most=HOLDS + 1)
        found = self._views(member, served, today, sought)
        more = f"{found[HOLDS - 1].review_on.isoformat()} {found[HOLDS - 1].id}" if len(found) > HOLDS else ""
        return HoldsPage(found[:HOLDS], more, today)

    def week(self, member: Member) -> Week:
        """The weekly list."""
        served, today = self._served(member)
        near, far = self._list(member, Asked(within=QUARTER)), today + timedelta(days=REVIEW_DAYS)
        past = self._list(member, Asked(held="yes", within=0))
        reviews = hold_list.Sought(standing=True, review_until=far, most=IN_WEEK)
        standing = self._views(
            member, served, today, hold_list.Sought(standing=True, asked=True, most=IN_WEEK)
        )
        coming = [row for row in near if not (row.past and row.held)]
        return Week(
            today,
            tuple(_between(coming, today, -1, WEEK)),
            tuple(_between(coming, today, WEEK, MONTH)),
            tuple(_between(coming, today, MONTH, QUARTER)),
            tuple(past),
            self._views(member, served, today, reviews),
            standing,
            self._holding.asks(member),
            more=len(near) == IN_WEEK or len(past) == IN_WEEK,
        )

    def history(self, member: Member, number: str) -> CaseHistory:
        """All the holds of a case with all that was done to them; after the purge what the ledger keeps."""
        lines = hold_story.of_case(self._store, member.person_id, number, self._now())
        served, today = self._served(member)
        try:
            holds.legal_case(self._store, member.person_id, number, self._now())
        except Gone as gone:
            texts: dict[str, _Texts] = {}
            gone_on: date | None = date.fromisoformat(str(gone))
        else:
            texts, gone_on = self._texts(member, served, number), None
        return CaseHistory(number, tuple(_histories(lines, texts)), gone_on, today)

    def certificates(self, member: Member, role: str, after: str = "") -> certified.Page:
        """A page of certificates, newest first, for legal or for auditors."""
        return certified.page(self._store, member.person_id, role, self._now(), _place(after))

    def certificate(self, member: Member, role: str, number: str) -> certified.Signed:
        """One certificate with its signature."""
        return certified.one(self._store, member.person_id, role, number, self._now())

    def _served(self, member: Member) -> tuple[tuple[CompanyFacts, ...], date]:
        served = registry.served(self._store, member.person_id, "legal", self._now())
        if not served:
            raise NotThere("there is no such page")
        return served, local_day(self._now(), served[0].zone)

    def _list(self, member: Member, asked: Asked) -> list[LegalRow]:
        found = legal_list.page(self._store, member.person_id, asked, self._now(), most=IN_WEEK)
        return list(self._rows(found.rows))

    def _rows(self, rows: Iterable[legal_list.ListedCase]) -> Iterator[LegalRow]:
        for row in rows:
            status = row.status
            today = local_day(self._now(), status.company.zone)
            yield LegalRow(
                status.number, status.company.name, status.state, status.received_on, status.closed_on,
                status.purge_on, row.held, row.waits,
                past=status.purge_on is not None and status.purge_on <= today,
            )  # fmt: skip

    def _views(
        self, member: Member, served: Iterable[CompanyFacts], today: date, sought: hold_list.Sought
    ) -> tuple[HoldView, ...]:
        ids = [one.id for one in served]
        found = hold_list.of_companies(self._store, member.person_id, ids, self._now(), sought)
        return tuple(citations.hold_view(member, hold, today) for hold in found)

    def _texts(self, member: Member, served: Iterable[CompanyFacts], number: str) -> "dict[str, _Texts]":
        ids, sought = [one.id for one in served], hold_list.Sought(number=number)
        found = hold_list.of_companies(self._store, member.person_id, ids, self._now(), sought)
        reviews = hold_reviews.of_case(self._store, member.person_id, number, self._now())
        return {hold.id.hex(): _Texts(member, hold, reviews) for hold in found}


class _Texts:
    """What one's key opens of a hold: citation, reasons of its reviews in order, reason of its release."""

    def __init__(
        self, member: Member, hold: hold_list.StoredHold, reviews: Iterable[hold_reviews.StoredReview]
    ) -> None:
        citation, note, self.release = citations.opened(member, hold)
        self.citation = f"{citation}\n{note}" if note else citation
        self.reviews: list[str] = []
        if hold.grant is not None:
            key = citations.key_of(member, hold)
            mine = (one for one in reviews if one.hold_id == hold.id)
            self.reviews = [citations.opened_reason(key, one.sealed) for one in mine]


def _histories(lines: Iterable[Line], texts: dict[str, _Texts]) -> Iterator[HoldHistory]:
    by_hold: dict[str, list[Line]] = {}
    for line in lines:
        by_hold.setdefault(line.facts["hold"], []).append(line)
    for hold, of_hold in by_hold.items():
        own, done = texts.get(hold), {line.action for line in of_hold}
        yield HoldHistory(
            hold,
            next((str(line.facts["ground"]) for line in of_hold if "ground" in line.facts), ""),
            own.citation if own is not None else "",
            tuple(_events(of_hold, own)),
            all(line.action != "hold_released" for line in of_hold),
            "ask" in of_hold[0].facts and len({"hold_confirmed", "hold_released"} & done) == 0,
        )


def _events(lines: list[Line], own: _Texts | None) -> Iterator[HoldEvent]:
    reasons = iter(own.reviews if own is not None else ())
    asked = [line.seq for line in lines if line.action == "release_asked"]
    for line in lines:
        text = ""
        if line.action == "hold_reviewed":
            text = next(reasons, "")
        elif own is not None and (line.action == "hold_released" or line.seq in asked[-1:]):
            text = own.release
        until = line.facts.get("review_on")
        yield HoldEvent(
            line.day, line.action, line.actor, text, date.fromisoformat(until) if until else None,
            str(line.facts.get("why", "")), bool(line.facts.get("late")),
        )  # fmt: skip


def _between(rows: Iterable[LegalRow], today: date, first: int, last: int) -> Iterator[LegalRow]:
    """The rows that are purged after `first` and up to `last` days from today; -1: also what is due now."""
    for row in rows:
        if row.purge_on is not None:
            away = max((row.purge_on - today).days, 0)
            if first < away <= last:
                yield row


def _place(after: str) -> tuple[date, str] | None:
    day, _, number = after.partition(" ")
    on = _day(day)
    return None if on is None else (on, number)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
