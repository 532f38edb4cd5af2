"""What the pages of a held case past its day, and legal's page of what keeps a case, are given to show."""

from dataclasses import dataclass
from datetime import date

from whistle.parties.views import DeskCase


@dataclass(frozen=True, slots=True)
class KeptHold:
    """A hold as a handler sees it: ground and review date, never the citation. `id` is 32 hex digits."""

    id: str
    ground: str
    placed_on: date
    review_on: date


@dataclass(frozen=True, slots=True)
class HeldPage:
    """A held case past its day; `case` is what was opened, or None before a reason was given.

    `colleagues`: who could be let in, by id and name; nobody before it was opened.
    """

    number: str
    company_name: str
    received_on: date
    closed_on: date | None
    purge_on: date | None
    closings: tuple[tuple[date, date], ...]
    holds: tuple[KeptHold, ...]
    case: DeskCase | None
    colleagues: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class HoldSentence:
    """A hold in force; `withheld`: the mailbox is silent of it. `history`: (withheld, name, day, reason)."""

    id: str
    ground: str
    citation: str
    review_on: date
    withheld: bool
    history: tuple[tuple[bool, str, date, str], ...]


@dataclass(frozen=True, slots=True)
class OpeningView:
    """Once that a held case was opened, or handed over; `reason` is empty where this key cannot open it."""

    on_day: date
    name: str
    ground: str
    is_export: bool
    reason: str
    recipient: str
    reference: str


@dataclass(frozen=True, slots=True)
class GroundView:
    """A ground on which a case may stand open longer; texts are empty where this key cannot open them."""

    id: str
    ground: str
    citation: str
    placed_on: date
    placed_by: str
    review_on: date
    review_late: bool
    reviewed_on: date | None
    review_reason: str
    ended_on: date | None
    end_reason: str


@dataclass(frozen=True, slots=True)
class KeptPage:
    """What keeps one case, for legal. `cap_on`: the longest it may stand open, None where nothing says so."""

    number: str
    company_name: str
    country: str
    state: str
    past_day: bool
    sentences: tuple[HoldSentence, ...]
    openings: tuple[OpeningView, ...]
    grounds: tuple[GroundView, ...]
    cap_on: date | None
    cap_left: int | None
    today: date
