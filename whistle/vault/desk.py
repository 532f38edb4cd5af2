"""What a designated handler may do with a case of theirs; everybody else learns not even that it exists."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Row, bindparam, insert, select, update

from whistle.crypto.header import Compartment, Header
from whistle.errors import Conflict, NotAllowed, NotThere, RuleRefused
from whistle.rules import calendar, retention, states
from whistle.rules.concerned import is_settled
from whistle.rules.roles import REFUSED_TO_SHARED
from whistle.rules.statutory import WHILE_BLOCKED
from whistle.rules.triage import check_no_feedback
from whistle.vault import casework, directory, exclusions, reading
from whistle.vault.facts import Addition, CompanyFacts, OpenedCase, SealedGrant
from whistle.vault.serverkeys import ServerKeys
from whistle.vault.store import Store
from whistle.vault.tables import cases, closings, people, readers
from whistle.vault.worktables import concerned

OPEN_TO_HANDLER = (Compartment.CONTENT, Compartment.INTERNAL)

OPEN_TO_INVESTIGATOR = ("note",)
"""What somebody designated for one case does besides reading it (L15)."""

CONFIRM_REOPENING_DAYS = 30
"""So close to the day of purge, reopening takes a second handler."""


@dataclass(frozen=True, slots=True)
class Step:
    """What a command does besides adding records: the ledger's action, and the event that moves the state."""

    action: str
    event: str | None = None
    feedback: bool = False
    tells_reporter: bool = True
    doing: str = ""
    no_feedback: str = ""

    @property
    def closes(self) -> bool:
        """Whether the case ends with it."""
        return self.event == states.Event.CLOSE


ACKNOWLEDGE = Step("acknowledged", states.Event.ACKNOWLEDGE, doing="acknowledge")
MESSAGE = Step("message_sent", states.Event.MESSAGE, doing="message")
FEEDBACK = Step("feedback_given", states.Event.FEEDBACK, feedback=True, doing="feedback")
NOTE = Step("note_added", tells_reporter=False, doing="note")
CLOSE = Step("closed", states.Event.CLOSE, feedback=True, doing="close")
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
        return opened(db, store, person_id, number, now)[1]


def opened(
    db: Connection, store: Store, person_id: bytes, number: str, now: datetime
) -> tuple[Row[Any], OpenedCase]:
    """The same within a look that is under way, with the row of the case."""
    row, company = _mine(db, store.keys, person_id, number, now)
    parts, unread = OPEN_TO_HANDLER, row.mine
    return row, reading.opened(
        db, store, row, parts, holder=person_id, now=now, unread=unread, company=company
    )


def may_open(store: Store, person_id: bytes, number: str, now: datetime) -> bool:
    """Whether this case is one that this person works on today."""
    with store.reading() as db:
        try:
            mine(db, store.keys, person_id, number, now)
        except NotThere:
            return False
    return True


def worked_on(db: Connection, keys: ServerKeys, person_id: bytes, number: str, now: datetime) -> Row[Any]:
    """The row of a case that this person works on today. Raises `NotThere`."""
    return mine(db, keys, person_id, number, now)[0]


def standing_on(change: casework.Change, person_id: bytes, now: datetime) -> tuple[directory.Standing, str]:
    """In which role somebody works on the case that is being changed, and their name. Raises `NotThere`."""
    row = change.row
    standing = _standing(change.db, change.store.keys, person_id, row, now, change.company)
    name = change.db.execute(_NAME, {"case": row.id, "person": person_id}).scalar_one_or_none()
    if standing is None or name is None:
        raise NotThere("there is no such case, or it is not yours")
    return standing, name


def works_on(change: casework.Change, person_id: bytes, now: datetime) -> bool:
    """Whether somebody works on the case that is being changed, today."""
    is_reader = change.db.execute(_NAME, {"case": change.row.id, "person": person_id}).first()
    return bool(is_reader) and _standing(change.db, change.store.keys, person_id, change.row, now) is not None


def mark_read(
    store: Store, person_id: bytes, case_id: bytes, own_grants: Iterable[SealedGrant], now: datetime
) -> None:
    """Note that this handler saw the case, and take their own grants in place of the ones made for them."""
    own = tuple(own_grants)
    if not own:
        with store.writing() as work:
            number = work.db.execute(select(cases.c.number).where(cases.c.id == case_id)).scalar_one_or_none()
            row = worked_on(work.db, store.keys, person_id, number or "", now)
            company = directory.company_by_id(work.db, row.company_id)
            if retention.closed_for_work(reading.retention_facts(row, company), now):
                return  # nothing of it was shown
            work.db.execute(_SEEN, {"person": person_id, "case": case_id})
        return
    with casework.changing(store, case_id, now) as change:
        _as, name = standing_on(change, person_id, now)
        reading.require_standing(change.row, change.company, now)
        for grant in own:
            if grant.holder_id != person_id or Header.parse(grant.sealed).compartment == Compartment.IDENTITY:
                raise NotAllowed("a handler replaces their own grants only")
            change.put_grant(grant)
        change.log("opened", name)
        change.db.execute(_SEEN, {"person": person_id, "case": case_id})


@contextmanager
def at_work(
    store: Store, person_id: bytes, number: str, now: datetime, *, doing: str = ""
) -> Iterator[tuple[casework.Change, str]]:
    """A case locked for somebody who works on it today, and their name. Raises `NotThere`, `RuleRefused`.

    `doing` names what a shared handler must leave to the company's own people (2021:890 5:3); what an outside
    investigator may do is named in `OPEN_TO_INVESTIGATOR`, and nothing else.
    """
    with casework.changing(store, number, now) as change:
        standing, name = standing_on(change, person_id, now)
        reading.require_standing(change.row, change.company, now)
        if doing not in WHILE_BLOCKED:
            reading.require_unblocked(change.db, change.store.keys, change.row, change.company, now)
        if standing.shared and doing in REFUSED_TO_SHARED:
            raise RuleRefused("shared", "The company's own people do this (2021:890 5:3).")
        if standing.role == "investigator" and doing not in OPEN_TO_INVESTIGATOR:
            raise RuleRefused("investigator", "An outside investigator reads the case and adds notes.")
        yield change, name


def take(change: casework.Change, addition: Addition, *, tells_reporter: bool = False) -> None:
    """Add what somebody at work sealed: content and notes, the keys of a new epoch, nothing else."""
    change.add(addition, writes=OPEN_TO_HANDLER, grants_in=OPEN_TO_HANDLER)
    if tells_reporter:
        change.set(unread=change.now("unread") + 1)


def add(
    store: Store, person_id: bytes, number: str, addition: Addition, now: datetime, *, step: Step
) -> None:
    """Add what a handler wrote, move the case by `step`. Raises `NotThere`, `RuleRefused`, `Conflict`."""
    with at_work(store, person_id, number, now, doing=step.doing) as (change, name):
        if step is ACKNOWLEDGE and change.row.acknowledged_on is not None:
            raise Conflict("the case was acknowledged already")
        if step is REOPEN:
            _require_reopening(change, person_id, addition)
        if step.event is not None:
            change.set(state=str(states.after(change.row.state, step.event)))
        if step.closes:
            _require_ready_to_close(change, step)
        take(change, addition, tells_reporter=bool(addition.records) and step.tells_reporter)
        _note_days(change, step)
        change.log(step.action, name, **_due(change, step))


def ask_reopening(store: Store, person_id: bytes, number: str, addition: Addition, now: datetime) -> None:
    """Ask a second handler to let the case be reopened; the reason is in the sealed `addition`."""
    with at_work(store, person_id, number, now) as (change, name):
        states.after(change.row.state, states.Event.REOPEN)
        take(change, addition)
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


def closing_without(ground: str) -> Step:
    """A closing without feedback, on a recorded ground (L3); the vault checks that it holds."""
    return replace(CLOSE, feedback=False, no_feedback=ground)


def _require_ready_to_close(change: casework.Change, step: Step) -> None:
    """A case closes once it was decided for good about everybody it concerns (L13)."""
    if step.no_feedback:
        check_no_feedback(step.no_feedback, given=change.row.feedback_on is not None)
    query = select(concerned.c.decision).where(concerned.c.case_id == change.row.id)
    if not is_settled(change.db.execute(query).scalars().all()):
        raise RuleRefused("concerned", "Decide first whether the persons concerned are told.")


def _note_days(change: casework.Change, step: Step) -> None:
    if step is ACKNOWLEDGE:
        change.set(acknowledged_on=change.today)
    if step.feedback and change.row.feedback_on is None:
        change.set(feedback_on=change.today)
    if step.closes:
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
    if not step.closes:
        return {}
    ground = {"ground": step.no_feedback} if step.no_feedback else {}
    return {"due_on": change.now("purge_on").isoformat(), **ground}


def mine(
    db: Connection, keys: ServerKeys, person_id: bytes, number: str, now: datetime
) -> tuple[Row[Any], int]:
    """The row of a case that this person works on today, and how much in it is new. Raises `NotThere`."""
    row, _company = _mine(db, keys, person_id, number, now)
    return row, row.mine


def _mine(
    db: Connection, keys: ServerKeys, person_id: bytes, number: str, now: datetime
) -> tuple[Row[Any], CompanyFacts]:
    asked = {"number": number, "person": person_id}
    row = db.execute(_MINE, asked).one_or_none() if casework.is_number(number) else None
    company = None if row is None else directory.company_by_id(db, row.company_id)
    if row is None or company is None or _standing(db, keys, person_id, row, now, company) is None:
        raise NotThere("there is no such case, or it is not yours")
    return row, company


def _standing(
    db: Connection, keys: ServerKeys, person_id: bytes, row: Row[Any], now: datetime,
    company: CompanyFacts | None = None,
) -> directory.Standing | None:  # fmt: skip
    if exclusions.is_excluded(keys, row, person_id):
        return None
    day = calendar.local_day(now, (company or directory.company_by_id(db, row.company_id)).zone)
    return directory.role_on(db, keys, person_id, row.company_id, day, case_id=bytes(row.id))
