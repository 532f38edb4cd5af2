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


_KINDS = frozenset(int(kind) for kind in Kind)
_COMPARTMENTS = frozenset(int(compartment) for compartment in Compartment)
_BODIES = (Kind.RECORD, Kind.BLOB)


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

    @property
    def is_lawful(self) -> bool:
        """Whether the fields may stand together (FORMAT.md, "Header": zero where zero is due)."""
        if self.kind == Kind.LOCK:
            return (self.compartment, self.epoch, self.mixed_epoch, self.case_id, self.key_id) == (
                0,
                0,
                0,
                NO_ID,
                NO_ID,
            )
        mixes = self.kind in _BODIES and self.compartment == Compartment.IDENTITY
        return self.kind in _KINDS and self.compartment in _COMPARTMENTS and (mixes or self.mixed_epoch == 0)

    def pack(self) -> bytes:
        """The header as 64 bytes; ValueError if the fields may not stand together or do not fit."""
        ids = (self.case_id, self.object_id, self.key_id)
        # Spelled out: a search opens ten thousand objects, and each packs the header it expects.
        fits = (
            len(self.case_id) == len(self.object_id) == len(self.key_id) == ID_BYTES
            and 0 <= self.epoch <= U32_MAX
            and 0 <= self.mixed_epoch <= U32_MAX
        )
        if not (fits and self.is_lawful):
            raise ValueError("these fields make no header")
        return _LAYOUT.pack(MAGIC, self.kind, SUITE, self.compartment, 0, self.epoch, self.mixed_epoch, *ids)

    @classmethod
    def parse(cls, sealed: bytes) -> "Header":
        """Read the first 64 bytes of a sealed object; SealBroken if they break any rule of the header."""
        if len(sealed) < HEADER_BYTES:
            raise broken()
        magic, kind, suite, compartment, zero, *rest = _LAYOUT.unpack_from(sealed)
        header = cls(kind, compartment, *rest)
        if (magic, suite, zero) != (MAGIC, SUITE, 0) or not header.is_lawful:
            raise broken()
        return header


def demand(sealed: bytes, expected: Header) -> bytes:
    """The header bytes of `sealed` if they say exactly `expected`, else SealBroken.

    Runs before any key touches the body: an object that was moved to another case, compartment or row
    is refused for what it says, even to somebody who holds the right key.
    """
    try:
        due = expected.pack()  # a header has one form only: the same fields are the same bytes
    except ValueError:
        raise broken() from None
    if sealed[:HEADER_BYTES] != due:
        raise broken()
    return due
