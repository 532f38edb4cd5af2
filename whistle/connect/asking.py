"""All systems of a site: asked one at a time, and whatever one of them does, there is an outcome for it."""

import threading
import time
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from whistle.connect import folder, line
from whistle.connect.answers import parse
from whistle.connect.contract import Asked, Line, Outcome, Refused, Result, Source
from whistle.connect.line import Clock
from whistle.connect.systems import System
from whistle.errors import NotThere

#: Threads of a process that may wait for a system at a time: everybody else has the others.
AT_ONCE: Final = 2


class Systems:
    """What may be asked, by company; without a system nothing is."""

    def __init__(self, systems: Sequence[System] = (), clock: Clock = time.monotonic) -> None:
        self._systems, self._clock = tuple(systems), clock
        self._room = threading.BoundedSemaphore(AT_ONCE)

    def all(self) -> tuple[System, ...]:
        """Every system, as the file names them."""
        return self._systems

    def of(self, company: str) -> tuple[Source, ...]:
        """The systems of a company."""
        return tuple(one.source for one in self._systems if one.source.company == company)

    def ask(self, company: str, code: str, value: str) -> Outcome:
        """Ask one system of a company for one person. Raises `NotThere` where there is no such system."""
        system = next((one for one in self._systems if _is(one, company, code)), None)
        if system is None:
            raise NotThere("there is no such system")
        if not self._room.acquire(blocking=False):
            return Outcome(Result.BUSY)
        try:
            lines = _lines(system, value, self._clock)
        except Refused as refused:
            return Outcome(refused.result, place=refused.place)
        finally:
            self._room.release()
        return Outcome(Result.FOUND if lines else Result.NOTHING, lines)


def _is(system: System, company: str, code: str) -> bool:
    return (system.source.company, system.source.code) == (company, code)


def _lines(system: System, value: str, clock: Clock) -> tuple[Line, ...]:
    source = system.source
    asked = Asked(source.company, source.category, source.kind, value)
    if system.folder is not None:
        body = folder.read(system.folder, asked, system.most_bytes)
        if body is None:
            return ()
    else:
        body = line.ask(system, asked.as_json(), clock)
    return tuple(
        one if one.basis or system.basis is None else replace(one, basis=system.basis)
        for one in parse(body, asked)
    )
