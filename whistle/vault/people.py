"""People come by invitation, enter with what they alone know, hold a role once others confirmed their key."""

import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

from sqlalchemy import Connection, Row, bindparam, delete, insert, select, update

from whistle.crypto import chain
from whistle.errors import Conflict, NotThere, RuleRefused
from whistle.rules.calendar import local_day
from whistle.rules.roles import Role, incompatible
from whistle.vault import directory, journal, withdrawals
from whistle.vault.facts import Designation, PersonFacts, SignInFacts, Unlocked
from whistle.vault.store import Store, Work
from whistle.vault.tables import companies, confirmations, designations, people, site

INVITATION_HOURS = 72
"""How long an activation link lives: a long weekend."""

FIRST = "first_administrator"
"""Where the site keeps who was invited first."""

OWNER_LABEL = b"whistle/v1/unknown-person\0"

_ACTIVE = select(people).where(people.c.id == bindparam("person"), people.c.state == "active")
_HELD = (
    select(designations, companies.c.code)
    .join_from(designations, companies)
    .where(designations.c.person_id == bindparam("person"), designations.c.to_on.is_(None))
    .order_by(companies.c.position, designations.c.role)
)


@dataclass(frozen=True, slots=True)
class NewAccount:
    """What activation stores: locks and sealed secrets; `auth` values are hashed before they rest."""

    public_key: bytes
    key_id: bytes
    lock: bytes
    recovery_lock: bytes
    auth: bytes
    recovery_auth: bytes
    totp: bytes
    totp_step: int


def handle_of(name: str) -> str:
    """What a name is looked up by: case and space do not matter, and what no database takes is no letter."""
    letters = name.encode("utf-8", "replace").decode().replace("\0", " ")
    return " ".join(letters.casefold().split())


def invite(  # noqa: PLR0917 - the facts of one person, in the order of the row
    store: Store, name: str, email: str, function: str, roles: list[tuple[str, str]], now: datetime,
    machine_now: datetime, *, actor: str,
) -> str:  # fmt: skip
    """Add a person, or roles to one, and return the token of the activation link, valid 72 h, once.

    `roles` are (role, company code). Raises `RuleRefused("incompatible")` when L14 forbids a pair, `Conflict`
    when the name is taken by somebody who has a key already.
    """
    token = secrets.token_urlsafe(32)
    until = int(machine_now.timestamp()) + INVITATION_HOURS * 3600
    with store.writing() as work:
        db = work.db
        known = db.execute(select(people).where(people.c.handle == handle_of(name))).one_or_none()
        if known is not None and known.state != "invited":
            raise Conflict(f"{name} has an account already")
        person_id = secrets.token_bytes(16) if known is None else bytes(known.id)
        columns = {
            "name": name, "email": email, "function": function, "state": "invited",
            "invite_hash": sha256(token.encode()).digest(), "invite_until": until, "totp_step": 0,
        }  # fmt: skip
        if known is None:
            _note_first(work, person_id)
            db.execute(insert(people).values(id=person_id, handle=handle_of(name), **columns))
        else:
            db.execute(update(people).where(people.c.id == person_id).values(**columns))
        _designate(work, person_id, roles, now)
        work.log(
            "person_invited",
            day=now.date(),
            actor=actor,
            facts={"person": name, "roles": sorted(map("@".join, roles))},
        )
    return token


def _designate(work: Work, person_id: bytes, roles: list[tuple[str, str]], now: datetime) -> None:
    for role, code in roles:
        company = directory.company_by_code(work.db, code)
        query = select(designations.c.role).where(
            designations.c.person_id == person_id,
            designations.c.company_id == company.id,
            designations.c.to_on.is_(None),
        )
        held = [Role(r) for r in work.db.execute(query).scalars()]
        if Role(role) in held:
            continue
        clash = incompatible(held, Role(role))
        if clash is not None:
            raise RuleRefused(
                "incompatible", f"nobody holds {clash} and {role} in one company ({code}); see L14"
            )
        work.db.execute(
            insert(designations).values(
                id=secrets.token_bytes(16),
                person_id=person_id,
                company_id=company.id,
                role=role,
                from_on=local_day(now, company.zone),
            )
        )


def invitation(store: Store, token: str, machine_now: datetime) -> PersonFacts:
    """Who an activation link is for. Raises `NotThere` when it is used, old or unknown."""
    with store.reading() as db:
        return _person(db, _invited(db, token, machine_now))


def _invited(db: Connection, token: str, machine_now: datetime) -> Row[Any]:
    row = db.execute(
        select(people).where(people.c.invite_hash == sha256(token.encode("utf-8", "replace")).digest())
    ).one_or_none()
    if row is None or row.invite_until < machine_now.timestamp():
        raise NotThere("the link was used, is too old, or never was")
    return row


def store_account(store: Store, token: str, account: NewAccount, machine_now: datetime) -> None:
    """Keep the locks of who is activating; the account opens once the recovery code was typed back."""
    with store.writing() as work:
        row = _invited(work.db, token, machine_now)
        mac = directory.person_mac(store.keys, bytes(row.id), account.public_key)
        work.db.execute(
            update(people)
            .where(people.c.id == row.id)
            .values(
                public_key=account.public_key,
                key_id=account.key_id,
                lock=account.lock,
                recovery_lock=account.recovery_lock,
                auth_hash=sha256(account.auth).digest(),
                recovery_hash=sha256(account.recovery_auth).digest(),
                totp=account.totp,
                totp_step=account.totp_step,
                mac=mac,
            )
        )


def finish_activation(
    store: Store, token: str, recovery_auth: bytes, machine_now: datetime, now: datetime
) -> None:
    """Open the account: the recovery code that was printed is the one that was stored."""
    with store.writing() as work:
        row = _invited(work.db, token, machine_now)
        if row.recovery_hash is None or not hmac.compare_digest(
            sha256(recovery_auth).digest(), bytes(row.recovery_hash)
        ):
            raise RuleRefused("recovery_code", "That is not the recovery code that was shown.")
        work.db.execute(
            update(people)
            .where(people.c.id == row.id)
            .values(state="active", invite_hash=None, invite_until=None)
        )
        work.log("person_activated", day=now.date(), actor=row.name, facts={"key": bytes(row.key_id).hex()})
        _found_first_administrator(store, work, row, now)


def recovery_lock(store: Store, token: str, machine_now: datetime) -> bytes:
    """The recovery lock of an account that is being activated."""
    with store.reading() as db:
        row = _invited(db, token, machine_now)
        if row.recovery_lock is None:
            raise NotThere("nothing was activated yet")
        return bytes(row.recovery_lock)


def _note_first(work: Work, person_id: bytes) -> None:
    """The first person invited is the one named when the site was made."""
    if work.db.execute(select(people.c.id).limit(1)).first() is None:
        work.db.execute(insert(site).values(key=FIRST, value=person_id.hex()))


def _found_first_administrator(store: Store, work: Work, row: Row[Any], now: datetime) -> None:
    """The person named when the site was made counts at once: there is nobody yet who could confirm them."""
    first = work.db.execute(select(site.c.value).where(site.c.key == FIRST)).scalar_one()
    confirmed = select(designations.c.id).where(designations.c.mac.is_not(None)).limit(1)
    if first == bytes(row.id).hex() and work.db.execute(confirmed).first() is None:
        waiting = select(designations).where(
            designations.c.person_id == row.id, designations.c.role == "administrator"
        )
        for designation in work.db.execute(waiting).all():
            _let_count(store, work, designation, bytes(row.key_id))
        work.log(
            "key_confirmed",
            day=now.date(),
            actor="system",
            facts={"person": row.name, "role": "administrator"},
        )


def sign_in_facts(store: Store, name: str) -> SignInFacts:
    """The lock to try a passphrase on. An unknown name gets one too, always the same, that opens nothing."""
    with store.reading() as db:
        row = db.execute(
            select(people).where(people.c.handle == handle_of(name), people.c.state == "active")
        ).one_or_none()
    if row is not None:
        return SignInFacts(bytes(row.id), bytes(row.lock), known=True)
    owner = chain.keyed_hash(store.keys.lock, OWNER_LABEL, handle_of(name).encode())[:16]
    return SignInFacts(owner, b"", known=False)


def unlock(store: Store, person_id: bytes, auth: bytes) -> Unlocked:
    """Hand lock and sealed second factor to whoever shows the right auth value. Raises `NotThere`."""
    with store.reading() as db:
        row = db.execute(
            select(people).where(people.c.id == person_id, people.c.state == "active")
        ).one_or_none()
        stored = bytes(32) if row is None else bytes(row.auth_hash)
        if not hmac.compare_digest(sha256(auth).digest(), stored) or row is None:
            raise NotThere("that did not match")
        return Unlocked(
            person_id,
            row.name,
            bytes(row.lock),
            bytes(row.totp),
            row.totp_step,
            bytes(row.public_key),
            _roles(db, person_id),
        )


def use_code(store: Store, person_id: bytes, step: int, hour: str, now: datetime) -> None:
    """Spend a one-time code: a step is used once, also by two processes at the same moment.

    `hour` stands beside the person, not in the ledger: among its lines it would date a reporter's.
    """
    with store.writing() as work:
        place = (people.c.id == person_id) & (people.c.totp_step < step)
        if work.db.execute(update(people).where(place).values(totp_step=step, signed_in=hour)).rowcount != 1:
            raise NotThere("that did not match")
        name = work.db.execute(select(people.c.name).where(people.c.id == person_id)).scalar_one()
        work.log("signed_in", day=now.date(), actor=name)


def standing(store: Store, person_id: bytes) -> tuple[PersonFacts, bytes]:
    """A person who is active, with the roles that count now, and the public key. Raises `NotThere`."""
    with store.reading() as db:
        row = db.execute(_ACTIVE, {"person": person_id}).one_or_none()
        if row is None:
            raise NotThere("there is no such person")
        return _person(db, row), bytes(row.public_key)


def everybody(store: Store) -> tuple[PersonFacts, ...]:
    """Every person, by name."""
    with store.reading() as db:
        return tuple(_person(db, row) for row in db.execute(select(people).order_by(people.c.name)).all())


def retire(store: Store, name: str, now: datetime, *, actor: str) -> None:
    """End an account: its designations end today and its locks go. Raises `NotThere`."""
    with store.writing() as work:
        row = work.db.execute(select(people).where(people.c.handle == handle_of(name))).one_or_none()
        if row is None or row.state == "retired":
            raise NotThere(f"there is no {name}")
        nothing: dict[str, Any] = dict.fromkeys(
            ("lock", "recovery_lock", "auth_hash", "recovery_hash", "totp", "invite_hash", "mac")
        )
        work.db.execute(update(people).where(people.c.id == row.id).values(state="retired", **nothing))
        ended = update(designations).where(designations.c.person_id == row.id, designations.c.to_on.is_(None))
        work.db.execute(ended.values(to_on=now.date()))
        waiting = select(designations.c.id).where(
            designations.c.person_id == row.id, designations.c.mac.is_(None)
        )
        work.db.execute(delete(confirmations).where(confirmations.c.designation_id.in_(waiting)))
        work.log(
            "person_retired",
            day=now.date(),
            actor=actor,
            facts={"person": row.name, "id": bytes(row.id).hex()},
        )
    journal.catch_up(store)
    withdrawals.withdraw_from_retired(store, now)


def _let_count(store: Store, work: Work, designation: Row[Any], key_id: bytes) -> None:
    mac = directory.designation_mac(store.keys, designation, key_id)
    work.db.execute(
        update(designations).where(designations.c.id == designation.id).values(key_id=key_id, mac=mac)
    )


def _roles(db: Connection, person_id: bytes) -> tuple[tuple[str, str], ...]:
    query = (
        select(designations.c.role, companies.c.code)
        .join_from(designations, people)
        .join(companies, companies.c.id == designations.c.company_id)
        .where(designations.c.person_id == person_id, directory.stands(), designations.c.to_on.is_(None))
        .order_by(companies.c.position, designations.c.role)
    )
    return tuple((r.role, r.code) for r in db.execute(query))


def _person(db: Connection, row: Row[Any]) -> PersonFacts:
    found = tuple(
        Designation(bytes(d.id), bytes(row.id), d.code, d.role, d.mac is not None and d.key_id == row.key_id)
        for d in db.execute(_HELD, {"person": row.id})
    )
    key_id = None if row.key_id is None else bytes(row.key_id)
    return PersonFacts(
        bytes(row.id), row.name, row.email, row.function, row.state, key_id, found, row.signed_in or ""
    )
