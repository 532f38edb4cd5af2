"""Legal and administrators look at what a leap of the clock would erase, and say whether it is right."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from whistle.errors import NotThere, RuleRefused
from whistle.parties.member import Member, require_fresh
from whistle.rules.calendar import add_days, add_months
from whistle.vault import clockguard, guards, registry, rehearsals
from whistle.vault.guards import Given, Shown
from whistle.vault.store import Store

DAYS: Final = {"day": 1, "week": 7}
MONTHS: Final = {"month": 1, "year": 12}
STEPS: Final = (*DAYS, *MONTHS)
"""By how much a rehearsal is moved forward at a time."""


@dataclass(frozen=True, slots=True)
class ClockView:
    """When the last pass was (None: nothing is remembered), what the clock says, and what waits."""

    last_pass: datetime | None
    now: datetime
    stops: tuple[Shown, ...]


@dataclass(frozen=True, slots=True)
class RehearsalView:
    """Where a rehearsal's clock stands; `is_set`: by a setting of the server, so that no page moves it."""

    now: datetime
    is_set: bool


class Clockwatch:
    """What both roles see and say about the clock; on a rehearsal, what moves it."""

    def __init__(
        self,
        store: Store,
        now: Callable[[], datetime],
        run: Callable[[datetime], Iterator[dict[str, Any]]],
        *,
        is_set: bool,
    ) -> None:
        self._store = store
        self._now = now
        self._run = run
        self._is_set = is_set

    def view(self, member: Member, role: str) -> ClockView:
        """What waits in the companies that this person serves in `role`. Raises `NotThere` for others."""
        now = self._now()
        if role not in guards.ROLES or not registry.served(self._store, member.person_id, role, now):
            raise NotThere("there is no such page")
        stops = guards.shown(self._store, member.person_id, clockguard.KIND, role, now)
        return ClockView(clockguard.last_pass(self._store), now, stops)

    def waits(self, member: Member, role: str) -> bool:
        """Whether something waits for this person's answer."""
        stops = guards.shown(self._store, member.person_id, clockguard.KIND, role, self._now())
        return any(one.mine is None or (one.mine.confirmed and not one.mine.counts) for one in stops)

    def answer(self, member: Member, role: str, company: str, digest: str, decision: str) -> None:
        """Confirm the list of this hash (`confirm`), or say that the clock is wrong (`wrong`).

        Raises `StepUpNeeded`, `NotThere`, `RuleRefused("list_changed")`, `RuleRefused("clock_decision")`.
        """
        require_fresh(member)
        if decision not in ("confirm", "wrong"):
            raise RuleRefused("clock_decision", "Choose one of the two.")
        given = Given(clockguard.KIND, role, company, digest, confirmed=decision == "confirm")
        guards.answer(self._store, member.person_id, given, self._now())

    def rehearsal(self, member: Member) -> RehearsalView:
        """Where the clock stands. Raises `NotThere` but for an administrator on a rehearsal site."""
        rehearsals.require(self._store, member.person_id, self._now())
        return RehearsalView(self._now(), self._is_set)

    def rehearse(self, member: Member, step: str) -> tuple[dict[str, Any], ...]:
        """Move it on by one of `STEPS` and run a pass; returns its events. Raises as `rehearsal` does."""
        stands = self.rehearsal(member)
        if stands.is_set or step not in STEPS:
            raise RuleRefused("step", "Choose how far.")
        now = self._now()
        day = add_months(add_days(now.date(), DAYS.get(step, 0)), MONTHS.get(step, 0))
        return tuple(self._run(datetime.combine(day, now.timetz())))
