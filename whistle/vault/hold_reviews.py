"""A hold that was looked at stands until its next review day; every look is kept, with a sealed reason."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, insert, select, update

from whistle.errors import Conflict
from whistle.rules.holds import check_review
from whistle.vault import casework, holds
from whistle.vault.store import Store
from whistle.vault.tables import cases, people
from whistle.vault.tables import holds as table
from whistle.vault.worktables import hold_reviews


@dataclass(frozen=True, slots=True)
class StoredReview:
    """A look at a hold: when and by whom, when it was due, until when it stands, the sealed reason."""

    hold_id: bytes
    n: int
    day: date
    by: str
    due_on: date
    review_on: date
    sealed: bytes


@dataclass(frozen=True, slots=True)
class NewReview:
    """`seen`: the review date that was read; `review_on`: the next one; the reason under the hold's key."""

    seen: date
    review_on: date
    sealed: bytes


def review(store: Store, person_id: bytes, hold_id: bytes, new: NewReview, now: datetime) -> None:
    """Note that a hold was looked at and stands until its next review date.

    Raises `Conflict` when somebody reviewed it meanwhile or it ended, `RuleRefused` as `check_review` says,
    `NotThere`.
    """
    with casework.changing(store, holds.case_of(store, hold_id), now) as change:
        name = holds.require_may(change, person_id)
        row = holds.in_force(change, hold_id)
        holds.require_confirmed(change, hold_id)
        if row.review_on != new.seen:
            raise Conflict("somebody reviewed this hold meanwhile")
        check_review(new.review_on, change.today)
        counted = select(func.count()).where(hold_reviews.c.hold_id == hold_id)
        n = change.db.execute(counted).scalar_one() + 1
        looked = {
            "hold_id": hold_id, "n": n, "on_day": change.today, "reviewed_by": person_id,
            "due_on": new.seen, "review_on": new.review_on, "sealed": new.sealed,
        }  # fmt: skip
        change.db.execute(insert(hold_reviews).values(**looked))
        dated: dict[str, Any] = {"review_on": new.review_on}
        dated["mac"] = holds.hold_mac(store.keys, {**row._mapping, **dated})  # noqa: SLF001 (SQLAlchemy's public name)
        change.db.execute(update(table).where(table.c.id == hold_id).values(**dated))
        change.log("hold_reviewed", name, hold=hold_id.hex(), review_on=new.review_on.isoformat())


def of_case(store: Store, person_id: bytes, number: str, now: datetime) -> tuple[StoredReview, ...]:
    """Every look at the holds of a case, in order. Raises `NotThere`, `Gone`."""
    holds.legal_case(store, person_id, number, now)
    query = (
        select(hold_reviews, people.c.name)
        .join_from(hold_reviews, table, table.c.id == hold_reviews.c.hold_id)
        .join(cases, cases.c.id == table.c.case_id)
        .join(people, people.c.id == hold_reviews.c.reviewed_by)
        .where(cases.c.number == number)
        .order_by(hold_reviews.c.on_day, hold_reviews.c.hold_id, hold_reviews.c.n)
    )
    with store.reading() as db:
        return tuple(
            StoredReview(bytes(r.hold_id), r.n, r.on_day, r.name, r.due_on, r.review_on, bytes(r.sealed))
            for r in db.execute(query)
        )
