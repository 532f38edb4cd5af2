"""A report is taken whole in one transaction, once, however often it is sent."""

import secrets
from collections.abc import Sequence
from datetime import date, datetime
from hashlib import sha256
from typing import Any

from sqlalchemy import Connection, Row, bindparam, insert, select, update
from sqlalchemy.exc import IntegrityError

from whistle.crypto.header import Compartment, Header, Kind
from whistle.crypto.inventory import Entry, inventory_mac
from whistle.errors import NotAllowed, NotThere, RuleRefused
from whistle.rules.calendar import local_day
from whistle.vault import casework, channels, directory, exclusions, inventory, mails, recovery
from whistle.vault.facts import REPORT, CaseStatus, CompanyFacts, NewCase
from whistle.vault.store import Store, Work
from whistle.vault.tables import blobs, cases, certificates, grants, readers, records

NUMBER_SYMBOLS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's base 32: no letter that reads like a digit."""

READING = ("handler", "deputy")
"""A deputy reads where no handler is left (L6): who of them gets a report, its reporter's wishes decide."""

ROLES_OF: dict[int, tuple[str, ...]] = {
    Compartment.CONTENT: READING,
    Compartment.IDENTITY: ("custodian",),
}
"""Whose keys a reporter's grants may name (FORMAT.md, "Who is granted what")."""


_OF_LOCATOR = select(cases).where(cases.c.locator_hash.in_(bindparam("hashes", expanding=True)))
_CASE, _GRANTS, _RECORDS, _READERS = insert(cases), insert(grants), insert(records), insert(readers)
_NUMBERED = select(cases.c.id).where(cases.c.number == bindparam("number"))
_CERTIFIED = select(certificates.c.purged_on).where(certificates.c.case_number == bindparam("number"))


def receive(store: Store, new: NewCase, now: datetime) -> tuple[CaseStatus, bool]:
    """Take a report, or find the one that the same form made before: the flag says that it was there."""
    try:
        with store.writing() as work:
            standing = by_locator_hash(work.db, [new.locator_hash])
            if standing is not None:
                return _status(work.db, standing), True
            return _take(store, work, new, now), False
    except IntegrityError:
        # The same form arrived twice at the same moment, in another process: the first one stands.
        with store.reading() as db:
            standing = by_locator_hash(db, [new.locator_hash])
            if standing is None:
                raise
            return _status(db, standing), True


def find(store: Store, locators: Sequence[bytes]) -> tuple[int, CaseStatus]:
    """The case one of these locators leads to, and which of them it was. One query, whatever their number."""
    hashes = [sha256(locator).digest() for locator in locators]
    with store.reading() as db:
        row = by_locator_hash(db, hashes)
        if row is None:
            raise NotThere("no case has this key")
        return hashes.index(bytes(row.locator_hash)), _status(db, row)


def keep_key(store: Store, locator: bytes) -> None:
    """Note that the reporter typed the key back: from now on the form that made it shows it no more."""
    with store.writing() as work:
        place = cases.c.locator_hash == sha256(locator).digest()
        work.db.execute(update(cases).where(place).values(key_kept=True))


def by_locator_hash(db: Connection, hashes: Sequence[bytes]) -> Row[Any] | None:
    """The case one of these hashes of a locator belongs to, of whatever kind."""
    return db.execute(_OF_LOCATOR, {"hashes": hashes}).first()


def _status(db: Connection, row: Row[Any]) -> CaseStatus:
    return casework.status_of(row, directory.company_by_id(db, row.company_id))


def _take(store: Store, work: Work, new: NewCase, now: datetime) -> CaseStatus:
    wanted = directory.company_by_code(work.db, new.company_code)
    (company,) = channels.opened(work.db, store.keys, [wanted], now)
    today = local_day(now, company.zone)
    handlers = _admit(store, work.db, new, company, today)
    entries = entries_of(new)
    row = case_row(new, company, today, free_number(work.db, "W"))
    row["excluded"] = exclusions.tags(store.keys, row["number"], new.excluded)
    row["inventory_mac"] = inventory_mac(store.keys.inventory, new.case_id, row["inventory_n"], entries)
    row["next_kind"], row["next_on"] = casework.next_day(work.db, Written(row), {}, company, today)
    work.db.execute(_CASE, row)
    write_objects(work.db, new, entries, today)
    _write_readers(work.db, new.case_id, company, handlers, row["next_on"])
    facts = {"n": row["inventory_n"], "company": company.code, **exclusions.fact(row["excluded"])}
    if not handlers:
        mails.tell_board(work, company)
    work.log("received", day=today, actor="reporter", case=row["number"], facts=facts)
    ids = [Header.parse(blob.sealed_header).object_id for blob in new.blobs]
    work.after(lambda: store.blobs.publish(ids))
    return casework.status_of(Written(row), wanted)


class Written:
    """A row that was just written, read like one that was selected."""

    def __init__(self, values: dict[str, Any]) -> None:
        self.__dict__.update(values)


def _admit(store: Store, db: Connection, new: NewCase, company: CompanyFacts, today: date) -> list[bytes]:
    """Check that every grant goes to somebody it may go to; returns who can read the content."""
    if not company.open:
        raise RuleRefused("closed", "This company's channel is not open yet.")
    people = directory.recipients(db, store.keys, company.id, ("handler", "deputy", "custodian"), today)
    custodians = any(person.role == "custodian" for person in people)
    spare = recovery.holder(store.keys)
    readers_found = []
    for grant in new.grants:
        header = Header.parse(grant.sealed)
        if header.case_id != new.case_id or header.kind not in (Kind.GRANT, Kind.OWN_GRANT):
            raise NotAllowed("a grant belongs to another case")
        if grant.holder_id == new.case_id and header.compartment != Compartment.INTERNAL:
            continue
        if spare is not None and (grant.holder_id, header.key_id) == (spare.person_id, spare.key_id):
            continue
        roles = ROLES_OF.get(header.compartment, ()) if custodians else READING
        fitting = [
            p
            for p in people
            if p.person_id == grant.holder_id and p.role in roles and p.key_id == header.key_id
        ]
        if not fitting or header.compartment == Compartment.INTERNAL:
            raise NotAllowed("a grant names somebody who is not designated for it")
        if grant.holder_id in new.excluded:
            raise NotAllowed("a grant names somebody whom the reporter excluded")
        if header.compartment == Compartment.CONTENT:
            readers_found.append(grant.holder_id)
    return readers_found


def entries_of(new: NewCase) -> list[Entry]:
    """The inventory of a case as it begins: its grants first, in their order."""
    sealed = [grant.sealed for grant in new.grants] + [record.sealed for record in new.records]
    return [inventory.entry_of(item) for item in sealed] + [
        inventory.entry_of(blob.sealed_header, blob.sha256) for blob in new.blobs
    ]


def case_row(new: NewCase, company: CompanyFacts, today: date, number: str) -> dict[str, Any]:
    """A row of `cases` as it begins, but for `excluded`, the inventory's keyed hash and what is next."""
    written = [Header.parse(record.sealed).compartment for record in new.records]
    return {
        "id": new.case_id, "kind": REPORT, "number": number, "company_id": company.id,
        "locator_hash": new.locator_hash,
        "reporter_key": new.reporter_key, "key_kept": False, "state": "received", "received_on": today,
        "acknowledgement_waived": new.acknowledgement_waived, "meeting_wanted": new.meeting_wanted,
        "acknowledged_on": None, "feedback_on": None, "closed_on": None, "purge_on": None,
        "touched_on": today, "unread": 0, "n_content": written.count(Compartment.CONTENT),
        "n_identity": written.count(Compartment.IDENTITY), "n_internal": 0, "reopen_asked_by": None,
        "assigned_to": None, "meeting_held_on": None, "epoch_content": 1, "epoch_identity": 1,
        "epoch_internal": 1, "inventory_n": 1, "excluded": b"",
    }  # fmt: skip


def write_objects(db: Connection, new: NewCase, entries: list[Entry], today: date) -> None:
    """Write the grants, records and blobs of a new case."""
    granted = zip(new.grants, entries, strict=False)  # the entries begin with the grants, in their order
    db.execute(_GRANTS, [casework.grant_row(new.case_id, g, Header.parse(g.sealed), e) for g, e in granted])
    by_id = {entry.object_id: entry for entry in entries[len(new.grants) :]}
    rows = []
    for record in new.records:
        header = Header.parse(record.sealed)
        if header.kind != Kind.RECORD or header.case_id != new.case_id:
            raise NotAllowed("a record belongs to another case")
        rows.append(casework.record_row(new.case_id, record, header, by_id[header.object_id], today))
    db.execute(_RECORDS, rows)
    if new.blobs:
        db.execute(
            insert(blobs),
            [
                casework.blob_row(new.case_id, blob, Header.parse(blob.sealed_header), today)
                for blob in new.blobs
            ],
        )


def _write_readers(
    db: Connection, case_id: bytes, company: CompanyFacts, people: list[bytes], due_on: date
) -> None:
    rows = [
        {
            "person_id": person,
            "case_id": case_id,
            "company_id": company.id,
            "open": True,
            "due_on": due_on,
            "unread": 1,
        }
        for person in people
    ]
    if rows:
        db.execute(_READERS, rows)


def free_number(db: Connection, letter: str) -> str:
    """A short random number after `letter` that no case and no certificate has: never a count."""
    while True:
        symbols = "".join(secrets.choice(NUMBER_SYMBOLS) for _ in range(8))
        number = f"{letter}-{symbols[:4]}-{symbols[4:]}"
        if not any(db.execute(query, {"number": number}).first() for query in (_NUMBERED, _CERTIFIED)):
            return number
