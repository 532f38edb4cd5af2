"""The one place that asks what time it is; everything else is told."""

import time
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, Protocol

# Hours asleep count on this clock, so that a machine that slept does not look like one whose wall clock was
# moved (clock_gettime(2)). Where there is none, the plain monotonic clock: a nap is then asked about.
SINCE_START: Final[int] = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)


class Clock(Protocol):
    """What the skin of the program (commands, pages, the scheduler) carries with it to learn the time."""

    def now(self) -> datetime:
        """The site's time, aware, in UTC: what days, deadlines and purges are reckoned from."""

    def machine(self) -> datetime:
        """The machine's own time, aware, in UTC, also at a rehearsal: what sessions expire by."""

    def monotonic(self) -> float:
        """Seconds since some moment, never backwards; steps of the wall clock are measured against it."""


@dataclass(frozen=True)
class SystemClock:
    """The site's time is the machine's time."""

    def now(self) -> datetime:
        """The machine's time, aware, in UTC."""
        return self.machine()

    def machine(self) -> datetime:
        """The machine's time, aware, in UTC."""
        return datetime.now(UTC)

    def monotonic(self) -> float:
        """Seconds since the machine was started, hours asleep included."""
        return time.clock_gettime(SINCE_START)


@dataclass(frozen=True)
class RehearsalClock(SystemClock):
    """The site's time stands still at `instant` (aware); sessions go by the machine all the same."""

    instant: datetime

    def now(self) -> datetime:
        """The rehearsed instant, in UTC, however long the program runs."""
        return self.instant.astimezone(UTC)
