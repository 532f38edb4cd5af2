"""Giving and ending a role: no two of them meet in one company, and every row says whose and until when."""

import secrets
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, select, update
from sqlalchemy import insert as insert_into

from whistle.errors import RuleRefused
from whistle.rules.calendar import local_day
from whistle.rules.roles import Role, incompatible
from whistle.vault import directory
from whistle.vault.facts import CompanyFacts
from whistle.vault.store import Store, Work
from whistle.vault.tables import confirmations, designations


@dataclass(frozen=True, slots=True)
class Term:
    """From which day (None: today, where the company is) and to which (not counted; None: no end)."""

    from_on: date | None = None
    to_on: date | None = None
    shared: bool = False


FROM_TODAY = Term()


def give(
    work: Work, person_id: bytes, role: str, company: CompanyFacts, now: datetime, term: Term = FROM_TODAY
) -> bytes | None:
    """Add a designation, whose key waits to be confirmed; returns its id, or None where it is held already.

    Raises `RuleRefused("incompatible")` when L14 forbids it for a day of the term.
    """
    start = term.from_on or local_day(now, company.zone)
    held = _held(work.db, person_id, company.id, start, term.to_on)
    if Role(role) in held:
        return None
    clash = incompatible(held, Role(role))
    if clash is not None:
        raise RuleRefused(
            "incompatible", f"nobody holds {clash} and {role} in one company ({company.code}); see L14"
        )
    designation_id = secrets.token_bytes(16)
    work.db.execute(
        insert_into(designations).values(
            id=designation_id, person_id=person_id, company_id=company.id, role=role, from_on=start,
            to_on=term.to_on, shared=term.shared, for_case_id=None,
        )
    )  # fmt: skip
    return designation_id


def _held(db: Connection, person_id: bytes, company_id: bytes, start: date, end: date | None) -> list[Role]:
    """The roles of this person in a company on any day from `start` until before `end`."""
    query = select(designations).where(
        designations.c.person_id == person_id, designations.c.company_id == company_id
    )
    return [
        Role(row.role)
        for row in db.execute(query)
        if (row.to_on is None or row.to_on > max(start, row.from_on)) and (end is None or row.from_on < end)
    ]


def end(store: Store, work: Work, row: Row[Any], on_day: date) -> None:
    """Let a designation end: from `on_day` it gives nothing. What had its key confirmed is keyed anew.

    A key that still waited waits no more, and what was confirmed of it goes.
    """
    ended = directory.Ended(row, on_day)
    mac = None if row.mac is None else directory.designation_mac(store.keys, ended, bytes(row.key_id))
    if row.mac is not None and not directory.is_keyed_row(store.keys, row):
        mac = row.mac  # forged, and stays so: ending it makes nothing of it
    work.db.execute(update(designations).where(designations.c.id == row.id).values(to_on=on_day, mac=mac))
    if row.mac is None:
        work.db.execute(delete(confirmations).where(confirmations.c.designation_id == row.id))


def running(db: Connection, person_id: bytes, today: date) -> list[Row[Any]]:
    """Every designation of a person that has not ended by `today`, those that begin later too."""
    query = select(designations).where(designations.c.person_id == person_id)
    return [row for row in db.execute(query) if row.to_on is None or row.to_on > today]
