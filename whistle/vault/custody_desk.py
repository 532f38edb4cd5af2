"""What a custodian is shown: who asks, in which case, and why; and who of them lacks the keys of a case."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, select

from whistle.crypto.header import Compartment, Kind
from whistle.errors import NotAllowed, NotThere, RuleRefused
from whistle.rules.calendar import local_day
from whistle.rules.retention import RetentionFacts, closed_for_work
from whistle.vault import casework, custody, desk, directory, epochs, exclusions, reading
from whistle.vault import identity_requests as requests
from whistle.vault.custody import CUSTODIAN
from whistle.vault.facts import CompanyFacts, Recipient, SealedGrant, StoredGrant
from whistle.vault.serverkeys import ServerKeys
from whistle.vault.store import Store
from whistle.vault.tables import cases, grants, people
from whistle.vault.worktables import identity_requests

AT_ONCE = 200
"""So many cases are granted with one click: a few seconds of sealing, and the next click goes on."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """A request that a custodian may answer, and no more of its case than the number."""

    request: requests.StoredRequest
    number: str
    company_name: str
    today: date


@dataclass(frozen=True, slots=True)
class Keys:
    """A custodian's own grants in a case, and the public key of who asked."""

    grants: tuple[StoredGrant, ...]
    asker_key: bytes


def custodians_of(store: Store, person_id: bytes, number: str, now: datetime) -> tuple[Recipient, ...]:
    """Who may answer a request of this handler's case: never somebody excluded from it. Raises `NotThere`."""
    with store.reading() as db:
        row = desk.worked_on(db, store.keys, person_id, number, now)
        company = directory.company_by_id(db, row.company_id)
        found = directory.recipients(db, store.keys, company.id, (CUSTODIAN,), local_day(now, company.zone))
        return tuple(p for p in found if not exclusions.is_excluded(store.keys, row, p.person_id))


def waiting(store: Store, person_id: bytes, now: datetime) -> tuple[Waiting, ...]:
    """The requests that wait for this custodian, oldest first; none of a case whose day has come."""
    query = requests.SHOWN.add_columns(
        cases.c.number, cases.c.company_id, cases.c.excluded, cases.c.received_on, cases.c.closed_on,
        cases.c.purge_on, cases.c.state.label("case_state"),
    ).join(cases, cases.c.id == identity_requests.c.case_id)  # fmt: skip
    with store.reading() as db:
        served = {c.id: c for c in directory.companies_served(db, store.keys, person_id, CUSTODIAN, now)}
        rows = db.execute(
            query.where(cases.c.company_id.in_(list(served)), identity_requests.c.state == requests.WAITING),
            {"holder": person_id},
        )
        return tuple(
            Waiting(
                requests.stored(row), row.number, served[bytes(row.company_id)].name,
                local_day(now, served[bytes(row.company_id)].zone),
            )
            for row in rows
            if not _is_past(row, served[bytes(row.company_id)], now)
            and requests.is_as_decided(store.keys, row)
            and not exclusions.is_excluded(store.keys, row, person_id)
        )  # fmt: skip


def _is_past(row: Any, company: CompanyFacts, now: datetime) -> bool:
    facts = RetentionFacts(
        row.received_on, row.closed_on, row.purge_on, company.zone, company.country, row.case_state
    )
    return closed_for_work(facts, now)


def keys_for(store: Store, person_id: bytes, request_id: bytes, now: datetime) -> Keys:
    """What a custodian needs to approve: their own grants in the case. Raises `NotThere`, `RuleRefused`."""
    found = next((one for one in waiting(store, person_id, now) if one.request.id == request_id), None)
    if found is None:
        raise NotThere("there is no such request")
    mine = select(grants).where(
        grants.c.case_id == found.request.case_id,
        grants.c.holder_id == person_id,
        grants.c.compartment == int(Compartment.IDENTITY),
    )
    with store.reading() as db:
        held = tuple(
            StoredGrant(bytes(g.holder_id), g.compartment, g.epoch, bytes(g.sealed)) for g in db.execute(mine)
        )
        readers_now = epochs.holders(store, found.request.case_id, Compartment.CONTENT)
    asker = next((one for one in readers_now if one.id == found.request.asked_by), None)
    if asker is None:
        raise RuleRefused("asker_left", "Who asked has no part in the case any more.")
    return Keys(held, asker.public_key)


@dataclass(frozen=True, slots=True)
class Lacking:
    """A case whose identity keys somebody holds and some custodians of it do not."""

    case_id: bytes
    held: tuple[StoredGrant, ...]
    custodians: tuple[Recipient, ...]


def lacking(store: Store, person_id: bytes, now: datetime, number: str = "") -> tuple[Lacking, ...]:
    """The cases in which this person holds keys that some custodian lacks; with a `number` that case alone.

    A custodian hands a newcomer the old cases; a handler who kept a key for want of one, theirs.
    """
    mine = (
        select(
            grants,
            cases.c.id,
            cases.c.number,
            cases.c.company_id,
            cases.c.excluded,
            cases.c.received_on,
            cases.c.closed_on,
            cases.c.purge_on,
            cases.c.state.label("case_state"),
        )
        .join_from(grants, cases)
        .where(grants.c.holder_id == person_id, grants.c.compartment == int(Compartment.IDENTITY))
        .order_by(cases.c.number, grants.c.epoch)
    )
    with store.reading() as db:
        held: dict[bytes, list[Any]] = defaultdict(list)
        for row in db.execute(mine.where(cases.c.number == number) if number else mine):
            held[bytes(row.case_id)].append(row)
        theirs = {c.id for c in directory.companies_served(db, store.keys, person_id, CUSTODIAN, now)}
        companies = {company.id: company for company in directory.all_companies(db)}
        held = {
            case_id: rows
            for case_id, rows in held.items()
            if _may_give(db, store.keys, rows[0], person_id, now, theirs)
            and not _is_past(rows[0], companies[bytes(rows[0].company_id)], now)
        }
        known = _custodians(db, store.keys, {bytes(rows[0].company_id) for rows in held.values()}, now)
        found = (
            Lacking(case_id, _grants(rows), _without(db, store.keys, rows[0], known, person_id))
            for case_id, rows in held.items()
        )
        return tuple(one for one in found if one.custodians)


def give(
    store: Store, person_id: bytes, case_id: bytes, given: tuple[SealedGrant, ...], now: datetime
) -> None:
    """Hand the identity keys of a case to custodians of its company who lack them. Safe to repeat.

    Raises `NotThere` for whoever holds no such key by a right of today, `NotAllowed` for another receiver.
    """
    with casework.changing(store, case_id, now) as change:
        db, keys, row = change.db, store.keys, change.row
        name = _require_giver(change, person_id, now)
        reading.require_standing(row, change.company, now)
        known = {
            one.person_id: one.key_id
            for one in _custodians(db, keys, {change.company.id}, now)[change.company.id]
            if not exclusions.is_excluded(keys, row, one.person_id)
        }
        for grant in given:
            header = custody.require_identity_key(change, grant, grant.holder_id)
            if header.kind != Kind.GRANT or known.get(grant.holder_id) != header.key_id:
                raise NotAllowed("an identity key goes to custodians of the company only")
            change.put_grant(grant)
        change.log("custodian_granted", name)


def _require_giver(change: casework.Change, person_id: bytes, now: datetime) -> str:
    db, keys = change.db, change.store.keys
    theirs = {c.id for c in directory.companies_served(db, keys, person_id, CUSTODIAN, now)}
    if not _may_give(db, keys, change.row, person_id, now, theirs):
        raise NotThere("there is no such case, or it is not yours")
    name: str = db.execute(select(people.c.name).where(people.c.id == person_id)).scalar_one()
    return name


def _may_give(
    db: Connection, keys: ServerKeys, case: Any, person_id: bytes, now: datetime, theirs: set[bytes]
) -> bool:
    """Whether somebody may hand an identity key on: a custodian (of `theirs`), or who handles the case.

    One from outside, who reads the case and adds notes (L15), has no part in it.
    """
    if exclusions.is_excluded(keys, case, person_id):
        return False
    if bytes(case.company_id) in theirs:
        return True
    company = directory.company_by_id(db, case.company_id)
    today = local_day(now, company.zone)
    inside = directory.role_on(db, keys, person_id, company.id, today) is not None
    return inside and custody.works(db, keys, case, person_id, today)


def _custodians(
    db: Connection, keys: ServerKeys, company_ids: set[bytes], now: datetime
) -> dict[bytes, tuple[Recipient, ...]]:
    known = (directory.company_by_id(db, company_id) for company_id in company_ids)
    return {c.id: directory.recipients(db, keys, c.id, (CUSTODIAN,), local_day(now, c.zone)) for c in known}


def _without(
    db: Connection, keys: ServerKeys, row: Any, known: dict[bytes, tuple[Recipient, ...]], person_id: bytes
) -> tuple[Recipient, ...]:
    held = epochs.held(db, bytes(row.case_id))[Compartment.IDENTITY]
    having = {holder for holders in held.values() for holder in holders}
    return tuple(
        one
        for one in known[bytes(row.company_id)]
        if one.person_id not in having | {person_id} and not exclusions.is_excluded(keys, row, one.person_id)
    )


def _grants(rows: list[Any]) -> tuple[StoredGrant, ...]:
    return tuple(StoredGrant(bytes(g.holder_id), g.compartment, g.epoch, bytes(g.sealed)) for g in rows)


def holds_key(store: Store, person_id: bytes, case_id: bytes, now: datetime) -> bool:
    """Whether somebody has an identity key of a case and may hand it on."""
    mine = (
        select(cases)
        .join_from(grants, cases)
        .where(
            grants.c.case_id == case_id,
            grants.c.holder_id == person_id,
            grants.c.compartment == int(Compartment.IDENTITY),
        )
    )
    with store.reading() as db:
        case = db.execute(mine).first()
        theirs = {c.id for c in directory.companies_served(db, store.keys, person_id, CUSTODIAN, now)}
        return case is not None and _may_give(db, store.keys, case, person_id, now, theirs)
