"""Tells a slow client from one that holds a place: so many bytes in every window, or the place is lost."""

from whistle.errors import WhistleError
from whistle.serve.limits import Limits


class ClientLost(WhistleError, OSError):
    """The client went away, stopped half way or is too slow; there is nobody left to answer."""

    def __init__(self) -> None:
        super().__init__("the client is gone")


class Pace:
    """Counts what one client moves, in either direction; `now` is a monotonic time in seconds."""

    def __init__(self, limits: Limits, now: float) -> None:
        self._seconds = limits.pace_seconds
        self._rate = limits.pace_rate
        self._since = now
        self._moved = 0

    def moved(self, count: int) -> None:
        """Count `count` bytes that came or went."""
        self._moved += count

    @property
    def deadline(self) -> float:
        """When the window ends."""
        return self._since + self._seconds

    def lost(self, now: float) -> bool:
        """Whether the window has ended with too little in it; if it ended well, the next one begins."""
        if now < self.deadline:
            return False
        if self._moved < self._rate * (now - self._since):
            return True
        self._since, self._moved = now, 0
        return False
