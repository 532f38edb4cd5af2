"""What a privacy officer does with a request: nothing is answered before the person is known (S35)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Row, and_, select, update

from whistle.crypto.header import Compartment
from whistle.errors import NotAllowed, NotThere, RuleRefused
from whistle.rules import request_way as rules
from whistle.rules.request_counts import Counted
from whistle.rules.request_way import State
from whistle.rules.requests import first_of
from whistle.vault import request_counts, requests
from whistle.vault.facts import Addition, SealedGrant
from whistle.vault.request_desk import (
    Emptied,
    at_work,
    empty,
    end,
    has_task,
    leave_nothing,
    mine,
    put_task,
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
    """A request as its officer may open it: sealed until the address is proved. Raises `NotThere`.

    What was closed before anybody knew who asked stays sealed for good.
    """
    with store.reading() as db:
        case = mine(db, store, person_id, number, now)
        row = requests.checked(db, store.keys, bytes(case.id))
        is_sealed = row.state == State.SENT or (row.state == State.CLOSED and row.verified_on is None)
        parts = () if is_sealed else PARTS
        found = requests.opened(db, store, case, parts, holder=person_id, now=now, unread=case.mine)
        return OpenedRequest(found.status, found.case, found.tasks, _repeats(db, row))


def _repeats(db: Connection, row: Row[Any]) -> tuple[str, ...]:
    """The numbers of the same person's verified requests for access that make this one a repeat.

    They were received before it, within twelve months of the first: what counts is receipt, not the check.
    """
    if row.access_tag is None or row.verified_on is None:
        return ()
    query = (
        select(table.c.case_id, table.c.verified_on, cases.c.number, cases.c.received_on)
        .join_from(table, cases, cases.c.id == table.c.case_id)
        .where(table.c.access_tag == row.access_tag, table.c.verified_on.is_not(None))
        .order_by(cases.c.received_on, table.c.verified_on, cases.c.number)
    )
    found = list(db.execute(query))
    place = next(n for n, one in enumerate(found) if bytes(one.case_id) == bytes(row.case_id))
    first = first_of(found[place].received_on, [one.received_on for one in found[:place]])
    return tuple(one.number for one in found[:place] if first is not None and one.received_on >= first)


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
    *, review_on: date | None = None, others_on: date | None = None,
) -> None:  # fmt: skip
    """Keep a decision in the officers' notes; a restriction has a day on which it is looked at again.

    `others_on`: the earliest such day of what was decided before and still stands; the request has the
    earlier of the two, and none once no restriction is left.
    """
    with verified(store, person_id, number, now) as (request, name):
        take(request, addition)
        if review_on is not None and review_on <= request.today:
            raise RuleRefused("review_past", "The day of review has to be after today.")
        days = [day for day in (review_on, others_on) if day is not None]
        request.set(review_on=min(days, default=None))
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
        if not has_task(request.change, task_id):
            take(request, addition)
            put_task(request, name, task_id)


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
    now: datetime, *, unproved: bool = False, counted: Counted | None = None,
) -> None:  # fmt: skip
    """Close a request: its day of erasure is fixed. Raises `RuleRefused`: `unanswered`, `tasks_open`.

    `unproved`: nobody could say who asked; that is told instead of an answer. `counted`: for the register;
    None where no address was proved, so that nobody could open what was asked for.
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
        if counted is not None:
            request_counts.count(request, counted)
        end(request, name)
    leave_nothing(store)
