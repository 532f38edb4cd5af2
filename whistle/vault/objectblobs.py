"""Sealed blobs in an object store: whole before they count, and no lasting time that says more than the day.

Keys below the prefix:

    ab/<id>                  where a blob rests
    incoming/<id>/<process>  where it lies from its last byte until the night gives it its place
    alive/<process>          an empty object that a process writes anew while it receives, no longer

A bucket knows no rename and refuses to copy an object onto itself. So the nightly `scatter` is the move: one
copy inside the store, in the order given, and the time that the store shows from then on is the night's.

Every time that is compared here was written by the store: no machine's clock matters. While a process
receives, it shows life whenever a file begins and every `TOUCH_BYTES` of it, which the slowest client that
the server tolerates (1000 bytes a second) sends within twelve hours. What belongs to a process that has been
silent for `PATIENCE` was left by a dead one.

The bucket must keep no versions (a start refuses one that does) and no access log, and needs a lifecycle rule
that ends incomplete multipart uploads after a day: what a killed process had sent of one is in no listing.
"""

import contextlib
import os
import re
import secrets
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from datetime import timedelta
from multiprocessing import get_context

from whistle.vault.bucket import Bucket, BucketFailed, Kept
from whistle.vault.localblobs import READ_BYTES

RANGE_BYTES = 4 * 1024 * 1024
"""What one request reads: short, so that the time limit of a request never meets a slow reader."""

TOUCH_BYTES = 40 * 1024 * 1024
"""How much of a file arrives between two signs of life: 11.7 hours at 1000 bytes a second."""

PATIENCE = timedelta(days=1)
"""How long a process may be silent before it counts as dead: twice what `TOUCH_BYTES` can take."""

INCOMING = "incoming"
ALIVE = "alive"
RESTING = re.compile(r"[0-9a-f]{2}/([0-9a-f]{32})")
ARRIVED = re.compile(rf"{INCOMING}/(?P<id>[0-9a-f]{{32}})/(?P<process>[0-9a-f]{{16}})")


class ObjectBlobs:
    """Blobs below `url`, `s3://bucket/prefix`, else `SettingsWrong`. Any call may raise `BucketFailed`."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._bucket = Bucket(url)
        self._life = _Life(self._bucket)

    def stage(self, object_id: bytes) -> "StagedObject":
        """A new upload; its case may be committed once it is sealed."""
        return StagedObject(self._bucket, self._life, object_id)

    def publish(self, object_ids: list[bytes]) -> None:
        """Say that the cases of these blobs are committed; they are whole and found where they arrived."""
        self._life.end(object_ids)

    def read(self, object_id: bytes) -> Iterator[bytes]:
        """The sealed bytes, 256 KiB at a time; raises FileNotFoundError."""
        found, at = self._find(object_id), 0
        while at < found.size:
            try:
                piece = self._bucket.piece(found.path, at, min(at + RANGE_BYTES, found.size))
            except FileNotFoundError:
                found, before = self._find(object_id), found
                if found.path == before.path:
                    raise
                continue  # the night gave it its place meanwhile
            at += len(piece)
            for start in range(0, len(piece), READ_BYTES):
                yield bytes(piece[start : start + READ_BYTES])

    def exists(self, object_id: bytes) -> bool:
        """Whether the blob is there."""
        try:
            self._find(object_id)
        except FileNotFoundError:
            return False
        return True

    def remove(self, object_id: bytes) -> None:
        """Take the blob away, wherever it lies. Safe to repeat."""
        for arrival in list(self._arrivals(object_id)):
            self._bucket.delete(arrival.path)
        self._bucket.delete(_resting(object_id))

    def ids(self) -> Iterator[bytes]:
        """The ids of every blob that has its final place; what still arrives is nobody's finding."""
        for kept in self._bucket.within():
            if name := RESTING.fullmatch(kept.path):
                yield bytes.fromhex(name[1])

    def scatter(self, object_ids: list[bytes]) -> None:
        """Give blobs their final place in the order given, so that no time in the bucket tells when one came.

        What rests already got its time from an earlier night. For the leading process only: a blob that
        somebody removes while it is being copied would be there again.
        """
        for object_id in object_ids:
            for arrival in list(self._arrivals(object_id)):
                with contextlib.suppress(FileNotFoundError):
                    self._bucket.copy(arrival.path, _resting(object_id))
                self._bucket.delete(arrival.path)

    def recover(self, referenced: Callable[[bytes], bool]) -> None:
        """Take away what dead processes left and no case names. `SettingsWrong` for a bucket unfit for use.

        The bucket is asked from a process of its own: its library does not survive a fork, and a server
        recovers before it forks its workers.
        """
        with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as apart:
            left = apart.submit(left_behind, self._url).result()
            doomed = [path for path, object_id in left if not referenced(object_id)]
            apart.submit(take_away, self._url, doomed).result()

    def _find(self, object_id: bytes) -> Kept:
        with contextlib.suppress(FileNotFoundError):
            return self._bucket.look(_resting(object_id))
        for arrival in self._arrivals(object_id):
            return arrival
        return self._bucket.look(_resting(object_id))  # it may have moved between the two looks

    def _arrivals(self, object_id: bytes) -> Iterator[Kept]:
        return self._bucket.within(f"{INCOMING}/{object_id.hex()}")


class StagedObject:
    """A blob on its way into the bucket; no object is there before `seal`."""

    def __init__(self, bucket: Bucket, life: "_Life", object_id: bytes) -> None:
        self._bucket = bucket
        self._life = life
        self._id = object_id
        self._path = f"{INCOMING}/{object_id.hex()}/{life.take_up(object_id)}"
        self._upload = bucket.upload(self._path)
        self._open = True
        self._untold = 0

    def write(self, data: bytes) -> None:
        """Append sealed bytes."""
        self._upload.write(data)
        self._untold += len(data)
        if self._untold >= TOUCH_BYTES:
            self._untold = 0
            self._life.show()

    def seal(self) -> None:
        """Wait until the store has confirmed the whole object."""
        self._open = False
        self._upload.complete()

    def drop(self) -> None:
        """End the upload, or take the object away. Safe to repeat, before and after `seal`.

        A store that does not answer now is not asked again: what it kept is left to `recover`.
        """
        with contextlib.suppress(BucketFailed):
            if self._open:
                self._open = False
                self._upload.abort()
        with contextlib.suppress(BucketFailed):
            self._bucket.delete(self._path)
        self._life.end([self._id])


class _Life:
    """This process's sign of life: there from the first blob that is staged to the last that is done with.

    It does not outlive them: its time would tell, to the second, when somebody last sent something.
    """

    def __init__(self, bucket: Bucket) -> None:
        self._bucket = bucket
        self._lock = threading.Lock()
        self._under_way: set[bytes] = set()
        self._process, self._pid = "", 0

    def take_up(self, object_id: bytes) -> str:
        """Show life before a blob begins; gives the name of this process."""
        with self._lock:
            if self._pid != os.getpid():
                self._process, self._pid = secrets.token_hex(8), os.getpid()
            self._bucket.touch(self._path())
            self._under_way.add(object_id)
            return self._process

    def show(self) -> None:
        """Show life again."""
        with self._lock:
            self._bucket.touch(self._path())

    def end(self, object_ids: list[bytes]) -> None:
        """Blobs are done with. A store that does not answer keeps the sign until it counts as old."""
        with self._lock:
            ended = self._under_way.intersection(object_ids)
            self._under_way -= ended
            if ended and not self._under_way:
                with contextlib.suppress(BucketFailed):
                    self._bucket.delete(self._path())

    def _path(self) -> str:
        return f"{ALIVE}/{self._process}"


def left_behind(url: str) -> list[tuple[str, bytes]]:
    """Keys and ids of arrivals whose process is dead; forgets such processes. Raises `SettingsWrong`."""
    bucket = Bucket(url)
    now = bucket.probe(ALIVE)
    # In this order: whoever begins meanwhile has shown life before a blob of theirs can be seen.
    arrived = [(kept, name) for kept in bucket.within(INCOMING) if (name := ARRIVED.fullmatch(kept.path))]
    alive = {kept.path: kept.written for kept in bucket.within(ALIVE)}
    for path, seen in alive.items():
        if now - seen > PATIENCE:
            bucket.delete(path)
    return [
        (kept.path, bytes.fromhex(name["id"]))
        for kept, name in arrived
        if now - max(kept.written, alive.get(f"{ALIVE}/{name['process']}", kept.written)) > PATIENCE
    ]


def take_away(url: str, paths: list[str]) -> None:
    """Delete these keys."""
    bucket = Bucket(url)
    for path in paths:
        bucket.delete(path)


def _resting(object_id: bytes) -> str:
    name = object_id.hex()
    return f"{name[:2]}/{name}"
