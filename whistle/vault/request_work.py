"""What a privacy officer does with a request: nothing is answered before the person is known (S35)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Row, and_, insert, select, update

from whistle.crypto.header import Compartment
from whistle.errors import NotAllowed, NotThere, RuleRefused
from whistle.rules import request_way as rules
from whistle.rules.request_way import State
from whistle.vault import request_mails, requests
from whistle.vault.facts import Addition, SealedGrant
from whistle.vault.request_desk import (
    Emptied,
    at_work,
    empty,
    leave_nothing,
    mine,
    require_mine,
    take,
    tell,
    verified,
)
from whistle.vault.requests import OpenedRequest
from whistle.vault.requesttables import request_readers, request_tasks
from whistle.vault.requesttables import requests as table
from whistle.vault.store import Store
from whistle.vault.tables import cases

PARTS = (Compartment.CONTENT, Compartment.IDENTITY, Compartment.INTERNAL)

OUTCOMES = ("informed", "impossible", "disproportionate")


@dataclass(frozen=True, slots=True)
class Ended:
    """What came of a task: a word of `OUTCOMES`."""

    task_id: bytes
    outcome: str


def open_request(store: Store, person_id: bytes, number: str, now: datetime) -> OpenedRequest:
    """A request as its officer may open it: sealed until the address is proved. Raises `NotThere`."""
    with store.reading() as db:
        case = mine(db, store, person_id, number, now)
        row = requests.checked(db, store.keys, bytes(case.id))
        parts = () if row.state == State.SENT else PARTS
        found = requests.opened(db, store, case, parts, holder=person_id, now=now, unread=case.mine)
        return OpenedRequest(found.status, found.case, found.tasks, _repeats(db, row))


def _repeats(db: Connection, row: Row[Any]) -> tuple[str, ...]:
    """The numbers of verified requests for access by the same person within twelve months before this one."""
    if row.access_tag is None or row.verified_on is None:
        return ()
    query = (
        select(cases.c.number)
        .join_from(table, cases, cases.c.id == table.c.case_id)
        .where(
            table.c.access_tag == row.access_tag,
            table.c.case_id != row.case_id,
            table.c.verified_on.between(rules.repeats_from(row.verified_on), row.verified_on),
        )
        .order_by(table.c.verified_on, cases.c.number)
    )
    return tuple(db.execute(query).scalars())


def mark_read(
    store: Store, person_id: bytes, number: str, own_grants: Iterable[SealedGrant], now: datetime
) -> None:
    """Note that this officer saw the request; their own grants replace the ones that were made for them."""
    own = tuple(own_grants)
    with requests.changing(store, number, now) as request:
        name = require_mine(request, person_id, now)
        for grant in own:
            if grant.holder_id != person_id:
                raise NotAllowed("an officer replaces their own grants only")
            request.change.put_grant(grant)
        if own:
            request.change.log("request_opened", name)
        place = (request_readers.c.case_id == request.change.row.id) & (
            request_readers.c.person_id == person_id
        )
        request.change.db.execute(update(request_readers).where(place).values(unread=0))


def decide(
    store: Store, person_id: bytes, number: str, addition: Addition, now: datetime,
    *, review_on: date | None = None, lifts: bool = False,
) -> None:  # fmt: skip
    """Keep a decision in the officers' notes; a restriction has a day on which it is looked at again.

    `lifts`: the restriction ends, and with it that day.
    """
    with verified(store, person_id, number, now) as (request, name):
        take(request, addition)
        if review_on is not None:
            if review_on <= request.today:
                raise RuleRefused("review_past", "The day of review has to be after today.")
            request.set(review_on=review_on)
        elif lifts:
            request.set(review_on=None)
        request.change.log("request_decided", name)


def write(store: Store, person_id: bytes, number: str, addition: Addition, now: datetime) -> None:
    """Write to the person: a question or a word on the way, which is no answer."""
    with at_work(store, person_id, number, now) as (request, name):
        if request.now("state") == State.SENT:
            raise RuleRefused("not_verified", "The address is not proved yet.")
        tell(request, addition)
        request.change.log("request_written", name)


def answer(store: Store, person_id: bytes, number: str, addition: Addition, now: datetime) -> None:
    """Answer, also in parts; the last answer's day is the one from which the request is kept."""
    with verified(store, person_id, number, now) as (request, name):
        tell(request, addition)
        request.set(state=State.ANSWERED, answered_on=request.today)
        request.change.log("request_answered", name)


def extend(store: Store, person_id: bytes, number: str, addition: Addition, now: datetime) -> None:
    """Take the two further months: once, told by the target day. Raises `RuleRefused("extension")`."""
    with verified(store, person_id, number, now) as (request, name):
        if not rules.may_extend(request.standing(), request.today):
            raise RuleRefused("extension", "An extension is told once, by the target day.")
        tell(request, addition)
        request.set(extended_on=request.today)
        request.change.log("request_extended", name)


def give_notice(store: Store, person_id: bytes, number: str, addition: Addition, now: datetime) -> None:
    """Tell the person that a fee is asked for, or that the request is held to be excessive, before it is."""
    with verified(store, person_id, number, now) as (request, name):
        tell(request, addition)
        request.set(noticed_on=request.today)
        request.change.log("request_noticed", name)


def open_task(
    store: Store, person_id: bytes, number: str, task_id: bytes, addition: Addition, now: datetime
) -> None:
    """Note a recipient that is to be told of a change (S37); sent twice it is one task."""
    with verified(store, person_id, number, now) as (request, name):
        take(request, addition)
        row = {"id": task_id, "case_id": request.change.row.id, "opened_on": request.today}
        request.change.db.execute(insert(request_tasks).values(**row))
        request.set(tasks_open=request.now("tasks_open") + 1)
        request.change.log("request_task_opened", name)


def end_task(
    store: Store, person_id: bytes, number: str, ended: Ended, addition: Addition, now: datetime
) -> None:
    """Say what came of a task. Raises `RuleRefused("task_outcome")`, `NotThere`."""
    with verified(store, person_id, number, now) as (request, name):
        if ended.outcome not in OUTCOMES:
            raise RuleRefused("task_outcome", "Say what came of it.")
        place = and_(
            request_tasks.c.id == ended.task_id,
            request_tasks.c.case_id == request.change.row.id,
            request_tasks.c.outcome.is_(None),
        )
        done = request.change.db.execute(
            update(request_tasks).where(place).values(outcome=ended.outcome, done_on=request.today)
        )
        if not done.rowcount:
            raise NotThere("there is no such task")
        take(request, addition)
        request.set(tasks_open=request.now("tasks_open") - 1)
        request.change.log("request_task_done", name)


def close(
    store: Store, person_id: bytes, number: str, addition: Addition, emptied: Sequence[Emptied],
    now: datetime, *, unproved: bool = False,
) -> None:  # fmt: skip
    """Close a request: its day of erasure is fixed. Raises `RuleRefused`: `unanswered`, `tasks_open`.

    `unproved`: nobody could say who asked; that is told instead of an answer.
    """
    with at_work(store, person_id, number, now) as (request, name):
        known = request.now("state") in (State.VERIFIED, State.ANSWERED)
        if unproved == known:
            raise RuleRefused("identity_state", "Only who is not known is turned away for that.")
        if known and request.now("state") != State.ANSWERED:
            raise RuleRefused("unanswered", "Answer the person first.")
        if request.now("review_on") is not None:
            raise RuleRefused("restricted", "A restriction is in force and is looked at again.")
        if request.now("tasks_open"):
            raise RuleRefused("tasks_open", "Recipients still wait to be told.")
        if request.now("state") != State.SENT:
            tell(request, addition)
            empty(request, name, emptied)
        answered = request.now("answered_on") or request.today
        due = rules.purge_due(answered)
        request.answer_asked()
        request.set(state=State.CLOSED, answered_on=answered)
        request_mails.taken(request.change.db, bytes(request.change.row.id))
        request.change.set(state="closed", closed_on=request.today, purge_on=due)
        request.change.log("closed", name, due_on=due.isoformat(), answered_on=answered.isoformat())
    leave_nothing(store)
