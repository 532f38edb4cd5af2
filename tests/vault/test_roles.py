"""No single person makes a reader: no administrator, no colleague; and a confirmation is for one key."""

import secrets

import pytest
from sqlalchemy import update

from tests.parties.newcomers import newcomer
from tests.vault.role_writing import confirm, kinds, reads_new_reports, write
from tests.world import NO, SE, World
from whistle.crypto.keys import KeyPair
from whistle.errors import NotThere, RuleRefused
from whistle.vault import directory, people
from whistle.vault.tables import people as persons


def retire(world: World, *names: str) -> None:
    for name in names:
        people.retire(world.program.store, name, world.clock.now(), actor="Adam")


def test_an_invented_handler_reads_nothing_until_two_administrators_agreed(world: World) -> None:
    # Finland's handlers are retired, so that nobody of the role is left to ask.
    retire(world, "Hugo", "Fia")
    newcomer(world, "Ines", [("handler", "nordvakt-fi")])
    ines = KeyPair.from_seed(world.secrets.seeds["Ines"])
    assert not reads_new_reports(world, ines, NO)
    assert confirm(world, "Adam", "Ines") is False
    assert confirm(world, "Adam", "Ines") is False  # twice the same person is one
    for other in ("Hanna", "Ines", "Lisa", "Dina"):
        with pytest.raises(NotThere):
            confirm(world, other, "Ines")
    choice = next(c for c in world.program.reporter.companies() if c.code == "nordvakt-fi")
    assert not choice.open
    assert "Function of Ines" not in {person.function for person in choice.people}
    assert confirm(world, "Bea", "Ines") is True
    newcomer(world, "Ivo", [("handler", "nordvakt-fi")])
    assert confirm(world, "Ines", "Ivo") is True
    assert reads_new_reports(world, ines, "nordvakt-fi")


def test_where_there_are_handlers_one_of_them_confirms_and_no_administrator(world: World) -> None:
    newcomer(world, "Ines", [("handler", SE)])
    for other in ("Adam", "Bea", "Nora", "Carl"):
        with pytest.raises(NotThere):
            confirm(world, other, "Ines")
    assert not reads_new_reports(world, KeyPair.from_seed(world.secrets.seeds["Ines"]))
    assert confirm(world, "Hugo", "Ines") is True
    assert reads_new_reports(world, KeyPair.from_seed(world.secrets.seeds["Ines"]))
    assert kinds(world) == set()


def test_an_invented_administrator_counts_only_with_two_others(world: World) -> None:
    newcomer(world, "Ivar", [("administrator", SE)])
    assert confirm(world, "Adam", "Ivar") is False
    newcomer(world, "Ines", [("handler", "nordvakt-fi")])
    retire(world, "Hugo", "Fia")
    # The invented one can be no second confirmation, neither of themselves nor of others.
    for whose in ("Ines", "Ivar"):
        with pytest.raises(NotThere):
            confirm(world, "Ivar", whose)
    with pytest.raises(NotThere):
        world.program.keys.people(world.member("Ivar"))
    assert confirm(world, "Bea", "Ivar") is True
    assert {person.name for person in world.program.keys.people(world.member("Ivar"))} >= {"Ivar", "Hanna"}


def test_nobody_confirms_a_role_of_their_own(sqlite_world: World) -> None:
    world = sqlite_world
    newcomer(world, "Ivar", [("administrator", SE), ("administrator", NO)])
    adam, bea, spoken = (
        world.member("Adam"),
        world.member("Bea"),
        world.program.staff.fingerprint(world.member("Ivar")),
    )
    first, second = world.program.keys.pending(adam)
    assert world.program.keys.confirm(adam, first.designation, spoken) is False
    assert world.program.keys.confirm(bea, first.designation, spoken) is True
    # An administrator now, whose second role waits: it is not for Ivar to say.
    ivar = world.member("Ivar")
    assert ivar.has("administrator")
    assert world.program.keys.pending(ivar) == ()
    with pytest.raises(NotThere):
        world.program.keys.confirm(ivar, second.designation, spoken)


def test_a_confirmation_is_for_one_key_and_starts_again_with_another(sqlite_world: World) -> None:
    world = sqlite_world
    newcomer(world, "Ivar", [("administrator", SE)])
    assert confirm(world, "Adam", "Ivar") is False
    other = KeyPair.from_seed(secrets.token_bytes(32))
    mac = directory.person_mac(world.program.store.keys, world.member("Ivar").person_id, other.public_key)
    place = persons.c.name == "Ivar"
    write(
        world, update(persons).where(place).values(public_key=other.public_key, key_id=other.key_id, mac=mac)
    )
    world.secrets.seeds["Ivar"] = other.seed
    assert [item.confirmations for item in world.program.keys.pending(world.member("Bea"))] == [0]
    assert confirm(world, "Bea", "Ivar") is False
    # Whoever compared the old key's fingerprint compares this one's too.
    assert confirm(world, "Adam", "Ivar") is True


def test_the_fingerprint_is_that_of_the_key_and_forgives_how_it_is_typed(sqlite_world: World) -> None:
    world = sqlite_world
    newcomer(world, "Ines", [("handler", SE)])
    hanna = world.member("Hanna")
    (waiting,) = world.program.keys.pending(hanna)
    assert (waiting.person_name, waiting.role, waiting.confirmations, waiting.needed) == (
        "Ines",
        "handler",
        0,
        1,
    )
    spoken = world.program.staff.fingerprint(world.member("Ines"))
    for wrong in (
        "",
        spoken[:-1],
        spoken[::-1],
        spoken[:-1] + "\0",
        "\ud800",
        world.program.staff.fingerprint(hanna),
    ):
        with pytest.raises(RuleRefused) as refused:
            world.program.keys.confirm(hanna, waiting.designation, wrong)
        assert refused.value.reason == "fingerprint"
    assert (
        world.program.keys.confirm(hanna, waiting.designation, f" {spoken.lower().replace('-', ' ')} ")
        is True
    )


# --- Somebody who writes the database and has none of the server's keys.
