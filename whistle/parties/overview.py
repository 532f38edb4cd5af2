"""What looks over more than one case, or lets one leave the house."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from whistle.parties.book import Book
from whistle.parties.export import Export
from whistle.parties.proof import Proofs
from whistle.parties.search import Search
from whistle.parties.statistics import Statistics
from whistle.vault.store import Store


@dataclass(frozen=True)
class Overview:
    """Search, export, proof, figures and the ledger, given one vault and one clock."""

    search: Search
    export: Export
    proof: Proofs
    statistics: Statistics
    book: Book

    @classmethod
    def joined(cls, store: Store, now: Callable[[], datetime]) -> "Overview":
        """All of them."""
        return cls(
            search=Search(store, now), export=Export(store, now), proof=Proofs(store, now),
            statistics=Statistics(store, now), book=Book(store, now),
        )  # fmt: skip
