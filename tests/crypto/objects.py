"""One small object of each kind, sealed under fixed keys, for the tests that try to break them."""

from collections.abc import Callable
from dataclasses import dataclass

from whistle.crypto.blobs import BlobSealer, open_blob
from whistle.crypto.grants import open_grant, open_own_grant, seal_grant, seal_own_grant
from whistle.crypto.header import Compartment
from whistle.crypto.keys import CompartmentKey, KeyPair
from whistle.crypto.records import open_record, seal_record

CASE = bytes(range(16))
OBJECT = bytes(range(16, 32))
PAIR = KeyPair.from_seed(bytes(range(32)))
STRANGER = KeyPair.from_seed(bytes(range(1, 33)))
CONTENT = CompartmentKey(CASE, Compartment.CONTENT, 3, b"c" * 32)
IDENTITY = CompartmentKey(CASE, Compartment.IDENTITY, 1, b"i" * 32)
INTERNAL = CompartmentKey(CASE, Compartment.INTERNAL, 2, b"n" * 32)
BODY = '{"type":"message","n":1,"by":"reporter","day":"2026-03-01","text":"lagret på kvällen"}'.encode()


def mixed(key: CompartmentKey) -> CompartmentKey | None:
    return CONTENT if key.compartment is Compartment.IDENTITY else None


def sealed_blob(key: CompartmentKey, plain: bytes, object_id: bytes = OBJECT) -> bytes:
    sealer = BlobSealer(key, object_id, mixed_with=mixed(key))
    return sealer.header + sealer.update(plain) + b"".join(sealer.finish())


def opened_blob(key: CompartmentKey, sealed: bytes, size: int, object_id: bytes = OBJECT) -> bytes:
    return b"".join(open_blob(key, [sealed], object_id=object_id, size=size, mixed_with=mixed(key)))


@dataclass(frozen=True)
class Specimen:
    """A sealed object, the bytes it must give back, and its opener."""

    sealed: bytes
    plain: bytes
    open: Callable[[bytes], bytes]


def _grant(key: CompartmentKey) -> Specimen:
    def opener(sealed: bytes) -> bytes:
        place = {"case_id": CASE, "compartment": key.compartment, "epoch": key.epoch}
        return open_grant(PAIR, sealed, **place).key

    return Specimen(seal_grant(PAIR.public_key, key), key.key, opener)


def _own_grant(key: CompartmentKey) -> Specimen:
    def opener(sealed: bytes) -> bytes:
        place = {"case_id": CASE, "compartment": key.compartment, "epoch": key.epoch}
        return open_own_grant(PAIR.seed, PAIR.key_id, sealed, **place).key

    return Specimen(seal_own_grant(PAIR.seed, PAIR.key_id, key), key.key, opener)


def _record(key: CompartmentKey) -> Specimen:
    def opener(sealed: bytes) -> bytes:
        return open_record(key, sealed, object_id=OBJECT, mixed_with=mixed(key))

    return Specimen(seal_record(key, OBJECT, BODY, mixed_with=mixed(key)), BODY, opener)


def _blob(key: CompartmentKey) -> Specimen:
    return Specimen(sealed_blob(key, BODY), BODY, lambda sealed: opened_blob(key, sealed, len(BODY)))


SPECIMENS = {
    "grant": _grant(CONTENT),
    "identity grant": _grant(IDENTITY),
    "own grant": _own_grant(INTERNAL),
    "content record": _record(CONTENT),
    "identity record": _record(IDENTITY),
    "content blob": _blob(CONTENT),
    "identity blob": _blob(IDENTITY),
}
