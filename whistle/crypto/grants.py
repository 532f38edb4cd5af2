"""Hands a compartment key to one person: anybody can make a grant, only its owner can make an own grant."""

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hpke
from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PublicKey

from whistle.crypto.envelope import open_under, seal_under
from whistle.crypto.header import HEADER_BYTES, OBJECT_ID, Compartment, Kind, demand, packed
from whistle.crypto.keys import KEY_BYTES, MLKEM_PUBLIC_BYTES, CompartmentKey, KeyPair, public_key_id
from whistle.crypto.refusal import broken

GRANT_BYTES = 1232  # 64 header, 1120 X-Wing ciphertext, 32 key, 16 tag
OWN_GRANT_BYTES = 168  # 64 header, 72 Cobblestone, 32 key
_SIZES = {Kind.GRANT: GRANT_BYTES, Kind.OWN_GRANT: OWN_GRANT_BYTES}
_GRANT = b"whistle/v1/grant\0"
_OWN_GRANT = b"whistle/v1/own-grant\0"
_KIND_OFFSET = 4
_SUITE = hpke.Suite(hpke.KEM.MLKEM768_X25519, hpke.KDF.HKDF_SHA256, hpke.AEAD.AES_256_GCM)


def _header(kind: Kind, key: CompartmentKey, owner_key_id: bytes) -> bytes:
    return packed(kind, key.compartment, key.epoch, 0, (key.case_id, key.key_id, owner_key_id))


def _expect(
    kind: Kind, sealed: bytes, place: tuple[bytes, Compartment, int], owner_key_id: bytes
) -> tuple[bytes, bytes]:
    """The header bytes and the announced key id, if size and header are what the caller expects.

    The size is fixed, so what opens is 32 bytes: no check of the key's length is due after it.
    """
    announced = bytes(sealed[OBJECT_ID])
    case_id, compartment, epoch = place
    if len(sealed) != _SIZES[kind]:
        raise broken()
    try:
        header = packed(kind, compartment, epoch, 0, (case_id, announced, owner_key_id))
    except ValueError:
        raise broken() from None
    demand(sealed, header)
    return header, announced


def _believe(plain: bytes, announced: bytes, place: tuple[bytes, Compartment, int]) -> CompartmentKey:
    """The key inside, if the header announced that one: who lists grants by their headers is not deceived."""
    key = CompartmentKey(*place, plain)
    if key.key_id != announced:
        raise broken()
    return key


def seal_grant(recipient_public_key: bytes, key: CompartmentKey) -> bytes:
    """1232 bytes that only the recipient opens (HPKE, RFC 9180); ValueError if it is no public key.

    It says nothing about who made it: whoever relies on that must look elsewhere (FORMAT.md, "Own grant").
    """
    header = _header(Kind.GRANT, key, public_key_id(recipient_public_key))
    recipient = hpke.MLKEM768X25519PublicKey(
        MLKEM768PublicKey.from_public_bytes(recipient_public_key[:MLKEM_PUBLIC_BYTES]),
        X25519PublicKey.from_public_bytes(recipient_public_key[MLKEM_PUBLIC_BYTES:]),
    )
    return header + _SUITE.encrypt(key.key, recipient, info=_GRANT + header)


def open_grant(
    pair: KeyPair, sealed: bytes, *, case_id: bytes, compartment: Compartment, epoch: int
) -> CompartmentKey:
    """The key that was granted to `pair` for exactly that case, compartment and epoch; else SealBroken."""
    place = (case_id, compartment, epoch)
    header, announced = _expect(Kind.GRANT, sealed, place, pair.key_id)
    try:
        plain = _SUITE.decrypt(sealed[HEADER_BYTES:], pair.private_key, info=_GRANT + header)
    except (InvalidTag, ValueError):
        raise broken() from None
    return _believe(plain, announced, place)


def seal_own_grant(seed: bytes, owner_key_id: bytes, key: CompartmentKey) -> bytes:
    """168 bytes that only the holder of the seed makes and opens; `owner_key_id` is of their public key."""
    if len(seed) != KEY_BYTES:
        raise ValueError("a seed is 32 bytes")
    header = _header(Kind.OWN_GRANT, key, owner_key_id)
    return header + seal_under(seed, _OWN_GRANT + header, key.key)


def open_own_grant(
    seed: bytes, owner_key_id: bytes, sealed: bytes, *, case_id: bytes, compartment: Compartment, epoch: int
) -> CompartmentKey:
    """The compartment key of an own grant for exactly that case, compartment and epoch; else SealBroken."""
    place = (case_id, compartment, epoch)
    header, announced = _expect(Kind.OWN_GRANT, sealed, place, owner_key_id)
    return _believe(open_under(seed, _OWN_GRANT + header, sealed[HEADER_BYTES:]), announced, place)


def open_any(
    pair: KeyPair, sealed: bytes, *, case_id: bytes, compartment: Compartment, epoch: int
) -> tuple[CompartmentKey, bool]:
    """Open whichever of the two it is; True says it was an own grant: a key the owner once believed."""
    if sealed[_KIND_OFFSET : _KIND_OFFSET + 1] == bytes([Kind.OWN_GRANT]):
        own = open_own_grant(
            pair.seed, pair.key_id, sealed, case_id=case_id, compartment=compartment, epoch=epoch
        )
        return own, True
    return open_grant(pair, sealed, case_id=case_id, compartment=compartment, epoch=epoch), False
