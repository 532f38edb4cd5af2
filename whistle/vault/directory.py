"""Who there is: companies, people, what they are designated for, and which keys count."""

import hmac
import json
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Date, Row, and_, bindparam, exists, or_, select

from whistle.crypto import chain
from whistle.errors import NotThere
from whistle.rules.calendar import local_day
from whistle.vault.facts import CompanyFacts, Recipient
from whistle.vault.serverkeys import ServerKeys
from whistle.vault.tables import companies, designations, people

DESIGNATION_LABEL = b"whistle/v1/designation\0"
PERSON_LABEL = b"whistle/v1/person\0"
CONFIRMATION_LABEL = b"whistle/v1/confirmation\0"


def designation_mac(keys: ServerKeys, row: Any, key_id: bytes) -> bytes:
    """The keyed hash without which a designation does not count: a row alone makes nobody a reader."""
    fields = [
        bytes(row.id).hex(),
        bytes(row.person_id).hex(),
        bytes(row.company_id).hex(),
        row.role,
        key_id.hex(),
    ]
    return chain.keyed_hash(keys.inventory, DESIGNATION_LABEL, json.dumps(fields).encode())


def person_mac(keys: ServerKeys, person_id: bytes, public_key: bytes) -> bytes:
    """The keyed hash that ties a public key to its person: a key swapped in the database is not sealed to."""
    return chain.keyed_hash(keys.inventory, PERSON_LABEL, person_id + public_key)


def confirmation_mac(keys: ServerKeys, designation_id: bytes, confirmer_id: bytes, key_id: bytes) -> bytes:
    """The keyed hash of one person's confirmation: nobody adds a colleague's to the table beside it."""
    return chain.keyed_hash(keys.inventory, CONFIRMATION_LABEL, designation_id + confirmer_id + key_id)


def stands() -> Any:
    """The condition that a designation is confirmed and neither ended nor its person retired.

    Who can write the database can fulfil it: what grants a right asks `recipients`, `serves`, `holders`.
    """
    return and_(
        designations.c.mac.is_not(None), people.c.state == "active", people.c.key_id == designations.c.key_id
    )


_DAY = bindparam("day", type_=Date)
_IS_ON = and_(
    designations.c.from_on <= _DAY, or_(designations.c.to_on.is_(None), designations.c.to_on > _DAY)
)
"""That a designation is in force on `day`."""


_IS_OPEN = exists(
    select(designations.c.id)
    .join_from(designations, people)
    .where(designations.c.company_id == companies.c.id, designations.c.role == "handler", stands())
    .where(designations.c.to_on.is_(None))
)
_COMPANIES = select(companies, _IS_OPEN.label("open")).order_by(companies.c.position)
_COMPANY_OF_CODE = _COMPANIES.where(companies.c.code == bindparam("code"))
_COMPANIES_OF_ID = _COMPANIES.where(companies.c.id.in_(bindparam("ids", expanding=True)))


def all_companies(db: Connection) -> tuple[CompanyFacts, ...]:
    """Every company, in the order of the site file."""
    return tuple(_company(row) for row in db.execute(_COMPANIES))


def company_by_code(db: Connection, code: str) -> CompanyFacts:
    """The company with this code; raises `NotThere`."""
    row = db.execute(_COMPANY_OF_CODE, {"code": code}).one_or_none()
    if row is None:
        raise NotThere("there is no such company")
    return _company(row)


def company_by_id(db: Connection, company_id: bytes) -> CompanyFacts:
    """The company with this id."""
    return _company(db.execute(_COMPANIES_OF_ID, {"ids": [company_id]}).one())


def _company(row: Row[Any]) -> CompanyFacts:
    profile = json.loads(row.profile)
    return CompanyFacts(
        bytes(row.id), row.code, row.name, row.country, row.zone, row.contact, profile["meeting"],
        profile["months"], bool(row.open),
    )  # fmt: skip


_RECIPIENTS = (
    select(
        designations.c.id,
        designations.c.person_id,
        designations.c.company_id,
        designations.c.role,
        designations.c.mac,
        designations.c.from_on,
        designations.c.to_on,
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
_OF_COMPANY = _RECIPIENTS.where(
    designations.c.company_id == bindparam("company"),
    designations.c.role.in_(bindparam("roles", expanding=True)),
    _IS_ON,
)
_OF_PERSON = _RECIPIENTS.where(
    designations.c.person_id == bindparam("person"), designations.c.role == bindparam("role")
)
_SERVING = _OF_PERSON.where(designations.c.company_id == bindparam("company"), _IS_ON)


def recipients(
    db: Connection, keys: ServerKeys, company_id: bytes, roles: tuple[str, ...], day: date
) -> tuple[Recipient, ...]:
    """Whose keys count for `roles` in a company on `day`: confirmed, active, and keyed by this server."""
    found = db.execute(_OF_COMPANY, {"company": company_id, "roles": roles, "day": day})
    return tuple(
        Recipient(
            bytes(row.person_id), row.name, row.function, row.role, bytes(row.public_key), bytes(row.key_id)
        )
        for row in found
        if _is_keyed(keys, row)
    )


def serves(
    db: Connection, keys: ServerKeys, person_id: bytes, company_id: bytes, role: str, day: date
) -> bool:
    """Whether this person holds `role` there on `day`, with a key that counts and is keyed by this server."""
    found = db.execute(_SERVING, {"person": person_id, "company": company_id, "role": role, "day": day})
    return any(_is_keyed(keys, row) for row in found)


def companies_served(
    db: Connection, keys: ServerKeys, person_id: bytes, role: str, now: datetime
) -> tuple[CompanyFacts, ...]:
    """The companies in which this person holds `role` today, by each company's own calendar."""
    mine = [
        row for row in db.execute(_OF_PERSON, {"person": person_id, "role": role}) if _is_keyed(keys, row)
    ]
    named = db.execute(_COMPANIES_OF_ID, {"ids": [bytes(row.company_id) for row in mine]})
    return tuple(
        company
        for company in (_company(row) for row in named)
        if any(row.company_id == company.id and _is_on(row, local_day(now, company.zone)) for row in mine)
    )


def holders(db: Connection, keys: ServerKeys, role: str, company_id: bytes | None = None) -> set[bytes]:
    """Who holds `role`, in one company or in any, in a designation that nobody has ended."""
    query = _RECIPIENTS.where(designations.c.role == role, designations.c.to_on.is_(None))
    if company_id is not None:
        query = query.where(designations.c.company_id == company_id)
    return {bytes(row.person_id) for row in db.execute(query) if _is_keyed(keys, row)}


def _is_on(row: Any, day: date) -> bool:
    return bool(row.from_on <= day and (row.to_on is None or row.to_on > day))


def _is_keyed(keys: ServerKeys, row: Any) -> bool:
    return (
        hmac.compare_digest(designation_mac(keys, row, bytes(row.key_id)), bytes(row.mac))
        and row.person_mac is not None
        and hmac.compare_digest(
            person_mac(keys, bytes(row.person_id), bytes(row.public_key)), bytes(row.person_mac)
        )
    )
