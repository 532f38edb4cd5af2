"""A key counts for a role once somebody of that role, or two administrators for the first, confirmed it."""

import hmac
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, select, update

from whistle.errors import NotThere
from whistle.rules.calendar import local_day
from whistle.rules.roles import CONFIRMED_BY, Role
from whistle.vault import directory, ledger
from whistle.vault.serverkeys import ServerKeys
from whistle.vault.store import Store, Work
from whistle.vault.tables import cases, companies, confirmations, designations, readers
from whistle.vault.tables import ledger as ledger_lines
from whistle.vault.tables import people as persons

ADMINISTRATOR = "administrator"


@dataclass(frozen=True, slots=True)
class Waiting:
    """A designation whose key waits; `needed` says how many confirmations it takes."""

    id: bytes
    person_id: bytes
    person_name: str
    public_key: bytes
    role: str
    company_code: str
    company_name: str
    confirmed_by: tuple[bytes, ...]
    needed: int
    from_on: date
    to_on: date | None
    shared: bool
    for_case_id: bytes | None


def waiting(store: Store, person_id: bytes, now: datetime) -> tuple[Waiting, ...]:
    """The keys that this person may confirm today, or has confirmed and that wait for another."""
    with store.reading() as db:
        found = _all_waiting(db, store.keys, now)
        return tuple(item for item in found if _may_confirm(db, store.keys, item, person_id, now))


def confirm(store: Store, confirmer_id: bytes, designation_id: bytes, key_id: bytes, now: datetime) -> bool:
    """Record that `confirmer_id` compared this very key's fingerprint. True when the key counts now.

    Raises `NotThere`, and `Tampered` when an administrator is confirmed by a ledger that was cut.
    """
    with store.writing() as work:
        row = _locked(work.db, designation_id)
        item = _one(work.db, store.keys, designation_id, now)
        if item.role == ADMINISTRATOR:
            ledger.verify(work.db, store.keys)  # it says how many it takes
        person = work.db.execute(select(persons).where(persons.c.id == item.person_id)).one()
        if bytes(person.key_id) != key_id or not _may_confirm(work.db, store.keys, item, confirmer_id, now):
            raise NotThere("there is no such key to confirm")
        name = work.db.execute(select(persons.c.name).where(persons.c.id == confirmer_id)).scalar_one()
        if confirmer_id not in item.confirmed_by:
            _note(work, store.keys, row, confirmer_id, key_id, now)
        counts = len({*item.confirmed_by, confirmer_id}) >= item.needed
        if counts:
            mac = directory.designation_mac(store.keys, row, key_id)
            work.db.execute(
                update(designations).where(designations.c.id == designation_id).values(key_id=key_id, mac=mac)
            )
        facts = {
            "person": item.person_name,
            "role": item.role,
            "company": item.company_code,
            "counts": counts,
        }
        case = _case_of(work.db, item)
        work.log("key_confirmed", day=now.date(), actor=name, case=case, facts=facts)
        return counts


def _case_of(db: Connection, item: Waiting) -> str:
    """The number of an investigator's case: the ledger's line is then hidden as the case is (L6)."""
    if item.for_case_id is None:
        return ""
    number: str = db.execute(select(cases.c.number).where(cases.c.id == item.for_case_id)).scalar_one()
    return number


def _locked(db: Connection, designation_id: bytes) -> Row[Any]:
    """The designation, before anything else is read: of two who confirm at once the second finds the first.

    Raises `NotThere`.
    """
    query = select(designations).where(designations.c.id == designation_id)
    row = db.execute(query.with_for_update()).one_or_none()
    if row is None:
        raise NotThere("there is no such key to confirm")
    return row


def _note(
    work: Work, keys: ServerKeys, designation: Row[Any], confirmer_id: bytes, key_id: bytes, now: datetime
) -> None:
    """Keep a confirmation in the place of one that was written past this page."""
    place = (confirmations.c.designation_id == designation.id) & (
        confirmations.c.confirmer_id == confirmer_id
    )
    work.db.execute(delete(confirmations).where(place))
    mac = directory.confirmation_mac(keys, designation, confirmer_id, key_id)
    row = {
        "designation_id": designation.id,
        "confirmer_id": confirmer_id,
        "key_id": key_id,
        "on_day": now.date(),
        "mac": mac,
    }
    work.db.execute(insert(confirmations).values(**row))


def _all_waiting(db: Connection, keys: ServerKeys, now: datetime) -> list[Waiting]:
    query = (
        select(
            designations, persons.c.name, persons.c.public_key, persons.c.key_id.label("person_key"),
            companies.c.code, companies.c.name.label("company_name"), companies.c.zone,
        )
        .join_from(designations, persons)
        .join(companies, companies.c.id == designations.c.company_id)
        .where(persons.c.state == "active", designations.c.mac.is_(None))
        .order_by(persons.c.name, companies.c.position)
    )  # fmt: skip
    return [
        _waiting(db, keys, row, now)
        for row in db.execute(query).all()
        if row.to_on is None or row.to_on > local_day(now, row.zone)
    ]


def _waiting(db: Connection, keys: ServerKeys, row: Row[Any], now: datetime) -> Waiting:
    """A confirmation counts only for the key and the role it was given for, and if given on this page."""
    query = select(confirmations).where(
        confirmations.c.designation_id == row.id, confirmations.c.key_id == row.person_key
    )
    given = tuple(bytes(found.confirmer_id) for found in db.execute(query) if is_given(keys, found, row))
    needed = _needed(db, keys, row, now)
    return Waiting(
        bytes(row.id), bytes(row.person_id), row.name, bytes(row.public_key), row.role, row.code,
        row.company_name, given, needed, row.from_on, row.to_on, bool(row.shared),
        None if row.for_case_id is None else bytes(row.for_case_id),
    )  # fmt: skip


def is_given(keys: ServerKeys, row: Row[Any], designation: Row[Any]) -> bool:
    """Whether a row of the table was written by this server, on the confirmer's own page, for this role."""
    mac = directory.confirmation_mac(keys, designation, bytes(row.confirmer_id), bytes(row.key_id))
    return hmac.compare_digest(mac, bytes(row.mac))


def _one(db: Connection, keys: ServerKeys, designation_id: bytes, now: datetime) -> Waiting:
    for item in _all_waiting(db, keys, now):
        if item.id == designation_id:
            return item
    raise NotThere("there is no such key to confirm")


def _needed(db: Connection, keys: ServerKeys, row: Row[Any], now: datetime) -> int:
    """One of the same role; for its first, two administrators; for an administrator two, once there were two.

    With one administrator only, the second needs that one: nobody else could be asked. Whom handlers let in
    (`CONFIRMED_BY`) waits for a handler, and where there is none, until there is one.
    """
    if row.role == ADMINISTRATOR:
        return 2 if len(_ever_administrators(db)) > 1 else 1
    if row.role in CONFIRMED_BY:
        return 1
    return 1 if directory.holders(db, keys, row.role, now, bytes(row.company_id)) else 2


def _may_confirm(db: Connection, keys: ServerKeys, item: Waiting, person_id: bytes, now: datetime) -> bool:
    if item.person_id == person_id:
        return False
    company_id = directory.company_by_code(db, item.company_code).id
    if item.role in CONFIRMED_BY:
        letting_in = directory.holders(db, keys, CONFIRMED_BY[Role(item.role)], now, company_id)
        return person_id in letting_in and _may_know(db, item, person_id)
    holders = directory.holders(db, keys, item.role, now, company_id)
    if item.role != ADMINISTRATOR and holders:
        return person_id in holders
    administrators = directory.holders(db, keys, ADMINISTRATOR, now)
    if item.role != ADMINISTRATOR or len(administrators - {item.person_id}) > 1:
        return person_id in administrators
    # One administrator is left: so that they cannot invent the other, somebody of another role is the second.
    witnesses = (directory.holders(db, keys, role, now) for role in WITNESSES)
    return person_id in administrators.union(*witnesses)


WITNESSES = ("auditor", "legal", "privacy_officer", "custodian", "handler")
"""Who else may confirm an administrator where only one other is left."""


def _ever_administrators(db: Connection) -> set[str]:
    """Whose keys ever counted for an administrator's: who ends a colleague's role is not alone by that."""
    query = select(ledger_lines).where(ledger_lines.c.action == "key_confirmed")
    facts = [ledger.line_of(row).facts for row in db.execute(query)]
    return {one["person"] for one in facts if one["role"] == ADMINISTRATOR and one.get("counts", True)}


def _may_know(db: Connection, item: Waiting, person_id: bytes) -> bool:
    """That a case has an investigator is for those who work on it: nobody excluded learns of the case."""
    if item.for_case_id is None:
        return True
    place = (readers.c.case_id == item.for_case_id) & (readers.c.person_id == person_id)
    return db.execute(select(readers.c.person_id).where(place)).first() is not None
