"""Who there is: companies, people, what they are designated for, and which keys count."""

import hmac
import json
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Date, Row, and_, bindparam, or_, select

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
    """The keyed hash without which a designation does not count: a row alone makes nobody a reader.

    It covers all that the row says, its last day too: one that was moved in the database gives nothing.
    """
    fields = [*_what_is_given(row), key_id.hex(), None if row.to_on is None else row.to_on.isoformat()]
    return chain.keyed_hash(keys.inventory, DESIGNATION_LABEL, json.dumps(fields).encode())


def _what_is_given(row: Any) -> list[Any]:
    """What whoever confirms a designation agrees to: all of it but the day it ends, which may come later."""
    case_id = None if row.for_case_id is None else bytes(row.for_case_id).hex()
    ids = (bytes(found).hex() for found in (row.id, row.person_id, row.company_id))
    return [*ids, row.role, row.from_on.isoformat(), bool(row.shared), case_id]


@dataclass(frozen=True, slots=True)
class Standing:
    """In which role somebody works on a case; `shared`: they are another company's (2021:890 5:3)."""

    role: str
    shared: bool


@dataclass(frozen=True)
class Ended:
    """A designation as it will be once it ends on `to_on`."""

    row: Any
    to_on: date

    def __getattr__(self, name: str) -> Any:
        return getattr(self.row, name)


def is_keyed_row(keys: ServerKeys, row: Any) -> bool:
    """Whether a designation is as this server wrote it, whatever became of its person."""
    return row.mac is not None and hmac.compare_digest(
        designation_mac(keys, row, bytes(row.key_id or b"")), bytes(row.mac)
    )


def person_mac(keys: ServerKeys, person_id: bytes, public_key: bytes) -> bytes:
    """The keyed hash that ties a public key to its person: a key swapped in the database is not sealed to."""
    return chain.keyed_hash(keys.inventory, PERSON_LABEL, person_id + public_key)


def confirmation_mac(keys: ServerKeys, row: Any, confirmer_id: bytes, key_id: bytes) -> bytes:
    """The keyed hash of one person's confirmation of the designation `row`.

    Nobody adds a colleague's to the table beside it, nor turns what a colleague agreed to into another role.
    """
    fields = [*_what_is_given(row), confirmer_id.hex(), key_id.hex()]
    return chain.keyed_hash(keys.inventory, CONFIRMATION_LABEL, json.dumps(fields).encode())


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


_COMPANIES = select(companies).order_by(companies.c.position)
_ZONES = select(companies.c.id, companies.c.zone)
_COMPANY_OF_CODE = _COMPANIES.where(companies.c.code == bindparam("code"))
_COMPANIES_OF_ID = _COMPANIES.where(companies.c.id.in_(bindparam("ids", expanding=True)))


def all_companies(db: Connection) -> tuple[CompanyFacts, ...]:
    """Every company, in the order of the site file. Which of them are open, `channels` says."""
    return tuple(_company(row) for row in db.execute(_COMPANIES))


def company_by_code(db: Connection, code: str) -> CompanyFacts:
    """The company with this code; raises `NotThere`. Whether it is open, `channels` says."""
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
        profile["months"], open=False,
    )  # fmt: skip


RECIPIENTS = (
    select(
        designations.c.id,
        designations.c.person_id,
        designations.c.company_id,
        designations.c.role,
        designations.c.mac,
        designations.c.from_on,
        designations.c.to_on,
        designations.c.shared,
        designations.c.for_case_id,
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
"""Designations whose key was confirmed, with all that their keyed hashes cover; `standing` looks at those."""

_OF_COMPANY = RECIPIENTS.where(
    designations.c.company_id == bindparam("company"),
    designations.c.role.in_(bindparam("roles", expanding=True)),
    designations.c.for_case_id.is_(None),
    _IS_ON,
)
_OF_PERSON = RECIPIENTS.where(
    designations.c.person_id == bindparam("person"), designations.c.role == bindparam("role")
)
_SERVING = _OF_PERSON.where(
    designations.c.company_id == bindparam("company"), designations.c.for_case_id.is_(None), _IS_ON
)
_WORKING = RECIPIENTS.where(
    designations.c.person_id == bindparam("person"),
    designations.c.company_id == bindparam("company"),
    designations.c.role.in_(("handler", "deputy", "investigator")),
    _IS_ON,
)


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


def role_on(
    db: Connection, keys: ServerKeys, person_id: bytes, company_id: bytes, day: date,
    case_id: bytes | None = None,
) -> Standing | None:  # fmt: skip
    """In which role this person works on a company's cases on `day`, or None.

    An investigator is one for a single case: only where `case_id` is that case. Somebody designated twice,
    once as the company's own, is its own.
    """
    found = db.execute(_WORKING, {"person": person_id, "company": company_id, "day": day})
    roles = [
        Standing(row.role, bool(row.shared))
        for row in found
        if _is_keyed(keys, row) and _is_for(row, case_id)
    ]
    return min(roles, key=lambda one: (one.shared, _PRECEDENCE.index(one.role)), default=None)


_PRECEDENCE = ("handler", "deputy", "investigator")


def _is_for(row: Any, case_id: bytes | None) -> bool:
    """A designation for one case counts in that case alone, and an outside investigator has no other."""
    if row.for_case_id is None:
        return bool(row.role != "investigator")
    return case_id is not None and bytes(row.for_case_id) == case_id


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


def holders(
    db: Connection, keys: ServerKeys, role: str, now: datetime, company_id: bytes | None = None
) -> set[bytes]:
    """Who holds `role` today, in one company or in any, by each company's own calendar."""
    query = RECIPIENTS.where(designations.c.role == role, designations.c.for_case_id.is_(None))
    if company_id is not None:
        query = query.where(designations.c.company_id == company_id)
    return {bytes(row.person_id) for row in standing(db, keys, query, now)}


def standing(db: Connection, keys: ServerKeys, query: Any, now: datetime) -> list[Row[Any]]:
    """The designations of a query over `RECIPIENTS` that count today where they are."""
    zones = {bytes(row.id): row.zone for row in db.execute(_ZONES)}
    return [
        row
        for row in db.execute(query)
        if _is_on(row, local_day(now, zones[bytes(row.company_id)])) and _is_keyed(keys, row)
    ]


def _is_on(row: Any, day: date) -> bool:
    return bool(row.from_on <= day and (row.to_on is None or row.to_on > day))


def _is_keyed(keys: ServerKeys, row: Any) -> bool:
    return is_keyed_row(keys, row) and is_their_key(keys, row.person_id, row.public_key, row.person_mac)


def is_their_key(keys: ServerKeys, person_id: bytes, public_key: bytes | None, mac: bytes | None) -> bool:
    """Whether a public key is the one that this person activated here."""
    if public_key is None or mac is None:
        return False
    return hmac.compare_digest(person_mac(keys, bytes(person_id), bytes(public_key)), bytes(mac))
