"""What legal's pages show of many cases, of what waits and of what was: never a word of content."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class LegalRow:
    """A case in legal's list. `waits`: a hold on it waits for a second person; `past`: its day has come."""

    number: str
    company_name: str
    state: str
    received_on: date
    closed_on: date | None
    purge_on: date | None
    held: bool
    waits: bool
    past: bool


@dataclass(frozen=True, slots=True)
class LegalPage:
    """A page of the list; `after` is where the next one begins, empty on the last."""

    rows: tuple[LegalRow, ...]
    after: str
    companies: tuple[tuple[str, str], ...]
    today: date


@dataclass(frozen=True, slots=True)
class Placed:
    """What became of each number of a form; `waits`: a second person has to confirm what was placed."""

    placed: tuple[str, ...] = ()
    doubled: tuple[str, ...] = ()
    gone: tuple[tuple[str, date], ...] = ()
    absent: tuple[str, ...] = ()
    waits: bool = False


@dataclass(frozen=True, slots=True)
class AskView:
    """A hold on many cases that waits; `citation` is empty when this key does not open it.

    `cases`: number, company and day of purge. `list_hash` binds a confirmation to this very list.
    """

    id: str
    asked_by: str
    mine: bool
    asked_on: date
    ground: str
    citation: str
    review_on: date
    cases: tuple[tuple[str, str, date | None], ...]
    list_hash: str


@dataclass(frozen=True, slots=True)
class ColleagueView:
    """Somebody of legal who cannot open so many citations that the reader can; `more`: there are more."""

    person: str
    name: str
    company: str
    company_name: str
    count: int
    more: bool


@dataclass(frozen=True, slots=True)
class HoldEvent:
    """A line of a hold's history; `text` is what legal's key opened of it, a reason or nothing."""

    day: date
    action: str
    actor: str
    text: str
    review_on: date | None = None
    why: str = ""
    late: bool = False


@dataclass(frozen=True, slots=True)
class HoldHistory:
    """A hold from its placing on; `citation` and `note` are empty when gone or sealed to others."""

    id: str
    ground: str
    citation: str
    events: tuple[HoldEvent, ...]
    standing: bool


@dataclass(frozen=True, slots=True)
class CaseHistory:
    """All the holds of a case; `gone_on`: the day of its purge."""

    number: str
    holds: tuple[HoldHistory, ...]
    gone_on: date | None
    today: date
