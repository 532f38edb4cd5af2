"""Whoever tries a secret of an account is counted under its name, and waits after a few that were wrong."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from whistle.errors import TooMany
from whistle.parties.passphrases import LONGEST
from whistle.vault import people, throttle
from whistle.vault.store import Store

FREE_ATTEMPTS = 5
PAUSE_SECONDS = 20
"""After five tries one is let through every 20 seconds: slow for a guesser, short for the rightful person."""


@dataclass(frozen=True, slots=True)
class Scope:
    """The attempts under one name."""

    store: Store
    key: str

    def passed(self) -> None:
        """Forget them: the rightful person came in."""
        throttle.forget(self.store, self.key)


@contextmanager
def counted(store: Store, name: str, moment: datetime) -> Iterator[Scope]:
    """Count one attempt; sign-in, recovery and step-up share the count. Raises `TooMany` with the seconds."""
    scope = Scope(store, "sign-in " + people.handle_of(name[:LONGEST]))
    second = int(moment.timestamp())
    wait = throttle.attempt(store, scope.key, free=FREE_ATTEMPTS, pause=PAUSE_SECONDS, second=second)
    if wait:
        raise TooMany(wait)
    yield scope
