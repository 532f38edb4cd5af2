"""The site asks every 90 days whether the recovery key's shares still open it, and keeps the answer."""

import hmac
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, select

from whistle.crypto import chain
from whistle.errors import NotThere, RuleRefused
from whistle.vault import directory, recovery, sites
from whistle.vault.findings import Finding
from whistle.vault.serverkeys import ServerKeys
from whistle.vault.store import Store
from whistle.vault.tables import people, site

PROOF_DAYS = 90
"""How long a proof lasts: paper is lost and people leave within a quarter, not within a week."""

ANSWER_DAYS = 30
"""How long a challenge waits: the people with the shares have to meet."""

LABEL = b"whistle/v1/recovery-proof\0"
ASKED, PROVED = "recovery_asked", "recovery_proved"
"""Where the site keeps the challenge that waits, and the last proof; each under a keyed hash."""

COMMAND_LINE = "command line"


@dataclass(frozen=True, slots=True)
class RecoveryState:
    """The recovery key that stands, if any, when its shares were last shown to open it, and until when."""

    public_key: bytes | None
    proved_on: date | None
    proved_by: str
    due_on: date | None
    overdue: bool


def state(store: Store, now: datetime) -> RecoveryState:
    """What is known of the recovery key today."""
    with store.reading() as db:
        return _state(db, store.keys, now)


def ask(store: Store, answer: bytes, now: datetime) -> None:
    """Remember what the right answer is, as a keyed hash. Raises `NotThere` without a recovery key."""
    holder = recovery.holder(store.keys)
    if holder is None:
        raise NotThere("there is no recovery key; `whistle recovery new` makes one")
    hidden = chain.keyed_hash(store.keys.inventory, LABEL, answer)
    with store.writing() as work:
        fields = {"key": holder.key_id.hex(), "answer": hidden.hex(), "on": now.date().isoformat()}
        sites.put(work.db, ASKED, _signed(store.keys, fields))


def prove(store: Store, person_id: bytes | None, answer: bytes, now: datetime) -> None:
    """Take the answer of who opened the challenge; a challenge is answered once.

    `person_id` is an administrator's, None on the server's own command line. Raises `NotThere` for anybody
    else, `RuleRefused("recovery_answer")`.
    """
    with store.writing() as work:
        actor = _administrator(work.db, store, person_id, now)
        holder, asked = recovery.holder(store.keys), _read(work.db, store.keys, ASKED)
        hidden = chain.keyed_hash(store.keys.inventory, LABEL, answer).hex()
        right = holder is not None and asked.get("key") == holder.key_id.hex() and _is_young(asked, now)
        if not right or not hmac.compare_digest(hidden, str(asked.get("answer"))):
            raise RuleRefused("recovery_answer", "That is not the answer to the challenge that waits.")
        fields = {"key": asked["key"], "on": now.date().isoformat(), "by": actor}
        sites.put(work.db, PROVED, _signed(store.keys, fields))
        sites.put(work.db, ASKED, "")
        work.log("recovery_proved", day=now.date(), actor=actor, facts={"key": asked["key"]})


def look_at_recovery(store: Store, db: Connection, now: datetime) -> Iterator[Finding]:
    """A finding while a recovery key stands whose shares nobody has shown to open it lately."""
    if recovery.holder(store.keys) is None and (store.keys.folder / recovery.FILE).exists():
        yield Finding("recovery", recovery.FILE, "this is no recovery key; put the right one back")
    if recovery.holder(store.keys) is not None and _state(db, store.keys, now).overdue:
        yield Finding("recovery", recovery.FILE, "ask for proof: `whistle recovery challenge`")


def _state(db: Connection, keys: ServerKeys, now: datetime) -> RecoveryState:
    holder, proof = recovery.holder(keys), _read(db, keys, PROVED)
    if holder is None:
        return RecoveryState(None, None, "", None, overdue=False)
    if proof.get("key") != holder.key_id.hex():
        return RecoveryState(holder.public_key, None, "", None, overdue=True)
    proved_on = date.fromisoformat(proof["on"])
    due_on = proved_on + timedelta(days=PROOF_DAYS)
    return RecoveryState(holder.public_key, proved_on, proof["by"], due_on, overdue=now.date() >= due_on)


def _administrator(db: Connection, store: Store, person_id: bytes | None, now: datetime) -> str:
    if person_id is None:
        return COMMAND_LINE
    if not directory.companies_served(db, store.keys, person_id, "administrator", now):
        raise NotThere("there is no such page")
    name: str = db.execute(select(people.c.name).where(people.c.id == person_id)).scalar_one()
    return name


def _is_young(asked: dict[str, Any], now: datetime) -> bool:
    return now.date() <= date.fromisoformat(asked["on"]) + timedelta(days=ANSWER_DAYS)


def _signed(keys: ServerKeys, fields: dict[str, Any]) -> str:
    mac = chain.keyed_hash(keys.inventory, LABEL, chain.canonical(fields))
    return json.dumps(fields | {"mac": mac.hex()})


def _read(db: Connection, keys: ServerKeys, key: str) -> dict[str, Any]:
    """What was kept, or nothing where it was not written by this server."""
    text = db.execute(select(site.c.value).where(site.c.key == key)).scalar_one_or_none()
    try:
        fields: dict[str, Any] = json.loads(text or "{}")
        mac = bytes.fromhex(fields.pop("mac", ""))
    except (ValueError, AttributeError, TypeError):
        return {}
    right = chain.keyed_hash(keys.inventory, LABEL, chain.canonical(fields))
    return fields if hmac.compare_digest(mac, right) else {}
