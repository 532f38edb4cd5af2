"""A privacy request is answered in a month, and its clock stands still only while identity is asked for."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from whistle.rules import calendar


class Right(StrEnum):
    """What a person may ask for (the policy, S27 to S45; GDPR articles 7, 12 to 22, 77 and 82)."""

    ACCESS = "access"
    RECTIFICATION = "rectification"
    COMPLETION = "completion"
    ERASURE = "erasure"
    RESTRICTION = "restriction"
    PORTABILITY = "portability"
    OBJECTION = "objection"
    WITHDRAWAL = "withdrawal"
    COMPLAINT = "complaint"
    COMPENSATION = "compensation"
    CHILD = "child"


class State(StrEnum):
    """How far a request has come; `sent`: the code from the mail has not been typed yet."""

    SENT = "sent"
    CODED = "coded"
    VERIFIED = "verified"
    ANSWERED = "answered"
    CLOSED = "closed"


#: Asked for any of these, a request is copied to those who handle reports, whatever it names.
COPIED: Final = frozenset({Right.ACCESS, Right.RECTIFICATION, Right.ERASURE, Right.RESTRICTION})
#: GDPR 12(3): within one month of receipt, and two further months where that is necessary.
ANSWER_MONTHS: Final = 1
EXTENDED_MONTHS: Final = 3
#: Identity asked for later than this adds nothing to the dates (own choice).
ASK_WITHIN_DAYS: Final = 5
#: The neutral answer about reports leaves on this day after receipt, in one batch (own choice).
NEUTRAL_DAYS: Final = 20
#: So long an answer is offered in the mailbox (own choice).
OFFERED_DAYS: Final = 30
#: A request and its answer are kept so long after the answer (own choice, open for the owner to decide).
KEPT_MONTHS: Final = 24
#: A second request for access within so many months of the first is flagged, never refused by itself.
REPEAT_MONTHS: Final = 12
#: A letter of the law for those who ask in a child's name: nobody else is asked for less (policy, child).
CHILD_UNDER: Final = 16


@dataclass(frozen=True, slots=True)
class RequestDates:
    """What the dates of a request depend on: `asked_on` while the person is asked who they are."""

    received_on: date
    country: str
    stood_still: int = 0
    asked_on: date | None = None
    extended_on: date | None = None


def is_copied(rights: Collection[str]) -> bool:
    """Say whether a request for these rights is copied to those who handle reports."""
    return any(right in COPIED for right in rights)


def due_on(facts: RequestDates, today: date) -> date:
    """Return the target: receipt + 1 month (extended: + 3, not chained), and the days stood still."""
    months = ANSWER_MONTHS if facts.extended_on is None else EXTENDED_MONTHS
    return calendar.add_days(calendar.add_months(facts.received_on, months), days_stood_still(facts, today))


def last_legal_day(facts: RequestDates, today: date) -> date:
    """Return the day the law at the latest sees it answered (Regulation 1182/71); shown, never relied on."""
    return calendar.last_legal_day(due_on(facts, today), facts.country, calendar.EU)


def days_stood_still(facts: RequestDates, today: date) -> int:
    """Return the whole local days from asking to the answer; a question that is open counts up to today."""
    if facts.asked_on is None:
        return facts.stood_still
    return facts.stood_still + added_by_asking(facts.received_on, facts.asked_on, today)


def added_by_asking(received_on: date, asked_on: date, answered_on: date) -> int:
    """Return what a question about identity adds: nothing when it came later than 5 days after receipt."""
    if (asked_on - received_on).days > ASK_WITHIN_DAYS:
        return 0
    return max(0, (answered_on - asked_on).days)


def may_extend(facts: RequestDates, today: date) -> bool:
    """Say whether an extension may still be notified: once, by the target day (stricter than the law)."""
    return facts.extended_on is None and today <= due_on(facts, today)


def neutral_day(received_on: date) -> date:
    """Return the day from which the neutral answer about reports may leave."""
    return calendar.add_days(received_on, NEUTRAL_DAYS)


def is_offered(given_on: date, today: date) -> bool:
    """Say whether an answer can still be fetched in the mailbox."""
    return today <= calendar.add_days(given_on, OFFERED_DAYS)


def purge_due(answered_on: date) -> date:
    """Return the day on which a closed request is erased: 24 months after its last answer."""
    return calendar.add_months(answered_on, KEPT_MONTHS)


def repeats_from(today: date) -> date:
    """Return the first day whose request for access makes one of today a repeat."""
    return calendar.add_months(today, -REPEAT_MONTHS)
