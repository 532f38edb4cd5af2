"""The register of personal data breaches: days here, every word sealed to the officers of the company.

It is no case, and no case is in it: nothing leads from one to the other. A line is added and none is altered.
"""

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, func, insert, select

from whistle.errors import Conflict, NotThere, Tampered
from whistle.rules.calendar import local_day
from whistle.vault import directory, intake
from whistle.vault import incident_rows as rows
from whistle.vault.facts import CompanyFacts, Recipient, SealedGrant
from whistle.vault.findings import Finding
from whistle.vault.incident_rows import IncidentFacts, Line, NewIncident, OpenedIncident
from whistle.vault.registertables import incident_grants, incident_lines, incidents
from whistle.vault.requests import OFFICER
from whistle.vault.store import Store

LETTER = "I"
DUTY = "incident"
RULE = "GDPR 33(1)"


def officers(store: Store, person_id: bytes, code: str, now: datetime) -> tuple[Recipient, ...]:
    """The officers of a company that this person is one of: to them it is sealed. Raises `NotThere`."""
    with store.reading() as db:
        company = rows.served_by(db, store.keys, person_id, code, now)
        return directory.recipients(db, store.keys, company.id, (OFFICER,), local_day(now, company.zone))


def companies(store: Store, person_id: bytes, now: datetime) -> tuple[CompanyFacts, ...]:
    """The companies whose register this person keeps."""
    with store.reading() as db:
        return directory.companies_served(db, store.keys, person_id, OFFICER, now)


def listing(store: Store, person_id: bytes, now: datetime) -> tuple[IncidentFacts, ...]:
    """The incidents of this officer's companies: open ones first, what is due first at the top."""
    with store.reading() as db:
        served = {one.id: one for one in directory.companies_served(db, store.keys, person_id, OFFICER, now)}
        query = select(incidents).where(incidents.c.company_id.in_(list(served)))
        held = rows.held_by(db, person_id)
        found = [rows.facts_of(row, served[bytes(row.company_id)], held) for row in db.execute(query)]
    return tuple(sorted(found, key=_place))


def _place(one: IncidentFacts) -> tuple[bool, date, int, str]:
    return one.closed_on is not None, one.due_on or date.max, -one.opened_on.toordinal(), one.number


def report(store: Store, person_id: bytes, new: NewIncident, now: datetime) -> str:
    """Write an incident down for the first time; its number. Raises `NotThere`, `NotAllowed`."""
    with store.writing() as work:
        company = rows.served_by(work.db, store.keys, person_id, new.company_code, now)
        today = local_day(now, company.zone)
        rows.require_sealed(new.incident_id, new.sealed)
        row = {
            "id": new.incident_id, "number": intake.free_number(work.db, LETTER), "company_id": company.id,
            "opened_on": today, "due_on": new.due_on, "closed_on": None, "lines": 1,
        }  # fmt: skip
        work.db.execute(insert(incidents).values(**row, mac=rows.incident_mac(store.keys, row)))
        line = {"incident_id": new.incident_id, "n": 1, "sealed": new.sealed}
        work.db.execute(insert(incident_lines).values(**line))
        known = directory.recipients(work.db, store.keys, company.id, (OFFICER,), today)
        rows.grant(work.db, new.incident_id, known, new.grants)
        rows.note(work, "incident_opened", row, company, rows.name_of(work.db, person_id), today)
        return str(row["number"])


def open_incident(store: Store, person_id: bytes, number: str, now: datetime) -> OpenedIncident:
    """An incident of this officer's company whose key they hold. Raises `NotThere`, `Tampered`."""
    with store.reading() as db:
        row, company = rows.mine(db, store.keys, person_id, number, now)
        holders = select(incident_grants).where(incident_grants.c.incident_id == row.id)
        grants = {bytes(one.person_id): bytes(one.sealed) for one in db.execute(holders)}
        if person_id not in grants:
            raise NotThere("there is no such incident, or it is not yours")
        query = select(incident_lines.c.sealed).where(incident_lines.c.incident_id == row.id)
        lines = tuple(bytes(one) for one in db.execute(query.order_by(incident_lines.c.n)).scalars())
        if len(lines) != row.lines:
            raise Tampered("lines of an incident are missing")
        people_ = directory.recipients(db, store.keys, company.id, (OFFICER,), local_day(now, company.zone))
        lacking = tuple(one for one in people_ if one.person_id not in grants)
        facts = rows.facts_of(row, company, {bytes(row.id)})
        return OpenedIncident(bytes(row.id), facts, grants[person_id], lines, lacking)


def add(store: Store, person_id: bytes, number: str, line: Line, now: datetime) -> None:
    """Add a line, which says how things stand now. Raises `NotThere`, `Conflict` when another was faster.

    Whoever is no officer any more loses the key here; what they read before they have read.
    """
    with store.writing() as work:
        row, company = rows.mine(work.db, store.keys, person_id, number, now, locked=True)
        today = local_day(now, company.zone)
        if bytes(row.id) not in rows.held_by(work.db, person_id):
            raise NotThere("there is no such incident, or it is not yours")
        rows.require_sealed(bytes(row.id), line.sealed)
        if line.n != row.lines + 1:
            raise Conflict("somebody else added a line")
        values = {"incident_id": row.id, "n": line.n, "sealed": line.sealed}
        work.db.execute(insert(incident_lines).values(**values))
        closed = today if line.closes else None
        rows.change(work, store.keys, row, lines=line.n, due_on=line.due_on, closed_on=closed)
        known = directory.recipients(work.db, store.keys, company.id, (OFFICER,), today)
        gone = incident_grants.c.person_id.not_in([one.person_id for one in known])
        work.db.execute(delete(incident_grants).where(incident_grants.c.incident_id == row.id, gone))
        action = "incident_closed" if line.closes else "incident_added"
        rows.note(work, action, row._mapping, company, rows.name_of(work.db, person_id), today)  # noqa: SLF001 (SQLAlchemy's public name)


def let_in(store: Store, person_id: bytes, number: str, grants: Sequence[SealedGrant], now: datetime) -> None:
    """Give the key to officers who came later. Raises `NotThere`, `NotAllowed`."""
    with store.writing() as work:
        row, company = rows.mine(work.db, store.keys, person_id, number, now, locked=True)
        if bytes(row.id) not in rows.held_by(work.db, person_id):
            raise NotThere("there is no such incident, or it is not yours")
        today = local_day(now, company.zone)
        rows.grant(work.db, bytes(row.id), directory.recipients(
            work.db, store.keys, company.id, (OFFICER,), today), grants)  # fmt: skip
        rows.note(work, "incident_granted", row._mapping, company, rows.name_of(work.db, person_id), today)  # noqa: SLF001 (SQLAlchemy's public name)


def falling_due(
    db: Connection, known: dict[bytes, CompanyFacts], now: datetime
) -> list[tuple[str, str, str, date, date, bool, str]]:
    """Where it is not settled whether the authority is told: kind, number, company, days, lateness, rule."""
    query = select(incidents).where(incidents.c.due_on.is_not(None), incidents.c.closed_on.is_(None))
    return [
        (DUTY, row.number, company.code, row.due_on, row.due_on,
         row.due_on < local_day(now, company.zone), RULE)
        for row in db.execute(query)
        for company in [known[bytes(row.company_id)]]
    ]  # fmt: skip


def news(person_id: bytes, until: date) -> Any:
    """What to ask whether an incident waits for this officer."""
    return (
        select(incidents.c.id)
        .join_from(incidents, incident_grants, incident_grants.c.incident_id == incidents.c.id)
        .where(incident_grants.c.person_id == person_id, incidents.c.closed_on.is_(None))
        .where(incidents.c.due_on <= until)
    )


def look_at_incidents(store: Store, db: Connection, now: datetime) -> Iterator[Finding]:
    """Every incident is as this server wrote it, whole, and its hours are not over unsettled."""
    known = {company.id: company for company in directory.all_companies(db)}
    counted = select(incident_lines.c.incident_id, func.count()).group_by(incident_lines.c.incident_id)
    lines = {bytes(incident): count for incident, count in db.execute(counted)}
    for row in db.execute(select(incidents).order_by(incidents.c.number)):
        if not rows.is_ours(store.keys, row) or lines.get(bytes(row.id), 0) != row.lines:
            yield Finding("incident", row.number, "the incident was changed past its page")
        elif _is_late(row, local_day(now, known[bytes(row.company_id)].zone)):
            yield Finding("incident_late", row.number, f"the 72 hours of {RULE} ended on {row.due_on}")


def _is_late(row: Row[Any], today: date) -> bool:
    return row.due_on is not None and row.closed_on is None and row.due_on < today
