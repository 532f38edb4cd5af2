"""Every duty has a target day that nothing moves, and beside it the last day the law allows."""

from dataclasses import dataclass
from datetime import date
from typing import Final

from whistle.rules import calendar
from whistle.rules.profiles import Profile, load_profiles
from whistle.rules.states import State

#: An open case that nobody touched for so many days is an alarm (policy of the channel, own choice).
UNTOUCHED_DAYS: Final = 90
#: The first warning before an open Finnish case reaches its 60 months comes so many days ahead (own choice).
CAP_NOTICE_DAYS: Final = 90


@dataclass(frozen=True)
class Duty:
    """One thing owed: its kind, the target day, the last legal day, and the rule it comes from."""

    kind: str
    due_on: date
    last_legal_day: date
    rule: str

    def is_overdue(self, today: date) -> bool:
        """Say whether the target day has ended; a due day ends at its own midnight."""
        return today > self.due_on


@dataclass(frozen=True)
class CaseFacts:
    """What the deadlines of a case depend on; every date is a day in the company's own zone."""

    state: State | str
    country: str
    zone: str
    received_on: date
    acknowledged_on: date | None = None
    acknowledgement_waived: bool = False
    feedback_given_on: date | None = None
    closed_on: date | None = None
    purge_due_on: date | None = None
    meeting_wanted: bool = False
    untouched_since: date | None = None
    hold_review_on: date | None = None


def duties_at_receipt(
    received_on: date, country: str, *, acknowledgement_waived: bool, meeting: bool
) -> tuple[Duty, ...]:
    """Return what is owed from the day of receipt, earliest first.

    `acknowledgement`: receipt + 7 days unless waived. `meeting`: + 14 days, an internal target, if wanted.
    `persons_concerned`: + 1 month (GDPR 14(3)). `feedback`: + 3 months, the strictest reading of 5:8 p 3.
    SettingsWrong for an unknown country.
    """
    profile = load_profiles().of(country)
    duties = [_persons_concerned(received_on, profile), _feedback(received_on, None, profile)]
    if not acknowledgement_waived:
        duties.append(_acknowledgement(received_on, profile))
    if meeting:
        period = profile.periods["meeting"]
        duties.append(_fixed("meeting", period.after(received_on), period.source))
    return tuple(sorted(duties, key=lambda duty: duty.due_on))


def feedback_last_legal_day(received_on: date, acknowledged_on: date | None, country: str) -> date:
    """Return the last day the law allows for feedback; the target stays receipt + 3 months.

    Acknowledgement + 3 months, or receipt + 7 days + 3 months if there was none (Directive 9(1)(f)).
    """
    profile = load_profiles().of(country)
    begins = profile.periods["acknowledgement"].after(received_on)
    if acknowledged_on is not None:
        # A clock that went back must not date the acknowledgement before the receipt.
        begins = max(acknowledged_on, received_on)
    return calendar.last_legal_day(profile.periods["feedback"].after(begins), country, profile.channel_regime)


def next_duty(facts: CaseFacts, today: date) -> Duty | None:
    """Return the one thing that is owed next in the case, for sorting a list; None when nothing is.

    Open: acknowledgement until given or waived, feedback until given, then the review that falls first (of a
    hold, of a case untouched for 90 days, of a Finnish case near its 60 months). Closed: the review of a
    hold, then the purge. A meeting is not among them: whether it was held is known to people, not to dates.
    """
    profile = load_profiles().of(facts.country)
    if facts.state == State.CLOSED:
        return _next_when_closed(facts, profile)
    if facts.acknowledged_on is None and not facts.acknowledgement_waived:
        return _acknowledgement(facts.received_on, profile)
    if facts.feedback_given_on is None:
        return _feedback(facts.received_on, facts.acknowledged_on, profile)
    return min(_reviews(facts, profile, today), key=lambda duty: duty.due_on, default=None)


def _next_when_closed(facts: CaseFacts, profile: Profile) -> Duty | None:
    # A hold outlives the due day, so its review is what is owed; the purge waits for the release.
    if facts.hold_review_on is not None:
        return _fixed("review", facts.hold_review_on, "S26")
    if facts.purge_due_on is None:
        return None
    return _fixed("purge", facts.purge_due_on, profile.periods["retention"].source)


def _reviews(facts: CaseFacts, profile: Profile, today: date) -> list[Duty]:
    reviews = []
    if facts.hold_review_on is not None:
        reviews.append(_fixed("review", facts.hold_review_on, "S26"))
    if facts.untouched_since is not None:
        reviews.append(
            _fixed("review", calendar.add_days(facts.untouched_since, UNTOUCHED_DAYS), "untouched")
        )
    cap = profile.periods.get("open_cap")
    if cap is not None:
        capped_on = cap.after(facts.received_on)
        if calendar.add_days(today, CAP_NOTICE_DAYS) >= capped_on:
            reviews.append(_fixed("review", capped_on, cap.source))
    return reviews


def _acknowledgement(received_on: date, profile: Profile) -> Duty:
    period = profile.periods["acknowledgement"]
    due_on = period.after(received_on)
    legal = calendar.last_legal_day(due_on, profile.country, profile.channel_regime)
    return Duty("acknowledgement", due_on, legal, period.source)


def _feedback(received_on: date, acknowledged_on: date | None, profile: Profile) -> Duty:
    period = profile.periods["feedback"]
    legal = feedback_last_legal_day(received_on, acknowledged_on, profile.country)
    return Duty("feedback", period.after(received_on), legal, period.source)


def _persons_concerned(received_on: date, profile: Profile) -> Duty:
    period = profile.periods["persons_concerned"]
    due_on = period.after(received_on)
    legal = calendar.last_legal_day(due_on, profile.country, calendar.EU)
    return Duty("persons_concerned", due_on, legal, period.source)


def _fixed(kind: str, due_on: date, rule: str) -> Duty:
    return Duty(kind, due_on, due_on, rule)
