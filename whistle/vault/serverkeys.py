"""The server's own keys: none of them opens what a person wrote."""

import contextlib
import fcntl
import json
import os
import secrets
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from whistle.crypto import chain
from whistle.errors import GuardRefused, SettingsWrong, Tampered

KEY_BYTES = 32
PRIVATE_FILE = 0o600
PRIVATE_FOLDER = 0o700
GROUP_AND_OTHERS = 0o077

RESTORING = "restoring"
"""The mark of a place that is half restored: nothing is served from it."""


@dataclass(frozen=True)
class ServerKeys:
    """The keys in `keys/`: `lock` (the site's share), `inventory`, `sign` (Ed25519), `run` (its sessions)."""

    folder: Path
    lock: bytes = field(repr=False)
    inventory: bytes = field(repr=False)
    sign: bytes = field(repr=False)
    verifying: bytes
    run: bytes = field(repr=False)

    @classmethod
    def create(cls, folder: Path) -> None:
        """Make the keys of a new site; refuses to touch keys that exist."""
        folder.mkdir(mode=PRIVATE_FOLDER, parents=True, exist_ok=True)
        folder.chmod(PRIVATE_FOLDER)
        if (folder / "sign.key").exists():
            raise SettingsWrong(f"{folder} already holds keys; a new site needs an empty folder")
        for name in ("lock.key", "inventory.key"):
            write_private(folder / name, secrets.token_bytes(KEY_BYTES))
        sign = chain.new_signing_key()
        write_private(folder / "sign.pub", chain.verifying_key(sign))
        write_private(folder / "sign.key", sign)  # last: where it stands, the others do too

    @classmethod
    def load(cls, folder: Path) -> "ServerKeys":
        """Read the keys; a missing or cut one stops the start with its name."""
        values = {
            name: _read(folder / name) for name in ("lock.key", "inventory.key", "sign.key", "sign.pub")
        }
        if chain.verifying_key(values["sign.key"]) != values["sign.pub"]:
            raise SettingsWrong(f"{folder}/sign.pub does not belong to sign.key")
        return cls(
            folder,
            values["lock.key"],
            values["inventory.key"],
            values["sign.key"],
            values["sign.pub"],
            _run_key(folder / "run.key"),
        )

    def require_whole(self) -> None:
        """Raise `GuardRefused` where a restore began and did not end: nothing there may be served yet."""
        if (self.folder / RESTORING).exists():
            raise GuardRefused("a restore broke off here; run the same `whistle restore FILE` again")

    def keep_head(self, head: dict[str, Any]) -> None:
        """Copy the ledger's head beside the keys: a ledger cut in the database shows. Never goes back."""
        path = self.folder / "head"
        with locked(self.folder / "head.lock"):
            try:
                known = read_head(self.folder)
            except Tampered:
                known = None  # a power cut leaves an empty file: the head that is at hand is signed and newer
            if known is not None and known["seq"] >= head["seq"]:
                return
            temporary = self.folder / "head.new"
            write_private(temporary, json.dumps(head, sort_keys=True).encode(), durable=False)
            temporary.replace(path)

    def head(self) -> dict[str, Any] | None:
        """The copy of the ledger's head, None when there is none. Raises `Tampered` when it is no head."""
        return read_head(self.folder)

    def forget_hour(self) -> None:
        """Date head and journal anew: their file times would say when the last thing was done."""
        with locked(self.folder / "head.lock"):
            for name in ("head", "journal"):
                with contextlib.suppress(FileNotFoundError):
                    os.utime(self.folder / name)


HEAD_UNREADABLE = "the copy of the ledger's head in keys/ cannot be read"
HEAD_SIZES = (32, 64)
"""SHA-256 and an Ed25519 signature."""


class locked:  # noqa: N801 (used as a verb: with locked(path))
    """Hold an exclusive lock on a file, across processes, while the block runs."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __enter__(self) -> None:
        self._file = os.open(self._path, os.O_CREAT | os.O_RDWR, PRIVATE_FILE)
        fcntl.flock(self._file, fcntl.LOCK_EX)

    def __exit__(self, *_: object) -> None:
        os.close(self._file)


def read_head(folder: Path) -> dict[str, Any] | None:
    """The head file of `folder`: `seq`, `hash`, `signature` in hex; None without one. Raises `Tampered`."""
    try:
        head: dict[str, Any] = json.loads((folder / "head").read_bytes())
        sizes = len(bytes.fromhex(head["hash"])), len(bytes.fromhex(head["signature"]))
    except FileNotFoundError:
        return None
    except (ValueError, KeyError, TypeError) as error:
        raise Tampered(HEAD_UNREADABLE) from error
    if type(head["seq"]) is not int or sizes != HEAD_SIZES:
        raise Tampered(HEAD_UNREADABLE)
    return head


def write_private(path: Path, data: bytes, *, durable: bool = True) -> None:
    """Write a file only its owner can read; `durable` waits for the disk."""
    handle = os.open(path, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, PRIVATE_FILE)
    try:
        os.write(handle, data)
        if durable:
            os.fsync(handle)
    finally:
        os.close(handle)


def _read(path: Path) -> bytes:
    try:
        value = path.read_bytes()
    except OSError as error:
        raise SettingsWrong(
            f"the key {path} cannot be read; `whistle init` makes it, a backup holds it"
        ) from error
    if len(value) != KEY_BYTES:
        raise SettingsWrong(f"the key {path} must be {KEY_BYTES} bytes long")
    return value


_run_files: list[int] = []
"""Open for as long as the process lives: the shared lock on it is what says that a server is running."""


def _run_key(path: Path) -> bytes:
    """The key of this run, shared by every process that runs: renewed when none does, so old sessions die."""
    handle = os.open(path, os.O_CREAT | os.O_RDWR, PRIVATE_FILE)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        fcntl.flock(handle, fcntl.LOCK_SH)
    else:
        os.ftruncate(handle, 0)
        os.pwrite(handle, secrets.token_bytes(KEY_BYTES), 0)
        fcntl.flock(handle, fcntl.LOCK_SH)
    _run_files.append(handle)
    return os.pread(handle, KEY_BYTES, 0)
