"""What the days bring to privacy requests: the neutral answer in one batch, what falls due, what is wrong."""

from collections.abc import Collection, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import Connection, bindparam, select

from whistle.errors import NotThere, Tampered
from whistle.rules import request_way as rules
from whistle.rules.calendar import local_day
from whistle.rules.request_way import State
from whistle.rules.requests import neutral_due_on
from whistle.vault import directory, incidents, request_desk, request_mails, requests
from whistle.vault.facts import COPY, REQUEST, CompanyFacts
from whistle.vault.findings import Finding
from whistle.vault.request_mails import CodeLetter
from whistle.vault.requesttables import request_readers
from whistle.vault.requesttables import request_tasks as tasks
from whistle.vault.requesttables import requests as table
from whistle.vault.serverkeys import ServerKeys
from whistle.vault.store import Store
from whistle.vault.tables import cases

RULE: Final = "GDPR 12(3)"

NO_OFFICER: Final = (
    "nobody can answer the request: appoint a privacy officer there; who asked lets them in by coming back"
)
NO_HANDLER: Final = (
    "nobody can read the copy of a request: appoint a handler there; who asked lets them in by coming back"
)


@dataclass(frozen=True, slots=True)
class Batch:
    """That the neutral answer left: at which company, on which day, and to how many."""

    company_code: str
    day: date
    count: int


def send_neutral(store: Store, now: datetime) -> list[Batch]:
    """Give everybody whose day has come the neutral answer, in one batch for each company. Safe to repeat.

    It is a date and no more: the words are the policy's, and the same for all. One that was changed past its
    page keeps no other waiting: `check` names it.
    """
    done = []
    for company in _companies(store):
        today = local_day(now, company.zone)
        with store.reading() as db:
            waits = [
                bytes(row.id) for row in db.execute(_NEUTRAL, {"company": company.id}) if _come(row, today)
            ]
        count = sum(_given(store, case_id, today, now) for case_id in waits)
        if count:
            with store.writing() as work:
                facts = {"company": company.code, "count": count}
                work.log("request_neutral", day=today, actor="system", facts=facts)
            done.append(Batch(company.code, today, count))
    return done


def _given(store: Store, case_id: bytes, today: date, now: datetime) -> bool:
    with suppress(NotThere, Tampered), requests.changing(store, case_id, now) as request:
        request.set(neutral_on=today)
        return True
    return False


_NEUTRAL = (
    select(cases.c.id, cases.c.received_on, table.c.verified_on)
    .join_from(table, cases, cases.c.id == table.c.case_id)
    .where(cases.c.company_id == bindparam("company"))
    .where(table.c.is_copied.is_(True), table.c.verified_on.is_not(None), table.c.neutral_on.is_(None))
    .order_by(cases.c.id)
)


def _come(row: Any, today: date) -> bool:
    return neutral_due_on(row.received_on, row.verified_on) <= today


def _companies(store: Store) -> tuple[CompanyFacts, ...]:
    with store.reading() as db:
        return directory.all_companies(db)


def move_on(store: Store, now: datetime) -> None:
    """Where a question about identity is open the day of the answer moves with each day: the lists follow."""
    known = {company.id: company for company in _companies(store)}
    with store.reading() as db:
        asked = [bytes(one) for one in db.execute(_ASKED).scalars()]
        stale = [case_id for case_id in asked if _is_stale(db, store.keys, case_id, known, now)]
    for case_id in stale:
        with suppress(NotThere, Tampered), requests.changing(store, case_id, now):
            pass  # written again, with the day that is due today


def close_unproved(store: Store, believed: datetime) -> None:
    """Close requests whose code nobody typed in 30 days, so that they are erased like others.

    `believed`: the latest time that may end something.
    """
    known = {company.id: company for company in _companies(store)}
    with store.reading() as db:
        waits = [
            bytes(row.id)
            for row in db.execute(_UNPROVED)
            if rules.is_given_up(row.received_on, local_day(believed, known[bytes(row.company_id)].zone))
        ]
    for case_id in waits:
        with suppress(NotThere, Tampered), requests.changing(store, case_id, believed) as request:
            if request.now("state") == State.SENT:
                request_desk.end(request, "system")


_UNPROVED = (
    select(cases.c.id, cases.c.company_id, cases.c.received_on)
    .join_from(table, cases, cases.c.id == table.c.case_id)
    .where(table.c.state == State.SENT)
    .order_by(cases.c.id)
)
_ASKED = select(table.c.case_id).where(table.c.asked_on.is_not(None), table.c.state == State.CODED)


def _is_stale(
    db: Connection, keys: ServerKeys, case_id: bytes, known: Mapping[bytes, CompanyFacts], now: datetime
) -> bool:
    case = db.execute(select(cases).where(cases.c.id == case_id)).one()
    company = known[bytes(case.company_id)]
    row = _believed(db, keys, case_id)
    if row is None:
        return False
    dates = requests.dates_of(row, case.received_on, company)
    return bool(rules.due_on(dates, local_day(now, company.zone)) != case.next_on)


def _believed(db: Connection, keys: ServerKeys, case_id: bytes) -> Any:
    """The row of a request; None for one that was changed past its page, which `check` names."""
    with suppress(NotThere, Tampered):
        return requests.checked(db, keys, case_id)
    return None


def falling_due(
    db: Connection, keys: ServerKeys, known: Mapping[bytes, CompanyFacts], now: datetime
) -> list[tuple[str, str, str, date, date, bool, str]]:
    """What is owed, answers, reviews and closings: kind, number, company, due and last day, lateness, rule.

    A request whose address is not proved owes nothing yet; what those who handle reports owe is theirs alone.
    """
    query = select(cases).join_from(table, cases, cases.c.id == table.c.case_id)
    found = []
    for case in db.execute(query.where(table.c.state.not_in((State.SENT, State.CLOSED)))):
        company = known[bytes(case.company_id)]
        today = local_day(now, company.zone)
        row = _believed(db, keys, bytes(case.id))
        if row is None:
            continue
        status = requests.status_of(row, case, company, now)
        owed = [(requests.DUTY, status.due_on, status.last_legal_day, RULE)] if not status.answered_on else []
        if status.review_on is not None:
            owed.append((requests.REVIEW, status.review_on, status.review_on, "S39"))
        elif status.answered_on is not None:
            close_by = rules.close_by(status.answered_on)
            owed.append((requests.CLOSE, close_by, close_by, "GDPR 5(1)(e)"))
        found += [
            (kind, case.number, company.code, due, legal, due < today, rule)
            for kind, due, legal, rule in owed
        ]
    return found


def news(person_id: bytes, roles: Collection[str], until: date) -> list[Any]:
    """What to ask whether something waits: for officers requests and incidents, for handlers a new copy."""
    mine = (
        select(request_readers.c.case_id)
        .join_from(request_readers, cases)
        .where(request_readers.c.person_id == person_id, request_readers.c.open.is_(True))
    )
    found = []
    if requests.OFFICER in roles:
        near = (request_readers.c.unread > 0) | (request_readers.c.due_on <= until)
        counts = request_readers.c.rank < requests.RANK_UNPROVED
        found.append(mine.where(cases.c.kind == REQUEST, counts, near))
        found.append(incidents.news(person_id, until))
    if {"handler", "deputy"} & set(roles):
        found.append(mine.where(cases.c.kind == COPY, request_readers.c.unread > 0))
    return found


def codes(store: Store, now: datetime) -> Iterator[CodeLetter]:
    """The letters with codes that are to be sent now, one after the other."""
    while (letter := request_mails.claim(store, now)) is not None:
        yield letter


def code_sent(store: Store, letter: CodeLetter, now: datetime) -> None:
    """A mail server took the letter: nothing of it stays."""
    _settle(store, letter, now, requests.MAILED)


def code_refused(store: Store, letter: CodeLetter, now: datetime) -> None:
    """The person's own mail server will never take it: the mailbox and the officer's page say so."""
    _settle(store, letter, now, requests.REFUSED)


def _settle(store: Store, letter: CodeLetter, now: datetime, became: str) -> None:
    try:
        with requests.changing(store, letter.case_id, now) as request:
            # A letter to a corrected address may have taken its place meanwhile: that one waits on.
            gone = request_mails.taken(request.change.db, letter.case_id, letter.sealed)
            if gone and request.now("state") == State.SENT:
                request.set(mail=became)
    except NotThere:
        return  # purged or closed meanwhile


def look_at_requests(store: Store, db: Connection, now: datetime) -> Iterator[Finding]:
    """Every request is as this server wrote it, has its copy if it should, somebody to answer it, in time."""
    known = {company.id: company for company in directory.all_companies(db)}
    read = {bytes(found) for found in db.execute(select(request_readers.c.case_id)).scalars()}
    for case in db.execute(select(cases).where(cases.c.kind != "report").order_by(cases.c.number)).all():
        if case.kind == COPY:
            yield from _copy(db, case, is_read=bytes(case.id) in read)
            continue
        try:
            row = requests.checked(db, store.keys, bytes(case.id))
        except (NotThere, Tampered):
            yield Finding("request", case.number, "the request was changed past its page")
            continue
        yield from _request(db, case, row, known[bytes(case.company_id)], now)
        if bytes(case.id) not in read and row.state != State.CLOSED:
            yield Finding("no_officer", case.number, NO_OFFICER)


def _copy(db: Connection, case: Any, *, is_read: bool) -> Iterator[Finding]:
    state = db.execute(select(table.c.state).where(table.c.copy_id == case.id)).scalar_one_or_none()
    if state is None:
        yield Finding("request", case.number, "a copy belongs to no request")
    elif not is_read and state != State.CLOSED:
        yield Finding("no_handler", case.number, NO_HANDLER)


def _request(db: Connection, case: Any, row: Any, company: CompanyFacts, now: datetime) -> Iterator[Finding]:
    if (row.state == State.CLOSED) != (case.state == "closed"):
        yield Finding("request", case.number, "the request and its case do not agree whether it is closed")
    if row.is_copied and row.verified_on is not None and row.copy_id is None:
        yield Finding("request", case.number, "the copy of the request is gone")
    open_ = select(tasks.c.id).where(tasks.c.case_id == case.id, tasks.c.outcome.is_(None))
    if len(db.execute(open_).all()) != row.tasks_open:
        yield Finding("request", case.number, "the tasks of the request are not those that were noted")
    if row.state in (State.CODED, State.VERIFIED) and row.answered_on is None:
        due = rules.due_on(requests.dates_of(row, case.received_on, company), local_day(now, company.zone))
        if due < local_day(now, company.zone):
            yield Finding("request_late", case.number, f"the answer was due on {due}")
