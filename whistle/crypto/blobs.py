"""Seals and opens attachments as they stream by: memory stays constant, whatever the size."""

import hashlib
from collections.abc import Iterable, Iterator

from cryptography.cobblestone import Cobblestone256Decryptor, Cobblestone256Encryptor
from cryptography.exceptions import InvalidTag

from whistle.crypto.binding import bind
from whistle.crypto.envelope import encrypted_length
from whistle.crypto.header import HEADER_BYTES, Kind, demand
from whistle.crypto.keys import CompartmentKey, hkdf
from whistle.crypto.padding import padded
from whistle.crypto.refusal import broken

# Large enough that a call's cost does not show, small enough to stay in a processor's cache while it is
# encrypted and hashed twice.
PART_BYTES = 256 * 1024
_ZEROS = memoryview(bytes(PART_BYTES))
_BLOB = b"whistle/v1/blob\0"


def sealed_length(size: int) -> int:
    """How many bytes a sealed attachment of `size` bytes has, header and padding included."""
    return HEADER_BYTES + encrypted_length(padded(size))


class BlobSealer:
    """Seals one attachment: write `header`, then what each `update` gives, then all that `finish` gives.

    ValueError as in records: identity needs `mixed_with`, the other compartments refuse it.
    """

    def __init__(
        self, key: CompartmentKey, object_id: bytes, *, mixed_with: CompartmentKey | None = None
    ) -> None:
        self.header, secret = bind(Kind.BLOB, key, object_id, mixed_with)
        label = _BLOB + self.header
        self._stream = Cobblestone256Encryptor(hkdf(secret, label), label)
        self._plain_hash = hashlib.sha256()
        self._sealed_hash = hashlib.sha256(self.header)
        self._ending = self._ended = False
        self.size = 0
        self.sealed_length = HEADER_BYTES

    def update(self, data: bytes | memoryview) -> bytes:
        """Sealed bytes for `data` (perhaps none yet); ValueError once `finish` has begun."""
        if self._ending:
            raise ValueError("the blob is finished")
        self._plain_hash.update(data)
        self.size += len(data)
        return b"".join(self._seal(part) for part in _parts(data))

    def finish(self) -> Iterator[bytes]:
        """The sealed padding and the end; must be read to its last part. ValueError the second time."""
        if self._ending:
            raise ValueError("the blob is finished")
        self._ending = True
        left = padded(self.size) - self.size
        while left:
            part = _ZEROS[:left]
            left -= len(part)
            yield self._seal(part)
        yield self._count(self._stream.finalize())
        self._ended = True

    @property
    def sha256(self) -> str:
        """SHA-256 of the plain bytes so far, in lower-case hex."""
        return self._plain_hash.hexdigest()

    @property
    def sealed_sha256(self) -> bytes:
        """SHA-256 of every sealed byte, header included, for the inventory; ValueError before the end."""
        if not self._ended:
            raise ValueError("the blob is not finished")
        return self._sealed_hash.digest()

    def _seal(self, part: memoryview) -> bytes:
        return self._count(self._stream.update(part))

    def _count(self, sealed: bytes) -> bytes:
        self._sealed_hash.update(sealed)
        self.sealed_length += len(sealed)
        return sealed


def open_blob(
    key: CompartmentKey,
    chunks: Iterable[bytes],
    *,
    object_id: bytes,
    size: int,
    mixed_with: CompartmentKey | None = None,
) -> Iterator[bytes]:
    """The `size` plain bytes in parts; SealBroken at any fault, at the latest after the last part.

    Bytes leave before the end is known to be whole: call `verify_blob` first, hand on afterwards.
    """
    try:
        header, secret = bind(Kind.BLOB, key, object_id, mixed_with)
        yield from _take(size, _decrypted(header, secret, chunks))
    except (InvalidTag, ValueError):
        raise broken() from None


def verify_blob(
    key: CompartmentKey,
    chunks: Iterable[bytes],
    *,
    object_id: bytes,
    size: int,
    sha256: str,
    mixed_with: CompartmentKey | None = None,
) -> None:
    """Read a blob to its final check; SealBroken unless it is whole and has that SHA-256 (lower-case hex)."""
    digest = hashlib.sha256()
    for part in open_blob(key, chunks, object_id=object_id, size=size, mixed_with=mixed_with):
        digest.update(part)
    if digest.hexdigest() != sha256:
        raise broken()


def _parts(data: bytes | memoryview) -> Iterator[memoryview]:
    view = memoryview(data)
    for start in range(0, len(view), PART_BYTES):
        yield view[start : start + PART_BYTES]


def _decrypted(header: bytes, secret: bytes, chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Plain bytes, padding included; the header is demanded before the first byte of body meets the key."""
    arriving = iter(chunks)
    start = b""
    for chunk in arriving:
        start += chunk
        if len(start) >= HEADER_BYTES:
            break
    demand(start, header)
    label = _BLOB + header
    stream = Cobblestone256Decryptor(hkdf(secret, label), label)
    for part in _parts(memoryview(start)[HEADER_BYTES:]):
        yield stream.update(part)
    for chunk in arriving:
        for part in _parts(chunk):
            yield stream.update(part)
    yield stream.finalize()


def _take(size: int, plain: Iterator[bytes]) -> Iterator[bytes]:
    """The first `size` bytes; ValueError unless exactly the due number of zeros follows."""
    seen, due = 0, padded(size)
    for part in plain:
        wanted = min(len(part), max(0, size - seen))
        seen += len(part)
        if seen > due or part.count(0, wanted) != len(part) - wanted:
            raise ValueError("padding")
        if wanted:
            yield part[:wanted]
    if seen != due:
        raise ValueError("length")
