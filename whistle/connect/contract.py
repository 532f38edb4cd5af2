"""What a system is asked, and what an answer of one is made of.

Pure: deploy/CONNECT.md says the same in words, for whoever writes a connector.
"""

import json
import unicodedata
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from hashlib import sha256
from typing import Final

from whistle.errors import WhistleError
from whistle.rules.policy_codes import Basis

VERSION: Final = 1
#: A page of lines must be read by a person; more than this is an export, and needs another way.
MOST_LINES: Final = 5000
MOST_FIELDS: Final = 200
MOST_FILES: Final = 20
#: All texts of one line together, so that a line always fits into one file of an answer.
LINE_TEXT: Final = 100_000
NAME_TEXT: Final = 200

Value = str | int | float | bool | None


class Provenance(StrEnum):
    """Where a line comes from (S40): only what was handed over can be portable."""

    HANDED_OVER = "handed_over"
    OBSERVED = "observed"
    DERIVED = "derived"


class Result(StrEnum):
    """What came of asking one system; the first two are answers, the others say why there is none."""

    FOUND = "found"
    NOTHING = "nothing"
    NO_ANSWER = "no_answer"
    SLOW = "slow"
    DENIED = "denied"
    UNTRUSTED = "untrusted"
    REDIRECTED = "redirected"
    TOO_LARGE = "too_large"
    NOT_JSON = "not_json"
    WRONG_VERSION = "wrong_version"
    OTHER_CATEGORY = "other_category"
    OTHER_PERSON = "other_person"
    BROKEN = "broken"
    BUSY = "busy"


ANSWERS: Final = (Result.FOUND, Result.NOTHING)


@dataclass(frozen=True)
class Source:
    """A system as an officer sees it; `kind` is the identifier that it is asked by, such as `email`."""

    code: str
    name: str
    company: str
    category: str
    kind: str


@dataclass(frozen=True)
class Asked:
    """One question: which person, by one identifier, in which category of which company's data."""

    company: str
    category: str
    kind: str
    value: str = field(repr=False)

    def as_json(self) -> bytes:
        """The body of the question."""
        return as_bytes(
            {
                "version": VERSION,
                "company": self.company,
                "category": self.category,
                "identifier": {"kind": self.kind, "value": self.value},
            }
        )

    def document(self) -> str:
        """The name of this person's document in a folder: it holds no letter of the identifier."""
        said = f"{self.kind}:{plain(self.value)}"
        return f"{sha256(said.encode()).hexdigest()}.json"


@dataclass(frozen=True)
class Attached:
    """A file that belongs to a line."""

    name: str
    content: bytes = field(repr=False)


@dataclass(frozen=True)
class Line:
    """One thing that a system holds about the person."""

    source: str
    day: date | None
    provenance: Provenance
    basis: Basis | None
    fields: tuple[tuple[str, Value], ...] = field(repr=False)
    files: tuple[Attached, ...] = ()


@dataclass(frozen=True)
class Outcome:
    """What came of asking; `place` names the part of an answer that was wrong, and never repeats it."""

    result: Result
    lines: tuple[Line, ...] = ()
    place: str = ""


class Refused(WhistleError):
    """An answer that is not believed, and why."""

    def __init__(self, result: Result, place: str = "") -> None:
        super().__init__(f"{result}: {place}" if place else str(result))
        self.result, self.place = result, place


def plain(value: str) -> str:
    """An identifier as two systems compare it: composed letters, small, without blanks at its ends."""
    return unicodedata.normalize("NFC", value).lower().strip()


def as_bytes(value: object) -> bytes:
    """JSON in UTF-8, as short as it gets."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
