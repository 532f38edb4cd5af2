"""Who was designated for what, from which day to which: also those whose time is over."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select

from whistle.errors import NotThere
from whistle.rules.calendar import local_day
from whistle.vault import directory
from whistle.vault.store import Store
from whistle.vault.tables import companies, designations, people


@dataclass(frozen=True, slots=True)
class Designated:
    """One person's time in one role of one company; `to_on` is the first day without it."""

    name: str
    function: str
    role: str
    company_code: str
    from_on: date
    to_on: date | None
    shared: bool


def designated(store: Store, person_id: bytes, now: datetime) -> tuple[Designated, ...]:
    """Everybody who is, was or will be designated with a confirmed key, by company, role and first day.

    For administrators and auditors, `NotThere` for others. Outside investigators are left out: each stands
    for a case, and this is for people who are not to learn how many there are.
    """
    with store.reading() as db:
        if not any(
            directory.companies_served(db, store.keys, person_id, role, now)
            for role in ("administrator", "auditor")
        ):
            raise NotThere("there is no such page")
        query = (
            select(designations, people.c.name, people.c.function, companies.c.code)
            .join_from(designations, people, designations.c.person_id == people.c.id)
            .join(companies, companies.c.id == designations.c.company_id)
            .where(designations.c.mac.is_not(None), designations.c.for_case_id.is_(None))
            .order_by(companies.c.position, designations.c.role, designations.c.from_on, people.c.name)
        )
        return tuple(
            Designated(r.name, r.function, r.role, r.code, r.from_on, r.to_on, bool(r.shared))
            for r in db.execute(query)
            if directory.is_keyed_row(store.keys, r)
        )


def administered(store: Store, person_id: bytes, now: datetime) -> frozenset[str]:
    """The codes of the companies whose administrator somebody is today. Raises `NotThere` for none."""
    with store.reading() as db:
        served = directory.companies_served(db, store.keys, person_id, "administrator", now)
    if not served:
        raise NotThere("there is no such page")
    return frozenset(company.code for company in served)


def has_begun(from_on: date, zone: str, now: datetime) -> bool:
    """Whether a role that begins on `from_on` has begun where its company is."""
    return from_on <= local_day(now, zone)
