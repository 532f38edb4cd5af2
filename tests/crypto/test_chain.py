"""Links and signatures: one way to write an entry down, and no way to change one unseen."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from whistle.crypto.chain import (
    GENESIS,
    canonical,
    keyed_hash,
    link,
    new_signing_key,
    sign,
    verify,
    verifying_key,
)

KEY = bytes(range(32))
LABEL = b"whistle/v1/test\0"
TEXT = st.text(st.characters(exclude_categories=["Cs"]))
FIELDS = st.dictionaries(TEXT, st.none() | st.booleans() | st.integers() | TEXT | st.lists(TEXT), max_size=5)


@given(FIELDS)
def test_the_order_in_which_fields_were_set_does_not_matter(fields: dict[str, object]) -> None:
    written = canonical(fields)
    assert written == canonical(dict(reversed(fields.items())))
    assert json.loads(written) == fields
    assert link(GENESIS, fields) == link(GENESIS, dict(reversed(fields.items())))


@given(FIELDS, FIELDS)
def test_different_fields_make_different_links(one: dict[str, object], other: dict[str, object]) -> None:
    assert (canonical(one) == canonical(other)) == (link(GENESIS, one) == link(GENESIS, other))


def test_the_canonical_form_is_compact_sorted_utf8() -> None:
    assert canonical({"b": [1, None], "a": "å"}) == '{"a":"å","b":[1,null]}'.encode()


@pytest.mark.parametrize("value", [float("nan"), "\ud800", b"", range(1), {1: 2, "1": 3}], ids=repr)
def test_what_is_not_json_has_no_canonical_form(value: object) -> None:
    with pytest.raises(ValueError, match="not JSON"):
        canonical({"a": value})


def test_a_link_depends_on_the_one_before() -> None:
    first = link(GENESIS, {"n": 1})
    assert link(first, {"n": 2}) != link(GENESIS, {"n": 2})
    for wrong in (b"", first[:-1], first + b"\0"):
        with pytest.raises(ValueError, match="32 bytes"):
            link(wrong, {"n": 2})


def test_a_signature_holds_for_its_key_its_use_and_its_message_only() -> None:
    public = verifying_key(KEY)
    signature = sign(KEY, LABEL, b"head")
    assert verify(public, LABEL, b"head", signature)
    assert not verify(public, LABEL, b"heads", signature)
    assert not verify(public, b"whistle/v1/other\0", b"head", signature)
    assert not verify(verifying_key(bytes(32)), LABEL, b"head", signature)
    for at in range(64):
        assert not verify(
            public, LABEL, b"head", signature[:at] + bytes([signature[at] ^ 1]) + signature[at + 1 :]
        )


@given(st.binary(max_size=40), st.binary(max_size=70))
def test_arbitrary_bytes_are_no_key_and_no_signature(key: bytes, signature: bytes) -> None:
    assert not verify(key, LABEL, b"head", signature)
    assert not verify(verifying_key(KEY), LABEL, b"head", signature)


def test_signatures_agree_with_the_rfc() -> None:
    # RFC 8032, section 7.1, test 1: the key pair.
    secret = bytes.fromhex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60")
    public = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"
    assert verifying_key(secret).hex() == public


@pytest.mark.parametrize("label", [b"", b"no end", b"two\0ends\0", b"late\0end"])
def test_a_label_without_a_clear_end_is_refused(label: bytes) -> None:
    for use in (
        lambda: keyed_hash(KEY, label, b""),
        lambda: sign(KEY, label, b""),
        lambda: verify(verifying_key(KEY), label, b"", bytes(64)),
    ):
        with pytest.raises(ValueError, match="NUL"):
            use()


def test_a_keyed_hash_depends_on_key_use_and_message() -> None:
    hashes = {
        keyed_hash(key, label, message)
        for key in (KEY, bytes(32))
        for label in (LABEL, b"other\0")
        for message in (b"", b"x")
    }
    assert len(hashes) == 8
    assert {len(value) for value in hashes} == {32}


def test_a_fresh_signing_key_comes_from_the_given_source() -> None:
    assert new_signing_key(lambda n: b"r" * n) == b"r" * 32
    assert new_signing_key() != new_signing_key()
