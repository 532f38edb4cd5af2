"""An object store keeps what a folder keeps: whole blobs, nothing unfinished, no time that tells."""

import os
import secrets
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from tests.vault.s3 import ObjectStore, object_store
from whistle.errors import SettingsWrong
from whistle.vault.bucket import PART_BYTES, BucketFailed
from whistle.vault.localblobs import READ_BYTES
from whistle.vault.objectblobs import PATIENCE, TOUCH_BYTES, ObjectBlobs

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
MEBIBYTE = 1024 * 1024


@pytest.fixture(scope="module")
def s3(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ObjectStore]:
    with object_store(tmp_path_factory.mktemp("s3")) as running:
        yield running


@pytest.fixture
def bucket(s3: ObjectStore) -> str:
    return s3.new_bucket()


@pytest.fixture
def blobs(bucket: str) -> ObjectBlobs:
    return ObjectBlobs(f"s3://{bucket}/sealed/site")


def new_id() -> bytes:
    return secrets.token_bytes(16)


def sealed(blobs: ObjectBlobs, data: bytes = b"sealed bytes") -> bytes:
    """A blob that arrived whole and whose case is not committed."""
    object_id = new_id()
    staged = blobs.stage(object_id)
    staged.write(data)
    staged.seal()
    return object_id


def kept(blobs: ObjectBlobs, data: bytes = b"sealed bytes") -> bytes:
    """A blob of a committed case."""
    object_id = sealed(blobs, data)
    blobs.publish([object_id])
    return object_id


def resident() -> int:
    """Bytes of memory that this process holds now."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


def test_a_large_blob_comes_back_in_small_pieces_and_in_constant_memory(
    s3: ObjectStore, bucket: str, blobs: ObjectBlobs
) -> None:
    piece, object_id, count = secrets.token_bytes(READ_BYTES), new_id(), 400
    kept(blobs, bytes(PART_BYTES * 2))  # the library is loaded and its threads stand
    before, most = resident(), 0

    staged = blobs.stage(object_id)
    for number in range(count):
        staged.write(number.to_bytes(4) + piece[4:])
        most = max(most, resident())
    staged.seal()
    blobs.publish([object_id])

    number = 0
    for number, read in enumerate(blobs.read(object_id), start=1):
        assert read == (number - 1).to_bytes(4) + piece[4:]
        most = max(most, resident())
    assert number == count
    assert most - before < 32 * MEBIBYTE < count * READ_BYTES
    assert s3.unfinished(bucket) == 0


@pytest.mark.parametrize("size", [1, PART_BYTES - 1, PART_BYTES, PART_BYTES + 1, 2 * PART_BYTES])
def test_every_size_comes_back_whole_before_and_after_the_night(blobs: ObjectBlobs, size: int) -> None:
    data = secrets.token_bytes(size)
    object_id = kept(blobs, data)
    assert b"".join(blobs.read(object_id)) == data
    blobs.scatter([object_id])
    assert b"".join(blobs.read(object_id)) == data


def test_nothing_is_there_before_the_last_byte(s3: ObjectStore, bucket: str, blobs: ObjectBlobs) -> None:
    object_id = new_id()
    staged = blobs.stage(object_id)
    staged.write(bytes(3 * PART_BYTES))
    assert s3.unfinished(bucket) == 1
    assert not blobs.exists(object_id)
    staged.seal()
    assert blobs.exists(object_id)


@pytest.mark.parametrize("size", [0, 100, 3 * PART_BYTES])
@pytest.mark.parametrize("whole", [False, True])
def test_a_dropped_blob_leaves_nothing(
    s3: ObjectStore, bucket: str, blobs: ObjectBlobs, *, size: int, whole: bool
) -> None:
    staged = blobs.stage(new_id())
    staged.write(bytes(size))
    if whole:
        staged.seal()
    staged.drop()
    staged.drop()
    assert s3.keys(bucket) == {}
    assert s3.unfinished(bucket) == 0


def test_a_missing_blob_is_missing(blobs: ObjectBlobs) -> None:
    assert not blobs.exists(new_id())
    with pytest.raises(FileNotFoundError):
        next(blobs.read(new_id()))


def test_a_removed_blob_is_gone_wherever_it_lay_and_removing_it_again_is_no_error(
    s3: ObjectStore, bucket: str, blobs: ObjectBlobs
) -> None:
    arrived, resting = kept(blobs), kept(blobs)
    blobs.scatter([resting])
    for object_id in (arrived, resting, arrived, resting, new_id()):
        blobs.remove(object_id)
    assert s3.keys(bucket) == {}


def test_the_night_gives_places_in_the_order_told_and_times_of_its_own(
    s3: ObjectStore, bucket: str, blobs: ObjectBlobs
) -> None:
    ids = [kept(blobs, bytes([number])) for number in range(4)]
    before = max(s3.keys(bucket).values())
    s3.later(10 * HOUR)
    blobs.scatter([ids[2], ids[0]])
    assert set(blobs.ids()) == {ids[2], ids[0]}
    s3.later(HOUR)
    blobs.scatter([*reversed(ids), new_id()])

    places = s3.keys(bucket)
    assert sorted(places) == sorted(f"sealed/site/{i.hex()[:2]}/{i.hex()}" for i in ids)
    assert min(places.values()) > before
    by_time = sorted(ids, key=lambda i: places[f"sealed/site/{i.hex()[:2]}/{i.hex()}"])
    assert set(by_time[:2]) == {ids[0], ids[2]}


def test_no_time_tells_when_a_process_last_received_something(
    s3: ObjectStore, bucket: str, blobs: ObjectBlobs
) -> None:
    one, two = sealed(blobs), sealed(blobs)
    blobs.publish([one])
    assert [key for key in s3.keys(bucket) if "/alive/" in key]
    blobs.publish([two])
    assert not [key for key in s3.keys(bucket) if "/alive/" in key]


def test_only_blobs_at_rest_are_listed_and_nothing_of_a_neighbour(
    s3: ObjectStore, bucket: str, blobs: ObjectBlobs
) -> None:
    neighbours = [ObjectBlobs(f"s3://{bucket}/sealed/site2"), ObjectBlobs(f"s3://{bucket}")]
    for other in neighbours:
        other.scatter([kept(other)])
    s3.put(f"{bucket}/sealed/site/README", b"x")
    ours = [kept(blobs) for _ in range(3)]
    sealed(blobs)
    blobs.scatter(ours)
    assert sorted(blobs.ids()) == sorted(ours)


def test_a_reader_is_not_cut_off_when_the_night_moves_the_blob(blobs: ObjectBlobs) -> None:
    data = secrets.token_bytes(9 * MEBIBYTE)
    object_id = kept(blobs, data)
    reading = blobs.read(object_id)
    first = next(reading)
    blobs.scatter([object_id])
    assert first + b"".join(reading) == data


def test_a_reader_of_a_blob_that_is_purged_meanwhile_hears_of_it(blobs: ObjectBlobs) -> None:
    object_id = kept(blobs, bytes(9 * MEBIBYTE))
    reading = blobs.read(object_id)
    next(reading)
    blobs.remove(object_id)
    with pytest.raises(FileNotFoundError):
        list(reading)


def test_what_a_living_process_holds_is_never_recovered(s3: ObjectStore, blobs: ObjectBlobs) -> None:
    # Given a file that arrived whole, and one behind it that takes days
    first, second = sealed(blobs), blobs.stage(new_id())
    for _ in range(4):
        s3.later(20 * HOUR)
        second.write(bytes(TOUCH_BYTES))
        # When another machine starts
        blobs.recover(lambda _object_id: False)
    # Then the first is still there for the case to come
    assert blobs.exists(first)


def test_what_a_dead_process_left_goes_when_it_has_been_silent_for_a_day(
    s3: ObjectStore, bucket: str, blobs: ObjectBlobs
) -> None:
    left, committed, resting = sealed(blobs), sealed(blobs), kept(blobs)
    blobs.scatter([resting])
    standing = {committed, resting}
    s3.later(PATIENCE - HOUR)
    blobs.recover(standing.__contains__)
    assert blobs.exists(left)

    s3.later(2 * HOUR)
    blobs.recover(standing.__contains__)
    assert not blobs.exists(left)
    assert blobs.exists(committed)
    assert blobs.exists(resting)
    assert not [key for key in s3.keys(bucket) if "/alive/" in key]


def test_a_blob_at_rest_is_not_recovered_even_when_no_case_names_it(
    s3: ObjectStore, blobs: ObjectBlobs
) -> None:
    object_id = kept(blobs)
    blobs.scatter([object_id])
    s3.later(30 * DAY)
    blobs.recover(lambda _object_id: False)
    assert list(blobs.ids()) == [object_id]


def test_a_bucket_that_keeps_versions_stops_the_start(
    s3: ObjectStore, bucket: str, blobs: ObjectBlobs
) -> None:
    s3.keep_versions(bucket)
    with pytest.raises(SettingsWrong, match="versions"):
        blobs.recover(lambda _object_id: True)


def test_a_bucket_that_is_not_there_stops_the_start(s3: ObjectStore) -> None:
    with pytest.raises(SettingsWrong, match="not there"):
        ObjectBlobs("s3://nowhere/at-all").recover(lambda _object_id: True)


def test_a_failing_store_says_so_without_its_address_or_a_key(
    s3: ObjectStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ALLOW_HTTP", "false")  # the library then refuses its own request at once
    blobs, object_id = ObjectBlobs("s3://whistle/sealed"), new_id()
    with pytest.raises(BucketFailed) as failed:
        blobs.stage(object_id)
    said = repr(failed.getrepr(chain=True, style="short", showlocals=False))
    assert s3.url.partition("//")[2] not in said
    assert object_id.hex() not in said


def test_a_fork_of_a_process_that_used_the_store_refuses_instead_of_waiting_for_ever(
    blobs: ObjectBlobs, monkeypatch: pytest.MonkeyPatch
) -> None:
    object_id = kept(blobs)
    there = os.getpid()
    monkeypatch.setattr(os, "getpid", lambda: there + 1)
    with pytest.raises(BucketFailed, match="start the program again"):
        blobs.exists(object_id)
