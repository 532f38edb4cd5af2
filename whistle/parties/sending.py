"""A file is sealed piece by piece as it arrives; no plain byte of it rests anywhere."""

import mimetypes
from collections.abc import Collection
from typing import Any

from whistle.crypto.blobs import BlobSealer, open_blob
from whistle.crypto.keys import CompartmentKey
from whistle.crypto.records import new_object_id
from whistle.rules.text import file_name
from whistle.vault.facts import SealedBlob
from whistle.vault.store import Store

HEAD_BYTES = 4096
"""What the kind of a file is told from; kept in memory until the file is whole."""

UNKNOWN_TYPE = "application/octet-stream"


class Sink:
    """Receives one file: `write` its bytes, then `finish`, or `abort`, which leaves no trace."""

    def __init__(self, store: Store, key: CompartmentKey, name: str) -> None:
        self._store, self._key = store, key
        self._name = file_name(name)
        self._id = new_object_id()
        self._sealer = BlobSealer(key, self._id)
        self._head = b""
        self._staged = store.blobs.stage(self._id)
        self._staged.write(self._sealer.header)
        self.whole = False

    def write(self, data: bytes | bytearray | memoryview) -> None:
        """Seal and store the next bytes."""
        if len(self._head) < HEAD_BYTES:
            self._head += bytes(data[: HEAD_BYTES - len(self._head)])
        self._staged.write(self._sealer.update(memoryview(data)))

    def finish(self) -> None:
        """Seal the end; the file is on the disk when this returns."""
        for piece in self._sealer.finish():
            self._staged.write(piece)
        self._staged.seal()
        self.whole = True

    def abort(self) -> None:
        """Leave no trace. Safe to repeat."""
        self._staged.drop()

    def copy_to(self, target: "Sending") -> None:
        """Seal the same file once more, for another case, in constant memory."""
        copy = target.open_file(self._name, "")
        chunks = self._store.blobs.read(self._id)
        for piece in open_blob(self._key, chunks, object_id=self._id, size=self._sealer.size):
            copy.write(piece)
        copy.finish()

    def sealed(self) -> SealedBlob:
        """What the vault is told of the file."""
        return SealedBlob(self._sealer.header, self._sealer.sealed_length, self._sealer.sealed_sha256)

    def described(self) -> dict[str, Any]:
        """What the record that names the file says of it; this too is sealed."""
        return {
            "id": self._id.hex(),
            "name": self._name,
            "type": media_type(self._head, self._name),
            "size": self._sealer.size,
            "sha256": self._sealer.sha256,
        }


class Sending:
    """A message or report under way, with the files that came so far."""

    def __init__(self, store: Store, key: CompartmentKey) -> None:
        self._store = store
        self.key = key
        self._sinks: list[Sink] = []

    def open_file(self, filename: str, content_type: str) -> Sink:
        """A place for the next file; what the browser calls its type is not believed."""
        del content_type
        sink = Sink(self._store, self.key, filename)
        self._sinks.append(sink)
        return sink

    def abandon(self) -> None:
        """Leave no trace of any file. Safe to repeat."""
        for sink in self._sinks:
            sink.abort()
        self._sinks = []

    def blobs(self) -> tuple[SealedBlob, ...]:
        """The files that arrived whole."""
        return tuple(sink.sealed() for sink in self._sinks if sink.whole)

    def described(self) -> list[dict[str, Any]]:
        """The same files as their record names them."""
        return [sink.described() for sink in self._sinks if sink.whole]

    def moved_to(self, key: CompartmentKey, known: Collection[str]) -> "Sending":
        """Files that `known` (SHA-256 in hex) lacks, sealed anew under another key; nothing is left here."""
        target = Sending(self._store, key)
        for sink in self._sinks:
            if sink.whole and sink.described()["sha256"] not in known:
                sink.copy_to(target)
        self.abandon()
        return target

    def taken(self) -> None:
        """The vault has them: `abandon` must not touch them any more."""
        self._sinks = []


def media_type(head: bytes, name: str) -> str:
    """What a file is, told from its first bytes, else from its name."""
    import puremagic  # noqa: PLC0415 (a slow import that a server without uploads never needs)

    try:
        found = puremagic.from_string(head, mime=True, filename=name)
    except (puremagic.PureError, ValueError):
        found = ""
    return found or mimetypes.guess_type(name)[0] or UNKNOWN_TYPE
