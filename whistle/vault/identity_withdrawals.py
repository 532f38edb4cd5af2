"""A name that nobody has opened can be taken back: its bytes are destroyed, an empty record stands there."""

from datetime import datetime
from hashlib import sha256

from sqlalchemy import delete, insert, select, update

from whistle.crypto.header import Compartment, Header, Kind
from whistle.errors import NotAllowed, NotThere, RuleRefused
from whistle.vault import casework, identity_requests, inventory, reading, scrubbing
from whistle.vault.facts import Addition, SealedRecord
from whistle.vault.mailbox import OPEN_TO_REPORTER
from whistle.vault.store import Store
from whistle.vault.tables import cases, readers, records

IDENTITY = int(Compartment.IDENTITY)


def withdraw(
    store: Store, locator: bytes, empty: tuple[SealedRecord, ...], addition: Addition, now: datetime
) -> None:
    """Put `empty` records in the place of those that named the reporter; `addition` tells the handlers.

    Raises `NotThere`, `RuleRefused("opened")` once somebody has seen the name.
    """
    case_id = _case_of(store, locator)
    with casework.changing(store, case_id, now) as change:
        reading.require_standing(change.row, change.company, now)
        if identity_requests.was_opened(change.db, case_id, change.row.number):
            raise RuleRefused("opened", "Somebody has seen the name already.")
        gone = [_replace(change, record).hex() for record in empty]
        change.add(addition, writes=OPEN_TO_REPORTER, grants_in=(Compartment.CONTENT,))
        change.log("identity_withdrawn", "reporter", records=gone)
        change.db.execute(
            update(readers).where(readers.c.case_id == case_id).values(unread=readers.c.unread + 1)
        )
        scrubbing.is_due(change.db)  # the next pass empties the database's log of it, too


def _replace(change: casework.Change, record: SealedRecord) -> bytes:
    """Put a record in the place of another; returns the id of the one that is gone."""
    header = Header.parse(record.sealed)
    own = (header.kind, header.case_id, header.compartment) == (Kind.RECORD, bytes(change.row.id), IDENTITY)
    place = (
        (records.c.case_id == change.row.id) & (records.c.compartment == IDENTITY) & (records.c.n == record.n)
    )
    old = change.db.execute(select(records).where(place)).one_or_none()
    if not own or old is None or (old.epoch, bytes(old.key_id)) != (header.epoch, header.key_id):
        raise NotAllowed("a record takes the place of one under the same key")
    entry = inventory.entry_of(record.sealed)
    change.entries = [one for one in change.entries if one.sealed_sha256 != bytes(old.sha256)]
    change.entries.append(entry)
    change.db.execute(delete(records).where(place))
    change.db.execute(
        insert(records).values(**casework.record_row(change.row.id, record, header, entry, old.on_day))
    )
    return bytes(old.object_id)


def _case_of(store: Store, locator: bytes) -> bytes:
    query = select(cases.c.id).where(cases.c.locator_hash == sha256(locator).digest())
    with store.reading() as db:
        found = db.execute(query).scalar_one_or_none()
    if found is None:
        raise NotThere("no case has this key")
    return bytes(found)
