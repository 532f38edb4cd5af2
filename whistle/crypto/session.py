"""Seals what must wait between two requests, under keys of which the store holds none."""

import hashlib
import hmac

from whistle.crypto.envelope import decrypt, encrypt, open_under, seal_under
from whistle.crypto.keys import KEY_BYTES, hkdf
from whistle.crypto.refusal import broken

TAG_BYTES = 16
_SESSION_ID = b"whistle/v1/session-id\0"
_SESSION = b"whistle/v1/session\0"
_WINDOW = b"whistle/v1/window\0"


def session_id(token: bytes) -> bytes:
    """32 bytes under which the store keeps a session; they do not lead back to the cookie's token."""
    return hashlib.sha256(_SESSION_ID + token).digest()


def _key_and_context(token: bytes, run_key: bytes) -> tuple[bytes, bytes]:
    # The run key has a fixed length and stands last, so token and run key cannot be cut apart in two ways.
    return hkdf(token + run_key, _SESSION), _SESSION + session_id(token)


def seal_session(token: bytes, run_key: bytes, plain: bytes) -> bytes:
    """Seal for the browser with `token` and the server with `run_key` (32 bytes, else ValueError)."""
    if len(run_key) != KEY_BYTES:
        raise ValueError("a run key is 32 bytes")
    return encrypt(*_key_and_context(token, run_key), plain)


def open_session(token: bytes, run_key: bytes, sealed: bytes) -> bytes:
    """Undo `seal_session`; SealBroken if token, run key or one byte is another."""
    if len(run_key) != KEY_BYTES:
        raise broken()
    return decrypt(*_key_and_context(token, run_key), sealed)


def window_tag(run_key: bytes, window: int) -> bytes:
    """16 bytes that name window 0, 1, 2… of time to this server only: a stolen store shows no hour."""
    return hmac.digest(run_key, _WINDOW + window.to_bytes(8, "big"), "sha256")[:TAG_BYTES]


def seal_small(secret: bytes, label: bytes, plain: bytes) -> bytes:
    """Seal a small thing (a second factor's secret under a seed, say) for one use, which the label names."""
    return seal_under(secret, label, plain)


def open_small(secret: bytes, label: bytes, sealed: bytes) -> bytes:
    """Undo `seal_small`; SealBroken if secret, label or one byte is another."""
    return open_under(secret, label, sealed)
