"""A backup is one consistent file made while the site is in use: sealed bytes and days, never a key.

The rows are one snapshot of the database. The files follow: those that the snapshot names, each read once.
One that is purged or erased meanwhile is left out, and the journal's place that the manifest notes is taken
after the last file: a restore needs a journal that goes at least so far, and it says that the file is gone.
"""

import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, select

from whistle.vault import journal, ledger, portable, schema
from whistle.vault.parts import PART_BYTES, Writer
from whistle.vault.store import Store
from whistle.vault.tables import blobs

FORMAT = 1

FRAME = struct.Struct(">16sI")
"""Before each piece of a file: the file's id, and how many bytes follow."""

WHOLE, GONE = 0, 0xFFFFFFFF
"""In place of a length: the file ended and is the one that was stored, or it is not and counts as gone."""

ENTRY = struct.Struct(">16s32s")
"""What is kept of a file in memory until its turn: its id and its SHA-256."""

Tell = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Made:
    """What a backup holds: cases, files, bytes; and which files could not be read though they stand."""

    cases: int
    files: int
    bytes: int
    lacking: tuple[str, ...]


class _Packer:
    """Fills parts of one kind and numbers them."""

    def __init__(self, writer: Writer, folder: str) -> None:
        self._writer, self._folder = writer, folder
        self._room, self._number = bytearray(), 0

    def add(self, data: bytes) -> None:
        if self._room and len(self._room) + len(data) > PART_BYTES:
            self.flush()
        self._room += data

    def flush(self) -> None:
        if self._room:
            self._number += 1
            self._writer.add(f"{self._folder}/{self._number:08d}", bytes(self._room))
            self._room.clear()


def make(store: Store, path: Path, now: datetime, tell: Tell = lambda _said: None) -> Made:
    """Write a backup to `path`, which is there whole or not at all. `tell` hears how far it is."""
    writer = Writer(path)
    try:
        manifest, files = _rows(store, writer, now, tell)
        written, missed = _files(store, writer, files, tell)
        journal.catch_up(store)
        lacking = tuple(one.hex() for one in missed if _still_stands(store, one))
        manifest |= {"files": written, "lacking": lacking, "journal": journal.position(store.keys)}
        writer.finish(manifest, store.keys.sign)
    except BaseException:
        writer.drop()
        raise
    return Made(manifest["rows"]["cases"], written, writer.bytes, lacking)


def _rows(store: Store, writer: Writer, now: datetime, tell: Tell) -> tuple[dict[str, Any], bytearray]:
    """Every table in one snapshot; returns the manifest so far, and the files that this snapshot names."""
    files, rows, shapes = bytearray(), {}, {}
    with store.reading() as db:
        head = ledger.signed_head(db, store.keys)
        for table in portable.tables():
            packer, rows[table.name] = _Packer(writer, f"tables/{table.name}"), 0
            for line in portable.lines(db, table):
                packer.add(line)
                rows[table.name] += 1
            packer.flush()
            shapes[table.name] = portable.shape(table)
            tell(f"{table.name}: {rows[table.name]} rows")
        for one in _named(db):
            files += one
        revision = schema.revision(db)
    return {
        "format": FORMAT, "schema": revision, "site": store.keys.verifying.hex(),
        "made_on": now.date().isoformat(), "tables": [[name, shapes[name]] for name in shapes], "rows": rows,
        "ledger": {"seq": head.seq, "hash": bytes(head.hash).hex(), "signature": bytes(head.signature).hex()},
    }, files  # fmt: skip


def _named(db: Connection) -> Iterator[bytes]:
    query = select(blobs.c.object_id, blobs.c.sha256).order_by(blobs.c.object_id)
    for object_id, digest in db.execute(query.execution_options(yield_per=1000)):
        yield ENTRY.pack(bytes(object_id), bytes(digest))


def _files(store: Store, writer: Writer, files: bytearray, tell: Tell) -> tuple[int, list[bytes]]:
    """Every file in the order of its random id; returns how many are whole, and the ids of the others."""
    packer, missed, count = _Packer(writer, "blobs"), [], len(files) // ENTRY.size
    for number, (object_id, digest) in enumerate(ENTRY.iter_unpack(files), start=1):
        if not _file(store, packer, object_id, digest):
            missed.append(object_id)
        if number % 100 == 0 or number == count:
            tell(f"files: {number} of {count}")
    packer.flush()
    return count - len(missed), missed


def _file(store: Store, packer: _Packer, object_id: bytes, digest: bytes) -> bool:
    found = sha256()
    try:
        for piece in store.blobs.read(object_id):
            found.update(piece)
            packer.add(FRAME.pack(object_id, len(piece)) + piece)
    except FileNotFoundError:
        found = sha256(b"gone")
    whole = found.digest() == digest
    packer.add(FRAME.pack(object_id, WHOLE if whole else GONE))
    return whole


def _still_stands(store: Store, object_id: bytes) -> bool:
    """Whether a case still names a file: then its loss is no purge's, and somebody must look."""
    with store.reading() as db:
        return db.execute(select(blobs.c.object_id).where(blobs.c.object_id == object_id)).first() is not None


def pieces(data: bytes) -> Iterator[tuple[bytes, int, memoryview]]:
    """The frames of a part: file, length or mark, bytes. Raises `ValueError` where they do not fit."""
    view, at = memoryview(data), 0
    while at < len(view):
        object_id, size = FRAME.unpack_from(view, at) if len(view) - at >= FRAME.size else (b"", -1)
        at += FRAME.size
        length = 0 if size in (WHOLE, GONE) else size
        if size < 0 or at + length > len(view):
            raise ValueError("a part of a backup ends within a file")
        yield object_id, size, view[at : at + length]
        at += length


def what_is_newer(manifest: dict[str, Any], position: dict[str, Any]) -> str:
    """In a sentence how far the journal is ahead of a backup."""
    ahead = position["lines"] - manifest["journal"]["lines"]
    if not ahead:
        return "The backup and the journal end at the same line."
    return (
        f"The backup of {manifest['made_on']} is older than the journal by {ahead} lines; they are replayed."
    )
