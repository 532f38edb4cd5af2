"""What a page is given to show: frozen facts with opened text, made for one request and kept nowhere."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date

from whistle.parties.circle_views import CircleView
from whistle.parties.custody_views import (
    NOTHING_ASKED,
    NOTHING_GIVEN,
    ConsentView,
    IdentityDesk,
    IdentityMailbox,
)
from whistle.parties.redaction_views import ErasableLine, WaitingErasure
from whistle.parties.work_views import ConcernedView, MinutesView, WorkView
from whistle.rules.deadlines import Duty
from whistle.rules.redaction import Erased, Piece


@dataclass(frozen=True, slots=True)
class FileView:
    """A file as its record describes it. `id` is 32 hex digits, `size` in bytes.

    `cleaned`: `yes` (a copy that no longer tells who sent it), `no` (as it came), `nothing_to_clean`.
    """

    id: str
    name: str
    media_type: str
    size: int
    cleaned: str = ""


@dataclass(frozen=True, slots=True)
class Download:
    """A file that was verified to its end: `chunks()` opens it a second time and yields its bytes."""

    name: str
    media_type: str
    size: int
    chunks: Callable[[], Iterator[bytes]]


@dataclass(frozen=True, slots=True)
class Entry:
    """One message of the dialogue. `who` is `reporter`, `handler` or `channel` (the receipt).

    `pieces` is empty unless something was erased from the text.
    """

    n: int
    who: str
    author: str
    kind: str
    day: date
    text: str
    files: tuple[FileView, ...] = ()
    new: bool = False
    pieces: tuple[Piece, ...] = ()
    erased_files: tuple[Erased, ...] = ()


@dataclass(frozen=True, slots=True)
class Receipt:
    """What the reporter gets: the key while it may be shown (`None` once it was confirmed), and the dates."""

    case_key: str | None
    number: str
    company_name: str
    received_on: date
    acknowledgement: Duty | None
    feedback: Duty
    again: bool


@dataclass(frozen=True, slots=True)
class MailboxCase:
    """The case as its reporter sees it."""

    number: str
    company_code: str
    company_name: str
    country: str
    state: str
    received_on: date
    acknowledged_on: date | None
    feedback_on: date | None
    closed_on: date | None
    purge_on: date | None
    past_day: bool
    days_to_purge: int | None
    held: bool
    next_duty: Duty | None
    feedback_due: Duty
    entries: tuple[Entry, ...]
    new_entries: int
    identity_given_on: date | None
    files: tuple[FileView, ...]
    minutes: tuple[MinutesView, ...] = ()
    nobody_reads: bool = False
    identity: IdentityMailbox = NOTHING_ASKED
    consents: tuple[ConsentView, ...] = ()
    rights_due: date | None = None


@dataclass(frozen=True, slots=True)
class ExcludablePerson:
    """Somebody who could read or decide: the form sends `ref` and shows `function`, never a name alone."""

    ref: str
    role: str
    function: str


@dataclass(frozen=True, slots=True)
class CompanyChoice:
    """A company as the report form lists it. `open` says whether somebody is there to read."""

    code: str
    name: str
    country: str
    open: bool
    people: tuple[ExcludablePerson, ...]


@dataclass(frozen=True, slots=True)
class DeskRow:
    """One case in the handler's list; `days_left` is negative when late, `group` is late, soon or later."""

    number: str
    company_name: str
    state: str
    subject: str
    category: str
    duty: str | None
    due_on: date | None
    days_left: int | None
    group: str
    held: bool
    new: int
    handlers: tuple[str, ...]
    mine: bool
    assigned: str = ""


@dataclass(frozen=True, slots=True)
class Count:
    """A count that stops at a bound: `more` says that there are more than `value`."""

    value: int
    more: bool


@dataclass(frozen=True, slots=True)
class DeskPage:
    """A page of the list, 50 rows at most, most urgent first. `after` is the cursor of the next page."""

    rows: tuple[DeskRow, ...]
    total: Count
    late: Count
    soon: Count
    after: str | None
    today: date


@dataclass(frozen=True, slots=True)
class DeskCase:
    """A case as a designated handler sees it."""

    number: str
    company_code: str
    company_name: str
    country: str
    state: str
    subject: str
    category: str
    relation: str
    outcome: str
    meeting: str
    received_on: date
    acknowledged_on: date | None
    acknowledgement_waived: bool
    feedback_on: date | None
    closed_on: date | None
    purge_on: date | None
    closings: tuple[tuple[date, date], ...]
    held: bool
    holds: tuple[tuple[str, date], ...]
    past_day: bool
    next_duty: Duty | None
    days_left: int | None
    duties: tuple[Duty, ...]
    entries: tuple[Entry, ...]
    notes: tuple[Entry, ...]
    files: tuple[FileView, ...]
    identity_given: bool
    has_custodian: bool
    handlers: tuple[str, ...]
    excluded: tuple[str, ...]
    may_work: bool
    reopening_asked: bool
    reopening_asked_by_me: bool
    today: date
    owed: tuple[Duty, ...] = ()
    work: WorkView = field(default_factory=WorkView)
    identity: IdentityDesk = NOTHING_GIVEN
    consents: tuple[ConsentView, ...] = ()
    concerned: ConcernedView = field(default_factory=ConcernedView)
    minutes: tuple[MinutesView, ...] = ()
    meeting_held_on: date | None = None
    circle: CircleView = field(default_factory=CircleView)
    erasures: tuple[WaitingErasure, ...] = ()
    erasable: tuple[ErasableLine, ...] = ()
    blocked: bool = False


@dataclass(frozen=True, slots=True)
class PersonView:
    """A person as administrators and colleagues see them. `state`: `invited`, `active`, `retired`."""

    id: str
    name: str
    email: str
    state: str
    roles: tuple[tuple[str, str], ...]
    confirmed: bool
    signed_in: str = ""


@dataclass(frozen=True, slots=True)
class PendingKey:
    """A key that waits for confirmation by fingerprint, and what the viewer may do about it."""

    designation: str
    person_name: str
    role: str
    company_name: str
    confirmations: int
    needed: int
    confirmed_by_me: bool
    from_on: date | None = None
    to_on: date | None = None
    shared: bool = False


@dataclass(frozen=True, slots=True)
class LedgerLine:
    """One dated sentence of the ledger: who did what to which case, never a word of content."""

    seq: int
    day: date
    actor: str
    action: str
    case_number: str
    facts: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class LedgerPage:
    """A page of the ledger, newest first, and whether the chain verified while it was read."""

    lines: tuple[LedgerLine, ...]
    intact: bool
    before: int | None
