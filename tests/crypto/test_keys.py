"""Keys: what follows from a seed, how keys are named, and that none shows itself."""

import pytest

from tests.crypto.objects import CASE, CONTENT, PAIR
from whistle.crypto.header import Compartment
from whistle.crypto.keys import (
    CompartmentKey,
    KeyPair,
    compartment_key_id,
    hkdf,
    new_seed,
    public_key_id,
)


def counting(n: int) -> bytes:
    return bytes(range(n))


def test_derived_keys_differ_by_label_and_by_secret() -> None:
    assert len({hkdf(b"a" * 32, b"x\0"), hkdf(b"a" * 32, b"y\0"), hkdf(b"b" * 32, b"x\0")}) == 3


def test_a_derived_key_agrees_with_the_rfc() -> None:
    # RFC 5869, appendix A.3: SHA-256 with empty salt and info.
    expected = "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8"
    assert hkdf(b"\x0b" * 22, b"", 42).hex() == expected


def test_the_ids_of_both_kinds_of_key_never_meet() -> None:
    assert public_key_id(b"same bytes") != compartment_key_id(b"same bytes")
    assert len(public_key_id(b"")) == len(compartment_key_id(b"")) == 16


def test_randomness_is_an_argument() -> None:
    assert new_seed(counting) == bytes(range(32))
    assert CompartmentKey.new(CASE, Compartment.CONTENT, 1, counting).key == bytes(range(32))


def test_fresh_keys_are_never_the_same() -> None:
    assert new_seed() != new_seed()
    keys = [CompartmentKey.new(CASE, Compartment.CONTENT, 1) for _ in range(2)]
    assert keys[0].key_id != keys[1].key_id


def test_no_printed_form_shows_a_key() -> None:
    for shown in (repr(CONTENT), str(CONTENT), repr(PAIR), str(PAIR), f"{CONTENT} {PAIR}"):
        assert "cccc" not in shown
        assert repr(PAIR.seed)[2:-1] not in shown
        assert PAIR.seed.hex() not in shown


@pytest.mark.parametrize(
    "parts",
    [
        (CASE[1:], Compartment.CONTENT, 1, bytes(32)),
        (CASE, Compartment.CONTENT, 1, bytes(31)),
        (CASE, Compartment.CONTENT, -1, bytes(32)),
        (CASE, Compartment.CONTENT, 2**32, bytes(32)),
        (CASE, 0, 1, bytes(32)),
        (CASE, 4, 1, bytes(32)),
    ],
    ids=["case id", "key", "epoch below zero", "epoch too large", "compartment 0", "compartment 4"],
)
def test_a_key_that_no_header_could_name_is_not_made(parts: tuple[bytes, Compartment, int, bytes]) -> None:
    with pytest.raises(ValueError, match=r"compartment|Compartment"):
        CompartmentKey(*parts)


def test_a_plain_number_names_the_compartment_as_well() -> None:
    assert CompartmentKey(CASE, 2, 1, bytes(32)).compartment is Compartment.IDENTITY


def test_a_pair_follows_from_its_seed_alone() -> None:
    again = KeyPair.from_seed(PAIR.seed)
    assert (again.public_key, again.key_id) == (PAIR.public_key, PAIR.key_id)
    assert len(again.public_key) == 1216
    assert again.private_key is again.private_key


def test_a_pair_told_its_id_keeps_it_without_expanding_the_keys() -> None:
    pair = KeyPair.from_seed(PAIR.seed, PAIR.key_id)
    assert pair.key_id == PAIR.key_id
    assert pair._private is None


@pytest.mark.parametrize("size", [0, 31, 33])
def test_a_seed_of_another_size_makes_no_pair(size: int) -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        KeyPair.from_seed(bytes(size))
