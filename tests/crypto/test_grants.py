"""Grants: the right person opens them in the right place, nobody else and nowhere else."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.crypto.objects import CASE, CONTENT, IDENTITY, INTERNAL, OBJECT, PAIR, STRANGER
from whistle.crypto.envelope import seal_under
from whistle.crypto.grants import (
    GRANT_BYTES,
    OWN_GRANT_BYTES,
    open_any,
    open_grant,
    open_own_grant,
    seal_grant,
    seal_own_grant,
)
from whistle.crypto.header import Compartment, Header, Kind
from whistle.crypto.keys import CompartmentKey, KeyPair
from whistle.errors import SealBroken

PLACE: dict[str, Any] = {"case_id": CASE, "compartment": Compartment.CONTENT, "epoch": 3}
ELSEWHERE = [
    PLACE | {"case_id": OBJECT},
    PLACE | {"compartment": Compartment.IDENTITY},
    PLACE | {"compartment": 9},
    PLACE | {"epoch": 2},
    PLACE | {"case_id": b""},
]


@given(
    st.binary(min_size=32, max_size=32),
    st.binary(min_size=32, max_size=32),
    st.sampled_from(Compartment),
    st.integers(0, 2**32 - 1),
)
def test_a_granted_key_comes_back(seed: bytes, secret: bytes, compartment: Compartment, epoch: int) -> None:
    key = CompartmentKey(CASE, compartment, epoch, secret)
    place: dict[str, Any] = {"case_id": CASE, "compartment": compartment, "epoch": epoch}
    pair = KeyPair.from_seed(seed)
    granted = seal_grant(pair.public_key, key)
    own = seal_own_grant(seed, pair.key_id, key)
    assert (len(granted), len(own)) == (GRANT_BYTES, OWN_GRANT_BYTES)
    assert open_grant(pair, granted, **place) == key
    assert open_own_grant(seed, pair.key_id, own, **place) == key
    assert open_any(pair, granted, **place) == (key, False)
    assert open_any(pair, own, **place) == (key, True)


def test_the_header_says_which_key_is_inside_and_whose_grant_it_is() -> None:
    for sealed in (seal_grant(PAIR.public_key, CONTENT), seal_own_grant(PAIR.seed, PAIR.key_id, CONTENT)):
        header = Header.parse(sealed)
        assert (header.object_id, header.key_id) == (CONTENT.key_id, PAIR.key_id)


@pytest.mark.parametrize("place", ELSEWHERE, ids=str)
def test_a_grant_does_not_open_in_another_place(place: dict[str, Any]) -> None:
    for sealed in (seal_grant(PAIR.public_key, CONTENT), seal_own_grant(PAIR.seed, PAIR.key_id, CONTENT)):
        with pytest.raises(SealBroken):
            open_any(PAIR, sealed, **place)


def test_a_stranger_opens_neither_even_if_they_claim_the_id() -> None:
    impostor = KeyPair.from_seed(STRANGER.seed, PAIR.key_id)
    for pair in (STRANGER, impostor):
        for sealed in (seal_grant(PAIR.public_key, CONTENT), seal_own_grant(PAIR.seed, PAIR.key_id, CONTENT)):
            with pytest.raises(SealBroken):
                open_any(pair, sealed, **PLACE)


def test_a_key_nobody_announced_is_not_believed() -> None:
    header = Header(Kind.OWN_GRANT, Compartment.CONTENT, 3, 0, CASE, CONTENT.key_id, PAIR.key_id).pack()
    label = b"whistle/v1/own-grant\0" + header
    right = header + seal_under(PAIR.seed, label, CONTENT.key)
    assert open_own_grant(PAIR.seed, PAIR.key_id, right, **PLACE) == CONTENT
    for inside in (INTERNAL.key, CONTENT.key[1:] + b"x", b"", CONTENT.key + b"x"):
        with pytest.raises(SealBroken):
            open_own_grant(PAIR.seed, PAIR.key_id, header + seal_under(PAIR.seed, label, inside), **PLACE)


def test_two_grants_of_one_key_share_no_sealed_bytes() -> None:
    for seal in (
        lambda: seal_grant(PAIR.public_key, IDENTITY),
        lambda: seal_own_grant(PAIR.seed, PAIR.key_id, IDENTITY),
    ):
        first, second = seal()[64:], seal()[64:]
        assert first[:32] != second[:32]
        assert first[-48:] != second[-48:]


def test_no_grant_contains_the_key() -> None:
    for sealed in (seal_grant(PAIR.public_key, CONTENT), seal_own_grant(PAIR.seed, PAIR.key_id, CONTENT)):
        assert CONTENT.key not in sealed


@pytest.mark.parametrize(
    "public_key", [b"", bytes(1184), PAIR.public_key[:-1], PAIR.public_key[:1184] + bytes(32)]
)
def test_no_grant_is_made_for_what_is_no_public_key(public_key: bytes) -> None:
    with pytest.raises(ValueError, match=r".+"):
        seal_grant(public_key, CONTENT)


def test_no_own_grant_is_made_under_half_a_seed() -> None:
    with pytest.raises(ValueError, match="seed"):
        seal_own_grant(PAIR.seed[:16], PAIR.key_id, CONTENT)
    with pytest.raises(ValueError, match="header"):
        seal_own_grant(PAIR.seed, PAIR.key_id[:8], CONTENT)
