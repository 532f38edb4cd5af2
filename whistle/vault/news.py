"""Whether there is something for somebody to do depends only on the cases that they may see."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, or_, select

from whistle.rules.calendar import local_day
from whistle.vault import confirmations, duties, request_pass
from whistle.vault.listing import SOON_DAYS
from whistle.vault.store import Store
from whistle.vault.tables import hold_grants, holds, readers
from whistle.vault.worktables import identity_request_grants, identity_requests


def has_news(
    store: Store, db: Connection, person_id: bytes, held: Sequence[Row[Any]], zone: str, now: datetime
) -> bool:
    """Whether something waits for this person: `held` are the designations of theirs that count today."""
    until = local_day(now, zone) + timedelta(days=SOON_DAYS)
    roles = {row.role for row in held}
    questions = []
    if roles & set(duties.READING):
        near = or_(readers.c.unread > 0, readers.c.due_on <= until)
        mine = duties.theirs(person_id, [row for row in held if row.role in duties.READING])
        questions.append(select(readers.c.case_id).where(*mine, near))
    questions += request_pass.news(person_id, roles, until)
    if "custodian" in roles:
        questions.append(
            select(identity_requests.c.id)
            .join_from(identity_requests, identity_request_grants)
            .where(identity_request_grants.c.person_id == person_id, identity_requests.c.state == "waiting")
        )
    if "legal" in roles:
        asked = holds.c.release_asked_by.is_not(None) & (holds.c.release_asked_by != person_id)
        questions.append(
            select(holds.c.id)
            .join_from(holds, hold_grants)
            .where(hold_grants.c.person_id == person_id, holds.c.released_on.is_(None))
            .where(or_(asked, holds.c.review_on <= until))
        )
    if any(db.execute(question.limit(1)).first() is not None for question in questions):
        return True
    return any(person_id not in key.confirmed_by for key in confirmations.waiting(store, person_id, now))
