"""What is left to do with a case that stands longer than its day, or open too long."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from whistle.parties.held import HeldDesk
from whistle.parties.legal_kept import LegalKept
from whistle.vault.store import Store


@dataclass(frozen=True)
class Kept:
    """The handlers' side of it and legal's, given one vault and one clock."""

    desk: HeldDesk
    legal: LegalKept

    @classmethod
    def joined(cls, store: Store, now: Callable[[], datetime]) -> "Kept":
        """Both of them."""
        return cls(HeldDesk(store, now), LegalKept(store, now))
