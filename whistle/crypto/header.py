"""Every sealed object begins with these 64 bytes, and bytes that break one rule of them are refused."""

import struct
from dataclasses import dataclass
from enum import IntEnum

from whistle.crypto.refusal import broken

MAGIC = b"WSL1"
SUITE = 1  # the only suite: there is nothing to negotiate, so nothing to talk anybody down to
HEADER_BYTES = 64
ID_BYTES = 16  # 128 random bits: two cases never meet by chance
U32_MAX = 0xFFFF_FFFF
OBJECT_ID = slice(32, 48)  # where an object's id stands
NO_ID = bytes(ID_BYTES)
# magic, kind, suite, compartment, zero, epoch, mixed epoch, case id, object id, key id (FORMAT.md, "Header")
_LAYOUT = struct.Struct(">4sBBBBII16s16s16s")


class Kind(IntEnum):
    """What a sealed object is (FORMAT.md, "Header", byte 4)."""

    LOCK = 1
    GRANT = 2
    RECORD = 3
    BLOB = 4
    OWN_GRANT = 5


class Compartment(IntEnum):
    """Which of a case's three parts an object belongs to (FORMAT.md, "Header", byte 6)."""

    CONTENT = 1
    IDENTITY = 2
    INTERNAL = 3


# As plain numbers: a member of an enumeration takes longer to compare, and every object is asked.
_LOCK = int(Kind.LOCK)
_KINDS = frozenset(int(kind) for kind in Kind)
_COMPARTMENTS = frozenset(int(compartment) for compartment in Compartment)
_BODIES = frozenset((int(Kind.RECORD), int(Kind.BLOB)))


@dataclass(frozen=True, slots=True)
class Header:
    """The 64 bytes as facts: the three ids are 16 bytes each, both epochs unsigned 32-bit numbers."""

    kind: int
    compartment: int
    epoch: int
    mixed_epoch: int
    case_id: bytes
    object_id: bytes
    key_id: bytes

    def pack(self) -> bytes:
        """The header as 64 bytes; ValueError if the fields may not stand together or do not fit."""
        ids = (self.case_id, self.object_id, self.key_id)
        return packed(self.kind, self.compartment, self.epoch, self.mixed_epoch, ids)

    @classmethod
    def parse(cls, sealed: bytes) -> "Header":
        """Read the first 64 bytes of a sealed object; SealBroken if they break any rule of the header."""
        if len(sealed) < HEADER_BYTES:
            raise broken()
        magic, kind, suite, compartment, zero, *rest = _LAYOUT.unpack_from(sealed)
        header = cls(kind, compartment, *rest)
        case_id, _object_id, key_id = rest[2:]
        lawful = _is_lawful(kind, compartment, header.epoch, header.mixed_epoch, case_id, key_id)
        if (magic, suite, zero) != (MAGIC, SUITE, 0) or not lawful:
            raise broken()
        return header


def packed(
    kind: int, compartment: int, epoch: int, mixed_epoch: int, ids: tuple[bytes, bytes, bytes]
) -> bytes:
    """The 64 bytes that say this; ValueError if the fields may not stand together or do not fit.

    `ids` are those of case, object and key. A search opens ten thousand objects and expects a header of
    each: it needs the bytes, and no `Header`.
    """
    case_id, object_id, key_id = ids
    fits = (
        len(case_id) == len(object_id) == len(key_id) == ID_BYTES
        and 0 <= epoch <= U32_MAX
        and 0 <= mixed_epoch <= U32_MAX
    )
    if not (fits and _is_lawful(kind, compartment, epoch, mixed_epoch, case_id, key_id)):
        raise ValueError("these fields make no header")
    return _LAYOUT.pack(MAGIC, kind, SUITE, compartment, 0, epoch, mixed_epoch, case_id, object_id, key_id)


def _is_lawful(
    kind: int, compartment: int, epoch: int, mixed_epoch: int, case_id: bytes, key_id: bytes
) -> bool:
    """Whether the fields may stand together (FORMAT.md, "Header": zero where zero is due)."""
    if kind == _LOCK:
        return (compartment, epoch, mixed_epoch, case_id, key_id) == (0, 0, 0, NO_ID, NO_ID)
    mixes = mixed_epoch == 0 or (kind in _BODIES and compartment == Compartment.IDENTITY)
    return mixes and kind in _KINDS and compartment in _COMPARTMENTS


def demand(sealed: bytes, due: bytes) -> None:
    """SealBroken unless `sealed` begins with exactly the header that is due.

    Runs before any key touches the body: an object that was moved to another case, compartment or row
    is refused for what it says, even to somebody who holds the right key. A header has one form only: the
    same fields are the same bytes.
    """
    if sealed[:HEADER_BYTES] != due:
        raise broken()
