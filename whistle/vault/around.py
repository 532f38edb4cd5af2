"""Who has to do with a case today, or could: worked out from what stands, never from what a page says."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Date, bindparam, or_, select

from whistle.crypto.header import Compartment
from whistle.rules.calendar import local_day
from whistle.rules.roles import MAY_BE_EXCLUDED
from whistle.vault import desk, directory, epochs, exclusions, ledger, reading
from whistle.vault.facts import OpenedCase
from whistle.vault.serverkeys import ServerKeys
from whistle.vault.store import Store
from whistle.vault.tables import designations, people

WORKING = ("handler", "deputy", "investigator")

_ROLES = (*sorted(MAY_BE_EXCLUDED), "investigator")

_DAY = bindparam("day", type_=Date)
_IN_THE_COMPANY = designations.c.company_id == bindparam("company")
_HERE = or_(designations.c.for_case_id.is_(None), designations.c.for_case_id == bindparam("case"))
_RUNNING = or_(designations.c.to_on.is_(None), designations.c.to_on > _DAY)

_DESIGNATED = directory.RECIPIENTS.where(
    _IN_THE_COMPANY, designations.c.role.in_(_ROLES), _HERE, designations.c.from_on <= _DAY, _RUNNING
)
_OUTSIDE = (
    select(people.c.id, people.c.name, people.c.function, people.c.public_key, people.c.key_id)
    .where(
        people.c.state == "active",
        people.c.id.not_in(select(designations.c.person_id).where(_IN_THE_COMPANY, _RUNNING, _HERE)),
    )
    .order_by(people.c.name)
)


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who has to do with a case, and the key that counts for them; `shared`: another company's."""

    id: bytes
    name: str
    function: str
    role: str
    shared: bool
    public_key: bytes
    key_id: bytes


@dataclass(frozen=True, slots=True)
class Around:
    """The people around a case; nobody stands in two of the first three.

    `lacking`: handlers of the company, and investigators of the case, who have not been granted it.
    `deputies`: those of the company who could get it once no handler is left. `excludable`: everybody of the
    company who could read or decide. `liftable`: whom handlers excluded, not the reporter. `outside`: who
    could be named investigator. `identity_due`: who had an identity key left, and no new one was made yet.
    """

    workers: tuple[Person, ...]
    lacking: tuple[Person, ...]
    deputies: tuple[Person, ...]
    excludable: tuple[Person, ...]
    liftable: tuple[Person, ...]
    outside: tuple[Person, ...]
    identity_due: bool

    def successors(self, leaving: bytes) -> tuple[Person, ...]:
        """Who gets the case when `leaving` was the last to work on it: handlers, else the deputies (L6)."""
        handlers = tuple(p for p in self.lacking if p.role == "handler" and p.id != leaving)
        return handlers or tuple(p for p in self.deputies if p.id != leaving)


def of_case(store: Store, actor_id: bytes, number: str, now: datetime) -> Around:
    """Who has to do with a case of this person's. Raises `NotThere`."""
    with store.reading() as db:
        row = desk.worked_on(db, store.keys, actor_id, number, now)
        company = directory.company_by_id(db, row.company_id)
        return around(db, store.keys, row, local_day(now, company.zone))


def opened(store: Store, actor_id: bytes, number: str, now: datetime) -> tuple[OpenedCase, Around]:
    """A case of this person's with everybody around it, in one look. Raises `NotThere`, `Tampered`."""
    with store.reading() as db:
        row, case = desk.opened(db, store, actor_id, number, now)
        return case, around(db, store.keys, row, local_day(now, case.status.company.zone), case)


def around(
    db: Connection, keys: ServerKeys, case: Any, today: date, known: OpenedCase | None = None
) -> Around:
    """The same for a row of `cases`; what was `known` of it in this look is not asked for again."""
    readers = known.readers if known else reading.readers_of(db, case.id)
    held = known.identity.newest if known else _newest_held(db, bytes(case.id))
    everybody = _designated(db, keys, case, today)
    out = {one.id for one in everybody if exclusions.is_excluded(keys, case, one.id)}
    reading_it = {person for person, _name in readers}
    left = [one for one in everybody if one.id not in out]
    lacking = [one for one in left if one.id not in reading_it]
    return Around(
        tuple(p for p in left if p.id in reading_it and p.role in WORKING),
        tuple(p for p in lacking if p.role in ("handler", "investigator")),
        tuple(p for p in lacking if p.role == "deputy"),
        tuple(p for p in left if p.role in MAY_BE_EXCLUDED),
        _liftable(db, keys, case, [one for one in everybody if one.id in out]),
        _outside(db, case, today),
        case.epoch_identity > held,
    )


def _newest_held(db: Connection, case_id: bytes) -> int:
    return max(epochs.held(db, case_id)[Compartment.IDENTITY], default=0)


def declared_by(db: Connection, number: str, tag: bytes) -> str | None:
    """Who of the handlers declared what a tag stands for; None where the reporter did, or nobody."""
    by: str | None = None
    stood = False
    for line in ledger.of_case(db, number):
        if line.action in exclusions.SAYING:
            stands = tag in exclusions.split(bytes.fromhex(line.facts.get("excluded", "")))
            if stands and not stood:
                by = line.actor if line.action == exclusions.ADDED else None
            stood = stands
    return by


def _designated(db: Connection, keys: ServerKeys, case: Any, today: date) -> list[Person]:
    """Everybody designated in the company today whose key counts, and the investigators of this case."""
    asked = {"company": case.company_id, "case": case.id, "day": today}
    found = {
        bytes(row.person_id): Person(
            bytes(row.person_id), row.name, row.function, row.role, bool(row.shared),
            bytes(row.public_key), bytes(row.key_id),
        )
        for row in db.execute(_DESIGNATED, asked)
        if directory.is_keyed_row(keys, row)
        and directory.is_their_key(keys, row.person_id, row.public_key, row.person_mac)
        and (row.role == "investigator") == (row.for_case_id is not None)
    }  # fmt: skip
    return sorted(found.values(), key=lambda one: one.name)


def _liftable(db: Connection, keys: ServerKeys, case: Any, out: Sequence[Person]) -> tuple[Person, ...]:
    return tuple(
        one
        for one in out
        if declared_by(db, case.number, exclusions.tag(keys, case.number, one.id)) is not None
    )


def _outside(db: Connection, case: Any, today: date) -> tuple[Person, ...]:
    """Active people without a role in the company (L14); one who was named for this case is asked once."""
    asked = {"company": case.company_id, "case": case.id, "day": today}
    return tuple(
        Person(bytes(row.id), row.name, row.function, "", False, bytes(row.public_key), bytes(row.key_id))
        for row in db.execute(_OUTSIDE, asked)
    )
