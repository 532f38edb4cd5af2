"""A backup's file is a plain tar in which every byte is either hashed or can only be what it is.

Parts of at most `PART_BYTES`, then `manifest.json`, which names each part with its length and SHA-256, then
`manifest.sig`, the server's signature over the manifest. Names, order, headers and padding are fixed: a
reader makes them again and compares, so nothing in the file can be changed, moved, added or cut unseen, and
no name from a file ever becomes a path. `tar -tf` lists it all the same.
"""

import fcntl
import hashlib
import json
import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from tarfile import BLOCKSIZE, NUL, USTAR_FORMAT, TarError, TarInfo
from typing import IO, Any

from whistle.crypto import chain
from whistle.errors import GuardRefused, SettingsWrong
from whistle.vault.localblobs import sync_folder, write_whole
from whistle.vault.serverkeys import PRIVATE_FILE

LABEL = b"whistle/v1/backup\0"

PART_BYTES = 4 * 1024 * 1024
"""What is held in memory at a time, whatever the size of the site."""

LARGEST = 64 * 1024 * 1024
"""The longest part that is read: a part holds a whole row, and a manifest names a million parts."""

MANIFEST, SIGNATURE = "manifest.json", "manifest.sig"
SIGNATURE_BYTES = 64
END = NUL * (2 * BLOCKSIZE)
"""Two empty blocks end a tar (POSIX.1-2001, pax, "ustar Interchange Format")."""

NAMES = re.compile(r"(tables/[a-z_]{1,40}|blobs)/[0-9]{8}|manifest\.json|manifest\.sig")

BROKEN = "this is not a whole backup of this site: {}; nothing was changed"


class Writer:
    """A backup being written beside its final name, readable by its owner only; `finish` puts it there."""

    def __init__(self, path: Path) -> None:
        self._final = path
        self._path = path.with_name(f".{path.name}.unfinished")
        self._file = os.open(self._path, os.O_CREAT | os.O_RDWR, PRIVATE_FILE)
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(self._file)
            raise SettingsWrong(f"another backup is writing {path} now") from None
        os.ftruncate(self._file, 0)  # what a killed one left
        self.parts: list[tuple[str, int, str]] = []
        self.bytes = 0

    def add(self, name: str, data: bytes) -> None:
        """Write a part and remember its hash."""
        self._put(name, data)
        self.parts.append((name, len(data), hashlib.sha256(data).hexdigest()))

    def finish(self, manifest: dict[str, Any], signing_key: bytes) -> None:
        """Sign what was written, wait for the disk, and give the file its name."""
        said = chain.canonical(manifest | {"parts": self.parts})
        self._put(MANIFEST, said)
        self._put(SIGNATURE, chain.sign(signing_key, LABEL, said))
        write_whole(self._file, END)
        os.fsync(self._file)
        self._path.replace(self._final)
        sync_folder(self._final.absolute().parent)
        os.close(self._file)

    def drop(self) -> None:
        """Leave nothing."""
        self._path.unlink(missing_ok=True)
        os.close(self._file)

    def _put(self, name: str, data: bytes) -> None:
        whole = header(name, len(data)) + data + NUL * (-len(data) % BLOCKSIZE)
        write_whole(self._file, whole)
        self.bytes += len(whole)


def header(name: str, size: int) -> bytes:
    """The one header that a part of this name and size has: no owner, and no time."""
    member = TarInfo(name)
    member.size, member.mode = size, PRIVATE_FILE
    return member.tobuf(USTAR_FORMAT)


def verify(path: Path, public_key: bytes, tell: Callable[[int], None]) -> dict[str, Any]:
    """Read a backup through to its end; returns its manifest once all of it holds. Raises `GuardRefused`.

    `tell` hears how many bytes were read, part by part.
    """
    with path.open("rb") as file:
        found: list[tuple[str, int, str]] = []
        for name, data in _members(file):
            if name == MANIFEST:
                manifest = _manifest(data, _signature(file), public_key)
                if [tuple(part) for part in manifest["parts"]] != found:
                    raise GuardRefused(BROKEN.format("its parts are not those that were signed"))
                return manifest
            found.append((name, len(data), hashlib.sha256(data).hexdigest()))
            tell(file.tell())
    raise GuardRefused(BROKEN.format("it has no end"))


def read(path: Path, manifest: dict[str, Any]) -> Iterator[tuple[str, bytes]]:
    """The parts again, each compared with the verified manifest before it is given out."""
    with path.open("rb") as file:
        for (name, data), (wanted, size, digest) in zip(_members(file), manifest["parts"], strict=False):
            if (name, len(data), hashlib.sha256(data).hexdigest()) != (wanted, size, digest):
                raise GuardRefused(BROKEN.format("it changed while it was read"))
            yield name, data


def _members(file: IO[bytes]) -> Iterator[tuple[str, bytes]]:
    while True:
        name, size = _header(file)
        data = file.read(size)
        padding = file.read(-size % BLOCKSIZE)
        if len(data) != size or padding != NUL * (-size % BLOCKSIZE):
            raise GuardRefused(BROKEN.format(f"it is cut or changed in {name}"))
        yield name, data


def _header(file: IO[bytes]) -> tuple[str, int]:
    block = file.read(BLOCKSIZE)
    try:
        member = TarInfo.frombuf(block, "ascii", "strict")
        fits = NAMES.fullmatch(member.name) is not None and 0 <= member.size <= LARGEST
        same = fits and header(member.name, member.size) == block
    except (TarError, ValueError) as error:
        raise GuardRefused(BROKEN.format(f"it is cut or changed before byte {file.tell()}")) from error
    if not same:
        raise GuardRefused(BROKEN.format(f"something else stands in it before byte {file.tell()}"))
    return member.name, member.size


def _signature(file: IO[bytes]) -> bytes:
    """What stands after the manifest: the signature, the end of the file, and not a byte more."""
    name, size = _header(file)
    signature = file.read(SIGNATURE_BYTES)
    if (name, size) != (SIGNATURE, SIGNATURE_BYTES) or len(signature) != SIGNATURE_BYTES:
        raise GuardRefused(BROKEN.format("it has no signature"))
    rest = NUL * (-SIGNATURE_BYTES % BLOCKSIZE) + END
    if file.read(len(rest) + 1) != rest:
        raise GuardRefused(BROKEN.format("its end is cut or changed"))
    return signature


def _manifest(data: bytes, signature: bytes, public_key: bytes) -> dict[str, Any]:
    """A manifest is read after its signature held: what is not this server's word is not parsed."""
    if not chain.verify(public_key, LABEL, data, signature):
        raise GuardRefused(BROKEN.format("another site's key signed it, or it was changed"))
    manifest: dict[str, Any] = json.loads(data)
    return manifest
