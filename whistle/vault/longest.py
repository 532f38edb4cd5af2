"""Open cases that come near the longest time their country lets one stand open."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Connection, select

from whistle.rules.calendar import add_days, local_day
from whistle.rules.retention import CAP_WARN_DAYS, open_cap
from whistle.rules.states import State
from whistle.vault import directory
from whistle.vault.facts import REPORT
from whistle.vault.tables import cases


@dataclass(frozen=True, slots=True)
class Near:
    """An open case, the day from which it is blocked, and the days left until then (0 or less: it came)."""

    case_id: bytes
    number: str
    last_on: date
    left: int


def near(db: Connection, now: datetime) -> list[Near]:
    """Open cases within the first warning of their longest time, or past it, the earliest first."""
    found = []
    for company in directory.all_companies(db):
        today = local_day(now, company.zone)
        if open_cap(today, company.country) is None:
            continue
        # Asked by the day that is not set: the index of purge days holds the open cases side by side.
        query = select(cases.c.id, cases.c.number, cases.c.received_on).where(
            cases.c.purge_on.is_(None), cases.c.company_id == company.id, cases.c.state != State.CLOSED,
            cases.c.kind == REPORT,
        )  # fmt: skip
        for row in db.execute(query):
            last_on = open_cap(row.received_on, company.country)
            if last_on is not None and last_on <= add_days(today, max(CAP_WARN_DAYS)):
                found.append(Near(bytes(row.id), row.number, last_on, (last_on - today).days))
    return sorted(found, key=lambda one: (one.last_on, one.number))
