"""Mail waits here until a server has taken it: an address, a kind and an hour, and nothing of any case."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection, Row, delete, or_, select, update

from whistle.crypto import chain
from whistle.vault.facts import CompanyFacts
from whistle.vault.findings import Finding
from whistle.vault.store import Store, Work
from whistle.vault.tables import companies
from whistle.vault.upsert import insert_of
from whistle.vault.worktables import mails

REMINDER: Final = "reminder"
BOARD: Final = "board"

MARK_LABEL: Final = b"whistle/v1/mail\0"

ADDRESS: Final = re.compile(r"[!-?A-~]+@[!-?A-~]+")
"""One plain address: anything else could be a header of its own, and is not written to."""

FOR_ITS_HOUR: Final = -1
"""`due_at` of a letter that is not yet to be sent: the next fixed hour stamps it, so that none tells more."""

FIRST_WAIT: Final = 300
"""Seconds until a letter is tried again; doubled each time. Longer than a server may take to answer, so that
two passes at once never send the same letter."""

LONGEST_WAIT: Final = 3600

LATE: Final = timedelta(days=1)
"""A letter that waits longer is a finding of `check`."""


Addresses = Mapping[tuple[str, str], str]
"""By kind of letter and address: the language it is written in."""


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter to be sent now. `mark` is the same each time, so that mail systems show a repetition once."""

    id: bytes
    address: str
    kind: str
    language: str
    at: datetime
    mark: str


def tell_board(work: Work, company: CompanyFacts) -> None:
    """Have the company's board contact told, at the next fixed hour, that a case has no handler (L6)."""
    profile = work.db.execute(select(companies.c.profile).where(companies.c.id == company.id)).scalar_one()
    address = json.loads(profile).get("board_contact", "").strip()
    if ADDRESS.fullmatch(address):
        put(work.db, [row_of(row_id(0, company.id), address, BOARD, FOR_ITS_HOUR)])


def put(db: Connection, rows: Sequence[dict[str, Any]]) -> None:
    """Add letters that are not there yet."""
    make = insert_of(db)
    if rows:
        db.execute(make(mails).on_conflict_do_nothing(index_elements=["id"]), list(rows))


def row_of(id_: bytes, address: str, kind: str, due_at: int) -> dict[str, Any]:
    """A letter as it waits; `due_at` in Unix seconds, or `FOR_ITS_HOUR`."""
    return {"id": id_, "address": address, "kind": kind, "due_at": due_at, "tries": 0}


def row_id(second: int, whose: bytes) -> bytes:
    """The fixed hour and whose letter it is: the same letter of the same hour is the same row."""
    return second.to_bytes(8, "big") + bytes(whose)[:8]


def _hour_of(id_: bytes) -> datetime:
    return datetime.fromtimestamp(int.from_bytes(bytes(id_)[:8], "big"), UTC)


def is_waiting(store: Store, now: datetime) -> bool:
    """Whether a letter is to be sent now."""
    with store.reading() as db:
        return db.execute(select(mails.c.id).where(_is_due(now)).limit(1)).first() is not None


def claim(store: Store, now: datetime, ours: Addresses) -> Letter | None:
    """The letter that has waited longest, for this process alone until it may be tried again; None: no more.

    `ours`: to whom mail may go. What waits for anybody else, such as somebody retired since, is dropped.

    Between `claim` and `sent` a process may die: the letter is then sent a second time, with the same mark.
    The other way round it would be lost, and who waits for a letter does not know that none came.
    """
    with store.writing() as work:
        due = select(mails).where(_is_due(now)).order_by(mails.c.due_at, mails.c.id)
        for row in work.db.execute(due.with_for_update(skip_locked=True)).all():
            language = ours.get((row.kind, row.address))
            if language is None:
                work.db.execute(delete(mails).where(mails.c.id == row.id))
                continue
            _put_off(work.db, [row], now)
            mark = chain.keyed_hash(store.keys.inventory, MARK_LABEL, bytes(row.id)).hex()[:32]
            return Letter(bytes(row.id), row.address, row.kind, language, _hour_of(row.id), mark)
    return None


def sent(store: Store, letter: Letter) -> None:
    """The server has taken it: nothing of it stays."""
    with store.writing() as work:
        work.db.execute(delete(mails).where(mails.c.id == letter.id))


def put_off(store: Store, now: datetime) -> None:
    """The server is not there: everything that is due waits a while, and longer each time."""
    with store.writing() as work:
        _put_off(work.db, work.db.execute(select(mails).where(_is_due(now))).all(), now)


def look_at_mails(_store: Store, db: Connection, now: datetime) -> Iterator[Finding]:
    """Mail that nobody took for over a day: its server's name, password or certificate is wrong."""
    stamped = select(mails.c.id).where(mails.c.due_at != FOR_ITS_HOUR)
    late = [found for found in db.execute(stamped).scalars() if now - _hour_of(found) > LATE]
    if late:
        since = min(_hour_of(found) for found in late).date()
        yield Finding("mail", str(len(late)), f"mail waits since {since}: see that a mail server takes it")


def _put_off(db: Connection, rows: Iterable[Row[Any]], now: datetime) -> None:
    for row in rows:
        wait = min(FIRST_WAIT * 2 ** min(row.tries, 10), LONGEST_WAIT)
        again = int(now.timestamp()) + wait
        db.execute(update(mails).where(mails.c.id == row.id).values(tries=row.tries + 1, due_at=again))


def _is_due(now: datetime) -> Any:
    """Its time has come, or is so far ahead that the clock must have gone back since."""
    second = int(now.timestamp())
    return or_(mails.c.due_at.between(0, second), mails.c.due_at > second + LONGEST_WAIT)
