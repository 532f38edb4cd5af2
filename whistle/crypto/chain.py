"""Links and signs entries, so that a changed, cut or reordered book shows."""

import hashlib
import hmac
import json
import secrets
from collections.abc import Mapping

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from whistle.crypto.keys import KEY_BYTES, Random

HASH_BYTES = 32
GENESIS = bytes(HASH_BYTES)  # what the first entry links to
_LINK = b"whistle/v1/link\0"


def canonical(fields: Mapping[str, object]) -> bytes:
    """The one way to write the fields down: UTF-8 JSON, names sorted, no spaces; ValueError if not JSON."""
    try:
        return json.dumps(
            fields, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
        ).encode()
    except (ValueError, TypeError):
        raise ValueError("these fields are not JSON in UTF-8") from None


def link(previous: bytes, fields: Mapping[str, object]) -> bytes:
    """SHA-256 over the previous link (32 bytes; `GENESIS` before the first) and the canonical fields."""
    if len(previous) != HASH_BYTES:
        raise ValueError("a link is 32 bytes")
    return hashlib.sha256(_LINK + previous + canonical(fields)).digest()


def new_signing_key(random: Random = secrets.token_bytes) -> bytes:
    """A fresh Ed25519 key as its 32-byte seed (RFC 8032)."""
    return random(KEY_BYTES)


def verifying_key(signing_key: bytes) -> bytes:
    """The 32 public bytes that go with a signing key; ValueError if it is not 32 bytes."""
    return Ed25519PrivateKey.from_private_bytes(signing_key).public_key().public_bytes_raw()


def sign(signing_key: bytes, label: bytes, message: bytes) -> bytes:
    """The 64-byte Ed25519 signature over label || message; the label says what for and ends with NUL."""
    return Ed25519PrivateKey.from_private_bytes(signing_key).sign(_labelled(label, message))


def verify(verifying_key: bytes, label: bytes, message: bytes, signature: bytes) -> bool:
    """Whether that key signed that message for that use; False for bytes that are no key or no signature."""
    labelled = _labelled(label, message)
    try:
        Ed25519PublicKey.from_public_bytes(verifying_key).verify(signature, labelled)
    except (InvalidSignature, ValueError):
        return False
    return True


def keyed_hash(key: bytes, label: bytes, message: bytes) -> bytes:
    """HMAC-SHA256 over label || message, 32 bytes; the label ends with NUL."""
    return hmac.digest(key, _labelled(label, message), "sha256")


def _labelled(label: bytes, message: bytes) -> bytes:
    """Label and message; without an end to the label two uses could mean the same bytes."""
    if label.find(b"\0") != len(label) - 1 or not label:
        raise ValueError("a label ends with its only NUL")
    return label + message
