"""Makes and names keys; a key never shows itself in a printed form."""

import hashlib
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.hpke import MLKEM768X25519PrivateKey
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from whistle.crypto.header import ID_BYTES, U32_MAX, Compartment

Random = Callable[[int], bytes]

KEY_BYTES = 32  # 256 bits everywhere: also half of it, which a quantum search would leave, is enough
MLKEM_SEED_BYTES = 64  # FIPS 203, d || z
MLKEM_PUBLIC_BYTES = 1184  # FIPS 203, table 3
PUBLIC_KEY_BYTES = MLKEM_PUBLIC_BYTES + 32  # and X25519 (RFC 7748)
_KEY_ID = b"whistle/v1/key-id\0"
_SHA256 = hashes.SHA256()


def hkdf(secret: bytes, label: bytes, length: int = KEY_BYTES) -> bytes:
    """HKDF-SHA256 (RFC 5869) with empty salt; the label keeps keys of different uses apart."""
    return HKDF(algorithm=_SHA256, length=length, salt=None, info=label).derive(secret)


def public_key_id(public_key: bytes) -> bytes:
    """The 16-byte id of a recipient's public key (FORMAT.md, "Ids of keys")."""
    return hashlib.sha256(_KEY_ID + b"\x01" + public_key).digest()[:ID_BYTES]


def compartment_key_id(key: bytes) -> bytes:
    """The 16-byte id of a compartment key (FORMAT.md, "Ids of keys"); it tells nothing about the key."""
    return hashlib.sha256(_KEY_ID + b"\x02" + key).digest()[:ID_BYTES]


def new_seed(random: Random = secrets.token_bytes) -> bytes:
    """A fresh 32-byte seed, from which a person's whole key pair follows."""
    return random(KEY_BYTES)


@dataclass(frozen=True, slots=True)
class CompartmentKey:
    """The 32-byte key of one compartment of one case in one epoch; ValueError if a part has a wrong size."""

    case_id: bytes
    compartment: Compartment
    epoch: int
    key: bytes = field(repr=False)
    key_id: bytes = field(init=False)

    def __post_init__(self) -> None:
        """Refuse what no header could name, and work the id out once: every opening compares it."""
        if len(self.case_id) != ID_BYTES or len(self.key) != KEY_BYTES or not 0 <= self.epoch <= U32_MAX:
            raise ValueError("a compartment key has a 16-byte case id, a 32-bit epoch and 32 bytes of key")
        if type(self.compartment) is not Compartment:
            object.__setattr__(self, "compartment", Compartment(self.compartment))
        object.__setattr__(self, "key_id", compartment_key_id(self.key))

    @classmethod
    def new(
        cls, case_id: bytes, compartment: Compartment, epoch: int, random: Random = secrets.token_bytes
    ) -> "CompartmentKey":
        """A fresh key for that case, compartment and epoch."""
        return cls(case_id, compartment, epoch, random(KEY_BYTES))


class KeyPair:
    """A recipient's keys, all of them derived from a 32-byte seed (FORMAT.md, "A person's keys").

    The post-quantum part costs a hundred times more to expand than an own grant to open, so it is worked out
    only when a grant, the public key or the id is asked for.
    """

    __slots__ = ("_key_id", "_private", "_public", "seed")

    def __init__(self, seed: bytes, key_id: bytes | None = None) -> None:
        if len(seed) != KEY_BYTES:
            raise ValueError("a seed is 32 bytes")
        self.seed = seed
        self._key_id = key_id
        self._private: MLKEM768X25519PrivateKey | None = None
        self._public = b""

    @classmethod
    def from_seed(cls, seed: bytes, key_id: bytes | None = None) -> "KeyPair":
        """The pair of a 32-byte seed (else ValueError).

        Who already knows the id of the public key may give it, which spares the expansion as long as only own
        grants are opened. A wrong one opens nothing: the seal itself depends on the seed.
        """
        return cls(seed, key_id)

    def __repr__(self) -> str:
        """Never the seed: a printed object ends up in logs."""
        return "KeyPair(…)"

    def _expand(self) -> MLKEM768X25519PrivateKey:
        if self._private is None:
            raw = hashlib.shake_256(self.seed).digest(MLKEM_SEED_BYTES + KEY_BYTES)
            mlkem = MLKEM768PrivateKey.from_seed_bytes(raw[:MLKEM_SEED_BYTES])
            x25519 = X25519PrivateKey.from_private_bytes(raw[MLKEM_SEED_BYTES:])
            self._public = mlkem.public_key().public_bytes_raw() + x25519.public_key().public_bytes_raw()
            self._private = MLKEM768X25519PrivateKey(mlkem, x25519)
        return self._private

    @property
    def private_key(self) -> MLKEM768X25519PrivateKey:
        """The library's private key, for HPKE only."""
        return self._expand()

    @property
    def public_key(self) -> bytes:
        """1216 bytes: ML-KEM-768 (1184) and X25519 (32)."""
        self._expand()
        return self._public

    @property
    def key_id(self) -> bytes:
        """The 16-byte id of the public key."""
        if self._key_id is None:
            self._key_id = public_key_id(self.public_key)
        return self._key_id
