"""The 64 bytes: what may stand in them, and what is refused before any key is used."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.crypto.objects import CASE, OBJECT
from whistle.crypto.header import HEADER_BYTES, Compartment, Header, Kind, demand
from whistle.crypto.refusal import REFUSAL
from whistle.errors import SealBroken

IDS = st.binary(min_size=16, max_size=16)
EPOCHS = st.integers(0, 2**32 - 1)
ZERO = bytes(16)
RECORD = Header(Kind.RECORD, Compartment.CONTENT, 3, 0, CASE, OBJECT, b"k" * 16)
LOCK = Header(Kind.LOCK, 0, 0, 0, ZERO, OBJECT, ZERO)


@st.composite
def lawful_headers(draw: st.DrawFn) -> Header:
    kind = draw(st.sampled_from(Kind))
    if kind is Kind.LOCK:
        return Header(kind, 0, 0, 0, ZERO, draw(IDS), ZERO)
    compartment = draw(st.sampled_from(Compartment))
    mixes = kind in (Kind.RECORD, Kind.BLOB) and compartment is Compartment.IDENTITY
    mixed = draw(EPOCHS) if mixes else 0
    return Header(kind, compartment, draw(EPOCHS), mixed, draw(IDS), draw(IDS), draw(IDS))


@given(lawful_headers(), st.binary(max_size=80))
def test_a_lawful_header_comes_back_whatever_follows_it(header: Header, rest: bytes) -> None:
    packed = header.pack()
    assert len(packed) == HEADER_BYTES
    assert Header.parse(packed + rest) == header
    demand(packed + rest, packed)


def test_the_bytes_stand_where_the_drawing_says() -> None:
    packed = Header(Kind.BLOB, Compartment.IDENTITY, 5, 7, CASE, OBJECT, b"k" * 16).pack()
    assert packed == b"WSL1\x04\x01\x02\x00\0\0\0\x05\0\0\0\x07" + CASE + OBJECT + b"k" * 16


@given(st.binary(max_size=HEADER_BYTES + 4) | st.builds(b"WSL1".__add__, st.binary(min_size=60, max_size=64)))
def test_whatever_bytes_parse_as_a_header_are_that_header(sealed: bytes) -> None:
    if len(sealed) >= HEADER_BYTES and sealed[:4] == b"WSL1":
        with contextlib.suppress(SealBroken):
            assert Header.parse(sealed).pack() == sealed[:HEADER_BYTES]
    else:
        with pytest.raises(SealBroken, match=REFUSAL):
            Header.parse(sealed)


@given(lawful_headers(), st.integers(0, 63), st.integers(1, 255))
def test_a_changed_byte_never_parses_as_the_same_header(header: Header, at: int, change: int) -> None:
    changed = bytearray(header.pack())
    changed[at] ^= change
    with pytest.raises(SealBroken):
        demand(bytes(changed), header.pack())


def _with(header: Header, **fields: object) -> Header:
    return Header(**{name: getattr(header, name) for name in Header.__slots__} | fields)


UNLAWFUL = {
    "unknown kind": _with(RECORD, kind=6),
    "kind zero": _with(RECORD, kind=0),
    "compartment zero": _with(RECORD, compartment=0),
    "compartment four": _with(RECORD, compartment=4),
    "mixed epoch in content": _with(RECORD, mixed_epoch=1),
    "mixed epoch in internal": _with(RECORD, compartment=Compartment.INTERNAL, mixed_epoch=1),
    "mixed epoch in an identity grant": _with(
        RECORD, kind=Kind.GRANT, compartment=Compartment.IDENTITY, mixed_epoch=1
    ),
    "mixed epoch in an own grant": _with(
        RECORD, kind=Kind.OWN_GRANT, compartment=Compartment.IDENTITY, mixed_epoch=1
    ),
    "lock with a compartment": _with(LOCK, compartment=1),
    "lock with an epoch": _with(LOCK, epoch=1),
    "lock with a mixed epoch": _with(LOCK, mixed_epoch=1),
    "lock with a case": _with(LOCK, case_id=CASE),
    "lock with a key": _with(LOCK, key_id=CASE),
    "epoch too large": _with(RECORD, epoch=2**32),
    "epoch below zero": _with(RECORD, epoch=-1),
    "short case id": _with(RECORD, case_id=CASE[1:]),
    "long object id": _with(RECORD, object_id=OBJECT + b"x"),
    "no key id": _with(RECORD, key_id=b""),
}


@pytest.mark.parametrize("header", UNLAWFUL.values(), ids=UNLAWFUL)
def test_fields_that_may_not_stand_together_are_not_packed(header: Header) -> None:
    with pytest.raises(ValueError, match="no header"):
        header.pack()


@pytest.mark.parametrize(
    ("at", "value"),
    [(0, 0x56), (3, 0x32), (4, 0), (4, 6), (5, 0), (5, 2), (6, 0), (6, 4), (7, 1), (15, 1)],
    ids=str,
)
def test_bytes_that_break_a_rule_are_not_parsed(at: int, value: int) -> None:
    packed = bytearray(RECORD.pack())
    packed[at] = value
    with pytest.raises(SealBroken):
        Header.parse(bytes(packed))
