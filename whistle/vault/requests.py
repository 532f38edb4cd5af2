"""A privacy request is a case of its own, sealed to the privacy officers of its company and to nobody else.

It stands in the tables of cases, so that keys, inventory, holds, purge and certificate are the very same; no
list of reports knows it, because who works on it is kept apart (`request_readers`).
"""

import hmac
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from hashlib import sha256
from typing import Any

from sqlalchemy import Connection, Row, bindparam, insert, select, update
from sqlalchemy.exc import IntegrityError

from whistle.crypto import chain
from whistle.crypto.header import Compartment, Header, Kind
from whistle.crypto.inventory import inventory_mac
from whistle.errors import NotAllowed, NotThere, RuleRefused, Tampered
from whistle.rules import request_way as rules
from whistle.rules.calendar import local_day
from whistle.rules.request_way import RequestDates, State
from whistle.vault import casework, directory, intake, reading, recovery, request_mails
from whistle.vault.facts import REQUEST, CaseStatus, CompanyFacts, NewCase, OpenedCase
from whistle.vault.requesttables import request_readers, request_tasks, requests
from whistle.vault.serverkeys import ServerKeys
from whistle.vault.store import Store, Work
from whistle.vault.tables import cases

LABEL = b"whistle/v1/request\0"

OFFICER = "privacy_officer"

PERSON = "reporter"
"""How the ledger calls whoever holds the key, of a report and of a request alike."""

DUTY, REVIEW, CLOSE = "privacy_request", "privacy_review", "privacy_close"
"""The kinds of duties of a request: its answer, and the day on which a restriction is looked at again."""

NO_MAIL, QUEUED, MAILED, REFUSED = "none", "queued", "sent", "refused"
"""What became of the letter with the code; `refused`: the person's own mail server would not take it."""

RANK_CHILD, RANK_OPEN, RANK_UNPROVED = 0, 1, 2
"""The order of an officer's list, before the day: a child's first, those whose code is awaited last."""

_REQUEST = select(requests).where(requests.c.case_id == bindparam("case"))
_BY_LOCATOR = select(cases).where(cases.c.locator_hash == bindparam("locator"), cases.c.kind == REQUEST)
_TASKS = (
    select(request_tasks)
    .where(request_tasks.c.case_id == bindparam("case"))
    .order_by(request_tasks.c.opened_on, request_tasks.c.id)
)


@dataclass(frozen=True, slots=True)
class NewRequest:
    """A request as it comes in: a case, and beside it what its dates and its way depend on.

    `mail` is the letter with the code, sealed, or None where there is none to be sent.
    """

    case: NewCase
    child: bool
    is_copied: bool
    wants_code: bool
    mail: bytes | None = None


@dataclass(frozen=True, slots=True)
class TaskFacts:
    """That somebody is to be told of a change, and what came of it; who that is stands sealed."""

    id: bytes
    opened_on: date
    outcome: str | None
    done_on: date | None


@dataclass(frozen=True, slots=True)
class RequestStatus:
    """Everything about a request that is not sealed; nothing of it depends on whether a report exists."""

    case: CaseStatus
    state: str
    child: bool
    is_copied: bool
    mail: str
    code_n: int
    asked_on: date | None
    stood_still: int
    verified_on: date | None
    extended_on: date | None
    noticed_on: date | None
    neutral_on: date | None
    answered_on: date | None
    review_on: date | None
    tasks_open: int
    due_on: date
    last_legal_day: date
    may_extend: bool
    days_stood_still: int


@dataclass(frozen=True, slots=True)
class OpenedRequest:
    """A request whose inventory was checked, with the sealed objects that its reader may be handed."""

    status: RequestStatus
    case: OpenedCase
    tasks: tuple[TaskFacts, ...]
    repeats: tuple[str, ...] = ()


def receive(store: Store, new: NewRequest, now: datetime) -> tuple[RequestStatus, bool]:
    """Take a request, or find the one that the same form made before: the flag says that it was there.

    Raises `RuleRefused("closed")` where the company has no officer whose key counts, `NotAllowed`.
    """
    hashes = [new.case.locator_hash]
    try:
        with store.writing() as work:
            standing = intake.by_locator_hash(work.db, hashes)
            if standing is not None:
                return _status(work.db, store.keys, standing, now), True
            return _take(store, work, new, now), False
    except IntegrityError:
        # The same form arrived twice at the same moment, in another process: the first one stands.
        with store.reading() as db:
            standing = intake.by_locator_hash(db, hashes)
            if standing is None:
                raise
            return _status(db, store.keys, standing, now), True


def _take(store: Store, work: Work, new: NewRequest, now: datetime) -> RequestStatus:
    company = directory.company_by_code(work.db, new.case.company_code)
    today = local_day(now, company.zone)
    officers = _admit(store, work.db, new.case, company, today)
    row = _row(store.keys, new, today)
    case = case_of(store, work.db, new.case, company, today)
    case |= {"kind": REQUEST, "next_kind": DUTY, "next_on": due_of(row, case["received_on"], company, today)}
    work.db.execute(insert(cases).values(**case))
    intake.write_objects(work.db, new.case, intake.entries_of(new.case), today)
    work.db.execute(insert(requests).values(**row))
    for person in officers:
        place = {"person_id": person, "case_id": new.case.case_id, "company_id": company.id, "unread": 1}
        at = {"open": True, "rank": _rank(row), "due_on": case["next_on"]}
        work.db.execute(insert(request_readers).values(**place, **at))
    if new.mail is not None:
        request_mails.put(work.db, new.case.case_id, new.mail)
    facts = {"n": case["inventory_n"], "company": company.code}
    work.log("request_received", day=today, actor=PERSON, case=case["number"], facts=facts)
    ids = [Header.parse(blob.sealed_header).object_id for blob in new.case.blobs]
    work.after(lambda: store.blobs.publish(ids))
    return status_of(intake.Written(row), intake.Written(case), company, now)


def _admit(store: Store, db: Connection, new: NewCase, company: CompanyFacts, today: date) -> list[bytes]:
    """Check that every grant goes to whoever asks, to an officer or to the recovery key; the officers."""
    people = directory.recipients(db, store.keys, company.id, (OFFICER,), today)
    if not people:
        raise RuleRefused("closed", "Nobody answers requests for this company now.")
    spare = recovery.holder(store.keys)
    known = {(one.person_id, one.key_id) for one in (*people, *(() if spare is None else (spare,)))}
    found = set()
    for grant in new.grants:
        header = Header.parse(grant.sealed)
        if header.case_id != new.case_id or header.kind not in (Kind.GRANT, Kind.OWN_GRANT):
            raise NotAllowed("a grant belongs to another case")
        if header.compartment == Compartment.INTERNAL:
            raise NotAllowed("a request begins without notes")
        if grant.holder_id == new.case_id:
            continue
        if (grant.holder_id, header.key_id) not in known:
            raise NotAllowed("a grant names somebody who is not designated for it")
        found.add(grant.holder_id)
    return [one.person_id for one in people if one.person_id in found]


def case_of(
    store: Store, db: Connection, new: NewCase, company: CompanyFacts, today: date, letter: str = "R"
) -> dict[str, Any]:
    """A row of `cases` for a request or a copy: nobody is excluded from it by a tag."""
    row = intake.case_row(new, company, today, intake.free_number(db, letter))
    mac = inventory_mac(store.keys.inventory, new.case_id, row["inventory_n"], intake.entries_of(new))
    return row | {"excluded": b"", "inventory_mac": mac, "next_kind": None, "next_on": casework.NEVER}


def _row(keys: ServerKeys, new: NewRequest, today: date) -> dict[str, Any]:
    row = {
        "case_id": new.case.case_id, "state": State.SENT if new.wants_code else State.CODED,
        "child": new.child, "is_copied": new.is_copied, "copy_id": None,
        "mail": NO_MAIL if new.mail is None else QUEUED, "code_n": 1,
        "asked_on": today if new.wants_code else None, "stood_still": 0, "verified_on": None,
        "access_tag": None, "extended_on": None, "noticed_on": None, "neutral_on": None, "answered_on": None,
        "review_on": None, "tasks_open": 0,
    }  # fmt: skip
    return row | {"mac": request_mac(keys, row)}


def request_mac(keys: ServerKeys, row: Any) -> bytes:
    """The keyed hash over what a request says in the clear: a row edited in the database shows."""
    fields = [
        bytes(value).hex() if isinstance(value, bytes | memoryview) else value
        if isinstance(value, int | None) else str(value)
        for name, value in sorted(row.items()) if name != "mac"
    ]  # fmt: skip
    return chain.keyed_hash(keys.inventory, LABEL, json.dumps(fields).encode())


def checked(db: Connection, keys: ServerKeys, case_id: bytes) -> Row[Any]:
    """The row of a request as this server wrote it. Raises `NotThere`, `Tampered`."""
    row = db.execute(_REQUEST, {"case": case_id}).one_or_none()
    if row is None:
        raise NotThere("there is no such request")
    if not hmac.compare_digest(request_mac(keys, row._mapping), bytes(row.mac)):  # noqa: SLF001 (SQLAlchemy's public name)
        raise Tampered("a request was changed past its page")
    return row


def dates_of(row: Any, received_on: date, company: CompanyFacts) -> RequestDates:
    """What the dates of a request depend on."""
    return RequestDates(received_on, company.country, row.stood_still, row.asked_on, row.extended_on)


def due_of(row: dict[str, Any], received_on: date, company: CompanyFacts, today: date) -> date:
    """The target of a request whose row is at hand."""
    return rules.due_on(dates_of(intake.Written(row), received_on, company), today)


def _status(db: Connection, keys: ServerKeys, case: Row[Any], now: datetime) -> RequestStatus:
    company = directory.company_by_id(db, case.company_id)
    return status_of(checked(db, keys, bytes(case.id)), case, company, now)


def status_of(row: Any, case: Any, company: CompanyFacts, now: datetime) -> RequestStatus:
    """The facts of a request, its dates worked out for today."""
    today = local_day(now, company.zone)
    dates = dates_of(row, case.received_on, company)
    return RequestStatus(
        case=casework.status_of(case, company), state=str(row.state), child=row.child,
        is_copied=row.is_copied, mail=row.mail, code_n=row.code_n, asked_on=row.asked_on,
        stood_still=row.stood_still, verified_on=row.verified_on, extended_on=row.extended_on,
        noticed_on=row.noticed_on, neutral_on=row.neutral_on, answered_on=row.answered_on,
        review_on=row.review_on, tasks_open=row.tasks_open, due_on=rules.due_on(dates, today),
        last_legal_day=rules.last_legal_day(dates, today), may_extend=rules.may_extend(dates, today),
        days_stood_still=rules.days_stood_still(dates, today),
    )  # fmt: skip


@dataclass
class RequestChange:
    """A request being changed in one unit of work: its case, its own row, and its place in the lists."""

    change: casework.Change
    row: Row[Any]
    columns: dict[str, Any] = field(default_factory=dict)

    @property
    def today(self) -> date:
        """The day at the company."""
        return self.change.today

    def now(self, column: str) -> Any:
        """A column's value as it will be written."""
        return self.columns.get(column, getattr(self.row, column))

    def set(self, **columns: Any) -> None:
        """Change columns of the request."""
        self.columns.update(columns)

    def standing(self) -> RequestDates:
        """What its dates depend on now."""
        values = {**self.row._mapping, **self.columns}  # noqa: SLF001 (SQLAlchemy's public name)
        return dates_of(intake.Written(values), self.change.row.received_on, self.change.company)

    def answer_asked(self) -> None:
        """The person answered who they are: the days that the clock stood still are added for good."""
        if self.now("asked_on") is not None:
            added = rules.added_by_asking(self.standing(), self.today)
            self.set(asked_on=None, stood_still=self.now("stood_still") + added)

    def tell_officers(self) -> None:
        """Something new is there for whoever works on it."""
        place = request_readers.c.case_id == self.change.row.id
        more = request_readers.c.unread + 1
        self.change.db.execute(update(request_readers).where(place).values(unread=more))

    def write(self) -> None:
        """Write the row with its keyed hash, and move the request in its readers' lists."""
        values = {**self.row._mapping, **self.columns}  # noqa: SLF001 (SQLAlchemy's public name)
        self.columns["mac"] = request_mac(self.change.store.keys, values)
        db, case_id = self.change.db, self.change.row.id
        db.execute(update(requests).where(requests.c.case_id == case_id).values(**self.columns))
        kind, due = self._next(values)
        self.change.set(next_kind=kind, next_on=due)
        place = {"open": values["state"] != State.CLOSED, "rank": _rank(values), "due_on": due}
        db.execute(update(request_readers).where(request_readers.c.case_id == case_id).values(**place))

    def _next(self, values: dict[str, Any]) -> tuple[str | None, date]:
        """What is owed next: the answer, then the day on which a restriction is looked at again."""
        if values["state"] in (State.ANSWERED, State.CLOSED):
            review = values["review_on"]
            return (None, casework.NEVER) if review is None else (REVIEW, review)
        return DUTY, rules.due_on(self.standing(), self.today)


def _rank(row: dict[str, Any]) -> int:
    if row["state"] == State.SENT:
        return RANK_UNPROVED
    return RANK_CHILD if row["child"] else RANK_OPEN


@contextmanager
def changing(store: Store, number_or_id: str | bytes, now: datetime) -> Iterator[RequestChange]:
    """Lock a request, check it, and write what the block changed. Raises `NotThere`, `Tampered`."""
    with casework.changing(store, number_or_id, now) as change:
        if change.row.kind != REQUEST:
            raise NotThere("there is no such request")
        request = RequestChange(change, checked(change.db, store.keys, bytes(change.row.id)))
        yield request
        request.write()


def by_locator(db: Connection, locator: bytes) -> Row[Any]:
    """The case of a request whose key somebody holds. Raises `NotThere`."""
    row = db.execute(_BY_LOCATOR, {"locator": sha256(locator).digest()}).one_or_none()
    if row is None:
        raise NotThere("no request has this key")
    return row


def opened(
    db: Connection, store: Store, case: Row[Any], compartments: tuple[int, ...], *, holder: bytes,
    now: datetime, unread: int = 0,
) -> OpenedRequest:  # fmt: skip
    """Everything `holder` may be handed of a request."""
    row = checked(db, store.keys, bytes(case.id))
    found = reading.opened(db, store, case, compartments, holder=holder, now=now, unread=unread)
    tasks = tuple(
        TaskFacts(bytes(one.id), one.opened_on, one.outcome, one.done_on)
        for one in db.execute(_TASKS, {"case": case.id})
    )
    return OpenedRequest(status_of(row, case, found.status.company, now), found, tasks)
