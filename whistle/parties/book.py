"""The auditor's ledger, line by line: who did what to which case, and never a word of content."""

import base64
import binascii
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime

from whistle.crypto.session import open_small, seal_small
from whistle.errors import SealBroken
from whistle.parties.member import Member
from whistle.vault import book as vault
from whistle.vault.book import Asked
from whistle.vault.ledger import Line
from whistle.vault.store import Store

CURSOR_LABEL = b"whistle/v1/ledger-cursor\0"
EVERYTHING = Asked()


@dataclass(frozen=True, slots=True)
class BookLine:
    """One line of the ledger; it bears no number, which would show where another was left out."""

    day: date
    actor: str
    action: str
    case_number: str
    facts: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class BookPage:
    """Lines, newest first; `before` leads to the next page, empty at the end.

    `intact`: all between signed marks around these lines, and the ledger's end, was verified for this page.
    """

    lines: tuple[BookLine, ...]
    intact: bool
    before: str


class Book:
    """What an auditor reads. Raises `NotThere` for everybody else."""

    def __init__(self, store: Store, now: Callable[[], datetime]) -> None:
        self._store = store
        self._now = now

    def page(self, member: Member, asked: Asked = EVERYTHING, before: str = "") -> BookPage:
        """A page; anything that leads nowhere shows the newest."""
        found = vault.page(self._store, member.person_id, asked, self._place(before), self._now())
        following = "" if found.before is None else self._cursor(found.before)
        return BookPage(tuple(map(_line, found.lines)), not found.broken, following)

    def _cursor(self, seq: int) -> str:
        """Where a page goes on, readable to this server only: two of them tell no distance."""
        sealed = seal_small(self._store.keys.run, CURSOR_LABEL, seq.to_bytes(8, "big"))
        return base64.urlsafe_b64encode(sealed).decode()

    def _place(self, cursor: str) -> int | None:
        try:
            raw = base64.urlsafe_b64decode(cursor.encode("ascii"))
            return int.from_bytes(open_small(self._store.keys.run, CURSOR_LABEL, raw), "big")
        except (SealBroken, ValueError, binascii.Error):
            return None


def _line(line: Line) -> BookLine:
    facts = tuple((name, str(value)) for name, value in sorted(line.facts.items()))
    return BookLine(line.day, line.actor, line.action, line.case, facts)
