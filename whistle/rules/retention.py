"""A closed case is purged from the first moment of its due day, unless a hold is in force."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final, Literal

from whistle.errors import SettingsWrong
from whistle.rules import calendar
from whistle.rules.profiles import LONGEST_RETENTION_MONTHS, Period, load_profiles
from whistle.rules.states import State

Action = Literal["purge", "keep", "blocked"]

#: Handlers are told so many days before a case is purged (policy of the channel).
WARN_DAYS: Final = (30, 7, 1)
#: And so many days before an open Finnish case reaches its 60 months.
CAP_WARN_DAYS: Final = (90, 30, 7, 1)


@dataclass(frozen=True)
class Retention:
    """A company's period in calendar months after closing; SettingsWrong unless 1 to 24 (2021:890 7:8)."""

    months: int = LONGEST_RETENTION_MONTHS

    def __post_init__(self) -> None:
        if not 1 <= self.months <= LONGEST_RETENTION_MONTHS:
            raise SettingsWrong(f"A retention period must be 1 to {LONGEST_RETENTION_MONTHS} months.")


@dataclass(frozen=True)
class RetentionFacts:
    """What decides about a purge: days in the company's zone, `purge_due_on` as it was stored at closing."""

    received_on: date
    closed_on: date | None
    purge_due_on: date | None
    zone: str
    country: str
    state: State | str


@dataclass(frozen=True)
class HoldFacts:
    """A hold without its citation, which is sealed; it is in force until `released_on` is set."""

    ground: str
    placed_on: date
    review_on: date
    released_on: date | None = None

    @property
    def is_in_force(self) -> bool:
        """Say whether the hold protects its case; a review day that passed ends nothing."""
        return self.released_on is None


@dataclass(frozen=True)
class Verdict:
    """What a pass does with a case: the action, its due day, why in one machine word, and a sentence."""

    action: Action
    due_on: date | None
    why: str
    said: str


def purge_due(closed_on: date, received_on: date, country: str, policy: Retention) -> date:
    """Return the due day of a case, to be stored when it closes.

    Closing + the company's months (24 at most). Finland: the earlier of that and receipt + 60 months
    (1171/2022 § 29); closed only after those 60 months, closing + 30 days (own choice). SettingsWrong for
    an unknown country.
    """
    # A clock that went back dates no event before an earlier one.
    closed_on = max(closed_on, received_on)
    due = calendar.add_months(closed_on, policy.months)
    periods = load_profiles().of(country).periods
    if "open_cap" not in periods:
        return due
    capped = periods["open_cap"].after(received_on)
    if closed_on >= capped:
        capped = periods["late_closing"].after(closed_on)
    return min(due, capped)


def open_cap(received_on: date, country: str) -> date | None:
    """Return the day from which an open case is blocked (Finland: receipt + 60 months), or None."""
    period: Period | None = load_profiles().of(country).periods.get("open_cap")
    return None if period is None else period.after(received_on)


def decide(
    facts: RetentionFacts, holds: Sequence[HoldFacts], now: datetime, *, grounded: bool = False
) -> Verdict:
    """Say what a pass at instant `now` (aware) must do with the case.

    `grounded`: legal recorded a ground on which an open case may stand longer; it keeps no closed one.
    `why` is one of: `open`, `hold`, `open_cap`, `open_ground`, `not_due`, `due`, `dates_wrong`.
    A purge is answered only for a closed case, from 00:00 local of the stored due day, with no hold in force.
    RuleRefused("naive_time").
    """
    held = any(hold.is_in_force for hold in holds)
    if facts.state != State.CLOSED:
        return _decide_open(facts, now, held=held, grounded=grounded)
    due = facts.purge_due_on
    if due is None or facts.closed_on is None or due <= facts.closed_on:
        return Verdict(
            "keep", due, "dates_wrong", "The dates of the closed case do not agree; somebody must look."
        )
    if not _has_come(due, facts.zone, now):
        return Verdict("keep", due, "not_due", "The case is closed and its day has not come.")
    if held:
        return Verdict("keep", due, "hold", "The case is past its day and a hold is in force.")
    return Verdict("purge", due, "due", "The case is closed, its day has come and no hold is in force.")


def _decide_open(facts: RetentionFacts, now: datetime, *, held: bool, grounded: bool) -> Verdict:
    capped = open_cap(facts.received_on, facts.country)
    if capped is None or not _has_come(capped, facts.zone, now):
        return Verdict("keep", None, "open", "The case is open.")
    if held:
        return Verdict(
            "keep", capped, "hold", "The case is open past its longest time and a hold is in force."
        )
    if grounded:
        return Verdict(
            "keep", capped, "open_ground", "The case is open past its longest time, on a ground of the law."
        )
    return Verdict(
        "blocked", capped, "open_cap", "The case is open past its longest time; close it or state a ground."
    )


def closed_for_work(facts: RetentionFacts, now: datetime) -> bool:
    """Say whether nobody may open the case for work: from 00:00 local of its due day, held or not."""
    if facts.state != State.CLOSED or facts.purge_due_on is None:
        return False
    return _has_come(facts.purge_due_on, facts.zone, now)


def warn_days(due_on: date, today: date, steps: Sequence[int] = WARN_DAYS) -> int | None:
    """Return how many days are left when today is one of the days to warn on, else None."""
    left = (due_on - today).days
    return left if left in steps else None


def warning_stage(due_on: date, today: date, steps: Sequence[int] = WARN_DAYS) -> int | None:
    """Return the latest warning that was owed by today; None before the first and from the due day on.

    A pass that stores the stage it warned at misses none when the machine was off on the very day.
    """
    left = (due_on - today) // timedelta(days=1)
    return min((step for step in steps if 1 <= left <= step), default=None)


def _has_come(day: date, zone: str, now: datetime) -> bool:
    # local_day is asked first because it refuses a time without an offset. The start of the day decides, not
    # the local date: where a clock is set back over midnight the date returns, the instant does not.
    calendar.local_day(now, zone)
    return now >= calendar.start_of_day(day, zone)
