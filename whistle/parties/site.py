"""What every page knows of the site: its name, its companies, and whether it is a rehearsal."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from whistle.vault import recovery, registry
from whistle.vault.facts import CompanyFacts
from whistle.vault.store import Store


@dataclass(frozen=True)
class SiteFacts:
    """The site; companies are read anew each time, for a channel may open while the server runs."""

    name: str
    rehearsal: bool
    rehearsal_now: datetime | None
    languages: tuple[str, ...]
    security_contact: str
    store: Store
    now: Callable[[], datetime]

    def companies(self) -> tuple[CompanyFacts, ...]:
        """Every company, in the order of the site file."""
        return registry.companies(self.store, self.now())

    def has_recovery_key(self) -> bool:
        """Whether new cases are granted to a recovery key as well."""
        return recovery.holder(self.store.keys) is not None
