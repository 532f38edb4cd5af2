"""How an incident rests in its tables: whose it is, what changes in it, and who holds its key."""

import hmac
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, select, update

from whistle.crypto import chain
from whistle.crypto.header import Header, Kind
from whistle.errors import NotAllowed, NotThere, Tampered
from whistle.vault import directory
from whistle.vault.facts import CompanyFacts, Recipient, SealedGrant
from whistle.vault.registertables import incident_grants, incidents
from whistle.vault.requests import OFFICER
from whistle.vault.serverkeys import ServerKeys
from whistle.vault.store import Work
from whistle.vault.tables import people

LABEL = b"whistle/v1/incident\0"
_NUMBER = re.compile(r"I-[0-9A-Z]{4}-[0-9A-Z]{4}")


@dataclass(frozen=True, slots=True)
class NewIncident:
    """An incident as it is first written: its key is sealed to each officer whose key counts."""

    incident_id: bytes
    company_code: str
    sealed: bytes
    grants: tuple[SealedGrant, ...]
    due_on: date | None


@dataclass(frozen=True, slots=True)
class Line:
    """One more line, after `n - 1` others; `due_on` is None once it is settled whether to tell."""

    n: int
    sealed: bytes
    due_on: date | None
    closes: bool


@dataclass(frozen=True, slots=True)
class IncidentFacts:
    """What is not sealed; `may_open`: its key was given to whoever asks."""

    number: str
    company: CompanyFacts
    opened_on: date
    due_on: date | None
    closed_on: date | None
    may_open: bool


@dataclass(frozen=True, slots=True)
class OpenedIncident:
    """An incident with its sealed lines, and the key as whoever asks holds it."""

    id: bytes
    facts: IncidentFacts
    grant: bytes
    lines: tuple[bytes, ...]
    lacking: tuple[Recipient, ...]


def incident_mac(keys: ServerKeys, row: Any) -> bytes:
    """The keyed hash over what an incident says in the clear: a row edited in the database shows."""
    fields = [
        bytes(value).hex() if isinstance(value, bytes | memoryview) else value
        if isinstance(value, int | None) else str(value)
        for name, value in sorted(row.items()) if name != "mac"
    ]  # fmt: skip
    return chain.keyed_hash(keys.inventory, LABEL, json.dumps(fields).encode())


def is_ours(keys: ServerKeys, row: Row[Any]) -> bool:
    """Whether a row is as this server wrote it."""
    return hmac.compare_digest(incident_mac(keys, row._mapping), bytes(row.mac))  # noqa: SLF001 (SQLAlchemy's public name)


def mine(
    db: Connection, keys: ServerKeys, person_id: bytes, number: str, now: datetime, *, locked: bool = False
) -> tuple[Row[Any], CompanyFacts]:
    """The row of an incident of a company that this person serves as an officer. Raises `NotThere`."""
    query = select(incidents).where(incidents.c.number == number)
    row = None
    if _NUMBER.fullmatch(number) is not None:
        row = db.execute(query.with_for_update() if locked else query).one_or_none()
    served = directory.companies_served(db, keys, person_id, OFFICER, now)
    company = None if row is None else next((one for one in served if one.id == bytes(row.company_id)), None)
    if row is None or company is None:
        raise NotThere("there is no such incident, or it is not yours")
    if not is_ours(keys, row):
        raise Tampered("an incident was changed past its page")
    return row, company


def served_by(db: Connection, keys: ServerKeys, person_id: bytes, code: str, now: datetime) -> CompanyFacts:
    """The company, where this person is an officer of it. Raises `NotThere`."""
    served = directory.companies_served(db, keys, person_id, OFFICER, now)
    company = next((one for one in served if one.code == code), None)
    if company is None:
        raise NotThere("there is no such register, or it is not yours")
    return company


def held_by(db: Connection, person_id: bytes) -> set[bytes]:
    """The incidents whose key somebody was given."""
    query = select(incident_grants.c.incident_id).where(incident_grants.c.person_id == person_id)
    return {bytes(one) for one in db.execute(query).scalars()}


def facts_of(row: Row[Any], company: CompanyFacts, held: set[bytes]) -> IncidentFacts:
    """What is not sealed."""
    may_open = bytes(row.id) in held
    return IncidentFacts(row.number, company, row.opened_on, row.due_on, row.closed_on, may_open)


def require_sealed(incident_id: bytes, sealed: bytes) -> None:
    """Check that a line belongs to its incident. Raises `NotAllowed`."""
    header = Header.parse(sealed)
    if (header.kind, header.case_id) != (Kind.RECORD, incident_id):
        raise NotAllowed("a line belongs to another incident")


def grant(
    db: Connection, incident_id: bytes, known: Sequence[Recipient], grants: Sequence[SealedGrant]
) -> None:
    """Keep the keys that officers are given. Raises `NotAllowed` for anybody else's."""
    keys = {one.person_id: one.key_id for one in known}
    for one in grants:
        header = Header.parse(one.sealed)
        if (header.kind, header.case_id) != (Kind.GRANT, incident_id):
            raise NotAllowed("a grant belongs to another incident")
        if keys.get(one.holder_id) != header.key_id:
            raise NotAllowed("an incident goes to the officers of its company")
        place = (incident_grants.c.incident_id == incident_id) & (
            incident_grants.c.person_id == one.holder_id
        )
        db.execute(delete(incident_grants).where(place))
        row = {"incident_id": incident_id, "person_id": one.holder_id, "sealed": one.sealed}
        db.execute(insert(incident_grants).values(**row))


def change(work: Work, keys: ServerKeys, row: Row[Any], **columns: Any) -> None:
    """Change columns of an incident, and its keyed hash."""
    values = {**row._mapping, **columns}  # noqa: SLF001 (SQLAlchemy's public name)
    columns["mac"] = incident_mac(keys, values)
    work.db.execute(update(incidents).where(incidents.c.id == row.id).values(**columns))


def name_of(db: Connection, person_id: bytes) -> str:
    """What the ledger calls somebody."""
    return str(db.execute(select(people.c.name).where(people.c.id == person_id)).scalar_one())


def note(work: Work, action: str, row: Any, company: CompanyFacts, actor: str, today: date) -> None:
    """A line of the ledger: that something was done with an incident, and nothing of it."""
    facts = {"incident": row["number"], "company": company.code}
    work.log(action, day=today, actor=actor, facts=facts)
