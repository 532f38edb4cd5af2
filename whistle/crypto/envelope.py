"""Encrypts and decrypts a body under a key and a context; what does not decrypt whole is refused whole."""

from cryptography.cobblestone import Cobblestone256Decryptor, Cobblestone256Encryptor
from cryptography.exceptions import InvalidTag

from whistle.crypto.keys import hkdf
from whistle.crypto.refusal import broken

CHUNK_BYTES = 16 * 1024  # of Cobblestone (C2SP): each chunk carries a tag of its own
TAG_BYTES = 16
PREFIX_BYTES = 24 + 32  # Cobblestone's nonce and its commitment to the key
# The chunk that ends the stream is always there, so even an empty body grows by this much.
LEAST_OVERHEAD = PREFIX_BYTES + TAG_BYTES


def encrypted_length(plain_length: int) -> int:
    """How many bytes Cobblestone-256 makes of `plain_length` bytes (C2SP chunked encryption)."""
    return PREFIX_BYTES + plain_length + TAG_BYTES * (plain_length // CHUNK_BYTES + 1)


def encrypt(key: bytes, context: bytes, plain: bytes) -> bytes:
    """Cobblestone-256 of `plain` under a 32-byte key; the same context must be given again to open."""
    stream = Cobblestone256Encryptor(key, context)
    return stream.update(plain) + stream.finalize()


def decrypt(key: bytes, context: bytes, sealed: bytes) -> bytes:
    """The plain bytes, only after the last chunk was found whole; SealBroken otherwise."""
    stream = Cobblestone256Decryptor(key, context)
    try:
        return stream.update(sealed) + stream.finalize()
    except InvalidTag:
        raise broken() from None


def seal_under(secret: bytes, label: bytes, plain: bytes) -> bytes:
    """Encrypt under HKDF(secret, label) with the label as context: so are own grants and records made."""
    return encrypt(hkdf(secret, label), label, plain)


def open_under(secret: bytes, label: bytes, sealed: bytes) -> bytes:
    """Undo `seal_under`; SealBroken if the secret, the label or one byte is another."""
    return decrypt(hkdf(secret, label), label, sealed)
