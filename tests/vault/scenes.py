"""Cases and moments that the vault's tests begin with."""

from datetime import date

from sqlalchemy import select, update

from tests.vault.tampering import change, rows
from tests.world import World
from whistle import scheduler
from whistle.parties.views import Receipt
from whistle.vault import directory
from whistle.vault.tables import blobs, confirmations, designations

FILE = ("orders.pdf", b"%PDF" + b"x" * 40_000)


def case_with_all(world: World) -> tuple[Receipt, bytes]:
    """A case with a file, a message of each side and a note."""
    receipt = world.send("The fire doors are locked.", files=[FILE], identity_name="Eva")
    secret = world.enter(receipt)
    hanna = world.member("Hanna")
    world.program.handler.acknowledge(hanna, receipt.number, "Received.")
    world.program.handler.note(hanna, receipt.number, "Ask the caretaker.")
    world.program.handler.case(world.member("Hugo"), receipt.number)
    world.program.reporter.message(secret, world.program.reporter.writing(secret), "Since January.")
    return receipt, secret


def pass_at(world: World) -> list[str]:
    return [e["event"] for e in scheduler.tick(world.program.store, world.clock.now(), lambda: None)]


def held(world: World, number: str) -> str:
    return world.program.legal.place(
        world.member("Lisa"), number, "court_ruling", "T 1234-26", "", "2027-01-15"
    )


def person_id(world: World, name: str) -> bytes:
    return world.member(name).person_id


def first_blob(world: World) -> bytes:
    object_id: bytes = rows(world, blobs)[0]["object_id"]
    return object_id


def purged_case(world: World) -> str:
    receipt, _secret = world.closed()
    world.later(740)
    assert pass_at(world) == ["purged"]
    return receipt.number


def appointed_since(world: World, day: date) -> None:
    """Everybody was appointed on that day, as if the site were that old: rows and what is keyed over them."""
    keys, db_of = world.program.store.keys, world.program.store.writing
    change(world, designations, {}, from_on=day)
    with db_of() as work:
        for row in work.db.execute(select(designations)).all():
            mac = directory.designation_mac(keys, row, bytes(row.key_id))
            work.db.execute(update(designations).where(designations.c.id == row.id).values(mac=mac))
            given = confirmations.c.designation_id == row.id
            for one in work.db.execute(select(confirmations).where(given)).all():
                mac = directory.confirmation_mac(keys, row, bytes(one.confirmer_id), bytes(one.key_id))
                mine = given & (confirmations.c.confirmer_id == one.confirmer_id)
                work.db.execute(update(confirmations).where(mine).values(mac=mac))
