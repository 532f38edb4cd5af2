"""What is written of requests: a line each at staff's doors, counts a day for all others, never a value.

No address, browser, query, key or field is ever logged, and no time of what a reporter did. Counts and errors
of the public doors stay in memory and are written once the day is over, when staff or a health check calls.
"""

import logging
from collections import Counter
from datetime import date
from threading import Lock
from types import TracebackType
from typing import Final

from flask import Flask, Response, current_app, g, request

from whistle.web.doors import is_staff
from whistle.web.services import services

LOGGER: Final = "whistle.web"
#: Seconds: people notice a wait from about a third of a second and lose the thread after two.
FAST: Final = 0.3
SLOW: Final = 2.0

_EXTENSION: Final = "whistle-counts"
_HEALTH: Final = "always.healthz"


class Counts:
    """Counts of one day in memory. Safe between threads."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._day: date | None = None
        self._counts: Counter[str] = Counter()
        self._finished: list[tuple[date, str]] = []

    def add(self, day: date, what: str) -> None:
        """Count one event of that day."""
        with self._lock:
            self._turn(day)
            self._counts[what] += 1

    def finished(self, day: date) -> list[tuple[date, str]]:
        """The lines of days that are over by `day`, each given out once."""
        with self._lock:
            self._turn(day)
            lines, self._finished = self._finished, []
            return lines

    def _turn(self, day: date) -> None:
        if self._day is not None and day != self._day and self._counts:
            line = ", ".join(f"{what} {count}" for what, count in sorted(self._counts.items()))
            self._finished.append((self._day, line))
            self._counts.clear()
        self._day = day


def watch(app: Flask) -> None:
    """Time every request and write or count it when it is answered."""
    app.extensions[_EXTENSION] = Counts()
    app.before_request(_start)
    app.after_request(_finish)


def note_exception(kind: type[BaseException] | None, trace: TracebackType | None) -> None:
    """Write where something went wrong by type and place; at a public door count it under today instead."""
    place = f"{kind.__name__ if kind else 'error'} at {_place(trace)}"
    if is_staff(request.path):
        logging.getLogger(LOGGER).error("%s %s", request.endpoint, place)
    else:
        _counts().add(_today(), f"{request.endpoint} {place}")


def _start() -> None:
    g.started = services().clock.monotonic()


def _finish(response: Response) -> Response:
    what = f"{request.endpoint or 'nowhere'} {response.status_code // 100}xx"
    if is_staff(request.path) and request.endpoint:
        seconds = services().clock.monotonic() - g.get("started", 0.0)
        logging.getLogger(LOGGER).info("%s %d %s", request.endpoint, response.status_code, duration(seconds))
    elif request.endpoint != _HEALTH:
        _counts().add(_today(), what)
        return response
    for day, line in _counts().finished(_today()):
        logging.getLogger(LOGGER).info("%s: %s", day.isoformat(), line)
    return response


def duration(seconds: float) -> str:
    """One of three words; an exact time would tell how large what was opened is."""
    if seconds < FAST:
        return "fast"
    return "slow" if seconds < SLOW else "very slow"


def _place(trace: TracebackType | None) -> str:
    """Module and line of the last of our own frames: the outer libraries say less about the cause."""
    found = "unknown"
    while trace is not None:
        name = str(trace.tb_frame.f_globals.get("__name__", ""))
        if name.startswith("whistle.") or found == "unknown":
            found = f"{name}:{trace.tb_lineno}"
        trace = trace.tb_next
    return found


def _today() -> date:
    return services().clock.machine().date()


def _counts() -> Counts:
    counts: Counts = current_app.extensions[_EXTENSION]
    return counts
