"""A held case's mailbox says that a law, a court or an authority keeps it, unless legal withholds that."""

import hmac
import json
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import Connection, Row, func, insert, select

from whistle.crypto import chain
from whistle.crypto.header import Header, Kind
from whistle.errors import Conflict, NotAllowed, NotThere
from whistle.vault import casework, directory, exclusions, kept
from whistle.vault.heldtables import hold_sentences
from whistle.vault.serverkeys import ServerKeys
from whistle.vault.store import Store
from whistle.vault.tables import cases, hold_grants, holds, people

LABEL: Final = b"whistle/v1/hold-sentence\0"


@dataclass(frozen=True, slots=True)
class Said:
    """Once that legal withheld the sentence or let it be shown; why is sealed under the hold's own key."""

    withheld: bool
    name: str
    on_day: date
    sealed: bytes


@dataclass(frozen=True, slots=True)
class HoldSentences:
    """A hold in force: its sealed citation, the asker's grant, and what was said of it, newest first."""

    id: bytes
    number: str
    ground: str
    review_on: date
    sealed: bytes
    grant: bytes | None
    withheld: bool
    history: tuple[Said, ...]


def say(
    store: Store, person_id: bytes, hold_id: bytes, sealed_reason: bytes, now: datetime, *, withheld: bool
) -> None:
    """Withhold the sentence of a hold in force, or let it be shown again, with a sealed reason.

    Raises `NotThere` for whoever is not legal there, `Conflict` when it is so already, or
    the hold is released.
    """
    with casework.changing(store, _case_of(store, hold_id), now) as change:
        name = kept.require_legal(change, person_id)
        _require_in_force(change, hold_id)
        header = Header.parse(sealed_reason)
        if header.kind != Kind.RECORD or header.case_id != hold_id:
            raise NotAllowed("the sealed reason belongs to another hold")
        if (hold_id in silent(change.db, store.keys, [hold_id])) == withheld:
            raise Conflict("it is so already")
        last = select(func.max(hold_sentences.c.n)).where(hold_sentences.c.hold_id == hold_id)
        row = {
            "id": secrets.token_bytes(16), "hold_id": hold_id, "person_id": person_id,
            "n": (change.db.execute(last).scalar_one() or 0) + 1, "on_day": change.today,
            "withheld": withheld, "sealed": sealed_reason,
        }  # fmt: skip
        change.db.execute(insert(hold_sentences).values(**row, mac=sentence_mac(store.keys, row)))
        change.log("sentence_withheld" if withheld else "sentence_shown", name, hold=hold_id.hex())


def of_case(store: Store, person_id: bytes, number: str, now: datetime) -> tuple[HoldSentences, ...]:
    """A case's holds in force with what was said of their sentence, for legal. Empty for anybody else."""
    own = (hold_grants.c.hold_id == holds.c.id) & (hold_grants.c.person_id == person_id)
    query = (
        select(holds, cases.c.number, cases.c.company_id, cases.c.excluded,
               hold_grants.c.sealed.label("own"))
        .join_from(holds, cases)
        .outerjoin(hold_grants, own)
        .where(cases.c.number == number, holds.c.released_on.is_(None))
        .order_by(holds.c.placed_on, holds.c.id)
    )  # fmt: skip
    with store.reading() as db:
        served = {c.id for c in directory.companies_served(db, store.keys, person_id, "legal", now)}
        rows = [
            r
            for r in db.execute(query)
            if bytes(r.company_id) in served and not exclusions.is_excluded(store.keys, r, person_id)
        ]
        quiet = silent(db, store.keys, [bytes(r.id) for r in rows])
        return tuple(
            HoldSentences(
                bytes(r.id), r.number, r.ground, r.review_on, bytes(r.sealed),
                None if r.own is None else bytes(r.own), bytes(r.id) in quiet,
                _history(db, store.keys, bytes(r.id)),
            )
            for r in rows
        )  # fmt: skip


def silent(db: Connection, keys: ServerKeys, hold_ids: Sequence[bytes]) -> frozenset[bytes]:
    """Of which of these holds the mailbox is silent; a line that legal did not write counts for nothing."""
    if not hold_ids:
        return frozenset()
    query = select(hold_sentences).where(hold_sentences.c.hold_id.in_(hold_ids)).order_by(hold_sentences.c.n)
    last = {bytes(r.hold_id): r.withheld for r in db.execute(query) if is_genuine(keys, r)}
    return frozenset(hold_id for hold_id, withheld in last.items() if withheld)


def sentence_mac(keys: ServerKeys, row: Any) -> bytes:
    """The keyed hash over a line of `hold_sentences`."""
    fields = [
        bytes(row["id"]).hex(), bytes(row["hold_id"]).hex(), row["n"], bytes(row["person_id"]).hex(),
        row["on_day"].isoformat(), bool(row["withheld"]),
    ]  # fmt: skip
    return chain.keyed_hash(keys.inventory, LABEL, json.dumps(fields).encode())


def is_genuine(keys: ServerKeys, row: Row[Any]) -> bool:
    """Whether legal's own hand made this line."""
    return hmac.compare_digest(sentence_mac(keys, row._mapping), bytes(row.mac))  # noqa: SLF001 (public name)


def _history(db: Connection, keys: ServerKeys, hold_id: bytes) -> tuple[Said, ...]:
    query = (
        select(hold_sentences, people.c.name)
        .join_from(hold_sentences, people)
        .where(hold_sentences.c.hold_id == hold_id)
        .order_by(hold_sentences.c.n.desc())
    )
    return tuple(
        Said(r.withheld, r.name, r.on_day, bytes(r.sealed)) for r in db.execute(query) if is_genuine(keys, r)
    )


def _require_in_force(change: casework.Change, hold_id: bytes) -> None:
    standing = select(holds.c.id).where(holds.c.id == hold_id, holds.c.released_on.is_(None))
    if change.db.execute(standing).first() is None:
        raise Conflict("the hold was released already")


def _case_of(store: Store, hold_id: bytes) -> bytes:
    with store.reading() as db:
        found = db.execute(select(holds.c.case_id).where(holds.c.id == hold_id)).scalar_one_or_none()
    if found is None:
        raise NotThere("there is no such hold")
    return bytes(found)
