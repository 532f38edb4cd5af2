"""What a privacy officer does with a request: nothing is answered before the person is known (S35)."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Row, and_, bindparam, delete, insert, select, update

from whistle.crypto.header import Compartment, Header, Kind
from whistle.errors import HoldInForce, NotAllowed, NotThere, RuleRefused
from whistle.rules import request_way as rules
from whistle.rules.calendar import local_day
from whistle.rules.request_way import State
from whistle.vault import casework, directory, inventory, purge, reading, request_copies, requests, sites
from whistle.vault.facts import REQUEST, Addition, CompanyFacts, NewCase, Recipient, SealedGrant
from whistle.vault.requests import OFFICER, OpenedRequest, RequestChange
from whistle.vault.requesttables import request_readers, request_tasks
from whistle.vault.requesttables import requests as table
from whistle.vault.store import Store
from whistle.vault.tables import blob_removals, blobs, cases, people, records

WRITES = (Compartment.CONTENT, Compartment.INTERNAL)
"""What the person can read, and the officers' own notes: decisions, tasks, reasons."""

PARTS = (Compartment.CONTENT, Compartment.IDENTITY, Compartment.INTERNAL)

OUTCOMES = ("informed", "impossible", "disproportionate")

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


@dataclass(frozen=True, slots=True)
class Verified:
    """That the person is known: what is said of it, the proofs that go, the tag of who asks, and the copy."""

    addition: Addition
    emptied: tuple[Emptied, ...]
    access_tag: bytes | None
    copy: NewCase | None


@dataclass(frozen=True, slots=True)
class Ended:
    """What came of a task: a word of `OUTCOMES`."""

    task_id: bytes
    outcome: str


@dataclass(frozen=True, slots=True)
class HandedOn:
    """To which company a request is handed on, and the keys for its officers."""

    company_code: str
    granted: tuple[SealedGrant, ...]


def open_request(store: Store, person_id: bytes, number: str, now: datetime) -> OpenedRequest:
    """A request as its officer may open it: sealed until the address is proved. Raises `NotThere`."""
    with store.reading() as db:
        case = _mine(db, store, person_id, number, now)
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
        name = _require_mine(request, person_id, now)
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


def ask(store: Store, person_id: bytes, number: str, addition: Addition, now: datetime) -> None:
    """Ask the person what is needed to know them; the clock stands still from today until they answer."""
    with _at_work(store, person_id, number, now) as (request, name):
        if request.now("state") != State.CODED:
            raise RuleRefused("identity_state", "Identity is asked for between the code and the check.")
        _take(request, addition)
        if request.now("asked_on") is None:
            request.set(asked_on=request.today)
        request.change.log("request_identity_asked", name)


def verify(store: Store, person_id: bytes, number: str, new: Verified, now: datetime) -> None:
    """Say that the person is known: the request counts, is copied, can be answered; proofs are gone."""
    with _at_work(store, person_id, number, now) as (request, name):
        if request.now("state") != State.CODED:
            raise RuleRefused("identity_state", "The code comes first, and nobody is checked twice.")
        if (new.copy is not None) != request.now("is_copied"):
            raise NotAllowed("a request is copied or not by what it asks for, and by nothing else")
        _take(request, new.addition)
        _empty(request, name, new.emptied)
        request.answer_asked()
        request.set(state=State.VERIFIED, verified_on=request.today, access_tag=new.access_tag)
        if new.copy is not None:
            request_copies.put(request, new.copy)
            request.set(copy_id=new.copy.case_id)
        request.change.log("request_verified", name)
    _leave_nothing(store)


def decide(
    store: Store, person_id: bytes, number: str, addition: Addition, now: datetime,
    *, review_on: date | None = None, lifts: bool = False,
) -> None:  # fmt: skip
    """Keep a decision in the officers' notes; a restriction has a day on which it is looked at again.

    `lifts`: the restriction ends, and with it that day.
    """
    with _verified(store, person_id, number, now) as (request, name):
        _take(request, addition)
        if review_on is not None:
            if review_on <= request.today:
                raise RuleRefused("review_past", "The day of review has to be after today.")
            request.set(review_on=review_on)
        elif lifts:
            request.set(review_on=None)
        request.change.log("request_decided", name)


def write(store: Store, person_id: bytes, number: str, addition: Addition, now: datetime) -> None:
    """Write to the person: a question or a word on the way, which is no answer."""
    with _at_work(store, person_id, number, now) as (request, name):
        if request.now("state") == State.SENT:
            raise RuleRefused("not_verified", "The address is not proved yet.")
        _tell(request, addition)
        request.change.log("request_written", name)


def answer(store: Store, person_id: bytes, number: str, addition: Addition, now: datetime) -> None:
    """Answer, also in parts; the last answer's day is the one from which the request is kept."""
    with _verified(store, person_id, number, now) as (request, name):
        _tell(request, addition)
        request.set(state=State.ANSWERED, answered_on=request.today)
        request.change.log("request_answered", name)


def extend(store: Store, person_id: bytes, number: str, addition: Addition, now: datetime) -> None:
    """Take the two further months: once, told by the target day. Raises `RuleRefused("extension")`."""
    with _verified(store, person_id, number, now) as (request, name):
        if not rules.may_extend(request.standing(), request.today):
            raise RuleRefused("extension", "An extension is told once, by the target day.")
        _tell(request, addition)
        request.set(extended_on=request.today)
        request.change.log("request_extended", name)


def give_notice(store: Store, person_id: bytes, number: str, addition: Addition, now: datetime) -> None:
    """Tell the person that a fee is asked for, or that the request is held to be excessive, before it is."""
    with _verified(store, person_id, number, now) as (request, name):
        _tell(request, addition)
        request.set(noticed_on=request.today)
        request.change.log("request_noticed", name)


def open_task(
    store: Store, person_id: bytes, number: str, task_id: bytes, addition: Addition, now: datetime
) -> None:
    """Note a recipient that is to be told of a change (S37); sent twice it is one task."""
    with _verified(store, person_id, number, now) as (request, name):
        _take(request, addition)
        row = {"id": task_id, "case_id": request.change.row.id, "opened_on": request.today}
        request.change.db.execute(insert(request_tasks).values(**row))
        request.set(tasks_open=request.now("tasks_open") + 1)
        request.change.log("request_task_opened", name)


def end_task(
    store: Store, person_id: bytes, number: str, ended: Ended, addition: Addition, now: datetime
) -> None:
    """Say what came of a task. Raises `RuleRefused("task_outcome")`, `NotThere`."""
    with _verified(store, person_id, number, now) as (request, name):
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
        _take(request, addition)
        request.set(tasks_open=request.now("tasks_open") - 1)
        request.change.log("request_task_done", name)


def close(
    store: Store, person_id: bytes, number: str, addition: Addition, emptied: Sequence[Emptied],
    now: datetime, *, unproved: bool = False,
) -> None:  # fmt: skip
    """Close a request: its day of erasure is fixed. Raises `RuleRefused`: `unanswered`, `tasks_open`.

    `unproved`: nobody could say who asked; that is told instead of an answer.
    """
    with _at_work(store, person_id, number, now) as (request, name):
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
            _tell(request, addition)
            _empty(request, name, emptied)
        answered = request.now("answered_on") or request.today
        due = rules.purge_due(answered)
        request.answer_asked()
        request.set(state=State.CLOSED, answered_on=answered)
        requests.drop_mail(request.change.db, bytes(request.change.row.id))
        request.change.set(state="closed", closed_on=request.today, purge_on=due)
        request.change.log("closed", name, due_on=due.isoformat())
    _leave_nothing(store)


def officers_of(
    store: Store, person_id: bytes, number: str, company_code: str, now: datetime
) -> tuple[Recipient, ...]:
    """Whose keys count as officers of a company that a request may be handed on to. Raises `NotThere`."""
    with store.reading() as db:
        _mine(db, store, person_id, number, now)
        company = directory.company_by_code(db, company_code)
        return directory.recipients(db, store.keys, company.id, (OFFICER,), local_day(now, company.zone))


def forward(
    store: Store, person_id: bytes, number: str, to: HandedOn, addition: Addition, now: datetime
) -> None:
    """Hand a request on to the company it is for: its officers get every key, those here lose theirs.

    It keeps its number and the day of receipt. Raises `RuleRefused("closed")` where nobody answers there.
    """
    with _at_work(store, person_id, number, now) as (request, name):
        change = request.change
        company = directory.company_by_code(change.db, to.company_code)
        if request.now("state") != State.CODED or company.id == bytes(change.row.company_id):
            raise RuleRefused("forward_state", "A request is handed on before it is worked on.")
        keys = change.store.keys
        officers = directory.recipients(change.db, keys, company.id, (OFFICER,), request.today)
        if not officers:
            raise RuleRefused("closed", "Nobody answers requests for this company now.")
        known = {one.person_id: one.key_id for one in officers}
        before = _officers(change.db, bytes(change.row.id))
        _tell(request, addition)
        for grant in to.granted:
            header = Header.parse(grant.sealed)
            if header.kind != Kind.GRANT or known.get(grant.holder_id) != header.key_id:
                raise NotAllowed("a request is handed on to the officers of that company only")
            change.put_grant(grant)
        change.take_grants([one for one in before if one not in known])
        _move(request, company, sorted({grant.holder_id for grant in to.granted}))
        change.log("request_forwarded", name, company=company.code)


def _move(request: RequestChange, company: CompanyFacts, officers: Sequence[bytes]) -> None:
    db, case_id = request.change.db, request.change.row.id
    db.execute(delete(request_readers).where(request_readers.c.case_id == case_id))
    for person in officers:
        row = {"person_id": person, "case_id": case_id, "company_id": company.id, "unread": 1}
        place = {"open": True, "rank": requests.RANK_OPEN, "due_on": request.today}
        db.execute(insert(request_readers).values(**row, **place))
    request.change.set(company_id=company.id)


def let_in(
    store: Store,
    person_id: bytes,
    number: str,
    colleague_id: bytes,
    granted: Sequence[SealedGrant],
    now: datetime,
) -> None:
    """Give a colleague who came later the keys of a request. Raises `NotAllowed` unless an officer there."""
    with _at_work(store, person_id, number, now) as (request, name):
        change = request.change
        officers = directory.recipients(
            change.db, change.store.keys, change.row.company_id, (OFFICER,), request.today
        )
        known = {one.person_id: one.key_id for one in officers}
        for grant in granted:
            header = Header.parse(grant.sealed)
            if grant.holder_id != colleague_id or known.get(colleague_id) != header.key_id:
                raise NotAllowed("a request is opened to its company's officers only")
            change.put_grant(grant)
        row = {"person_id": colleague_id, "case_id": change.row.id, "company_id": change.row.company_id}
        place = {"open": True, "rank": requests.RANK_OPEN, "due_on": request.today, "unread": 1}
        if colleague_id not in _officers(change.db, bytes(change.row.id)):
            change.db.execute(insert(request_readers).values(**row, **place))
        change.log("request_granted", name, person=colleague_id.hex())


def _officers(db: Connection, case_id: bytes) -> list[bytes]:
    query = select(request_readers.c.person_id).where(request_readers.c.case_id == case_id)
    return [bytes(found) for found in db.execute(query).scalars()]


@contextmanager
def _at_work(
    store: Store, person_id: bytes, number: str, now: datetime
) -> Iterator[tuple[RequestChange, str]]:
    """A request locked for an officer who works on it today, and their name."""
    with requests.changing(store, number, now) as request:
        name = _require_mine(request, person_id, now)
        reading.require_standing(request.change.row, request.change.company, now)
        if request.now("state") == State.CLOSED:
            raise RuleRefused("request_closed", "The request is closed.")
        yield request, name


@contextmanager
def _verified(
    store: Store, person_id: bytes, number: str, now: datetime
) -> Iterator[tuple[RequestChange, str]]:
    """The same, once the person is known: before that nothing is disclosed, decided or answered."""
    with _at_work(store, person_id, number, now) as (request, name):
        if request.now("state") not in (State.VERIFIED, State.ANSWERED):
            raise RuleRefused("not_verified", "Who asks is not known yet, so nothing can be answered.")
        yield request, name


def _mine(db: Connection, store: Store, person_id: bytes, number: str, now: datetime) -> Row[Any]:
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


def _require_mine(request: RequestChange, person_id: bytes, now: datetime) -> str:
    row = _mine(request.change.db, request.change.store, person_id, request.change.row.number, now)
    return str(row.person_name)


def _take(request: RequestChange, addition: Addition) -> None:
    """What an officer sealed; their notes begin with the first of them, for the officers alone."""
    request.change.add(addition, writes=WRITES, grants_in=WRITES)


def _tell(request: RequestChange, addition: Addition) -> None:
    _take(request, addition)
    request.change.set(unread=request.change.now("unread") + 1)


def _empty(request: RequestChange, name: str, emptied: Sequence[Emptied]) -> None:
    """Nothing of an identity document stays: neither its files nor the record that named them."""
    change = request.change
    if emptied and reading.holds_in_force(change.db, change.row.id):
        raise HoldInForce("While a hold is in force nothing of the request is erased.")
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
        gone = _take_blobs(change, one.blob_ids)
        change.entries = [
            had for had in change.entries if had.object_id != one.old_id and had.object_id not in gone
        ] + [entry]
        change.log(
            "redacted", name, ground="identity_proof", characters=0, record=one.old_id.hex(),
            files=[blob.hex() for blob in gone],
        )  # fmt: skip
    if emptied and change.store.embedded:
        sites.put(change.db, purge.SCRUB, "due")


def _take_blobs(change: casework.Change, blob_ids: Sequence[bytes]) -> list[bytes]:
    mine = blobs.c.object_id.in_(blob_ids) & (blobs.c.case_id == change.row.id)
    found = [bytes(one) for one in change.db.execute(select(blobs.c.object_id).where(mine)).scalars()]
    if sorted(found) != sorted(blob_ids):
        raise NotThere("there is no such file")
    if found:
        change.db.execute(insert(blob_removals), [{"object_id": one} for one in found])
        change.db.execute(delete(blobs).where(mine))
    return found


def _leave_nothing(store: Store) -> None:
    purge.work_off_removals(store)
    purge.scrub(store)
