"""Whether there is something for somebody to do depends only on the cases that they may see."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, Select, and_, or_, select

from whistle.rules.calendar import local_day
from whistle.rules.retention import CAP_WARN_DAYS, WARN_DAYS, open_cap
from whistle.vault import confirmations, directory, duties, exclusions, request_pass
from whistle.vault.facts import REPORT
from whistle.vault.heldtables import open_grounds
from whistle.vault.listing import SOON_DAYS
from whistle.vault.store import Store
from whistle.vault.tables import cases, hold_grants, holds, readers
from whistle.vault.worktables import asked_holds, hold_asks, identity_request_grants, identity_requests

WEEK_DAY = 1
"""Monday: on this day of the week the weekly list waits for legal (ISO 8601)."""


def has_news(
    store: Store, db: Connection, person_id: bytes, held: Sequence[Row[Any]], zone: str, now: datetime
) -> bool:
    """Whether something waits for this person: `held` are the designations of theirs that count today."""
    today = local_day(now, zone)
    until = today + timedelta(days=SOON_DAYS)
    roles = {row.role for row in held}
    questions = []
    if roles & set(duties.READING):
        near = or_(readers.c.unread > 0, readers.c.due_on <= until, _is_told_of(today))
        mine = duties.theirs(person_id, [row for row in held if row.role in duties.READING])
        questions.append(select(readers.c.case_id).where(*mine, near))
        questions += _open_and_told_of(db, mine, today)
    questions += request_pass.news(person_id, roles, until)
    if "custodian" in roles:
        questions.append(
            select(identity_requests.c.id)
            .join_from(identity_requests, identity_request_grants)
            .where(identity_request_grants.c.person_id == person_id, identity_requests.c.state == "waiting")
        )
    if "legal" in roles:
        weekly = local_day(now, zone).isoweekday() == WEEK_DAY  # the weekly list, whatever is on it
        if weekly or _open_too_long(store, db, person_id, held, today):
            return True
        asked = holds.c.release_asked_by.is_not(None) & (holds.c.release_asked_by != person_id)
        questions.append(
            select(holds.c.id)
            .join_from(holds, hold_grants)
            .where(hold_grants.c.person_id == person_id, holds.c.released_on.is_(None))
            .where(or_(asked, holds.c.review_on <= until))
        )
        questions.append(
            select(asked_holds.c.hold_id)
            .join_from(asked_holds, hold_asks)
            .join(hold_grants, hold_grants.c.hold_id == asked_holds.c.hold_id)
            .where(hold_grants.c.person_id == person_id, hold_asks.c.asked_by != person_id)
        )
    if any(db.execute(question.limit(1)).first() is not None for question in questions):
        return True
    return any(person_id not in key.confirmed_by for key in confirmations.waiting(store, person_id, now))


def _is_told_of(today: date) -> Any:
    """Whether a closed case is in the week in which its handlers are first told of its erasure."""
    last = today + timedelta(days=max(WARN_DAYS))
    week = (readers.c.due_on > last - timedelta(days=SOON_DAYS), readers.c.due_on <= last)
    return and_(readers.c.open.is_(False), *week)


def _open_and_told_of(db: Connection, mine: Sequence[Any], today: date) -> list[Select[Any]]:
    """Open cases in a week in which those who work on them are told of their country's longest time.

    Later than 90 and 30 days before it, it is among what is due soon.
    """
    questions: list[Select[Any]] = []
    for company in directory.all_companies(db):
        first = open_cap(today, company.country)
        if first is None:
            continue
        for days in (step for step in CAP_WARN_DAYS if step > SOON_DAYS):
            last = today + timedelta(days=days) - (first - today)
            came = cases.c.received_on.between(last - timedelta(days=SOON_DAYS - 1), last)
            questions.append(
                select(readers.c.case_id)
                .join_from(readers, cases)
                .where(*mine, came, cases.c.company_id == company.id, cases.c.purge_on.is_(None))
                .where(cases.c.kind == REPORT)
            )
    return questions


def _open_too_long(
    store: Store, db: Connection, person_id: bytes, held: Sequence[Row[Any]], today: date
) -> bool:
    """Whether open cases of legal's companies are near or past their country's longest time without a ground.

    A case from which they are excluded brings no letter (L6).
    """
    served = {bytes(row.company_id) for row in held if row.role == "legal"}
    for company in directory.all_companies(db):
        first = open_cap(today, company.country)
        if company.id not in served or first is None:
            continue
        # What came by this day reaches its longest time within the first warning's days.
        came_by = today + timedelta(days=max(CAP_WARN_DAYS)) - (first - today)
        reviewed = open_grounds.c.review_on > today + timedelta(days=SOON_DAYS)
        stands = select(open_grounds.c.id).where(
            open_grounds.c.case_id == cases.c.id, open_grounds.c.ended_on.is_(None), reviewed
        )
        near = select(cases.c.number, cases.c.excluded).where(
            cases.c.company_id == company.id, cases.c.purge_on.is_(None),
            cases.c.received_on <= came_by, ~stands.exists(), cases.c.kind == REPORT,
        )  # fmt: skip
        if any(not exclusions.is_excluded(store.keys, row, person_id) for row in db.execute(near)):
            return True
    return False
