"""A key counts for a role only after somebody of that role, or two administrators for the first, confirmed it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update

from whistle.errors import NotThere
from whistle.vault import directory
from whistle.vault.store import Store
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
        return tuple(item for item in _all_waiting(db) if _may_confirm(db, item, person_id))


def waiting_for(store: Store, designation_id: bytes) -> Waiting:
    """One waiting key, whoever may confirm it. Raises `NotThere`."""
    with store.reading() as db:
        return _one(db, designation_id)


def confirm(store: Store, confirmer_id: bytes, designation_id: bytes, key_id: bytes, now: datetime) -> bool:
    """Record that `confirmer_id` compared this very key's fingerprint. True when the key counts from now on."""
    with store.writing() as work:
        item = _one(work.db, designation_id)
        row = work.db.execute(select(designations).where(designations.c.id == designation_id).with_for_update()).one()
        person = work.db.execute(select(persons).where(persons.c.id == item.person_id)).one()
        if bytes(person.key_id) != key_id or not _may_confirm(work.db, item, confirmer_id):
            raise NotThere("there is no such key to confirm")
        name = work.db.execute(select(persons.c.name).where(persons.c.id == confirmer_id)).scalar_one()
        if confirmer_id not in item.confirmed_by:
            values = {"designation_id": designation_id, "confirmer_id": confirmer_id, "key_id": key_id, "on_day": now.date()}
            work.db.execute(insert(confirmations).values(**values))
        counts = len({*item.confirmed_by, confirmer_id}) >= item.needed
        if counts:
            mac = directory.designation_mac(store.keys, row, key_id)
            work.db.execute(update(designations).where(designations.c.id == designation_id).values(key_id=key_id, mac=mac))
        facts = {"person": item.person_name, "role": item.role, "company": item.company_code, "counts": counts}
        work.log("key_confirmed", day=now.date(), actor=name, facts=facts)
        return counts


def _all_waiting(db: Connection) -> list[Waiting]:
    query = (
        select(designations, persons.c.name, persons.c.public_key, persons.c.key_id.label("person_key"), companies.c.code,
               companies.c.name.label("company_name"))
        .join_from(designations, persons)
        .join(companies, companies.c.id == designations.c.company_id)
        .where(persons.c.state == "active", designations.c.mac.is_(None), designations.c.to_on.is_(None))
        .order_by(persons.c.name, companies.c.position)
    )  # fmt: skip
    return [_waiting(db, row) for row in db.execute(query).all()]


def _waiting(db: Connection, row: Row[Any]) -> Waiting:
    """A confirmation counts only for the key it was given for: a key made anew starts again."""
    query = select(confirmations.c.confirmer_id).where(
        confirmations.c.designation_id == row.id, confirmations.c.key_id == row.person_key
    )
    given = tuple(bytes(found) for found in db.execute(query).scalars())
    return Waiting(
        bytes(row.id), bytes(row.person_id), row.name, bytes(row.public_key), row.role, row.code, row.company_name,
        given, _needed(db, row.role, row.company_id),
    )  # fmt: skip


def _one(db: Connection, designation_id: bytes) -> Waiting:
    for item in _all_waiting(db):
        if item.id == designation_id:
            return item
    raise NotThere("there is no such key to confirm")


def _needed(db: Connection, role: str, company_id: bytes) -> int:
    """One of the same role; for a company's first of a role two administrators; for an administrator two, once there are two.

    With one administrator only, the second needs that one: nobody could be asked besides.
    """
    if role == ADMINISTRATOR:
        return min(2, max(1, _administrators(db)))
    return 1 if _holders(db, role, company_id) else 2


def _may_confirm(db: Connection, item: Waiting, person_id: bytes) -> bool:
    if item.person_id == person_id:
        return False
    company_id = directory.company_by_code(db, item.company_code).id
    holders = _holders(db, item.role, company_id)
    if item.role != ADMINISTRATOR and holders:
        return person_id in holders
    return person_id in _administrator_ids(db)


def _holders(db: Connection, role: str, company_id: bytes) -> set[bytes]:
    query = (
        select(designations.c.person_id)
        .join_from(designations, persons)
        .where(designations.c.role == role, designations.c.company_id == company_id, directory.stands())
        .where(designations.c.to_on.is_(None))
    )
    return {bytes(found) for found in db.execute(query).scalars()}


def _administrator_ids(db: Connection) -> set[bytes]:
    query = (
        select(designations.c.person_id)
        .join_from(designations, persons)
        .where(designations.c.role == ADMINISTRATOR, directory.stands(), designations.c.to_on.is_(None))
    )
    return {bytes(found) for found in db.execute(query).scalars()}


def _administrators(db: Connection) -> int:
    return len(_administrator_ids(db))
