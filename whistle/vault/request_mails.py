"""A code waits here for a mail server: address and code sealed, and gone once one took the letter.

The code is no secret that is kept: it is a keyed hash of the request and a running number, so nothing that
rests on a disk says it, and whoever types it holds the request's key as well.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection, delete, select, update
from sqlalchemy.dialects import postgresql, sqlite

from whistle.crypto import chain
from whistle.vault.findings import Finding
from whistle.vault.mails import FIRST_WAIT, LONGEST_WAIT
from whistle.vault.requesttables import request_mails as table
from whistle.vault.serverkeys import ServerKeys
from whistle.vault.store import Store

CODE_LABEL: Final = b"whistle/v1/request-code\0"
MARK_LABEL: Final = b"whistle/v1/request-mail\0"

DIGITS: Final = 8
"""With one try every 20 seconds after five, guessing takes some decades; and it takes the key as well."""

LATE: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class CodeLetter:
    """A letter to be sent now: what it says is sealed. `mark` is the same each time it is tried."""

    case_id: bytes
    sealed: bytes
    mark: str


def code_of(keys: ServerKeys, case_id: bytes, n: int) -> str:
    """The code of the n-th letter of a request, of eight digits."""
    digest = chain.keyed_hash(keys.lock, CODE_LABEL, bytes(case_id) + n.to_bytes(4, "big"))
    return f"{int.from_bytes(digest, 'big') % 10**DIGITS:0{DIGITS}d}"


def put(db: Connection, case_id: bytes, sealed: bytes) -> None:
    """Have a letter sent with the next pass, in the place of one that still waits.

    No moment is kept with it: when somebody asked is known by the day.
    """
    make = sqlite.insert if db.dialect.name == "sqlite" else postgresql.insert
    values = {"sealed": sealed, "due_at": 0, "tries": 0}
    row = make(table).values(case_id=case_id, **values)
    db.execute(row.on_conflict_do_update(index_elements=["case_id"], set_=values))


def claim(store: Store, now: datetime) -> CodeLetter | None:
    """The letter that has waited longest, for this process alone until it may be tried again."""
    second = int(now.timestamp())
    with store.writing() as work:
        due = select(table).where(table.c.due_at <= second).order_by(table.c.due_at, table.c.case_id)
        row = work.db.execute(due.limit(1).with_for_update(skip_locked=True)).first()
        if row is None:
            return None
        work.db.execute(update(table).where(table.c.case_id == row.case_id).values(**_tried(row, second)))
        mark = chain.keyed_hash(store.keys.inventory, MARK_LABEL, bytes(row.case_id) + bytes(row.sealed))
        return CodeLetter(bytes(row.case_id), bytes(row.sealed), mark.hex()[:32])


def put_off(store: Store, now: datetime) -> None:
    """No mail server is there: every letter that is due waits, longer each time, and the try is counted.

    So `check` tells of codes that nobody takes also where no line to a server was ever open.
    """
    second = int(now.timestamp())
    with store.writing() as work:
        for row in work.db.execute(select(table).where(table.c.due_at <= second).with_for_update()).all():
            work.db.execute(update(table).where(table.c.case_id == row.case_id).values(**_tried(row, second)))


def _tried(row: Any, second: int) -> dict[str, int]:
    """One try more, and when the next one is."""
    wait = min(FIRST_WAIT * 2 ** min(row.tries, 10), LONGEST_WAIT)
    return {"tries": row.tries + 1, "due_at": second + wait}


def is_waiting(store: Store, now: datetime) -> bool:
    """Whether a letter is to be sent now."""
    with store.reading() as db:
        due = select(table.c.case_id).where(table.c.due_at <= int(now.timestamp()))
        return db.execute(due.limit(1)).first() is not None


def taken(db: Connection, case_id: bytes, sealed: bytes | None = None) -> bool:
    """Nothing of it stays; with `sealed` only if it is that letter. Returns whether there was one."""
    place = delete(table).where(table.c.case_id == case_id)
    return bool(db.execute(place if sealed is None else place.where(table.c.sealed == sealed)).rowcount)


def look_at_codes(_store: Store, db: Connection, now: datetime) -> Iterator[Finding]:
    """Codes that no mail server took for a day: whoever asked cannot prove who they are."""
    # Every try so far is behind a letter's next one, so the number of tries says how long it waits.
    tries = int(LATE.total_seconds()) // LONGEST_WAIT
    late: list[Any] = list(db.execute(select(table.c.case_id).where(table.c.tries > tries)).scalars())
    del now
    if late:
        yield Finding(
            "mail", str(len(late)), "codes for privacy requests wait: see that a mail server takes mail"
        )
