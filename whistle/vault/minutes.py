"""Minutes are locked only after the reporter had the chance to read, correct and approve them (L4)."""

from datetime import date, datetime, timedelta
from hashlib import sha256
from typing import Any

from sqlalchemy import Row, bindparam, delete, insert, select, update

from whistle.crypto.header import Compartment
from whistle.errors import NotThere, RuleRefused
from whistle.rules import states
from whistle.rules.deadlines import MINUTES_DAYS
from whistle.vault import casework, desk, reading
from whistle.vault.facts import Addition
from whistle.vault.store import Store
from whistle.vault.tables import cases, readers
from whistle.vault.work import require_open
from whistle.vault.worktables import minutes

_OF_CASE = select(minutes).where(minutes.c.id == bindparam("id"), minutes.c.case_id == bindparam("case"))
_BY_LOCATOR = select(cases.c.id).where(cases.c.locator_hash == bindparam("locator"))


def write(
    store: Store, person_id: bytes, number: str, addition: Addition, now: datetime, *,
    entry_id: bytes, replaces: bytes | None, held_on: date,
) -> None:  # fmt: skip
    """Put minutes before the reporter; with `replaces` a new version of ones that are not locked.

    Ends the duty to offer a meeting. Raises `NotThere`, `RuleRefused` ("shared", "held_on", "state").
    """
    with desk.at_work(store, person_id, number, now, doing="minutes") as (change, name):
        change.set(state=str(states.after(change.row.state, states.Event.MESSAGE)))
        _require_held(change, held_on)
        if replaces is not None:
            _unlocked(change, replaces)
            change.db.execute(delete(minutes).where(minutes.c.id == replaces))
        desk.take(change, addition, tells_reporter=True)
        row = {"id": entry_id, "case_id": change.row.id, "written_on": change.today}
        change.db.execute(insert(minutes).values(**row))
        change.set(meeting_held_on=change.row.meeting_held_on or held_on)
        change.log("minutes_written", name)


def note_meeting(store: Store, person_id: bytes, number: str, held_on: date, now: datetime) -> None:
    """Note that the reporter was met or spoken with, on that day. Raises `NotThere`, `RuleRefused`."""
    with desk.at_work(store, person_id, number, now, doing="meeting") as (change, name):
        require_open(change)
        _require_held(change, held_on)
        if change.row.meeting_held_on != held_on:
            change.set(meeting_held_on=held_on)
            change.log("meeting_held", name, held_on=held_on.isoformat())


def lock(
    store: Store, person_id: bytes, number: str, addition: Addition, now: datetime, *, entry_id: bytes
) -> None:
    """Lock minutes for good. Raises `RuleRefused("minutes_wait")` before the reporter had their chance."""
    with desk.at_work(store, person_id, number, now, doing="minutes") as (change, name):
        row = _unlocked(change, entry_id)
        if row.answered_on is None and not _had_time(row, change.today):
            raise RuleRefused("minutes_wait", "The reporter has not had the chance to read these minutes.")
        desk.take(change, addition, tells_reporter=True)
        change.db.execute(update(minutes).where(minutes.c.id == entry_id).values(locked_on=change.today))
        change.log("minutes_locked", name)


def mark_shown(store: Store, locator: bytes, now: datetime) -> None:
    """Note the day on which the mailbox first showed the minutes of this case; nothing enters the ledger.

    Raises `NotThere`, `RuleRefused("past_day")`.
    """
    with casework.changing(store, _case_id(store, locator), now) as change:
        reading.require_standing(change.row, change.company, now)
        unseen = (minutes.c.case_id == change.row.id) & minutes.c.shown_on.is_(None)
        change.db.execute(update(minutes).where(unseen).values(shown_on=change.today))


def answer(store: Store, locator: bytes, addition: Addition, now: datetime, *, entry_id: bytes) -> None:
    """Take the reporter's word on minutes that are not locked. Raises `NotThere`, `RuleRefused`."""
    with casework.changing(store, _case_id(store, locator), now) as change:
        reading.require_standing(change.row, change.company, now)
        row = _unlocked(change, entry_id)
        change.add(addition, writes=(Compartment.CONTENT,), grants_in=(Compartment.CONTENT,))
        days = {"answered_on": change.today, "shown_on": row.shown_on or change.today}
        change.db.execute(update(minutes).where(minutes.c.id == entry_id).values(**days))
        change.log("minutes_answered", "reporter")
        for_readers = update(readers).where(readers.c.case_id == change.row.id)
        change.db.execute(for_readers.values(unread=readers.c.unread + 1))


def _had_time(row: Any, today: date) -> bool:
    return row.shown_on is not None and today >= row.shown_on + timedelta(days=MINUTES_DAYS)


def _require_held(change: casework.Change, held_on: date) -> None:
    if not change.row.received_on <= held_on <= change.today:
        raise RuleRefused("held_on", "The day lies between the report and today.")


def _unlocked(change: casework.Change, entry_id: bytes) -> Row[Any]:
    row = change.db.execute(_OF_CASE, {"id": entry_id, "case": change.row.id}).one_or_none()
    if row is None:
        raise NotThere("there are no such minutes")
    if row.locked_on is not None:
        raise RuleRefused("minutes_locked", "These minutes are locked.")
    return row


def _case_id(store: Store, locator: bytes) -> bytes:
    with store.reading() as db:
        found = db.execute(_BY_LOCATOR, {"locator": sha256(locator).digest()}).scalar_one_or_none()
    if found is None:
        raise NotThere("no case has this key")
    return bytes(found)
