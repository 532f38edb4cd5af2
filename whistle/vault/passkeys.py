"""A passkey is a second factor only as this server's own page enrolled it, for the key its person has now."""

import hmac
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256
from typing import Any

from sqlalchemy import Connection, Row, bindparam, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from whistle.crypto import chain
from whistle.errors import Conflict, NotThere, RuleRefused
from whistle.vault import accounts
from whistle.vault.findings import Finding
from whistle.vault.serverkeys import ServerKeys
from whistle.vault.store import Store
from whistle.vault.tables import people
from whistle.vault.worktables import passkeys

LABEL = b"whistle/v1/passkey\0"

MOST = 10
"""Passkeys of one person: more devices than anybody carries, and a bound on a list that a page shows."""

_OF_PERSON = (
    select(passkeys, people.c.key_id)
    .join_from(passkeys, people)
    .where(passkeys.c.person_id == bindparam("person"), people.c.state == "active")
    .order_by(passkeys.c.added_on, passkeys.c.id)
)
_PERSON = select(people).where(people.c.id == bindparam("person"), people.c.state == "active")


@dataclass(frozen=True, slots=True)
class StoredPasskey:
    """A passkey that counts: its credential's id and public key (COSE), and how often it says it signed."""

    id: bytes
    credential: bytes
    public_key: bytes
    sign_count: int
    name: str
    added_on: date


@dataclass(frozen=True, slots=True)
class NewPasskey:
    """What enrolling a passkey stores; `name` is what its owner calls the device."""

    credential: bytes
    public_key: bytes
    sign_count: int
    name: str


def of_person(store: Store, person_id: bytes) -> tuple[StoredPasskey, ...]:
    """The passkeys of somebody active, oldest first; a row that was written past the page is none."""
    with store.reading() as db:
        return tuple(
            StoredPasskey(
                bytes(row.id),
                bytes(row.credential),
                bytes(row.public_key),
                row.sign_count,
                row.name,
                row.added_on,
            )
            for row in db.execute(_OF_PERSON, {"person": person_id})
            if _counts(store.keys, row)
        )


def add(store: Store, person_id: bytes, new: NewPasskey, now: datetime) -> None:
    """Keep a passkey of a person's own. Raises `NotThere`, `RuleRefused("passkeys_full")`, `Conflict`."""
    try:
        with store.writing() as work:
            person = work.db.execute(_PERSON.with_for_update(), {"person": person_id}).one_or_none()
            if person is None:
                raise NotThere("there is no such person")
            if len(work.db.execute(_OF_PERSON, {"person": person_id}).all()) >= MOST:
                raise RuleRefused("passkeys_full", f"nobody has more than {MOST} passkeys")
            row = {
                "id": sha256(new.credential).digest(), "person_id": person_id, "credential": new.credential,
                "public_key": new.public_key, "sign_count": new.sign_count, "name": new.name,
            }  # fmt: skip
            mac = _mac(store.keys, row, bytes(person.key_id))
            work.db.execute(insert(passkeys).values(**row, added_on=now.date(), mac=mac))
            work.log("passkey_added", day=now.date(), actor=person.name)
    except IntegrityError:
        raise Conflict("this passkey is known already") from None


def remove(store: Store, person_id: bytes, passkey_id: bytes, now: datetime) -> None:
    """Forget a passkey of a person's own. Raises `NotThere`."""
    with store.writing() as work:
        place = (passkeys.c.id == passkey_id) & (passkeys.c.person_id == person_id)
        if work.db.execute(delete(passkeys).where(place)).rowcount != 1:
            raise NotThere("there is no such passkey")
        person = work.db.execute(_PERSON, {"person": person_id}).one_or_none()
        if person is None:
            raise NotThere("there is no such person")
        work.log("passkey_removed", day=now.date(), actor=person.name)


def used(
    store: Store, person_id: bytes, passkey: StoredPasskey, count: int, now: datetime, *, hour: str = ""
) -> None:
    """Move the counter on from where it was read; `hour` notes a sign-in. Raises `NotThere`.

    Of two answers that were read at the same counter one counts, unless the device keeps none at all.
    """
    with store.writing() as work:
        row = work.db.execute(
            select(passkeys, people.c.key_id)
            .join_from(passkeys, people)
            .where(passkeys.c.id == passkey.id, passkeys.c.person_id == person_id, people.c.state == "active")
        ).one_or_none()
        if row is None or not _counts(store.keys, row) or row.sign_count != passkey.sign_count:
            raise NotThere("that did not match")
        fields = {**row._mapping, "sign_count": count}  # noqa: SLF001 (SQLAlchemy's public name)
        moved = (
            update(passkeys)
            .where(passkeys.c.id == passkey.id, passkeys.c.sign_count == passkey.sign_count)
            .values(sign_count=count, mac=_mac(store.keys, fields, bytes(row.key_id)))
        )
        if work.db.execute(moved).rowcount != 1:
            raise NotThere("that did not match")
        if hour:
            accounts.sign_in_noted(work, person_id, hour, now)


def look_at_passkeys(store: Store, db: Connection, _now: datetime) -> Iterator[Finding]:
    """A finding for every row that this server's page did not write, or that is of a key of before."""
    query = select(passkeys, people.c.key_id, people.c.name.label("person")).join_from(passkeys, people)
    for row in db.execute(query):
        if row.key_id is None or not _counts(store.keys, row):
            yield Finding("passkey", row.person, "a passkey was enrolled past the person's own page")


def _counts(keys: ServerKeys, row: Row[Any]) -> bool:
    mapping = row._mapping  # noqa: SLF001 (SQLAlchemy's public name)
    return hmac.compare_digest(_mac(keys, mapping, bytes(row.key_id)), bytes(row.mac))


def _mac(keys: ServerKeys, row: Any, key_id: bytes) -> bytes:
    parts = (row["id"], row["person_id"], row["credential"], row["public_key"])
    fields = {"row": [bytes(part).hex() for part in parts], "count": row["sign_count"], "key": key_id.hex()}
    return chain.keyed_hash(keys.inventory, LABEL, chain.canonical(fields))
