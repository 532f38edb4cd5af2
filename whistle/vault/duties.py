"""What falls due, over all cases, from days alone."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select

from whistle.rules.calendar import local_day
from whistle.rules.deadlines import next_duty
from whistle.vault import casework, directory
from whistle.vault.holds import hold_facts
from whistle.vault.store import Store
from whistle.vault.tables import cases


@dataclass(frozen=True, slots=True)
class Due:
    """One duty of one case."""

    kind: str
    case: str
    company: str
    due_on: date
    last_legal_day: date
    overdue: bool


@dataclass(frozen=True, slots=True)
class HoldLine:
    """A hold in force without its citation."""

    id: str
    case: str
    ground: str
    placed_on: date
    review_on: date


def falling_due(store: Store, now: datetime, within_days: int) -> list[Due]:
    """The next duty of every case that has one within so many days, soonest first."""
    found = []
    with store.reading() as db:
        known = {company.id: company for company in directory.all_companies(db)}
        for row in db.execute(select(cases).order_by(cases.c.next_on, cases.c.number)).all():
            company = known[bytes(row.company_id)]
            today = local_day(now, company.zone)
            duty = next_duty(casework.case_facts(db, row, {}, company), today)
            if duty is not None and (duty.due_on - today).days <= within_days:
                overdue = duty.due_on < today
                found.append(
                    Due(duty.kind, row.number, company.code, duty.due_on, duty.last_legal_day, overdue)
                )
    return sorted(found, key=lambda due: (due.due_on, due.case))


def holds_standing(store: Store) -> list[HoldLine]:
    """Every hold in force, earliest review first."""
    with store.reading() as db:
        return [HoldLine(*line) for line in hold_facts(db)]
