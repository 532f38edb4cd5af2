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
    """A hold from its placing on; `citation` is empty when gone or sealed to others.

    `waits`: it was placed with many others and waits for a second person.
    """

    id: str
    ground: str
    citation: str
    events: tuple[HoldEvent, ...]
    standing: bool
    waits: bool = False


@dataclass(frozen=True, slots=True)
class CaseHistory:
    """All the holds of a case; `gone_on`: the day of its purge."""

    number: str
    holds: tuple[HoldHistory, ...]
    gone_on: date | None
    today: date


@dataclass(frozen=True, slots=True)
class LegalCase:
    """A case as legal sees it: never content."""

    number: str
    company_name: str
    state: str
    received_on: date
    closed_on: date | None
    purge_on: date | None
    held: bool


@dataclass(frozen=True, slots=True)
class HoldView:
    """A hold with the citation that legal's key opened (empty when this key cannot open it).

    `waits`: it was asked for with many others, and nobody has confirmed it yet. `release_seen` binds a
    confirmation to the reason that was read.
    """

    id: str
    case_number: str
    company_name: str
    ground: str
    citation: str
    placed_on: date
    placed_by: str
    review_on: date
    review_late: bool
    purge_on: date | None
    late: bool
    needs_second: bool
    release_asked_by: str
    release_asked_by_me: bool
    release_reason: str
    released_on: date | None
    waits: bool = False
    release_seen: str = ""


@dataclass(frozen=True, slots=True)
class CertificateView:
    """What remains of a purged case."""

    case_number: str
    company_name: str
    closed_on: date
    due_on: date
    purged_on: date
    records: int
    files: int
    ledger_seq: int


@dataclass(frozen=True, slots=True)
class LegalDesk:
    """Legal's page: what will be purged within 90 days, holds in force, released ones, certificates."""

    upcoming: tuple[LegalCase, ...]
    holds: tuple[HoldView, ...]
    released: tuple[HoldView, ...]
    certificates: tuple[CertificateView, ...]
    today: date
    more_holds: bool = False
    asks: tuple[AskView, ...] = ()
    colleagues: tuple[ColleagueView, ...] = ()


@dataclass(frozen=True, slots=True)
class HoldsPage:
    """Holds in force, earliest review first; `after` is where the next page begins."""

    holds: tuple[HoldView, ...]
    after: str
    today: date


@dataclass(frozen=True, slots=True)
class Week:
    """The weekly list: what is purged within 7, 30 and 90 days, what waits, what stands past its day.

    `more`: there is more than the list shows.
    """

    today: date
    within_week: tuple[LegalRow, ...]
    within_month: tuple[LegalRow, ...]
    within_quarter: tuple[LegalRow, ...]
    past: tuple[LegalRow, ...]
    reviews: tuple[HoldView, ...]
    releases: tuple[HoldView, ...]
    asks: tuple[AskView, ...]
    more: bool
