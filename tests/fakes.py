"""Fakes that keep the real promise: each can stand wherever the real thing stands."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

EPOCH = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


@dataclass
class FakeClock:
    """A clock that a test sets: site time, machine time and the monotonic counter each for itself."""

    site: datetime = EPOCH
    wall: datetime = EPOCH
    counter: float = 1000.0
    started: str = "first"

    def now(self) -> datetime:
        return self.site

    def machine(self) -> datetime:
        return self.wall

    def monotonic(self) -> float:
        return self.counter

    def boot(self) -> str:
        return self.started

    def advance(self, by: timedelta) -> None:
        """Time passes as it does on a machine: all three go on together."""
        self.site += by
        self.wall += by
        self.counter += by.total_seconds()

    def restart(self) -> None:
        """The machine starts anew: the counter begins again, in a run of another name."""
        self.counter, self.started = 10.0, self.started + "+"

    def jump(self, by: timedelta) -> None:
        """Somebody moves the wall clock: the counter does not follow."""
        self.site += by
        self.wall += by
