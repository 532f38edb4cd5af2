"""The cleaner's own process: reads a file from one pipe, writes the copy to another, and can do nothing else.

It lives for one file. Whatever it tries beyond its limits ends it, and the file counts as one that cannot be
cleaned.
"""

import contextlib
import os
import resource
import sys
from collections.abc import Callable
from typing import Final

from whistle.cleaning import images, packages, sound
from whistle.cleaning.kinds import CLEANED, DEPTH, DONE, LIMIT, CannotClean, Kind, told

MEMORY: Final = 1024 * 1024 * 1024
"""Bytes of address space: the libraries, and a picture of the largest size held twice."""

PROCESSOR: Final = 30
"""Seconds of processor time; the largest picture takes about six."""

OPEN_FILES: Final = 32
"""The three pipes, and the libraries while they are loaded."""

NICENESS: Final = 15
"""How far it steps back: reports are received before copies are made."""


def confine() -> None:
    """Give up memory, time, files and processes beyond what one file needs; not to be taken back."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (PROCESSOR, PROCESSOR))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (OPEN_FILES, OPEN_FILES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    with contextlib.suppress(OSError):
        os.nice(NICENESS)


def cleaned(data: bytes, name: str, depth: int = 0) -> bytes:
    """The copy of a file, whatever kind it is. Raises `CannotClean`."""
    kind = told(data, name)
    if depth > DEPTH or kind not in CLEANED:
        raise CannotClean("nobody here can clean this kind")

    def again(inside: str, part: bytes) -> bytes:
        plain = told(part, inside) is Kind.TEXT
        return part if plain else cleaned(part, inside, depth + 1)

    return _by_kind(kind, data, again)


def _by_kind(kind: Kind, data: bytes, again: Callable[[str, bytes], bytes]) -> bytes:
    """Each kind's libraries are loaded only for it: most files are pictures, and a paper's take long."""
    if kind is Kind.IMAGE:
        return images.clean(data)
    if kind is Kind.SOUND:
        return sound.clean(data)
    if kind is Kind.OFFICE:
        return packages.clean(data, again)
    from whistle.cleaning import pdf  # noqa: PLC0415

    return pdf.clean(data, again)


def main() -> None:
    """Clean what stands on standard input; the name's extension is the only argument."""
    confine()
    data = sys.stdin.buffer.read(LIMIT + 1)
    try:
        copy = cleaned(data, f"file.{sys.argv[-1]}") if len(data) <= LIMIT else b""
    except (CannotClean, MemoryError, RecursionError):
        copy = b""
    if not copy:
        os._exit(1)
    with contextlib.suppress(BrokenPipeError):
        sys.stdout.buffer.write(DONE + copy)
        sys.stdout.buffer.flush()
    os._exit(0)
