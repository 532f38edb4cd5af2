"""Tries every primitive once before the program starts: what is missing is named, nothing weaker is used."""

from collections.abc import Callable

from whistle.errors import SettingsWrong

# ruff: noqa: PLC0415 - imports stand inside the probes: a library too old to be imported is named as well
_PLAIN = b"a message that must come back" * 4


def _same(plain: bytes, opened: bytes) -> None:
    if plain != opened:
        raise ValueError("came back changed")


def _derivation() -> None:
    from whistle.crypto.keys import hkdf

    # RFC 5869, test case 3 (empty salt and info), first 32 bytes.
    okm = bytes.fromhex("8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d")
    _same(okm, hkdf(b"\x0b" * 22, b""))


def _bodies() -> None:
    from whistle.crypto.envelope import open_under, seal_under

    _same(_PLAIN, open_under(bytes(32), b"self-test\0", seal_under(bytes(32), b"self-test\0", _PLAIN)))


def _wrapping() -> None:
    from whistle.crypto.grants import open_grant, seal_grant
    from whistle.crypto.header import Compartment
    from whistle.crypto.keys import CompartmentKey, KeyPair

    pair = KeyPair.from_seed(bytes(32))
    key = CompartmentKey(bytes(16), Compartment.CONTENT, 1, bytes(32))
    opened = open_grant(
        pair, seal_grant(pair.public_key, key), case_id=key.case_id, compartment=key.compartment, epoch=1
    )
    _same(key.key, opened.key)


def _signatures() -> None:
    from whistle.crypto.chain import sign, verify, verifying_key

    signature = sign(bytes(32), b"self-test\0", _PLAIN)
    if not verify(verifying_key(bytes(32)), b"self-test\0", _PLAIN, signature):
        raise ValueError("own signature refused")


def _passphrases() -> None:
    # Only that it is there: one run takes longer than the whole of this test may.
    from argon2.low_level import ARGON2_VERSION, Type

    _same(b"ID 1.3", b"%s %d.%d" % (Type.ID.name.encode(), ARGON2_VERSION >> 4, ARGON2_VERSION & 15))


def _second_factor() -> None:
    from whistle.crypto.totp import code_at

    _same(b"755224", code_at(b"12345678901234567890", 0).encode())  # RFC 4226, appendix D


PRIMITIVES: tuple[tuple[str, Callable[[], None]], ...] = (
    ("HKDF-SHA256", _derivation),
    ("Cobblestone-256", _bodies),
    ("HPKE with MLKEM768-X25519", _wrapping),
    ("Ed25519", _signatures),
    ("Argon2id", _passphrases),
    ("HOTP-SHA1", _second_factor),
)


def self_test() -> None:
    """Seal and open one object with each primitive; SettingsWrong names the first that fails."""
    for name, probe in PRIMITIVES:
        try:
            probe()
        except Exception as fault:
            raise SettingsWrong(
                f"The cryptographic library lacks {name}: install cryptography 50 or later and argon2-cffi."
            ) from fault
