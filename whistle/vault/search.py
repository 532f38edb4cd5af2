"""A search is handed sealed bytes of the searcher's own cases, a part at a time, and leaves nothing behind.

What did not match is shown to nobody, so the inventory is asked only for what did: `desk.open_case` checks
every byte of a case that is named on a page.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import BindParameter, Connection, Select, and_, bindparam, func, or_, select

from whistle.crypto.header import Compartment
from whistle.rules import calendar
from whistle.rules.retention import closed_for_work
from whistle.vault import directory, duties, reading
from whistle.vault.facts import CompanyFacts
from whistle.vault.listing import FILTERS
from whistle.vault.serverkeys import ServerKeys
from whistle.vault.store import Store
from whistle.vault.tables import cases, grants, readers, records

Cursor = tuple[date, bytes]
"""The day of receipt and the id of the last case that was looked at."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What can be asked without opening anything. `state`: `all`, `open`, `closed` or one state."""

    company: str = ""
    state: str = "all"
    from_on: date | None = None
    to_on: date | None = None
    overdue: bool = False


class Place(NamedTuple):
    """A case that may be looked at: its id, number and day of receipt. Made by the ten thousand."""

    case_id: bytes
    number: str
    received_on: date


@dataclass(frozen=True, slots=True)
class Places:
    """Cases in the order of search, newest first; `total` counts all from here on, also past the limit."""

    found: tuple[Place, ...]
    total: int


class SealedText(NamedTuple):
    """A record with the searcher's grant for its key, neither of them checked by the inventory."""

    case_id: bytes
    compartment: int
    epoch: int
    grant: bytes
    object_id: bytes
    sealed: bytes


_IDS: BindParameter[bytes] = bindparam("ids", expanding=True)
_PARTS: BindParameter[int] = bindparam("parts", expanding=True)
_MY_COMPANIES = select(readers.c.company_id).where(readers.c.person_id == bindparam("person")).distinct()
_MY_CASES = (
    select(readers.c.case_id)
    .where(readers.c.person_id == bindparam("person"), readers.c.company_id == bindparam("company"))
    .limit(bindparam("most"))
)
_TEXTS: Select[Any] = (
    select(
        records.c.case_id, records.c.compartment, records.c.epoch, grants.c.sealed.label("granted"),
        records.c.object_id, records.c.sealed,
    )
    .join_from(readers, records, readers.c.case_id == records.c.case_id)
    .join(
        grants,
        and_(
            grants.c.case_id == records.c.case_id,
            grants.c.holder_id == readers.c.person_id,
            grants.c.compartment == records.c.compartment,
            grants.c.epoch == records.c.epoch,
        ),
    )
    .where(readers.c.person_id == bindparam("person"), readers.c.case_id.in_(_IDS))
)  # fmt: skip
_REPORTS = _TEXTS.where(records.c.compartment == int(Compartment.CONTENT), records.c.n == 1)
_ALL = _TEXTS.where(records.c.compartment.in_(_PARTS))
_DUE = select(cases.c.id).where(cases.c.purge_on <= bindparam("until"))
_READABLE = [int(Compartment.CONTENT), int(Compartment.INTERNAL)]

SINGLE_CASES = 50
"""An outside investigator is designated case by case; nobody is for more than a few."""


@contextmanager
def looking(store: Store, person_id: bytes, now: datetime) -> Iterator["Look"]:
    """One snapshot of what this person may search today, however many parts of it they read."""
    with store.reading() as db:
        yield Look(db, store.keys, person_id, now)


class Look:
    """What one person may search today; nothing that is asked of it names a case that they could not open."""

    def __init__(self, db: Connection, keys: ServerKeys, person_id: bytes, now: datetime) -> None:
        self._db, self._keys, self._person_id, self._now = db, keys, person_id, now
        self._whose = duties.standing_of(db, keys, person_id, now)
        # Asked of all there are, by their own index: few days have come, and the cases of a search are many.
        until = now.date() + timedelta(days=1)
        self._due = set(db.execute(_DUE, {"until": until}).scalars())

    def places(self, wanted: Wanted, *, after: Cursor | None, limit: int) -> Places:
        """The cases that fit and that stand today, newest first, at most `limit`."""
        mine = _mine(self._db, self._keys, self._person_id, wanted, self._now)
        if not mine or wanted.state not in FILTERS:
            return Places((), 0)
        where = [readers.c.person_id == self._person_id, or_(*mine), *_asked(wanted)]
        if after is not None:
            where.append(_beyond(after))
        query = (
            select(cases.c.id, cases.c.number, cases.c.received_on).join_from(readers, cases).where(*where)
        )
        newest = query.order_by(cases.c.received_on.desc(), cases.c.id.desc()).limit(limit)
        rows = self._db.execute(newest).all()
        total = len(rows) if len(rows) < limit else _count(self._db, where)
        return Places(tuple(map(Place._make, rows)), total)

    def reports(self, case_ids: Sequence[bytes]) -> Iterator[SealedText]:
        """The report of each of these cases that this person works on and holds a grant for."""
        return self._texts(_REPORTS, {"ids": self._standing(case_ids)})

    def everything(self, case_ids: Sequence[bytes]) -> Iterator[SealedText]:
        """Report, messages and notes of each of these cases, as far as this person holds grants."""
        return self._texts(_ALL, {"ids": self._standing(case_ids), "parts": _READABLE})

    def _texts(self, query: Select[Any], asked: dict[str, Any]) -> Iterator[SealedText]:
        found = self._db.execute(query.where(*self._whose), asked | {"person": self._person_id})
        return map(SealedText._make, found.all())

    def _standing(self, case_ids: Sequence[bytes]) -> Sequence[bytes]:
        """Those of these cases whose day has not come."""
        due = self._due.intersection(case_ids)
        if not due:
            return case_ids
        known = {company.id: company for company in directory.all_companies(self._db)}
        past = {
            bytes(row.id)
            for row in self._db.execute(select(cases).where(cases.c.id.in_(due)))
            if closed_for_work(reading.retention_facts(row, known[bytes(row.company_id)]), self._now)
        }
        return [one for one in case_ids if one not in past]


def companies_of(store: Store, person_id: bytes, now: datetime) -> tuple[tuple[str, str], ...]:
    """The companies in which this person reads cases today: code and name."""
    with store.reading() as db:
        known = {company.id: company for company in directory.all_companies(db)}
        worked = [known[bytes(one)] for one in db.execute(_MY_COMPANIES, {"person": person_id}).scalars()]
        return tuple(
            (one.code, one.name) for one in worked if scope(db, store.keys, person_id, one, now) is not None
        )


def _mine(db: Connection, keys: ServerKeys, person_id: bytes, wanted: Wanted, now: datetime) -> list[Any]:
    """One condition for each company this person works in; from the day of purge on a case fits none."""
    known = {company.id: company for company in directory.all_companies(db)}
    worked = [known[bytes(one)] for one in db.execute(_MY_COMPANIES, {"person": person_id}).scalars()]
    scopes = [
        scope(db, keys, person_id, company, now, overdue=wanted.overdue)
        for company in worked
        if not wanted.company or company.code == wanted.company
    ]
    return [scope for scope in scopes if scope is not None]


def scope(
    db: Connection, keys: ServerKeys, person_id: bytes, company: CompanyFacts, now: datetime,
    *, overdue: bool = False,
) -> Any:  # fmt: skip
    """The condition on cases of one company, or None where this person reads nothing of it today."""
    today = calendar.local_day(now, company.zone)
    standing = or_(cases.c.state != "closed", cases.c.purge_on.is_(None), cases.c.purge_on > today)
    conditions = [readers.c.company_id == company.id, standing]
    if overdue:
        conditions.append(readers.c.due_on < today)
    if directory.role_on(db, keys, person_id, company.id, today) is None:
        single = _single_cases(db, keys, person_id, company.id, today)
        if not single:
            return None
        conditions.append(readers.c.case_id.in_(single))
    return and_(*conditions)


def _single_cases(
    db: Connection, keys: ServerKeys, person_id: bytes, company_id: bytes, today: date
) -> list[bytes]:
    asked = {"person": person_id, "company": company_id, "most": SINGLE_CASES}
    return [
        bytes(one)
        for one in db.execute(_MY_CASES, asked).scalars()
        if directory.role_on(db, keys, person_id, company_id, today, case_id=bytes(one)) is not None
    ]


def _asked(wanted: Wanted) -> list[Any]:
    conditions: list[Any] = []
    if wanted.state in ("open", "closed"):
        conditions.append(readers.c.open.is_(wanted.state == "open"))
    elif wanted.state != "all":
        conditions.append(cases.c.state == wanted.state)
    if wanted.from_on is not None:
        conditions.append(cases.c.received_on >= wanted.from_on)
    if wanted.to_on is not None:
        conditions.append(cases.c.received_on <= wanted.to_on)
    return conditions


def _beyond(after: Cursor) -> Any:
    day, case_id = after
    return and_(cases.c.received_on <= day, or_(cases.c.received_on < day, cases.c.id < case_id))


def _count(db: Connection, where: Sequence[Any]) -> int:
    counted = select(func.count()).select_from(readers.join(cases)).where(*where)
    return db.execute(counted).scalar_one()
