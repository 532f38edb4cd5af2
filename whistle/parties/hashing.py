"""Passphrases are hashed aside, a few at a time, and step back for whoever asks for anything else."""

import contextlib
import os
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from whistle.crypto.locks import LockParameters
from whistle.errors import TooMany

Hash = Callable[[bytes, bytes, LockParameters], bytes]

HASHES_AT_ONCE = max(1, min(4, (os.cpu_count() or 1) // 2))
"""Argon2id takes 64 MiB and a core: half of the cores stay with everybody else, and memory has its bound."""

HASHES_WAITING = 20
"""So many passphrases are tried or wait at once: a dozen of the server's 32 threads stay for reporters."""

LANE_SECONDS = 5
"""When to come back: twenty hashes, one at a time, take about three seconds."""

NICENESS = 10
"""How far a hash steps back (setpriority(2)): a tenth of a core when others want it, else all of it."""


class Hashing:
    """The threads that hash, begun when the first hash is asked for, so that a fork before it is harmless."""

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(HASHES_AT_ONCE, "hashing", _step_back)
        self._lane = threading.BoundedSemaphore(HASHES_WAITING)

    def run(self, hash_: Hash, secret: bytes, salt: bytes, parameters: LockParameters) -> bytes:
        """What `hash_` makes of a passphrase or code, in its turn. Raises `TooMany` when too many wait."""
        if not self._lane.acquire(blocking=False):
            raise TooMany(LANE_SECONDS)
        try:
            return self._threads.submit(hash_, secret, salt, parameters).result()
        finally:
            self._lane.release()


def _step_back() -> None:
    """Lower this thread's own priority; a system that forbids it hashes at the priority of all."""
    with contextlib.suppress(OSError):
        os.setpriority(os.PRIO_PROCESS, 0, NICENESS)
