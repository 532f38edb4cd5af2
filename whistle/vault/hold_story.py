"""What the ledger tells of a case's holds, to legal of its company, also after the case is gone."""

from contextlib import suppress
from datetime import datetime

from whistle.errors import Gone
from whistle.vault import holds, ledger
from whistle.vault.store import Store

ACTIONS = (
    "hold_placed", "hold_confirmed", "hold_reviewed", "release_asked", "release_withdrawn", "hold_released",
)  # fmt: skip


def of_case(store: Store, person_id: bytes, number: str, now: datetime) -> tuple[ledger.Line, ...]:
    """The ledger's lines about the holds of a case, oldest first. Raises `NotThere`."""
    with suppress(Gone):  # what stands in the ledger stays after the purge
        holds.legal_case(store, person_id, number, now)
    with store.reading() as db:
        return tuple(line for line in ledger.of_case(db, number) if line.action in ACTIONS)
