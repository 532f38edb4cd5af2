"""One administrator invents people, swaps keys, ends roles: nothing is ever sealed to what they made."""

import secrets
from collections.abc import Callable
from datetime import date

import pytest
from sqlalchemy import delete, insert, update

from tests.parties.newcomers import colleague, newcomer
from tests.vault.role_writing import confirm, designation_of, kinds, reads_new_reports, row_of, write
from tests.world import FI, NO, SE, World
from whistle.crypto.keys import KeyPair
from whistle.errors import NotThere, RuleRefused, Tampered
from whistle.vault import confirmations, designating, directory, registry
from whistle.vault.designating import Wanted
from whistle.vault.tables import designations, ledger
from whistle.vault.tables import people as persons

TODAY = date(2026, 3, 2)


def pair_of(world: World, name: str) -> KeyPair:
    return KeyPair.from_seed(world.secrets.seeds[name])


def confirm_all_that_goes(world: World, *names: str) -> None:
    """Each confirms every key that the pages let them, their own included where they try."""
    for _round in range(3):
        for by in names:
            for item in confirmations.waiting(world.program.store, row_of(world, by).id, world.clock.now()):
                if item.person_id != row_of(world, by).id:
                    confirm(world, by, item.person_name)


def end(world: World, actor: str, name: str) -> None:
    row, store = designation_of(world, name), world.program.store
    designating.end(store, bytes(row_of(world, actor).id), bytes(row.id), TODAY, world.clock.now())


def gets_nothing(world: World, name: str, *companies: str) -> None:
    store, person = world.program.store, bytes(row_of(world, name).id)
    assert registry.served(store, person, "handler", world.clock.now()) == ()
    assert world.program.handler.cases(world.member(name)).rows == ()
    assert world.program.handler.companies(world.member(name)) == ()
    for company in companies:
        assert not reads_new_reports(world, pair_of(world, name), company)


def test_a_handler_whom_one_administrator_invented_gets_nothing(world: World) -> None:
    earlier = world.send()
    newcomer(world, "Ines", [("handler", SE), ("handler", NO), ("handler", FI)])
    confirm_all_that_goes(world, "Adam", "Ines")
    gets_nothing(world, "Ines", SE, NO, FI)
    with pytest.raises(NotThere):
        world.program.handler.case(world.member("Ines"), earlier.number)


def test_nor_one_for_whom_the_real_handlers_were_sent_away_first(world: World) -> None:
    colleague(world, "Ivo", NO, by="Nora")
    for name in ("Nora", "Nils", "Ivo"):
        end(world, "Adam", name)
    newcomer(world, "Ines", [("handler", NO)])
    confirm_all_that_goes(world, "Adam", "Ines")
    assert registry.audience(world.program.store, NO, ("handler",), world.clock.now()) == ()
    gets_nothing(world, "Ines")
    assert {"handlers"} <= kinds(world)


def test_nor_with_a_second_administrator_who_was_invented_too(world: World) -> None:
    newcomer(world, "Ivar", [("administrator", SE)])
    for name in ("Hanna", "Hugo"):
        end(world, "Adam", name)
    newcomer(world, "Ines", [("handler", SE)])
    confirm_all_that_goes(world, "Adam", "Ivar", "Ines")
    assert registry.audience(world.program.store, SE, ("handler", "administrator"), world.clock.now()) != ()
    gets_nothing(world, "Ines")
    with pytest.raises(NotThere):
        world.program.keys.people(world.member("Ivar"))


def test_nor_after_the_real_second_administrator_was_sent_away(world: World) -> None:
    """Two steps: end Bea's role, invent Ivar in her place, let both agree to Ines. Ivar never counts."""
    end(world, "Adam", "Bea")
    for name in ("Hanna", "Hugo"):
        end(world, "Adam", name)
    newcomer(world, "Ivar", [("administrator", SE)])
    newcomer(world, "Ines", [("handler", SE)])
    confirm_all_that_goes(world, "Adam", "Ivar", "Ines")
    assert (
        registry.served(world.program.store, row_of(world, "Ivar").id, "administrator", world.clock.now())
        == ()
    )
    gets_nothing(world, "Ines")
    # Somebody of another role who meets Ivar makes it two people.
    assert confirm(world, "Alma", "Ivar") is True


def test_nor_after_the_ledger_was_made_to_forget_the_second_administrator(world: World) -> None:
    end(world, "Adam", "Bea")
    newcomer(world, "Ivar", [("administrator", SE)])
    write(world, delete(ledger).where(ledger.c.action == "key_confirmed", ledger.c.actor == "Adam"))
    with pytest.raises(Tampered):
        confirm(world, "Adam", "Ivar")


def test_whoever_is_invited_is_no_witness_before_their_own_key_counts(sqlite_world: World) -> None:
    world = sqlite_world
    end(world, "Adam", "Bea")
    newcomer(world, "Ivar", [("administrator", SE)])
    newcomer(world, "Ines", [("auditor", NO)])
    confirm_all_that_goes(world, "Adam", "Ines", "Ivar")
    for name, role in (("Ines", "auditor"), ("Ivar", "administrator")):
        assert registry.served(world.program.store, row_of(world, name).id, role, world.clock.now()) == ()


def plainly(world: World, pair: KeyPair) -> None:
    place = persons.c.name == "Hanna"
    write(world, update(persons).where(place).values(public_key=pair.public_key))


def with_its_number(world: World, pair: KeyPair) -> None:
    hanna = row_of(world, "Hanna").id
    values = {"public_key": pair.public_key, "key_id": pair.key_id}
    write(
        world,
        update(persons).where(persons.c.id == hanna).values(**values),
        update(designations).where(designations.c.person_id == hanna).values(key_id=pair.key_id),
    )


def with_marks_of_chance(world: World, pair: KeyPair) -> None:
    hanna, mark = row_of(world, "Hanna").id, secrets.token_bytes(32)
    values = {"public_key": pair.public_key, "key_id": pair.key_id, "mac": mark}
    write(
        world,
        update(persons).where(persons.c.id == hanna).values(**values),
        update(designations).where(designations.c.person_id == hanna).values(key_id=pair.key_id, mac=mark),
    )


def as_if_it_waited(world: World, pair: KeyPair) -> None:
    """The designation is made to wait again, so that an administrator may be asked."""
    hanna = row_of(world, "Hanna").id
    values = {"public_key": pair.public_key, "key_id": pair.key_id}
    write(
        world,
        update(persons).where(persons.c.id == hanna).values(**values),
        update(designations).where(designations.c.person_id == hanna).values(key_id=None, mac=None),
    )


@pytest.mark.parametrize("swap", [plainly, with_its_number, with_marks_of_chance, as_if_it_waited])
def test_a_public_key_swapped_in_the_database_is_never_sealed_to(
    world: World, swap: Callable[[World, KeyPair], None]
) -> None:
    colleague(world, "Ines", SE, by="Hugo")
    thief = KeyPair.from_seed(secrets.token_bytes(32))
    swap(world, thief)
    with pytest.raises(NotThere):
        confirmations.confirm(
            world.program.store, row_of(world, "Adam").id, designation_of(world, "Hanna").id, thief.key_id,
            world.clock.now(),
        )  # fmt: skip
    assert not reads_new_reports(world, thief)
    assert "key" in kinds(world)


def test_a_key_that_was_swapped_does_not_count_even_when_a_colleague_is_deceived(world: World) -> None:
    """Hugo is made to confirm what the database says is Hanna's: the person's own mark is missing."""
    colleague(world, "Ines", SE, by="Hugo")
    thief = KeyPair.from_seed(secrets.token_bytes(32))
    as_if_it_waited(world, thief)
    hugo, hanna = row_of(world, "Hugo").id, designation_of(world, "Hanna").id
    confirmations.confirm(world.program.store, hugo, hanna, thief.key_id, world.clock.now())
    assert not reads_new_reports(world, thief)


def test_a_designation_for_one_case_makes_no_reader_of_another(sqlite_world: World) -> None:
    world, store = sqlite_world, sqlite_world.program.store
    first, second = (world.send().number for _ in range(2))
    newcomer(world, "Ines", [("deputy", FI)])
    with store.reading() as db:
        company = directory.company_by_code(db, SE)
    cases = {number: world.program.handler.case(world.member("Hanna"), number) for number in (first, second)}
    assert set(cases) == {first, second}
    case_id = case_id_of(world, first)
    write(
        world,
        insert(designations).values(
            id=b"i" * 16, person_id=row_of(world, "Ines").id, company_id=company.id, role="investigator",
            from_on=TODAY, shared=False, for_case_id=case_id,
        ),
    )  # fmt: skip
    for other in ("Adam", "Nora", "Carl"):
        with pytest.raises(NotThere):
            confirm(world, other, "Ines")
    assert confirm(world, "Hanna", "Ines") is True
    ines = bytes(row_of(world, "Ines").id)
    with store.reading() as db:
        roles = [
            directory.role_on(db, store.keys, ines, company.id, TODAY, case)
            for case in (case_id, case_id_of(world, second), None)
        ]
    assert roles == [directory.Standing("investigator", shared=False), None, None]


def test_a_handler_who_does_not_work_on_a_case_is_not_told_that_it_has_an_investigator(
    sqlite_world: World,
) -> None:
    world = sqlite_world
    number = world.send(exclude=(ref_of(world, "Hugo"),)).number
    newcomer(world, "Ines", [("deputy", NO)])
    hanna = designation_of(world, "Hanna")
    write(
        world,
        insert(designations).values(
            id=b"i" * 16, person_id=row_of(world, "Ines").id, company_id=hanna.company_id,
            role="investigator", from_on=TODAY, shared=False, for_case_id=case_id_of(world, number),
        ),
    )  # fmt: skip
    assert [one.role for one in world.program.keys.pending(world.member("Hanna"))] == ["investigator"]
    assert world.program.keys.pending(world.member("Hugo")) == ()


def case_id_of(world: World, number: str) -> bytes:
    from tests.vault.tampering import case_of  # noqa: PLC0415 - the two files' own `write` differ

    return bytes(case_of(world, number)["id"])


def ref_of(world: World, name: str) -> str:
    company = next(one for one in world.program.reporter.companies() if one.code == SE)
    return next(one.ref for one in company.people if one.function == f"Function of {name}")


def test_a_role_that_no_page_gives_is_refused(sqlite_world: World) -> None:
    world = sqlite_world
    with pytest.raises(RuleRefused):
        designating.designate(
            world.program.store, row_of(world, "Adam").id, row_of(world, "Hanna").id,
            Wanted("investigator", NO), world.clock.now(),
        )  # fmt: skip
