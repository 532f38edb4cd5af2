"""The vectors of an independent implementation: what they open opens, what they refuse is refused."""

import hashlib
import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from whistle.crypto.blobs import open_blob, verify_blob
from whistle.crypto.codes import CaseKey, RecoveryCode
from whistle.crypto.grants import open_any, open_grant, open_own_grant
from whistle.crypto.header import Compartment, Header
from whistle.crypto.inventory import Entry, inventory_holds, inventory_mac
from whistle.crypto.keys import CompartmentKey, KeyPair, compartment_key_id
from whistle.crypto.locks import (
    LockParameters,
    argon2_root,
    auth_of,
    lock_parameters,
    normalise_passphrase,
    open_lock,
    site_share,
)
from whistle.crypto.records import open_record
from whistle.errors import SealBroken

FILE = Path(__file__).parents[1] / "vectors" / "wsl1.json"
BOOK: dict[str, Any] = json.loads(FILE.read_text(encoding="utf-8"))
VECTORS: list[dict[str, Any]] = BOOK["vectors"]


def _bytes(vector: dict[str, Any], name: str) -> bytes:
    return bytes.fromhex(vector[name])


def _place(sealed: bytes) -> dict[str, Any]:
    """What the header itself says: nothing is refused only because the test asked for another place."""
    compartment = sealed[6]
    return {
        "case_id": sealed[16:32],
        "compartment": Compartment(compartment) if compartment in (1, 2, 3) else Compartment.CONTENT,
        "epoch": int.from_bytes(sealed[8:12], "big"),
    }


def _code(vector: dict[str, Any]) -> None:
    code = CaseKey.parse(vector["text"])
    assert code.secret == _bytes(vector, "secret")
    assert code.reporter_seed == _bytes(vector, "reporter_seed")
    assert code.locator == _bytes(vector, "locator")
    assert KeyPair.from_seed(code.reporter_seed).key_id == _bytes(vector, "public_key_id")
    assert CaseKey.parse(code.text) == code


def _recovery_code(vector: dict[str, Any]) -> None:
    code = RecoveryCode.parse(vector["text"])
    assert code.secret == _bytes(vector, "secret")
    assert code.text == vector["text"]


def _key_pair(vector: dict[str, Any]) -> None:
    pair = KeyPair.from_seed(_bytes(vector, "seed"))
    assert pair.public_key == _bytes(vector, "public_key")
    assert pair.key_id == _bytes(vector, "public_key_id")


def _grant(vector: dict[str, Any]) -> None:
    sealed = _bytes(vector, "sealed")
    key = open_grant(KeyPair.from_seed(_bytes(vector, "seed")), sealed, **_place(sealed))
    assert key.key == _bytes(vector, "key")
    assert key.key_id == _bytes(vector, "compartment_key_id")
    assert (key.case_id.hex(), key.compartment, key.epoch) == (
        vector["case_id"],
        vector["compartment"],
        vector["epoch"],
    )


def _own_grant(vector: dict[str, Any]) -> None:
    sealed = _bytes(vector, "sealed")
    # The id stands in the header; a stranger who claims it still has another seed.
    key = open_own_grant(_bytes(vector, "seed"), sealed[48:64], sealed, **_place(sealed))
    assert key.key == _bytes(vector, "key")
    assert key.key_id == _bytes(vector, "compartment_key_id")


def _keys(vector: dict[str, Any], sealed: bytes) -> tuple[CompartmentKey, CompartmentKey | None]:
    place = _place(sealed)
    content = None
    if "content_key" in vector:
        epoch = int.from_bytes(sealed[12:16], "big")
        content = CompartmentKey(place["case_id"], Compartment.CONTENT, epoch, _bytes(vector, "content_key"))
    return CompartmentKey(**place, key=_bytes(vector, "key")), content


def _record(vector: dict[str, Any]) -> None:
    sealed = _bytes(vector, "sealed")
    key, content = _keys(vector, sealed)
    body = open_record(key, sealed, object_id=sealed[32:48], mixed_with=content)
    assert body == _bytes(vector, "body")
    assert len(sealed) == vector["length"]


def _blob(vector: dict[str, Any]) -> None:
    sealed = _bytes(vector, "sealed")
    key, content = _keys(vector, sealed)
    named = {"object_id": sealed[32:48], "size": vector["size"], "mixed_with": content}
    plain = b"".join(open_blob(key, [sealed], **named))
    assert hashlib.sha256(plain).hexdigest() == vector["sha256"]
    assert len(sealed) == vector["length"]
    verify_blob(key, [sealed], sha256=vector["sha256"], **named)


@cache
def _root(secret: bytes, salt: bytes, memory: int, passes: int) -> bytes:
    return argon2_root(secret, salt, LockParameters(memory, passes))


def _lock(vector: dict[str, Any]) -> None:
    sealed = _bytes(vector, "sealed")
    owner = sealed[32:48]
    _, salt, parameters, _ = lock_parameters(sealed)
    text = vector.get("passphrase")
    secret = _bytes(vector, "secret") if text is None else normalise_passphrase(text)
    root = _root(secret, salt, parameters.memory_kib, parameters.passes)
    share = site_share(_bytes(vector, "lock_key"), owner) if "lock_key" in vector else b""
    assert open_lock(sealed, owner_id=owner, root=root, share=share) == _bytes(vector, "seed")
    assert auth_of(root) == _bytes(vector, "auth")
    assert owner == _bytes(vector, "owner_id")


OPENERS = {
    "case_key": _code,
    "recovery_code": _recovery_code,
    "key_pair": _key_pair,
    "grant": _grant,
    "own_grant": _own_grant,
    "record": _record,
    "blob": _blob,
    "lock": _lock,
}


@pytest.mark.parametrize("vector", VECTORS, ids=[vector["name"] for vector in VECTORS])
def test_the_vector_opens_or_is_refused_as_it_says(vector: dict[str, Any]) -> None:
    if vector["expect"] == "open":
        OPENERS[vector["kind"]](vector)
    else:
        with pytest.raises(SealBroken):
            OPENERS[vector["kind"]](vector)


def test_there_are_ninety_one_vectors_of_every_kind() -> None:
    assert len(VECTORS) == 91
    assert {vector["kind"] for vector in VECTORS} == set(OPENERS)


def _named(name: str) -> dict[str, Any]:
    return next(vector for vector in VECTORS if vector["name"] == name)


def _entries() -> list[Entry]:
    objects = [_bytes(_named(name), "sealed") for name in BOOK["inventory"]["objects"]]
    headers = [Header.parse(sealed) for sealed in objects]
    return [
        Entry(header.kind, header.object_id, header.key_id, hashlib.sha256(sealed).digest())
        for header, sealed in zip(headers, objects, strict=True)
    ]


def test_the_inventory_of_the_vectors_agrees_in_any_order_of_rows() -> None:
    book = BOOK["inventory"]
    mac_key, case_id, mac = (bytes.fromhex(book[name]) for name in ("mac_key", "case_id", "mac"))
    assert inventory_mac(mac_key, case_id, book["n"], _entries()) == mac
    assert inventory_holds(mac_key, case_id, book["n"], reversed(_entries()), mac)


def test_one_opener_tells_grants_and_own_grants_of_the_vectors_apart() -> None:
    for name, is_own in (("grant, compartment 1", False), ("own grant", True)):
        vector = _named(name)
        sealed = _bytes(vector, "sealed")
        key, own = open_any(KeyPair.from_seed(_bytes(vector, "seed")), sealed, **_place(sealed))
        assert (key.key_id, own) == (compartment_key_id(_bytes(vector, "key")), is_own)
