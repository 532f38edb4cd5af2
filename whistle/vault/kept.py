"""What is sealed to legal beside a case: a key of its own for each, granted to the company's legal alone."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from sqlalchemy import insert, select

from whistle.crypto.header import Header, Kind
from whistle.errors import NotAllowed, NotThere, RuleRefused
from whistle.rules.calendar import local_day
from whistle.vault import casework, directory, exclusions
from whistle.vault.facts import CompanyFacts, SealedGrant
from whistle.vault.heldtables import kept_grants
from whistle.vault.tables import people


def grant(change: casework.Change, object_id: bytes, grants: Iterable[SealedGrant]) -> None:
    """Take the grants of something that legal may open; who is excluded from the case gets none (L6).

    Raises `NotAllowed` for somebody else's grant, `RuleRefused("no_legal")` when nobody is left to read it.
    """
    keys, db = change.store.keys, change.db
    legal = directory.recipients(db, keys, change.company.id, ("legal",), change.today)
    known = {one.person_id: one.key_id for one in legal}
    rows = []
    for one in grants:
        header = Header.parse(one.sealed)
        is_theirs = known.get(one.holder_id) == header.key_id
        if header.kind != Kind.GRANT or header.case_id != object_id or not is_theirs:
            raise NotAllowed("this is sealed to the company's legal and to nobody else")
        if not exclusions.is_excluded(keys, change.row, one.holder_id):
            row = {"object_id": object_id, "person_id": one.holder_id, "case_id": bytes(change.row.id)}
            rows.append({**row, "sealed": one.sealed})
    if not rows:
        raise RuleRefused(
            "no_legal", "Nobody of legal could read this. Ask the administrators to appoint somebody."
        )
    db.execute(insert(kept_grants), rows)


def require_legal(change: casework.Change, person_id: bytes) -> str:
    """The name of somebody of legal who may touch this case; to who is excluded it is not there (L6)."""
    db, keys = change.db, change.store.keys
    serves = directory.serves(db, keys, person_id, change.company.id, "legal", change.today)
    if not serves or exclusions.is_excluded(keys, change.row, person_id):
        raise NotThere("there is no such case, or it is not yours")
    name: str = db.execute(select(people.c.name).where(people.c.id == person_id)).scalar_one()
    return name


def today(row: Any, company: CompanyFacts, now: datetime) -> date:
    """The day of a case: a clock that went back dates nothing before what was done already."""
    day: date = max(local_day(now, company.zone), row.touched_on)
    return day
