"""Who holds a role no longer loses every grant, case by case; a pass that is interrupted goes on."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime

from sqlalchemy import Connection, delete, select, union

from whistle.crypto.header import Compartment
from whistle.errors import NotThere, Tampered
from whistle.vault import casework, entitled, epochs, mails, sites
from whistle.vault.entitled import Entitled
from whistle.vault.facts import COPY, REPORT
from whistle.vault.requesttables import request_readers
from whistle.vault.store import Store
from whistle.vault.tables import cases, grants, people, readers

DONE = "withdrawn"
"""Where the site keeps for which designations, on which day, the last pass looked at every grant."""

_GRANTED = (
    select(
        grants.c.holder_id,
        cases.c.company_id,
        (grants.c.compartment == int(Compartment.IDENTITY)).label("identity"),
        cases.c.kind,
    )
    .join_from(grants, cases)
    .where(grants.c.holder_id.in_(select(people.c.id)))
    .distinct()
)
_READING = select(readers.c.person_id, readers.c.company_id).distinct()

Doomed = dict[bytes, set[bytes]]
"""By case: who is to lose it."""


def withdraw_after_designations(store: Store, now: datetime, believed: datetime | None = None) -> int:
    """Take away what was granted to people whose designation stands no longer; returns how many cases.

    They could have copied what they read: this ends what they can read from now on, and what comes is sealed
    under new keys. Each case is a transaction of its own; safe to repeat and to interrupt. Where nothing has
    changed since the last whole pass of the day, it costs a look at the designations.

    Where the clock may have leapt, `believed` is the latest time that is: who may keep a grant at either
    keeps it, so that no leap ends one for good.
    """
    with store.reading() as db:
        today = entitled.entitled(db, store.keys, now)
        if believed is not None and believed < now:
            today = today.or_by(entitled.entitled(db, store.keys, believed))
        if sites.value(store, DONE) == today.stamp:
            return 0
        doomed = _doomed(db, today)
    changed = _withdraw(store, doomed, now)
    if changed == len(doomed):
        sites.remember(store, DONE, today.stamp)
    return changed


def withdraw(store: Store, person_ids: Collection[bytes], now: datetime) -> int:
    """Take away everything that was granted to these people, whatever they hold; they begin anew."""
    gone = list(person_ids)
    held = select(grants.c.case_id).where(grants.c.holder_id.in_(gone))
    read = select(readers.c.case_id).where(readers.c.person_id.in_(gone))
    with store.reading() as db:
        found = [bytes(case) for case in db.execute(union(held, read)).scalars()]
    return _withdraw(store, {case: set(gone) for case in found}, now)


def _withdraw(store: Store, doomed: Doomed, now: datetime) -> int:
    """How many cases were changed; one whose inventory does not agree is left for somebody to look at."""
    changed = 0
    for case_id, gone in doomed.items():
        try:
            with casework.changing(store, case_id, now) as change:
                take_away(change, sorted(gone))
                if change.row.kind != COPY:  # of a copy no line tells, whatever became of it
                    change.log("grants_withdrawn", "system", people=[one.hex() for one in sorted(gone)])
        except NotThere:
            pass  # purged meanwhile
        except Tampered:
            continue
        changed += 1
    return changed


def take_away(change: casework.Change, gone: Sequence[bytes]) -> None:
    """End the part of these people in a case: their keys, their place in it, and the keys of what comes."""
    held = select(grants.c.compartment).where(grants.c.case_id == change.row.id, grants.c.holder_id.in_(gone))
    parts = set(change.db.execute(held).scalars())
    change.take_grants(gone)
    theirs = (readers.c.case_id == change.row.id) & readers.c.person_id.in_(gone)
    change.db.execute(delete(readers).where(theirs))
    if change.row.kind != REPORT:
        asked = (request_readers.c.case_id == change.row.id) & request_readers.c.person_id.in_(gone)
        change.db.execute(delete(request_readers).where(asked))
    for column in ("assigned_to", "reopen_asked_by"):
        named = change.now(column)
        if named is not None and bytes(named) in gone:
            change.set(**{column: None})
    epochs.raise_for_what_comes(change, _to_raise(parts))
    if change.row.kind == REPORT:
        tell_if_nobody_is_left(change)


def tell_if_nobody_is_left(change: casework.Change) -> None:
    """The board contact is told that a case has no handler, and nothing else (L6)."""
    place = readers.c.case_id == change.row.id
    if change.db.execute(select(readers.c.person_id).where(place).limit(1)).first() is None:
        mails.tell_board(change.work, change.company)


def _to_raise(parts: set[int]) -> tuple[Compartment, ...]:
    """Content and notes for who could read them; new content keys keep them from a new identity as well."""
    if parts & {Compartment.CONTENT, Compartment.INTERNAL}:
        return (Compartment.CONTENT, Compartment.INTERNAL)
    return (Compartment.IDENTITY,) if parts else ()


def _doomed(db: Connection, today: Entitled) -> Doomed:
    doomed: Doomed = defaultdict(set)
    for holder, company, identity, kind in _pairs(db, today):
        part = grants.c.compartment == int(Compartment.IDENTITY)
        query = (
            select(grants.c.case_id, grants.c.compartment)
            .join_from(grants, cases)
            .where(cases.c.company_id == company, grants.c.holder_id == holder, part if identity else ~part)
            .where(cases.c.kind == kind)
        )
        for row in db.execute(query):
            if not today.may_keep(holder, company, bytes(row.case_id), row.compartment, kind):
                doomed[bytes(row.case_id)].add(holder)
    for person, company in _general(today, db.execute(_READING)):
        place = (readers.c.person_id == person) & (readers.c.company_id == company)
        for case_id in db.execute(select(readers.c.case_id).where(place)).scalars():
            if not today.may_read(person, company, bytes(case_id)):
                doomed[bytes(case_id)].add(person)
    return doomed


def _pairs(db: Connection, today: Entitled) -> list[tuple[bytes, bytes, bool, str]]:
    """Person, company, whether identity, kind of case: where not every such grant is theirs by a role."""
    found = [(bytes(row[0]), bytes(row[1]), bool(row[2]), str(row[3])) for row in db.execute(_GRANTED)]
    nowhere = b""  # no case: whoever may keep a key there may keep it in every case
    return [
        (holder, company, identity, kind)
        for holder, company, identity, kind in found
        if not today.may_keep(
            holder, company, nowhere, Compartment.IDENTITY if identity else Compartment.CONTENT, kind
        )
    ]


def _general(today: Entitled, rows: Iterable[Sequence[bytes]]) -> list[tuple[bytes, bytes]]:
    found = [(bytes(row[0]), bytes(row[1])) for row in rows]
    return [pair for pair in found if pair not in today.reading]
