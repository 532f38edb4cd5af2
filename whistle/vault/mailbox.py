"""What a reporter's key may do: read their own case, and add to it."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from hashlib import sha256

from sqlalchemy import Connection, bindparam, select, update

from whistle.crypto.header import Compartment
from whistle.errors import NotThere
from whistle.vault import casework, reading
from whistle.vault.facts import REPORT, Addition, OpenedCase
from whistle.vault.store import Store
from whistle.vault.tables import cases, readers

OPEN_TO_REPORTER = (Compartment.CONTENT, Compartment.IDENTITY)

_CASE = select(cases).where(cases.c.locator_hash == bindparam("locator"), cases.c.kind == REPORT)


def open_case(store: Store, locator: bytes, now: datetime) -> OpenedCase:
    """The case this locator leads to, its inventory checked. Raises `NotThere`, `Tampered`."""
    with store.reading() as db:
        row = db.execute(_CASE, {"locator": sha256(locator).digest()}).one_or_none()
        if row is None:
            raise NotThere("no case has this key")
        return reading.opened(db, store, row, OPEN_TO_REPORTER, holder=bytes(row.id), now=now)


def mark_read(store: Store, locator: bytes) -> None:
    """Note that what the handlers wrote was shown."""
    place = (cases.c.locator_hash == sha256(locator).digest()) & (cases.c.unread > 0)
    with store.writing() as work:
        work.db.execute(update(cases).where(place).values(unread=0))


def add(store: Store, locator: bytes, addition: Addition, now: datetime, *, action: str) -> None:
    """Add what the reporter wrote. `action` is `message_received` or `identity_given`."""
    with writing(store, locator, addition, now, action=action):
        pass  # there is nothing beside it


@contextmanager
def writing(
    store: Store, locator: bytes, addition: Addition, now: datetime, *, action: str
) -> Iterator[casework.Change]:
    """The same, with what is written beside it in the same unit of work."""
    with store.reading() as db:
        case_id = _case_id(db, locator)
    with casework.changing(store, case_id, now) as change:
        reading.require_standing(change.row, change.company, now)
        # A reporter grants nobody a part; when the circle has changed, they hand its new key round.
        change.add(addition, writes=OPEN_TO_REPORTER, grants_in=OPEN_TO_REPORTER)
        change.log(action, "reporter")
        for_readers = update(readers).where(readers.c.case_id == case_id)
        change.db.execute(for_readers.values(unread=readers.c.unread + 1))
        yield change


def _case_id(db: Connection, locator: bytes) -> bytes:
    found = db.execute(
        select(cases.c.id).where(cases.c.locator_hash == sha256(locator).digest())
    ).scalar_one_or_none()
    if found is None:
        raise NotThere("no case has this key")
    return bytes(found)
