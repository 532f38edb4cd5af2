"""Every duty has a target day that nothing moves, and beside it the last day the law allows."""

from dataclasses import dataclass
from datetime import date
from typing import Final

from whistle.rules import calendar
from whistle.rules.profiles import Period, Profile, load_profiles
from whistle.rules.requests import ANSWER_MONTHS
from whistle.rules.states import State

#: An open case that nobody touched for so many days is an alarm (policy of the channel, own choice).
UNTOUCHED_DAYS: Final = 90
#: The first warning before an open Finnish case reaches its 60 months comes so many days ahead (own choice).
CAP_NOTICE_DAYS: Final = 90
#: Rights asked for with the key of a case: its handlers answer within a month of that day (GDPR 12(3)).
RIGHTS: Final = "rights"
#: So long the reporter has to read, correct and approve minutes before they may be locked without (L4).
MINUTES_DAYS: Final = 14


@dataclass(frozen=True)
class Duty:
    """One thing owed: its kind, the target day, the last legal day, and the rule it comes from.

    `rule` is the source as it is cited; `key` names the rule, so that a page can say it in a sentence with
    the length of its period, `months` or `days`.
    """

    kind: str
    due_on: date
    last_legal_day: date
    rule: str
    key: str = ""
    months: int = 0
    days: int = 0

    def is_overdue(self, today: date) -> bool:
        """Say whether the target day has ended; a due day ends at its own midnight."""
        return today > self.due_on


@dataclass(frozen=True)
class CaseFacts:
    """What the deadlines of a case depend on; every date is a day in the company's own zone.

    `concerned_settled`: for every person concerned it was decided for good (L13). `concerned_undecided`: of
    one of them nothing was decided, beside those deferred until `concerned_review_on`.
    """

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
    meeting_held_on: date | None = None
    concerned_settled: bool = False
    concerned_undecided: bool = False
    concerned_review_on: date | None = None
    identity_ends_on: date | None = None
    minutes_shown_on: date | None = None
    ground_review_on: date | None = None
    rights_asked_on: date | None = None


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
        duties.append(_meeting(received_on, profile))
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
    """Return what is owed first in the case, for sorting a list; None when nothing is."""
    return next(iter(duties_of(facts, today)), None)


def duties_of(facts: CaseFacts, today: date) -> tuple[Duty, ...]:
    """Return everything that is owed in the case and not done, the earliest first.

    Open: acknowledgement until given or waived, meeting until held, persons concerned until decided, feedback
    until given, and reviews (of a hold, of a deferral, of a case untouched for 90 days, of a Finnish case
    within 90 days of its 60 months, or of the ground on which it may stand open longer). Closed: the review
    of a hold, else the purge. In both: the end of an approval to know the identity, minutes that wait to
    be locked, and the answer to rights that were asked for in the case.
    """
    profile = load_profiles().of(facts.country)
    found = _when_closed(facts, profile) if facts.state == State.CLOSED else _when_open(facts, profile, today)
    if facts.hold_review_on is not None:
        found.append(_fixed("review", facts.hold_review_on, "S26", "hold_review"))
    if facts.identity_ends_on is not None:
        found.append(_fixed("identity_ends", facts.identity_ends_on, "Own choice: 30 days", "identity_ends"))
    if facts.minutes_shown_on is not None:
        locked = Period(0, MINUTES_DAYS, "2021:890 8:3; 14 days are an own choice", facts.minutes_shown_on)
        found.append(_counted("minutes", facts.minutes_shown_on, locked, "minutes"))
    if facts.rights_asked_on is not None:
        answered = Period(ANSWER_MONTHS, 0, "GDPR 12(3)", facts.rights_asked_on)
        found.append(_counted(RIGHTS, facts.rights_asked_on, answered, RIGHTS, profile, calendar.EU))
    return tuple(sorted(found, key=lambda duty: duty.due_on))


def _when_closed(facts: CaseFacts, profile: Profile) -> list[Duty]:
    # A hold outlives the due day, so its review is what is owed; the purge waits for the release.
    if facts.hold_review_on is not None or facts.purge_due_on is None:
        return []
    return [_fixed("purge", facts.purge_due_on, profile.periods["retention"].source, "purge")]


def _when_open(facts: CaseFacts, profile: Profile, today: date) -> list[Duty]:
    found = [*_concerned(facts, profile), *_reviews(facts, profile, today)]
    if facts.acknowledged_on is None and not facts.acknowledgement_waived:
        found.append(_acknowledgement(facts.received_on, profile))
    if facts.meeting_wanted and facts.meeting_held_on is None:
        found.append(_meeting(facts.received_on, profile))
    if facts.feedback_given_on is None:
        found.append(_feedback(facts.received_on, facts.acknowledged_on, profile))
    return found


def _concerned(facts: CaseFacts, profile: Profile) -> list[Duty]:
    if facts.concerned_settled:
        return []
    found = []
    if facts.concerned_undecided or facts.concerned_review_on is None:
        found.append(_persons_concerned(facts.received_on, profile))
    if facts.concerned_review_on is not None:
        source = profile.periods["persons_concerned"].source
        found.append(_fixed("persons_concerned", facts.concerned_review_on, source, "concerned_review"))
    return found


def _reviews(facts: CaseFacts, profile: Profile, today: date) -> list[Duty]:
    reviews = []
    if facts.untouched_since is not None:
        untouched = Period(0, UNTOUCHED_DAYS, "Own choice", facts.untouched_since)
        reviews.append(_counted("review", facts.untouched_since, untouched, "untouched"))
    cap = profile.periods.get("open_cap")
    if cap is not None and facts.ground_review_on is not None:
        reviews.append(_fixed("review", facts.ground_review_on, cap.source, "ground_review"))
    elif cap is not None:
        capped_on = cap.after(facts.received_on)
        if calendar.add_days(today, CAP_NOTICE_DAYS) >= capped_on:
            reviews.append(_counted("review", facts.received_on, cap, "open_cap"))
    return reviews


def _acknowledgement(received_on: date, profile: Profile) -> Duty:
    return _counted(
        "acknowledgement", received_on, profile.periods["acknowledgement"], "acknowledgement", profile,
        profile.channel_regime,
    )  # fmt: skip


def _feedback(received_on: date, acknowledged_on: date | None, profile: Profile) -> Duty:
    period = profile.periods["feedback"]
    legal = feedback_last_legal_day(received_on, acknowledged_on, profile.country)
    return Duty(
        "feedback", period.after(received_on), legal, period.source, "feedback", period.months, period.days
    )


def _persons_concerned(received_on: date, profile: Profile) -> Duty:
    return _counted(
        "persons_concerned", received_on, profile.periods["persons_concerned"], "concerned", profile,
        calendar.EU,
    )  # fmt: skip


def _meeting(received_on: date, profile: Profile) -> Duty:
    return _counted("meeting", received_on, profile.periods["meeting"], "meeting")


def _counted(
    kind: str, begun_on: date, period: Period, key: str, profile: Profile | None = None, regime: str = ""
) -> Duty:
    """A duty a period after a day; with a regime the law's own last day stands beside it."""
    due_on = period.after(begun_on)
    legal = calendar.last_legal_day(due_on, profile.country, regime) if profile else due_on
    return Duty(kind, due_on, legal, period.source, key, period.months, period.days)


def _fixed(kind: str, due_on: date, rule: str, key: str) -> Duty:
    return Duty(kind, due_on, due_on, rule, key)
