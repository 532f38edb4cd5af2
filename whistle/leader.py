"""A pass is run by one process at a time, whoever asks for it: a server, a timer, a rehearsal.

The lead is renewed while the pass works, so that one that takes longer than a lease is not run twice; a
leader that was killed lets go within a minute of machine time (`vault.leases`).
"""

import secrets
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from whistle import scheduler
from whistle.clock import Clock
from whistle.errors import Conflict
from whistle.rules.clock import Reading
from whistle.scheduler import Event, Guard, Mailing
from whistle.vault import leases, rehearsals
from whistle.vault.store import Store

RENEW_SECONDS: Final = 10
"""A lease lasts 50 seconds, and a pass hands out its events at least every few."""

PAUSE_SECONDS: Final = 0.25
TRIES: Final = 250
"""Together a minute: as long as a leader that was killed keeps others waiting."""


@dataclass(frozen=True)
class Leader:
    """What a pass needs. `asks`: WHISTLE_CLOCK_GUARD, None where unset; `rehearsal`: the site is one."""

    store: Store
    clock: Clock
    sweep: Callable[[], None]
    mailing: Mailing
    rehearsal: bool
    is_set: bool
    asks: bool | None = None
    pause: Callable[[float], object] = field(default_factory=lambda: threading.Event().wait)

    def run(self, now: datetime | None = None) -> Iterator[Event]:
        """One pass, its events one by one; nothing at all while another process leads.

        `now` moves a rehearsal to that time and waits for the lead: raises `NotThere` on another site and
        `Conflict` when a minute was not enough, or when the lead was lost on the way.
        """
        holder = secrets.token_hex(8)
        for _ in range(1 if now is None else TRIES):
            with leases.leading(self.store, holder, self._second()) as leads:
                if leads:
                    yield from self._pass(holder, now)
                    return
            if now is not None:
                self.pause(PAUSE_SECONDS)
        if now is not None:
            raise Conflict("another pass is running; try again in a minute")

    def _pass(self, holder: str, now: datetime | None) -> Iterator[Event]:
        if now is not None:
            rehearsals.move(self.store, now)
        at, renewed = now or self.clock.now(), self._second()
        for event in scheduler.tick(self.store, at, self.sweep, self.mailing, self._guard(at, now)):
            yield event
            if self._second() - renewed >= RENEW_SECONDS:
                renewed = self._second()
                if not leases.renew(self.store, holder, renewed):
                    raise Conflict("another process leads now; it finishes what is due")

    def _guard(self, at: datetime, now: datetime | None) -> Guard:
        reading = Reading(self.clock.boot(), int(self.clock.monotonic()), int(at.timestamp()))
        if not self.rehearsal or self.asks is True:
            return Guard(reading)
        rehearsed = now is not None or self.is_set or rehearsals.moved_to(self.store) is not None
        return Guard(reading, confirmed=rehearsed or self.asks is False)

    def _second(self) -> int:
        """By the machine's clock, whatever time a rehearsal has."""
        return int(self.clock.machine().timestamp())
