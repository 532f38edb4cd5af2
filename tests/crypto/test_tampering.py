"""Every byte of every kind of object is flipped, cut off and added to: nothing of it is accepted."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.crypto.objects import BODY, CONTENT, OBJECT, PAIR, SPECIMENS, Specimen
from tests.crypto.test_locks import OWNER, ROOT, SALT, SHARE
from whistle.crypto.grants import open_any
from whistle.crypto.locks import LockParameters, lock_parameters, open_lock, seal_lock
from whistle.crypto.records import open_json
from whistle.crypto.refusal import REFUSAL
from whistle.errors import SealBroken

# The root stands for one run of Argon2id: a changed lock is refused also to who has the right root.
LOCK = Specimen(
    seal_lock(
        PAIR.seed, owner_id=OWNER, purpose=1, root=ROOT, salt=SALT, parameters=LockParameters(), share=SHARE
    ),
    PAIR.seed,
    lambda sealed: open_lock(sealed, owner_id=OWNER, root=ROOT, share=SHARE),
)
ALL = SPECIMENS | {"lock": LOCK}
EACH = pytest.mark.parametrize("specimen", ALL.values(), ids=ALL)
Opener = Callable[[bytes], object]


def refused(opener: Opener, sealed: bytes) -> bool:
    try:
        opener(sealed)
    except SealBroken as refusal:
        return str(refusal) == REFUSAL and refusal.__suppress_context__ >= (refusal.__context__ is not None)
    return False


@EACH
def test_the_untouched_object_opens(specimen: Specimen) -> None:
    assert specimen.open(specimen.sealed) == specimen.plain


@EACH
def test_no_flipped_byte_is_accepted(specimen: Specimen) -> None:
    sealed = bytearray(specimen.sealed)
    for at in range(len(sealed)):
        for change in (0x01, 0x80, 0xFF):
            sealed[at] ^= change
            assert refused(specimen.open, bytes(sealed)), f"byte {at} changed by {change:#x} was accepted"
            sealed[at] ^= change
    assert bytes(sealed) == specimen.sealed


@EACH
def test_no_shorter_or_longer_object_is_accepted(specimen: Specimen) -> None:
    sealed = specimen.sealed
    lengths = {*range(300), *range(len(sealed) - 300, len(sealed)), *range(300, len(sealed), 41)}
    for length in sorted(length for length in lengths if 0 <= length < len(sealed)):
        assert refused(specimen.open, sealed[:length]), f"cut to {length} bytes was accepted"
    for more in (b"\0", b"x", bytes(16), bytes(72), sealed[-16:], sealed[64:], sealed):
        assert refused(specimen.open, sealed + more)


@EACH
def test_no_object_is_taken_for_another(specimen: Specimen) -> None:
    for other in ALL.values():
        if other.sealed != specimen.sealed:
            assert refused(specimen.open, other.sealed)
            assert refused(specimen.open, specimen.sealed[:64] + other.sealed[64:])
            assert refused(specimen.open, other.sealed[:64] + specimen.sealed[64:])


@EACH
def test_no_byte_may_go_missing_or_be_doubled_inside(specimen: Specimen) -> None:
    sealed = specimen.sealed
    for at in range(0, len(sealed), 7):
        if sealed[at] != sealed[-1]:
            assert refused(specimen.open, sealed[:at] + sealed[at + 1 :] + b"\0")
        assert refused(specimen.open, sealed[:at] + sealed[at : at + 1] + sealed[at:])


OPENERS: dict[str, Opener] = {name: specimen.open for name, specimen in ALL.items()} | {
    "lock parameters": lock_parameters,
    "any grant": lambda sealed: open_any(
        PAIR, sealed, case_id=CONTENT.case_id, compartment=CONTENT.compartment, epoch=CONTENT.epoch
    ),
    "JSON record": lambda sealed: open_json(CONTENT, sealed, object_id=OBJECT),
}


@pytest.mark.parametrize("opener", OPENERS.values(), ids=OPENERS)
@given(garbage=st.binary(max_size=1400))
def test_garbage_is_the_one_refusal(opener: Opener, garbage: bytes) -> None:
    assert refused(opener, garbage)


@EACH
@given(garbage=st.binary(max_size=1400))
def test_garbage_behind_a_true_header_is_the_one_refusal(specimen: Specimen, garbage: bytes) -> None:
    assert refused(specimen.open, specimen.sealed[:64] + garbage)


@EACH
@given(data=st.data())
def test_any_overwritten_stretch_is_refused(specimen: Specimen, data: st.DataObject) -> None:
    sealed = specimen.sealed
    at = data.draw(st.integers(0, len(sealed) - 1))
    stretch = data.draw(st.binary(min_size=1, max_size=100))
    changed = sealed[:at] + stretch + sealed[at + len(stretch) :]
    assert changed == sealed or refused(specimen.open, changed)


def test_the_plain_bytes_stand_in_no_object() -> None:
    for specimen in ALL.values():
        assert specimen.plain not in specimen.sealed
        assert BODY[:12] not in specimen.sealed
