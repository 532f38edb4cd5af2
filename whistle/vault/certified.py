"""Certificates of erasure, to legal and to auditors of the company, without those hidden from the reader."""

import json
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, or_, select

from whistle.errors import NotThere
from whistle.vault import casework, directory, exclusions, purge
from whistle.vault.serverkeys import ServerKeys
from whistle.vault.store import Store
from whistle.vault.tables import certificates

ROLES = ("legal", "auditor")
"""Whose pages show certificates."""

PAGE = 50
"""Rows on a page: what a person looks through at a time."""

Place = tuple[date, str]


@dataclass(frozen=True, slots=True)
class Page:
    """What certificates say, newest first, and where the next page begins."""

    rows: tuple[dict[str, Any], ...]
    after: Place | None


@dataclass(frozen=True, slots=True)
class Signed:
    """A certificate: what it says, and the document as it is given away (`purge.certificate`)."""

    fields: dict[str, Any]
    document: dict[str, Any]


def page(store: Store, person_id: bytes, role: str, now: datetime, after: Place | None = None) -> Page:
    """A page of the certificates of the companies in which somebody is `role`: of none, it is empty."""
    query = select(certificates).order_by(certificates.c.purged_on.desc(), certificates.c.case_number)
    with store.reading() as db:
        served = _served(db, store.keys, person_id, role, now)
        query = query.where(certificates.c.company_id.in_(served)).limit(PAGE + 1)
        found: list[Any] = []
        while len(found) <= PAGE:
            part = query
            if after is not None:
                day, number = after
                earlier = or_(certificates.c.purged_on < day, certificates.c.case_number > number)
                part = query.where(certificates.c.purged_on <= day, earlier)
            rows = db.execute(part).all()
            hidden = exclusions.hidden(db, store.keys, person_id, [row.case_number for row in rows])
            found += [row for row in rows if row.case_number not in hidden]
            if len(rows) <= PAGE:
                break
            after = (rows[-1].purged_on, rows[-1].case_number)
    more = (found[PAGE - 1].purged_on, found[PAGE - 1].case_number) if len(found) > PAGE else None
    return Page(tuple(json.loads(row.body) for row in found[:PAGE]), more)


def one(store: Store, person_id: bytes, role: str, number: str, now: datetime) -> Signed:
    """A certificate with its signature. Raises `NotThere`, also where the case is hidden from the reader."""
    query = select(certificates.c.company_id).where(certificates.c.case_number == number)
    with store.reading() as db:
        served = _served(db, store.keys, person_id, role, now)
        company = db.execute(query).scalar_one_or_none() if casework.is_number(number) else None
        if company is None or bytes(company) not in served:
            raise NotThere("there is no such certificate")
        if exclusions.hidden(db, store.keys, person_id, [number]):
            raise NotThere("there is no such certificate")
    document = purge.certificate(store, number)
    return Signed(json.loads(document["body"]), document)


def _served(db: Connection, keys: ServerKeys, person_id: bytes, role: str, now: datetime) -> list[bytes]:
    served = directory.companies_served(db, keys, person_id, role, now) if role in ROLES else ()
    return [company.id for company in served]
