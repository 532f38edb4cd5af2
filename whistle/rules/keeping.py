"""How long data of a category is kept is counted from the policy, and where it is silent nobody guesses."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from whistle.rules.policy_codes import Category, KeptBy, Start
from whistle.rules.policy_words import Cited, Kept, Policy
from whistle.rules.verdicts import is_kept


class Outcome(StrEnum):
    """What is known: a day, still running, without limit, kept by a law that is cited, or undecided."""

    UNTIL = "until"
    RUNNING = "running"
    NO_LIMIT = "no_limit"
    BY_LAW = "by_law"
    UNDECIDED = "undecided"


@dataclass(frozen=True)
class Events:
    """The days on which periods depend, each local and None where it has not come or is not known.

    `relation_ended_on`: ended expressly. `last_interaction_on`: the last contact with the company;
    `last_activity_on`: the last event in the installation. `permit_until`: what a camera permit says.
    `stopped_on`: marketing was objected to, or its consent withdrawn.
    """

    relation_ended_on: date | None = None
    last_interaction_on: date | None = None
    last_activity_on: date | None = None
    dismantled_on: date | None = None
    recorded_on: date | None = None
    permit_until: date | None = None
    collected_on: date | None = None
    purpose_met_on: date | None = None
    stopped_on: date | None = None
    financial_year_ended_on: date | None = None
    case_closed_on: date | None = None
    kept_by: KeptBy | None = None
    provision: str = ""


@dataclass(frozen=True)
class Keeping:
    """How long: `until` is the first day on which the data is gone, and `cited` what says so."""

    outcome: Outcome
    until: date | None
    cited: Cited

    def has_ended(self, today: date) -> bool:
        """Say whether the period has ended by `today`."""
        return self.until is not None and self.until <= today


def kept(category: Category, country: str, events: Events, policy: Policy) -> Keeping:
    """Return how long data of `category` is kept by a company of `country`.

    A law that keeps it comes first; the alarm act and other laws count only with a provision cited. For
    whistleblowing it is the longest a case may stand: rules/retention.py says what holds for one.
    """
    kind = policy.categories[category]
    if events.kept_by is not None and is_kept(events.kept_by, events.provision, kind, policy):
        return Keeping(Outcome.BY_LAW, None, policy.exceptions[events.kept_by].cited)
    periods = {one.start: one for one in kind.periods if one.holds_in(country)}
    outcome, until, start = _COUNTS[category](events, periods)
    return Keeping(outcome, until, periods[start].cited if start is not None else kind.cited)


def relation_ended_on(events: Events, policy: Policy) -> date | None:
    """Return the day on which the customer relation ended or will, or None where no day is known.

    Ended expressly, that day; else 60 months after the last interaction (S5-S26). Contact after an express
    end is open for the owner to decide: no day.
    """
    periods = {one.start: one for one in policy.categories[Category.CUSTOMER].periods}
    return _relation_ended(events, periods)


_Periods = Mapping[Start, Kept]
_Counted = tuple[Outcome, date | None, Start | None]


def _relation_ended(events: Events, periods: _Periods) -> date | None:
    ended, contact = events.relation_ended_on, events.last_interaction_on
    if ended is not None:
        return None if contact is not None and contact > ended else ended
    return None if contact is None else periods[Start.LAST_INTERACTION].until(contact)


def _relation(events: Events, periods: _Periods) -> _Counted:
    ended = _relation_ended(events, periods)
    if ended is not None:
        return Outcome.UNTIL, periods[Start.RELATION_ENDED].until(ended), Start.RELATION_ENDED
    undecided = events.relation_ended_on is not None
    return (Outcome.UNDECIDED if undecided else Outcome.RUNNING), None, Start.LAST_INTERACTION


def _after(name: str, start: Start) -> Callable[[Events, _Periods], _Counted]:
    def count(events: Events, periods: _Periods) -> _Counted:
        day: date | None = getattr(events, name)
        if start not in periods:
            return Outcome.UNDECIDED, None, None
        return (
            (Outcome.RUNNING, None, start)
            if day is None
            else (Outcome.UNTIL, periods[start].until(day), start)
        )

    return count


def _service_history(events: Events, periods: _Periods) -> _Counted:
    if events.dismantled_on is not None:
        return Outcome.UNDECIDED, None, None
    return _after("last_activity_on", Start.LAST_ACTIVITY)(events, periods)


def _video(events: Events, periods: _Periods) -> _Counted:
    if events.permit_until is not None:
        return Outcome.UNTIL, events.permit_until, Start.RECORDED
    return _after("recorded_on", Start.RECORDED)(events, periods)


def _web(events: Events, periods: _Periods) -> _Counted:
    outcome, until, start = _after("collected_on", Start.COLLECTED)(events, periods)
    days = [day for day in (until, events.purpose_met_on) if day is not None]
    return (Outcome.UNTIL, min(days), start) if days else (outcome, None, start)


def _marketing(events: Events, _periods: _Periods) -> _Counted:
    return (Outcome.RUNNING if events.stopped_on is None else Outcome.UNTIL), events.stopped_on, None


_COUNTS: Final[Mapping[Category, Callable[[Events, _Periods], _Counted]]] = MappingProxyType(
    {
        Category.CUSTOMER: _relation,
        Category.MOBILE_TRAFFIC: _relation,
        Category.BOOKKEEPING: _after("financial_year_ended_on", Start.FINANCIAL_YEAR),
        Category.MARKETING: _marketing,
        Category.SERVICE_HISTORY: _service_history,
        Category.ALARM_LOGS: lambda _events, _periods: (Outcome.NO_LIMIT, None, None),
        Category.VIDEO: _video,
        Category.WEB: _web,
        Category.ACCESS_LOGS: lambda _events, _periods: (Outcome.UNDECIDED, None, None),
        Category.WHISTLEBLOWING: _after("case_closed_on", Start.CASE_CLOSED),
    }
)
