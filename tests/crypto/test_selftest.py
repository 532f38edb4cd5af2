"""The start: a library that lacks a primitive is named, and nothing runs without it."""

import subprocess
import sys

import pytest

from whistle.crypto.selftest import self_test
from whistle.errors import SettingsWrong

SABOTAGE = [
    ("whistle.crypto.keys.hkdf", lambda *_: b"", "HKDF-SHA256"),
    ("whistle.crypto.envelope.Cobblestone256Encryptor", None, "Cobblestone-256"),
    ("whistle.crypto.envelope.decrypt", lambda *_: b"wrong", "Cobblestone-256"),
    ("whistle.crypto.grants._SUITE", None, "HPKE with MLKEM768-X25519"),
    ("whistle.crypto.chain.verify", lambda *_: False, "Ed25519"),
    ("argon2.low_level.ARGON2_VERSION", 16, "Argon2id"),
    ("whistle.crypto.totp.code_at", lambda *_: "000000", "HOTP-SHA1"),
]


def test_a_whole_library_passes() -> None:
    self_test()


@pytest.mark.parametrize(("place", "wrong", "name"), SABOTAGE, ids=[place for place, _, _ in SABOTAGE])
def test_a_primitive_that_is_missing_or_wrong_is_named(
    monkeypatch: pytest.MonkeyPatch, place: str, wrong: object, name: str
) -> None:
    monkeypatch.setattr(place, wrong)
    with pytest.raises(SettingsWrong, match=name):
        self_test()


def test_a_library_that_is_not_there_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "argon2.low_level", None)
    with pytest.raises(SettingsWrong, match="argon2"):
        self_test()


def test_the_test_itself_can_be_imported_without_the_library() -> None:
    program = (
        "import sys, whistle.crypto.selftest\n"
        "sys.exit(bool({'cryptography', 'argon2'} & {name.split('.')[0] for name in sys.modules}))"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
