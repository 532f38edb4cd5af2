"""A hold is placed and released by legal alone, on one of three grounds, without a look at the content."""

import hmac
import json
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256
from itertools import islice
from typing import Any, NoReturn

from sqlalchemy import Connection, Row, exists, insert, or_, select, update

from whistle.crypto import chain
from whistle.crypto.header import Header, Kind
from whistle.errors import Conflict, Gone, NotThere, RuleRefused, Tampered
from whistle.rules.calendar import local_day
from whistle.rules.holds import release_needs_second
from whistle.rules.retention import HoldFacts, closed_for_work
from whistle.vault import casework, directory, exclusions, reading
from whistle.vault.facts import CaseStatus, CompanyFacts, SealedGrant
from whistle.vault.serverkeys import ServerKeys
from whistle.vault.store import Store
from whistle.vault.tables import cases, certificates, hold_grants, holds, people
from whistle.vault.worktables import asked_holds

HOLD_LABEL = b"whistle/v1/hold\0"

LISTED = 500
"""Cases on legal's page: more than anybody reads in a sitting."""


@dataclass(frozen=True, slots=True)
class NewHold:
    """A hold with its citation sealed to legal's keys; `once` is the same for the same hold sent twice."""

    id: bytes
    ground: str
    review_on: date
    once: bytes
    sealed: bytes
    grants: tuple[SealedGrant, ...]


def place(store: Store, person_id: bytes, number: str, new: NewHold, now: datetime) -> bytes:
    """Place a hold on a case; the same hold sent twice is one. Raises `Gone`, `NotThere`, `RuleRefused`."""
    try:
        return _place(store, person_id, number, new, now)
    except NotThere:
        with store.reading() as db:
            _raise_absent(db, store.keys, person_id, number, now)


def _place(store: Store, person_id: bytes, number: str, new: NewHold, now: datetime) -> bytes:
    with casework.changing(store, number, now) as change:
        name = require_may(change, person_id)
        standing = same_standing(change, new)
        if standing is not None:
            return standing
        put(change, person_id, name, new, now)
        return new.id


def same_standing(change: casework.Change, new: NewHold) -> bytes | None:
    """The hold that stands if `new` was sent before; one that waits for a confirmation is no double."""
    waits = exists(select(asked_holds.c.hold_id).where(asked_holds.c.hold_id == holds.c.id))
    same = select(holds.c.id).where(
        holds.c.case_id == change.row.id, holds.c.once == new.once, holds.c.released_on.is_(None), ~waits
    )
    found = change.db.execute(same).scalars().first()
    return None if found is None else bytes(found)


def put(
    change: casework.Change, person_id: bytes, name: str, new: NewHold, now: datetime, **more: str
) -> None:
    """Write a hold on a case that is being changed; `more` goes into its ledger line."""
    _check_sealed(new)
    late = closed_for_work(reading.retention_facts(change.row, change.company), now)
    row = {
        "id": new.id, "case_id": change.row.id, "ground": new.ground, "placed_on": change.today,
        "placed_by": person_id, "review_on": new.review_on, "late": late, "once": new.once,
        "sealed": new.sealed, "released_on": None, "release_asked_by": None,
    }  # fmt: skip
    change.db.execute(insert(holds).values(**row, mac=hold_mac(change.store.keys, row)))
    rows = [
        {"hold_id": new.id, "person_id": g.holder_id, "sealed": g.sealed}
        for g in new.grants
        if not exclusions.is_excluded(change.store.keys, change.row, g.holder_id)
    ]
    if rows:
        change.db.execute(insert(hold_grants), rows)
    facts = {"hold": new.id.hex(), "ground": new.ground, "review_on": new.review_on.isoformat(), "late": late}
    change.log("hold_placed", name, **facts, **more)


def release(store: Store, person_id: bytes, hold_id: bytes, sealed_reason: bytes, now: datetime) -> bool:
    """Release a hold, or ask a second person to where the rules want one. True when it is released."""
    with casework.changing(store, case_of(store, hold_id), now) as change:
        name = require_may(change, person_id)
        row = in_force(change, hold_id)
        require_confirmed(change, hold_id)
        facts = reading.retention_facts(change.row, change.company)
        standing = HoldFacts(row.ground, row.placed_on, row.review_on, row.released_on)
        if release_needs_second(standing, facts, now):
            asked = {"release_asked_by": person_id, "release_sealed": sealed_reason}
            asked["mac"] = hold_mac(store.keys, {**row._mapping, **asked})  # noqa: SLF001 (SQLAlchemy's public name)
            change.db.execute(update(holds).where(holds.c.id == hold_id).values(**asked))
            change.log("release_asked", name, hold=hold_id.hex())
            return False
        end(change, row, person_id, name, {"release_sealed": sealed_reason})
        return True


def confirm_release(
    store: Store, person_id: bytes, hold_id: bytes, now: datetime, *, seen: bytes | None = None
) -> None:
    """Release a hold that another person asked to release. Raises `RuleRefused("same_person")`.

    `seen`: the SHA-256 of the sealed reason that was read; with another one since, it is a `Conflict`.
    """
    with casework.changing(store, case_of(store, hold_id), now) as change:
        name = require_may(change, person_id)
        row = in_force(change, hold_id)
        if row.release_asked_by is None:
            raise Conflict("nobody asked to release this hold")
        if seen is not None and sha256(bytes(row.release_sealed or b"")).digest() != seen:
            raise Conflict("the release was asked for anew, with another reason")
        if bytes(row.release_asked_by) == person_id:
            raise RuleRefused("same_person", "Somebody else must confirm what you asked for.")
        end(change, row, person_id, name, {})


def withdraw_release(store: Store, person_id: bytes, hold_id: bytes, now: datetime) -> None:
    """Take back what was asked: the hold stands. Any colleague of legal may, as it ends nothing."""
    with casework.changing(store, case_of(store, hold_id), now) as change:
        name = require_may(change, person_id)
        row = in_force(change, hold_id)
        if row.release_asked_by is None:
            raise Conflict("nobody asked to release this hold")
        asked: dict[str, Any] = {"release_asked_by": None, "release_sealed": None}
        asked["mac"] = hold_mac(store.keys, {**row._mapping, **asked})  # noqa: SLF001 (SQLAlchemy's public name)
        change.db.execute(update(holds).where(holds.c.id == hold_id).values(**asked))
        change.log("release_withdrawn", name, hold=hold_id.hex())


def hold_mac(keys: ServerKeys, row: Any) -> bytes:
    """The keyed hash over what a hold says in the clear: one that was edited in the database shows."""
    fields = [
        bytes(row["id"]).hex(), bytes(row["case_id"]).hex(), row["ground"], row["placed_on"].isoformat(),
        row["review_on"].isoformat(), row["released_on"].isoformat() if row["released_on"] else "",
        bytes(row["release_asked_by"] or b"").hex(),
    ]  # fmt: skip
    return chain.keyed_hash(keys.inventory, HOLD_LABEL, json.dumps(fields).encode())


def end(
    change: casework.Change,
    row: Row[Any],
    person_id: bytes,
    name: str,
    values: dict[str, Any],
    **more: str,
) -> None:
    """End a hold on a case that is being changed; `more` goes into its ledger line."""
    fields = {**row._mapping, "released_on": change.today}  # noqa: SLF001 (SQLAlchemy's public name)
    values |= {
        "released_on": change.today,
        "released_by": person_id,
        "mac": hold_mac(change.store.keys, fields),
    }
    change.db.execute(update(holds).where(holds.c.id == row.id).values(**values))
    change.log("hold_released", name, hold=bytes(row.id).hex(), **more)


def _check_sealed(new: NewHold) -> None:
    header = Header.parse(new.sealed)
    if header.kind != Kind.RECORD or header.case_id != new.id:
        raise RuleRefused("header", "The sealed citation belongs to another hold.")


def require_confirmed(change: casework.Change, hold_id: bytes) -> None:
    """Raise `RuleRefused("hold_waits")` for a hold that waits, with others, for a second person."""
    waits = select(asked_holds.c.hold_id).where(asked_holds.c.hold_id == hold_id)
    if change.db.execute(waits).first() is not None:
        raise RuleRefused("hold_waits", "The hold waits for a confirmation with others; that is ended first.")


def in_force(change: casework.Change, hold_id: bytes) -> Row[Any]:
    """A hold that stands and is as it was placed. Raises `Conflict` when it ended, `Tampered`."""
    row = change.db.execute(
        select(holds).where(holds.c.id == hold_id, holds.c.released_on.is_(None))
    ).one_or_none()
    if row is None:
        raise Conflict("the hold was released already")
    if not hmac.compare_digest(hold_mac(change.store.keys, row._mapping), bytes(row.mac)):  # noqa: SLF001 (public name)
        raise Tampered("the hold was changed past its page")
    return row


def case_of(store: Store, hold_id: bytes) -> bytes:
    """The case that a hold is on. Raises `NotThere`."""
    with store.reading() as db:
        case_id = db.execute(select(holds.c.case_id).where(holds.c.id == hold_id)).scalar_one_or_none()
    if case_id is None:
        raise NotThere("there is no such hold")
    return bytes(case_id)


def _require_legal(
    db: Connection, keys: ServerKeys, person_id: bytes, company: CompanyFacts, today: date
) -> str:
    if not directory.serves(db, keys, person_id, company.id, "legal", today):
        raise NotThere("there is no such case, or it is not yours")
    name: str = db.execute(select(people.c.name).where(people.c.id == person_id)).scalar_one()
    return name


def require_may(change: casework.Change, person_id: bytes) -> str:
    """The name of somebody of legal who may touch this case: to who is excluded it is not there (L6)."""
    if exclusions.is_excluded(change.store.keys, change.row, person_id):
        raise NotThere("there is no such case, or it is not yours")
    return _require_legal(change.db, change.store.keys, person_id, change.company, change.today)


def served_of(
    db: Connection, keys: ServerKeys, person_id: bytes, companies: list[bytes], now: datetime
) -> dict[bytes, CompanyFacts]:
    """Those of these companies that this person serves as legal today."""
    served = directory.companies_served(db, keys, person_id, "legal", now)
    return {company.id: company for company in served if company.id in companies}


def legal_case(store: Store, person_id: bytes, number: str, now: datetime) -> tuple[CaseStatus, bool]:
    """A case as legal sees it, and whether it is held. Raises `NotThere`, `Gone`."""
    with store.reading() as db:
        query = select(cases).where(cases.c.number == number)
        row = db.execute(query).one_or_none() if casework.is_number(number) else None
        if row is None:
            _raise_absent(db, store.keys, person_id, number, now)
        if exclusions.is_excluded(store.keys, row, person_id):
            raise NotThere("there is no such case, or it is not yours")
        company = directory.company_by_id(db, row.company_id)
        _require_legal(db, store.keys, person_id, company, local_day(now, company.zone))
        return casework.status_of(row, company), bool(reading.holds_in_force(db, store.keys, row.id))


def _raise_absent(db: Connection, keys: ServerKeys, person_id: bytes, number: str, now: datetime) -> NoReturn:
    """Raise `Gone` for legal of the company whose purged case this was, `NotThere` for everybody else."""
    left = select(certificates.c.purged_on, certificates.c.company_id).where(
        certificates.c.case_number == number
    )
    row = db.execute(left).one_or_none() if casework.is_number(number) else None
    if row is None or exclusions.hidden(db, keys, person_id, [number]):
        raise NotThere("there is no such case, or it is not yours")
    company = directory.company_by_id(db, row.company_id)
    _require_legal(db, keys, person_id, company, local_day(now, company.zone))
    raise Gone(row.purged_on.isoformat())


def upcoming(
    store: Store, person_id: bytes, companies: list[bytes], until: date, now: datetime
) -> tuple[tuple[CaseStatus, bool], ...]:
    """Closed cases that are purged by `until`, soonest first, and whether each is held.

    Of those of the companies that this person serves as legal; at most `LISTED`, and none from which they are
    excluded.
    """
    held = exists(
        select(holds.c.id).where(holds.c.case_id == cases.c.id, holds.c.released_on.is_(None))
    ).label("held")
    query = (
        select(cases, held)
        .where(or_(cases.c.purge_on <= until, held))
        .order_by(cases.c.purge_on, cases.c.number)
    )
    with store.reading() as db:
        known = served_of(db, store.keys, person_id, companies, now)
        found = db.execute(query.where(cases.c.company_id.in_(list(known))))
        seen = (row for row in found if not exclusions.is_excluded(store.keys, row, person_id))
        return tuple(
            (casework.status_of(row, known[bytes(row.company_id)]), bool(row.held))
            for row in islice(seen, LISTED)
        )


def hold_facts(db: Connection) -> list[tuple[str, str, str, date, date]]:
    """The holds in force: id, case number, ground, day placed, review date."""
    query = (
        select(holds, cases.c.number)
        .join_from(holds, cases)
        .where(holds.c.released_on.is_(None))
        .order_by(holds.c.review_on, holds.c.id)
    )
    return [(bytes(r.id).hex(), r.number, r.ground, r.placed_on, r.review_on) for r in db.execute(query)]
