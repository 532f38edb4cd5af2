"""Random histories of a case, the same on every machine, and what the rules say of each."""

import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta

from whistle.rules.calendar import local_day
from whistle.rules.retention import HoldFacts, Retention, RetentionFacts, closed_for_work, decide, purge_due
from whistle.rules.states import State

EPOCH = datetime(2020, 1, 1, tzinfo=UTC)
ZONES = {"SE": "Europe/Stockholm", "NO": "Europe/Oslo", "FI": "Europe/Helsinki", "DK": "Europe/Copenhagen"}
MINUTES_A_DAY = 24 * 60
KINDS = ("close", "reopen", "hold", "release", "look", "look", "close", "look")

Answer = tuple[str, int, str]
"""What a pass does, the ordinal of its due day (0: none), and why in one word."""


@dataclass(frozen=True)
class History:
    """Where a case lies, for how many months it is kept, when it came, and what was done at which minute."""

    country: str
    months: int
    received: int
    steps: tuple[tuple[int, str], ...]


def histories(count: int, seed: int) -> Iterator[History]:
    """So many histories: clocks that jump, also back, and looks that crowd around the day of purge."""
    chance = random.Random(seed)  # noqa: S311 (draws cases for a test; the seed makes them the same everywhere)
    countries = tuple(ZONES)
    for _one in range(count):
        months = 24 if chance.random() < 0.6 else 1 + int(chance.random() * 24)
        at = received = int(chance.random() * 5 * 365 * MINUTES_A_DAY)
        steps = []
        for kind in chance.choices(KINDS, k=3 + int(chance.random() * 6)):
            at = max(0, at + _jump(chance.random(), chance.random(), months))
            steps.append((at, kind))
        yield History(countries[int(chance.random() * 4)], months, received, tuple(steps))


def _jump(which: float, how_far: float, months: int) -> int:
    """Minutes to the next step: near the period as often as anywhere, and now and then back."""
    if which < 0.35:
        return int((months * 30.44 - 2 + how_far * 4) * MINUTES_A_DAY)
    if which < 0.5:
        return int((-1 - how_far * 40) * MINUTES_A_DAY * how_far)
    if which < 0.6:
        return int((60 * 30.44 - 3 + how_far * 6) * MINUTES_A_DAY)
    return int(how_far * 300 * MINUTES_A_DAY * how_far)


class Case:
    """A case as the vault keeps it, moved by the rules alone."""

    def __init__(self, history: History) -> None:
        self.policy = Retention(history.months)
        zone = ZONES[history.country]
        self.last = local_day(instant(history.received), zone)
        self.facts = RetentionFacts(self.last, None, None, zone, history.country, State.RECEIVED)
        self.holds: list[HoldFacts] = []

    def step(self, at: int, kind: str) -> Answer | None:
        """Do one step; a look gives what a pass would do then."""
        now = instant(at)
        if kind == "look":
            verdict = decide(self.facts, self.holds, now)
            return verdict.action, verdict.due_on.toordinal() if verdict.due_on else 0, verdict.why
        # A clock that goes back dates no event before an earlier one.
        self.last = max(self.last, local_day(now, self.facts.zone))
        getattr(self, f"_{kind}")(now)
        return None

    def _close(self, _now: datetime) -> None:
        if self.facts.state != State.CLOSED:
            due = purge_due(self.last, self.facts.received_on, self.facts.country, self.policy)
            self.facts = replace(self.facts, state=State.CLOSED, closed_on=self.last, purge_due_on=due)

    def _reopen(self, now: datetime) -> None:
        if self.facts.state == State.CLOSED and not closed_for_work(self.facts, now):
            self.facts = replace(self.facts, state=State.IN_PROGRESS, closed_on=None, purge_due_on=None)

    def _hold(self, _now: datetime) -> None:
        self.holds.append(HoldFacts("court_ruling", self.last, self.last + timedelta(days=300)))

    def _release(self, _now: datetime) -> None:
        for n, hold in enumerate(self.holds):
            if hold.is_in_force:
                self.holds[n] = replace(hold, released_on=self.last)
                return


def by_the_rules(history: History) -> list[Answer]:
    """What each look of a history gives, up to the purge: after it there is no case to look at."""
    case, answers = Case(history), []
    for at, kind in history.steps:
        answer = case.step(at, kind)
        if answer is not None:
            answers.append(answer)
            if answer[0] == "purge":
                break
    return answers


def instant(minutes: int) -> datetime:
    """The instant so many minutes after the epoch of these histories."""
    return EPOCH + timedelta(minutes=minutes)


def day_number(day: date) -> int:
    """Days since the epoch of these histories."""
    return (day - EPOCH.date()).days
