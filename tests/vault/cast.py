"""Everybody who might try a command: people of every role and company, and those whose time is not now."""

import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from hashlib import sha256
from types import SimpleNamespace
from typing import Any

from sqlalchemy import insert, select

from tests.world import FI, NO, SE, World
from whistle.crypto.keys import KeyPair
from whistle.vault import directory, passkeys, people
from whistle.vault.tables import companies, designations
from whistle.vault.tables import people as persons


@dataclass(frozen=True, slots=True)
class Kind:
    """What somebody is designated for; `reads`: they have been let in to the cases; `excluded`: from all."""

    role: str
    company: str = SE
    shared: bool = False
    reads: bool = False
    excluded: bool = False


KINDS: Mapping[str, Kind] = {
    "handler": Kind("handler", reads=True),
    "shared handler": Kind("handler", shared=True, reads=True),
    "handler without the case": Kind("handler"),
    "deputy": Kind("deputy", reads=True),
    "deputy without the case": Kind("deputy"),
    "investigator": Kind("investigator", reads=True),
    "investigator elsewhere": Kind("investigator"),
    "excluded handler": Kind("handler", excluded=True),
    "handler elsewhere": Kind("handler", FI),
    "handler in Norway": Kind("handler", NO),
    "custodian": Kind("custodian"),
    "custodian without the case": Kind("custodian"),
    "excluded custodian": Kind("custodian", excluded=True),
    "custodian elsewhere": Kind("custodian", FI),
    "legal": Kind("legal"),
    "excluded legal": Kind("legal", excluded=True),
    "legal elsewhere": Kind("legal", FI),
    "privacy officer": Kind("privacy_officer"),
    "privacy officer elsewhere": Kind("privacy_officer", FI),
    "administrator": Kind("administrator"),
    "administrator elsewhere": Kind("administrator", FI),
    "auditor": Kind("auditor"),
    "auditor elsewhere": Kind("auditor", FI),
}
"""Norway has no custodian: there its handlers hold the identity's key, and so does the one here."""

STANDING = "designated"
NOT_STANDING = (
    "ended today", "ended before", "begins tomorrow", "never confirmed", "forged", "retired",
)  # fmt: skip
"""Designations that give nothing; whoever is of them keeps what they had, as if no pass had come yet."""

ONLY_STANDING = ("excluded", "elsewhere")
"""Kinds to which nothing of the case is open anyway."""


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody of the cast."""

    kind: str
    state: str
    id: bytes
    pair: KeyPair

    @property
    def name(self) -> str:
        """What the site calls them."""
        return f"{self.kind}, {self.state}"


def cast(kinds: Iterable[str]) -> list[Person]:
    """Somebody of each kind, and of most kinds somebody in every state."""
    return [
        Person(kind, state, secrets.token_bytes(16), KeyPair.from_seed(secrets.token_bytes(32)))
        for kind in kinds
        for state in (STANDING, *(() if any(w in kind for w in ONLY_STANDING) else NOT_STANDING))
    ]


def enter(world: World, who: Iterable[Person], *, for_cases: Mapping[str, list[bytes]]) -> None:
    """Give these people accounts and designations; `for_cases`: of an investigator, by kind."""
    store, today = world.program.store, world.clock.now().date()
    with store.writing() as work:
        ids = {row.code: bytes(row.id) for row in work.db.execute(select(companies))}
        for person in who:
            work.db.execute(insert(persons).values(**_account(world, person)))
            for case_id in for_cases.get(person.kind, [None]):
                row = _designation(world, person, ids[KINDS[person.kind].company], case_id, today)
                work.db.execute(insert(designations).values(**row))
    for person in who:
        new = passkeys.NewPasskey(sha256(person.id).digest(), b"cose", 1, "their phone")
        passkeys.add(store, person.id, new, world.clock.now())


def retire(world: World, who: Iterable[Person]) -> None:
    """End the accounts of those who are retired; what follows from it has not happened yet."""
    with world.program.store.writing() as work:
        for person in who:
            if person.state == "retired":
                row = work.db.execute(select(persons).where(persons.c.id == person.id)).one()
                people.write_retirement(world.program.store, work, row, world.clock.now(), actor="Adam")


def _account(world: World, person: Person) -> dict[str, Any]:
    mac = directory.person_mac(world.program.store.keys, person.id, person.pair.public_key)
    return {
        "id": person.id, "handle": people.handle_of(person.name), "name": person.name, "mac": mac,
        "email": "somebody@nordvakt.example", "function": person.kind, "state": "active", "totp_step": 0,
        "public_key": person.pair.public_key, "key_id": person.pair.key_id, "lock": b"lock",
        "recovery_lock": b"lock", "auth_hash": sha256(AUTH).digest(), "totp": b"totp",
        "recovery_hash": sha256(AUTH).digest(),
    }  # fmt: skip


AUTH = b"what their passphrase comes to"


def _designation(
    world: World, person: Person, company: bytes, case_id: bytes | None, today: date
) -> dict[str, Any]:
    kind = KINDS[person.kind]
    from_on, to_on = _days(person.state, today)
    row = {
        "id": secrets.token_bytes(16), "person_id": person.id, "company_id": company, "role": kind.role,
        "from_on": from_on, "to_on": to_on, "shared": kind.shared, "for_case_id": case_id,
        "key_id": person.pair.key_id,
    }  # fmt: skip
    if person.state == "never confirmed":
        return {**row, "key_id": None, "mac": None}
    mac = directory.designation_mac(world.program.store.keys, SimpleNamespace(**row), person.pair.key_id)
    return {**row, "mac": bytes(32) if person.state == "forged" else mac}


def _days(state: str, today: date) -> tuple[date, date | None]:
    long_ago, day = today - timedelta(days=400), timedelta(days=1)
    return {
        "ended today": (long_ago, today),
        "ended before": (long_ago, today - day),
        "begins tomorrow": (today + day, None),
    }.get(state, (long_ago, today + 90 * day))
