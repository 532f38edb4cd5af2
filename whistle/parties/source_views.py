"""What the pages of a company's systems are given to show."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from whistle.connect.contract import Line
from whistle.parties.answer_files import LeftOut
from whistle.parties.request_views import RequestFacts


@dataclass(frozen=True, slots=True)
class SourceView:
    """A system, what came of asking it last, and what stands of it.

    `result` is empty before it was asked. `n` is the number of the note in which the lines stand that count:
    those of the last answer, also after a later attempt that failed; 0 where there are none.
    """

    code: str
    name: str
    category: str
    kind: str
    result: str = ""
    place: str = ""
    day: date | None = None
    author: str = ""
    searched: str = field(default="", repr=False)
    n: int = 0
    count: int = 0
    chosen: int = 0


@dataclass(frozen=True, slots=True)
class SourcesPage:
    """All systems of the company that a request is for; `identifiers` are what the person is known by."""

    facts: RequestFacts
    sources: tuple[SourceView, ...]
    identifiers: Mapping[str, str] = field(repr=False)
    kinds: tuple[str, ...]
    rights: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class LineView:
    """A line of an answer, with its place in it and whether it goes out."""

    at: int
    line: Line = field(repr=False)
    chosen: bool


@dataclass(frozen=True, slots=True)
class LinesPage:
    """A page of the lines of one answer; `first` is the place of its first line."""

    facts: RequestFacts
    source: SourceView
    lines: tuple[LineView, ...]
    first: int
    total: int


@dataclass(frozen=True, slots=True)
class MadeView:
    """A file as it would go out."""

    name: str
    size: int


@dataclass(frozen=True, slots=True)
class Preview:
    """What an answer would hold, exactly; `seen` names it, so that nothing else is sent in its place.

    `refused` says why no files can be made of what is chosen.
    """

    facts: RequestFacts
    kind: str
    kinds: tuple[str, ...]
    language: str
    lines: tuple[tuple[str, str, Line], ...] = field(repr=False)
    left_out: tuple[LeftOut, ...] | None
    files: tuple[MadeView, ...]
    seen: str
    refused: str
