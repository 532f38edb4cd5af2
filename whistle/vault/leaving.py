"""A handler is told 30 days ahead which of their closed cases are erased: until then they can be reopened."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from sqlalchemy import select

from whistle.rules.calendar import local_day
from whistle.rules.retention import WARN_DAYS
from whistle.vault import directory, duties
from whistle.vault.store import Store
from whistle.vault.tables import cases, holds, readers

LISTED: Final = 10
"""Named on the list; the others stand among the duties, where each has its day."""


@dataclass(frozen=True, slots=True)
class Leaving:
    """A closed case that is erased within 30 days: its number, the day, and how many days are left."""

    number: str
    purge_on: date
    left: int


def erased_soon(store: Store, person_id: bytes, now: datetime) -> tuple[Leaving, ...]:
    """The closed cases of this person that are erased within 30 days, the soonest first, at most `LISTED`.

    A held one is not erased, so it is not named.
    """
    with store.reading() as db:
        known = {company.id: company for company in directory.all_companies(db)}
        days = {company.id: local_day(now, company.zone) for company in known.values()}
        until = max(days.values()) + timedelta(days=max(WARN_DAYS))
        held = select(holds.c.id).where(holds.c.case_id == cases.c.id, holds.c.released_on.is_(None))
        query = (
            select(cases.c.number, cases.c.company_id, cases.c.purge_on)
            .join_from(readers, cases)
            # By the list's own index first: without a hold a closed case's next day is its purge, or before.
            .where(*duties.standing_of(db, store.keys, person_id, now), readers.c.open.is_(False))
            .where(readers.c.due_on <= until)
            .where(cases.c.purge_on > min(days.values()), cases.c.purge_on <= until, ~held.exists())
            .order_by(cases.c.purge_on, cases.c.number)
            .limit(LISTED)
        )
        return tuple(
            Leaving(row.number, row.purge_on, (row.purge_on - days[bytes(row.company_id)]).days)
            for row in db.execute(query)
        )
