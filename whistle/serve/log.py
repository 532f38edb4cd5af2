"""What the server says of itself: its failures by type and place, never a value of a request."""

import logging
import os
import sys
import traceback
from pathlib import Path
from types import TracebackType
from typing import Any

OURS = "whistle"
"""The doors' own lines carry no value of a request, and are written as they are."""


def speak() -> None:
    """Write the program's lines to standard error, and of libraries only that they warned, by name.

    Without this the lines of the doors would be lost, and a library's warning be written with its values.
    """
    logging.basicConfig(handlers=[_Lines()], force=True)
    logging.getLogger(OURS).setLevel(logging.INFO)


class _Lines(logging.Handler):
    """A line for each record; of other people's records no word that could be a person's."""

    def emit(self, record: logging.LogRecord) -> None:
        if record.name.partition(".")[0] == OURS:
            _say(record.getMessage())
            return
        kind, _value, trace = record.exc_info or (None, None, None)
        what = f": {kind.__name__} at {_place(trace)}" if kind else ""
        _say(f"{record.name} {record.levelname.lower()}{what}")

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 (named by the library)
        """Nothing: the library would write the record's values."""


class QuietLog:
    """Stands in for gunicorn's logger. The master reads no request, so its warnings are said in full."""

    def __init__(self, cfg: Any) -> None:
        self.cfg = cfg
        self._master = os.getpid()

    def failure(self, doing: str, error: BaseException) -> None:
        """Say that something failed: what was being done, the error's type and place."""
        _say(f"{doing} failed: {type(error).__name__} at {_place(error.__traceback__)}")

    def critical(self, message: object, *values: object, **_: Any) -> None:
        """A condition of the server itself."""
        self._from_gunicorn(message, values)

    error = critical
    warning = critical

    def exception(self, message: object, *_values: object, **_: Any) -> None:
        """An unexpected error, by type and place."""
        error = sys.exc_info()[1]
        if error is not None:
            self.failure("server: " + str(message).split("%", 1)[0].strip(), error)

    def info(self, message: object, *values: object, **_: Any) -> None:
        """Nothing: starting and stopping are the caller's to tell."""

    debug = info

    def log(self, _level: object, _message: object, *_values: object, **_: Any) -> None:
        """Nothing: gunicorn says nothing of ours at a level it names."""

    def access(self, *_: object) -> None:
        """Nothing: the doors keep their own counters."""

    def setup(self, cfg: Any) -> None:
        """Follow a new configuration."""
        self.cfg = cfg

    def reopen_files(self) -> None:
        """Nothing is open."""

    def close_on_exec(self) -> None:
        """Nothing is open."""

    def _from_gunicorn(self, message: object, values: tuple[object, ...]) -> None:
        text = str(message)
        if os.getpid() != self._master:
            # A worker has seen requests: only the words of the program itself are safe to say.
            text, values = text.split("%", 1)[0].split(":", 1)[0], ()
        _say("server: " + (text % values if values else text).splitlines()[0])


def _place(trace: TracebackType | None) -> str:
    frames = list(traceback.walk_tb(trace))
    if not frames:
        return "nowhere"
    code, line = frames[-1][0].f_code, frames[-1][1]
    return f"{Path(*Path(code.co_filename).parts[-3:])}:{line}"


def _say(line: str) -> None:
    sys.stderr.write(line + "\n")
    sys.stderr.flush()
