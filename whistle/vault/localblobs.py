"""Sealed blobs in a folder: durable before they count, and no name or time that says more than the day."""

import contextlib
import fcntl
import os
import secrets
import stat
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO

from whistle.vault.serverkeys import GROUP_AND_OTHERS, PRIVATE_FILE, PRIVATE_FOLDER, locked

READ_BYTES = 256 * 1024
"""What one read gives: what the sealing library should be fed at most (it holds the interpreter's lock)."""

FLUSH_BYTES = 8 * 1024 * 1024
"""A file goes to the disk in such steps while it arrives: a gigabyte kept back until its end would hold up
every other commit there, and push what is in use out of memory (posix_fadvise(2), POSIX_FADV_DONTNEED)."""

INCOMING = "incoming"
LOCK = "lock"
REWRITING = ".rewriting"
"""Locked, across processes, while a file is written anew or taken away: what is gone is not copied back."""

NAME_SYMBOLS = 32
"""An object's id in hex: every other name in the folders is a copy that is not whole yet."""


class LocalBlobs:
    """Blobs under `folder/xx/id`; what a process is still receiving lies under `folder/incoming/process/`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._own: tuple[int, Path] | None = None
        for path in (folder, folder / INCOMING):
            path.mkdir(mode=PRIVATE_FOLDER, parents=True, exist_ok=True)

    def stage(self, object_id: bytes) -> "StagedFile":
        """A new file for a blob; it counts only once `publish` has named it."""
        return StagedFile(self._incoming() / object_id.hex())

    def publish(self, object_ids: list[bytes]) -> None:
        """Give blobs whose case is committed their final place. Safe to repeat."""
        for object_id in object_ids:
            self._place(self._incoming() / object_id.hex(), object_id)

    def read(self, object_id: bytes) -> Iterator[bytes]:
        """The sealed bytes, 256 KiB at a time; raises FileNotFoundError."""
        with self._open(object_id) as file:
            while piece := file.read(READ_BYTES):
                yield piece

    def exists(self, object_id: bytes) -> bool:
        """Whether the blob is there."""
        try:
            self._find(object_id)
        except FileNotFoundError:
            return False
        return True

    def remove(self, object_id: bytes) -> None:
        """Take the blob away. Safe to repeat."""
        with contextlib.suppress(FileNotFoundError), self._alone():
            path = self._find(object_id)
            path.unlink()
            sync_folder(path.parent)

    def ids(self) -> Iterator[bytes]:
        """The ids of every blob that has its final place."""
        for folder in sorted(self._folder.iterdir()):
            if folder.name != INCOMING:
                names = sorted(file.name for file in folder.iterdir())
                yield from (bytes.fromhex(name) for name in names if len(name) == NAME_SYMBOLS)

    def exposed(self) -> Iterator[str]:
        """The names of folders and files that others on this machine may read."""
        for path in (self._folder, *sorted(self._folder.rglob("*"))):
            with contextlib.suppress(FileNotFoundError):
                if stat.S_IMODE(path.stat().st_mode) & GROUP_AND_OTHERS:
                    yield path.name

    def recover(self, referenced: Callable[[bytes], bool]) -> None:
        """Finish what a killed process left: blobs of committed cases get their place, the others go."""
        with self._alone():
            for unfinished in self._folder.glob("??/*.new"):
                unfinished.unlink(missing_ok=True)
        for owner in (self._folder / INCOMING).iterdir():
            ours = self._own is not None and owner == self._own[1]
            if owner.is_dir() and not ours and _abandoned(owner):
                self._settle(owner, referenced)

    def _settle(self, owner: Path, referenced: Callable[[bytes], bool]) -> None:
        for file in owner.iterdir():
            if file.name == LOCK:
                continue
            if referenced(bytes.fromhex(file.name)):
                self._place(file, bytes.fromhex(file.name))
            else:
                file.unlink(missing_ok=True)
        with contextlib.suppress(OSError):
            (owner / LOCK).unlink(missing_ok=True)
            owner.rmdir()

    def _place(self, file: Path, object_id: bytes) -> None:
        final = self._path(object_id)
        final.parent.mkdir(mode=PRIVATE_FOLDER, exist_ok=True)
        with contextlib.suppress(FileNotFoundError):
            file.rename(final)
        sync_folder(final.parent)
        sync_folder(self._folder)

    def scatter(self, object_ids: list[bytes]) -> None:
        """Write blobs anew in the order given: no file time or place on the disk tells when one came."""
        for object_id in object_ids:
            with self._alone():
                self._rewrite(self._path(object_id))
        for folder in sorted({self._path(object_id).parent for object_id in object_ids}):
            with contextlib.suppress(FileNotFoundError):
                sync_folder(folder)
        incoming = self._folder / INCOMING
        for folder in (self._folder, incoming, *self._folder.glob("??"), *incoming.iterdir()):
            with contextlib.suppress(FileNotFoundError):
                os.utime(folder)  # a folder's time is that of the last file that came into it

    def _rewrite(self, path: Path) -> None:
        copy = path.with_suffix(".new")
        copy.unlink(missing_ok=True)  # of a pass that broke off
        with contextlib.suppress(FileNotFoundError), path.open("rb", buffering=0) as source:
            with os.fdopen(_create(copy), "wb", buffering=0) as target:
                while piece := source.read(READ_BYTES):
                    write_whole(target.fileno(), piece)
                os.fsync(target.fileno())
            copy.replace(path)

    def _alone(self) -> locked:
        return locked(self._folder / INCOMING / REWRITING)

    def _open(self, object_id: bytes) -> BinaryIO:
        """The file, also when it gets its final place between the look and the opening."""
        try:
            return self._find(object_id).open("rb", buffering=0)
        except FileNotFoundError:
            return self._path(object_id).open("rb", buffering=0)

    def _path(self, object_id: bytes) -> Path:
        name = object_id.hex()
        return self._folder / name[:2] / name

    def _find(self, object_id: bytes) -> Path:
        final = self._path(object_id)
        if final.exists():
            return final
        for owner in (self._folder / INCOMING).iterdir():
            if (owner / object_id.hex()).exists():
                return owner / object_id.hex()
        if final.exists():  # published between the two looks
            return final
        raise FileNotFoundError

    def _incoming(self) -> Path:
        """This process's own folder, marked as in use by a lock that dies with the process."""
        if self._own is None or self._own[0] != os.getpid():
            path = self._folder / INCOMING / secrets.token_hex(8)
            fresh = path.with_name("." + path.name)
            fresh.mkdir(mode=PRIVATE_FOLDER)
            fcntl.flock(os.open(fresh / LOCK, os.O_CREAT | os.O_RDWR, PRIVATE_FILE), fcntl.LOCK_EX)
            fresh.rename(path)
            sync_folder(
                path.parent
            )  # else a power cut could take the folder with what a commit already names
            self._own = (os.getpid(), path)
        return self._own[1]


class StagedFile:
    """A blob being written."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file = _create(path)
        self._kept_back = 0

    def write(self, data: bytes) -> None:
        """Append sealed bytes."""
        write_whole(self._file, data)
        self._kept_back += len(data)
        if self._kept_back >= FLUSH_BYTES:
            os.posix_fadvise(self._file, 0, 0, os.POSIX_FADV_DONTNEED)
            self._kept_back = 0

    def seal(self) -> None:
        """Wait until the file and its name are on the disk."""
        os.fsync(self._file)
        self._close()
        sync_folder(self._path.parent)

    def drop(self) -> None:
        """Take the file away. Safe to repeat, before and after `seal`."""
        self._close()
        self._path.unlink(missing_ok=True)

    def _close(self) -> None:
        if self._file >= 0:
            os.close(self._file)
            self._file = -1


def write_whole(handle: int, data: bytes) -> None:
    """Write all of it: a single write may take less than it is given."""
    view = memoryview(data)
    while view:
        view = view[os.write(handle, view) :]


def _create(path: Path) -> int:
    return os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, PRIVATE_FILE)


def sync_folder(folder: Path) -> None:
    """Wait until the names in `folder` are on the disk."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _abandoned(owner: Path) -> bool:
    """Whether the process that made a folder is gone. One that has no lock yet is being made this moment."""
    try:
        handle = os.open(owner / LOCK, os.O_RDWR)
    except FileNotFoundError:
        return not owner.name.startswith(".")
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    finally:
        os.close(handle)
    return True
