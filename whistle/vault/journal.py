"""The journal repeats, outside the database, each ledger line that a restored backup must live through."""

import json
import os
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, select

from whistle.crypto import chain
from whistle.errors import Tampered
from whistle.vault import ledger as ledger_book
from whistle.vault import sites
from whistle.vault.localblobs import sync_folder, write_whole
from whistle.vault.serverkeys import PRIVATE_FILE, ServerKeys, locked, write_private
from whistle.vault.store import Store
from whistle.vault.tables import certificates, ledger

LABEL = b"whistle/v1/journal\0"
START = bytes(32)

JOURNALED = (
    "purged", "hold_placed", "hold_confirmed", "hold_reviewed", "release_withdrawn", "hold_released",
    "person_retired", "role_ended", "closed", "reopened",
    "grants_withdrawn", "excluded", "exclusion_lifted", "redacted", "identity_withdrawn",
    "sentence_withheld", "sentence_shown", "ground_recorded", "ground_reviewed", "ground_ended",
    "disclosure_answered", "request_forwarded", ledger_book.RESTORED,
)  # fmt: skip
"""What a backup from before must not undo: also a case closed or reopened, or its day would be another."""

ACTED = "by"
"""Of a line: the keyed hash of who did it, which names nobody without `keys/`."""

CERTIFICATE = "certificate"
"""Of a purge's line: what the certificate says, so that the same can be signed again."""


def catch_up(store: Store) -> int:
    """Append every line of those kinds that the journal lacks; safe to repeat. Returns how many were."""
    with locked(store.keys.folder / "journal.lock"):
        last = _last(store.keys)
        lines = _missing(store, last["ledger_seq"] if last else 0)
        if lines:
            _append(store.keys, last, lines)
        return len(lines)


def expected(db: Connection) -> list[int]:
    """The numbers of the ledger lines that the journal should repeat."""
    query = select(ledger.c.seq).where(ledger.c.action.in_(JOURNALED)).order_by(ledger.c.seq)
    return list(db.execute(query).scalars())


def read(path: Path, verifying_key: bytes) -> Iterator[dict[str, Any]]:
    """Every line of a journal, each checked against the one before. Raises `Tampered` naming the line."""
    previous = START
    with path.open("rb") as file:
        for number, raw in enumerate(file, start=1):
            line = _checked(raw, number, previous, verifying_key)
            previous = bytes.fromhex(line["hash"])
            yield line


def whole(keys: ServerKeys) -> Iterator[dict[str, Any]]:
    """Every line of the site's own journal, checked; nothing where there is none yet. Raises `Tampered`."""
    path = keys.folder / "journal"
    if path.exists():
        yield from read(path, keys.verifying)


def _checked(raw: bytes, number: int, previous: bytes, verifying_key: bytes) -> dict[str, Any]:
    try:
        line: dict[str, Any] = json.loads(raw)
        digest, signature = bytes.fromhex(line["hash"]), bytes.fromhex(line["signature"])
        fields = {key: value for key, value in line.items() if key not in ("hash", "signature")}
    except (ValueError, KeyError, TypeError) as error:
        raise Tampered(f"journal line {number} cannot be read") from error
    if fields.get("n") != number or chain.link(previous, fields) != digest:
        raise Tampered(f"journal line {number} was changed, or one before it is missing")
    if not chain.verify(verifying_key, LABEL, digest, signature):
        raise Tampered(f"journal line {number} is not signed by this site's key")
    return line


def _missing(store: Store, after: int) -> list[dict[str, Any]]:
    of_purge = (certificates.c.case_number == ledger.c.case_number) & (ledger.c.action == "purged")
    query = (
        select(ledger, certificates.c.body)
        .outerjoin_from(ledger, certificates, of_purge)
        .where(ledger.c.seq > after, ledger.c.action.in_(JOURNALED))
        .order_by(ledger.c.seq)
    )
    with store.reading() as db:
        return [_line(row) for row in db.execute(query)]


def _line(row: Any) -> dict[str, Any]:
    said = {
        "ledger_seq": row.seq, "day": row.on_day.isoformat(), "kind": row.action, "case": row.case_number,
        "facts": json.loads(row.facts), ACTED: bytes(row.actor_hash).hex(),
    }  # fmt: skip
    return said if row.body is None else said | {CERTIFICATE: row.body}


def _append(keys: ServerKeys, last: dict[str, Any] | None, lines: list[dict[str, Any]]) -> None:
    previous, number = (bytes.fromhex(last["hash"]), last["n"]) if last else (START, 0)
    written = bytearray()
    for line in lines:
        number += 1
        fields = {**line, "n": number}
        previous = chain.link(previous, fields)
        signed = fields | {"hash": previous.hex(), "signature": chain.sign(keys.sign, LABEL, previous).hex()}
        written += chain.canonical(signed) + b"\n"
    handle = os.open(keys.folder / "journal", os.O_CREAT | os.O_WRONLY | os.O_APPEND, PRIVATE_FILE)
    try:
        write_whole(handle, bytes(written))
        os.fsync(handle)
    finally:
        os.close(handle)


def position(keys: ServerKeys) -> dict[str, Any]:
    """How far the journal goes: lines, and the hash of the last."""
    with locked(keys.folder / "journal.lock"):
        last = _last(keys)
    return {"lines": last["n"], "hash": last["hash"]} if last else {"lines": 0, "hash": START.hex()}


def copy(store: Store, path: Path, now: datetime) -> int:
    """Put a copy at `path`, whole or not at all, and remember the day; returns how many lines it has.

    It is verified on the way, so that a broken one takes no good one's place. Raises `Tampered`.
    """
    catch_up(store)
    target = path / "journal" if path.is_dir() else path
    fresh = target.with_name(f".{target.name}.new")
    with locked(store.keys.folder / "journal.lock"):
        source = store.keys.folder / "journal"
        data = source.read_bytes() if source.exists() else b""
    write_private(fresh, data)
    lines = sum(1 for _line in read(fresh, store.keys.verifying))
    fresh.replace(target)
    sync_folder(target.absolute().parent)
    sites.remember(store, COPIED, now.date().isoformat())
    return lines


def uncopied_since(store: Store) -> date | None:
    """The day of the last copy, or of the first line where there was none; None while nothing is in it."""
    path = store.keys.folder / "journal"
    if not path.exists() or not path.stat().st_size:
        return None
    first = next(read(path, store.keys.verifying))
    return date.fromisoformat(sites.value(store, COPIED) or first["day"])


COPIED = "journal_copied"
"""Where the site keeps the day of the last copy."""

TAIL_BYTES = 64 * 1024
"""More than the longest line: what is read from the end to find the last one."""


def _last(keys: ServerKeys) -> dict[str, Any] | None:
    """The last whole line; one that a power cut left half is taken away first."""
    path = keys.folder / "journal"
    if not path.exists() or path.stat().st_size == 0:
        return None
    with path.open("r+b") as file:
        size = path.stat().st_size
        file.seek(max(0, size - TAIL_BYTES))
        tail = file.read()
        if not tail.endswith(b"\n"):
            keep = tail.rfind(b"\n") + 1
            file.truncate(size - len(tail) + keep)
            tail = tail[:keep]
    lines = tail.splitlines()
    return _readable(lines[-1]) if lines else None


def _readable(raw: bytes) -> dict[str, Any]:
    """A line to go on from; whether the lines before it hold is what `read` says."""
    try:
        line: dict[str, Any] = json.loads(raw)
        bytes.fromhex(line["hash"])
        if type(line["n"]) is int and type(line["ledger_seq"]) is int:
            return line
    except (ValueError, KeyError, TypeError) as error:
        raise Tampered("the last line of the journal in keys/ cannot be read") from error
    raise Tampered("the last line of the journal in keys/ cannot be read")
