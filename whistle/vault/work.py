"""What handlers record for one another about a case: sealed notes, and who of them answers for it."""

from datetime import datetime

from sqlalchemy import select

from whistle.crypto.header import Compartment, Header
from whistle.errors import NotAllowed, RuleRefused
from whistle.rules.states import State
from whistle.vault import casework, desk, directory
from whistle.vault.facts import Addition
from whistle.vault.store import Store
from whistle.vault.tables import people

TRIAGED, MEASURED, PROTECTED = "triage_set", "measure_noted", "protection_noted"
LINKED, MARKED = "link_noted", "note_marked"

ACTIONS = frozenset({TRIAGED, MEASURED, PROTECTED, LINKED, MARKED})
"""The ledger's words for what may be recorded so."""

WHILE_OPEN = frozenset({TRIAGED})
"""What a closed case takes no more; measures, reprisals and links go on after it."""


def note(
    store: Store, person_id: bytes, number: str, addition: Addition, now: datetime, *, action: str
) -> None:
    """Add a record to the handlers' notes. Raises `NotThere`, `RuleRefused`, `NotAllowed`."""
    if action not in ACTIONS:
        raise NotAllowed("this is nothing that handlers record")
    with desk.at_work(store, person_id, number, now) as (change, name):
        if action in WHILE_OPEN:
            require_open(change)
        require_notes(addition)
        desk.take(change, addition)
        change.log(action, name)


def assign(store: Store, person_id: bytes, number: str, assignee: bytes | None, now: datetime) -> None:
    """Say who answers for an open case: one of those who work on it today, or nobody.

    Raises `NotThere`, `RuleRefused("assignee")`. The same person twice changes nothing.
    """
    with desk.at_work(store, person_id, number, now) as (change, name):
        require_open(change)
        if assignee is not None and not desk.works_on(change, assignee, now):
            raise RuleRefused("assignee", "Choose a handler of this case.")
        if assignee == (None if change.row.assigned_to is None else bytes(change.row.assigned_to)):
            return
        change.set(assigned_to=assignee)
        names = {bytes(one.id): one.name for one in change.db.execute(select(people.c.id, people.c.name))}
        change.log("assigned", name, **({} if assignee is None else {"person": names[assignee]}))


def note_entered(store: Store, person_id: bytes, number: str, came_by: str, now: datetime) -> None:
    """Leave in the ledger that a handler entered this report for somebody. Raises `NotThere`."""
    with desk.at_work(store, person_id, number, now) as (change, name):
        change.log("entered", name, came_by=came_by)


def require_open(change: casework.Change) -> None:
    """Refuse what a closed case takes no more."""
    if change.row.state == State.CLOSED:
        raise RuleRefused("state", "The case is closed.")


def require_notes(addition: Addition) -> None:
    """Refuse anything but handlers' notes: nothing here is written to the reporter."""
    if addition.blobs or any(
        Header.parse(record.sealed).compartment != Compartment.INTERNAL for record in addition.records
    ):
        raise NotAllowed("only notes are recorded here")


def serves(store: Store, person_id: bytes, company_id: bytes, now: datetime) -> bool:
    """Whether this person handles the company's cases today."""
    with store.reading() as db:
        return company_id in {
            company.id for company in directory.companies_served(db, store.keys, person_id, "handler", now)
        }
