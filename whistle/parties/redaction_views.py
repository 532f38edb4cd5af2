"""What a case's page shows of what can be erased, and of erasures that wait for a second handler."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class ErasableLine:
    """An entry from which something can be erased: its name in an address, its kind, whose it is, when."""

    ref: str
    kind: str
    who: str
    author: str
    day: date


@dataclass(frozen=True, slots=True)
class WaitingErasure:
    """An erasure that a colleague asked for (or `mine`), with what would go: a passage or a file's name."""

    id: str
    asked_by: str
    asked_on: date
    mine: bool
    gone: str
    file: str
    characters: int
    ground: str
