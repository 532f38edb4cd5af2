"""What the pages of privacy requests are given to show."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from whistle.parties.views import Count, Entry, FileView


@dataclass(frozen=True, slots=True)
class AnsweringCompany:
    """A company as the form lists it; `open` says whether somebody is there to answer."""

    code: str
    name: str
    country: str
    open: bool


@dataclass(frozen=True, slots=True)
class RequestReceipt:
    """What the person gets: the key while it may be shown, and the dates. `code_sent`: a letter goes out.

    `again`: it stood already; `not_kept` are the parts of the form that this time said something else.
    """

    case_key: str | None
    number: str
    company_name: str
    received_on: date
    due_on: date
    last_legal_day: date
    code_sent: bool
    again: bool
    not_kept: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RequestFacts:
    """The days and states of a request, for whoever may see it."""

    number: str
    company_code: str
    company_name: str
    country: str
    state: str
    child: bool
    received_on: date
    due_on: date
    last_legal_day: date
    days_stood_still: int
    asked_on: date | None
    extended_on: date | None
    noticed_on: date | None
    verified_on: date | None
    answered_on: date | None
    closed_on: date | None
    purge_on: date | None
    review_on: date | None
    mail: str
    held: bool
    past_day: bool
    may_extend: bool
    neutral_on: date | None
    today: date


@dataclass(frozen=True, slots=True)
class RequestMailbox:
    """A request as the person sees it; `language` is the one it was written in.

    `nobody_reads`: no officer is left, and none is appointed yet.
    """

    facts: RequestFacts
    rights: tuple[str, ...]
    categories: tuple[str, ...]
    language: str
    entries: tuple[Entry, ...]
    new_entries: int
    files: tuple[FileView, ...]
    nobody_reads: bool = False


@dataclass(frozen=True, slots=True)
class RequestRow:
    """A line of an officer's list."""

    number: str
    company_name: str
    state: str
    child: bool
    received_on: date
    due_on: date
    last_legal_day: date
    days_left: int
    new: int
    asked_on: date | None


@dataclass(frozen=True, slots=True)
class RequestPage:
    """A page of an officer's list; `after` is the cursor of the next page."""

    rows: tuple[RequestRow, ...]
    total: Count
    late: Count
    soon: Count
    unproved: Count
    after: str | None
    lacking: tuple[str, ...]
    today: date


@dataclass(frozen=True, slots=True)
class DecisionView:
    """What an officer decided, and whether it differs from what the rules say."""

    right: str
    category: str
    verdict: str
    ground: str
    reasons: str
    day: date
    author: str
    policy_verdict: str
    differs: bool


@dataclass(frozen=True, slots=True)
class VerdictView:
    """What the rules say of one right over one category, and what was decided last, if anything.

    `said`: the policy's own sentence. `outcome`: how long it is kept, as far as is known, and `until`: the
    day it is gone (rules/keeping.py). `missing`: the fact to find out first.
    """

    right: str
    category: str
    answer: str
    why: Mapping[str, str]
    source: str
    decided: DecisionView | None
    said: str = ""
    bases: tuple[str, ...] = ()
    outcome: str = ""
    until: date | None = None
    missing: str = ""


@dataclass(frozen=True, slots=True)
class TaskView:
    """Somebody who is to be told of a change."""

    id: str
    recipient: str
    what: str
    opened_on: date
    outcome: str | None
    done_on: date | None
    reason: str


@dataclass(frozen=True, slots=True)
class DeskRequest:
    """A request on an officer's page. Before the person is known `details` and files are not shown.

    `repeats` are the numbers of earlier requests for access by the same person. `proofs_kept`: a hold keeps
    what was sent as proof, though the check is done.
    `parts`: those that the rules ask facts about, and whether some were entered.
    """

    facts: RequestFacts
    rights: tuple[str, ...]
    categories: tuple[str, ...]
    name: str
    email: str
    unsure: bool
    language: str
    entries: tuple[Entry, ...]
    verdicts: tuple[VerdictView, ...]
    decisions: tuple[DecisionView, ...]
    tasks: tuple[TaskView, ...]
    repeats: tuple[str, ...]
    to_handlers: bool
    proofs_kept: bool = False
    parts: tuple[tuple[str, bool], ...] = ()


@dataclass(frozen=True, slots=True)
class CopyRow:
    """A line of a handler's list of copies."""

    number: str
    company_name: str
    due_on: date
    days_left: int
    answered_on: date | None
    new: bool


@dataclass(frozen=True, slots=True)
class CopyView:
    """The copy of a request as those who handle reports read it."""

    number: str
    company_name: str
    country: str
    received_on: date
    due_on: date
    rights: tuple[str, ...]
    name: str
    email: str
    entries: tuple[Entry, ...]
    answered_on: date | None


@dataclass(frozen=True, slots=True)
class FactsView:
    """What an officer is asked to find out about one part of a request, and what was found before.

    `asked` are codes of rules/asked_facts.py; `offered`: what may be said of each; `days`: fields of days.
    """

    facts: RequestFacts
    part: str
    rights: tuple[str, ...]
    asked: tuple[str, ...]
    offered: Mapping[str, tuple[str, ...]]
    days: tuple[str, ...]
    found: Mapping[str, str | list[str]]
    by: str
    day: date | None
