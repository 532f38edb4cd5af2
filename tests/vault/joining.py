"""Somebody joins or leaves in a test at no cost: an account that counts at once, as if confirmed."""

import secrets
from datetime import date

from sqlalchemy import insert, select, update

from tests.vault.tampering import rows
from tests.world import SE, Secrets, World
from whistle.crypto.keys import KeyPair
from whistle.parties.member import Member
from whistle.vault import directory, people
from whistle.vault.tables import companies, designations
from whistle.vault.tables import people as persons


def joins(
    world: World, name: str, role: str = "handler", company: str = SE, *, to_on: date | None = None,
    shared: bool = False,
) -> Member:  # fmt: skip
    """An active person with a confirmed key, in one role more; the same person each time."""
    store = world.program.store
    if not rows(world, persons, name=name):
        _account(world, name)
    person = rows(world, persons, name=name)[0]
    with store.writing() as work:
        company_id = work.db.execute(select(companies.c.id).where(companies.c.code == company)).scalar_one()
        row = {
            "id": secrets.token_bytes(16), "person_id": person["id"], "company_id": company_id, "role": role,
            "from_on": world.clock.now().date(), "to_on": to_on, "key_id": person["key_id"],
            "shared": shared, "for_case_id": None, "mac": None,
        }  # fmt: skip
        work.db.execute(insert(designations).values(**row))
        stored = work.db.execute(select(designations).where(designations.c.id == row["id"])).one()
        mac = directory.designation_mac(store.keys, stored, person["key_id"])
        work.db.execute(update(designations).where(designations.c.id == row["id"]).values(mac=mac))
    return world.member(name)


def _account(world: World, name: str) -> None:
    pair = KeyPair.from_seed(secrets.token_bytes(32))
    person_id = secrets.token_bytes(16)
    with world.program.store.writing() as work:
        work.db.execute(
            insert(persons).values(
                id=person_id, handle=people.handle_of(name), name=name, email=f"{name}@nordvakt.example",
                function=f"Function of {name}", state="active", public_key=pair.public_key,
                key_id=pair.key_id, totp_step=0,
                mac=directory.person_mac(world.program.store.keys, person_id, pair.public_key),
            )
        )  # fmt: skip
    known = world.secrets
    world.secrets = Secrets(known.seeds | {name: pair.seed}, known.totp, known.recovery)


def leaves(world: World, name: str) -> None:
    """Their account ends, and what follows from it happens."""
    people.retire(world.program.store, name, world.clock.now(), actor="command line")
