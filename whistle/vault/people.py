"""People come by invitation, enter with what they alone know, hold a role once others confirmed their key."""

import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

from sqlalchemy import Connection, Row, bindparam, insert, select, update

from whistle.crypto import chain
from whistle.errors import Conflict, NotThere, RuleRefused
from whistle.rules.calendar import local_day
from whistle.vault import directory, given_roles, journal, withdrawals
from whistle.vault.facts import Designation, PersonFacts, SignInFacts, Unlocked
from whistle.vault.serverkeys import ServerKeys
from whistle.vault.store import Store, Work
from whistle.vault.tables import companies, designations, people, site

INVITATION_HOURS = 72
"""How long an activation link lives: a long weekend."""

FIRST = "first_administrator"
"""Where the site keeps who was invited first."""

OWNER_LABEL = b"whistle/v1/unknown-person\0"

_ACTIVE = select(people).where(people.c.id == bindparam("person"), people.c.state == "active")
_HELD = (
    select(designations, companies.c.code, companies.c.zone)
    .join_from(designations, companies)
    .where(designations.c.person_id == bindparam("person"))
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
    with store.writing() as work:
        return write_invitation(work, Invited(name, email, function), roles, now, machine_now, actor=actor)


@dataclass(frozen=True, slots=True)
class Invited:
    """Who is invited; `function` is what a reporter is shown."""

    name: str
    email: str
    function: str


def write_invitation(
    work: Work, who: Invited, roles: list[tuple[str, str]], now: datetime, machine_now: datetime,
    term: given_roles.Term = given_roles.FROM_TODAY, *, actor: str,
) -> str:  # fmt: skip
    """As `invite`, inside a unit of work of one who has looked whether `actor` may."""
    token = secrets.token_urlsafe(32)
    until = int(machine_now.timestamp()) + INVITATION_HOURS * 3600
    db = work.db
    known = db.execute(select(people).where(people.c.handle == handle_of(who.name))).one_or_none()
    if known is not None and known.state != "invited":
        raise Conflict(f"{who.name} has an account already")
    person_id = secrets.token_bytes(16) if known is None else bytes(known.id)
    columns = {
        "name": who.name, "email": who.email, "function": who.function, "state": "invited",
        "invite_hash": sha256(token.encode()).digest(), "invite_until": until, "totp_step": 0,
    }  # fmt: skip
    if known is None:
        _note_first(work, person_id)
        db.execute(insert(people).values(id=person_id, handle=handle_of(who.name), **columns))
    else:
        db.execute(update(people).where(people.c.id == person_id).values(**columns))
    for role, code in roles:
        given_roles.give(work, person_id, role, directory.company_by_code(db, code), now, term)
    facts = {"person": who.name, "roles": sorted(map("@".join, roles))}
    work.log("person_invited", day=now.date(), actor=actor, facts=facts)
    return token


def invitation(store: Store, token: str, machine_now: datetime) -> PersonFacts:
    """Who an activation link is for. Raises `NotThere` when it is used, old or unknown."""
    with store.reading() as db:
        return person_facts(db, store.keys, _invited(db, token, machine_now), machine_now)


def _invited(db: Connection, token: str, machine_now: datetime, *, locked: bool = False) -> Row[Any]:
    """Who a link is for; `locked`: nobody else changes them or uses the link until the unit of work ends."""
    query = select(people).where(people.c.invite_hash == sha256(token.encode("utf-8", "replace")).digest())
    row = db.execute(query.with_for_update() if locked else query).one_or_none()
    if row is None or row.invite_until < machine_now.timestamp():
        raise NotThere("the link was used, is too old, or never was")
    return row


def store_account(store: Store, token: str, account: NewAccount, machine_now: datetime) -> None:
    """Keep the locks of who is activating; the account opens once the recovery code was typed back."""
    with store.writing() as work:
        row = _invited(work.db, token, machine_now, locked=True)
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
        row = _invited(work.db, token, machine_now, locked=True)
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


def in_turn(db: Connection, *person_ids: bytes) -> None:
    """Lock who acts and whom it is about, in one order: two who act on each other at once wait in turn."""
    query = select(people.c.id).where(people.c.id.in_(person_ids)).order_by(people.c.id)
    db.execute(query.with_for_update()).all()


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


def unlock(store: Store, person_id: bytes, auth: bytes, now: datetime | None = None) -> Unlocked:
    """Hand lock and sealed second factor to whoever shows the right auth value. Raises `NotThere`."""
    with store.reading() as db:
        row = db.execute(
            select(people).where(people.c.id == person_id, people.c.state == "active")
        ).one_or_none()
        stored = bytes(32) if row is None else bytes(row.auth_hash)
        if not hmac.compare_digest(sha256(auth).digest(), stored) or row is None:
            raise NotThere("that did not match")
        person = person_facts(db, store.keys, row, now, only_begun=True)
        return Unlocked(
            person_id,
            row.name,
            bytes(row.lock),
            bytes(row.totp),
            row.totp_step,
            bytes(row.public_key),
            tuple((d.role, d.company_code) for d in person.designations if d.confirmed),
        )


def use_code(store: Store, person_id: bytes, step: int, hour: str, now: datetime) -> None:
    """Spend a one-time code: a step is used once, also by two processes at the same moment.

    `hour` stands beside the person, not in the ledger: among its lines it would date a reporter's.
    """
    with store.writing() as work:
        place = (people.c.id == person_id) & (people.c.totp_step < step) & (people.c.state == "active")
        if work.db.execute(update(people).where(place).values(totp_step=step, signed_in=hour)).rowcount != 1:
            raise NotThere("that did not match")
        name = work.db.execute(select(people.c.name).where(people.c.id == person_id)).scalar_one()
        work.log("signed_in", day=now.date(), actor=name)


def standing(store: Store, person_id: bytes, now: datetime | None = None) -> tuple[PersonFacts, bytes]:
    """A person who is active, with their roles, and the public key. Raises `NotThere`.

    A role whose end was set is among them until its day has come at `now`; without `now`, no longer.
    """
    with store.reading() as db:
        row = db.execute(_ACTIVE, {"person": person_id}).one_or_none()
        if row is None:
            raise NotThere("there is no such person")
        return person_facts(db, store.keys, row, now), bytes(row.public_key)


def everybody(store: Store, now: datetime | None = None) -> tuple[PersonFacts, ...]:
    """Every person, by name; of their roles those that `standing` tells."""
    with store.reading() as db:
        rows = db.execute(select(people).order_by(people.c.name)).all()
        return tuple(person_facts(db, store.keys, row, now) for row in rows)


def retire(store: Store, name: str, now: datetime, *, actor: str) -> None:
    """End an account: its designations end today and its locks go. Raises `NotThere`."""
    with store.writing() as work:
        row = work.db.execute(select(people).where(people.c.handle == handle_of(name))).one_or_none()
        if row is None or row.state == "retired":
            raise NotThere(f"there is no {name}")
        write_retirement(store, work, row, now, actor=actor)
    follow_retirement(store, now)


def write_retirement(store: Store, work: Work, row: Row[Any], now: datetime, *, actor: str) -> None:
    """As `retire`, inside a unit of work of one who has looked whether `actor` may."""
    nothing: dict[str, Any] = dict.fromkeys(
        ("lock", "recovery_lock", "auth_hash", "recovery_hash", "totp", "invite_hash", "mac")
    )
    work.db.execute(update(people).where(people.c.id == row.id).values(state="retired", **nothing))
    for designation in given_roles.running(work.db, row.id, now.date()):
        given_roles.end(store, work, designation, now.date())
    facts = {"person": row.name, "id": bytes(row.id).hex()}
    work.log("person_retired", day=now.date(), actor=actor, facts=facts)


def follow_retirement(store: Store, now: datetime) -> None:
    """What comes after the unit of work: the journal says it, the grants go. Safe to repeat."""
    journal.catch_up(store)
    withdrawals.withdraw_after_designations(store, now)


def _let_count(store: Store, work: Work, designation: Row[Any], key_id: bytes) -> None:
    mac = directory.designation_mac(store.keys, designation, key_id)
    work.db.execute(
        update(designations).where(designations.c.id == designation.id).values(key_id=key_id, mac=mac)
    )


def person_facts(
    db: Connection, keys: ServerKeys, row: Row[Any], now: datetime | None, *, only_begun: bool = False
) -> PersonFacts:
    """What a row of `people` says with the roles that have not ended, within a look that is under way.

    `only_begun`: without those that begin on a later day.
    """
    theirs = directory.is_their_key(keys, row.id, row.public_key, row.mac)
    found = tuple(
        Designation(
            bytes(d.id), bytes(row.id), d.code, d.role,
            theirs and d.key_id == row.key_id and directory.is_keyed_row(keys, d),
            d.from_on, d.to_on, bool(d.shared), d.for_case_id is not None,
        )
        for d in db.execute(_HELD, {"person": row.id})
        if not _has_ended(d, row.state, now) and not (only_begun and _begins_later(d, now))
    )  # fmt: skip
    key_id = None if row.key_id is None else bytes(row.key_id)
    return PersonFacts(
        bytes(row.id), row.name, row.email, row.function, row.state, key_id, found, row.signed_in or ""
    )


def _has_ended(row: Row[Any], state: str, now: datetime | None) -> bool:
    if row.to_on is None:
        return False
    return state == "retired" or now is None or bool(row.to_on <= local_day(now, row.zone))


def _begins_later(row: Row[Any], now: datetime | None) -> bool:
    return now is not None and bool(row.from_on > local_day(now, row.zone))
