"""A case that nobody can read waits sealed; its reporter's next visit lets in who is there by then (L6)."""

from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256

from sqlalchemy import Connection, select

from whistle.crypto.header import Compartment
from whistle.errors import NotThere
from whistle.rules.calendar import local_day
from whistle.vault import casework, directory, reading
from whistle.vault.around import Person, around
from whistle.vault.circle import let_in
from whistle.vault.facts import SealedGrant
from whistle.vault.store import Store
from whistle.vault.tables import cases, readers


def let_in_next(store: Store, locator: bytes, now: datetime) -> tuple[tuple[Person, ...], tuple[int, ...]]:
    """To whom the reporter's keys may be granted, and of which compartments; nobody once somebody reads.

    Handlers of the company today who are not excluded, else its deputies. Raises `NotThere`.
    """
    with store.reading() as db:
        row = db.execute(select(cases).where(cases.c.locator_hash == sha256(locator).digest())).one_or_none()
        if row is None:
            raise NotThere("no case has this key")
        if _is_read(db, row.id):
            return (), ()
        company = directory.company_by_id(db, row.company_id)
        today = local_day(now, company.zone)
        found = around(db, store.keys, row, today).successors(b"")
        return found, _parts(db, store, row.company_id, now)


def let_in_by_reporter(store: Store, locator: bytes, granted: Sequence[SealedGrant], now: datetime) -> None:
    """Put on the case whom its reporter's keys let in. Raises `RuleRefused("epoch")`: seal it again.

    The ledger's line names no actor but the system: that a reporter came is theirs to tell.
    """
    with store.reading() as db:
        query = select(cases.c.id).where(cases.c.locator_hash == sha256(locator).digest())
        case_id = db.execute(query).scalar_one_or_none()
    if case_id is None:
        raise NotThere("no case has this key")
    with casework.changing(store, bytes(case_id), now) as change:
        reading.require_standing(change.row, change.company, now)
        if _is_read(change.db, change.row.id):
            return
        found = around(change.db, store.keys, change.row, change.today).successors(b"")
        let_in(change, found, granted, _parts(change.db, store, change.company.id, now))
        for person in found:
            change.log("granted", "system", person=person.name)


def _is_read(db: Connection, case_id: bytes) -> bool:
    query = select(readers.c.person_id).where(readers.c.case_id == case_id).limit(1)
    return db.execute(query).first() is not None


def _parts(db: Connection, store: Store, company_id: bytes, now: datetime) -> tuple[int, ...]:
    """The content; where a company has no custodian, its handlers hold the identity as well (FORMAT.md)."""
    if directory.holders(db, store.keys, "custodian", now, company_id):
        return (Compartment.CONTENT,)
    return (Compartment.CONTENT, Compartment.IDENTITY)
