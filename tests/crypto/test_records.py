"""Records: what was written comes back whole, in its place, under all the keys it takes."""

import itertools
import json
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests.crypto.objects import BODY, CASE, CONTENT, IDENTITY, INTERNAL, OBJECT, mixed
from whistle.crypto.envelope import seal_under
from whistle.crypto.header import Compartment, Header, Kind
from whistle.crypto.keys import CompartmentKey
from whistle.crypto.records import new_object_id, open_json, open_record, padme, seal_json, seal_record
from whistle.crypto.refusal import REFUSAL
from whistle.errors import SealBroken

KEYS = st.sampled_from([CONTENT, IDENTITY, INTERNAL])
TEXT = st.text(st.characters(exclude_categories=["Cs"]))
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | TEXT,
    lambda inner: st.lists(inner) | st.dictionaries(TEXT, inner),
    max_leaves=8,
)
FIELDS: dict[str, Any] = {"type": "message", "n": 1, "by": "reporter", "day": "2026-03-01"}


@given(KEYS, st.binary(max_size=9000))
@example(CONTENT, bytes(4092))
@example(CONTENT, bytes(4093))
def test_a_body_comes_back(key: CompartmentKey, body: bytes) -> None:
    sealed = seal_record(key, OBJECT, body, mixed_with=mixed(key))
    assert open_record(key, sealed, object_id=OBJECT, mixed_with=mixed(key)) == body
    header = Header.parse(sealed)
    assert (header.kind, header.compartment, header.epoch) == (Kind.RECORD, key.compartment, key.epoch)
    assert header.mixed_epoch == (CONTENT.epoch if key is IDENTITY else 0)


@given(st.integers(0, 4092), st.integers(0, 4092))
def test_short_bodies_all_have_one_size(one: int, other: int) -> None:
    sizes = {len(seal_record(CONTENT, OBJECT, bytes(n))) for n in (one, other)}
    assert sizes == {4232}


@given(st.integers(0, 2**50))
@example(0)
@example(1)
@example(2)
@example(3)
def test_padme_never_shrinks_adds_at_most_twelve_percent_and_leaves_what_it_made(n: int) -> None:
    padded = padme(n)
    assert n <= padded <= n * 1.12
    assert padme(padded) == padded
    assert padme(n + 1) >= padded


@pytest.mark.parametrize(
    ("n", "padded"),
    [
        (0, 0),
        (1, 1),
        (2, 2),
        (8, 8),
        (9, 10),
        (4096, 4096),
        (4097, 4352),
        (100_000, 100_352),
        (2**30 + 1, 1_107_296_256),
    ],
)
def test_padme_agrees_with_values_worked_out_by_hand(n: int, padded: int) -> None:
    assert padme(n) == padded


def test_padme_refuses_a_length_below_zero() -> None:
    with pytest.raises(ValueError, match="negative"):
        padme(-1)


@given(TEXT, JSON, st.integers(1, 2**62))
def test_fields_come_back(name: str, value: object, n: int) -> None:
    fields = {name: value} | FIELDS | {"n": n}
    for key in (CONTENT, IDENTITY):
        sealed = seal_json(key, OBJECT, fields, mixed_with=mixed(key))
        assert open_json(key, sealed, object_id=OBJECT, mixed_with=mixed(key)) == fields


@pytest.mark.parametrize("name", FIELDS)
def test_a_record_says_its_type_number_author_and_day(name: str) -> None:
    fields = {other: value for other, value in FIELDS.items() if other != name}
    with pytest.raises(ValueError, match="type, n"):
        seal_json(CONTENT, OBJECT, fields)
    sealed = seal_record(CONTENT, OBJECT, json.dumps(fields).encode())
    with pytest.raises(SealBroken):
        open_json(CONTENT, sealed, object_id=OBJECT)


@pytest.mark.parametrize(
    "wrong", [{"n": 0}, {"n": -1}, {"n": True}, {"n": 1.0}, {"n": "1"}, {"type": None}, {"type": 5}], ids=str
)
def test_a_number_counts_from_one_and_a_type_is_a_word(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="type, n"):
        seal_json(CONTENT, OBJECT, FIELDS | wrong)


@pytest.mark.parametrize("value", [float("nan"), float("inf"), b"bytes", "\ud800", range(1)], ids=repr)
def test_what_is_not_json_is_refused_without_repeating_it(value: object) -> None:
    with pytest.raises(ValueError, match="not JSON in UTF-8") as refusal:
        seal_json(CONTENT, OBJECT, FIELDS | {"text": value, "note": "lagret"})
    assert "lagret" not in repr(refusal.value)
    assert refusal.value.__suppress_context__


GOOD = json.dumps(FIELDS)
BAD_BODIES = {
    "not UTF-8": b"\xff" + GOOD.encode(),
    "a byte-order mark": b"\xef\xbb\xbf" + GOOD.encode(),
    "not JSON": GOOD[:-1].encode(),
    "two objects": (GOOD + GOOD).encode(),
    "a list": b"[1]",
    "a number": b"1",
    "empty": b"",
    "a name twice": (GOOD[:-1] + ',"n":2}').encode(),
    "a name twice further in": (GOOD[:-1] + ',"x":{"a":1,"a":1}}').encode(),
    "NaN": (GOOD[:-1] + ',"x":NaN}').encode(),
    "infinity": (GOOD[:-1] + ',"x":-Infinity}').encode(),
    "a float without end": (GOOD[:-1] + ',"x":1e999}').encode(),
    "an integer without end": (GOOD[:-1] + ',"x":' + "9" * 5000 + "}").encode(),
    "half a surrogate pair": (GOOD[:-1] + ',"x":"\\ud83d"}').encode(),
    "nested without end": b'{"x":' * 200_000,
}


@pytest.mark.parametrize("body", BAD_BODIES.values(), ids=BAD_BODIES)
def test_a_body_that_is_no_strict_json_object_is_the_one_refusal(body: bytes) -> None:
    sealed = seal_record(CONTENT, OBJECT, body)
    assert open_record(CONTENT, sealed, object_id=OBJECT) == body
    with pytest.raises(SealBroken, match=REFUSAL):
        open_json(CONTENT, sealed, object_id=OBJECT)


def test_a_whole_surrogate_pair_is_a_letter_like_any_other() -> None:
    sealed = seal_record(CONTENT, OBJECT, (GOOD[:-1] + ',"x":"\\ud83d\\ude00","y":1.5}').encode())
    assert open_json(CONTENT, sealed, object_id=OBJECT) == FIELDS | {"x": "😀", "y": 1.5}


def test_identity_opens_only_with_both_keys() -> None:
    sealed = seal_record(IDENTITY, OBJECT, BODY, mixed_with=CONTENT)
    other = CompartmentKey(CASE, Compartment.CONTENT, CONTENT.epoch, b"o" * 32)
    stolen = CompartmentKey(CASE, Compartment.IDENTITY, IDENTITY.epoch, CONTENT.key)
    later = CompartmentKey(CASE, Compartment.CONTENT, CONTENT.epoch + 1, CONTENT.key)
    assert open_record(IDENTITY, sealed, object_id=OBJECT, mixed_with=CONTENT) == BODY
    for key, content in [
        (IDENTITY, None),
        (CONTENT, None),
        (CONTENT, CONTENT),
        (IDENTITY, IDENTITY),
        (IDENTITY, other),
        (IDENTITY, later),
        (IDENTITY, INTERNAL),
        (stolen, CONTENT),
    ]:
        with pytest.raises(SealBroken):
            open_record(key, sealed, object_id=OBJECT, mixed_with=content)


def test_the_header_alone_does_not_keep_a_single_key_out_the_derivation_does() -> None:
    # A forger with one key writes the very header; what they derive from that key alone must open nothing.
    sealed = seal_record(IDENTITY, OBJECT, BODY, mixed_with=CONTENT)
    header = sealed[:64]
    label = b"whistle/v1/record\0" + header
    framed = (len(BODY).to_bytes(4, "big") + BODY).ljust(4096, b"\0")
    for secret in (IDENTITY.key, CONTENT.key, CONTENT.key + IDENTITY.key):
        forged = header + seal_under(secret, label, framed)
        with pytest.raises(SealBroken):
            open_record(IDENTITY, forged, object_id=OBJECT, mixed_with=CONTENT)
    both = header + seal_under(IDENTITY.key + CONTENT.key, label, framed)
    assert open_record(IDENTITY, both, object_id=OBJECT, mixed_with=CONTENT) == BODY


@pytest.mark.parametrize(
    ("key", "content"),
    [
        (IDENTITY, None),
        (IDENTITY, INTERNAL),
        (IDENTITY, CompartmentKey(OBJECT, Compartment.CONTENT, 3, bytes(32))),
        (CONTENT, CONTENT),
        (INTERNAL, CONTENT),
    ],
    ids=["identity alone", "internal mixed in", "another case's", "content twice", "into internal"],
)
def test_keys_that_do_not_belong_together_seal_nothing(
    key: CompartmentKey, content: CompartmentKey | None
) -> None:
    with pytest.raises(ValueError, match=r"identity|content key"):
        seal_record(key, OBJECT, BODY, mixed_with=content)


def test_a_record_does_not_open_in_another_place_even_with_the_right_bytes_of_key() -> None:
    sealed = seal_record(CONTENT, OBJECT, BODY)
    elsewhere = [
        CompartmentKey(OBJECT, CONTENT.compartment, CONTENT.epoch, CONTENT.key),
        CompartmentKey(CASE, Compartment.INTERNAL, CONTENT.epoch, CONTENT.key),
        CompartmentKey(CASE, CONTENT.compartment, CONTENT.epoch + 1, CONTENT.key),
        CompartmentKey(CASE, CONTENT.compartment, CONTENT.epoch, INTERNAL.key),
    ]
    for key in elsewhere:
        with pytest.raises(SealBroken):
            open_record(key, sealed, object_id=OBJECT)
    for object_id in (CASE, b"", OBJECT + b"x"):
        with pytest.raises(SealBroken):
            open_record(CONTENT, sealed, object_id=object_id)


@pytest.mark.parametrize(
    "plain",
    [
        b"",
        b"\0\0\0",
        bytes(4095),
        bytes(4097),
        bytes(4352),
        b"\0\0\0\0" + bytes(4091) + b"x",
        b"\0\0\x0f\xfd" + bytes(4092),
        b"\xff\xff\xff\xff" + bytes(4092),
    ],
    ids=[
        "empty",
        "no length",
        "short",
        "long",
        "padded too far",
        "not zero",
        "length one more",
        "length huge",
    ],
)
def test_a_member_who_pads_otherwise_is_refused(plain: bytes) -> None:
    header = seal_record(CONTENT, OBJECT, b"")[:64]
    with pytest.raises(SealBroken):
        open_record(
            CONTENT,
            header + seal_under(CONTENT.key, b"whistle/v1/record\0" + header, plain),
            object_id=OBJECT,
        )


def test_ids_are_fresh_and_sixteen_bytes() -> None:
    assert new_object_id(lambda n: b"r" * n) == b"r" * 16
    assert all(a != b for a, b in itertools.combinations([new_object_id() for _ in range(8)], 2))
