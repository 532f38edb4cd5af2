"""A restore looks at the whole file, the journal and the place before it writes; then it replays the journal.

From the first write until the last replayed line a mark in `keys/` says that the place is half restored: no
command opens such a site, and `restore` of the same file begins it anew.
"""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any

from sqlalchemy import Engine

from whistle.crypto import chain
from whistle.errors import GuardRefused, Tampered
from whistle.vault import backup, journal, ledger, parts, portable, replay, restoreguard, schema
from whistle.vault.localblobs import LocalBlobs, sync_folder
from whistle.vault.serverkeys import RESTORING, ServerKeys, locked, read_head, write_private
from whistle.vault.store import BlobStore, StagedBlob, Store

NOON = time(12)
"""The same local day everywhere in Europe as in UTC."""

Tell = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Source:
    """A backup that was verified to its last byte, the journal lines after it, how many there are in all."""

    path: Path
    manifest: dict[str, Any]
    digest: str
    lines: tuple[dict[str, Any], ...]
    said: str
    whole: int


def verified(path: Path, keys: ServerKeys, tell: Tell = lambda _said: None) -> Source:
    """Look at all of a backup and at the journal in `keys/`; nothing is written. Raises `GuardRefused`."""
    manifest = parts.verify(path, keys.verifying, lambda done: tell(f"verified: {done} bytes"))
    if manifest["format"] != backup.FORMAT or not schema.is_known(manifest["schema"]):
        raise GuardRefused("a newer version made this backup: bring this program up to date first")
    lines = _journal_after(keys, manifest)
    ahead = backup.what_is_newer(manifest, journal.position(keys))
    digest = hashlib.sha256(chain.canonical(manifest)).hexdigest()
    return Source(
        path, manifest, digest, lines, ahead, lines[-1]["n"] if lines else manifest["journal"]["lines"]
    )


def _journal_after(keys: ServerKeys, manifest: dict[str, Any]) -> tuple[dict[str, Any], ...]:
    """The journal's lines that the backup's ledger lacks; all of the journal must fit together."""
    known, last = manifest["journal"], manifest["ledger"]["seq"]
    found: list[dict[str, Any]] = []
    count, digest = 0, journal.START.hex()
    try:
        for line in journal.whole(keys):
            count += 1
            if count == known["lines"]:
                digest = line["hash"]
            if line["ledger_seq"] > last:
                found.append(line)
    except Tampered as broken:
        raise GuardRefused(f"{broken}; put a whole copy into keys/; nothing was changed") from broken
    if count < known["lines"]:
        raise GuardRefused(
            f"the journal in keys/ is older than the backup: it ends at line {count}, the backup of"
            f" {manifest['made_on']} knows line {known['lines']}; put the newest copy into keys/"
        )
    if digest != known["hash"]:
        raise GuardRefused("the journal in keys/ is not the one that the backup knows; nothing was changed")
    return tuple(found)


def require_empty(engine: Engine, blob_store: BlobStore, keys: ServerKeys, source: Source) -> bool:
    """Raise `GuardRefused` where something stands already; True where a restore of this file broke off."""
    broken_off = _mark(keys)
    if broken_off is not None:
        if broken_off.partition(" ")[0] != source.digest:
            raise GuardRefused("a restore of another file broke off here; finish that one")
        return True
    if not schema.is_empty(engine):
        raise GuardRefused("the database is not empty; a restore needs an empty one; nothing was changed")
    if next(iter(blob_store.ids()), None) is not None:
        raise GuardRefused("there are files in WHISTLE_BLOBS; a restore needs an empty place")
    return False


def restore(store: Store, source: Source, now: datetime, tell: Tell = lambda _said: None) -> replay.Replayed:
    """Bring a verified backup into an empty place and replay the journal. Raises `GuardRefused`."""
    with locked(store.keys.folder / "restore.lock"):
        again = require_empty(store.engine, store.blobs, store.keys, source)
        until = _first_run_until(store.keys, source)
        write_private(store.keys.folder / RESTORING, f"{source.digest} {until}".encode())
        sync_folder(store.keys.folder)
        if again:
            _clear(store)
        _load(store, source, tell)
        lines = [line for line in source.lines if line["n"] <= until]
        ended, believed = _where_it_ended(store.keys, source), _believed(source, lines, now)
        done = replay.replay(store, lines, ended, now, believed, tell)
        schema_says = schema.differences(store.engine)
        if schema_says:
            raise GuardRefused(f"the restored schema is not this program's: {schema_says[0]}")
        restoreguard.stop_purges(store)
        (store.keys.folder / RESTORING).unlink()
        sync_folder(store.keys.folder)
    return done


def _mark(keys: ServerKeys) -> str | None:
    try:
        return (keys.folder / RESTORING).read_text(encoding="ascii")
    except FileNotFoundError:
        return None


def _first_run_until(keys: ServerKeys, source: Source) -> int:
    """Up to which line the journal is played: what a run that broke off wrote itself is no later event.

    Its own lines begin with the one that says that the site was restored. Where another line stands there,
    a newer copy of the journal was put in its place, and all of that one counts.
    """
    until = (_mark(keys) or "").partition(" ")[2]
    if not until.isdecimal():
        return source.whole
    after = next((line for line in source.lines if line["n"] == int(until) + 1), None)
    return int(until) if after is not None and after["kind"] == ledger.RESTORED else source.whole


def _believed(source: Source, lines: Sequence[dict[str, Any]], now: datetime) -> datetime:
    """The latest time that the site is known to have lived through: the backup's day, or the last line's."""
    last = max(source.manifest["made_on"], *(line["day"] for line in lines), "")
    return min(now, datetime.combine(date.fromisoformat(last), NOON, UTC))


def _clear(store: Store) -> None:
    """Take away what a restore that broke off had written."""
    schema.drop_all(store.engine)
    store.blobs.recover(lambda _object_id: False)
    for object_id in list(store.blobs.ids()):
        store.blobs.remove(object_id)


def _load(store: Store, source: Source, tell: Tell) -> None:
    """Rows and files under the schema they were made with, then this program's. The rows come all or not."""
    manifest = source.manifest
    schema.upgrade(store.engine, manifest["schema"])
    shapes = {name: [tuple(one) for one in columns] for name, columns in manifest["tables"]}
    loader = _Files(store.blobs)
    counted = dict.fromkeys(shapes, 0)
    with store.writing() as work:
        for name, data in parts.read(source.path, manifest):
            kind, _, of = name.partition("/")
            if kind == "tables":
                table = of.partition("/")[0]
                counted[table] += portable.put(work.db, table, shapes[table], data)
            else:
                loader.take(data)
            tell(f"restored: {name}")
        if counted != manifest["rows"]:
            raise GuardRefused("the backup holds other rows than it says")
    schema.upgrade(store.engine)
    _require_whole(store, manifest)


class _Files:
    """Puts files together from the frames of a backup; one counts when its end said that it is whole."""

    def __init__(self, blob_store: BlobStore) -> None:
        self._blobs = blob_store
        self._rests = isinstance(blob_store, LocalBlobs)
        self._id = b""
        self._staged: StagedBlob | None = None

    def take(self, data: bytes) -> None:
        """The frames of the next part."""
        try:
            for object_id, mark, piece in backup.pieces(data):
                self._frame(object_id, mark, bytes(piece))
        except ValueError as error:
            raise GuardRefused("a part of the backup cannot be read") from error

    def _frame(self, object_id: bytes, mark: int, piece: bytes) -> None:
        if self._staged is None or self._id != object_id:
            self._id, self._staged = object_id, self._blobs.stage(object_id)
        if mark == backup.GONE:
            self._staged.drop()
            self._staged = None
        elif mark == backup.WHOLE:
            self._staged.seal()
            self._blobs.publish([object_id])
            if not self._rests:
                self._blobs.scatter([object_id])
            self._staged = None
        else:
            self._staged.write(piece)


def _require_whole(store: Store, manifest: dict[str, Any]) -> None:
    """The ledger is the one whose head was signed, and each file a row names is there or was said to lack."""
    with store.reading() as db:
        head = ledger.signed_head(db, store.keys)
        if (head.seq, bytes(head.hash).hex()) != (manifest["ledger"]["seq"], manifest["ledger"]["hash"]):
            raise GuardRefused("the ledger in the backup is not the one that it says")


def _where_it_ended(keys: ServerKeys, source: Source) -> replay.Ended:
    """The last line that the ledger had, by the copy of its head and by the journal."""
    try:
        head = read_head(keys.folder)
    except Tampered:
        head = None
    known = source.manifest["ledger"]["seq"]
    last = max(known, head["seq"] if head else 0, *(line["ledger_seq"] for line in source.lines), 0)
    return replay.Ended(known, last, head["hash"] if head else "")
