"""A request is answered within a month; little moves that day, and what does is counted in whole days."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from whistle.errors import RuleRefused
from whistle.rules import calendar
from whistle.rules.policy import load_versions
from whistle.rules.text import clean_text

#: GDPR 12(3): within one month of receipt.
ANSWER_MONTHS: Final = 1
#: GDPR 12(3): the period may be extended by two further months, once: three from receipt.
EXTENDED_MONTHS: Final = 3
#: Asked to prove identity later than this, nothing is added (own choice: nobody wins time by asking late).
ASK_WITHIN_DAYS: Final = 5
#: On this day of a request the neutral sentence goes to everybody, in one batch.
NEUTRAL_DAY: Final = 20
#: "En gång per år": a second request within twelve months of the first is flagged, never refused by itself.
REPEAT_MONTHS: Final = 12
#: The officer is told so many days before the target (own choice).
REMIND_DAYS: Final = (7, 1)
#: Reasons are a page at most (own choice).
REASONS_LIMIT: Final = 10_000
#: A reason shorter than this says nothing (own choice).
REASONS_LEAST: Final = 20


@dataclass(frozen=True)
class Asked:
    """The person was asked to prove who they are on one local day, and answered on another, or not yet."""

    asked_on: date
    answered_on: date | None = None


@dataclass(frozen=True)
class RequestFacts:
    """What the dates of a request depend on; every date is a day in the company's own zone."""

    received_on: date
    country: str
    asked: tuple[Asked, ...] = ()
    extended_on: date | None = None


@dataclass(frozen=True)
class Dates:
    """When an answer is owed: the target, beside it the last legal day, and what moved them.

    `added_days` are the days the clock stood still so far, `stands_still` whether it does now. `neutral_on`
    is the day of the neutral sentence for who is verified by then.
    """

    target_on: date
    last_legal_day: date
    added_days: int
    stands_still: bool
    extended: bool
    neutral_on: date

    def is_overdue(self, today: date) -> bool:
        """Say whether the target day has ended; while the clock stands still it has not."""
        return today > self.target_on


def dates_of(facts: RequestFacts, today: date) -> Dates:
    """Return the dates of a request as they stand on `today`.

    Target: receipt + 1 calendar month, extended receipt + 3, and the whole local days from asking for proof
    of identity to its answer; asked later than 5 days after receipt, none. The last legal day is that target
    moved by Regulation 1182/71. SettingsWrong for an unknown country.
    """
    counting = [one for one in facts.asked if _counts(one, facts.received_on)]
    added = _still_days(counting, today)
    months = ANSWER_MONTHS if facts.extended_on is None else EXTENDED_MONTHS
    target = calendar.add_days(calendar.add_months(facts.received_on, months), added)
    return Dates(
        target_on=target,
        last_legal_day=calendar.last_legal_day(target, facts.country, calendar.EU),
        added_days=added,
        stands_still=any(one.answered_on is None for one in counting),
        extended=facts.extended_on is not None,
        neutral_on=calendar.add_days(facts.received_on, NEUTRAL_DAY),
    )


def _counts(asked: Asked, received_on: date) -> bool:
    return received_on <= asked.asked_on <= calendar.add_days(received_on, ASK_WITHIN_DAYS)


def _still_days(asked: Sequence[Asked], today: date) -> int:
    """The days from asking to the answer; a day on which two questions were open counts once."""
    still, seen = 0, date.min
    for one in sorted(asked, key=lambda question: question.asked_on):
        begins = max(one.asked_on, seen)
        ends = max(today if one.answered_on is None else one.answered_on, begins)
        still += (ends - begins) // timedelta(days=1)
        seen = ends
    return still


def check_extension(facts: RequestFacts, reasons: str, today: date) -> Dates:
    """Return the dates once the request is extended on `today`, the day on which the person is told.

    RuleRefused: `extended_before` (there is one extension), `extension_late` (after the target day: the
    person is told by it, an own choice), `reasons` (GDPR 12(3)), and those of clean_text.
    """
    if facts.extended_on is not None:
        raise RuleRefused("extended_before", "A request is extended once.")
    if dates_of(facts, today).is_overdue(today):
        raise RuleRefused("extension_late", "The person must be told of an extension by the target day.")
    check_reasons(reasons)
    return dates_of(RequestFacts(facts.received_on, facts.country, facts.asked, today), today)


def check_reasons(reasons: str) -> str:
    """Return reasons that say something. RuleRefused: `reasons`, and those of clean_text."""
    text = clean_text(reasons, REASONS_LIMIT).strip()
    if len(text) < REASONS_LEAST:
        raise RuleRefused("reasons", f"Give the reasons, in at least {REASONS_LEAST} characters.")
    return text


def neutral_due_on(received_on: date, verified_on: date) -> date:
    """Return the day of the neutral sentence: day 20, or the day of the check of who is verified later."""
    return max(calendar.add_days(received_on, NEUTRAL_DAY), verified_on)


def purge_due(answered_on: date, today: date) -> date:
    """Return the day from which request and answer are gone, as the policy stands on `today`."""
    return calendar.add_months(answered_on, load_versions().request_months(answered_on, today))


def first_of(received_on: date, verified_before: Iterable[date]) -> date | None:
    """Return the day of the first access request within whose twelve months another was received.

    Once a year it is free: what comes later than twelve months after the first is a first one again, whatever
    came in between. `verified_before`: the days of receipt of the same person's access requests, the verified
    ones alone. Ask only once this one is verified too: before that nothing is matched. None: it is no repeat.
    """
    first: date | None = None
    for day in sorted(day for day in verified_before if day <= received_on):
        if first is None or day > calendar.add_months(first, REPEAT_MONTHS):
            first = day
    within = first is not None and received_on <= calendar.add_months(first, REPEAT_MONTHS)
    return first if within else None


def is_repeat(received_on: date, verified_before: Iterable[date]) -> bool:
    """Say whether an access request is flagged as a repeat (`first_of`); it is never refused for that."""
    return first_of(received_on, verified_before) is not None


def check_excessive(noticed_on: date | None, reasons: str, today: date) -> None:
    """Refuse a fee, or a refusal as excessive (GDPR 12(5)), of which the person was not told beforehand.

    RuleRefused: `notice_first` (no notice on an earlier day, an own choice), and those of check_reasons.
    """
    if noticed_on is None or noticed_on >= today:
        raise RuleRefused("notice_first", "Tell the person first, and wait for a day.")
    check_reasons(reasons)
