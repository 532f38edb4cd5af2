"""The ledger as an auditor reads it: what is shown was verified between two signed marks, at any length.

A line of a case from which the reader is excluded is left out, and nothing shows that it was: lines bear no
number here, nothing is counted, and where a page goes on is a secret of the server. For the same reason there
is no copy to take away through the pages; who runs the server makes one with `whistle ledger`.
"""

import contextlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from itertools import pairwise
from typing import IO, Any

from sqlalchemy import Connection, Select, bindparam, insert, select

from whistle.crypto import chain
from whistle.errors import NotThere, Tampered
from whistle.vault import casework, directory, exclusions, ledger
from whistle.vault.serverkeys import ServerKeys
from whistle.vault.store import Store
from whistle.vault.tables import ledger as lines
from whistle.vault.tables import site

AUDITOR = "auditor"

PAGE = 50
"""Lines on a page; where they lie far apart, each brings the lines between two marks to be verified."""

EVERY = 250
"""A signed mark stands at every so many lines: no more than that is verified around a line on a page."""

FETCHED = 200
"""Lines read at a time until a page is full."""

MARK_LABEL = b"whistle/v1/ledger-mark\0"
MARK = "ledger-mark-"
"""Under this name and a line's number a mark lies among the site's values."""

COPY_LABEL = "whistle ledger"
LONGEST_LINE = 100_000


@dataclass(frozen=True, slots=True)
class Asked:
    """What an auditor looks for; an empty field asks for nothing."""

    case: str = ""
    action: str = ""
    from_on: date | None = None
    to_on: date | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """Lines, newest first; `before`: where the next page begins, or None. `broken`: why it is not intact."""

    lines: tuple[ledger.Line, ...]
    before: int | None
    broken: str


def page(store: Store, person_id: bytes, asked: Asked, before: int | None, now: datetime) -> Page:
    """A page for an auditor. Raises `NotThere` for anybody else."""
    copy = store.keys.head()  # before the snapshot: what is written meanwhile makes nothing look cut
    with store.reading() as db:
        if not directory.companies_served(db, store.keys, person_id, AUDITOR, now):
            raise NotThere("there is no such page")
        shown, more = _shown(db, store.keys, person_id, asked, before)
        try:
            marks = _verified(db, store.keys, copy, [line.seq for line in shown])
            broken = ""
        except Tampered as found:
            marks, broken = {}, str(found)
    if marks:
        _keep(store, marks)
    return Page(tuple(shown), shown[-1].seq if shown and more else None, broken)


def _shown(
    db: Connection, keys: ServerKeys, person_id: bytes, asked: Asked, before: int | None
) -> tuple[list[ledger.Line], bool]:
    found: list[ledger.Line] = []
    query = _query(asked)
    while True:
        rows = [
            ledger.line_of(row)
            for row in db.execute(query.where(lines.c.seq < before) if before else query).all()
        ]
        hidden = exclusions.hidden(db, keys, person_id, {row.case for row in rows if row.case})
        found += [row for row in rows if row.case not in hidden]
        if len(found) > PAGE or len(rows) < FETCHED:
            return found[:PAGE], len(found) > PAGE
        before = rows[-1].seq


def _query(asked: Asked) -> Select[Any]:
    query = select(lines).order_by(lines.c.seq.desc()).limit(FETCHED)
    if asked.case:
        query = query.where(lines.c.case_number == (asked.case if casework.is_number(asked.case) else "-"))
    if asked.action:
        query = query.where(lines.c.action == asked.action)
    if asked.from_on is not None:
        query = query.where(lines.c.on_day >= asked.from_on)
    if asked.to_on is not None:
        query = query.where(lines.c.on_day <= asked.to_on)
    return query


_BETWEEN = (
    select(lines)
    .where(lines.c.seq > bindparam("low"), lines.c.seq <= bindparam("high"))
    .order_by(lines.c.seq)
)
_HASH = select(lines.c.hash).where(lines.c.seq == bindparam("seq"))
_MARKS = select(site.c.key, site.c.value).where(site.c.key.like(f"{MARK}%"))


def _verified(
    db: Connection, keys: ServerKeys, copy: dict[str, Any] | None, shown: Iterable[int]
) -> dict[int, bytes]:
    """Verify the stretch between two marks around every line, and the end; returns marks to be kept."""
    head = ledger.signed_head(db, keys)
    _agrees_with_copy(db, keys, copy, head.seq)
    ends = {0: ledger.GENESIS, head.seq: bytes(head.hash)}
    wanted = {*shown, head.seq} - {0}
    new: dict[int, bytes] = {}
    for (low, before), (high, due) in _stretches(db, keys, ends, wanted):
        new |= _walk(db, keys, (low, before), (high, due))
    return new


def _stretches(
    db: Connection, keys: ServerKeys, ends: dict[int, bytes], wanted: set[int]
) -> list[tuple[tuple[int, bytes], tuple[int, bytes]]]:
    """The stretches that hold a wanted line; a mark that this server did not sign ends none of them."""
    signed = _marks(db)
    while True:
        known = sorted((ends | {seq: digest for seq, (digest, _) in signed.items()}).items())
        found = [
            (low, high) for low, high in pairwise(known) if any(low[0] < seq <= high[0] for seq in wanted)
        ]
        used = {seq for stretch in found for seq, _ in stretch} & set(signed) - set(ends)
        forged = {seq for seq in used if not _is_signed(keys, seq, *signed[seq])}
        if not forged:
            return found
        signed = {seq: mark for seq, mark in signed.items() if seq not in forged}


def _walk(
    db: Connection, keys: ServerKeys, low: tuple[int, bytes], high: tuple[int, bytes]
) -> dict[int, bytes]:
    """Link every line between two known hashes. Raises `Tampered` naming the first that does not fit."""
    seq, previous = low
    passed: dict[int, bytes] = {}
    for row in db.execute(_BETWEEN, {"low": low[0], "high": high[0]}).yield_per(1000):
        if not ledger.is_next(seq, row.seq, row.action, row.facts):
            raise Tampered(f"ledger line {seq + 1} is missing")
        seq = row.seq
        previous = ledger.relink(keys, previous, row)
        if seq % EVERY == 0 and seq != high[0]:
            passed[seq] = previous
    if (seq, previous) != high:
        raise Tampered(f"the ledger does not lead to line {high[0]}")
    return passed


def _agrees_with_copy(db: Connection, keys: ServerKeys, copy: dict[str, Any] | None, last: int) -> None:
    if copy is None:
        if last:
            raise Tampered("the copy of the ledger's head in keys/ is missing")
        return
    ledger.verify_signature(
        keys, copy["seq"], bytes.fromhex(copy["hash"]), bytes.fromhex(copy["signature"]), "the copied head"
    )
    found = db.execute(_HASH, {"seq": copy["seq"]}).scalar_one_or_none()
    if found is None or bytes(found).hex() != copy["hash"]:
        raise Tampered("the ledger is not the one whose head was copied into keys/")


def _marks(db: Connection) -> dict[int, tuple[bytes, bytes]]:
    """Hash and signature of every mark, not checked yet."""
    found: dict[int, tuple[bytes, bytes]] = {}
    for key, value in db.execute(_MARKS):
        digest, _space, signature = value.partition(" ")
        with contextlib.suppress(ValueError):
            found[int(key.removeprefix(MARK))] = bytes.fromhex(digest), bytes.fromhex(signature)
    return found


def _is_signed(keys: ServerKeys, seq: int, digest: bytes, signature: bytes) -> bool:
    return chain.verify(keys.verifying, MARK_LABEL, _signed(seq, digest), signature)


def _keep(store: Store, marks: dict[int, bytes]) -> None:
    with store.writing() as work:
        there = {key for key, _value in work.db.execute(_MARKS)}
        rows = [
            {"key": f"{MARK}{seq}", "value": f"{digest.hex()} {_signature(store.keys, seq, digest).hex()}"}
            for seq, digest in marks.items()
            if f"{MARK}{seq}" not in there
        ]
        if rows:
            work.db.execute(insert(site), rows)


def _signature(keys: ServerKeys, seq: int, digest: bytes) -> bytes:
    return chain.sign(keys.sign, MARK_LABEL, _signed(seq, digest))


def _signed(seq: int, digest: bytes) -> bytes:
    return seq.to_bytes(8, "big") + digest


def copy_out(store: Store) -> Iterator[str]:
    """The whole ledger as lines of JSON, the signed head last, for who runs the server."""
    with store.reading() as db:
        head = ledger.signed_head(db, store.keys)
        for row in db.execute(select(lines).order_by(lines.c.seq)).yield_per(1000):
            yield _json(ledger.fields_of(row) | {"name": row.actor, "hash": bytes(row.hash).hex()})
    yield _json({
        "end": COPY_LABEL, "seq": head.seq, "hash": bytes(head.hash).hex(),
        "signature": bytes(head.signature).hex(),
    })  # fmt: skip


def verify_copy(file: IO[bytes], public_key: bytes) -> int:
    """How many lines of such a copy hold together up to an end this key signed. Raises `Tampered`."""
    previous, seq = ledger.GENESIS, 0
    for number, text in enumerate(iter(lambda: file.readline(LONGEST_LINE), b""), start=1):
        said = _parsed(text)
        if "end" in said:
            if not _is_end(said, seq, previous, public_key):
                raise Tampered("the end of this copy is not signed with that key, or lines are missing")
            return number - 1
        fields = {name: said.get(name) for name in ledger.FIELDS}
        previous = chain.link(previous, fields)
        if not _follows(seq, fields) or said.get("hash") != previous.hex():
            raise Tampered(f"line {number} of this copy was changed, or one before it")
        seq = int(said["seq"])
    raise Tampered("this copy has no end: lines are missing")


def _follows(before: int, fields: dict[str, Any]) -> bool:
    try:
        return ledger.is_next(before, fields["seq"], fields["action"], fields["facts"])
    except (ValueError, TypeError, AttributeError):
        return False


def _parsed(text: bytes) -> dict[str, Any]:
    try:
        said = json.loads(text)
    except (ValueError, RecursionError):
        said = None
    if not isinstance(said, dict):
        raise Tampered("this is no copy of a ledger")
    return said


def _is_end(said: dict[str, Any], seq: int, previous: bytes, public_key: bytes) -> bool:
    try:
        signature = bytes.fromhex(said["signature"])
    except (KeyError, ValueError, TypeError):
        return False
    fits = said.get("seq") == seq and said.get("hash") == previous.hex()
    return fits and chain.verify(public_key, ledger.HEAD_LABEL, _signed(seq, previous), signature)


def _json(fields: dict[str, Any]) -> str:
    return json.dumps(fields, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
