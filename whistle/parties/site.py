"""What every page knows of the site: its name, its companies, and whether it is a rehearsal."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from whistle.vault import recovery, registry
from whistle.vault.facts import CompanyFacts
from whistle.vault.store import Store


@dataclass(frozen=True)
class SiteFacts:
    """The site; a channel may open while the server runs, and the next page says so.

    Nothing about a channel changes without a line in the ledger or the hour striking: until then it is known.
    """

    name: str
    rehearsal: bool
    stands_at: Callable[[], datetime | None]
    languages: tuple[str, ...]
    security_contact: str
    store: Store
    now: Callable[[], datetime]
    _known: dict[tuple[int, str], tuple[CompanyFacts, ...]] = field(default_factory=dict, compare=False)

    @property
    def rehearsal_now(self) -> datetime | None:
        """Where a rehearsal's clock stands; None while it goes with the machine's."""
        return self.stands_at()

    def companies(self) -> tuple[CompanyFacts, ...]:
        """Every company, in the order of the site file."""
        now = self.now()
        state = registry.lines(self.store), now.strftime("%Y-%m-%dT%H")
        found = self._known.get(state)
        if found is None:
            found = registry.companies(self.store, now)
            self._known.clear()
            self._known[state] = found
        return found

    def has_recovery_key(self) -> bool:
        """Whether new cases are granted to a recovery key as well."""
        return recovery.holder(self.store.keys) is not None
