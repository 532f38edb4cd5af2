"""A case whose keys nobody has any more is given back to a handler of its company, by the recovery key."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, insert, select

from whistle.crypto.header import Compartment, Header
from whistle.errors import NotAllowed, NotThere
from whistle.rules.calendar import local_day
from whistle.vault import casework, directory, epochs, exclusions, people, reading, recovery
from whistle.vault.facts import REPORT, OpenedCase, Recipient, SealedGrant
from whistle.vault.store import Store
from whistle.vault.tables import cases, readers

EVERY = (Compartment.CONTENT, Compartment.IDENTITY, Compartment.INTERNAL)


def sealed_case(store: Store, number: str, now: datetime) -> OpenedCase:
    """The case as the recovery key may open it, its inventory checked. Raises `NotThere`, `Tampered`.

    A held one also past its day: somebody has to be there whom the court or the authority can ask.
    """
    holder = recovery.holder(store.keys)
    with store.reading() as db:
        if holder is None:
            raise NotThere("there is no recovery key")
        row = _report(db, number)
        held = bool(reading.holds_in_force(db, store.keys, bytes(row.id)))
        return reading.opened(db, store, row, EVERY, holder=holder.person_id, now=now, under_hold=held)


def receiver(store: Store, number: str, name: str, now: datetime) -> tuple[Recipient, tuple[int, ...]]:
    """A confirmed handler of the case's company, and which compartments are theirs. Raises `NotThere`.

    A deputy where no handler is left who may see it.
    """
    with store.reading() as db:
        return _receiver(db, store, _report(db, number), name, now)


def give(store: Store, number: str, name: str, grants: Sequence[SealedGrant], now: datetime) -> None:
    """Add the grants that the recovery key made for a handler, who works on the case from now on.

    Raises `NotThere` for who is no confirmed handler of the company or is excluded, `NotAllowed` for grants
    that are not theirs to have.
    """
    with casework.changing(store, number, now) as change:
        _require_report(change.row)
        person, allowed = _receiver(change.db, store, change.row, name, now)
        standing = epochs.held(change.db, change.row.id)
        for grant in grants:
            header = Header.parse(grant.sealed)
            mine = grant.holder_id == person.person_id and header.key_id == person.key_id
            stands = header.epoch in standing[header.compartment]
            if not (mine and stands and header.compartment in allowed):
                raise NotAllowed("a grant that is not this handler's to have")
            change.put_grant(grant)
        _let_work(change, person.person_id)
        change.log("granted_by_recovery", "recovery key", person=person.name)


def _report(db: Connection, number: str) -> Row[Any]:
    """The row of a report: a privacy request is no handler's to have, whoever brings the key."""
    found = select(cases).where(cases.c.number == number)
    row = db.execute(found).one_or_none() if casework.is_number(number) else None
    if row is None:
        raise NotThere("there is no such case")
    _require_report(row)
    return row


def _require_report(row: Row[Any]) -> None:
    if row.kind != REPORT:
        raise NotThere("there is no such case")


def _receiver(
    db: Connection, store: Store, case: Row[Any], name: str, now: datetime
) -> tuple[Recipient, tuple[int, ...]]:
    keys, company = store.keys, directory.company_by_id(db, case.company_id)
    today = local_day(now, company.zone)
    everybody = directory.recipients(db, keys, company.id, ("handler", "deputy", "custodian"), today)
    found = [one for one in everybody if not exclusions.is_excluded(keys, case, one.person_id)]
    work = "handler" if any(one.role == "handler" for one in found) else "deputy"
    for person in found:
        if person.role == work and people.handle_of(person.name) == people.handle_of(name):
            custodians = any(one.role == "custodian" for one in everybody)
            return person, (Compartment.CONTENT, Compartment.INTERNAL) if custodians else EVERY
    raise NotThere(f"{name} is no handler of this company whose key counts, or is excluded from the case")


def _let_work(change: casework.Change, person_id: bytes) -> None:
    place = (readers.c.person_id == person_id) & (readers.c.case_id == change.row.id)
    if change.db.execute(select(readers.c.person_id).where(place)).first() is not None:
        return
    row = {"person_id": person_id, "case_id": change.row.id, "company_id": change.company.id, "unread": 0}
    is_open = change.row.state != "closed"
    change.db.execute(insert(readers).values(**row, open=is_open, due_on=change.row.next_on))
