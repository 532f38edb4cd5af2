"""What the clock guard remembers, under a keyed hash: who writes the database alone changes none of it."""

import hmac
import json
from dataclasses import replace
from typing import Any, Final

from sqlalchemy import Connection, select

from whistle.crypto import chain
from whistle.rules.clock import Reading, Trust
from whistle.vault import sites
from whistle.vault.serverkeys import ServerKeys
from whistle.vault.store import Store
from whistle.vault.tables import site

KEY: Final = "clock"
"""Where the site keeps it."""

LABEL: Final = b"whistle/v1/clock\0"
BOOT_LABEL: Final = b"whistle/v1/clock-boot\0"
BOOT_LETTERS: Final = 32
"""Of the keyed hash that stands for a run of a machine: its own name is nobody's business."""


def named(keys: ServerKeys, reading: Reading) -> Reading:
    """The reading with a keyed hash in the place of the machine's own name for its run."""
    hidden = chain.keyed_hash(keys.inventory, BOOT_LABEL, reading.boot.encode()).hex()
    return replace(reading, boot=hidden[:BOOT_LETTERS])


def write(store: Store, trust: Trust) -> None:
    """Keep it."""
    with store.writing() as work:
        put(work.db, store.keys, trust)


def put(db: Connection, keys: ServerKeys, trust: Trust) -> None:
    """Keep it inside a unit of work."""
    fields: dict[str, Any] = {
        "floor": trust.floor,
        "last": trust.last,
        "accepted": dict(trust.accepted),
        "boots": {boot: list(seen) for boot, seen in trust.boots.items()},
    }
    mac = chain.keyed_hash(keys.inventory, LABEL, chain.canonical(fields))
    sites.put(db, KEY, json.dumps(fields | {"mac": mac.hex()}, sort_keys=True))


def read(db: Connection, keys: ServerKeys) -> Trust | None:
    """What was kept; None where there is nothing, or nothing that this server wrote."""
    text = db.execute(select(site.c.value).where(site.c.key == KEY)).scalar_one_or_none()
    try:
        fields: dict[str, Any] = json.loads(text or "{}")
        mac = bytes.fromhex(fields.pop("mac", ""))
    except (ValueError, AttributeError, TypeError):
        return None
    if not hmac.compare_digest(mac, chain.keyed_hash(keys.inventory, LABEL, chain.canonical(fields))):
        return None
    boots = {boot: (seen[0], seen[1]) for boot, seen in fields["boots"].items()}
    return Trust(fields["floor"], boots, fields["accepted"], fields["last"])


def is_forged(db: Connection, keys: ServerKeys) -> bool:
    """Whether something stands there that this server did not write."""
    kept = db.execute(select(site.c.value).where(site.c.key == KEY)).scalar_one_or_none()
    return kept is not None and read(db, keys) is None
