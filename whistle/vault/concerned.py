"""For each person a report holds responsible there is a row without a word of who: closing depends on it."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import delete, insert, select

from whistle.errors import NotThere, RuleRefused
from whistle.rules.concerned import Decision, ruling
from whistle.rules.states import State
from whistle.vault import casework, desk
from whistle.vault.facts import Addition
from whistle.vault.store import Store
from whistle.vault.work import require_notes
from whistle.vault.worktables import concerned


@dataclass(frozen=True, slots=True)
class Decided:
    """What was decided about one person, without a word of who; `new`: nothing was recorded of them yet."""

    id: bytes
    new: bool
    decision: str
    ground: str
    review_on: date | None


def decide(
    store: Store, person_id: bytes, number: str, addition: Addition, now: datetime, *, about: Decided
) -> None:
    """Record what was decided about one person; who it is stands sealed in `addition` (L13).

    Raises `NotThere`, and `RuleRefused` with the reasons of `rules.concerned.ruling`, or `concerned_named`:
    somebody is named, so it is not nobody.
    """
    with desk.at_work(store, person_id, number, now, doing="concerned") as (change, name):
        taken = ruling(
            about.decision, ground=about.ground, review_on=about.review_on, country=change.company.country,
            today=change.today, closed=change.row.state == State.CLOSED,
        )  # fmt: skip
        _require_entry(change, about.id, new=about.new)
        _make_room(change, about.id, taken.decision)
        require_notes(addition)
        desk.take(change, addition)
        row = {"id": about.id, "case_id": change.row.id, "decision": str(taken.decision)}
        change.db.execute(insert(concerned).values(**row, decided_on=change.today, review_on=taken.review_on))
        change.log("concerned_decided", name, decision=str(taken.decision), **_ground(taken.ground))


def _ground(code: str) -> dict[str, str]:
    return {"ground": code} if code else {}


def _require_entry(change: casework.Change, entry_id: bytes, *, new: bool) -> None:
    found = change.db.execute(select(concerned.c.case_id).where(concerned.c.id == entry_id)).first()
    if new != (found is None) or (found is not None and bytes(found.case_id) != bytes(change.row.id)):
        raise NotThere("nobody of that kind is recorded in this case")


def _make_room(change: casework.Change, entry_id: bytes, decision: Decision) -> None:
    """Take this person's row away, and the word that nobody is concerned once somebody is."""
    mine = concerned.c.case_id == change.row.id
    change.db.execute(delete(concerned).where(concerned.c.id == entry_id))
    change.db.execute(delete(concerned).where(mine, concerned.c.decision == Decision.NONE_IDENTIFIED))
    if decision is Decision.NONE_IDENTIFIED and change.db.execute(select(concerned.c.id).where(mine)).first():
        raise RuleRefused("concerned_named", "A person is named in this case, so it is not nobody.")
