"""One bucket that speaks S3, reached through one library whose errors carry no address and no key further.

Where it is and who asks comes from the usual variables: AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_REGION
and, for a store other than Amazon's, AWS_ENDPOINT. Also AWS_ALLOW_HTTP ("true" for a store on this machine)
and AWS_TIMEOUT ("120 seconds"; the library's own is 30): a request's limit, in which the store must manage
to copy the largest file.
"""

import contextlib
import os
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

import obstore
from obstore.exceptions import BaseError
from obstore.store import S3Store

from whistle.errors import SettingsWrong, WhistleError

PART_BYTES = 5 * 1024 * 1024
"""One part of an upload: the least that S3 takes (its user guide, limits of multipart uploads)."""

LISTED_AT_ONCE = 1000
"""What S3 gives in one answer to a listing."""


class BucketFailed(WhistleError, OSError):
    """The object store refused or did not answer; what was not sealed before does not count."""


@dataclass(frozen=True, slots=True)
class Kept:
    """An object as the store describes it: key below the prefix, bytes, when written (to the second)."""

    path: str
    size: int
    written: datetime


class Bucket:
    """What lies below `s3://bucket/prefix`. Raises `SettingsWrong` when the address cannot be understood.

    Every call may raise `BucketFailed`.
    """

    def __init__(self, url: str) -> None:
        try:
            self._store = S3Store.from_url(url)
        except (BaseError, ValueError) as refused:
            raise SettingsWrong("WHISTLE_BLOBS and the AWS_ variables do not name a bucket") from refused

    def upload(self, path: str) -> "Upload":
        """A new object, sent in parts; it is not there before it is completed."""
        return Upload(self._client(), path)

    def touch(self, path: str) -> str | None:
        """Write an empty object anew; gives the version that the bucket keeps of it, if it keeps any."""
        with _answered():
            return obstore.put(self._client(), path, b"")["version"]

    def look(self, path: str) -> Kept:
        """What the store says of an object; raises FileNotFoundError."""
        with _answered():
            meta = obstore.head(self._client(), path)
        return Kept(meta["path"], meta["size"], meta["last_modified"])

    def piece(self, path: str, start: int, end: int) -> memoryview:
        """The bytes from `start` to before `end`; raises FileNotFoundError."""
        with _answered():
            return memoryview(obstore.get_range(self._client(), path, start=start, end=end))

    def copy(self, path: str, to: str) -> None:
        """Copy an object inside the store, up to 5 GiB (S3, CopyObject); raises FileNotFoundError."""
        with _answered():
            obstore.copy(self._client(), path, to)

    def delete(self, path: str) -> None:
        """Take an object away. Safe to repeat."""
        with contextlib.suppress(FileNotFoundError), _answered():
            obstore.delete(self._client(), path)

    def within(self, folder: str = "") -> Iterator[Kept]:
        """Every object below `folder`, or of the bucket."""
        with _answered():
            for some in obstore.list(self._client(), folder or None, chunk_size=LISTED_AT_ONCE):
                yield from (Kept(meta["path"], meta["size"], meta["last_modified"]) for meta in some)

    def probe(self, folder: str) -> datetime:
        """The store's own time, found by a trial that shows whether anything may be kept here.

        Raises `SettingsWrong` for a bucket that is not there, may not be written to, or keeps old versions.
        """
        path = f"{folder}/{secrets.token_hex(8)}"
        try:
            version, now = self.touch(path), self.look(path).written
            self.delete(path)
        except (BucketFailed, FileNotFoundError) as refused:
            raise SettingsWrong(
                "the bucket of WHISTLE_BLOBS is not there or may not be written to"
            ) from refused
        if version is not None:
            raise SettingsWrong("the bucket of WHISTLE_BLOBS keeps versions, so nothing would ever be purged")
        return now

    def _client(self) -> S3Store:
        _refuse_after_fork()
        return self._store


class Upload:
    """An object being sent: one part is under way while the next one fills, so memory stays constant."""

    def __init__(self, client: S3Store, path: str) -> None:
        self._writer = obstore.open_writer(client, path, buffer_size=PART_BYTES, max_concurrency=1)

    def write(self, data: bytes) -> None:
        """Append bytes; waits while the part before is under way."""
        with _answered():
            self._writer.write(data)

    def complete(self) -> None:
        """Wait until the store has confirmed the whole object."""
        with _answered():
            self._writer.close()

    def abort(self) -> None:
        """End the upload; its parts are gone and there never was an object."""
        with _answered():
            self._writer.__exit__(BucketFailed, None, None)


@contextlib.contextmanager
def _answered() -> Iterator[None]:
    """Turns the library's errors into ours: their text holds the endpoint and the object's key."""
    try:
        yield
    except (FileNotFoundError, BucketFailed):
        raise
    except (BaseError, OSError) as failed:
        raise BucketFailed(f"the object store failed: {type(failed).__name__}") from None


_first_used_by: list[int] = []


def _refuse_after_fork() -> None:
    """The library's threads are missing in a fork of the process that began them: a call would never end."""
    if not _first_used_by:
        _first_used_by.append(os.getpid())
    if _first_used_by[0] != os.getpid():
        raise BucketFailed(
            "the object store was in use before this process was made; start the program again"
        )
