"""Every case is looked at again: its objects, its grants, its files, its days, its holds."""

from collections.abc import Iterator
from datetime import datetime
from hashlib import sha256
from typing import Any, Final

from sqlalchemy import Connection, Row, select

from whistle.crypto.header import Compartment, Header, Kind
from whistle.errors import SealBroken, Tampered
from whistle.rules.states import State
from whistle.vault import entitled, exclusions, identity_requests, inventory, ledger, recovery, verdicts
from whistle.vault.entitled import Entitled
from whistle.vault.facts import COPY, REPORT
from whistle.vault.findings import Finding
from whistle.vault.holds import hold_mac
from whistle.vault.replay_cases import EMPTIED
from whistle.vault.store import Store
from whistle.vault.tables import blob_removals, blobs, cases, certificates, grants, holds, readers, records
from whistle.vault.tables import ledger as ledger_table

COUNTERS = (
    (Compartment.CONTENT, "n_content"),
    (Compartment.IDENTITY, "n_identity"),
    (Compartment.INTERNAL, "n_internal"),
)
"""Where a case's row counts the records of each compartment."""


def look_at_cases(store: Store, db: Connection, _now: datetime) -> Iterator[Finding]:
    """Headers against rows, bytes against hashes, these against the inventory, its number in the ledger."""
    numbers, emptied = _last_numbers(db), _emptied(db)
    told = verdicts.by_ledger(db, list(db.execute(select(cases.c.number)).scalars()))
    for case in db.execute(select(cases).order_by(cases.c.number)).all():
        yield from _objects(db, case, emptied)
        yield from _numbering(db, case)
        try:
            inventory.checked(db, store.keys.inventory, case)
        except Tampered as broken:
            yield Finding("inventory", case.number, str(broken))
        if case.kind == COPY:
            continue  # the ledger says nothing of a copy: whatever its readers did, no line tells
        if case.inventory_n != numbers.get(case.number):
            yield Finding("replayed", case.number, "the case is not in the state in which the ledger left it")
        if not told.get(case.number, verdicts.NOTHING).agrees(case):
            yield Finding("days", case.number, "the days of the case are not those of the ledger")
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


def _emptied(db: Connection) -> set[str]:
    """The places that a restore left empty, because what stood there was erased after the backup."""
    query = select(ledger_table).where(ledger_table.c.action.in_(("redacted", "identity_withdrawn")))
    return {one for row in db.execute(query) for one in ledger.line_of(row).facts.get(EMPTIED, ())}


def _objects(db: Connection, case: Row[Any], emptied: set[str]) -> Iterator[Finding]:
    for table, kinds in ((grants, (Kind.GRANT, Kind.OWN_GRANT)), (records, (Kind.RECORD,))):
        for row in db.execute(select(table).where(table.c.case_id == case.id)):
            if not row.sealed and bytes(row.object_id).hex() in emptied:
                continue
            yield from _object(case, row, table.name, kinds)


def _object(case: Row[Any], row: Row[Any], table: str, kinds: tuple[Kind, ...]) -> Iterator[Finding]:
    try:
        header = Header.parse(bytes(row.sealed))
    except SealBroken:
        yield Finding("header", case.number, f"an object in {table} has no header")
        return
    if header.kind not in kinds or not _says(header, row):
        yield Finding("header", case.number, f"an object in {table} does not belong where it stands")
    if sha256(bytes(row.sealed)).digest() != bytes(row.sha256):
        yield Finding("bytes", case.number, f"an object in {table} is not the one that was stored")


def _says(header: Header, row: Row[Any]) -> bool:
    """Whether a header says of its object what the row says."""
    said = (header.case_id, header.compartment, header.epoch, header.object_id, header.key_id)
    return said == (bytes(row.case_id), row.compartment, row.epoch, bytes(row.object_id), bytes(row.key_id))


def _numbering(db: Connection, case: Row[Any]) -> Iterator[Finding]:
    """Records of a compartment are 1, 2, 3… in the order of their days, and as many as the case says."""
    query = select(records.c.compartment, records.c.n, records.c.on_day).where(records.c.case_id == case.id)
    rows = db.execute(query.order_by(records.c.compartment, records.c.n)).all()
    for compartment, counter in COUNTERS:
        mine = [row for row in rows if row.compartment == compartment]
        days = [row.on_day for row in mine]
        counted = [row.n for row in mine] == list(range(1, getattr(case, counter) + 1))
        if not counted or [case.received_on, *days] != sorted([case.received_on, *days]):
            yield Finding("numbering", case.number, "the records of the case are not numbered in order")


def look_at_grants(store: Store, db: Connection, now: datetime) -> Iterator[Finding]:
    """Nobody holds a grant or works on a case who is not designated for it, or is excluded; somebody does."""
    today, spare = entitled.entitled(db, store.keys, now), recovery.holder(store.keys)
    beside = () if spare is None else (spare.person_id,)
    known = {bytes(case.id): case for case in db.execute(select(cases).order_by(cases.c.number))}
    for row in db.execute(select(grants.c.case_id, grants.c.holder_id, grants.c.compartment).distinct()):
        case, holder = known[bytes(row.case_id)], bytes(row.holder_id)
        if holder in beside or (holder == bytes(case.id) and row.compartment != Compartment.INTERNAL):
            continue
        if exclusions.is_excluded(store.keys, case, holder):
            yield Finding("excluded", case.number, "somebody who is excluded from the case holds its keys")
        elif not _is_theirs(store, db, today, case, (holder, row.compartment)):
            yield Finding("grant", case.number, "somebody holds a grant who is not designated for it")
    yield from _readers(store, db, today, known)


def _is_theirs(
    store: Store, db: Connection, today: Entitled, case: Row[Any], held: tuple[bytes, int]
) -> bool:
    """Whether `held` (who, and in which compartment) may be; what custodians hold takes their approval."""
    holder, compartment = held
    company = bytes(case.company_id)
    if not today.may_keep(holder, company, bytes(case.id), compartment, case.kind):
        return False
    if case.kind != REPORT:
        return True
    if compartment != Compartment.IDENTITY or (holder, company) in today.opening:
        return True
    if holder in identity_requests.standing(db, store.keys, bytes(case.id)):
        return True
    opened = select(grants.c.holder_id).where(
        grants.c.case_id == case.id, grants.c.compartment == int(Compartment.IDENTITY)
    )
    return not any((bytes(one), company) in today.opening for one in db.execute(opened).scalars())


NO_HANDLER: Final = {
    "": "nobody can read the case: appoint a handler or deputy",
    str(State.CLOSED): "nobody can read the closed case: appoint a handler or deputy; from its day on only "
    "the recovery key gives it back (whistle recovery open)",
}


def _readers(
    store: Store, db: Connection, today: Entitled, known: dict[bytes, Row[Any]]
) -> Iterator[Finding]:
    read: set[bytes] = set()
    for row in db.execute(select(readers.c.case_id, readers.c.person_id)):
        case, person = known[bytes(row.case_id)], bytes(row.person_id)
        read.add(bytes(case.id))
        if exclusions.is_excluded(store.keys, case, person):
            yield Finding("excluded", case.number, "somebody who is excluded from the case works on it")
        elif not today.may_read(person, bytes(case.company_id), bytes(case.id)):
            yield Finding("reader", case.number, "somebody works on the case who is not designated for it")
    said = exclusions.said_of(db, [case.number for case in known.values()])
    for case in (one for one in known.values() if one.kind == REPORT):
        if bytes(case.id) not in read:
            yield Finding("no_handler", case.number, NO_HANDLER.get(case.state, NO_HANDLER[""]))
        if bytes(case.excluded) != said.get(case.number, b""):
            yield Finding("excluded", case.number, "who is excluded from the case was changed past its page")


def look_at_blobs(store: Store, db: Connection, _now: datetime) -> Iterator[Finding]:
    """Every file is there and is the one that was stored; no file belongs to nobody."""
    known = set()
    for row in db.execute(select(blobs, cases.c.number).join_from(blobs, cases)).all():
        known.add(bytes(row.object_id))
        yield from _blob(store, row)
    for object_id in sorted(set(store.blobs.ids()) - known):
        if not _is_spoken_for(store, object_id) and store.blobs.exists(object_id):
            yield Finding("blob_orphaned", object_id.hex(), "a stored file belongs to no case")


def _is_spoken_for(store: Store, object_id: bytes) -> bool:
    """Whether a file belongs to a case or to a purge's list now: others worked while this one looked."""
    with store.reading() as db:
        return any(
            db.execute(select(table.c.object_id).where(table.c.object_id == object_id)).first() is not None
            for table in (blobs, blob_removals)
        )


def _blob(store: Store, row: Row[Any]) -> Iterator[Finding]:
    digest, first, length = sha256(), b"", 0
    try:
        for piece in store.blobs.read(bytes(row.object_id)):
            first = first or piece
            length += len(piece)
            digest.update(piece)
    except FileNotFoundError:
        if _is_spoken_for(store, bytes(row.object_id)):
            yield Finding("blob_missing", row.number, "a file of the case is missing")
        return
    if digest.digest() != bytes(row.sha256):
        yield Finding("bytes", row.number, "a file of the case is not the one that was stored")
        return
    header = Header.parse(first)
    if header.kind != Kind.BLOB or not _says(header, row) or length != row.length:
        yield Finding("header", row.number, "a file of the case does not belong where it stands")


def look_at_holds(store: Store, db: Connection, now: datetime) -> Iterator[Finding]:
    """Every hold is as it was placed, and the ledger knows the same ones."""
    in_force: dict[str, set[str]] = {}
    for row in db.execute(select(holds, cases.c.number).join_from(holds, cases)).all():
        if hold_mac(store.keys, row._mapping) != bytes(row.mac):  # noqa: SLF001 (SQLAlchemy's public name)
            yield Finding("hold", row.number, "a hold was changed past its page")
        if row.released_on is None:
            in_force.setdefault(row.number, set()).add(bytes(row.id).hex())
            if not row.sealed:
                said = "the citation was lost in a restore; place the hold again, then release this one"
                yield Finding("hold_uncited", row.number, said)
            if row.review_on < now.date():
                yield Finding("hold_review", row.number, f"the hold was to be reviewed by {row.review_on}")
    standing = db.execute(select(cases.c.number)).scalars().all()
    told = verdicts.by_ledger(db, standing)
    for number in standing:
        if told.get(number, verdicts.NOTHING).holds != in_force.get(number, set()):
            yield Finding("hold", number, "the holds of the case are not those of the ledger")
