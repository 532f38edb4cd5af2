"""What people and forgers do to who holds which role, and how a test sees what came of it."""

import secrets
from typing import Any

from sqlalchemy import insert, select

from tests.world import SE, World
from whistle.crypto.grants import open_any
from whistle.crypto.header import Compartment
from whistle.crypto.keys import KeyPair
from whistle.errors import NotThere, SealBroken
from whistle.vault import check
from whistle.vault.tables import companies, designations, grants
from whistle.vault.tables import people as persons


def confirm(world: World, by: str, whose: str) -> bool:
    """`by` compares the fingerprint that `whose` read aloud."""
    member, spoken = world.member(by), world.program.staff.fingerprint(world.member(whose))
    waiting = [item for item in world.program.keys.pending(member) if item.person_name == whose]
    if not waiting:
        raise NotThere("there is no such key to confirm")
    return world.program.keys.confirm(member, waiting[0].designation, spoken)


def kinds(world: World) -> set[str]:
    return {found.kind for found in check.run(world.program.store, world.clock.now())}


def write(world: World, *statements: Any) -> None:
    """What somebody does who can write the database and has no key of the server."""
    with world.program.store.writing() as work:
        for statement in statements:
            work.db.execute(statement)


def reads_new_reports(world: World, pair: KeyPair, company: str = SE) -> bool:
    """Whether a report that comes now is sealed to this key, tried on every grant of it."""
    world.send(company=company)
    with world.program.store.reading() as db:
        rows = db.execute(select(grants)).all()
    for row in rows:
        try:
            open_any(
                pair,
                bytes(row.sealed),
                case_id=bytes(row.case_id),
                compartment=Compartment(row.compartment),
                epoch=1,
            )
        except SealBroken:
            continue
        return True
    return False


def designation_of(world: World, name: str) -> Any:
    with world.program.store.reading() as db:
        return db.execute(
            select(designations).join_from(designations, persons).where(persons.c.name == name)
        ).first()


def row_of(world: World, name: str) -> Any:
    with world.program.store.reading() as db:
        return db.execute(select(persons).where(persons.c.name == name)).one()


def forged(world: World, name: str, role: str, company: str, mac: bytes) -> Any:
    """The row that would make somebody hold a role, if rows did."""
    with world.program.store.reading() as db:
        company_id = db.execute(select(companies.c.id).where(companies.c.code == company)).scalar_one()
    person = row_of(world, name)
    return insert(designations).values(
        id=secrets.token_bytes(16), person_id=person.id, company_id=company_id, role=role,
        from_on=world.clock.now().date(), key_id=person.key_id, mac=mac,
        shared=False,
    )  # fmt: skip
