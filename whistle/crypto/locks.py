"""Keeps a staff member's seed under a secret they know; no hash runs before its cost is known."""

import hashlib
import struct
import unicodedata
from dataclasses import dataclass

from argon2.low_level import Type, hash_secret_raw

from whistle.crypto.envelope import decrypt, encrypt
from whistle.crypto.header import HEADER_BYTES, NO_ID, Header, Kind, packed
from whistle.crypto.keys import KEY_BYTES, hkdf
from whistle.crypto.refusal import broken

PASSPHRASE = 1
RECOVERY = 2
LOCK_BYTES = 200  # 64 header, 32 parameters, 72 Cobblestone, 32 seed
SALT_BYTES = 16  # RFC 9106, section 4
ARGON2ID = 1
NEEDS_SHARE = 1
# Floors keep a lock worth its name (RFC 9106's second choice is 64 MiB, 3 passes); ceilings keep a forged
# lock from eating the server. One lane: a second would double the processors each sign-in holds.
MEMORY_KIB = range(64 * 1024, 256 * 1024 + 1)
PASSES = range(3, 11)
LANES = 1
_PARAMETERS = struct.Struct(">BBHIII16s")
_BODY = HEADER_BYTES + _PARAMETERS.size
_LOCK = b"whistle/v1/lock\0"
_KEK = b"whistle/v1/kek\0"
_AUTH = b"whistle/v1/auth\0"
_SHARE = b"whistle/v1/share\0"


@dataclass(frozen=True, slots=True)
class LockParameters:
    """The cost of one Argon2id run; ValueError outside 64 to 256 MiB, 3 to 10 passes, 1 lane."""

    memory_kib: int = 65536
    passes: int = 3
    lanes: int = LANES

    def __post_init__(self) -> None:
        """Out of bounds it cannot exist, so nothing can ever run it."""
        if self.memory_kib not in MEMORY_KIB or self.passes not in PASSES or self.lanes != LANES:
            raise ValueError("these Argon2id parameters are out of bounds")


def normalise_passphrase(text: str) -> bytes:
    """NFKC in UTF-8, so that keyboards that compose letters differently agree; SealBroken if not Unicode."""
    try:
        return unicodedata.normalize("NFKC", text).encode()
    except UnicodeEncodeError:
        raise broken() from None


def argon2_root(secret: bytes, salt: bytes, parameters: LockParameters) -> bytes:
    """32 bytes by Argon2id (RFC 9106) of a normalised passphrase or a code's 15 bytes; 16 bytes of salt."""
    if len(salt) != SALT_BYTES:
        raise ValueError("a salt is 16 bytes")
    return hash_secret_raw(
        secret,
        salt,
        time_cost=parameters.passes,
        memory_cost=parameters.memory_kib,
        parallelism=parameters.lanes,
        hash_len=KEY_BYTES,
        type=Type.ID,
    )


def auth_of(root: bytes) -> bytes:
    """32 bytes that show the secret was known and open nothing; the server stores `auth_hash` of them."""
    return hkdf(root, _AUTH)


def auth_hash(auth: bytes) -> bytes:
    """SHA-256 of the auth value, as stored: what is stolen from the table cannot be sent to sign in."""
    return hashlib.sha256(auth).digest()


def site_share(lock_key: bytes, owner_id: bytes) -> bytes:
    """32 bytes from the server's lock key for one member: a stolen database alone allows no guessing."""
    return hkdf(lock_key, _SHARE + owner_id)


def seal_lock(
    seed: bytes,
    *,
    owner_id: bytes,
    purpose: int,
    root: bytes,
    salt: bytes,
    parameters: LockParameters,
    share: bytes = b"",
) -> bytes:
    """200 bytes: the seed under `argon2_root(secret, salt, parameters)` and, if given, the site's share.

    Purpose 1 is a passphrase, 2 a recovery code or key. ValueError if a part has a wrong size.
    """
    sizes = (len(seed), len(root), len(salt)) == (KEY_BYTES, KEY_BYTES, SALT_BYTES)
    if not sizes or len(share) not in (0, KEY_BYTES) or purpose not in (PASSPHRASE, RECOVERY):
        raise ValueError("these parts make no lock")
    flags = NEEDS_SHARE if share else 0
    cost = (parameters.memory_kib, parameters.passes, parameters.lanes)
    start = packed(Kind.LOCK, 0, 0, 0, (NO_ID, owner_id, NO_ID))
    start += _PARAMETERS.pack(purpose, ARGON2ID, flags, *cost, salt)
    return start + encrypt(hkdf(root + share, _KEK), _LOCK + start, seed)


def lock_parameters(sealed: bytes) -> tuple[int, bytes, LockParameters, bool]:
    """(purpose, salt, parameters, whether the site's share is needed), each within bounds; else SealBroken.

    Ask before `argon2_root`: a row that somebody rewrote must not choose how much work the server does.
    """
    header = Header.parse(sealed)
    if header.kind != Kind.LOCK or len(sealed) != LOCK_BYTES:
        raise broken()
    purpose, kdf, flags, memory, passes, lanes, salt = _PARAMETERS.unpack_from(sealed, HEADER_BYTES)
    if purpose not in (PASSPHRASE, RECOVERY) or kdf != ARGON2ID or flags not in (0, NEEDS_SHARE):
        raise broken()
    try:
        return purpose, salt, LockParameters(memory, passes, lanes), flags == NEEDS_SHARE
    except ValueError:
        raise broken() from None


def open_lock(sealed: bytes, *, owner_id: bytes, root: bytes, share: bytes = b"") -> bytes:
    """The 32-byte seed; SealBroken if owner, root or share is another.

    A share given for a lock without one is refused too: the caller expects the site's own lock, not one that
    somebody put in its place.
    """
    *_, needs_share = lock_parameters(sealed)
    if Header.parse(sealed).object_id != owner_id or needs_share != bool(share):
        raise broken()
    # A lock has one size, so what opens is 32 bytes.
    return decrypt(hkdf(root + share, _KEK), _LOCK + sealed[:_BODY], sealed[_BODY:])
