"""A purge is one transaction: the case locked, the holds read again inside it; a certificate stays."""

import json
from collections.abc import Container, Sequence
from datetime import date, datetime
from hashlib import sha256
from typing import Any

from sqlalchemy import Connection, Row, delete, func, insert, select

from whistle.crypto import chain
from whistle.errors import NotThere, Tampered
from whistle.rules.calendar import local_day
from whistle.vault import directory, exclusions, journal, request_copies, scrubbing
from whistle.vault.facts import CompanyFacts
from whistle.vault.store import Store, Work
from whistle.vault.tables import (
    blob_removals,
    blobs,
    cases,
    certificates,
    grants,
    ledger_head,
    records,
)
from whistle.vault.verdicts import Outcome, decided, of_rows

LABEL = b"whistle/v1/certificate\0"

FIELDS = frozenset({
    "case", "company", "company_name", "closed_on", "due_on", "purged_on", "destroyed", "ledger_seq"
})  # fmt: skip
"""What a certificate says: no content, no names, no category."""

BATCH = 25
"""Cases in one transaction: each goes whole or not at all; together they wait for the disk once, and whoever
writes meanwhile waits for so many."""

LISTED = 200
"""Certificates on legal's page, newest first."""


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


def purge(
    store: Store, case_ids: Sequence[bytes], now: datetime, only: Container[bytes] | None = None
) -> list[Outcome]:
    """Decide, then purge what is due and not held, `BATCH` cases to a transaction that decides again.

    What is kept is never locked, so that a pass over many holds makes nobody wait. `only`: the cases that
    were weighed before; another one that is to go by now is left to the next pass, and is not told of.
    """
    with store.reading() as db:
        found = list(decided(db, case_ids, now))
    outcomes = [one for one in found if one.verdict.action != "purge" or only is None or one.case_id in only]
    due = [one.case_id for one in outcomes if one.verdict.action == "purge"]
    done: dict[bytes, Outcome] = {}
    for start in range(0, len(due), BATCH):
        with store.writing() as work:
            done |= _purge_batch(store, work, due[start : start + BATCH], now)
        work_off_removals(store)
    if any(outcome.verdict.action == "purge" for outcome in done.values()):
        journal.catch_up(store)
    return [
        done.get(one.case_id, one) for one in outcomes if one.verdict.action != "purge" or one.case_id in done
    ]


def _purge_batch(store: Store, work: Work, case_ids: Sequence[bytes], now: datetime) -> dict[bytes, Outcome]:
    """What came of each case; one that another pass purged meanwhile is left out."""
    rows = work.db.execute(
        select(cases).where(cases.c.id.in_(case_ids)).order_by(cases.c.id).with_for_update()
    ).all()
    known = {company.id: company for company in directory.all_companies(work.db)}
    seq = work.db.execute(select(ledger_head.c.seq).with_for_update()).scalar_one()
    outcomes = {one.case_id: one for one in of_rows(work.db, rows, known, now)}
    going = [row for row in rows if outcomes[bytes(row.id)].verdict.action == "purge"]
    if going:
        _destroy(store, work, going, known, seq, now)
    return outcomes


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
    kept = []
    for position, row in enumerate(rows, start=1):
        company = known[bytes(row.company_id)]
        counts = {table.name: counted[table].get(bytes(row.id), 0) for table in counted}
        today = local_day(now, company.zone)
        made = _certificate(store, row, company, counts, today, seq + position)
        kept.append(made)
        facts = {
            "company": company.code,
            "due_on": row.purge_on.isoformat(),
            "certificate": fingerprint(made["body"]),
        }
        work.log("purged", day=today, actor="system", case=row.number, facts=facts)
    work.db.execute(insert(certificates), kept)
    take_away(work, ids)


def take_away(work: Work, ids: Sequence[bytes]) -> None:
    """Delete cases and the copies of requests among them; their files go on the list that is worked off."""
    going = [*ids, *request_copies.ids_of(work.db, ids)]
    files = select(blobs.c.object_id).where(blobs.c.case_id.in_(going))
    doomed = [{"object_id": bytes(found)} for found in work.db.execute(files).scalars()]
    if doomed:
        work.db.execute(insert(blob_removals), doomed)
    work.db.execute(delete(cases).where(cases.c.id.in_(going)))
    scrubbing.is_due(work.db)


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


def fingerprint(body: str) -> str:
    """What the ledger's line says of a certificate, so that another one with a true signature shows."""
    return sha256(body.encode()).hexdigest()


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
        is_one = set(fields) >= FIELDS
    except (KeyError, ValueError, TypeError, RecursionError) as error:
        raise Tampered("this is not a certificate") from error
    if not is_one or not chain.verify(verifying_key, LABEL, body.encode(), signature):
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
