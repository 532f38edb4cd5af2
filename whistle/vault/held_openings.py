"""From its day on a held case is opened only by a handler, with a reason tied to the hold, to be read.

The reason goes to legal, under a key of its own: into the case nothing is written any more, and legal is who
must see what their hold was used for. An opening counts for who made it, until that day ends where the
company is, and as long as its hold stands.
"""

import hmac
import json
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import Connection, Row, insert, select

from whistle.crypto import chain
from whistle.crypto.header import Header, Kind
from whistle.errors import NotAllowed, NotThere, RuleRefused
from whistle.rules.handover import Kind as Recipient
from whistle.rules.retention import closed_for_work
from whistle.vault import casework, circle, desk, directory, holds, kept, reading
from whistle.vault.around import Person, around
from whistle.vault.facts import HoldInForceFacts, OpenedCase, SealedGrant
from whistle.vault.heldtables import held_openings, kept_grants
from whistle.vault.serverkeys import ServerKeys
from whistle.vault.store import Store
from whistle.vault.tables import holds as hold_table
from whistle.vault.tables import people
from whistle.vault.worktables import exports

LABEL: Final = b"whistle/v1/held-opening\0"

READ, EXPORT = "read", "export"

HELD_BY_LAW: Final = "authority"
"""To whom a held case goes past its day: the court or authority for whose sake it is held; nobody else."""


@dataclass(frozen=True, slots=True)
class NewOpening:
    """An opening under one hold, its reason sealed to the company's legal."""

    id: bytes
    hold_id: bytes
    sealed: bytes
    grants: tuple[SealedGrant, ...]


@dataclass(frozen=True, slots=True)
class StoredOpening:
    """An opening as legal sees it, with the grant of the person who asks."""

    id: bytes
    hold_id: bytes
    name: str
    on_day: date
    doing: str
    sealed: bytes
    grant: bytes | None


def begin(store: Store, person_id: bytes, number: str, new: NewOpening, now: datetime) -> None:
    """Open a held case past its day for the rest of this day. Nothing is written into the case.

    Raises `NotThere`; `RuleRefused`: `investigator`, `not_past` (the case is opened as any other),
    `not_held`, `no_legal` (nobody of legal could read why).
    """
    with casework.changing(store, number, now) as change:
        name = _put(change, person_id, new, READ, now)
        change.log("held_opened", name, opening=new.id.hex(), hold=new.hold_id.hex())


def note_export(
    store: Store, person_id: bytes, number: str, new: NewOpening, now: datetime, *, with_notes: bool
) -> None:
    """Note that a held case was handed to a court or an authority; to whom and on what ground is in `new`.

    Raises as `begin`, and `RuleRefused("not_opened")` without an opening of this person's that counts.
    """
    with casework.changing(store, number, now) as change:
        if _standing(change.db, store.keys, change.row, person_id, change.today) is None:
            _require_reader(change, person_id, now)
            raise RuleRefused("not_opened", "Say first why you open this case, and under which hold.")
        name = _put(change, person_id, new, EXPORT, now)
        row = {
            "id": secrets.token_bytes(16), "case_id": change.row.id, "on_day": change.today,
            "person_id": person_id, "kind": str(Recipient.AUTHORITY), "with_identity": False,
            "with_notes": with_notes,
        }  # fmt: skip
        change.db.execute(insert(exports).values(**row))
        change.log("held_opened", name, opening=new.id.hex(), hold=new.hold_id.hex())
        change.log("exported", name, kind=HELD_BY_LAW, notes=with_notes, identity=False)


def colleagues(store: Store, person_id: bytes, number: str, now: datetime) -> tuple[Person, ...]:
    """Who could be let in to the held case by somebody who opened it today: handlers, else deputies (L6).

    Raises `NotThere`, `RuleRefused("not_opened")`.
    """
    with store.reading() as db:
        row, past = _mine(db, store, person_id, number, now)
        today = kept.today(row, directory.company_by_id(db, row.company_id), now)
        if not past:
            raise NotThere("the day of this case has not come")
        if _standing(db, store.keys, row, person_id, today) is None:
            raise RuleRefused("not_opened", "Say first why you open this case, and under which hold.")
        return around(db, store.keys, row, today).successors(b"")


def let_in(
    store: Store,
    person_id: bytes,
    number: str,
    colleague_id: bytes,
    granted: Sequence[SealedGrant],
    now: datetime,
) -> None:
    """Let a colleague read a held case past its day, so that nobody who leaves takes its keys along.

    They open it with a reason of their own, as anybody does. Raises `NotThere`, `RuleRefused`: `not_opened`,
    `epoch`.
    """
    with casework.changing(store, number, now) as change:
        name = _require_reader(change, person_id, now)
        past = closed_for_work(reading.retention_facts(change.row, change.company), now)
        if not past or not _in_force(change):
            raise RuleRefused("not_past", "The day of this case has not come: let them in as for any other.")
        if _standing(change.db, store.keys, change.row, person_id, change.today) is None:
            raise RuleRefused("not_opened", "Say first why you open this case, and under which hold.")
        found = around(change.db, store.keys, change.row, change.today)
        person = next((one for one in found.successors(b"") if one.id == colleague_id), None)
        if person is None:
            raise NotThere("there is nobody who could be granted this case under that name")
        circle.let_in(change, (person,), granted, desk.OPEN_TO_HANDLER)
        change.log("granted", name, person=person.name)


def holds_of(store: Store, person_id: bytes, number: str, now: datetime) -> tuple[HoldInForceFacts, ...]:
    """The holds under which this person may open the case; empty when its day has not come.

    Raises `NotThere` for whoever has no part in it, an outside investigator included.
    """
    with store.reading() as db:
        row, past = _mine(db, store, person_id, number, now)
        return reading.holds_in_force(db, store.keys, row.id) if past else ()


def open_case(store: Store, person_id: bytes, number: str, now: datetime) -> OpenedCase:
    """The case as it stands, for who opened it today. Raises `NotThere`, `RuleRefused("not_opened")`."""
    with store.reading() as db:
        row, past = _mine(db, store, person_id, number, now)
        company = directory.company_by_id(db, row.company_id)
        today = kept.today(row, company, now)
        if not past:
            raise NotThere("the day of this case has not come")
        if _standing(db, store.keys, row, person_id, today) is None:
            raise RuleRefused("not_opened", "Say first why you open this case, and under which hold.")
        return reading.opened(
            db, store, row, desk.OPEN_TO_HANDLER, holder=person_id, now=now, under_hold=True
        )


def of_case(store: Store, person_id: bytes, number: str, now: datetime) -> tuple[StoredOpening, ...]:
    """Every opening of a case, newest first, for legal of its company. Raises `NotThere`, `Gone`."""
    status, _held = holds.legal_case(store, person_id, number, now)
    own = (kept_grants.c.object_id == held_openings.c.id) & (kept_grants.c.person_id == person_id)
    query = (
        select(held_openings, people.c.name, kept_grants.c.sealed.label("own"))
        .join_from(held_openings, people)
        .outerjoin(kept_grants, own)
        .where(held_openings.c.case_id == status.id)
        .order_by(held_openings.c.on_day.desc(), held_openings.c.id)
    )
    with store.reading() as db:
        return tuple(
            StoredOpening(
                bytes(r.id), bytes(r.hold_id), r.name, r.on_day, r.doing, bytes(r.sealed),
                None if r.own is None else bytes(r.own),
            )
            for r in db.execute(query)
        )  # fmt: skip


def opening_mac(keys: ServerKeys, row: Any) -> bytes:
    """The keyed hash over what an opening says in the clear: one written past its page opens nothing."""
    fields = [
        bytes(row["id"]).hex(), bytes(row["case_id"]).hex(), bytes(row["hold_id"]).hex(),
        bytes(row["person_id"]).hex(), row["on_day"].isoformat(), row["doing"],
    ]  # fmt: skip
    return chain.keyed_hash(keys.inventory, LABEL, json.dumps(fields).encode())


def _put(change: casework.Change, person_id: bytes, new: NewOpening, doing: str, now: datetime) -> str:
    name = _require_reader(change, person_id, now)
    if not closed_for_work(reading.retention_facts(change.row, change.company), now):
        raise RuleRefused("not_past", "The day of this case has not come: open it as any other.")
    if new.hold_id not in {one.id for one in _in_force(change)}:
        raise RuleRefused("not_held", "That hold does not stand any more.")
    _require_sealed(new)
    row = {
        "id": new.id, "case_id": bytes(change.row.id), "hold_id": new.hold_id, "person_id": person_id,
        "on_day": change.today, "doing": doing, "sealed": new.sealed,
    }  # fmt: skip
    change.db.execute(insert(held_openings).values(**row, mac=opening_mac(change.store.keys, row)))
    kept.grant(change, new.id, new.grants)
    return name


def _in_force(change: casework.Change) -> Sequence[HoldInForceFacts]:
    """The holds that stand and are as legal placed them: one that was edited opens nothing."""
    rows = change.db.execute(
        select(hold_table).where(hold_table.c.case_id == change.row.id, hold_table.c.released_on.is_(None))
    )
    return [
        HoldInForceFacts(bytes(r.id), r.ground, r.placed_on, r.review_on)
        for r in rows
        if hmac.compare_digest(holds.hold_mac(change.store.keys, r._mapping), bytes(r.mac))  # noqa: SLF001 (public name)
    ]


def _require_reader(change: casework.Change, person_id: bytes, now: datetime) -> str:
    """The name of a designated handler or deputy of the case; an outside investigator's time is over."""
    standing, name = desk.standing_on(change, person_id, now)
    if standing.role == "investigator":
        raise RuleRefused("investigator", "An outside investigator reads the case while it stands.")
    return name


def _require_sealed(new: NewOpening) -> None:
    header = Header.parse(new.sealed)
    if header.kind != Kind.RECORD or header.case_id != new.id:
        raise NotAllowed("the sealed reason belongs to another opening")


def _mine(
    db: Connection, store: Store, person_id: bytes, number: str, now: datetime
) -> tuple[Row[Any], bool]:
    """The case of a handler or deputy who works on it today, and whether its day has come."""
    row, _unread = desk.mine(db, store.keys, person_id, number, now)
    company = directory.company_by_id(db, row.company_id)
    today = kept.today(row, company, now)
    standing = directory.role_on(db, store.keys, person_id, company.id, today, case_id=bytes(row.id))
    if standing is None or standing.role == "investigator":
        raise NotThere("there is no such case, or it is not yours")
    return row, closed_for_work(reading.retention_facts(row, company), now)


def _standing(db: Connection, keys: ServerKeys, case: Any, person_id: bytes, today: date) -> Row[Any] | None:
    """An opening of this person's that counts: of today, keyed by this server, under a hold that stands."""
    query = (
        select(held_openings)
        .join_from(held_openings, hold_table)
        .where(
            held_openings.c.case_id == case.id, held_openings.c.person_id == person_id,
            held_openings.c.on_day == today, held_openings.c.doing == READ,
            hold_table.c.released_on.is_(None),
        )
    )  # fmt: skip
    for row in db.execute(query):
        if hmac.compare_digest(opening_mac(keys, row._mapping), bytes(row.mac)):  # noqa: SLF001 (public name)
            return row
    return None
