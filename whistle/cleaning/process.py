"""A file goes to its cleaner through a pipe and comes back through another: no disk sees a byte of it."""

import contextlib
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import IO, Final

from whistle.cleaning.kinds import CLEANED, DONE, LIMIT, CannotClean, by_name, extension
from whistle.errors import TooMany

CLEANERS: Final = max(1, min(2, (os.cpu_count() or 1) // 2))
"""At once: each may take a gigabyte and a core, and half of the cores stay with everybody else."""

WAIT_SECONDS: Final = 60
"""How long a file waits for a cleaner; then its sender is told to come back, and never sent on uncleaned."""

WALL_SECONDS: Final = 60
"""Twice the processor time that a cleaner has: on a busy machine it gets half a core."""

READ_BYTES: Final = 256 * 1024
COPY_LIMIT: Final = 3 * LIMIT
"""Bytes: a copy may be larger than its file (a picture coded again), not without bound."""

_ROOT: Final = str(Path(__file__).resolve().parents[2])
_PROGRAM: Final = (
    "import sys; sys.path.insert(0, sys.argv[1]); from whistle.cleaning.worker import main; main()"
)
_LANE: Final = threading.BoundedSemaphore(CLEANERS)


def clean(pieces: Iterable[bytes], name: str, write: Callable[[bytes], object]) -> None:
    """Hand the cleaned copy of a file (at most 25 MB) to `write`, piece by piece.

    Raises `CannotClean`, perhaps after pieces were written: they count for nothing then. `TooMany` when no
    cleaner was free. What `pieces` raises goes on to the caller, and the cleaner is ended.
    """
    if not _LANE.acquire(timeout=WAIT_SECONDS):
        raise TooMany(WAIT_SECONDS)
    try:
        _run(pieces, name, write)
    finally:
        _LANE.release()


def _run(pieces: Iterable[bytes], name: str, write: Callable[[bytes], object]) -> None:
    # Others on the machine can see a program's arguments: an extension that everybody uses, or none.
    kind = extension(name) if by_name(name) in CLEANED else ""
    command = [sys.executable, "-I", "-B", "-c", _PROGRAM, _ROOT, kind]
    cleaner = subprocess.Popen(  # noqa: S603 (our own program, no shell, nothing of the sender's)
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env={}, cwd="/"
    )
    end = threading.Timer(WALL_SECONDS, cleaner.kill)
    end.start()
    try:
        assert cleaner.stdin is not None and cleaner.stdout is not None  # noqa: S101, PT018 (both are pipes)
        _feed(cleaner.stdin, pieces)
        _take(cleaner.stdout, write)
        if cleaner.wait() != 0:
            raise CannotClean("the cleaner did not come to its end")
    finally:
        end.cancel()
        cleaner.kill()
        _closed(cleaner)


def _feed(pipe: IO[bytes], pieces: Iterable[bytes]) -> None:
    """Everything goes in before anything comes out: the cleaner reads to the end first."""
    with contextlib.suppress(BrokenPipeError):
        for piece in pieces:
            pipe.write(piece)
        pipe.close()


def _take(pipe: IO[bytes], write: Callable[[bytes], object]) -> None:
    if pipe.read(len(DONE)) != DONE:
        raise CannotClean("there is no copy")
    taken = 0
    while piece := pipe.read(READ_BYTES):
        taken += len(piece)
        if taken > COPY_LIMIT:
            raise CannotClean("the copy is too large")
        write(piece)


def _closed(cleaner: "subprocess.Popen[bytes]") -> None:
    for pipe in (cleaner.stdin, cleaner.stdout):
        if pipe is not None:
            with contextlib.suppress(BrokenPipeError):
                pipe.close()
    cleaner.wait()
