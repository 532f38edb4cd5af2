"""The ledger says who did what to which case on which day; each line seals the ones before it."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update

from whistle.crypto import chain
from whistle.errors import Tampered
from whistle.vault.serverkeys import ServerKeys
from whistle.vault.tables import ledger, ledger_head

HEAD_LABEL = b"whistle/v1/ledger-head\0"
ACTOR_LABEL = b"whistle/v1/ledger-actor\0"
GENESIS = bytes(32)
"""What the first line is chained to."""

RESTORED = "restored"
"""The one line before which numbers may be missing: a restore went back to line `after`, and says so."""

FIELDS = ("seq", "day", "action", "case", "actor", "facts")
"""What of a line its hash covers; `actor` is a keyed hash, so that a name can be struck out one day."""


_HEAD = select(ledger_head.c.seq, ledger_head.c.hash).with_for_update()
_APPEND = insert(ledger)
_MOVE_HEAD = update(ledger_head)


@dataclass(frozen=True, slots=True)
class Entry:
    """A line to be written: day, action, case number (or empty), the actor's name, facts without content."""

    day: date
    action: str
    case: str
    actor: str
    facts: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Line:
    """A line as it stands."""

    seq: int
    day: date
    action: str
    case: str
    actor: str
    facts: dict[str, Any]


def found(db: Connection, keys: ServerKeys) -> None:
    """Write the head of an empty ledger; done once, when a site is made."""
    db.execute(insert(ledger_head).values(id=1, seq=0, hash=GENESIS, signature=_sign(keys, 0, GENESIS)))


def append(db: Connection, keys: ServerKeys, entries: Iterable[Entry]) -> dict[str, Any]:
    """Chain `entries` to the ledger and sign its new head; returns the head to be copied into `keys/`."""
    seq, previous = db.execute(_HEAD).one()
    rows = []
    for entry in entries:
        seq += 1
        hidden = chain.keyed_hash(keys.inventory, ACTOR_LABEL, entry.actor.encode())
        facts = json.dumps(entry.facts, sort_keys=True, separators=(",", ":"))
        previous = chain.link(previous, _fields(seq, entry.day, entry.action, entry.case, hidden, facts))
        rows.append({
            "seq": seq, "on_day": entry.day, "action": entry.action, "case_number": entry.case,
            "actor_hash": hidden, "actor": entry.actor, "facts": facts, "hash": previous,
        })  # fmt: skip
    signature = _sign(keys, seq, previous)
    db.execute(_APPEND, rows)
    db.execute(_MOVE_HEAD, {"seq": seq, "hash": previous, "signature": signature})
    return {"seq": seq, "hash": previous.hex(), "signature": signature.hex()}


def verify(db: Connection, keys: ServerKeys) -> int:
    """Walk the whole chain; returns its length. Raises `Tampered` naming the first line that does not fit."""
    head = signed_head(db, keys)
    copy = keys.head()
    previous, seq = GENESIS, 0
    for row in db.execute(select(ledger).order_by(ledger.c.seq)).yield_per(1000):
        if not is_next(seq, row.seq, row.action, row.facts):
            raise Tampered(f"ledger line {seq + 1} is missing")
        seq = row.seq
        previous = relink(keys, previous, row)
        if copy is not None and copy["seq"] == seq and copy["hash"] != previous.hex():
            raise Tampered("the ledger is not the one whose head was copied into keys/")
    if (head.seq, bytes(head.hash)) != (seq, previous):
        raise Tampered(f"the ledger ends at line {seq}, its head says {head.seq}")
    if copy is None and seq:
        raise Tampered("the copy of the ledger's head in keys/ is missing")
    if copy is not None:
        verify_signature(
            keys,
            copy["seq"],
            bytes.fromhex(copy["hash"]),
            bytes.fromhex(copy["signature"]),
            "the copied head",
        )
        if copy["seq"] > seq:
            raise Tampered(
                f"the ledger was cut: it ends at line {seq}, the copy in keys/ knows line {copy['seq']}"
            )
    return seq


def is_next(before: int, seq: int, action: str, facts: str) -> bool:
    """Whether a line may follow line `before`: the next number, or a restore that says what it lost.

    The chain goes on over such a gap, so nobody without the server's key makes one.
    """
    if seq == before + 1:
        return True
    if action != RESTORED or seq <= before:
        return False
    return bool(json.loads(facts).get("after") == before)


def go_on_after(db: Connection, last: int) -> None:
    """Let the next line be the one after `last`: the numbers between were used before a restore."""
    db.execute(update(ledger_head).where(ledger_head.c.seq < last).values(seq=last))


def restored_gaps(db: Connection) -> list[tuple[int, int]]:
    """First and last number of the lines that each restore lost, oldest first."""
    query = select(ledger.c.seq, ledger.c.facts).where(ledger.c.action == RESTORED).order_by(ledger.c.seq)
    return [(json.loads(facts)["after"] + 1, seq - 1) for seq, facts in db.execute(query)]


def copy_head(db: Connection, keys: ServerKeys) -> None:
    """Bring the copy in `keys/` up to the head where a process died in between; never copies a forged one."""
    head = signed_head(db, keys)
    if head.seq:
        keys.keep_head(
            {"seq": head.seq, "hash": bytes(head.hash).hex(), "signature": bytes(head.signature).hex()}
        )


def signed_head(db: Connection, keys: ServerKeys) -> Row[Any]:
    """The head of the ledger, its signature checked. Raises `Tampered`."""
    head = db.execute(select(ledger_head)).one_or_none()
    if head is None:
        raise Tampered("the ledger has no head")
    verify_signature(keys, head.seq, head.hash, head.signature, "the ledger's head")
    return head


def length(db: Connection) -> int:
    """How many lines the head says that there are; 0 without a head."""
    return db.execute(select(ledger_head.c.seq)).scalar_one_or_none() or 0


def lines(db: Connection, before: int | None, limit: int) -> tuple[Line, ...]:
    """`limit` lines, newest first, that come before line `before`."""
    query = select(ledger).order_by(ledger.c.seq.desc()).limit(limit)
    if before is not None:
        query = query.where(ledger.c.seq < before)
    return tuple(line_of(row) for row in db.execute(query))


def of_case(db: Connection, number: str) -> Iterator[Line]:
    """Every line about one case, oldest first."""
    for row in db.execute(select(ledger).where(ledger.c.case_number == number).order_by(ledger.c.seq)):
        yield line_of(row)


def line_of(row: Row[Any]) -> Line:
    """A line from its row."""
    return Line(row.seq, row.on_day, row.action, row.case_number, row.actor, json.loads(row.facts))


def relink(keys: ServerKeys, previous: bytes, row: Row[Any]) -> bytes:
    """The hash of a line after `previous`, which must be the one it carries. Raises `Tampered`."""
    actual = chain.link(previous, fields_of(row))
    if actual != bytes(row.hash):
        raise Tampered(f"ledger line {row.seq} was changed")
    if row.actor and chain.keyed_hash(keys.inventory, ACTOR_LABEL, row.actor.encode()) != bytes(
        row.actor_hash
    ):
        raise Tampered(f"ledger line {row.seq} names another actor")
    return actual


def fields_of(row: Row[Any]) -> dict[str, Any]:
    """What of a line is chained: `FIELDS`."""
    return _fields(row.seq, row.on_day, row.action, row.case_number, row.actor_hash, row.facts)


def _fields(seq: int, day: date, action: str, case: str, hidden: bytes, facts: str) -> dict[str, Any]:
    return {
        "seq": seq, "day": day.isoformat(), "action": action, "case": case,
        "actor": bytes(hidden).hex(), "facts": facts,
    }  # fmt: skip


def _message(seq: int, digest: bytes) -> bytes:
    return seq.to_bytes(8, "big") + digest


def _sign(keys: ServerKeys, seq: int, digest: bytes) -> bytes:
    return chain.sign(keys.sign, HEAD_LABEL, _message(seq, digest))


def verify_signature(keys: ServerKeys, seq: int, digest: bytes, signature: bytes, what: str) -> None:
    """Raise `Tampered`, naming `what`, unless this site signed that hash for that line."""
    if not chain.verify(keys.verifying, HEAD_LABEL, _message(seq, bytes(digest)), bytes(signature)):
        raise Tampered(f"{what} is not signed by this site's key")
