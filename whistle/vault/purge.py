"""A purge is one transaction: the case locked, the holds read again inside it; a certificate stays."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, func, insert, select

from whistle.crypto import chain
from whistle.errors import NotThere, Tampered
from whistle.rules.calendar import local_day
from whistle.rules.retention import HoldFacts, Verdict, decide
from whistle.vault import directory, exclusions, journal, ledger, reading, sites
from whistle.vault.facts import CompanyFacts
from whistle.vault.store import BUSY_MS, Store, Work
from whistle.vault.tables import (
    blob_removals,
    blobs,
    cases,
    certificates,
    grants,
    holds,
    ledger_head,
    records,
)

LABEL = b"whistle/v1/certificate\0"

BATCH = 50
"""Cases in one transaction: each goes whole or not at all; together they wait for the disk once."""

CLOSED_ON = "closed_on"
"""In the facts of a closing that a restore did again: the day of the first."""

LISTED = 200
"""Certificates on legal's page, newest first."""

SCRUB = "scrub"
"""Where the site keeps whether purged bytes may still be in the database's files."""

CHECKPOINT_MS = 5_000
"""How long the log waits for readers before the pass reports that one keeps it from emptying itself."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a pass did with a case: the number, the verdict, and the day it was done."""

    case_number: str
    company_code: str
    verdict: Verdict


def candidates(db: Connection, until: date) -> list[bytes]:
    """The cases whose day of purge is `until` or before, soonest first."""
    query = select(cases.c.id).where(cases.c.purge_on <= until).order_by(cases.c.purge_on, cases.c.id)
    return [bytes(found) for found in db.execute(query).scalars()]


def between(db: Connection, first: date, last: date) -> list[tuple[str, date]]:
    """The closed cases whose day of purge lies between two days: number and day."""
    query = select(cases.c.number, cases.c.purge_on).where(cases.c.purge_on > first, cases.c.purge_on <= last)
    return [
        (row.number, row.purge_on) for row in db.execute(query.order_by(cases.c.purge_on, cases.c.number))
    ]


def purge(store: Store, case_ids: Sequence[bytes], now: datetime) -> list[Outcome]:
    """Decide again and purge what is due and not held, `BATCH` cases to a transaction."""
    outcomes: list[Outcome] = []
    for start in range(0, len(case_ids), BATCH):
        with store.writing() as work:
            outcomes += _purge_batch(store, work, case_ids[start : start + BATCH], now)
        work_off_removals(store)
    if any(outcome.verdict.action == "purge" for outcome in outcomes):
        journal.catch_up(store)
    return outcomes


def verdict_of(db: Connection, case_id: bytes, now: datetime, *, grounded: bool = False) -> Outcome:
    """What a pass would do with a case now; `grounded`: legal recorded why an open one may stand longer."""
    row = db.execute(select(cases).where(cases.c.id == case_id)).one()
    company = directory.company_by_id(db, row.company_id)
    return Outcome(row.number, company.code, _decide(db, row, company, now, grounded=grounded))


def _purge_batch(store: Store, work: Work, case_ids: Sequence[bytes], now: datetime) -> list[Outcome]:
    rows = work.db.execute(
        select(cases).where(cases.c.id.in_(case_ids)).order_by(cases.c.id).with_for_update()
    ).all()
    known = {company.id: company for company in directory.all_companies(work.db)}
    seq = work.db.execute(select(ledger_head.c.seq).with_for_update()).scalar_one()
    outcomes, going = [], []
    for row in rows:
        verdict = _decide(work.db, row, known[bytes(row.company_id)], now)
        outcomes.append(Outcome(row.number, known[bytes(row.company_id)].code, verdict))
        if verdict.action == "purge":
            going.append(row)
    if going:
        _destroy(store, work, going, known, seq, now)
    return outcomes


def _decide(
    db: Connection, row: Row[Any], company: CompanyFacts, now: datetime, *, grounded: bool = False
) -> Verdict:
    standing = db.execute(select(holds).where(holds.c.case_id == row.id)).all()
    in_force = {bytes(h.id).hex() for h in standing if h.released_on is None}
    told = by_ledger(db, row.number)
    if told.holds != in_force:
        said = "The ledger and the holds of the case do not agree; somebody must look."
        return Verdict("blocked", row.purge_on, "holds_disagree", said)
    if not told.agrees(row):
        said = "The ledger and the days of the case do not agree; somebody must look."
        return Verdict("blocked", row.purge_on, "days_disagree", said)
    facts = [HoldFacts(h.ground, h.placed_on, h.review_on, h.released_on) for h in standing]
    return decide(reading.retention_facts(row, company), facts, now, grounded=grounded)


@dataclass(frozen=True, slots=True)
class Told:
    """What the signed ledger knows: a hold deleted from its table protects, a day moved forward does not."""

    holds: frozenset[str] = frozenset()
    received_on: date | None = None
    closed_on: date | None = None
    purge_on: date | None = None

    def agrees(self, row: Any) -> bool:
        """Whether the days in the case's row are those of the ledger."""
        if self.received_on is not None and row.received_on != self.received_on:
            return False
        return row.closed_on == self.closed_on and self.purge_on in (None, row.purge_on)


def by_ledger(db: Connection, number: str) -> Told:
    """What a case's lines in the ledger add up to."""
    told = Told()
    for line in ledger.of_case(db, number):
        match line.action:
            case "received":
                told = replace(told, received_on=line.day)
            case "closed":
                due = line.facts.get("due_on")
                on = line.facts.get(CLOSED_ON)  # a restore closed it again
                day = date.fromisoformat(on) if on else line.day
                told = replace(told, closed_on=day, purge_on=date.fromisoformat(due) if due else None)
            case "reopened":
                told = replace(told, closed_on=None, purge_on=None)
            case "hold_placed":
                told = replace(told, holds=told.holds | {line.facts["hold"]})
            case "hold_released":
                told = replace(told, holds=told.holds - {line.facts["hold"]})
            case _:
                pass
    return told


def _destroy(
    store: Store,
    work: Work,
    rows: Sequence[Row[Any]],
    known: dict[bytes, CompanyFacts],
    seq: int,
    now: datetime,
) -> None:
    ids = [bytes(row.id) for row in rows]
    counted = {table: _counts(work.db, table, ids) for table in (grants, records, blobs)}
    doomed = [
        {"object_id": bytes(found)}
        for found in work.db.execute(select(blobs.c.object_id).where(blobs.c.case_id.in_(ids))).scalars()
    ]
    if doomed:
        work.db.execute(insert(blob_removals), doomed)
    kept = []
    for position, row in enumerate(rows, start=1):
        company = known[bytes(row.company_id)]
        counts = {table.name: counted[table].get(bytes(row.id), 0) for table in counted}
        today = local_day(now, company.zone)
        kept.append(_certificate(store, row, company, counts, today, seq + position))
        work.log(
            "purged",
            day=today,
            actor="system",
            case=row.number,
            facts={"company": company.code, "due_on": str(row.purge_on)},
        )
    work.db.execute(insert(certificates), kept)
    work.db.execute(delete(cases).where(cases.c.id.in_(ids)))
    if store.embedded:
        sites.put(work.db, SCRUB, "due")


def _certificate(
    store: Store, row: Row[Any], company: CompanyFacts, counts: dict[str, int], today: date, seq: int
) -> dict[str, Any]:
    fields = {
        "case": row.number, "company": company.code, "company_name": company.name,
        "closed_on": row.closed_on.isoformat(), "due_on": row.purge_on.isoformat(),
        "purged_on": today.isoformat(), "destroyed": counts, "ledger_seq": seq,
    }  # fmt: skip
    body = chain.canonical(fields).decode()
    return {
        "case_number": row.number, "company_id": row.company_id, "purged_on": today, "body": body,
        "signature": chain.sign(store.keys.sign, LABEL, body.encode()),
    }  # fmt: skip


def _counts(db: Connection, table: Any, ids: Sequence[bytes]) -> dict[bytes, int]:
    query = select(table.c.case_id, func.count()).where(table.c.case_id.in_(ids)).group_by(table.c.case_id)
    return {bytes(row[0]): row[1] for row in db.execute(query)}


def work_off_removals(store: Store) -> None:
    """Take away the blobs that a purge listed, then the list; safe to repeat after any death in between."""
    with store.reading() as db:
        doomed = [bytes(found) for found in db.execute(select(blob_removals.c.object_id)).scalars()]
    for object_id in doomed:
        store.blobs.remove(object_id)
    if doomed:
        with store.writing() as work:
            work.db.execute(delete(blob_removals).where(blob_removals.c.object_id.in_(doomed)))


def scrub(store: Store) -> bool:
    """On SQLite, rebuild the indexes and empty the log after a purge, so that no page keeps purged bytes.

    The purge itself wrote that this is due: a process that dies here, or a reader that keeps the log, leaves
    it to the next pass. True when nothing is left to do.
    """
    if not store.embedded or sites.value(store, SCRUB) != "due":
        return True
    if not _emptied(store, reindex=True):
        return False
    sites.remember(store, SCRUB, "done")
    return _emptied(store, reindex=False)


def _emptied(store: Store, *, reindex: bool) -> bool:
    with store.engine.connect() as connection:
        raw = connection.connection.driver_connection
        assert raw is not None  # noqa: S101 (a pooled connection always has one)
        connection.rollback()
        if reindex:
            raw.execute("REINDEX")
        raw.execute(f"PRAGMA busy_timeout={CHECKPOINT_MS}")
        try:
            busy, _log, _done = raw.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        finally:
            raw.execute(f"PRAGMA busy_timeout={BUSY_MS}")
    return not busy


def certificate(store: Store, number: str) -> dict[str, Any]:
    """A purged case's signed certificate: `body` as text, `signature`, `key` in hex. Raises `NotThere`."""
    with store.reading() as db:
        row = db.execute(select(certificates).where(certificates.c.case_number == number)).one_or_none()
    if row is None:
        raise NotThere(f"there is no certificate of {number}")
    return {"body": row.body, "signature": bytes(row.signature).hex(), "key": store.keys.verifying.hex()}


def verify_certificate(document: dict[str, Any], verifying_key: bytes) -> dict[str, Any]:
    """What a certificate says, once its signature held against the site's public key. Raises `Tampered`."""
    try:
        body, signature = str(document["body"]), bytes.fromhex(document["signature"])
        fields: dict[str, Any] = json.loads(body)
    except (KeyError, ValueError, TypeError) as error:
        raise Tampered("this is not a certificate") from error
    if not chain.verify(verifying_key, LABEL, body.encode(), signature):
        raise Tampered("the certificate is not signed by this site's key, or was changed")
    return fields


def certificates_of(
    store: Store, person_id: bytes, companies: list[bytes], now: datetime
) -> tuple[dict[str, Any], ...]:
    """What the certificates of those companies say that this person serves as legal, newest first.

    None of a case hidden from them.
    """
    query = select(certificates.c.case_number, certificates.c.body)
    newest = query.order_by(certificates.c.purged_on.desc(), certificates.c.case_number)
    found: list[dict[str, Any]] = []
    with store.reading() as db:
        served = directory.companies_served(db, store.keys, person_id, "legal", now)
        theirs = [company.id for company in served if company.id in companies]
        for part in db.execute(newest.where(certificates.c.company_id.in_(theirs))).partitions(LISTED):
            hidden = exclusions.hidden(db, store.keys, person_id, [row.case_number for row in part])
            found += [json.loads(row.body) for row in part if row.case_number not in hidden]
            if len(found) >= LISTED:
                break
    return tuple(found[:LISTED])
