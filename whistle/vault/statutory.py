"""Legal alone records why an open case may stand past its country's longest time, without a look at it."""

import hmac
import json
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import Connection, Row, insert, select, update

from whistle.crypto import chain
from whistle.crypto.header import Header, Kind
from whistle.errors import Conflict, NotAllowed, NotThere, RuleRefused, Tampered
from whistle.rules.states import State
from whistle.rules.statutory import grounds_of
from whistle.vault import casework, directory, exclusions, kept
from whistle.vault.facts import SealedGrant
from whistle.vault.heldtables import kept_grants, open_grounds
from whistle.vault.serverkeys import ServerKeys
from whistle.vault.store import Store
from whistle.vault.tables import cases, people

LABEL: Final = b"whistle/v1/open-ground\0"


@dataclass(frozen=True, slots=True)
class NewGround:
    """A ground with its citation sealed to the company's legal."""

    id: bytes
    ground: str
    review_on: date
    sealed: bytes
    grants: tuple[SealedGrant, ...]


@dataclass(frozen=True, slots=True)
class StoredGround:
    """A ground as it stands, with the grant of the person who asks."""

    id: bytes
    number: str
    ground: str
    placed_on: date
    placed_by: str
    review_on: date
    reviewed_on: date | None
    ended_on: date | None
    sealed: bytes
    review_sealed: bytes | None
    end_sealed: bytes | None
    grant: bytes | None


def record(store: Store, person_id: bytes, number: str, new: NewGround, now: datetime) -> None:
    """Record a ground on an open case. Raises `NotThere`; `RuleRefused`: `no_cap`, `state`, `no_legal`.

    The same ground twice counts once: `Conflict` while one of that kind stands.
    """
    with casework.changing(store, number, now) as change:
        name = kept.require_legal(change, person_id)
        if new.ground not in {one.code for one in grounds_of(change.company.country)}:
            raise RuleRefused("no_cap", "In this country no law sets how long a case may stand open.")
        if change.row.state == State.CLOSED:
            raise RuleRefused("state", "The case is closed.")
        if any(row.ground == new.ground for row in _in_force(change.db, store.keys, change.row.id)):
            raise Conflict("this ground stands already")
        _require_sealed(new.sealed, new.id)
        row = {
            "id": new.id, "case_id": bytes(change.row.id), "ground": new.ground, "placed_on": change.today,
            "placed_by": person_id, "review_on": new.review_on, "sealed": new.sealed, "reviewed_on": None,
            "ended_on": None,
        }  # fmt: skip
        change.db.execute(insert(open_grounds).values(**row, mac=ground_mac(store.keys, row)))
        kept.grant(change, new.id, new.grants)
        facts = {"id": new.id.hex(), "ground": new.ground, "review_on": new.review_on.isoformat()}
        change.log("ground_recorded", name, **facts)


def review(
    store: Store, person_id: bytes, ground_id: bytes, review_on: date, sealed: bytes, now: datetime
) -> None:
    """Note that the ground was looked at again, why it still stands (sealed), and the next day for it.

    Raises `NotThere`, `Conflict` when it was ended, `Tampered` when it was changed past its page.
    """
    with casework.changing(store, _case_of(store, ground_id), now) as change:
        name = kept.require_legal(change, person_id)
        row = _one(change, ground_id)
        _require_sealed(sealed, ground_id)
        if review_on <= change.today:
            raise RuleRefused("review_past", "The review date is after today.")
        values = {"review_on": review_on, "reviewed_on": change.today, "reviewed_by": person_id}
        _write(change, row, values | {"review_sealed": sealed})
        change.log("ground_reviewed", name, id=ground_id.hex(), review_on=review_on.isoformat())


def end(store: Store, person_id: bytes, ground_id: bytes, sealed: bytes, now: datetime) -> None:
    """End a ground with a sealed reason. Raises as `review`."""
    with casework.changing(store, _case_of(store, ground_id), now) as change:
        name = kept.require_legal(change, person_id)
        row = _one(change, ground_id)
        _require_sealed(sealed, ground_id)
        _write(change, row, {"ended_on": change.today, "ended_by": person_id, "end_sealed": sealed})
        change.log("ground_ended", name, id=ground_id.hex())


def of_case(store: Store, person_id: bytes, number: str, now: datetime) -> tuple[StoredGround, ...]:
    """Every ground of a case, those in force first, for legal. Empty for anybody else."""
    own = (kept_grants.c.object_id == open_grounds.c.id) & (kept_grants.c.person_id == person_id)
    query = (
        select(
            open_grounds, cases.c.number, cases.c.company_id, cases.c.excluded, people.c.name,
            kept_grants.c.sealed.label("own"),
        )
        .join_from(open_grounds, cases)
        .join(people, people.c.id == open_grounds.c.placed_by)
        .outerjoin(kept_grants, own)
        .where(cases.c.number == number)
        .order_by(open_grounds.c.ended_on.is_not(None), open_grounds.c.placed_on, open_grounds.c.id)
    )  # fmt: skip
    with store.reading() as db:
        served = {c.id for c in directory.companies_served(db, store.keys, person_id, "legal", now)}
        return tuple(
            _stored(row)
            for row in db.execute(query)
            if bytes(row.company_id) in served and not exclusions.is_excluded(store.keys, row, person_id)
        )


def is_grounded(db: Connection, keys: ServerKeys, case_id: bytes) -> bool:
    """Whether a ground stands that legal recorded here; a review date that passed ends nothing."""
    return bool(_in_force(db, keys, case_id))


def ground_mac(keys: ServerKeys, row: Any) -> bytes:
    """The keyed hash over what a ground says in the clear."""
    days = (row[name].isoformat() if row[name] else "" for name in ("reviewed_on", "ended_on"))
    fields = [
        bytes(row["id"]).hex(), bytes(row["case_id"]).hex(), row["ground"], row["placed_on"].isoformat(),
        bytes(row["placed_by"]).hex(), row["review_on"].isoformat(), *days,
    ]  # fmt: skip
    return chain.keyed_hash(keys.inventory, LABEL, json.dumps(fields).encode())


def is_genuine(keys: ServerKeys, row: Row[Any]) -> bool:
    """Whether legal's own hand made this row what it is."""
    return hmac.compare_digest(ground_mac(keys, row._mapping), bytes(row.mac))  # noqa: SLF001 (public name)


def _in_force(db: Connection, keys: ServerKeys, case_id: bytes) -> list[Row[Any]]:
    query = select(open_grounds).where(open_grounds.c.case_id == case_id, open_grounds.c.ended_on.is_(None))
    return [row for row in db.execute(query) if is_genuine(keys, row)]


def _stored(row: Row[Any]) -> StoredGround:
    sealed = (None if one is None else bytes(one) for one in (row.review_sealed, row.end_sealed, row.own))
    return StoredGround(
        bytes(row.id), row.number, row.ground, row.placed_on, row.name, row.review_on, row.reviewed_on,
        row.ended_on, bytes(row.sealed), *sealed,
    )  # fmt: skip


def _write(change: casework.Change, row: Row[Any], values: dict[str, Any]) -> None:
    mac = ground_mac(change.store.keys, {**row._mapping, **values})  # noqa: SLF001 (public name)
    mine = open_grounds.c.id == row.id
    change.db.execute(update(open_grounds).where(mine).values(**values, mac=mac))


def _one(change: casework.Change, ground_id: bytes) -> Row[Any]:
    row = change.db.execute(select(open_grounds).where(open_grounds.c.id == ground_id)).one()
    if row.ended_on is not None:
        raise Conflict("the ground was ended already")
    if not is_genuine(change.store.keys, row):
        raise Tampered("the ground was changed past its page")
    return row


def _require_sealed(sealed: bytes, ground_id: bytes) -> None:
    header = Header.parse(sealed)
    if header.kind != Kind.RECORD or header.case_id != ground_id:
        raise NotAllowed("the sealed citation belongs to another ground")


def _case_of(store: Store, ground_id: bytes) -> bytes:
    with store.reading() as db:
        found = db.execute(
            select(open_grounds.c.case_id).where(open_grounds.c.id == ground_id)
        ).scalar_one_or_none()
    if found is None:
        raise NotThere("there is no such ground")
    return bytes(found)
