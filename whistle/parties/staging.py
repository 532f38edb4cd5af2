"""One file under one key on its way to the disk: sealed as it comes, readable again only through the key."""

from collections.abc import Iterator

from whistle.crypto.blobs import BlobSealer, open_blob
from whistle.crypto.header import Compartment
from whistle.crypto.keys import CompartmentKey
from whistle.crypto.records import new_object_id
from whistle.vault.facts import SealedBlob
from whistle.vault.store import Store


class Staged:
    """A file being sealed: `write` its bytes, then `finish`, or `drop`, which leaves no trace."""

    def __init__(self, store: Store, key: CompartmentKey, mixed_with: CompartmentKey | None = None) -> None:
        self._store, self._key, self._mixed = store, key, mixed_with
        self.id = new_object_id()
        self._sealer = BlobSealer(key, self.id, mixed_with=mixed_with)
        self._file = store.blobs.stage(self.id)
        self._file.write(self._sealer.header)

    @property
    def is_original(self) -> bool:
        """Whether it lies with the identity, as what may tell who sent it."""
        return self._key.compartment is Compartment.IDENTITY

    @property
    def size(self) -> int:
        """How many plain bytes were written."""
        return self._sealer.size

    @property
    def sha256(self) -> str:
        """SHA-256 of the plain bytes, in hex."""
        return self._sealer.sha256

    def write(self, data: bytes | memoryview) -> None:
        """Seal and store the next bytes."""
        self._file.write(self._sealer.update(data))

    def finish(self) -> None:
        """Seal the end; the file is on the disk when this returns."""
        for piece in self._sealer.finish():
            self._file.write(piece)
        self._file.seal()

    def drop(self) -> None:
        """Leave no trace. Safe to repeat."""
        self._file.drop()

    def pieces(self) -> Iterator[bytes]:
        """The plain bytes again, read from what was stored. Raises `SealBroken` when it was changed."""
        stored = self._store.blobs.read(self.id)
        return open_blob(self._key, stored, object_id=self.id, size=self.size, mixed_with=self._mixed)

    def sealed(self) -> SealedBlob:
        """What the vault is told of the file."""
        return SealedBlob(self._sealer.header, self._sealer.sealed_length, self._sealer.sealed_sha256)
