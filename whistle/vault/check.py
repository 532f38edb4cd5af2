"""Everything that was stored is looked at again: what was changed, cut, swapped, forged or lost is named."""

import stat
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Row, select

from whistle.crypto.header import Compartment, Header, Kind
from whistle.errors import SealBroken, Tampered
from whistle.rules.calendar import local_day
from whistle.vault import confirmations, directory, inventory, journal, ledger, purge
from whistle.vault.holds import hold_mac
from whistle.vault.store import Store
from whistle.vault.tables import (
    blob_removals,
    blobs,
    cases,
    certificates,
    companies,
    designations,
    grants,
    holds,
    people,
    readers,
    records,
)
from whistle.vault.tables import confirmations as confirmation_table
from whistle.vault.tables import ledger as ledger_table

GROUP_AND_OTHERS = 0o077


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that is not as it should be: a kind in one word, what it is about, and what to do or to know."""

    kind: str
    about: str
    said: str


def run(store: Store, now: datetime) -> list[Finding]:
    """Every finding; an empty list says that all of it agrees."""
    found: list[Finding] = []
    with store.reading() as db:
        for look in (_ledger, _cases, _grants, _blobs, _holds, _people, _purges, _certificates, _channels):
            found += look(store, db, now)
    found += _journal(store)
    found += _permissions(store)
    return found


def _ledger(store: Store, db: Connection, _now: datetime) -> Iterator[Finding]:
    try:
        ledger.verify(db, store.keys)
    except Tampered as broken:
        yield Finding("ledger", "ledger", str(broken))


def _cases(store: Store, db: Connection, _now: datetime) -> Iterator[Finding]:
    """Headers against rows, bytes against hashes, hashes against the inventory, its number against the ledger."""
    numbers = _last_numbers(db)
    for case in db.execute(select(cases).order_by(cases.c.number)).all():
        for table, kinds in ((grants, (Kind.GRANT, Kind.OWN_GRANT)), (records, (Kind.RECORD,))):
            for row in db.execute(select(table).where(table.c.case_id == case.id)):
                yield from _object(case, row, table.name, kinds)
        try:
            inventory.checked(db, store.keys.inventory, case)
        except Tampered as broken:
            yield Finding("inventory", case.number, str(broken))
        if case.inventory_n != numbers.get(case.number):
            yield Finding("replayed", case.number, "the case is not in the state in which the ledger left it")
    standing = set(db.execute(select(cases.c.number)).scalars())
    gone = set(db.execute(select(certificates.c.case_number)).scalars())
    for number in sorted(set(numbers) - standing - gone):
        yield Finding("case_missing", number, "the ledger knows the case, but it is neither there nor purged")


def _last_numbers(db: Connection) -> dict[str, int]:
    """The inventory number each case should have, as the ledger wrote it last."""
    numbers: dict[str, int] = {}
    query = select(ledger_table).where(ledger_table.c.case_number != "").order_by(ledger_table.c.seq)
    for row in db.execute(query):
        facts = ledger.line_of(row).facts
        if "n" in facts:
            numbers[row.case_number] = facts["n"]
    return numbers


def _object(case: Row[Any], row: Row[Any], table: str, kinds: tuple[Kind, ...]) -> Iterator[Finding]:
    try:
        header = Header.parse(bytes(row.sealed))
    except SealBroken:
        yield Finding("header", case.number, f"an object in {table} has no header")
        return
    said = (header.case_id, header.compartment, header.epoch, header.object_id, header.key_id)
    stands = (bytes(row.case_id), row.compartment, row.epoch, bytes(row.object_id), bytes(row.key_id))
    if header.kind not in kinds or said != stands:
        yield Finding("header", case.number, f"an object in {table} does not belong where it stands")
    if sha256(bytes(row.sealed)).digest() != bytes(row.sha256):
        yield Finding("bytes", case.number, f"an object in {table} is not the one that was stored")


def _grants(store: Store, db: Connection, now: datetime) -> Iterator[Finding]:
    """Nobody holds a grant who is not designated for it."""
    allowed = _designated(store, db, now)
    query = select(grants.c.case_id, grants.c.holder_id, grants.c.compartment, cases.c.number, cases.c.company_id).join_from(grants, cases)
    for row in db.execute(query):
        holder, company = bytes(row.holder_id), bytes(row.company_id)
        if holder == bytes(row.case_id) and row.compartment != Compartment.INTERNAL:
            continue
        role = "custodian" if row.compartment == Compartment.IDENTITY and (company, "custodian") in allowed else "handler"
        if holder not in allowed.get((company, role), set()):
            yield Finding("grant", row.number, "somebody holds a grant who is not designated for it")
    for row in db.execute(select(readers, cases.c.number).join_from(readers, cases)):
        if bytes(row.person_id) not in allowed.get((bytes(row.company_id), "handler"), set()):
            yield Finding("reader", row.number, "somebody works on the case who is not designated for it")


def _designated(store: Store, db: Connection, now: datetime) -> dict[tuple[bytes, str], set[bytes]]:
    found: dict[tuple[bytes, str], set[bytes]] = {}
    for company in directory.all_companies(db):
        day = local_day(now, company.zone)
        for person in directory.recipients(db, store.keys, company.id, ("handler", "custodian"), day):
            found.setdefault((company.id, person.role), set()).add(person.person_id)
    return found


def _blobs(store: Store, db: Connection, _now: datetime) -> Iterator[Finding]:
    known = set()
    for row in db.execute(select(blobs, cases.c.number).join_from(blobs, cases)).all():
        known.add(bytes(row.object_id))
        yield from _blob(store, row)
    doomed = {bytes(found) for found in db.execute(select(blob_removals.c.object_id)).scalars()}
    for object_id in store.blobs.ids():
        if object_id not in known and object_id not in doomed:
            yield Finding("blob_orphaned", object_id.hex(), "a stored file belongs to no case")


def _blob(store: Store, row: Row[Any]) -> Iterator[Finding]:
    digest, first = sha256(), b""
    try:
        for piece in store.blobs.read(bytes(row.object_id)):
            first = first or piece
            digest.update(piece)
    except FileNotFoundError:
        yield Finding("blob_missing", row.number, "a file of the case is missing")
        return
    if digest.digest() != bytes(row.sha256):
        yield Finding("bytes", row.number, "a file of the case is not the one that was stored")
        return
    header = Header.parse(first)
    if (header.kind, header.case_id, header.object_id) != (Kind.BLOB, bytes(row.case_id), bytes(row.object_id)):
        yield Finding("header", row.number, "a file of the case belongs to another one")


def _holds(store: Store, db: Connection, now: datetime) -> Iterator[Finding]:
    in_force: dict[str, set[str]] = {}
    for row in db.execute(select(holds, cases.c.number).join_from(holds, cases)).all():
        if hold_mac(store.keys, row._mapping) != bytes(row.mac):  # noqa: SLF001 (SQLAlchemy's public name)
            yield Finding("hold", row.number, "a hold was changed past its page")
        if row.released_on is None:
            in_force.setdefault(row.number, set()).add(bytes(row.id).hex())
            if row.review_on < now.date():
                yield Finding("hold_review", row.number, f"the hold was to be reviewed by {row.review_on}")
    for number in db.execute(select(cases.c.number)).scalars().all():
        if purge.holds_by_ledger(db, number) != in_force.get(number, set()):
            yield Finding("hold", number, "the holds of the case are not those of the ledger")


def _people(store: Store, db: Connection, _now: datetime) -> Iterator[Finding]:
    for person in db.execute(select(people).where(people.c.public_key.is_not(None))):
        if person.mac is None or directory.person_mac(store.keys, bytes(person.id), bytes(person.public_key)) != bytes(person.mac):
            yield Finding("key", person.name, "the person's key is not the one that was activated")
    for row in db.execute(select(designations, people.c.name).join_from(designations, people).where(designations.c.mac.is_not(None))):
        if directory.designation_mac(store.keys, row, bytes(row.key_id or b"")) != bytes(row.mac):
            yield Finding("designation", row.name, f"the designation as {row.role} was never confirmed here")
    query = select(confirmation_table, people.c.name).join_from(confirmation_table, people)
    for row in db.execute(query):
        if not confirmations.is_given(store.keys, row):
            yield Finding("confirmation", row.name, "a confirmation in this name was not given here")


def _purges(_store: Store, db: Connection, now: datetime) -> Iterator[Finding]:
    """A case that is due and not held may wait for the day's pass, and no longer."""
    for case_id in purge.candidates(db, now.date() - timedelta(days=1)):
        outcome = purge.verdict_of(db, case_id, now)
        if outcome.verdict.action != "keep":
            yield Finding("purge_overdue", outcome.case_number, f"due on {outcome.verdict.due_on}: {outcome.verdict.said}")


def _certificates(store: Store, db: Connection, _now: datetime) -> Iterator[Finding]:
    for row in db.execute(select(certificates)):
        document = {"body": row.body, "signature": bytes(row.signature).hex()}
        try:
            purge.verify_certificate(document, store.keys.verifying)
        except Tampered as broken:
            yield Finding("certificate", row.case_number, str(broken))


def _channels(_store: Store, db: Connection, _now: datetime) -> Iterator[Finding]:
    query = (
        select(designations.c.person_id)
        .join_from(designations, people)
        .where(designations.c.role == "handler", directory.stands(), designations.c.to_on.is_(None))
    )
    for company in db.execute(select(companies).order_by(companies.c.position)):
        if len(set(db.execute(query.where(designations.c.company_id == company.id)).scalars())) < MIN_HANDLERS:
            yield Finding("handlers", company.code, "a channel needs two handlers whose keys count")


MIN_HANDLERS = 2
"""One may be ill, excluded, or the person reported (RULES.md 2)."""


def _journal(store: Store) -> Iterator[Finding]:
    path = store.keys.folder / "journal"
    journaled: list[int] = []
    if path.exists():
        try:
            journaled = [line["ledger_seq"] for line in journal.read(path, store.keys.verifying)]
        except Tampered as broken:
            yield Finding("journal", "journal", str(broken))
            return
    if journaled != journal.expected(store):
        yield Finding("journal", "journal", "the journal and the ledger do not tell the same")


def _permissions(store: Store) -> Iterator[Finding]:
    folder = store.keys.folder
    for path in (folder, *sorted(folder.iterdir())):
        yield from _private(path)
    if store.embedded and store.engine.url.database:
        for suffix in ("", "-wal", "-shm"):
            path = Path(store.engine.url.database + suffix)
            if path.exists():
                yield from _private(path)


PUBLIC_IN_KEYS = ("README.md", ".gitignore", "sign.pub")


def _private(path: Path) -> Iterator[Finding]:
    if path.name not in PUBLIC_IN_KEYS and stat.S_IMODE(path.stat().st_mode) & GROUP_AND_OTHERS:
        yield Finding("permissions", path.name, "others on this machine may read it; take that right away")
