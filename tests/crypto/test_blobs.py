"""Attachments: sealed and opened in any slices, whole or not at all."""

import hashlib
import tracemalloc
from collections.abc import Iterator

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests.crypto.objects import CASE, CONTENT, IDENTITY, INTERNAL, OBJECT, mixed, opened_blob, sealed_blob
from whistle.crypto.blobs import PART_BYTES, BlobSealer, open_blob, sealed_length, verify_blob
from whistle.crypto.envelope import seal_under
from whistle.crypto.keys import CompartmentKey
from whistle.crypto.records import seal_record
from whistle.errors import SealBroken

SIZES = st.sampled_from([0, 1, 4095, 4096, 4097, 16_383, 16_384, 16_385, 32_768, PART_BYTES, PART_BYTES + 1])


def cut(data: bytes, size: int) -> Iterator[bytes]:
    for start in range(0, len(data), size):
        yield data[start : start + size]


@given(
    st.sampled_from([CONTENT, IDENTITY, INTERNAL]),
    SIZES,
    st.sampled_from([1000, 16_384, 300_000, 10**7]),
    st.sampled_from([70, 5000, 10**7]),
)
@example(CONTENT, 100, 7, 1)
@example(CONTENT, PART_BYTES * 2 + 5, 10**7, 64)
def test_bytes_come_back_however_they_were_cut(
    key: CompartmentKey, size: int, into: int, out_of: int
) -> None:
    plain = bytes(range(256)) * (size // 256) + bytes(range(size % 256))
    sealer = BlobSealer(key, OBJECT, mixed_with=mixed(key))
    sealed = sealer.header + b"".join(sealer.update(memoryview(part)) for part in cut(plain, into))
    sealed += b"".join(sealer.finish())
    assert (sealer.size, sealer.sha256) == (size, hashlib.sha256(plain).hexdigest())
    assert sealer.sealed_sha256 == hashlib.sha256(sealed).digest()
    assert sealer.sealed_length == len(sealed) == sealed_length(size)
    opened = open_blob(key, cut(sealed, out_of), object_id=OBJECT, size=size, mixed_with=mixed(key))
    assert b"".join(opened) == plain
    verify_blob(
        key, cut(sealed, out_of), object_id=OBJECT, size=size, sha256=sealer.sha256, mixed_with=mixed(key)
    )


@pytest.mark.parametrize("size", [-1, 0, 4, 4097, 10**12])
def test_a_size_that_leaves_other_padding_is_refused(size: int) -> None:
    with pytest.raises(SealBroken):
        opened_blob(CONTENT, sealed_blob(CONTENT, b"12345"), size)


@pytest.mark.parametrize("size", [6, 4096])
def test_a_size_that_takes_padding_for_content_is_refused_by_the_checksum(size: int) -> None:
    sealed, sha256 = sealed_blob(CONTENT, b"12345"), hashlib.sha256(b"12345").hexdigest()
    verify_blob(CONTENT, [sealed], object_id=OBJECT, size=5, sha256=sha256)
    with pytest.raises(SealBroken):
        verify_blob(CONTENT, [sealed], object_id=OBJECT, size=size, sha256=sha256)


@pytest.mark.parametrize("sha256", ["", "å" * 64, hashlib.sha256(b"12345").hexdigest().upper()])
def test_another_checksum_is_refused(sha256: str) -> None:
    with pytest.raises(SealBroken):
        verify_blob(CONTENT, [sealed_blob(CONTENT, b"12345")], object_id=OBJECT, size=5, sha256=sha256)


def test_a_blob_cut_swapped_doubled_or_continued_at_a_chunk_is_refused() -> None:
    plain = bytes(100_000)
    sealed = sealed_blob(CONTENT, plain)
    start, step = 64 + 56, 16_384 + 16
    head, chunks = sealed[:start], list(cut(sealed[start:], step))
    assert opened_blob(CONTENT, head + b"".join(chunks), 100_000) == plain
    swapped = [chunks[1], chunks[0], *chunks[2:]]
    for wrong in (chunks[:-1], chunks[1:], swapped, [chunks[0], *chunks], [*chunks, chunks[-1]], []):
        with pytest.raises(SealBroken):
            opened_blob(CONTENT, head + b"".join(wrong), 100_000)


@pytest.mark.parametrize("around", [0, 64, 120, 120 + 16_400, 120 + 2 * 16_400, 100_584])
def test_no_other_length_near_a_boundary_opens(around: int) -> None:
    sealed = sealed_blob(CONTENT, bytes(100_000))
    for length in range(max(0, around - 3), around + 4):
        if length != len(sealed):
            with pytest.raises(SealBroken):
                opened_blob(CONTENT, sealed[:length].ljust(length, b"\0"), 100_000)


def _forged(plain: bytes) -> bytes:
    header = sealed_blob(CONTENT, b"")[:64]
    return header + seal_under(CONTENT.key, b"whistle/v1/blob\0" + header, plain)


@pytest.mark.parametrize(
    "plain",
    [b"", bytes(4095), bytes(4097), bytes(40_000), bytes(4095) + b"x", b"12345x" + bytes(4090)],
    ids=["nothing", "short", "long", "far too long", "last not zero", "first not zero"],
)
def test_a_member_who_pads_otherwise_is_refused(plain: bytes) -> None:
    assert opened_blob(CONTENT, _forged(b"12345" + bytes(4091)), 5) == b"12345"
    with pytest.raises(SealBroken):
        opened_blob(CONTENT, _forged(plain), 5)


def test_a_blob_does_not_open_in_another_place_or_without_both_keys() -> None:
    sealed = sealed_blob(IDENTITY, b"12345")
    for key, content in [(IDENTITY, None), (CONTENT, None), (CONTENT, CONTENT), (IDENTITY, INTERNAL)]:
        with pytest.raises(SealBroken):
            list(open_blob(key, [sealed], object_id=OBJECT, size=5, mixed_with=content))
    with pytest.raises(SealBroken):
        opened_blob(IDENTITY, sealed, 5, object_id=CASE)
    with pytest.raises(SealBroken):
        opened_blob(CONTENT, seal_record(CONTENT, OBJECT, b"12345"), 5)


def test_nothing_at_all_is_refused() -> None:
    for chunks in ([], [b""], [b"", b""]):
        with pytest.raises(SealBroken):
            list(open_blob(CONTENT, chunks, object_id=OBJECT, size=0))


def test_a_finished_blob_takes_no_more_and_an_unfinished_one_has_no_checksum() -> None:
    sealer = BlobSealer(CONTENT, OBJECT)
    sealer.update(b"12345")
    with pytest.raises(ValueError, match="not finished"):
        _ = sealer.sealed_sha256
    ending = sealer.finish()
    next(ending)
    with pytest.raises(ValueError, match="is finished"):
        sealer.update(b"6")
    with pytest.raises(ValueError, match="is finished"):
        list(sealer.finish())
    with pytest.raises(ValueError, match="not finished"):
        _ = sealer.sealed_sha256
    assert len(list(ending)) == 1
    assert len(sealer.sealed_sha256) == 32


def test_a_blob_of_a_full_chunk_needs_no_padding() -> None:
    sealer = BlobSealer(CONTENT, OBJECT)
    sealed = sealer.header + sealer.update(bytes(16_384))
    assert len(sealed + b"".join(sealer.finish())) == 16_536


def test_keys_that_do_not_belong_together_seal_nothing() -> None:
    with pytest.raises(ValueError, match="identity"):
        BlobSealer(IDENTITY, OBJECT)
    with pytest.raises(ValueError, match="header"):
        BlobSealer(CONTENT, OBJECT[:8])


def test_no_plain_byte_leaves_under_a_wrong_header() -> None:
    read: list[int] = []

    def chunks() -> Iterator[bytes]:
        for number, chunk in enumerate(cut(sealed_blob(CONTENT, b"x" * 50_000), 4096)):
            read.append(number)
            yield chunk

    with pytest.raises(SealBroken):
        next(open_blob(CONTENT, chunks(), object_id=CASE, size=50_000))
    assert read == [0]


def test_a_stream_without_end_is_left_as_soon_as_it_is_too_long() -> None:
    sealer = BlobSealer(CONTENT, OBJECT)
    read: list[int] = []

    def stream() -> Iterator[bytes]:
        yield sealer.header
        for number in range(1000):
            read.append(number)
            yield sealer.update(bytes(16_384))

    with pytest.raises(SealBroken):
        list(open_blob(CONTENT, stream(), object_id=OBJECT, size=100_000))
    assert len(read) < 10


def test_memory_stays_flat_whatever_the_size() -> None:
    part = bytes(PART_BYTES)
    tracemalloc.start()
    try:
        sealer = BlobSealer(CONTENT, OBJECT)
        for _ in range(128):
            sealer.update(part)
        for _ in sealer.finish():
            pass
        sealing = tracemalloc.get_traced_memory()[1]
        again = BlobSealer(CONTENT, OBJECT)

        def stream() -> Iterator[bytes]:
            yield again.header
            for _ in range(128):
                yield again.update(part)
            yield from again.finish()

        for _ in open_blob(CONTENT, stream(), object_id=OBJECT, size=128 * PART_BYTES):
            pass
        opening = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert sealing < 8 * PART_BYTES
    assert opening < 12 * PART_BYTES
