"""What is erased from a record or with a file is gone for good, from the files of the database too (L9).

On SQLite the freed pages are overwritten and the log is emptied. PostgreSQL overwrites the old row when it
vacuums the table, and its write-ahead log when that is recycled: neither is in this program's hand.
"""

import hmac
import json
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Row, and_, bindparam, delete, insert, select, update

from whistle.crypto import chain
from whistle.crypto.header import Compartment, Header, Kind
from whistle.errors import HoldInForce, NotAllowed, NotThere, RuleRefused, Tampered
from whistle.rules.redaction import check_ground, needs_second
from whistle.vault import desk, directory, inventory, ledger, purge, reading, scrubbing
from whistle.vault.casework import Change
from whistle.vault.serverkeys import ServerKeys
from whistle.vault.store import Store
from whistle.vault.tables import blob_removals, blobs, people, records
from whistle.vault.worktables import redactions

LABEL = b"whistle/v1/redaction\0"

_WAITING = (
    select(redactions, people.c.name)
    .join_from(redactions, people, redactions.c.asked_by == people.c.id)
    .where(redactions.c.case_id == bindparam("case"))
    .order_by(redactions.c.asked_on, redactions.c.id)
)

ID_BYTES = 16

REDACTED = "redacted"
"""The ledger's action; the journal repeats it, or a backup from before would bring back what was erased."""

ASKED_BY = "asked_by"
"""The ledger's fact that makes two of one erasure: a colleague asked for what another one confirmed."""

ROOM = 4096
"""Bytes: the mark of a short passage is longer than the passage; a page of padding, no room to write in."""

MAY_BE_ERASED = (Compartment.CONTENT, Compartment.INTERNAL)


@dataclass(frozen=True, slots=True)
class Cut:
    """What is to be erased: characters of record `n` from `start` on, or the file `blob_id`."""

    compartment: int
    n: int
    start: int
    characters: int
    ground: str
    blob_id: bytes | None = None


@dataclass(frozen=True, slots=True)
class Replacement:
    """The sealed record that stands where `old_id` stood, and the blobs that go with what was erased."""

    old_id: bytes
    sealed: bytes
    blob_ids: tuple[bytes, ...] = ()


@dataclass(frozen=True, slots=True)
class Waiting:
    """An erasure that somebody asked for and a second handler has not confirmed."""

    id: bytes
    asked_by: bytes
    asked_name: str
    asked_on: date
    cut: Cut


def ask(store: Store, person_id: bytes, number: str, cut: Cut, now: datetime) -> bytes:
    """Ask a second handler to erase something; asked twice it is asked once. Returns the request's id."""
    with desk.at_work(store, person_id, number, now) as (change, name):
        _require_lawful(change, cut)
        _record(change, cut)
        for one in _standing(change):
            if _cut(one) == cut:
                return bytes(one.id)
        row = {
            "id": secrets.token_bytes(ID_BYTES), "case_id": change.row.id, "compartment": cut.compartment,
            "n": cut.n, "blob_id": cut.blob_id, "start": cut.start, "characters": cut.characters,
            "ground": cut.ground, "asked_by": person_id, "asked_on": change.today,
        }  # fmt: skip
        change.db.execute(insert(redactions).values(**row, mac=redaction_mac(store.keys, row)))
        change.log("redaction_asked", name, ground=cut.ground, characters=cut.characters)
        return bytes(row["id"])


def redact(
    store: Store, person_id: bytes, number: str, cut: Cut, replacement: Replacement, now: datetime
) -> None:
    """Erase at once. Raises `RuleRefused("second_person")` where a colleague must agree, `HoldInForce`.

    A colleague must agree to a file, and to what makes more than 500 characters of the case that went so.
    """
    with desk.at_work(store, person_id, number, now) as (change, name):
        if _needs_colleague(change, person_id, cut):
            raise RuleRefused("second_person", "A second handler must confirm this.")
        _erase(change, name, cut, replacement)
    _leave_nothing(store)


def confirm(
    store: Store, person_id: bytes, number: str, request_id: bytes, replacement: Replacement, now: datetime
) -> None:
    """Erase what a colleague asked for. Raises `RuleRefused("same_person")`, `NotThere`, `HoldInForce`."""
    with desk.at_work(store, person_id, number, now) as (change, name):
        row = _request(change, request_id)
        if not _is_handler(change, person_id):
            raise RuleRefused("handler", "A designated handler of the company must confirm this.")
        if bytes(row.asked_by) == person_id:
            raise RuleRefused("same_person", "Somebody else must confirm what you asked for.")
        asked = change.db.execute(select(people.c.name).where(people.c.id == row.asked_by)).scalar_one()
        _erase(change, name, _cut(row), replacement, asked_by=asked)
    _leave_nothing(store)


def erased_alone(store: Store, number: str) -> int:
    """Characters that went from a case, which its caller has opened, by one handler's word alone."""
    with store.reading() as db:
        return _erased_alone(db, number)


def withdraw(store: Store, person_id: bytes, number: str, request_id: bytes, now: datetime) -> None:
    """Take a request back; every handler of the case may. Raises `NotThere`."""
    with desk.at_work(store, person_id, number, now) as (change, name):
        row = _request(change, request_id)
        change.db.execute(delete(redactions).where(redactions.c.id == row.id))
        change.log("redaction_refused", name)


def waiting(store: Store, case_id: bytes) -> tuple[Waiting, ...]:
    """What waits for a second handler in a case that its caller has opened, oldest first. `Tampered`."""
    with store.reading() as db:
        found = db.execute(_WAITING, {"case": case_id}).all()
    for row in found:
        _require_genuine(store.keys, row)
    return tuple(Waiting(bytes(r.id), bytes(r.asked_by), r.name, r.asked_on, _cut(r)) for r in found)


def redaction_mac(keys: ServerKeys, row: Any) -> bytes:
    """The keyed hash over a request: one that was edited in the database is not carried out."""
    fields = [
        bytes(row["id"]).hex(), bytes(row["case_id"]).hex(), row["compartment"], row["n"],
        bytes(row["blob_id"] or b"").hex(), row["start"], row["characters"], row["ground"],
        bytes(row["asked_by"]).hex(), row["asked_on"].isoformat(),
    ]  # fmt: skip
    return chain.keyed_hash(keys.inventory, LABEL, json.dumps(fields).encode())


def _erase(change: Change, name: str, cut: Cut, new: Replacement, *, asked_by: str = "") -> None:
    _require_lawful(change, cut)
    old = _record(change, cut)
    if bytes(old.object_id) != new.old_id:
        raise RuleRefused("number", "Somebody changed this entry at the same moment.")
    _replace(change, old, new)
    gone = _take_blobs(change, cut, new.blob_ids)
    # Other requests for this entry name places in a text that is no more.
    place = (redactions.c.compartment == cut.compartment) & (redactions.c.n == cut.n)
    change.db.execute(delete(redactions).where(redactions.c.case_id == change.row.id, place))
    facts = {ASKED_BY: asked_by} if asked_by else {}
    change.log(
        REDACTED, name, ground=cut.ground, characters=cut.characters, record=bytes(old.object_id).hex(),
        files=[one.hex() for one in gone], **facts,
    )  # fmt: skip
    scrubbing.is_due(change.db)


def _require_lawful(change: Change, cut: Cut) -> None:
    check_ground(cut.ground)
    if reading.holds_in_force(change.db, change.store.keys, change.row.id):
        raise HoldInForce("While a hold is in force nothing of the case is erased.")
    if cut.compartment not in MAY_BE_ERASED or cut.characters < (0 if cut.blob_id else 1) or cut.start < 0:
        raise NotAllowed("this is no place that a handler may erase")


def _record(change: Change, cut: Cut) -> Row[Any]:
    place = (records.c.compartment == cut.compartment) & (records.c.n == cut.n)
    row = change.db.execute(select(records).where(records.c.case_id == change.row.id, place)).one_or_none()
    if row is None:
        raise NotThere("there is no such entry")
    return row


def _replace(change: Change, old: Row[Any], new: Replacement) -> None:
    """The new record takes the place of the old one: its number, its day and its epoch."""
    header, entry = Header.parse(new.sealed), inventory.entry_of(new.sealed)
    said = (header.kind, header.case_id, header.compartment, header.epoch, header.key_id)
    if said != (Kind.RECORD, bytes(change.row.id), old.compartment, old.epoch, bytes(old.key_id)):
        raise NotAllowed("a record takes the place of one like it only")
    if len(new.sealed) > len(bytes(old.sealed)) + ROOM:
        raise NotAllowed("an erasure makes no record longer")
    standing = and_(records.c.case_id == change.row.id, records.c.object_id == old.object_id)
    values = {"object_id": header.object_id, "sha256": entry.sealed_sha256, "sealed": new.sealed}
    change.db.execute(update(records).where(standing).values(**values))
    change.entries = [one for one in change.entries if one.object_id != bytes(old.object_id)] + [entry]


def _take_blobs(change: Change, cut: Cut, blob_ids: Sequence[bytes]) -> list[bytes]:
    """The file that handlers had, and its original with the identity, whose record still names it."""
    if (cut.blob_id is None) != (not blob_ids) or (cut.blob_id is not None and cut.blob_id not in blob_ids):
        raise NotAllowed("the files are not the ones that were to be erased")
    mine = blobs.c.object_id.in_(blob_ids) & (blobs.c.case_id == change.row.id)
    found = [bytes(one) for one in change.db.execute(select(blobs.c.object_id).where(mine)).scalars()]
    if sorted(found) != sorted(blob_ids):
        raise NotThere("there is no such file")
    if found:
        change.db.execute(insert(blob_removals), [{"object_id": one} for one in found])
        change.db.execute(delete(blobs).where(mine))
        change.entries = [one for one in change.entries if one.object_id not in found]
    return found


def _leave_nothing(store: Store) -> None:
    """The files, and what the database's own files keep: done now, or by the next pass after a death here."""
    purge.work_off_removals(store)
    scrubbing.scrub(store)


def _needs_colleague(change: Change, person_id: bytes, cut: Cut) -> bool:
    # Counted over the whole case: a long passage that is erased in slices takes two as well.
    characters = cut.characters + _erased_alone(change.db, change.row.number)
    if not needs_second(characters, is_file=cut.blob_id is not None):
        return False
    on_case = reading.readers_of(change.db, change.row.id)
    return any(one != person_id and _is_handler(change, one) for one, _name in on_case)


def _erased_alone(db: Connection, number: str) -> int:
    lines = (line.facts for line in ledger.of_case(db, number) if line.action == REDACTED)
    return sum(facts["characters"] for facts in lines if ASKED_BY not in facts)


def _is_handler(change: Change, person_id: bytes) -> bool:
    keys, row = change.store.keys, change.row
    return directory.serves(change.db, keys, person_id, row.company_id, "handler", change.today)


def _request(change: Change, request_id: bytes) -> Row[Any]:
    mine = (redactions.c.id == request_id) & (redactions.c.case_id == change.row.id)
    row = change.db.execute(select(redactions).where(mine)).one_or_none()
    if row is None:
        raise NotThere("there is no such request")
    _require_genuine(change.store.keys, row)
    return row


def _require_genuine(keys: ServerKeys, row: Row[Any]) -> None:
    made = redaction_mac(keys, row._mapping)  # noqa: SLF001 (SQLAlchemy's public name)
    if not hmac.compare_digest(made, bytes(row.mac)):
        raise Tampered("a request to erase something was changed past its page")


def _standing(change: Change) -> Sequence[Row[Any]]:
    return change.db.execute(select(redactions).where(redactions.c.case_id == change.row.id)).all()


def _cut(row: Any) -> Cut:
    blob_id = None if row.blob_id is None else bytes(row.blob_id)
    return Cut(row.compartment, row.n, row.start, row.characters, row.ground, blob_id)
