"""What the journal says of holds: placed, confirmed by a second person, reviewed, kept, released.

A hold's citation is in no journal: it stands without one until legal cites it again. An ask for many holds
that was made after the backup is not made again: its holds stand like every other.
"""

from collections.abc import Callable
from datetime import date
from hashlib import sha256
from typing import Any

from sqlalchemy import Row, insert, select, update

from whistle.vault import hold_asks, replay_people
from whistle.vault.casework import Change
from whistle.vault.holds import hold_mac
from whistle.vault.tables import holds, ledger

Actor = tuple[bytes | None, str]

UNCITED = b""
"""What is sealed in a hold whose citation is lost."""

PLACED_ON = "placed_on"
"""In the facts of a hold that was placed again: the day it was placed first."""

CONFIRMED = "hold_confirmed"


def again(change: Change, line: dict[str, Any], actor: Actor) -> None:
    """Do what the line says to its hold, where that is not so already."""
    _STEPS[line["kind"]](change, line, actor)


def _placed(change: Change, line: dict[str, Any], actor: Actor) -> None:
    facts, hold_id = line["facts"], _id(line)
    if change.db.execute(select(holds.c.id).where(holds.c.id == hold_id)).first() is not None:
        return
    placed_by = actor[0] or replay_people.nobody(change.work)
    row = {
        "id": hold_id, "case_id": change.row.id, "ground": facts["ground"],
        "placed_on": date.fromisoformat(facts.get(PLACED_ON, line["day"])), "placed_by": placed_by,
        "review_on": date.fromisoformat(facts["review_on"]), "late": facts["late"],
        "once": sha256(hold_id).digest(), "sealed": UNCITED, "released_on": None, "release_asked_by": None,
    }  # fmt: skip
    change.db.execute(insert(holds).values(**row, mac=hold_mac(change.store.keys, row)))
    _log(change, line, actor, **{PLACED_ON: row["placed_on"].isoformat()})


def _confirmed(change: Change, line: dict[str, Any], actor: Actor) -> None:
    """Confirmed, and its ask is over: all of its holds were confirmed at once."""
    if _in_force(change, line) is None:
        return
    hold_asks.forget_of(change.work, _id(line))
    same = (ledger.c.case_number == change.row.number) & (ledger.c.action == CONFIRMED)
    told = select(ledger.c.seq).where(same, ledger.c.facts.contains(line["facts"]["hold"]))
    if change.db.execute(told).first() is None:
        _log(change, line, actor, ask=line["facts"]["ask"])


def _released(change: Change, line: dict[str, Any], actor: Actor) -> None:
    """Released; where it waited for a second person, its ask was withdrawn or refused, and is over."""
    row = _in_force(change, line)
    if row is not None:
        hold_asks.forget_of(change.work, _id(line))
        _set(change, row, released_on=date.fromisoformat(line["day"]), released_by=actor[0])
        _log(change, line, actor)


def _kept(change: Change, line: dict[str, Any], actor: Actor) -> None:
    """Nobody asks for its release any more."""
    row = _in_force(change, line)
    if row is not None and row.release_asked_by is not None:
        _set(change, row, release_asked_by=None, release_sealed=None)
        _log(change, line, actor)


def _reviewed(change: Change, line: dict[str, Any], actor: Actor) -> None:
    """It stands until the next review; the reason for that was sealed, and is lost."""
    row, until = _in_force(change, line), date.fromisoformat(line["facts"]["review_on"])
    if row is not None and row.review_on != until:
        _set(change, row, review_on=until)
        _log(change, line, actor)


def _id(line: dict[str, Any]) -> bytes:
    return bytes.fromhex(line["facts"]["hold"])


def _in_force(change: Change, line: dict[str, Any]) -> Row[Any] | None:
    query = select(holds).where(holds.c.id == _id(line), holds.c.released_on.is_(None))
    return change.db.execute(query).one_or_none()


def _set(change: Change, row: Row[Any], **values: Any) -> None:
    mac = hold_mac(change.store.keys, {**row._mapping, **values})  # noqa: SLF001 (SQLAlchemy's public name)
    change.db.execute(update(holds).where(holds.c.id == row.id).values(**values, mac=mac))


def _log(change: Change, line: dict[str, Any], actor: Actor, **more: Any) -> None:
    facts = {name: value for name, value in line["facts"].items() if name not in ("n", "ask")}
    change.log(line["kind"], actor[1], **(facts | more))


_STEPS: dict[str, Callable[[Change, dict[str, Any], Actor], None]] = {
    "hold_placed": _placed, CONFIRMED: _confirmed, "hold_released": _released,
    "release_withdrawn": _kept, "hold_reviewed": _reviewed,
}  # fmt: skip
KINDS = frozenset(_STEPS)
