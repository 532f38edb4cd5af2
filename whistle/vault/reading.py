"""A case is handed out only after its inventory agreed with every byte that is handed out."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import BindParameter, Connection, Row, bindparam, select

from whistle.errors import RuleRefused
from whistle.rules.calendar import local_day
from whistle.rules.retention import RetentionFacts, closed_for_work, decide
from whistle.vault import (
    casework,
    directory,
    disclosures,
    identity_requests,
    inventory,
    owed,
    sentences,
    statutory,
)
from whistle.vault.facts import (
    REPORT,
    CompanyFacts,
    HoldInForceFacts,
    MinutesFacts,
    OpenedCase,
    StoredBlob,
    StoredGrant,
    StoredRecord,
)
from whistle.vault.serverkeys import ServerKeys
from whistle.vault.store import Store
from whistle.vault.tables import closings, holds, people, readers
from whistle.vault.worktables import minutes

_CASE: BindParameter[bytes] = bindparam("case")
_CLOSINGS = select(closings).where(closings.c.case_id == _CASE).order_by(closings.c.n)
_HOLDS = (
    select(holds)
    .where(holds.c.case_id == _CASE, holds.c.released_on.is_(None))
    .order_by(holds.c.placed_on, holds.c.id)
)
_MINUTES = select(minutes.c.id, minutes.c.shown_on).where(minutes.c.case_id == _CASE)
_READERS = (
    select(people.c.id, people.c.name)
    .join_from(readers, people)
    .where(readers.c.case_id == _CASE)
    .order_by(people.c.name)
)


def opened(  # noqa: PLR0913 (who reads, which case, what of it, when, and why it still opens)
    db: Connection,
    store: Store,
    row: Row[Any],
    compartments: tuple[int, ...],
    *,
    holder: bytes,
    now: datetime,
    unread: int = 0,
    company: CompanyFacts | None = None,
    under_hold: bool = False,
) -> OpenedCase:
    """Everything `holder` may be handed of a case: own grants, records and blobs of `compartments`.

    From the day of purge that is nothing, unless a handler opened the case `under_hold` (`held_openings`).
    `company` is the case's own, where the caller has asked for it already.
    """
    company = company or directory.company_by_id(db, row.company_id)
    whole = inventory.whole(db, store.keys.inventory, row)
    past = closed_for_work(retention_facts(row, company), now) and not under_hold
    case = OpenedCase(
        status=casework.status_of(row, company),
        grants=() if past else _grants(whole.grants, holder, compartments),
        records=() if past else _records(whole.records, compartments),
        blobs=() if past else _blobs(whole.blobs, compartments),
        closings=closings_of(db, row.id),
        holds=holds_in_force(db, store.keys, row.id),
        readers=readers_of(db, row.id),
        unread=unread,
        has_custodian=_has_custodian(db, store.keys, company, now),
        deadlines=owed.facts_of(db, row, {}, company),
        minutes=() if past else _minutes(db, row.id),
        requests=() if past else identity_requests.of_case(db, store.keys, bytes(row.id), holder),
        consents=disclosures.of_case(db, store.keys, bytes(row.id)),
        identity=identity_requests.facts_of(db, row, holder, whole.grants),
        blocked=is_blocked(db, store.keys, row, company, now),
    )
    for sealed in (*(grant.sealed for grant in case.grants), *(record.sealed for record in case.records)):
        inventory.same_bytes(whole.entries, sealed)
    return case


def _has_custodian(db: Connection, keys: ServerKeys, company: CompanyFacts, now: datetime) -> bool:
    return bool(directory.recipients(db, keys, company.id, ("custodian",), local_day(now, company.zone)))


def require_standing(row: Row[Any], company: CompanyFacts, now: datetime) -> None:
    """Refuse work on a case whose day has come (from 00:00 of that local day)."""
    if closed_for_work(retention_facts(row, company), now):
        raise RuleRefused("past_day", "The day on which this case is erased has come.")


def require_unblocked(
    db: Connection, keys: ServerKeys, row: Row[Any], company: CompanyFacts, now: datetime
) -> None:
    """Refuse work on a case that stands open past its country's longest time without a ground or a hold."""
    if is_blocked(db, keys, row, company, now):
        raise RuleRefused("blocked", "The case is open past its longest time: it can only be closed.")


def is_blocked(db: Connection, keys: ServerKeys, row: Row[Any], company: CompanyFacts, now: datetime) -> bool:
    """Whether a pass calls this case `blocked`: open too long (1171/2022 § 29), with nothing to keep it."""
    facts = retention_facts(row, company)
    if row.kind != REPORT or decide(facts, (), now).why != "open_cap":
        return False
    return not db.execute(_HOLDS, {"case": row.id}).first() and not statutory.is_grounded(db, keys, row.id)


def retention_facts(row: Any, company: CompanyFacts) -> RetentionFacts:
    """What the retention of a case depends on."""
    return RetentionFacts(
        received_on=row.received_on,
        closed_on=row.closed_on,
        purge_due_on=row.purge_on,
        zone=company.zone,
        country=company.country,
        state=row.state,
    )


def holds_in_force(db: Connection, keys: ServerKeys, case_id: bytes) -> tuple[HoldInForceFacts, ...]:
    """The holds that stand on a case, oldest first."""
    found = db.execute(_HOLDS, {"case": case_id}).all()
    quiet = sentences.silent(db, keys, [bytes(r.id) for r in found])
    return tuple(
        HoldInForceFacts(bytes(r.id), r.ground, r.placed_on, r.review_on, bytes(r.id) in quiet) for r in found
    )


def _minutes(db: Connection, case_id: bytes) -> tuple[MinutesFacts, ...]:
    return tuple(MinutesFacts(bytes(r.id), r.shown_on) for r in db.execute(_MINUTES, {"case": case_id}))


def _grants(
    rows: Iterable[Row[Any]], holder: bytes, compartments: tuple[int, ...]
) -> tuple[StoredGrant, ...]:
    return tuple(
        StoredGrant(bytes(r.holder_id), r.compartment, r.epoch, bytes(r.sealed))
        for r in rows
        if r.compartment in compartments and r.holder_id == holder
    )


def _records(rows: Iterable[Row[Any]], compartments: tuple[int, ...]) -> tuple[StoredRecord, ...]:
    return tuple(
        StoredRecord(r.compartment, r.n, r.epoch, bytes(r.object_id), r.on_day, bytes(r.sealed))
        for r in rows
        if r.compartment in compartments
    )


def _blobs(rows: Iterable[Row[Any]], compartments: tuple[int, ...]) -> tuple[StoredBlob, ...]:
    return tuple(
        StoredBlob(bytes(r.object_id), r.compartment, r.epoch, r.mixed_epoch, r.length)
        for r in rows
        if r.compartment in compartments
    )


def closings_of(db: Connection, case_id: bytes) -> tuple[tuple[Any, Any], ...]:
    """Every closing of a case with the day of purge it led to."""
    return tuple((r.closed_on, r.purge_on) for r in db.execute(_CLOSINGS, {"case": case_id}))


def readers_of(db: Connection, case_id: bytes) -> tuple[tuple[bytes, str], ...]:
    """The handlers who work on a case: id and name."""
    return tuple((bytes(r.id), r.name) for r in db.execute(_READERS, {"case": case_id}))
