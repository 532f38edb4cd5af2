"""A search opens the searcher's own cases one after another in memory, and forgets each before the next.

There is no index, no cache and no ring of keys: what is purged is found by nobody, and a search costs its
work each time. One call does a bounded piece of it, so that no page takes longer than about a second.
"""

import base64
import binascii
import json
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from whistle.crypto.grants import open_any
from whistle.crypto.header import Compartment, Kind
from whistle.crypto.keys import CompartmentKey
from whistle.crypto.records import open_record
from whistle.errors import NotThere
from whistle.parties.casefile import CaseFile
from whistle.parties.desk_view import subject_of
from whistle.parties.desk_work import DeskWork
from whistle.parties.member import Member
from whistle.parties.report_form import FormRefused, Problem, text_problems
from whistle.rules import redaction
from whistle.rules.categories import load_categories
from whistle.vault import search as vault
from whistle.vault.search import Place, SealedText, Wanted
from whistle.vault.store import Store

PAGE: Final = 50
"""Hits on a page: what a person looks through at a time."""

WORK: Final = 14_000
"""What one call may cost, in openings of a record under an own grant (some 50 microseconds each)."""

BORROWED: Final = 2
"""A grant that somebody else made takes so much more: its own opening is seven times slower (FORMAT.md)."""

HIT: Final = 30
"""A case that is shown is fetched whole and checked against its inventory."""

PART: Final = 2_000
"""Cases fetched at a time: some 8 MB of sealed reports in memory."""

TEXT_LIMIT: Final = 200
WORDS_LIMIT: Final = 10
AROUND: Final = 60
"""Letters of the text shown on either side of the first word that was found."""

ANY: Final = Wanted()
_NOT_PROSE: Final = frozenset(
    # `id`: of a link it is the number of another case, which its searcher may have to find no trace of (L6).
    {"type", "by", "day", "author", "category", "relation", "outcome", "key_id", "id"}
)
_KIND_OFFSET: Final = 4


@dataclass(frozen=True)
class Question:
    """What is searched for; `deep`: in messages and notes as well as in the report."""

    text: str = ""
    category: str = ""
    wanted: Wanted = ANY
    deep: bool = False


@dataclass(frozen=True, slots=True)
class Hit:
    """A case that was found, with a few words around the place."""

    number: str
    company_name: str
    state: str
    received_on: date
    subject: str
    category: str
    excerpt: str


@dataclass(frozen=True, slots=True)
class Found:
    """What one call found, newest first; `after` is where to go on, empty when all was looked at."""

    hits: tuple[Hit, ...]
    looked_at: int
    left: int
    after: str


class Search:
    """The desk's search. Nobody finds a case that they could not open by its number."""

    def __init__(self, store: Store, now: Callable[[], datetime]) -> None:
        self._store = store
        self._now = now
        self._desk = DeskWork(store, now)

    def companies(self, member: Member) -> tuple[tuple[str, str], ...]:
        """The companies whose cases this member can search: code and name."""
        return vault.companies_of(self._store, member.person_id, self._now())

    def run(self, member: Member, question: Question, after: str = "") -> Found:
        """Look on from `after` until a page is full or the work of one call is done. Raises `FormRefused`."""
        needles = _Needles.of(question)
        with vault.looking(self._store, member.person_id, self._now()) as look:
            places = look.places(question.wanted, after=_cursor(after), limit=WORK)
            walk = _Pass(look, member, question, needles)
            fitting = walk.over(places.found)
        left = places.total - walk.looked_at
        goes_on = _cursor_of(places.found[walk.looked_at - 1]) if left else ""
        hits = [hit for place in fitting if (hit := self._hit(member, needles, place)) is not None]
        return Found(tuple(hits), walk.looked_at, left, goes_on)

    def _hit(self, member: Member, needles: "_Needles", place: Place) -> Hit | None:
        try:
            return needles.hit(self._desk.file(member, place.number))
        except NotThere:  # taken away since the list was made
            return None


class _Pass:
    """One call's walk over the cases, and what it has cost so far."""

    def __init__(self, look: vault.Look, member: Member, question: Question, needles: "_Needles") -> None:
        self._look, self._member, self._needles = look, member, needles
        self._read = look.everything if question.deep else look.reports
        self.looked_at = 0
        self._work = 0

    def over(self, places: Sequence[Place]) -> list[Place]:
        """The places whose texts say what is wanted, until a page is full or the work is done."""
        fitting: list[Place] = []
        for at in range(0, len(places), PART):
            part = places[at : at + PART]
            texts = self._texts(part)
            for place in part:
                self.looked_at += 1
                if self._needles.are_none or self._needles.may_be_in(self._opened(texts[place.case_id])):
                    fitting.append(place)
                    self._work += HIT
                if self._work >= WORK or len(fitting) == PAGE:
                    return fitting
        return fitting

    def _texts(self, part: Sequence[Place]) -> dict[bytes, list[SealedText]]:
        found: dict[bytes, list[SealedText]] = defaultdict(list)
        if not self._needles.are_none:
            for text in self._read([place.case_id for place in part]):
                if text.sealed:  # a place that a restore left empty has no word to be found by
                    found[text.case_id].append(text)
        return found

    def _opened(self, texts: Sequence[SealedText]) -> Iterator[str]:
        keys: dict[tuple[int, int], CompartmentKey] = {}
        for text in texts:
            place = (text.compartment, text.epoch)
            if place not in keys:
                keys[place] = self._key(text)
            self._work += 1
            yield open_record(keys[place], text.sealed, object_id=text.object_id).decode()

    def _key(self, text: SealedText) -> CompartmentKey:
        if text.grant[_KIND_OFFSET] != Kind.OWN_GRANT:
            self._work += BORROWED
        key, _own = open_any(
            self._member.pair, text.grant, case_id=text.case_id,
            compartment=Compartment(text.compartment), epoch=text.epoch,
        )  # fmt: skip
        return key


@dataclass(frozen=True)
class _Needles:
    """What is searched for: first in the raw text of a record, then in its fields."""

    words: tuple[str, ...]
    as_json: tuple[str, ...]
    category: str
    deep: bool

    @classmethod
    def of(cls, question: Question) -> "_Needles":
        found = text_problems("text", question.text, TEXT_LIMIT, required=False)
        if found:
            raise FormRefused(tuple(found))
        if question.category and question.category not in {c.code for c in load_categories().categories}:
            raise FormRefused((Problem("category", "unknown"),))
        words = tuple(_folded(question.text).split())
        if len(words) > WORDS_LIMIT:
            raise FormRefused((Problem("text", "too_long"),))
        as_json = tuple(_as_json(word) for word in (*words, question.category) if word)
        return cls(words, as_json, question.category, question.deep)

    @property
    def are_none(self) -> bool:
        """Whether nothing has to be opened to say what fits."""
        return not self.words and not self.category

    def may_be_in(self, bodies: Iterable[str]) -> bool:
        """Whether all that is wanted stands in these bodies; reads their fields only where the words do."""
        raw = list(bodies)
        said = _folded("\n".join(raw))
        if not all(word in said for word in self.as_json) and not _escapes_letters(said):
            return False
        return self._are_in([json.loads(body) for body in raw])

    def _are_in(self, records: Sequence[dict[str, Any]]) -> bool:
        if self.category and not any(fields.get("category") == self.category for fields in records):
            return False
        said = _folded("\n".join(text for fields in records for text in _prose(fields)))
        return all(word in said for word in self.words)

    def hit(self, file: CaseFile) -> Hit | None:
        """The case as a line of the result, after everything of it was checked; None when it does not fit."""
        content = [record.fields for record in file.records(Compartment.CONTENT)]
        if not content:
            return None
        notes = [record.fields for record in file.records(Compartment.INTERNAL)]
        searched = [*content, *notes] if self.deep else content[:1]
        if not self._are_in(searched):
            return None
        status, report = file.case.status, content[0]
        return Hit(
            status.number, status.company.name, status.state, status.received_on,
            subject_of(redaction.short(report)), report["category"], self._excerpt(searched),
        )  # fmt: skip

    def _excerpt(self, records: Sequence[dict[str, Any]]) -> str:
        for text in (text for fields in records for text in _prose(fields)):
            flat = " ".join(text.split())
            at = _folded(flat).find(self.words[0]) if self.words else -1
            if at >= 0:
                start = max(0, at - AROUND)
                cut = flat[start : at + AROUND]
                return f"{'… ' if start else ''}{cut}{' …' if at + AROUND < len(flat) else ''}"
        return ""


def _escapes_letters(said: str) -> bool:
    """Whether JSON wrote a letter as a number, so that only its fields tell what stands there."""
    at = said.find("\\")
    while at >= 0:
        if said.startswith("u", at + 1):
            return True
        at = said.find("\\", at + 2)  # past the letter that is escaped: it may be another backslash
    return False


def _folded(text: str) -> str:
    return unicodedata.normalize("NFC", text).casefold()


def _as_json(word: str) -> str:
    """A word as it stands inside a record's JSON."""
    return json.dumps(word, ensure_ascii=False)[1:-1]


def _prose(fields: dict[str, Any]) -> Iterator[str]:
    """What somebody wrote in a record, and what its files are called."""
    for name, value in fields.items():
        if isinstance(value, str) and name not in _NOT_PROSE:
            yield redaction.plain(fields) if name == "text" else value
    for file in fields.get("files", ()):
        yield str(file.get("name", ""))  # one that was erased has none


def _cursor_of(place: Place) -> str:
    return base64.urlsafe_b64encode(place.received_on.toordinal().to_bytes(4, "big") + place.case_id).decode()


def _cursor(text: str) -> vault.Cursor | None:
    """Where to go on, read from a form; anything else begins at the start."""
    try:
        raw = base64.urlsafe_b64decode(text.encode("ascii"))
        return (date.fromordinal(int.from_bytes(raw[:4], "big")), raw[4:]) if len(raw) == 20 else None  # noqa: PLR2004
    except (ValueError, binascii.Error, OverflowError):
        return None
