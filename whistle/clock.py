"""The one place that asks what time it is; everything else is told."""

import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, Protocol

# Hours asleep count on this clock, so that a machine that slept does not look like one whose wall clock was
# moved (clock_gettime(2)). Where there is none, the plain monotonic clock: a nap is then asked about.
SINCE_START: Final[int] = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)

BOOT_FILE: Final = Path("/proc/sys/kernel/random/boot_id")
"""Drawn by Linux at each start of the machine, the same for every process and container (random(4))."""


def _boot() -> str:
    try:
        return BOOT_FILE.read_text(encoding="ascii").strip()
    except OSError:
        return secrets.token_hex(16)  # each start of the program then counts as one of the machine


BOOT: Final = _boot()


class Clock(Protocol):
    """What the skin of the program (commands, pages, the scheduler) carries with it to learn the time."""

    def now(self) -> datetime:
        """The site's time, aware, in UTC: what days, deadlines and purges are reckoned from."""

    def machine(self) -> datetime:
        """The machine's own time, aware, in UTC, also at a rehearsal: what sessions expire by."""

    def monotonic(self) -> float:
        """Seconds since some moment, never backwards; steps of the wall clock are measured against it."""

    def boot(self) -> str:
        """Which run of which machine `monotonic` counts in: two counts are compared within one run only."""


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

    def boot(self) -> str:
        """The kernel's own name for this run of the machine; where it has none, one for this process."""
        return BOOT


@dataclass(frozen=True)
class RehearsalClock(SystemClock):
    """The site's time stands still at `instant` (aware); sessions go by the machine all the same."""

    instant: datetime

    def now(self) -> datetime:
        """The rehearsed instant, in UTC, however long the program runs."""
        return self.instant.astimezone(UTC)


KEPT_SECONDS: Final = 0.05
"""A page asks for the time many times; nobody who moves it in a terminal looks at a page sooner than that."""


@dataclass(frozen=True)
class FollowingClock(SystemClock):
    """A rehearsal's site time as it was last moved, wherever it is kept; the machine's until it is moved.

    `moves`: how often this process has moved it. With it, `moved_to` is asked again after a move of its own,
    and after `KEPT_SECONDS` for one of another process; without it, each time.
    """

    moved_to: Callable[[], datetime | None]
    moves: Callable[[], int] | None = None
    _kept: list[tuple[int, float, datetime | None]] = field(default_factory=list, compare=False)

    def now(self) -> datetime:
        """The time that the rehearsal was last moved to, in UTC: it stands still until the next move."""
        return (self.stands_at() or self.machine()).astimezone(UTC)

    def stands_at(self) -> datetime | None:
        """Where the rehearsal's time stands; None while it goes with the machine's."""
        if self.moves is None:
            return self.moved_to()
        moves, second = self.moves(), self.monotonic()
        if self._kept and self._kept[0][0] == moves and second - self._kept[0][1] < KEPT_SECONDS:
            return self._kept[0][2]
        self._kept[:] = [(moves, second, self.moved_to())]
        return self._kept[0][2]
