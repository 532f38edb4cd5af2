"""Every verified request of some kinds lies, as a copy, with those who handle reports, whatever it names.

What they do with it leaves no trace where an officer, an administrator or an auditor looks: no line in the
ledger, no count, no date. The copy has a case id and keys of its own, which its officer does not hold: the
first who writes in it raises the epoch, and seals under a key that the officer who made the copy never had.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Row, bindparam, insert, select, update

from whistle.crypto.header import Compartment, Header, Kind
from whistle.errors import NotAllowed, NotThere, RuleRefused
from whistle.rules import request_way as rules
from whistle.rules.calendar import local_day
from whistle.rules.retention import closed_for_work
from whistle.vault import casework, directory, intake, mails, reading, recovery, requests
from whistle.vault.facts import (
    COPY,
    Addition,
    CaseStatus,
    CompanyFacts,
    NewCase,
    OpenedCase,
    Recipient,
    SealedGrant,
)
from whistle.vault.requests import RequestChange
from whistle.vault.requesttables import request_readers
from whistle.vault.requesttables import requests as table
from whistle.vault.store import Store
from whistle.vault.tables import cases

LETTER = "C"
"""Of a copy's number: no command takes such a number, so nothing but what stands here reaches a copy."""

RAISED = 2
"""The epoch that is due in a new copy: whoever writes first makes a key that its officer never held."""

WRITES = (Compartment.CONTENT,)

_MINE = (
    select(cases, request_readers.c.unread.label("mine"), table.c.case_id.label("request_id"))
    .join_from(cases, request_readers)
    .join(table, table.c.copy_id == cases.c.id)
    .where(
        cases.c.number == bindparam("number"), cases.c.kind == COPY,
        request_readers.c.person_id == bindparam("person"),
    )
)  # fmt: skip
_LIST = (
    select(cases, request_readers.c.unread.label("mine"), table.c.case_id.label("request_id"))
    .join_from(request_readers, cases)
    .join(table, table.c.copy_id == cases.c.id)
    .where(request_readers.c.person_id == bindparam("person"), cases.c.kind == COPY)
    .order_by(request_readers.c.open.desc(), request_readers.c.due_on, cases.c.id)
)
_READERS = select(request_readers.c.person_id).where(request_readers.c.case_id == bindparam("case"))
LISTED = 200
"""Copies on a handler's page: those that wait come first."""


@dataclass(frozen=True, slots=True)
class CopyFacts:
    """A copy as its handlers' list shows it; `answered_on` is the day of their last answer."""

    case: CaseStatus
    due_on: date
    answered_on: date | None
    unread: int


def readers_of(store: Store, company_code: str, now: datetime) -> tuple[Recipient, ...]:
    """Who handles reports in a company today, or its deputies where nobody does; and the recovery key."""
    with store.reading() as db:
        company = directory.company_by_code(db, company_code)
        return readers_in(db, store, company, local_day(now, company.zone))


def readers_in(db: Connection, store: Store, company: CompanyFacts, today: date) -> tuple[Recipient, ...]:
    """The same for a company that is at hand, on its own day."""
    people = directory.recipients(db, store.keys, company.id, ("handler", "deputy"), today)
    handlers = tuple(one for one in people if one.role == "handler") or people
    spare = recovery.holder(store.keys)
    return handlers if spare is None else (*handlers, spare)


def put(request: RequestChange, new: NewCase) -> None:
    """Write the copy of a request that is being verified; no line anywhere tells of it.

    It goes to everybody who handles reports there, or to the deputies; where nobody does it waits sealed, as
    a report would, and the board contact is told no more than for one. Raises `RuleRefused("epoch")` where
    somebody was appointed meanwhile.
    """
    change = request.change
    found = readers_in(change.db, change.store, change.company, request.today)
    known = {one.person_id: one for one in found}
    _require_lawful(change, new, known)
    row = requests.case_of(change.store, change.db, new, change.company, request.today, LETTER)
    row |= {"kind": COPY, "epoch_content": RAISED}
    change.db.execute(insert(cases).values(**row))
    intake.write_objects(change.db, new, intake.entries_of(new), request.today)
    due = rules.due_on(request.standing(), request.today)
    for person in sorted({grant.holder_id for grant in new.grants} - {new.case_id}):
        if known[person].role != recovery.ROLE:
            place = {
                "person_id": person,
                "case_id": new.case_id,
                "company_id": change.company.id,
                "unread": 1,
            }
            values = {"open": True, "rank": requests.RANK_OPEN, "due_on": due}
            change.db.execute(insert(request_readers).values(**place, **values))
    if all(one.role == recovery.ROLE for one in found):
        mails.tell_board(change.work, change.company)
    ids = [Header.parse(blob.sealed_header).object_id for blob in new.blobs]
    change.work.after(lambda: change.store.blobs.publish(ids))


def _require_lawful(change: casework.Change, new: NewCase, known: Mapping[bytes, Recipient]) -> None:
    """Check that a copy goes to all of them, and to whoever asked, and to nobody else."""
    if not set(known) <= {grant.holder_id for grant in new.grants}:
        raise RuleRefused("epoch", "Somebody changed who handles reports at the same moment.")
    for grant in new.grants:
        header = Header.parse(grant.sealed)
        if (header.kind, header.case_id, header.compartment) != (
            Kind.GRANT,
            new.case_id,
            Compartment.CONTENT,
        ):
            raise NotAllowed("a grant belongs to another case")
        theirs = known.get(grant.holder_id)
        if grant.holder_id != new.case_id and (theirs is None or theirs.key_id != header.key_id):
            raise NotAllowed("a copy goes to those who handle reports, and to who asked")
    if bytes(new.reporter_key) != bytes(change.row.reporter_key):
        raise NotAllowed("a copy goes to those who handle reports, and to who asked")


def copies(store: Store, person_id: bytes, now: datetime) -> tuple[CopyFacts, ...]:
    """The copies that this handler may read today, those without an answer first."""
    with store.reading() as db:
        served = {
            company.id: company
            for role in ("handler", "deputy")
            for company in directory.companies_served(db, store.keys, person_id, role, now)
        }
        found = list(db.execute(_LIST.limit(LISTED), {"person": person_id}))
        theirs = [(row, served[bytes(row.company_id)]) for row in found if bytes(row.company_id) in served]
        return tuple(
            _facts(db, store, row, served, now) for row, at in theirs if not _is_past(db, row, at, now)
        )


def _is_past(db: Connection, copy: Row[Any], company: CompanyFacts, now: datetime) -> bool:
    """Whether the day of the request has come: its copy ends with it."""
    request = db.execute(select(cases).where(cases.c.id == copy.request_id)).one()
    return closed_for_work(reading.retention_facts(request, company), now)


def _facts(
    db: Connection, store: Store, row: Row[Any], served: dict[bytes, CompanyFacts], now: datetime
) -> CopyFacts:
    company = served[bytes(row.company_id)]
    request = requests.checked(db, store.keys, bytes(row.request_id))
    received = db.execute(select(cases.c.received_on).where(cases.c.id == row.request_id)).scalar_one()
    dates = requests.dates_of(request, received, company)
    due = rules.due_on(dates, local_day(now, company.zone))
    return CopyFacts(casework.status_of(row, company), due, row.feedback_on, row.mine)


def open_copy(store: Store, person_id: bytes, number: str, now: datetime) -> OpenedCase:
    """A copy as its handler opens it, held or not until its request's day. Raises `NotThere`, `Tampered`."""
    with store.reading() as db:
        row = _mine(db, store, person_id, number, now)
        if _is_past(db, row, directory.company_by_id(db, row.company_id), now):
            raise NotThere("the day of this request has come")
        return reading.opened(db, store, row, WRITES, holder=person_id, now=now, unread=row.mine)


def mark_read(
    store: Store, person_id: bytes, number: str, own_grants: Iterable[SealedGrant], now: datetime
) -> None:
    """Note that this handler saw the copy, and take their own grants in place of the ones made for them."""
    own = tuple(own_grants)
    with _at_work(store, person_id, number, now) as change:
        for grant in own:
            if grant.holder_id != person_id:
                raise NotAllowed("a handler replaces their own grants only")
            change.put_grant(grant)
        place = (request_readers.c.case_id == change.row.id) & (request_readers.c.person_id == person_id)
        change.db.execute(update(request_readers).where(place).values(unread=0))


def answer(store: Store, person_id: bytes, number: str, addition: Addition, now: datetime) -> None:
    """Write to the person, past the officer; also that there is nothing they may be given needs no word."""
    with _at_work(store, person_id, number, now) as change:
        change.add(addition, writes=WRITES, grants_in=WRITES)
        change.set(feedback_on=change.today, unread=change.now("unread") + 1)
        place = request_readers.c.case_id == change.row.id
        change.db.execute(update(request_readers).where(place).values(open=False))


def lacking(store: Store, person_id: bytes, number: str, now: datetime) -> tuple[Recipient, ...]:
    """Colleagues who handle reports there and cannot read this copy: they came later. Raises `NotThere`."""
    with store.reading() as db:
        row = _mine(db, store, person_id, number, now)
        company = directory.company_by_id(db, row.company_id)
        there = set(db.execute(_READERS, {"case": row.id}).scalars())
        found = readers_in(db, store, company, local_day(now, company.zone))
        return tuple(one for one in found if one.role != recovery.ROLE and one.person_id not in there)


def let_in(
    store: Store,
    person_id: bytes,
    number: str,
    colleague_id: bytes,
    granted: Sequence[SealedGrant],
    now: datetime,
) -> None:
    """Give a colleague who came later the keys of a copy; who reads it already keeps what they have.

    Raises `NotAllowed` unless they handle reports.
    """
    with _at_work(store, person_id, number, now) as change:
        known = {one.person_id: one for one in readers_in(change.db, store, change.company, change.today)}
        if colleague_id in set(change.db.execute(_READERS, {"case": change.row.id}).scalars()):
            return
        for grant in granted:
            header = Header.parse(grant.sealed)
            theirs = known.get(colleague_id)
            if grant.holder_id != colleague_id or theirs is None or theirs.key_id != header.key_id:
                raise NotAllowed("a copy goes to those who handle reports only")
            change.put_grant(grant)
        place = {"person_id": colleague_id, "case_id": change.row.id, "company_id": change.row.company_id}
        values = {"open": True, "rank": requests.RANK_OPEN, "due_on": change.today, "unread": 1}
        change.db.execute(insert(request_readers).values(**place, **values))


def ids_of(db: Connection, case_ids: Sequence[bytes]) -> list[bytes]:
    """The copies of these requests, which end with them."""
    query = select(table.c.copy_id).where(table.c.case_id.in_(list(case_ids)), table.c.copy_id.is_not(None))
    return [bytes(found) for found in db.execute(query).scalars()]


def _mine(db: Connection, store: Store, person_id: bytes, number: str, now: datetime) -> Row[Any]:
    row = None
    if number.startswith(f"{LETTER}-") and casework.is_number(f"R{number[1:]}"):
        row = db.execute(_MINE, {"number": number, "person": person_id}).one_or_none()
    if row is not None:
        company = directory.company_by_id(db, row.company_id)
        today = local_day(now, company.zone)
        for role in ("handler", "deputy"):
            if directory.serves(db, store.keys, person_id, company.id, role, today):
                return row
    raise NotThere("there is no such request, or it is not yours")


class _at_work:  # noqa: N801 (used as a verb: with _at_work(...))
    """A copy locked for somebody who may read it; it takes no word once its request's day has come."""

    def __init__(self, store: Store, person_id: bytes, number: str, now: datetime) -> None:
        with store.reading() as db:
            row = _mine(db, store, person_id, number, now)
            request = db.execute(select(cases).where(cases.c.id == row.request_id)).one()
            company = directory.company_by_id(db, request.company_id)
            reading.require_standing(request, company, now)
        self._changing = casework.changing(store, bytes(row.id), now)

    def __enter__(self) -> casework.Change:
        return self._changing.__enter__()

    def __exit__(self, *error: object) -> bool | None:
        return self._changing.__exit__(*error)  # type: ignore[arg-type]
