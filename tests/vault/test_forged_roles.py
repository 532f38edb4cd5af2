"""Whoever can write the database makes no reader, no administrator, no legal and no auditor by it."""

import secrets
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import delete, insert, select, update

from tests.parties.newcomers import colleague, newcomer
from tests.vault.role_writing import confirm, designation_of, forged, kinds, reads_new_reports, row_of, write
from tests.world import NO, SE, World
from whistle.crypto.grants import open_any
from whistle.crypto.header import Compartment
from whistle.crypto.keys import KeyPair
from whistle.errors import NotThere, SealBroken, Tampered
from whistle.parties.member import Member
from whistle.vault import confirmations, desk, people
from whistle.vault.facts import Addition
from whistle.vault.tables import confirmations as confirmed
from whistle.vault.tables import designations, grants, holds, readers
from whistle.vault.tables import people as persons


def test_an_inserted_designation_makes_no_reader_and_shows(world: World) -> None:
    newcomer(world, "Ines", [("auditor", NO)])
    ines = KeyPair.from_seed(world.secrets.seeds["Ines"])
    hanna = bytes(designation_of(world, "Hanna").mac)
    for mac in (bytes(32), secrets.token_bytes(32), hanna):
        write(
            world,
            delete(designations).where(
                designations.c.role == "handler", designations.c.key_id == ines.key_id
            ),
            forged(world, "Ines", "handler", SE, mac),
        )
        assert not reads_new_reports(world, ines)
        assert world.program.handler.companies(world.member("Ines")) == ()
        assert world.program.handler.cases(world.member("Ines")).rows == ()
        assert "designation" in kinds(world)


def test_a_written_reader_and_grant_open_no_door(world: World) -> None:
    receipt = world.send()
    nora = world.member("Nora")
    with world.program.store.reading() as db:
        row = db.execute(select(readers)).first()
    assert row is not None
    write(
        world,
        insert(readers).values(**(dict(row._mapping) | {"person_id": nora.person_id})),
        forged(world, "Nora", "handler", SE, secrets.token_bytes(32)),
    )
    with pytest.raises(NotThere):
        world.program.handler.case(nora, receipt.number)
    with pytest.raises(NotThere):
        desk.add(
            world.program.store,
            nora.person_id,
            receipt.number,
            Addition(),
            world.clock.now(),
            step=desk.MESSAGE,
        )
    assert {"reader", "designation"} <= kinds(world)


def test_inserted_administrators_confirm_nobody(world: World) -> None:
    newcomer(world, "Ines", [("handler", "nordvakt-fi")])
    for name in ("Hugo", "Fia"):
        people.retire(world.program.store, name, world.clock.now(), actor="Adam")
    for name in ("Olle", "Alma"):
        write(world, forged(world, name, "administrator", NO, secrets.token_bytes(32)))
    for name in ("Olle", "Alma"):
        with pytest.raises(NotThere):
            confirm(world, name, "Ines")
        with pytest.raises(NotThere):
            world.program.keys.people(world.member(name))
        # Not at the vault's own door either, where no fingerprint is asked for.
        with pytest.raises(NotThere):
            confirmations.confirm(
                world.program.store, world.member(name).person_id, bytes(designation_of(world, "Ines").id),
                world.member("Ines").pair.key_id, world.clock.now(),
            )  # fmt: skip
    assert "designation" in kinds(world)


def test_an_inserted_confirmation_is_nobodys_word(world: World) -> None:
    newcomer(world, "Ines", [("handler", "nordvakt-fi")])
    for name in ("Hugo", "Fia"):
        people.retire(world.program.store, name, world.clock.now(), actor="Adam")
    # Bea, who can write the database, adds Adam's confirmation to her own.
    row = {
        "designation_id": designation_of(world, "Ines").id, "confirmer_id": world.member("Adam").person_id,
        "key_id": world.member("Ines").pair.key_id, "on_day": world.clock.now().date(),
    }  # fmt: skip
    write(world, insert(confirmed).values(**row, mac=secrets.token_bytes(32)))
    assert confirm(world, "Bea", "Ines") is False
    assert "confirmation" in kinds(world)
    # Adam's own word takes its place.
    assert confirm(world, "Adam", "Ines") is True
    assert "confirmation" not in kinds(world)


def swap_key(world: World, pair: KeyPair) -> list[Any]:
    return [update(persons).where(persons.c.name == "Hanna").values(public_key=pair.public_key)]


def swap_key_and_ids(world: World, pair: KeyPair) -> list[Any]:
    hanna = row_of(world, "Hanna").id
    return [
        update(persons).where(persons.c.id == hanna).values(public_key=pair.public_key, key_id=pair.key_id),
        update(designations).where(designations.c.person_id == hanna).values(key_id=pair.key_id),
    ]


def swap_with_somebody_elses(world: World, pair: KeyPair) -> list[Any]:
    """Nora's key, with all that was keyed for it, under Hanna's name."""
    hanna, nora = row_of(world, "Hanna"), row_of(world, "Nora")
    return [
        update(persons).where(persons.c.id == hanna.id)
        .values(public_key=nora.public_key, key_id=nora.key_id, mac=nora.mac),
        update(designations).where(designations.c.person_id == hanna.id)
        .values(key_id=nora.key_id, mac=designation_of(world, "Nora").mac),
    ]  # fmt: skip


def move_designation(world: World, pair: KeyPair) -> list[Any]:
    """Nora's own, confirmed for Norway, moved to Sweden."""
    nora, hanna = designation_of(world, "Nora"), designation_of(world, "Hanna")
    return [update(designations).where(designations.c.id == nora.id).values(company_id=hanna.company_id)]


def raise_role(world: World, pair: KeyPair) -> list[Any]:
    """Carl, custodian, becomes a handler."""
    carl = designation_of(world, "Carl")
    return [update(designations).where(designations.c.id == carl.id).values(role="handler")]


FORGERIES: dict[Callable[[World, KeyPair], list[Any]], str] = {
    swap_key: "",
    swap_key_and_ids: "",
    swap_with_somebody_elses: "Nora",
    move_designation: "Nora",
    raise_role: "Carl",
}


@pytest.mark.parametrize("forgery", FORGERIES, ids=lambda forgery: forgery.__name__)
def test_a_forged_row_is_sealed_to_by_nobody_and_shows(
    sqlite_world: World, forgery: Callable[[World, KeyPair], list[Any]]
) -> None:
    world = sqlite_world
    # A third handler, so that the channel stays open when one of them is no longer who they were.
    colleague(world, "Ines", SE, by="Hugo")
    thief = KeyPair.from_seed(world.secrets.seeds.get(FORGERIES[forgery], secrets.token_bytes(32)))
    write(world, *forgery(world, thief))
    number = world.send().number
    with world.program.store.reading() as db:
        rows = db.execute(select(grants).where(grants.c.compartment == 1)).all()
    for row in rows:
        with pytest.raises(SealBroken):
            open_any(
                thief, bytes(row.sealed), case_id=bytes(row.case_id), compartment=Compartment.CONTENT, epoch=1
            )
    assert {"key", "designation"} & kinds(world)
    # Hugo, of whom no row was touched, still gets it.
    assert world.program.handler.case(world.member("Hugo"), number).number == number


def test_a_forged_second_person_releases_no_hold(world: World) -> None:
    number = world.send().number
    lisa, leo, legal = world.member("Lisa"), world.member("Leo"), world.program.legal
    hold = legal.place(lisa, number, "court_ruling", "T 1-26", "", "2026-09-01")
    # Lisa, who can write the database, has Leo ask for what she then confirms.
    write(world, update(holds).values(release_asked_by=leo.person_id))
    with pytest.raises(Tampered):
        legal.confirm_release(lisa, hold)
    with pytest.raises(Tampered):
        legal.release(lisa, hold, "It is decided.")
    assert legal.case(lisa, number).held
    assert "hold" in kinds(world)


def test_an_inserted_designation_makes_no_legal_and_no_auditor(world: World) -> None:
    number = world.send().number
    write(world, *(forged(world, "Nora", role, SE, secrets.token_bytes(32)) for role in ("legal", "auditor")))
    nora = world.member("Nora")
    for act in (
        lambda: world.program.legal.desk(nora),
        lambda: world.program.legal.case(nora, number),
        lambda: world.program.legal.place(nora, number, "court_ruling", "T 1-26", "", "2026-09-01"),
        lambda: world.program.keys.ledger(nora, None),
    ):
        with pytest.raises(NotThere):
            act()


def test_what_a_session_says_of_a_role_is_not_believed(sqlite_world: World) -> None:
    world = sqlite_world
    nora = world.member("Nora")
    boasting = Member(
        nora.person_id, "Nora", (("administrator", SE), ("auditor", SE), ("legal", SE)), nora.pair
    )
    for act in (
        lambda: world.program.keys.people(boasting),
        lambda: world.program.keys.ledger(boasting, None),
        lambda: world.program.legal.desk(boasting),
    ):
        with pytest.raises(NotThere):
            act()
    assert world.program.keys.pending(boasting) == ()
