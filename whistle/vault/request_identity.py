"""Who asks is found out first: asked, known, handed on to another company, opened to a colleague."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, insert, select

from whistle.crypto.header import Header, Kind
from whistle.errors import NotAllowed, RuleRefused
from whistle.rules.calendar import local_day
from whistle.rules.request_way import State
from whistle.vault import casework, directory, epochs, reading, recovery, request_copies, requests
from whistle.vault.facts import Addition, CompanyFacts, NewCase, Recipient, SealedGrant
from whistle.vault.request_desk import (
    Emptied,
    at_work,
    empty,
    leave_nothing,
    mine,
    officers,
    put_task,
    require_mine,
    take,
    tell,
)
from whistle.vault.requests import OFFICER, RequestChange
from whistle.vault.requesttables import request_readers
from whistle.vault.store import Store
from whistle.vault.tables import grants, hold_grants

LEGAL = "legal"


@dataclass(frozen=True, slots=True)
class HandedOn:
    """To which company a request is handed on, and the keys for its officers."""

    company_code: str
    granted: tuple[SealedGrant, ...]


@dataclass(frozen=True, slots=True)
class Verified:
    """That the person is known: what is said of it, the proofs that go, the tag of who asks, and the copy.

    `task`: the id of the recipient's task that is noted with it, for legal where damages are claimed.
    """

    addition: Addition
    emptied: tuple[Emptied, ...]
    access_tag: bytes | None
    copy: NewCase | None
    task: bytes | None = None


def ask(store: Store, person_id: bytes, number: str, addition: Addition, now: datetime) -> None:
    """Ask the person what is needed to know them; the clock stands still from today until they answer."""
    with at_work(store, person_id, number, now) as (request, name):
        if request.now("state") != State.CODED:
            raise RuleRefused("identity_state", "Identity is asked for between the code and the check.")
        take(request, addition)
        if request.now("asked_on") is None:
            request.set(asked_on=request.today)
        request.change.log("request_identity_asked", name)


def verify(store: Store, person_id: bytes, number: str, new: Verified, now: datetime) -> None:
    """Say that the person is known: the request counts, is copied, can be answered; proofs are gone."""
    with at_work(store, person_id, number, now) as (request, name):
        if request.now("state") != State.CODED:
            raise RuleRefused("identity_state", "The code comes first, and nobody is checked twice.")
        if (new.copy is not None) != request.now("is_copied"):
            raise NotAllowed("a request is copied or not by what it asks for, and by nothing else")
        take(request, new.addition)
        empty(request, name, new.emptied)
        request.answer_asked()
        request.set(state=State.VERIFIED, verified_on=request.today, access_tag=new.access_tag)
        if new.copy is not None:
            request_copies.put(request, new.copy)
            request.set(copy_id=new.copy.case_id)
        request.change.log("request_verified", name)
        if new.task is not None:
            put_task(request, name, new.task)
    leave_nothing(store)


def leave_no_proof(
    store: Store, person_id: bytes, number: str, emptied: Sequence[Emptied], now: datetime
) -> None:
    """Destroy what a hold kept of a proof, once no hold is in force; before the check nothing is touched."""
    with requests.changing(store, number, now) as request:
        name = require_mine(request, person_id, now)
        reading.require_standing(request.change.row, request.change.company, now)
        if request.now("verified_on") is not None or request.now("state") == State.CLOSED:
            empty(request, name, emptied)
    leave_nothing(store)


def officers_of(
    store: Store, person_id: bytes, number: str, company_code: str, now: datetime
) -> tuple[Recipient, ...]:
    """Whose keys count as officers of a company that a request may be handed on to. Raises `NotThere`."""
    with store.reading() as db:
        mine(db, store, person_id, number, now)
        company = directory.company_by_code(db, company_code)
        return directory.recipients(db, store.keys, company.id, (OFFICER,), local_day(now, company.zone))


def forward(
    store: Store, person_id: bytes, number: str, to: HandedOn, addition: Addition, now: datetime
) -> None:
    """Hand a request on to the company it is for: its officers get every key, everybody else loses theirs.

    What comes is sealed under keys that nobody here ever had. It keeps its number, the day of receipt and its
    holds: a hold keeps, and is no reason not to hand on what is somebody else's to answer. Raises
    `RuleRefused`: `closed` where nobody answers there, `hold_goes` where nobody there could end its hold.
    """
    with at_work(store, person_id, number, now) as (request, name):
        change = request.change
        company = directory.company_by_code(change.db, to.company_code)
        if request.now("state") != State.CODED or company.id == bytes(change.row.company_id):
            raise RuleRefused("forward_state", "A request is handed on before it is worked on.")
        known = _receiving(change, company, now)
        tell(request, addition)
        if {grant.holder_id for grant in to.granted} != set(known):
            raise NotAllowed("a request is handed on to all officers of that company")
        for grant in to.granted:
            header = Header.parse(grant.sealed)
            if header.kind != Kind.GRANT or known[grant.holder_id] != header.key_id:
                raise NotAllowed("a request is handed on to the officers of that company only")
            change.put_grant(grant)
        gone = _losing(change, set(known))
        change.take_grants(gone)
        epochs.raise_for_what_comes(change, tuple(epochs.COLUMNS))
        _move(request, company, sorted(known))
        change.log("request_forwarded", name, company=company.code, people=[person.hex() for person in gone])


def _receiving(change: casework.Change, company: CompanyFacts, now: datetime) -> dict[bytes, bytes]:
    """Whose keys count as officers' there: each person's id, and the id of their key."""
    db, keys = change.db, change.store.keys
    people = directory.recipients(db, keys, company.id, (OFFICER,), local_day(now, company.zone))
    if not people:
        raise RuleRefused("closed", "Nobody answers requests for this company now.")
    legal = directory.holders(db, keys, LEGAL, now, company.id)
    for hold in reading.holds_in_force(db, keys, bytes(change.row.id)):
        cited = select(hold_grants.c.person_id).where(hold_grants.c.hold_id == hold.id)
        if not legal & {bytes(one) for one in db.execute(cited).scalars()}:
            raise RuleRefused("hold_goes", "A hold goes with the request, and nobody there could end it.")
    return {one.person_id: one.key_id for one in people}


def _losing(change: casework.Change, staying: set[bytes]) -> list[bytes]:
    """Who held a key of this request and is neither an officer there, nor whoever asked, nor the spare."""
    spare = recovery.holder(change.store.keys)
    kept = {*staying, bytes(change.row.id), b"" if spare is None else spare.person_id}
    held = select(grants.c.holder_id).where(grants.c.case_id == change.row.id).distinct()
    before = {bytes(one) for one in change.db.execute(held).scalars()}
    return sorted({*before, *officers(change.db, bytes(change.row.id))} - kept)


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
    """Give a colleague who came later the keys of a request; who reads it already keeps what they have.

    Raises `NotAllowed` unless they are an officer there.
    """
    with at_work(store, person_id, number, now) as (request, name):
        change = request.change
        if colleague_id in officers(change.db, bytes(change.row.id)):
            return
        people = directory.recipients(
            change.db, change.store.keys, change.row.company_id, (OFFICER,), request.today
        )
        known = {one.person_id: one.key_id for one in people}
        for grant in granted:
            header = Header.parse(grant.sealed)
            if grant.holder_id != colleague_id or known.get(colleague_id) != header.key_id:
                raise NotAllowed("a request is opened to its company's officers only")
            change.put_grant(grant)
        row = {"person_id": colleague_id, "case_id": change.row.id, "company_id": change.row.company_id}
        place = {"open": True, "rank": requests.RANK_OPEN, "due_on": request.today, "unread": 1}
        change.db.execute(insert(request_readers).values(**row, **place))
        change.log("request_granted", name, person=colleague_id.hex())
