"""An officer's list of requests is one walk of an index: a child's first, then by day; no word of one."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, and_, func, or_, select

from whistle.rules.calendar import local_day
from whistle.vault import directory, requests
from whistle.vault.facts import REQUEST, Bounded, CompanyFacts, Recipient
from whistle.vault.listing import COUNT_BOUND, PAGE, SOON_DAYS
from whistle.vault.requests import NO_MAIL, OFFICER, RANK_UNPROVED, RequestStatus
from whistle.vault.requesttables import request_readers
from whistle.vault.requesttables import requests as table
from whistle.vault.store import Store
from whistle.vault.tables import cases, designations

SHOWN = ("open", "addressed", "unaddressed", "unproved", "closed")
"""Which part of the list: to be answered; of these, whose address is proved, and who was sent no code; with a
code that is awaited, which counts nowhere; the past.

Whoever sends requests by the thousand has three codes sent to an address: all others are in one part, beside
which everybody else's stand as if they were not there.
"""

Cursor = tuple[int, date, bytes]


@dataclass(frozen=True, slots=True)
class ListedRequest:
    """One line of the list."""

    status: RequestStatus
    unread: int


@dataclass(frozen=True, slots=True)
class RequestListing:
    """A page of the list, most urgent first; counts stop at a bound."""

    rows: tuple[ListedRequest, ...]
    total: Bounded
    late: Bounded
    soon: Bounded
    unproved: Bounded
    after: Cursor | None


def listing(
    store: Store, person_id: bytes, now: datetime, *, shown: str = "open", after: Cursor | None = None
) -> RequestListing:
    """A page of the requests of this officer's companies that were sealed to them."""
    with store.reading() as db:
        known = {one.id: one for one in directory.companies_served(db, store.keys, person_id, OFFICER, now)}
        if not known or shown not in SHOWN:
            none = Bounded(0, more=False)
            return RequestListing((), none, none, none, none, None)
        mine = [request_readers.c.person_id == person_id, request_readers.c.company_id.in_(list(known))]
        where = [*mine, *_part(shown)]
        query = _QUERY.where(*where)
        wanted = query if after is None else query.where(_beyond(after))
        order = (request_readers.c.rank, request_readers.c.due_on, request_readers.c.case_id)
        rows = db.execute(wanted.order_by(*order).limit(PAGE + 1)).all()
        last = rows[PAGE - 1] if len(rows) > PAGE else None
        today = local_day(now, next(iter(known.values())).zone)
        counted = [*mine, *_part("open")]
        until = today + timedelta(days=SOON_DAYS)
        return RequestListing(
            rows=tuple(_listed(db, store, row, known, now) for row in rows[:PAGE]),
            total=_count(db, *where),
            late=_count(db, *counted, request_readers.c.due_on < today),
            soon=_count(db, *counted, request_readers.c.due_on.between(today, until)),
            unproved=_count(db, *mine, *_part("unproved")),
            after=None if last is None else (last.rank, last.due_on, bytes(last.id)),
        )


_QUERY = (
    select(
        cases,
        request_readers.c.rank,
        request_readers.c.due_on,
        request_readers.c.unread.label("mine"),
    )
    .join_from(request_readers, cases)
    .where(cases.c.kind == REQUEST)
)


def _part(shown: str) -> list[Any]:
    is_open = request_readers.c.open.is_(shown != "closed")
    if shown == "closed":
        return [is_open]
    unproved = request_readers.c.rank == RANK_UNPROVED
    part = [is_open, unproved if shown == "unproved" else request_readers.c.rank < RANK_UNPROVED]
    if shown in ("addressed", "unaddressed"):
        no_code = select(table.c.case_id).where(table.c.mail == NO_MAIL)
        without = request_readers.c.case_id.in_(no_code)
        part.append(without if shown == "unaddressed" else ~without)
    return part


def _beyond(after: Cursor) -> Any:
    rank, due, case_id = after
    place = request_readers.c
    return or_(
        place.rank > rank,
        and_(place.rank == rank, place.due_on > due),
        and_(place.rank == rank, place.due_on == due, place.case_id > case_id),
    )


def _count(db: Connection, *conditions: Any) -> Bounded:
    """A copy has readers of its own, who are no officers of the company: rows of theirs are not met here."""
    bounded = select(request_readers.c.case_id).where(*conditions).limit(COUNT_BOUND + 1).subquery()
    value = db.execute(select(func.count()).select_from(bounded)).scalar_one()
    return Bounded(min(value, COUNT_BOUND), value > COUNT_BOUND)


def _listed(
    db: Connection, store: Store, row: Any, known: dict[bytes, CompanyFacts], now: datetime
) -> ListedRequest:
    facts = requests.checked(db, store.keys, bytes(row.id))
    return ListedRequest(requests.status_of(facts, row, known[bytes(row.company_id)], now), row.mine)


def answering(store: Store, now: datetime) -> tuple[tuple[CompanyFacts, tuple[Recipient, ...]], ...]:
    """Every company, in the order of the site file, with whose keys count as its officers' today."""
    with store.reading() as db:
        rows = directory.standing(db, store.keys, _OFFICERS, now)
        return tuple(
            (one, tuple(_recipient(row) for row in rows if bytes(row.company_id) == one.id))
            for one in directory.all_companies(db)
        )


_OFFICERS = directory.RECIPIENTS.where(designations.c.role == OFFICER, designations.c.for_case_id.is_(None))


def _recipient(row: Any) -> Recipient:
    key, key_id = bytes(row.public_key), bytes(row.key_id)
    return Recipient(bytes(row.person_id), row.name, row.function, row.role, key, key_id)


def lacking(
    store: Store, person_id: bytes, now: datetime, *, most: int
) -> tuple[tuple[bytes, str, str], ...]:
    """Colleagues who came later, and open requests of this officer that they cannot read.

    Each line: the colleague's id, their name, and the number of a request; `most` lines at most.
    """
    found: list[tuple[bytes, str, str]] = []
    with store.reading() as db:
        for company in directory.companies_served(db, store.keys, person_id, OFFICER, now):
            today = local_day(now, company.zone)
            for colleague in directory.recipients(db, store.keys, company.id, (OFFICER,), today):
                if colleague.person_id != person_id:
                    numbers = _lacking(db, person_id, colleague.person_id, company.id, most - len(found))
                    found += [(colleague.person_id, colleague.name, number) for number in numbers]
    return tuple(found)


def _lacking(db: Connection, mine: bytes, theirs: bytes, company: bytes, most: int) -> list[str]:
    others = request_readers.alias("others")
    has = (
        select(others.c.case_id)
        .where(others.c.case_id == request_readers.c.case_id, others.c.person_id == theirs)
        .exists()
    )
    query = (
        select(cases.c.number)
        .join_from(request_readers, cases)
        .join(table, table.c.case_id == cases.c.id)
        .where(request_readers.c.person_id == mine, request_readers.c.open.is_(True))
        .where(request_readers.c.company_id == company, cases.c.kind == REQUEST, ~has)
        .where(request_readers.c.rank < RANK_UNPROVED)
        .order_by(request_readers.c.due_on, request_readers.c.case_id)
    )
    return list(db.execute(query.limit(max(0, most))).scalars())
