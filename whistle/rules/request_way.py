"""How far a request has come, and what its days are when a question about identity is open or closed."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from whistle.rules import calendar
from whistle.rules.policy_codes import PASSED_TO_HANDLERS
from whistle.rules.requests import Asked, RequestFacts, dates_of


class State(StrEnum):
    """How far a request has come; `sent`: the code from the mail has not been typed yet."""

    SENT = "sent"
    CODED = "coded"
    VERIFIED = "verified"
    ANSWERED = "answered"
    CLOSED = "closed"


#: So long an answer is offered in the mailbox (own choice).
OFFERED_DAYS: Final = 30


#: A code that nobody typed for so long is typed by nobody: the request is closed (own choice).
PROVE_DAYS: Final = 30
#: What was answered is closed within so many days, so that it has a day to be erased on (own choice).
CLOSE_DAYS: Final = 30


@dataclass(frozen=True, slots=True)
class RequestDates:
    """What the dates of a request depend on: `asked_on` while the person is asked who they are.

    `stood_still` are the days that questions which were answered have added.
    """

    received_on: date
    country: str
    stood_still: int = 0
    asked_on: date | None = None
    extended_on: date | None = None


def is_copied(rights: Collection[str]) -> bool:
    """Say whether a request for these rights is copied to those who handle reports."""
    return any(right in PASSED_TO_HANDLERS for right in rights)


def due_on(facts: RequestDates, today: date) -> date:
    """Return the target: receipt + 1 month (extended: + 3, not chained), and the days stood still."""
    bare = dates_of(RequestFacts(facts.received_on, facts.country, (), facts.extended_on), today)
    return calendar.add_days(bare.target_on, days_stood_still(facts, today))


def last_legal_day(facts: RequestDates, today: date) -> date:
    """Return the day the law at the latest sees it answered (Regulation 1182/71); shown, never relied on."""
    return calendar.last_legal_day(due_on(facts, today), facts.country, calendar.EU)


def days_stood_still(facts: RequestDates, today: date) -> int:
    """Return the whole local days from asking to the answer; a question that is open counts up to today."""
    if facts.asked_on is None:
        return facts.stood_still
    return facts.stood_still + added_by_asking(facts, today)


def added_by_asking(facts: RequestDates, answered_on: date) -> int:
    """Return the days that the open question adds when it is answered on that day."""
    if facts.asked_on is None:
        return 0
    asked = Asked(facts.asked_on, max(answered_on, facts.asked_on))
    return dates_of(RequestFacts(facts.received_on, facts.country, (asked,)), answered_on).added_days


def may_extend(facts: RequestDates, today: date) -> bool:
    """Say whether an extension may still be told: once, by the target day (stricter than the law)."""
    return facts.extended_on is None and today <= due_on(facts, today)


def is_offered(given_on: date, today: date) -> bool:
    """Say whether an answer can still be fetched in the mailbox."""
    return today <= calendar.add_days(given_on, OFFERED_DAYS)


def is_given_up(received_on: date, today: date) -> bool:
    """Say whether a request whose code was never typed is closed by now."""
    return today > calendar.add_days(received_on, PROVE_DAYS)


def close_by(answered_on: date) -> date:
    """Return the day by which an answered request is closed, if no restriction keeps it open."""
    return calendar.add_days(answered_on, CLOSE_DAYS)
