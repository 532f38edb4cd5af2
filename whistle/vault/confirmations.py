"""A key counts for a role once somebody of that role, or two administrators for the first, confirmed it."""

import hmac
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, select, update

from whistle.errors import NotThere
from whistle.vault import directory
from whistle.vault.serverkeys import ServerKeys
from whistle.vault.store import Store, Work
from whistle.vault.tables import companies, confirmations, designations
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


def waiting(store: Store, person_id: bytes) -> tuple[Waiting, ...]:
    """The keys that this person may confirm, or has confirmed and that wait for another."""
    with store.reading() as db:
        return tuple(
            item for item in _all_waiting(db, store.keys) if _may_confirm(db, store.keys, item, person_id)
        )


def waiting_for(store: Store, designation_id: bytes) -> Waiting:
    """One waiting key, whoever may confirm it. Raises `NotThere`."""
    with store.reading() as db:
        return _one(db, store.keys, designation_id)


def confirm(store: Store, confirmer_id: bytes, designation_id: bytes, key_id: bytes, now: datetime) -> bool:
    """Record that `confirmer_id` compared this very key's fingerprint. True when the key counts now."""
    with store.writing() as work:
        item = _one(work.db, store.keys, designation_id)
        row = work.db.execute(
            select(designations).where(designations.c.id == designation_id).with_for_update()
        ).one()
        person = work.db.execute(select(persons).where(persons.c.id == item.person_id)).one()
        if bytes(person.key_id) != key_id or not _may_confirm(work.db, store.keys, item, confirmer_id):
            raise NotThere("there is no such key to confirm")
        name = work.db.execute(select(persons.c.name).where(persons.c.id == confirmer_id)).scalar_one()
        if confirmer_id not in item.confirmed_by:
            _note(work, store.keys, designation_id, confirmer_id, key_id, now)
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
        work.log("key_confirmed", day=now.date(), actor=name, facts=facts)
        return counts


def _note(
    work: Work, keys: ServerKeys, designation_id: bytes, confirmer_id: bytes, key_id: bytes, now: datetime
) -> None:
    """Keep a confirmation in the place of one that was written past this page."""
    place = (confirmations.c.designation_id == designation_id) & (
        confirmations.c.confirmer_id == confirmer_id
    )
    work.db.execute(delete(confirmations).where(place))
    mac = directory.confirmation_mac(keys, designation_id, confirmer_id, key_id)
    row = {
        "designation_id": designation_id,
        "confirmer_id": confirmer_id,
        "key_id": key_id,
        "on_day": now.date(),
        "mac": mac,
    }
    work.db.execute(insert(confirmations).values(**row))


def _all_waiting(db: Connection, keys: ServerKeys) -> list[Waiting]:
    query = (
        select(
            designations, persons.c.name, persons.c.public_key, persons.c.key_id.label("person_key"),
            companies.c.code, companies.c.name.label("company_name"),
        )
        .join_from(designations, persons)
        .join(companies, companies.c.id == designations.c.company_id)
        .where(persons.c.state == "active", designations.c.mac.is_(None), designations.c.to_on.is_(None))
        .order_by(persons.c.name, companies.c.position)
    )  # fmt: skip
    return [_waiting(db, keys, row) for row in db.execute(query).all()]


def _waiting(db: Connection, keys: ServerKeys, row: Row[Any]) -> Waiting:
    """A confirmation counts only for the key it was given for, and if given on this server's page."""
    query = select(confirmations).where(
        confirmations.c.designation_id == row.id, confirmations.c.key_id == row.person_key
    )
    given = tuple(bytes(found.confirmer_id) for found in db.execute(query) if is_given(keys, found))
    return Waiting(
        bytes(row.id), bytes(row.person_id), row.name, bytes(row.public_key), row.role, row.code,
        row.company_name, given, _needed(db, keys, row.role, bytes(row.company_id), bytes(row.person_id)),
    )  # fmt: skip


def is_given(keys: ServerKeys, row: Row[Any]) -> bool:
    """Whether a row of the table was written by this server, on the confirmer's own page."""
    mac = directory.confirmation_mac(
        keys, bytes(row.designation_id), bytes(row.confirmer_id), bytes(row.key_id)
    )
    return hmac.compare_digest(mac, bytes(row.mac))


def _one(db: Connection, keys: ServerKeys, designation_id: bytes) -> Waiting:
    for item in _all_waiting(db, keys):
        if item.id == designation_id:
            return item
    raise NotThere("there is no such key to confirm")


def _needed(db: Connection, keys: ServerKeys, role: str, company_id: bytes, person_id: bytes) -> int:
    """One of the same role; for its first, two administrators; for an administrator two, once there are two.

    With one administrator only, the second needs that one: nobody else could be asked.
    """
    if role == ADMINISTRATOR:
        return min(2, max(1, len(directory.holders(db, keys, ADMINISTRATOR) - {person_id})))
    return 1 if directory.holders(db, keys, role, company_id) else 2


def _may_confirm(db: Connection, keys: ServerKeys, item: Waiting, person_id: bytes) -> bool:
    if item.person_id == person_id:
        return False
    company_id = directory.company_by_code(db, item.company_code).id
    holders = directory.holders(db, keys, item.role, company_id)
    if item.role != ADMINISTRATOR and holders:
        return person_id in holders
    return person_id in directory.holders(db, keys, ADMINISTRATOR)
