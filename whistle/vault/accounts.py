"""An account is renewed by who still knows a part of it, or begins anew by an administrator's link."""

import hmac
import secrets
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from typing import Any

from sqlalchemy import Connection, Row, bindparam, delete, select, update

from whistle.errors import NotThere, RuleRefused
from whistle.vault import directory, journal, people, withdrawals
from whistle.vault.facts import PersonFacts, Unlocked
from whistle.vault.heldtables import kept_grants
from whistle.vault.registertables import incident_grants
from whistle.vault.store import Store, Work
from whistle.vault.tables import confirmations, designations, hold_grants
from whistle.vault.tables import people as persons
from whistle.vault.upsert import insert_of
from whistle.vault.worktables import MAIL_LANGUAGE, identity_request_grants, passkeys, person_settings

PASSPHRASE = 1
RECOVERY = 2
"""What a secret is for, as in a lock's own purpose (FORMAT.md, "Lock")."""

STAMP_LABEL = b"whistle/v1/account-stamp\0"

_ACTIVE = select(persons).where(persons.c.id == bindparam("person"), persons.c.state == "active")
_LOCKED = _ACTIVE.with_for_update()
_HASHES = {PASSPHRASE: "auth_hash", RECOVERY: "recovery_hash"}
_RENEWED = {
    "factor": "second_factor_renewed",
    "passphrase": "passphrase_renewed",
    "recovery": "recovery_code_renewed",
}
_SECRETS = ("public_key", "key_id", "lock", "recovery_lock", "auth_hash", "recovery_hash", "totp", "mac")


@dataclass(frozen=True, slots=True)
class LockFacts:
    """Both locks of a name; empty ones, always for the same person id, for a name that nobody has."""

    person_id: bytes
    lock: bytes
    recovery_lock: bytes


@dataclass(frozen=True, slots=True)
class Proof:
    """What shows that the person asks: the auth value of their passphrase (1) or recovery code (2)."""

    purpose: int
    auth: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class NewLock:
    """A new lock around the same key, with its auth value, which is hashed before it rests."""

    lock: bytes
    auth: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class NewFactor:
    """A new one-time code secret, sealed, and the step of the code that was typed to show that it works."""

    totp: bytes
    step: int


@dataclass(frozen=True, slots=True)
class Renewal:
    """What of an account is made anew; what is None stays."""

    passphrase: NewLock | None = None
    recovery: NewLock | None = None
    factor: NewFactor | None = None


def locks_of(store: Store, name: str) -> LockFacts:
    """The locks to try secrets on; an unknown name has none, and the same answer each time."""
    found = people.sign_in_facts(store, name)
    if not found.known:
        return LockFacts(found.person_id, b"", b"")
    return own_locks(store, found.person_id)


def own_locks(store: Store, person_id: bytes) -> LockFacts:
    """The locks of somebody who is signed in. Raises `NotThere`."""
    with store.reading() as db:
        row = _active(db, person_id)
        return LockFacts(person_id, bytes(row.lock), bytes(row.recovery_lock))


def unlock(store: Store, person_id: bytes, proof: Proof) -> Unlocked:
    """Hand the lock of the proof's purpose and the sealed second factor to whoever shows its auth value.

    Raises `NotThere`, the same for everything that does not match.
    """
    with store.reading() as db:
        row = db.execute(_ACTIVE, {"person": person_id}).one_or_none()
        if not _proves(row, proof) or row is None:
            raise NotThere("that did not match")
        lock = row.lock if proof.purpose == PASSPHRASE else row.recovery_lock
        return Unlocked(
            person_id, row.name, bytes(lock), bytes(row.totp), row.totp_step, bytes(row.public_key), ()
        )


def factor_of(store: Store, person_id: bytes) -> tuple[bytes, int]:
    """The sealed one-time code secret and the last step that was used. Raises `NotThere`."""
    with store.reading() as db:
        row = _active(db, person_id)
        return bytes(row.totp), row.totp_step


def spend_step(store: Store, person_id: bytes, step: int) -> None:
    """Spend a one-time code: a step counts once, whatever for. Raises `NotThere` when it was spent."""
    place = (persons.c.id == person_id) & (persons.c.totp_step < step) & (persons.c.state == "active")
    with store.writing() as work:
        if work.db.execute(update(persons).where(place).values(totp_step=step)).rowcount != 1:
            raise NotThere("that did not match")


def stamp(store: Store, person_id: bytes) -> bytes:
    """16 bytes that change with passphrase and recovery code, so that sessions of before end; else b""."""
    with store.reading() as db:
        row = db.execute(_ACTIVE, {"person": person_id}).one_or_none()
    return b"" if row is None else _stamp(row)


def stamped(store: Store, person_id: bytes, now: datetime) -> tuple[PersonFacts, bytes]:
    """A person who is active, with the roles that count at `now`, and their stamp, in one look.

    Raises `NotThere`.
    """
    with store.reading() as db:
        row = _active(db, person_id)
        return people.person_facts(db, store.keys, row, now, only_begun=True), _stamp(row)


def _stamp(row: Row[Any]) -> bytes:
    both = bytes(row.auth_hash) + bytes(row.recovery_hash)
    return sha256(STAMP_LABEL + both).digest()[:16]


def renew(store: Store, person_id: bytes, proof: Proof, renewal: Renewal, now: datetime) -> None:
    """Put new locks or a new second factor in the place of the old ones, which open nothing from then on.

    The proof holds for what stands at that moment, so a renewal counts once. A new second factor ends the
    passkeys of before: whoever found the lost device has none. Raises `NotThere`.
    """
    with store.writing() as work:
        row = work.db.execute(_LOCKED, {"person": person_id}).one_or_none()
        if not _proves(row, proof) or row is None:
            raise NotThere("that did not match")
        work.db.execute(update(persons).where(persons.c.id == person_id).values(**_columns(row, renewal)))
        if renewal.factor is not None:
            work.db.execute(delete(passkeys).where(passkeys.c.person_id == person_id))
        # A new recovery code comes with each of them; alone it is a renewal of its own.
        what = next(part for part in _RENEWED if getattr(renewal, part) is not None)
        work.log(_RENEWED[what], day=now.date(), actor=row.name)


def language_of(store: Store, person_id: bytes) -> str:
    """The language in which somebody wants their mail; empty for the site's own. Raises `NotThere`."""
    with store.reading() as db:
        _active(db, person_id)
        chosen = select(person_settings.c.value).where(_language_row(person_id))
        return db.execute(chosen).scalar_one_or_none() or ""


def choose_language(store: Store, person_id: bytes, language: str) -> None:
    """Write their mail in this language from the next one on; empty: the site's own. Raises `NotThere`."""
    with store.writing() as work:
        _active(work.db, person_id)
        if not language:
            work.db.execute(delete(person_settings).where(_language_row(person_id)))
            return
        row = {"person_id": person_id, "key": MAIL_LANGUAGE, "value": language}
        kept = insert_of(work.db)(person_settings).values(**row)
        work.db.execute(
            kept.on_conflict_do_update(index_elements=["person_id", "key"], set_={"value": language})
        )


def _language_row(person_id: bytes) -> Any:
    return (person_settings.c.person_id == person_id) & (person_settings.c.key == MAIL_LANGUAGE)


def may_invite_again(store: Store, admin_id: bytes, person_id: bytes, now: datetime) -> str:
    """The name of the person whom this administrator may send a new link. Raises `NotThere`."""
    with store.reading() as db:
        name: str = _to_invite(db, store, admin_id, person_id, now).name
        return name


def invite_again(
    store: Store, admin_id: bytes, person_id: bytes, now: datetime, machine_now: datetime
) -> str:
    """Let somebody who lost everything begin anew: returns the token of an activation link, 72 h, once.

    Their key stops counting at once: each designation has to be confirmed anew, what was sealed to the key
    goes, and their sessions are over. Raises `NotThere` for who is no administrator or may not be invited,
    `RuleRefused` for `yourself`, and for `other_companies`: a person of companies one does not administer.
    """
    token = secrets.token_urlsafe(32)
    with store.writing() as work:
        people.in_turn(work.db, admin_id, person_id)  # nobody who is retired meanwhile comes back by it
        row = _to_invite(work.db, store, admin_id, person_id, now)
        _forget_key(work, person_id, now)
        work.db.execute(
            update(persons)
            .where(persons.c.id == person_id)
            .values(
                state="invited",
                totp_step=0,
                invite_hash=sha256(token.encode()).digest(),
                invite_until=int(machine_now.timestamp()) + people.INVITATION_HOURS * 3600,
                **dict.fromkeys(_SECRETS),
            )
        )
        actor = work.db.execute(select(persons.c.name).where(persons.c.id == admin_id)).scalar_one()
        work.log("person_invited_again", day=now.date(), actor=actor, facts={"person": row.name})
    journal.catch_up(store)
    withdrawals.withdraw(store, [person_id], now)
    return token


def _to_invite(db: Connection, store: Store, admin_id: bytes, person_id: bytes, now: datetime) -> Row[Any]:
    served = directory.companies_served(db, store.keys, admin_id, "administrator", now)
    mine = {company.id for company in served}
    if not mine:
        raise NotThere("there is no such page")
    row = db.execute(select(persons).where(persons.c.id == person_id)).one_or_none()
    if row is None or row.state not in ("active", "invited"):
        raise NotThere("there is no such person")
    if admin_id == person_id:
        raise RuleRefused("yourself", "Another administrator sends you the link.")
    held = select(designations.c.company_id).where(_running(person_id, now))
    theirs = {bytes(found) for found in db.execute(held).scalars()}
    if theirs and theirs.isdisjoint(mine):
        raise RuleRefused("other_companies", "An administrator of the person's own company sends the link.")
    return row


def _running(person_id: bytes, now: datetime) -> Any:
    """The person's designations that have not ended."""
    runs = designations.c.to_on.is_(None) | (designations.c.to_on > now.date())
    return runs & (designations.c.person_id == person_id)


def _forget_key(work: Work, person_id: bytes, now: datetime) -> None:
    """What the old key was good for: its roles until confirmed anew, and what only that key opened."""
    mine = select(designations.c.id).where(designations.c.person_id == person_id)
    work.db.execute(delete(confirmations).where(confirmations.c.designation_id.in_(mine)))
    work.db.execute(update(designations).where(_running(person_id, now)).values(key_id=None, mac=None))
    for table in (passkeys, hold_grants, kept_grants, incident_grants, identity_request_grants):
        work.db.execute(delete(table).where(table.c.person_id == person_id))


def _columns(row: Row[Any], renewal: Renewal) -> dict[str, Any]:
    values: dict[str, Any] = {}
    if renewal.passphrase is not None:
        values |= {"lock": renewal.passphrase.lock, "auth_hash": sha256(renewal.passphrase.auth).digest()}
    if renewal.recovery is not None:
        new = renewal.recovery
        values |= {"recovery_lock": new.lock, "recovery_hash": sha256(new.auth).digest()}
    if renewal.factor is not None:
        values |= {"totp": renewal.factor.totp, "totp_step": max(renewal.factor.step, row.totp_step)}
    return values


def _active(db: Connection, person_id: bytes) -> Row[Any]:
    row = db.execute(_ACTIVE, {"person": person_id}).one_or_none()
    if row is None:
        raise NotThere("there is no such person")
    return row


def _proves(row: Row[Any] | None, proof: Proof) -> bool:
    stored = bytes(32) if row is None else bytes(getattr(row, _HASHES[proof.purpose]))
    return hmac.compare_digest(sha256(proof.auth).digest(), stored) and row is not None


def sign_in_noted(work: Work, person_id: bytes, hour: str, now: datetime) -> None:
    """Note a sign-in beside the person, to the hour, and its day in the ledger. Raises `NotThere`."""
    place = (persons.c.id == person_id) & (persons.c.state == "active")
    if work.db.execute(update(persons).where(place).values(signed_in=hour)).rowcount != 1:
        raise NotThere("that did not match")
    name = work.db.execute(select(persons.c.name).where(persons.c.id == person_id)).scalar_one()
    work.log("signed_in", day=now.date(), actor=name)
