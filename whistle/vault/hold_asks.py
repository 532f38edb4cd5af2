"""A hold on many cases at once: all or none; over twenty, they are held while a second person is asked."""

import hmac
import json
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, select

from whistle.crypto import chain
from whistle.crypto.header import Header, Kind
from whistle.errors import Conflict, NotThere, RuleRefused, Tampered
from whistle.rules.holds import MOST_CASES, placing_needs_second
from whistle.vault import casework, directory, exclusions, holds
from whistle.vault.serverkeys import ServerKeys
from whistle.vault.store import Store, Work
from whistle.vault.tables import cases, hold_grants, people
from whistle.vault.tables import holds as table
from whistle.vault.worktables import asked_holds, hold_asks

LABEL = b"whistle/v1/hold-ask\0"


@dataclass(frozen=True, slots=True)
class Wanted:
    """A hold for one of several cases: the case's id and number, and the hold sealed for it."""

    case_id: bytes
    number: str
    hold: holds.NewHold


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of each number; `waits`: a second person has to confirm what was placed."""

    placed: tuple[str, ...]
    doubled: tuple[str, ...]
    absent: tuple[str, ...]
    waits: bool


@dataclass(frozen=True, slots=True)
class Ask:
    """A hold on many cases that waits: its terms, the very list, and the hash that binds to it."""

    id: bytes
    asked_by: bytes
    asked_name: str
    asked_on: date
    ground: str
    review_on: date
    listed: tuple[tuple[bytes, str], ...]
    list_hash: bytes


def place_all(
    store: Store, person_id: bytes, wanted: Sequence[Wanted], once: bytes, now: datetime
) -> Outcome:
    """Place one hold on several cases, in one transaction. The same list sent twice counts once.

    On more than `MANY_CASES` it is asked for: it protects from now on, and ends when it is withdrawn or
    refused. Raises `RuleRefused`.
    """
    if len(wanted) > MOST_CASES:
        raise RuleRefused("too_many_holds", "Too many cases at once.")
    if len({(one.hold.ground, one.hold.review_on) for one in wanted}) > 1:
        raise RuleRefused("header", "One hold has one ground and one review date.")
    with store.writing() as work:
        # Whoever sends a list twice at the same moment waits here for the first.
        work.db.execute(select(people.c.id).where(people.c.id == person_id).with_for_update()).all()
        same = select(hold_asks.c.id).where(hold_asks.c.asked_by == person_id, hold_asks.c.once == once)
        if work.db.execute(same).first() is not None:
            return Outcome((), tuple(one.number for one in wanted), (), waits=True)
        return _place_all(store, work, person_id, wanted, once, now)


def _place_all(
    store: Store, work: Work, person_id: bytes, wanted: Sequence[Wanted], once: bytes, now: datetime
) -> Outcome:
    ids = [one.case_id for one in wanted]
    there = {
        bytes(found) for found in work.db.execute(select(cases.c.id).where(cases.c.id.in_(ids))).scalars()
    }
    waits, ask_id = placing_needs_second(len(there)), secrets.token_bytes(16)
    more = {"ask": ask_id.hex()} if waits else {}
    placed: list[Wanted] = []
    doubled, absent, today = [], [], date.min
    # In the order of their ids: two who place at the same moment never wait for each other in a circle.
    for one in sorted(wanted, key=lambda each: each.case_id):
        try:
            with casework.changing_in(work, store, one.case_id, now) as change:
                name = holds.require_may(change, person_id)
                today = max(today, change.today)
                if holds.same_standing(change, one.hold) is not None:
                    doubled.append(one.number)
                    continue
                holds.put(change, person_id, name, one.hold, now, **more)
                placed.append(one)
        except NotThere:
            absent.append(one.number)
    if waits and placed:
        new = placed[0].hold
        listed = [(one.hold.id, one.number) for one in placed]
        row = {
            "id": ask_id, "asked_by": person_id, "asked_on": today, "ground": new.ground, "once": once,
            "review_on": new.review_on, "list_hash": list_hash(ask_id, new.ground, new.review_on, listed),
        }  # fmt: skip
        work.db.execute(insert(hold_asks).values(**row, mac=ask_mac(store.keys, row)))
        work.db.execute(
            insert(asked_holds), [{"hold_id": hold, "ask_id": ask_id} for hold, _number in listed]
        )
    numbers = tuple(sorted(one.number for one in placed))
    return Outcome(numbers, tuple(sorted(doubled)), tuple(sorted(absent)), waits and bool(placed))


def list_hash(ask_id: bytes, ground: str, review_on: date, listed: Sequence[tuple[bytes, str]]) -> bytes:
    """What binds a confirmation to the very list: every hold and case, the ground and the review date."""
    pairs = sorted((number, hold.hex()) for hold, number in listed)
    return sha256(json.dumps([ask_id.hex(), ground, review_on.isoformat(), pairs]).encode()).digest()


def ask_mac(keys: ServerKeys, row: Any) -> bytes:
    """The keyed hash over an ask: one that was edited in the database is not confirmed."""
    fields = [
        bytes(row["id"]).hex(), bytes(row["asked_by"]).hex(), row["asked_on"].isoformat(), row["ground"],
        row["review_on"].isoformat(), bytes(row["list_hash"]).hex(),
    ]  # fmt: skip
    return chain.keyed_hash(keys.inventory, LABEL, json.dumps(fields).encode())


def waiting(store: Store, person_id: bytes, now: datetime) -> tuple[Ask, ...]:
    """The asks that wait, oldest first, to who asked and to everybody who may confirm them."""
    with store.reading() as db:
        order = select(hold_asks.c.id).order_by(hold_asks.c.asked_on, hold_asks.c.id)
        found = [_read(db, bytes(ask_id)) for ask_id in db.execute(order).scalars()]
        return tuple(ask for ask, rows in found if _may(db, store.keys, person_id, rows, now))


def confirm(store: Store, person_id: bytes, ask_id: bytes, listed: bytes, now: datetime) -> int:
    """Agree, as a second person, to the very list that was read; returns how many cases it holds.

    Raises `RuleRefused("same_person")`, `Conflict` when it is another list by now, `NotThere`, `Tampered`.
    """
    with store.writing() as work:
        ask, rows = _standing(store, work, person_id, ask_id, now)
        if ask.asked_by == person_id:
            raise RuleRefused("same_person", "Somebody else must confirm what you asked for.")
        if not hmac.compare_digest(listed, ask.list_hash):
            raise Conflict("the list is another one by now")
        for row in rows:
            with casework.changing_in(work, store, bytes(row.case_id), now) as change:
                name = holds.require_may(change, person_id)
                holds.in_force(change, bytes(row.hold_id))
                change.log("hold_confirmed", name, hold=bytes(row.hold_id).hex(), ask=ask_id.hex())
        _forget(work, ask_id)
        return len(rows)


def end(store: Store, person_id: bytes, ask_id: bytes, reasons: Mapping[bytes, bytes], now: datetime) -> int:
    """Withdraw what one asked for, or refuse what a colleague did: its holds end; returns how many.

    `reasons`: why, sealed under the key of each hold that this person can open; it stays with the hold.
    Raises `NotThere`, `Tampered`; `RuleRefused("reason_empty")` where one is missing.
    """
    with store.writing() as work:
        ask, rows = _standing(store, work, person_id, ask_id, now)
        why = "withdrawn" if ask.asked_by == person_id else "refused"
        for row in rows:
            with casework.changing_in(work, store, bytes(row.case_id), now) as change:
                name = holds.require_may(change, person_id)
                hold = holds.in_force(change, bytes(row.hold_id))
                said = _reason(change, person_id, bytes(hold.id), reasons)
                holds.end(change, hold, person_id, name, said, ask=ask_id.hex(), why=why)
        _forget(work, ask_id)
        return len(rows)


def _reason(
    change: casework.Change, person_id: bytes, hold_id: bytes, reasons: Mapping[bytes, bytes]
) -> dict[str, Any]:
    """What is kept of why a hold ends; somebody who cannot open its citation can seal nothing under it."""
    sealed = reasons.get(hold_id)
    if sealed is None:
        mine = (hold_grants.c.hold_id == hold_id) & (hold_grants.c.person_id == person_id)
        if change.db.execute(select(hold_grants.c.hold_id).where(mine)).first() is not None:
            raise RuleRefused("reason_empty", "Say why it ends.")
        return {}
    header = Header.parse(sealed)
    if header.kind != Kind.RECORD or header.case_id != hold_id:
        raise RuleRefused("header", "The sealed reason belongs to another hold.")
    return {"release_sealed": sealed}


def _standing(
    store: Store, work: Work, person_id: bytes, ask_id: bytes, now: datetime
) -> tuple[Ask, list[Row[Any]]]:
    locked = select(hold_asks).where(hold_asks.c.id == ask_id).with_for_update()
    row = work.db.execute(locked).one_or_none()
    if row is None:
        raise NotThere("nothing like that waits")
    ask, rows = _read(work.db, ask_id)
    if not _may(work.db, store.keys, person_id, rows, now):
        raise NotThere("nothing like that waits")
    if not hmac.compare_digest(ask_mac(store.keys, row._mapping), bytes(row.mac)):  # noqa: SLF001 (SQLAlchemy's public name)
        raise Tampered("the ask was changed past its page")
    if list_hash(ask_id, ask.ground, ask.review_on, ask.listed) != ask.list_hash:
        raise Tampered("the list of the ask was changed past its page")
    return ask, rows


def _read(db: Connection, ask_id: bytes) -> tuple[Ask, list[Row[Any]]]:
    query = (
        select(asked_holds.c.hold_id, table.c.case_id, cases.c.number, cases.c.company_id, cases.c.excluded)
        .join_from(asked_holds, table, table.c.id == asked_holds.c.hold_id)
        .join(cases, cases.c.id == table.c.case_id)
        .where(asked_holds.c.ask_id == ask_id)
        .order_by(cases.c.id)
    )
    rows: list[Any] = list(db.execute(query).all())
    named = select(hold_asks, people.c.name).join_from(hold_asks, people, people.c.id == hold_asks.c.asked_by)
    ask = db.execute(named.where(hold_asks.c.id == ask_id)).one()
    listed = tuple(sorted(((bytes(row.hold_id), row.number) for row in rows), key=lambda pair: pair[1]))
    return Ask(
        ask_id, bytes(ask.asked_by), ask.name, ask.asked_on, ask.ground, ask.review_on, listed,
        bytes(ask.list_hash),
    ), rows  # fmt: skip


def _may(db: Connection, keys: ServerKeys, person_id: bytes, rows: Sequence[Row[Any]], now: datetime) -> bool:
    """Whether this person may see the whole list: legal in each company, excluded from none of its cases."""
    served = {one.id for one in directory.companies_served(db, keys, person_id, "legal", now)}
    return bool(rows) and all(
        bytes(row.company_id) in served and not exclusions.is_excluded(keys, row, person_id) for row in rows
    )


def _forget(work: Work, ask_id: bytes) -> None:
    """What became of it stands in the ledger."""
    work.db.execute(delete(asked_holds).where(asked_holds.c.ask_id == ask_id))
    work.db.execute(delete(hold_asks).where(hold_asks.c.id == ask_id))


def forget_of(work: Work, hold_id: bytes) -> None:
    """End the ask that a hold waits in, where it waits in one: all of its holds were answered at once."""
    waits = select(asked_holds.c.ask_id).where(asked_holds.c.hold_id == hold_id)
    ask_id = work.db.execute(waits).scalar_one_or_none()
    if ask_id is not None:
        _forget(work, bytes(ask_id))


def forget_empty(work: Work) -> None:
    """End the asks whose holds are all gone with their cases: the same list may be sent again."""
    work.db.execute(delete(hold_asks).where(hold_asks.c.id.not_in(select(asked_holds.c.ask_id))))
