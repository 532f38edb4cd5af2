"""A request in the hands of its officer: whose it is, what they may write in it, and what they destroy."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, bindparam, delete, insert, select, update

from whistle.crypto.header import Compartment, Header, Kind
from whistle.errors import NotAllowed, NotThere, RuleRefused
from whistle.rules.calendar import local_day
from whistle.rules.request_way import State
from whistle.rules.requests import purge_due
from whistle.vault import (
    casework,
    directory,
    inventory,
    purge,
    reading,
    request_mails,
    requests,
    scrubbing,
)
from whistle.vault.facts import REQUEST, Addition
from whistle.vault.requests import OFFICER, RequestChange
from whistle.vault.requesttables import request_readers, request_tasks
from whistle.vault.store import Store
from whistle.vault.tables import blob_removals, blobs, cases, people, records

WRITES = (Compartment.CONTENT, Compartment.INTERNAL)
"""What the person can read, and the officers' own notes: decisions, tasks, reasons."""

_MINE = (
    select(cases, request_readers.c.unread.label("mine"), people.c.name.label("person_name"))
    .join_from(cases, request_readers)
    .join(people, people.c.id == request_readers.c.person_id)
    .where(
        cases.c.number == bindparam("number"), cases.c.kind == REQUEST,
        request_readers.c.person_id == bindparam("person"),
    )
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Emptied:
    """A record whose words and files about identity are gone: what stands in its place, and which files."""

    old_id: bytes
    sealed: bytes
    blob_ids: tuple[bytes, ...]


@contextmanager
def at_work(
    store: Store, person_id: bytes, number: str, now: datetime
) -> Iterator[tuple[RequestChange, str]]:
    """A request locked for an officer who works on it today, and their name."""
    with requests.changing(store, number, now) as request:
        name = require_mine(request, person_id, now)
        reading.require_standing(request.change.row, request.change.company, now)
        if request.now("state") == State.CLOSED:
            raise RuleRefused("request_closed", "The request is closed.")
        yield request, name


@contextmanager
def verified(
    store: Store, person_id: bytes, number: str, now: datetime
) -> Iterator[tuple[RequestChange, str]]:
    """The same, once the person is known: before that nothing is disclosed, decided or answered."""
    with at_work(store, person_id, number, now) as (request, name):
        if request.now("state") not in (State.VERIFIED, State.ANSWERED):
            raise RuleRefused("not_verified", "Who asks is not known yet, so nothing can be answered.")
        yield request, name


def mine(db: Connection, store: Store, person_id: bytes, number: str, now: datetime) -> Row[Any]:
    """The row of a request that this officer works on today. Raises `NotThere`."""
    row = None
    if casework.is_number(number):
        row = db.execute(_MINE, {"number": number, "person": person_id}).one_or_none()
    if row is None:
        raise NotThere("there is no such request, or it is not yours")
    company = directory.company_by_id(db, row.company_id)
    if not directory.serves(db, store.keys, person_id, company.id, OFFICER, local_day(now, company.zone)):
        raise NotThere("there is no such request, or it is not yours")
    return row


def require_mine(request: RequestChange, person_id: bytes, now: datetime) -> str:
    """The name of an officer who works on this request today. Raises `NotThere`."""
    row = mine(request.change.db, request.change.store, person_id, request.change.row.number, now)
    return str(row.person_name)


def take(request: RequestChange, addition: Addition) -> None:
    """What an officer sealed; their notes begin with the first of them, for the officers alone."""
    request.change.add(addition, writes=WRITES, grants_in=WRITES)


def tell(request: RequestChange, addition: Addition) -> None:
    """The same, and the person sees that there is something new."""
    take(request, addition)
    request.change.set(unread=request.change.now("unread") + 1)


def empty(request: RequestChange, name: str, emptied: Sequence[Emptied]) -> None:
    """Nothing of an identity document stays: neither its files nor the record that named them.

    While a hold is in force nothing of the request is erased: that comes with the first look after it
    (`request_identity.leave_no_proof`). A hold keeps, and stops nobody from being known or answered.
    """
    change = request.change
    if reading.holds_in_force(change.db, change.store.keys, change.row.id):
        return
    for one in emptied:
        place = (records.c.case_id == change.row.id) & (records.c.object_id == one.old_id)
        old = change.db.execute(select(records).where(place)).one_or_none()
        header = Header.parse(one.sealed)
        said = (header.kind, header.case_id, header.compartment, header.epoch, header.key_id)
        if old is None or said != (
            Kind.RECORD, bytes(change.row.id), old.compartment, old.epoch, bytes(old.key_id)
        ):  # fmt: skip
            raise NotAllowed("a record takes the place of one like it only")
        entry = inventory.entry_of(one.sealed)
        values = {"object_id": header.object_id, "sha256": entry.sealed_sha256, "sealed": one.sealed}
        change.db.execute(update(records).where(place).values(**values))
        gone = take_blobs(change, one.blob_ids)
        change.entries = [
            had for had in change.entries if had.object_id != one.old_id and had.object_id not in gone
        ] + [entry]
        change.log(
            "redacted", name, ground="identity_proof", characters=0, record=one.old_id.hex(),
            files=[blob.hex() for blob in gone],
        )  # fmt: skip
    if emptied:
        scrubbing.is_due(change.db)


def has_task(change: casework.Change, task_id: bytes) -> bool:
    """Whether the request has this task already: the form that notes it was sent before."""
    place = (request_tasks.c.id == task_id) & (request_tasks.c.case_id == change.row.id)
    return change.db.execute(select(request_tasks.c.id).where(place)).first() is not None


def put_task(request: RequestChange, name: str, task_id: bytes) -> None:
    """Note a recipient that is to be told of a change; who that is stands sealed."""
    row = {"id": task_id, "case_id": request.change.row.id, "opened_on": request.today}
    request.change.db.execute(insert(request_tasks).values(**row))
    request.set(tasks_open=request.now("tasks_open") + 1)
    request.change.log("request_task_opened", name)


def end(request: RequestChange, name: str) -> None:
    """The request is closed, and its day of erasure fixed: so long after its answer, or after this."""
    answered = request.now("answered_on") or request.today
    due = purge_due(answered, request.today)
    request.answer_asked()
    request.set(state=State.CLOSED, answered_on=answered)
    request_mails.taken(request.change.db, bytes(request.change.row.id))
    request.change.set(state="closed", closed_on=request.today, purge_on=due)
    request.change.log("closed", name, due_on=due.isoformat(), answered_on=answered.isoformat())


def take_blobs(change: casework.Change, blob_ids: Sequence[bytes]) -> list[bytes]:
    """The files of a case that go, by their ids; each must be one of its own."""
    mine = blobs.c.object_id.in_(blob_ids) & (blobs.c.case_id == change.row.id)
    found = [bytes(one) for one in change.db.execute(select(blobs.c.object_id).where(mine)).scalars()]
    if sorted(found) != sorted(blob_ids):
        raise NotThere("there is no such file")
    if found:
        change.db.execute(insert(blob_removals), [{"object_id": one} for one in found])
        change.db.execute(delete(blobs).where(mine))
    return found


def leave_nothing(store: Store) -> None:
    """What was taken away goes from the disk, and from the database's own files."""
    purge.work_off_removals(store)
    scrubbing.scrub(store)


def officers(db: Connection, case_id: bytes) -> list[bytes]:
    """Who works on a request."""
    query = select(request_readers.c.person_id).where(request_readers.c.case_id == case_id)
    return [bytes(found) for found in db.execute(query).scalars()]
