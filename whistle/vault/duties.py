"""What falls due, over all cases or over those of one handler, from days alone: nothing is opened for it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, and_, func, or_, select

from whistle.rules.calendar import local_day
from whistle.rules.deadlines import RIGHTS, Duty, duties_of
from whistle.vault import directory, incidents, owed, request_pass
from whistle.vault.facts import REPORT, Bounded, CompanyFacts
from whistle.vault.holds import hold_facts
from whistle.vault.listing import COUNT_BOUND, PAGE, SOON_DAYS
from whistle.vault.serverkeys import ServerKeys
from whistle.vault.store import Store
from whistle.vault.tables import cases, designations, readers

BATCH = 500
"""So many cases share one question for what is not in their rows (under the bounds of both databases)."""

READING = ("handler", "deputy", "investigator")
"""Who works on cases."""


@dataclass(frozen=True, slots=True)
class Due:
    """One duty of one case."""

    kind: str
    case: str
    company: str
    due_on: date
    last_legal_day: date
    overdue: bool
    rule: str


@dataclass(frozen=True, slots=True)
class HoldLine:
    """A hold in force without its citation."""

    id: str
    case: str
    ground: str
    placed_on: date
    review_on: date


@dataclass(frozen=True, slots=True)
class OwedCase:
    """A case with everything that is owed in it, the earliest first."""

    number: str
    company: CompanyFacts
    state: str
    duties: tuple[Duty, ...]
    today: date


@dataclass(frozen=True, slots=True)
class OwedListing:
    """A page of a handler's duties: how many cases are late or fall due soon, and where it goes on."""

    rows: tuple[OwedCase, ...]
    late: Bounded
    soon: Bounded
    after: tuple[date, bytes] | None


def falling_due(store: Store, now: datetime, within_days: int) -> list[Due]:
    """Every duty of every case that falls due within so many days, soonest first."""
    found = []
    with store.reading() as db:
        known = {company.id: company for company in directory.all_companies(db)}
        rows = db.execute(select(cases).where(cases.c.kind == REPORT)).all()
        for start in range(0, len(rows), BATCH):
            for case in _owed(db, rows[start : start + BATCH], known, now):
                found += [_due(case, duty) for duty in case.duties]
        days = {company.code: local_day(now, company.zone) for company in known.values()}
        found += [Due(*one) for one in request_pass.falling_due(db, store.keys, known, now)]
        found += [Due(*one) for one in incidents.falling_due(db, known, now)]
    near = [due for due in found if (due.due_on - days[due.company]).days <= within_days]
    return sorted(near, key=lambda due: (due.due_on, due.case, due.kind))


def _due(case: OwedCase, duty: Duty) -> Due:
    late = duty.is_overdue(case.today)
    # Who runs the server is told that the case is to be looked at, and not that a right was asked for in it.
    kind, rule = ("review", "The case's own page") if duty.kind == RIGHTS else (duty.kind, duty.rule)
    legal = duty.due_on if duty.kind == RIGHTS else duty.last_legal_day
    return Due(kind, case.number, case.company.code, duty.due_on, legal, late, rule=rule)


def page(
    store: Store, person_id: bytes, now: datetime, *,
    kind: str = "", company: str = "", after: tuple[date, bytes] | None = None,
) -> OwedListing:  # fmt: skip
    """A page of the cases of somebody who works on them, by what is next; `kind`: only with that next."""
    with store.reading() as db:
        where = _conditions(db, store, person_id, now, company=company)
        known = {one.id: one for one in directory.all_companies(db)}
        today = min(local_day(now, one.zone) for one in known.values())
        if kind:
            # Apart from the walk of the index: counting then touches the case only where the filter needs it.
            is_next = select(cases.c.id).where(cases.c.id == readers.c.case_id, cases.c.next_kind == kind)
            where.append(is_next.correlate(readers).exists())
        query = select(cases, readers.c.due_on).join_from(readers, cases).where(*where)
        wanted = query if after is None else query.where(_beyond(after))
        rows = db.execute(wanted.order_by(readers.c.due_on, readers.c.case_id).limit(PAGE + 1)).all()
        more = (rows[PAGE - 1].due_on, bytes(rows[PAGE - 1].id)) if len(rows) > PAGE else None
        until = today + timedelta(days=SOON_DAYS)
        return OwedListing(
            rows=_owed(db, rows[:PAGE], known, now),
            late=_count(db, *where, readers.c.due_on < today),
            soon=_count(db, *where, readers.c.due_on >= today, readers.c.due_on <= until),
            after=more,
        )


def _conditions(db: Connection, store: Store, person_id: bytes, now: datetime, *, company: str) -> list[Any]:
    """What a row of `readers` must fulfil: theirs, in a company they work for today or the one case of it."""
    mine = standing_of(db, store.keys, person_id, now)
    if company:
        chosen = [one.id for one in directory.all_companies(db) if one.code == company]
        mine.append(readers.c.company_id.in_(chosen))
    return mine


def standing_of(db: Connection, keys: ServerKeys, person_id: bytes, now: datetime) -> list[Any]:
    """What makes a row of `readers` this person's today, looked up."""
    query = directory.RECIPIENTS.where(
        designations.c.person_id == person_id, designations.c.role.in_(READING)
    )
    return theirs(person_id, directory.standing(db, keys, query, now))


def theirs(person_id: bytes, held: Sequence[Row[Any]]) -> list[Any]:
    """What makes a row of `readers` this person's today, given the designations of theirs that count.

    A company's handlers and deputies may see what they have of it; who is there for one case, that case.
    """
    whole = {bytes(row.company_id) for row in held if row.for_case_id is None and row.role != "investigator"}
    single = {bytes(row.for_case_id) for row in held if row.for_case_id is not None}
    of_company = readers.c.company_id.in_(whole)
    # Where it can be left out it is: the index is walked for one condition, not for either of two.
    place = or_(of_company, readers.c.case_id.in_(single)) if single else of_company
    return [readers.c.person_id == person_id, place]


def _beyond(after: tuple[date, bytes]) -> Any:
    due, case_id = after
    return and_(readers.c.due_on >= due, or_(readers.c.due_on > due, readers.c.case_id > case_id))


def _count(db: Connection, *conditions: Any) -> Bounded:
    bounded = select(readers.c.case_id).where(*conditions).limit(COUNT_BOUND + 1).subquery()
    value = db.execute(select(func.count()).select_from(bounded)).scalar_one()
    return Bounded(min(value, COUNT_BOUND), value > COUNT_BOUND)


def _owed(
    db: Connection, rows: Sequence[Row[Any]], known: dict[bytes, CompanyFacts], now: datetime
) -> tuple[OwedCase, ...]:
    beside = owed.beside(db, [row.id for row in rows])
    found = []
    for row in rows:
        company = known[bytes(row.company_id)]
        today = local_day(now, company.zone)
        facts = owed.joined(row, {}, company, beside[bytes(row.id)])
        found.append(OwedCase(row.number, company, row.state, duties_of(facts, today), today))
    return tuple(found)


def holds_standing(store: Store) -> list[HoldLine]:
    """Every hold in force, earliest review first."""
    with store.reading() as db:
        return [HoldLine(*line) for line in hold_facts(db)]
