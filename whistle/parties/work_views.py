"""What pages show of the work on a case: what was recorded of a kind, and every earlier state of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

ERASURE = 1_000_000
"""More than a case has records: the number of a state and how often it was erased from make one number."""


@dataclass(frozen=True, slots=True)
class Stated:
    """What a handler recorded: the fields as they were sealed, who, when; `id` tells several apart."""

    n: int
    day: date
    author: str
    id: str = ""
    fields: Mapping[str, str] = field(default_factory=dict)
    erased: int = 0

    @property
    def seen(self) -> int:
        """What a form that is made from it sends back: another number once something was erased of it."""
        return self.n + self.erased * ERASURE

    def __getitem__(self, name: str) -> str:
        return self.fields.get(name, "")


@dataclass(frozen=True, slots=True)
class Sheet:
    """All that was recorded of one kind: the state of each `id` in order, and earlier states."""

    current: tuple[Stated, ...] = ()
    earlier: tuple[Stated, ...] = ()

    @property
    def last(self) -> Stated | None:
        """The state of a kind that a case has once."""
        return self.current[-1] if self.current else None

    def of(self, wanted: str) -> Stated | None:
        """The state of one `id`."""
        return next((one for one in self.current if one.id == wanted), None)


@dataclass(frozen=True, slots=True)
class WorkView:
    """The work on a case: sorting, measures, risk and protection, links; who answers for it, and its notes.

    `linked` are cases the reader may open. `colleagues` are (id, name) of who may answer for the case.
    `notes` says of each note's number its kind and whether it was handed to somebody outside.
    """

    triage: Sheet = Sheet()
    measures: Sheet = Sheet()
    protection: Sheet = Sheet()
    linked: tuple[str, ...] = ()
    assigned_to: str = ""
    assigned_name: str = ""
    colleagues: tuple[tuple[str, str], ...] = ()
    notes: Mapping[int, tuple[str, bool]] = field(default_factory=dict)
    came_by: str = ""
    entered_by: str = ""
    recording_agreed: bool = False


@dataclass(frozen=True, slots=True)
class ConcernedView:
    """The persons whom the report holds responsible; `nobody`: a handler said that there is none."""

    people: tuple[Stated, ...] = ()
    earlier: tuple[Stated, ...] = ()
    nobody: Stated | None = None
    settled: bool = False


@dataclass(frozen=True, slots=True)
class MinutesView:
    """Minutes of a call or meeting: what was written, what the reporter said of it, whether it is locked.

    `answer` is approve, correct, decline or empty. `lock_from`: from that day on they may be locked, None
    while the reporter has not seen them. `replaced`: a newer version stands.
    """

    id: str
    n: int
    day: date
    author: str
    met: str
    held_on: date
    text: str
    answer: str = ""
    correction: str = ""
    answered_on: date | None = None
    locked_on: date | None = None
    lock_from: date | None = None
    replaced: bool = False
