"""Who there is: companies, people, what they are designated for, and which keys count."""

import json
from datetime import date
from typing import Any

from sqlalchemy import Connection, Row, and_, exists, or_, select

from whistle.crypto import chain
from whistle.errors import NotThere
from whistle.vault.facts import CompanyFacts, Recipient
from whistle.vault.serverkeys import ServerKeys
from whistle.vault.tables import companies, designations, people

DESIGNATION_LABEL = b"whistle/v1/designation\0"
PERSON_LABEL = b"whistle/v1/person\0"


def designation_mac(keys: ServerKeys, row: Any, key_id: bytes) -> bytes:
    """The keyed hash without which a designation does not count: a row alone makes nobody a reader."""
    fields = [bytes(row.id).hex(), bytes(row.person_id).hex(), bytes(row.company_id).hex(), row.role, key_id.hex()]
    return chain.keyed_hash(keys.inventory, DESIGNATION_LABEL, json.dumps(fields).encode())


def person_mac(keys: ServerKeys, person_id: bytes, public_key: bytes) -> bytes:
    """The keyed hash that ties a public key to its person: a key swapped in the database is not sealed to."""
    return chain.keyed_hash(keys.inventory, PERSON_LABEL, person_id + public_key)


def stands() -> Any:
    """The condition that a designation is confirmed and neither ended nor its person retired."""
    return and_(designations.c.mac.is_not(None), people.c.state == "active", people.c.key_id == designations.c.key_id)


def on(day: date) -> Any:
    """The condition that a designation is in force on `day`."""
    return and_(designations.c.from_on <= day, or_(designations.c.to_on.is_(None), designations.c.to_on > day))


_IS_OPEN = exists(
    select(designations.c.id)
    .join_from(designations, people)
    .where(designations.c.company_id == companies.c.id, designations.c.role == "handler", stands())
    .where(designations.c.to_on.is_(None))
)
_COMPANIES = select(companies, _IS_OPEN.label("open")).order_by(companies.c.position)


def all_companies(db: Connection) -> tuple[CompanyFacts, ...]:
    """Every company, in the order of the site file."""
    return tuple(_company(row) for row in db.execute(_COMPANIES))


def company_by_code(db: Connection, code: str) -> CompanyFacts:
    """The company with this code; raises `NotThere`."""
    row = db.execute(_COMPANIES.where(companies.c.code == code)).one_or_none()
    if row is None:
        raise NotThere("there is no such company")
    return _company(row)


def company_by_id(db: Connection, company_id: bytes) -> CompanyFacts:
    """The company with this id."""
    return _company(db.execute(_COMPANIES.where(companies.c.id == company_id)).one())


def _company(row: Row[Any]) -> CompanyFacts:
    profile = json.loads(row.profile)
    return CompanyFacts(
        bytes(row.id), row.code, row.name, row.country, row.zone, row.contact, profile["meeting"], profile["months"],
        bool(row.open),
    )  # fmt: skip


_RECIPIENTS = (
    select(
        designations.c.id,
        designations.c.person_id,
        designations.c.company_id,
        designations.c.role,
        designations.c.mac,
        people.c.name,
        people.c.function,
        people.c.public_key,
        people.c.key_id,
        people.c.mac.label("person_mac"),
    )
    .join_from(designations, people)
    .where(stands())
    .order_by(designations.c.id)
)


def recipients(db: Connection, keys: ServerKeys, company_id: bytes, roles: tuple[str, ...], day: date) -> tuple[Recipient, ...]:
    """Whose keys count for `roles` in a company on `day`: confirmed, active, and keyed by this server."""
    query = _RECIPIENTS.where(designations.c.company_id == company_id, designations.c.role.in_(roles), on(day))
    return tuple(
        Recipient(bytes(row.person_id), row.name, row.function, row.role, bytes(row.public_key), bytes(row.key_id))
        for row in db.execute(query)
        if _is_keyed(keys, row)
    )


def serves(db: Connection, person_id: bytes, company_id: bytes, role: str, day: date) -> bool:
    """Whether this person holds `role` in the company on `day`, with a key that counts."""
    query = (
        select(designations.c.id)
        .join_from(designations, people)
        .where(designations.c.person_id == person_id, designations.c.company_id == company_id)
        .where(designations.c.role == role, stands(), on(day))
        .limit(1)
    )
    return db.execute(query).first() is not None


def companies_served(db: Connection, person_id: bytes, role: str, day: date) -> tuple[CompanyFacts, ...]:
    """The companies in which this person holds `role` on `day`."""
    mine = (
        select(designations.c.company_id)
        .join_from(designations, people)
        .where(designations.c.person_id == person_id, designations.c.role == role, stands(), on(day))
    )
    return tuple(_company(row) for row in db.execute(_COMPANIES.where(companies.c.id.in_(mine))))


def _is_keyed(keys: ServerKeys, row: Row[Any]) -> bool:
    return (
        designation_mac(keys, row, bytes(row.key_id)) == bytes(row.mac)
        and row.person_mac is not None
        and person_mac(keys, bytes(row.person_id), bytes(row.public_key)) == bytes(row.person_mac)
    )
