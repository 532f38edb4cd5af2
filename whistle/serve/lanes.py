"""Keeps at least half of the threads free of large bodies and downloads, so that text always gets through.

An application finds its request's `Pass` in `environ["whistle.lanes"]`. `environ["whistle.lane_full"]`
is true when the body is large and the lane had no room: then only its beginning can be read.
"""

import threading


class Lanes:
    """The large lane of one server process: half of its threads, at least one."""

    def __init__(self, threads: int) -> None:
        self._room = threading.BoundedSemaphore(max(1, threads // 2))

    def enter(self) -> bool:
        """Take a place if there is one; never waits."""
        return self._room.acquire(blocking=False)

    def leave(self) -> None:
        """Give the place back."""
        self._room.release()


class Pass:
    """One request's way into the large lane. The server gives the place back at the end, whatever happens."""

    def __init__(self, lanes: Lanes) -> None:
        self._lanes = lanes
        self._inside = False

    def try_enter_large(self) -> bool:
        """Whether this request may now send or receive something large; true again if it already may."""
        self._inside = self._inside or self._lanes.enter()
        return self._inside

    def leave_large(self) -> None:
        """Give the place back early; nothing happens if there is none."""
        if self._inside:
            self._inside = False
            self._lanes.leave()
