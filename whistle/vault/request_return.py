"""A request or a copy that nobody can read lets in who is appointed by now, when whoever asked comes back."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, insert, select

from whistle.crypto.header import Header, Kind
from whistle.errors import NotAllowed, NotThere
from whistle.rules.calendar import local_day
from whistle.rules.request_way import State
from whistle.vault import casework, directory, reading, recovery, request_copies, requests
from whistle.vault.facts import COPY, CompanyFacts, Recipient, SealedGrant
from whistle.vault.mailbox import OPEN_TO_REPORTER
from whistle.vault.requests import OFFICER
from whistle.vault.requesttables import request_readers
from whistle.vault.store import Store
from whistle.vault.tables import cases


@dataclass(frozen=True, slots=True)
class Unread:
    """A request, or its copy, that nobody reads any more, and who may be let in: nobody where none is there.

    `is_copy` says which of the two.
    """

    case_id: bytes
    is_copy: bool
    people: tuple[Recipient, ...]


def unread(store: Store, locator: bytes, now: datetime) -> tuple[Unread, ...]:
    """What nobody reads of the open request that this key leads to. Raises `NotThere`."""
    with store.reading() as db:
        request = requests.by_locator(db, locator)
        row = requests.checked(db, store.keys, bytes(request.id))
        if row.state == State.CLOSED:
            return ()
        found = [request]
        if row.copy_id is not None:
            copy = select(cases).where(cases.c.id == row.copy_id, cases.c.kind == COPY)
            found += db.execute(copy).all()
        return tuple(
            Unread(bytes(one.id), one.kind == COPY, _people(db, store, one, now))
            for one in found
            if not is_read(db, bytes(one.id))
        )


def let_in(
    store: Store, locator: bytes, case_id: bytes, granted: Sequence[SealedGrant], now: datetime
) -> None:
    """Give whom `unread` named the keys of the person who asked. Nothing where somebody reads it by now.

    The ledger names no actor but the system, and tells nothing at all of a copy. Raises `NotThere`,
    `NotAllowed`.
    """
    with store.reading() as db:
        request = requests.by_locator(db, locator)
        copies = request_copies.ids_of(db, [bytes(request.id)])
    if case_id in copies:
        with casework.changing(store, case_id, now) as change:
            reading.require_standing(request, change.company, now)
            _grant(change, granted, now)
    elif case_id == bytes(request.id):
        with requests.changing(store, case_id, now) as found:
            reading.require_standing(found.change.row, found.change.company, now)
            for person in _grant(found.change, granted, now):
                found.change.log("request_granted", "system", person=person.hex())
    else:
        raise NotThere("no request has this key")


def is_read(db: Connection, case_id: bytes) -> bool:
    """Whether anybody has a request or a copy in their list."""
    query = select(request_readers.c.person_id).where(request_readers.c.case_id == case_id).limit(1)
    return db.execute(query).first() is not None


def _people(db: Connection, store: Store, row: Row[Any], now: datetime) -> tuple[Recipient, ...]:
    company = directory.company_by_id(db, bytes(row.company_id))
    return _who(db, store, company, now, is_copy=row.kind == COPY)


def _who(
    db: Connection, store: Store, company: CompanyFacts, now: datetime, *, is_copy: bool
) -> tuple[Recipient, ...]:
    today = local_day(now, company.zone)
    if is_copy:
        found = request_copies.readers_in(db, store, company, today)
        return tuple(one for one in found if one.role != recovery.ROLE)
    return directory.recipients(db, store.keys, company.id, (OFFICER,), today)


def _grant(change: casework.Change, granted: Sequence[SealedGrant], now: datetime) -> list[bytes]:
    """The people who were let in; nobody once somebody reads it."""
    case_id = bytes(change.row.id)
    if is_read(change.db, case_id):
        return []
    is_copy = change.row.kind == COPY
    people = _who(change.db, change.store, change.company, now, is_copy=is_copy)
    known = {one.person_id: one.key_id for one in people}
    for grant in granted:
        header = Header.parse(grant.sealed)
        fits = header.kind == Kind.GRANT and header.compartment in OPEN_TO_REPORTER
        if not fits or known.get(grant.holder_id) != header.key_id:
            raise NotAllowed("a grant names somebody who is not designated for it")
        change.put_grant(grant)
    let = sorted({grant.holder_id for grant in granted})
    for person in let:
        row = {"person_id": person, "case_id": case_id, "company_id": change.company.id, "unread": 1}
        place = {"open": True, "rank": requests.RANK_OPEN, "due_on": change.today}
        change.db.execute(insert(request_readers).values(**row, **place))
    return let
