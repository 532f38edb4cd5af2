"""A key's fingerprint is short enough to read aloud and long enough that nobody makes another key with it."""

from hashlib import sha256

from whistle.crypto.codes import ALPHABET, symbols_of

LABEL = b"whistle/v1/fingerprint\0"
SYMBOLS = 25
"""125 bits: no second key with the same fingerprint can be found."""

GROUP = 5


def fingerprint_of(public_key: bytes) -> str:
    """Five groups of five symbols, like a key, made from SHA-256 of the public key."""
    number = int.from_bytes(sha256(LABEL + public_key).digest(), "big") >> (256 - 5 * SYMBOLS)
    symbols = "".join(ALPHABET[(number >> 5 * (SYMBOLS - 1 - i)) & 31] for i in range(SYMBOLS))
    return "-".join(symbols[i : i + GROUP] for i in range(0, SYMBOLS, GROUP))


def is_fingerprint(text: str, public_key: bytes) -> bool:
    """Whether what was typed is the fingerprint of this key; case, space and look-alikes are forgiven."""
    return symbols_of(text) == fingerprint_of(public_key).replace("-", "")
