"""Who works on a case changes by somebody who works on it, never by who is excluded, and not in silence."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import delete, insert, select

from whistle.crypto.header import Header, Kind
from whistle.errors import NotThere, RuleRefused
from whistle.rules.calendar import add_months
from whistle.vault import casework, desk, exclusions, withdrawals
from whistle.vault.around import Around, Person, around, declared_by
from whistle.vault.facts import Addition, SealedGrant
from whistle.vault.heldtables import kept_grants
from whistle.vault.store import Store
from whistle.vault.tables import designations, grants, hold_grants, holds, people, readers
from whistle.vault.worktables import identity_request_grants, identity_requests

LONGEST_MONTHS = 12
"""An outside investigator is named for at most so long (L15 asks for an end; the length is an own choice)."""


@dataclass(frozen=True, slots=True)
class Exclusion:
    """That somebody is to find no trace of a case: the sealed note that says why, and what successors get."""

    person_id: bytes
    addition: Addition
    handed: tuple[SealedGrant, ...] = ()


@dataclass(frozen=True, slots=True)
class Term:
    """An outside investigator's last day (not counted), with the sealed note that names the agreement."""

    to_on: date
    addition: Addition


def grant(
    store: Store, actor_id: bytes, number: str, person_id: bytes, granted: Sequence[SealedGrant],
    now: datetime,
) -> None:  # fmt: skip
    """Let a colleague work on the case, with every key of content and notes that there is.

    Raises `NotThere` for who is no handler of the company (or investigator of the case) whose key counts;
    `RuleRefused`: `excluded`, `epoch` (the case has changed, or they were let in just now; look again).
    """
    with desk.at_work(store, actor_id, number, now, doing="grant") as (change, name):
        found = _here(change)
        if exclusions.is_excluded(store.keys, change.row, person_id):
            raise RuleRefused("excluded", "This person must not see the case.")
        if any(one.id == person_id for one in found.workers):
            raise RuleRefused("epoch", "A colleague let them in at the same moment.")
        person = next((one for one in found.lacking if one.id == person_id), None)
        if person is None:
            raise NotThere("there is nobody who could be granted this case under that name")
        let_in(change, (person,), granted, desk.OPEN_TO_HANDLER)
        change.log("granted", name, person=person.name)


def exclude(store: Store, actor_id: bytes, number: str, wanted: Exclusion, now: datetime) -> None:
    """Declare a conflict of interest, one's own or a colleague's: from now on they find no trace (L6).

    The last to leave hands the case over in the same step; who would be left alone with it by excluding the
    only colleague takes another one in first. Raises `NotThere`, `RuleRefused`: `alone`, `epoch`.
    """
    with desk.at_work(store, actor_id, number, now, doing="exclude") as (change, name):
        found, own = _here(change), wanted.person_id == actor_id
        person = next((p for p in (*found.excludable, *found.workers) if p.id == wanted.person_id), None)
        if person is None:
            raise NotThere("there is nobody to exclude under that name")
        handed_to = must_hand_over(found, actor_id, wanted.person_id)
        if not own:
            withdrawals.take_away(change, [wanted.person_id])
        desk.take(change, wanted.addition)
        let_in(change, handed_to, wanted.handed, desk.OPEN_TO_HANDLER)
        if own:
            withdrawals.take_away(change, [wanted.person_id])
        forget(change, wanted.person_id)
        change.set(excluded=exclusions.with_more(store.keys, change.row, [wanted.person_id]))
        change.log(exclusions.ADDED, name, **exclusions.fact(change.now("excluded")))
        if person in found.workers or person.role == "custodian":
            change.log("grants_withdrawn", "system", people=[wanted.person_id.hex()])


def must_hand_over(found: Around, actor_id: bytes, leaving: bytes) -> tuple[Person, ...]:
    """To whom the case goes in the step that excludes `leaving`. Raises `RuleRefused("alone")`."""
    left = [one for one in found.workers if one.id != leaving]
    if leaving == actor_id:
        return () if left else found.successors(leaving)
    if len(left) > 1 or not any(one.id == leaving for one in found.workers):
        return ()
    if not found.successors(leaving):
        raise RuleRefused("alone", "Nobody is left alone with a case by excluding a colleague.")
    return found.successors(leaving)


def lift(
    store: Store, actor_id: bytes, number: str, person_id: bytes, addition: Addition, now: datetime
) -> None:
    """Lift what a handler declared; somebody else does it, and the sealed `addition` says why.

    Raises `NotThere`, `RuleRefused`: `reporter_chose`, `same_person`.
    """
    with desk.at_work(store, actor_id, number, now, doing="exclude") as (change, name):
        keys = store.keys
        if not exclusions.is_excluded(keys, change.row, person_id):
            raise NotThere("nobody of that name is excluded")
        mine = exclusions.tag(keys, change.row.number, person_id)
        by = declared_by(change.db, change.row.number, mine)
        if by is None:
            raise RuleRefused("reporter_chose", "Whom the reporter excluded stays excluded.")
        if by == name:
            raise RuleRefused("same_person", "Somebody else must lift what you declared.")
        desk.take(change, addition)
        change.set(excluded=exclusions.without(keys, change.row, [person_id]))
        change.log(exclusions.LIFTED, name, **exclusions.fact(change.now("excluded")))


def invite_investigator(
    store: Store, actor_id: bytes, number: str, person_id: bytes, term: Term, now: datetime
) -> None:
    """Designate somebody from outside the company for this case alone, until a day (L15).

    Their key counts once a handler of the case confirmed its fingerprint; then they can be granted the case.
    Raises `NotThere` for who has no account or a role in the company, `RuleRefused`: `term`, `excluded`.
    """
    with desk.at_work(store, actor_id, number, now, doing="investigator") as (change, name):
        if not change.today < term.to_on <= add_months(change.today, LONGEST_MONTHS):
            raise RuleRefused("term", "The designation ends after today, and within twelve months.")
        if exclusions.is_excluded(store.keys, change.row, person_id):
            raise RuleRefused("excluded", "This person must not see the case.")
        # An administrator who gives them a role in the company at the same moment waits, or was first (L14).
        change.db.execute(select(people.c.id).where(people.c.id == person_id).with_for_update()).all()
        person = next((one for one in _here(change).outside if one.id == person_id), None)
        if person is None:
            raise NotThere("there is nobody from outside under that name")
        desk.take(change, term.addition)
        change.db.execute(
            insert(designations).values(
                id=secrets.token_bytes(16), person_id=person_id, company_id=change.company.id,
                role="investigator", from_on=change.today, to_on=term.to_on, shared=False,
                for_case_id=change.row.id,
            )
        )  # fmt: skip
        change.log("investigator_named", name, person=person.name, to_on=term.to_on.isoformat())


def _here(change: casework.Change) -> Around:
    return around(change.db, change.store.keys, change.row, change.today)


def let_in(
    change: casework.Change, whom: Sequence[Person], granted: Sequence[SealedGrant], parts: Sequence[int]
) -> None:
    """Take for each of `whom` the very keys that the others hold, all of them, and put them on the case."""
    if not whom and not granted:
        return
    query = select(grants.c.compartment, grants.c.epoch, grants.c.object_id).where(
        grants.c.case_id == change.row.id, grants.c.compartment.in_([int(part) for part in parts])
    )
    standing = {(row[0], row[1], bytes(row[2])) for row in change.db.execute(query)}
    known = {person.id: person for person in whom}
    given: dict[bytes, set[tuple[int, int, bytes]]] = {person.id: set() for person in whom}
    for one in granted:
        header = Header.parse(one.sealed)
        fits = one.holder_id in known and header.key_id == known[one.holder_id].key_id
        if not fits or header.kind != Kind.GRANT:
            raise RuleRefused("epoch", "Who can be granted the case has changed. Do it again.")
        given[one.holder_id].add((header.compartment, header.epoch, header.object_id))
    if any(places != standing for places in given.values()):
        raise RuleRefused("epoch", "The keys of the case have changed. Do it again.")
    for one in granted:
        change.put_grant(one)
    for person in whom:
        _put_reader(change, person.id)


def _put_reader(change: casework.Change, person_id: bytes) -> None:
    change.db.execute(
        insert(readers).values(
            person_id=person_id, case_id=change.row.id, company_id=change.company.id, unread=1,
            open=change.row.state != "closed", due_on=change.row.next_on,
        )
    )  # fmt: skip


def forget(change: casework.Change, person_id: bytes) -> None:
    """Keys to citations, reasons and requests of this case, and a designation for it alone."""
    of_case = select(holds.c.id).where(holds.c.case_id == change.row.id)
    asked = select(identity_requests.c.id).where(identity_requests.c.case_id == change.row.id)
    for table, column, whose in (
        (hold_grants, hold_grants.c.hold_id, of_case),
        (identity_request_grants, identity_request_grants.c.request_id, asked),
    ):
        change.db.execute(delete(table).where(table.c.person_id == person_id, column.in_(whose)))
    kept = (kept_grants.c.person_id == person_id) & (kept_grants.c.case_id == change.row.id)
    change.db.execute(delete(kept_grants).where(kept))
    change.db.execute(
        delete(designations).where(
            designations.c.person_id == person_id, designations.c.for_case_id == change.row.id
        )
    )
