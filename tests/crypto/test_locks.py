"""Locks: the right secret opens, and a forged lock cannot make the server work."""

import hashlib
import struct
import unicodedata
from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.crypto.objects import CASE, PAIR, STRANGER
from whistle.crypto.envelope import encrypt
from whistle.crypto.header import Compartment, Header, Kind
from whistle.crypto.keys import hkdf
from whistle.crypto.locks import (
    LockParameters,
    argon2_root,
    auth_hash,
    auth_of,
    lock_parameters,
    normalise_passphrase,
    open_lock,
    seal_lock,
    site_share,
)
from whistle.errors import SealBroken

SALT = bytes(range(16))
OWNER = b"o" * 16
SHARE = site_share(b"l" * 32, OWNER)
COST = LockParameters()
LEAST = 64 * 1024


@cache
def root_of(secret: bytes) -> bytes:
    return argon2_root(secret, SALT, COST)


ROOT = hkdf(b"stands for one run of Argon2id", b"")


def lock(share: bytes = SHARE, purpose: int = 1) -> bytes:
    return seal_lock(
        PAIR.seed, owner_id=OWNER, purpose=purpose, root=ROOT, salt=SALT, parameters=COST, share=share
    )


def test_a_passphrase_opens_its_lock_and_another_does_not() -> None:
    root = root_of(normalise_passphrase("lång mening på svenska"))
    sealed = seal_lock(
        PAIR.seed, owner_id=OWNER, purpose=1, root=root, salt=SALT, parameters=COST, share=SHARE
    )
    assert lock_parameters(sealed) == (1, SALT, COST, True)
    assert open_lock(sealed, owner_id=OWNER, root=root, share=SHARE) == PAIR.seed
    with pytest.raises(SealBroken):
        open_lock(sealed, owner_id=OWNER, root=root_of(b"another"), share=SHARE)


def test_a_root_depends_on_the_salt_and_the_cost() -> None:
    roots = {
        root_of(b"same"),
        argon2_root(b"same", bytes(16), COST),
        argon2_root(b"same", SALT, LockParameters(LEAST, 4)),
    }
    assert len(roots) == 3
    with pytest.raises(ValueError, match="16 bytes"):
        argon2_root(b"same", SALT[:8], COST)


@pytest.mark.parametrize("purpose", [1, 2])
@pytest.mark.parametrize("share", [b"", SHARE], ids=["no share", "share"])
def test_a_lock_says_what_it_takes(purpose: int, share: bytes) -> None:
    sealed = lock(share, purpose)
    assert len(sealed) == 200
    assert lock_parameters(sealed) == (purpose, SALT, COST, bool(share))
    assert open_lock(sealed, owner_id=OWNER, root=ROOT, share=share) == PAIR.seed
    assert PAIR.seed not in sealed


def test_another_owner_root_or_share_opens_nothing() -> None:
    for owner, root, share in [
        (CASE, ROOT, SHARE),
        (OWNER, hkdf(ROOT, b""), SHARE),
        (OWNER, ROOT, site_share(b"m" * 32, OWNER)),
        (OWNER, ROOT, site_share(b"l" * 32, CASE)),
        (OWNER, ROOT, b""),
        (OWNER, ROOT + SHARE, b""),
    ]:
        with pytest.raises(SealBroken):
            open_lock(lock(), owner_id=owner, root=root, share=share)


def test_a_lock_put_in_place_of_the_sites_own_is_refused() -> None:
    planted = seal_lock(STRANGER.seed, owner_id=OWNER, purpose=1, root=ROOT, salt=SALT, parameters=COST)
    assert open_lock(planted, owner_id=OWNER, root=ROOT) == STRANGER.seed
    with pytest.raises(SealBroken):
        open_lock(planted, owner_id=OWNER, root=ROOT, share=SHARE)


def test_share_and_root_cannot_be_cut_apart_elsewhere() -> None:
    # Without the fixed sizes root || share could be read in two ways.
    for share in (b"x", SHARE + b"x", SHARE[:16]):
        with pytest.raises(ValueError, match="no lock"):
            lock(share)


@pytest.mark.parametrize(
    "part",
    [{"seed": b"short"}, {"root": bytes(31)}, {"salt": bytes(15)}, {"purpose": 0}, {"purpose": 3}],
    ids=str,
)
def test_parts_of_another_size_make_no_lock(part: dict[str, object]) -> None:
    parts = {"seed": PAIR.seed, "root": ROOT, "salt": SALT, "purpose": 1} | part
    seed = parts.pop("seed")
    with pytest.raises(ValueError, match="no lock"):
        seal_lock(seed, owner_id=OWNER, parameters=COST, **parts)
    with pytest.raises(ValueError, match="no header"):
        seal_lock(PAIR.seed, owner_id=b"", purpose=1, root=ROOT, salt=SALT, parameters=COST)


def _forged(purpose: int, kdf: int, flags: int, memory: int, passes: int, lanes: int) -> bytes:
    start = lock()[:64] + struct.pack(">BBHIII16s", purpose, kdf, flags, memory, passes, lanes, SALT)
    return start + encrypt(hkdf(ROOT, b"whistle/v1/kek\0"), b"whistle/v1/lock\0" + start, PAIR.seed)


BOUNDS = {
    "purpose 0": (0, 1, 0, LEAST, 3, 1),
    "purpose 3": (3, 1, 0, LEAST, 3, 1),
    "another function": (1, 2, 0, LEAST, 3, 1),
    "unknown flag": (1, 1, 2, LEAST, 3, 1),
    "unknown flag beside a known one": (1, 1, 3, LEAST, 3, 1),
    "memory below": (1, 1, 0, LEAST - 1, 3, 1),
    "memory above": (1, 1, 0, 256 * 1024 + 1, 3, 1),
    "memory all bits": (1, 1, 0, 2**32 - 1, 3, 1),
    "passes below": (1, 1, 0, LEAST, 2, 1),
    "passes above": (1, 1, 0, LEAST, 11, 1),
    "no lane": (1, 1, 0, LEAST, 3, 0),
    "two lanes": (1, 1, 0, LEAST, 3, 2),
}


@pytest.mark.parametrize("forged", BOUNDS.values(), ids=BOUNDS)
def test_a_lock_out_of_bounds_is_refused_before_any_hash_runs(forged: tuple[int, ...]) -> None:
    sealed = _forged(*forged)
    with pytest.raises(SealBroken):
        lock_parameters(sealed)
    with pytest.raises(SealBroken):
        open_lock(sealed, owner_id=OWNER, root=ROOT)


def test_the_bounds_themselves_are_allowed() -> None:
    for cost in [(LEAST, 3), (256 * 1024, 10)]:
        sealed = _forged(1, 1, 0, *cost, 1)
        assert lock_parameters(sealed)[2] == LockParameters(*cost)
        assert open_lock(sealed, owner_id=OWNER, root=ROOT) == PAIR.seed


def test_parameters_out_of_bounds_do_not_even_exist() -> None:
    for wrong in [(1024, 3, 1), (LEAST, 1, 1), (LEAST, 3, 2), (2**40, 3, 1)]:
        with pytest.raises(ValueError, match="out of bounds"):
            LockParameters(*wrong)


def test_an_object_of_another_kind_has_no_parameters_to_run() -> None:
    grant = Header(Kind.OWN_GRANT, Compartment.CONTENT, 1, 0, CASE, CASE, CASE).pack()
    with pytest.raises(SealBroken):
        lock_parameters(grant + lock()[64:])


def test_what_signs_in_neither_opens_nor_follows_from_what_is_stored() -> None:
    auth = auth_of(ROOT)
    assert auth == hkdf(ROOT, b"whistle/v1/auth\0")
    assert auth_hash(auth) == hashlib.sha256(auth).digest()
    for root in (auth, auth_hash(auth)):
        with pytest.raises(SealBroken):
            open_lock(lock(), owner_id=OWNER, root=root, share=SHARE)


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_a_passphrase_is_the_same_however_its_letters_are_composed(text: str) -> None:
    forms = {
        normalise_passphrase(unicodedata.normalize(form, text)) for form in ("NFC", "NFD", "NFKC", "NFKD")
    }
    assert len(forms) == 1


def test_half_a_surrogate_pair_is_no_passphrase() -> None:
    with pytest.raises(SealBroken):
        normalise_passphrase("\ud800")
