"""Signs for the very set of objects a case has: what is missing, old, swapped or invented shows."""

import hmac
import struct
from collections.abc import Iterable
from dataclasses import dataclass

from whistle.crypto.header import ID_BYTES

_INVENTORY = b"whistle/v1/inventory\0"
_ROW = struct.Struct(">B16s16s32s")
_COUNT = struct.Struct(">Q")
_HASH_BYTES = 32
_SIGNED_FOR = range(1, 256)  # one byte; which kinds a case holds is the vault's business


@dataclass(frozen=True, slots=True)
class Entry:
    """One standing grant, record or blob: 16-byte ids as in its header, SHA-256 of all its sealed bytes."""

    kind: int
    object_id: bytes
    key_id: bytes
    sealed_sha256: bytes

    def pack(self) -> bytes:
        """The 65 bytes of the row; ValueError if a part has a wrong size: `struct` would pad it silently."""
        sizes = (len(self.object_id), len(self.key_id), len(self.sealed_sha256))
        if sizes != (ID_BYTES, ID_BYTES, _HASH_BYTES) or self.kind not in _SIGNED_FOR:
            raise ValueError("these parts make no inventory row")
        return _ROW.pack(self.kind, self.object_id, self.key_id, self.sealed_sha256)


def inventory_mac(mac_key: bytes, case_id: bytes, n: int, entries: Iterable[Entry]) -> bytes:
    """32 bytes over the case, its running number and every row, sorted (FORMAT.md, "Inventory").

    `n` rises with every change, so that an older, once true inventory does not pass.
    """
    if len(case_id) != ID_BYTES:
        raise ValueError("a case id is 16 bytes")
    rows = b"".join(sorted(entry.pack() for entry in entries))
    return hmac.digest(mac_key, _INVENTORY + case_id + _COUNT.pack(n) + rows, "sha256")


def inventory_holds(mac_key: bytes, case_id: bytes, n: int, entries: Iterable[Entry], mac: bytes) -> bool:
    """Whether the stored MAC is the one due for exactly these rows; compared in constant time."""
    return hmac.compare_digest(inventory_mac(mac_key, case_id, n, entries), mac)
