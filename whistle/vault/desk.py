"""What a designated handler may do with a case of theirs; everybody else learns not even that it exists."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Row, bindparam, insert, select, update

from whistle.crypto.header import Compartment, Header
from whistle.errors import Conflict, NotAllowed, NotThere, RuleRefused
from whistle.rules import calendar, retention, states
from whistle.vault import casework, directory, reading
from whistle.vault.facts import Addition, OpenedCase, SealedGrant
from whistle.vault.serverkeys import ServerKeys
from whistle.vault.store import Store
from whistle.vault.tables import cases, closings, people, readers

OPEN_TO_HANDLER = (Compartment.CONTENT, Compartment.INTERNAL)

CONFIRM_REOPENING_DAYS = 30
"""So close to the day of purge, reopening takes a second handler."""


@dataclass(frozen=True, slots=True)
class Step:
    """What a command does besides adding records: the ledger's action, and the event that moves the state."""

    action: str
    event: str | None = None
    feedback: bool = False
    tells_reporter: bool = True


ACKNOWLEDGE = Step("acknowledged", states.Event.ACKNOWLEDGE)
MESSAGE = Step("message_sent", states.Event.MESSAGE)
FEEDBACK = Step("feedback_given", states.Event.FEEDBACK, feedback=True)
NOTE = Step("note_added", tells_reporter=False)
CLOSE = Step("closed", states.Event.CLOSE, feedback=True)
REOPEN = Step("reopened", states.Event.REOPEN, tells_reporter=False)


_MINE = (
    select(cases, readers.c.unread.label("mine"))
    .join_from(cases, readers)
    .where(cases.c.number == bindparam("number"), readers.c.person_id == bindparam("person"))
)
_SEEN = (
    update(readers)
    .where(
        readers.c.person_id == bindparam("person"),
        readers.c.case_id == bindparam("case"),
        readers.c.unread > 0,
    )
    .values(unread=0)
)
_NAME = (
    select(people.c.name)
    .join_from(readers, people)
    .where(readers.c.case_id == bindparam("case"), readers.c.person_id == bindparam("person"))
)


def open_case(store: Store, person_id: bytes, number: str, now: datetime) -> OpenedCase:
    """A case of this handler, its inventory checked. Raises `NotThere` for anybody else, `Tampered`."""
    with store.reading() as db:
        row, unread = _mine(db, store.keys, person_id, number, now)
        return reading.opened(db, store, row, OPEN_TO_HANDLER, holder=person_id, now=now, unread=unread)


def mark_read(
    store: Store, person_id: bytes, case_id: bytes, own_grants: Iterable[SealedGrant], now: datetime
) -> None:
    """Note that this handler saw the case, and take their own grants in place of the ones made for them."""
    own = tuple(own_grants)
    if not own:
        with store.writing() as work:
            work.db.execute(_SEEN, {"person": person_id, "case": case_id})
        return
    with casework.changing(store, case_id, now) as change:
        name = _require_reader(change.db, person_id, change, now)
        for grant in own:
            if grant.holder_id != person_id or Header.parse(grant.sealed).compartment == Compartment.IDENTITY:
                raise NotAllowed("a handler replaces their own grants only")
            change.put_grant(grant)
        change.log("opened", name)
        change.db.execute(_SEEN, {"person": person_id, "case": case_id})


def add(
    store: Store, person_id: bytes, number: str, addition: Addition, now: datetime, *, step: Step
) -> None:
    """Add what a handler wrote, move the case by `step`. Raises `NotThere`, `RuleRefused`, `Conflict`."""
    with casework.changing(store, number, now) as change:
        name = _require_reader(change.db, person_id, change, now)
        reading.require_standing(change.row, change.company, now)
        if step is ACKNOWLEDGE and change.row.acknowledged_on is not None:
            raise Conflict("the case was acknowledged already")
        if step is REOPEN:
            _require_reopening(change, person_id, addition)
        if step.event is not None:
            change.set(state=str(states.after(change.row.state, step.event)))
        _check_addition(change, addition)
        change.add(addition)
        if addition.records and step.tells_reporter:
            change.set(unread=change.row.unread + 1)
        _note_days(change, step)
        change.log(step.action, name, **_due(change, step))


def ask_reopening(store: Store, person_id: bytes, number: str, addition: Addition, now: datetime) -> None:
    """Ask a second handler to let the case be reopened; the reason is in the sealed `addition`."""
    with casework.changing(store, number, now) as change:
        name = _require_reader(change.db, person_id, change, now)
        reading.require_standing(change.row, change.company, now)
        states.after(change.row.state, states.Event.REOPEN)
        _check_addition(change, addition)
        change.add(addition)
        change.set(reopen_asked_by=person_id)
        change.log("reopen_asked", name)


def reopening_needs_second(purge_on: date | None, today: date) -> bool:
    """Whether the day of purge is so near that one handler cannot put it off alone."""
    return purge_on is not None and (purge_on - today).days <= CONFIRM_REOPENING_DAYS


def _require_reopening(change: casework.Change, person_id: bytes, addition: Addition) -> None:
    """A reopening brings its reason with it, or a colleague asked for it and gave one."""
    asked = change.row.reopen_asked_by is not None
    if not asked and not addition.records:
        raise Conflict("nobody asked to reopen this case")
    if not reopening_needs_second(change.row.purge_on, change.today):
        return
    if not asked:
        raise RuleRefused("second_person", "A second handler must confirm this.")
    if bytes(change.row.reopen_asked_by) == person_id:
        raise RuleRefused("same_person", "Somebody else must confirm what you asked for.")


def _note_days(change: casework.Change, step: Step) -> None:
    if step is ACKNOWLEDGE:
        change.set(acknowledged_on=change.today)
    if step.feedback and change.row.feedback_on is None:
        change.set(feedback_on=change.today)
    if step is CLOSE:
        _close(change)
    if step is REOPEN:
        change.set(closed_on=None, purge_on=None, reopen_asked_by=None)


def _close(change: casework.Change) -> None:
    row, company = change.row, change.company
    policy = retention.Retention(company.retention_months)
    due = retention.purge_due(change.today, row.received_on, company.country, policy)
    change.set(closed_on=change.today, purge_on=due)
    n = len(reading.closings_of(change.db, row.id)) + 1
    change.db.execute(insert(closings).values(case_id=row.id, n=n, closed_on=change.today, purge_on=due))


def _due(change: casework.Change, step: Step) -> dict[str, str]:
    """A closing's ledger line says the day of the purge: moved in the table alone, it counts for nothing."""
    return {"due_on": change.now("purge_on").isoformat()} if step is CLOSE else {}


def _check_addition(change: casework.Change, addition: Addition) -> None:
    """A handler writes content and notes, and grants notes to the handlers of the case only."""
    sealed = [record.sealed for record in addition.records] + [blob.sealed_header for blob in addition.blobs]
    if any(Header.parse(item).compartment not in OPEN_TO_HANDLER for item in sealed):
        raise NotAllowed("a handler has no part in the identity")
    on_case = {person for person, _name in reading.readers_of(change.db, change.row.id)}
    for grant in addition.grants:
        if grant.holder_id not in on_case or Header.parse(grant.sealed).compartment != Compartment.INTERNAL:
            raise NotAllowed("a grant names somebody who does not work on this case")


def _mine(
    db: Connection, keys: ServerKeys, person_id: bytes, number: str, now: datetime
) -> tuple[Row[Any], int]:
    asked = {"number": number, "person": person_id}
    row = db.execute(_MINE, asked).one_or_none() if casework.is_number(number) else None
    if row is None or not _serves(db, keys, person_id, row.company_id, now):
        raise NotThere("there is no such case, or it is not yours")
    return row, row.mine


def _require_reader(db: Connection, person_id: bytes, change: casework.Change, now: datetime) -> str:
    """The name of the handler; raises `NotThere` unless they work on this case today."""
    name: str | None = db.execute(_NAME, {"case": change.row.id, "person": person_id}).scalar_one_or_none()
    if name is None or not _serves(db, change.store.keys, person_id, change.row.company_id, now):
        raise NotThere("there is no such case, or it is not yours")
    return name


def _serves(db: Connection, keys: ServerKeys, person_id: bytes, company_id: bytes, now: datetime) -> bool:
    zone = directory.company_by_id(db, company_id).zone
    return directory.serves(db, keys, person_id, company_id, "handler", calendar.local_day(now, zone))
