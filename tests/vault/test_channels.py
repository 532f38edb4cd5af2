"""A channel takes reports only while its company has the people and the texts that the law asks for."""

import json
from datetime import date, timedelta

import pytest
from sqlalchemy import update

from tests.parties.newcomers import colleague, newcomer
from tests.vault.role_writing import confirm, designation_of, kinds, row_of, write
from tests.world import FI, NO, SE, World
from whistle.demo.people import SITE_TOML
from whistle.errors import NotThere, SettingsWrong
from whistle.parties.report_form import FormRefused
from whistle.rules.companies import Basis, as_toml, load_site, read_company
from whistle.vault import channels, designating, people, registry, sites
from whistle.vault.designating import Wanted
from whistle.vault.given_roles import Term
from whistle.vault.tables import designations

SHARED = 'employees = 138\nbasis = "shared_5_3"'
NORWAY_IN_SWEDEN = (
    SITE_TOML.replace('country = "NO"', 'country = "SE"\nzone = "Europe/Oslo"')
    .replace('employees = 138\nbasis = "own"', SHARED)
)  # fmt: skip


def channel(world: World, code: str) -> channels.Channel:
    found = registry.all_channels(world.program.store, world.clock.now())
    return next(one for one in found if one.company.code == code)


def apply(world: World, text: str) -> list[str]:
    """What `whistle apply` does with a site file."""
    store, now = world.program.store, world.clock.now()
    wanted = load_site(text, sharing=sites.sharing(store))
    promised = sites.differences(store, wanted, now)
    said = sites.apply(store, wanted, now)
    assert said == promised
    assert sites.differences(store, wanted, now) == []
    return said


def shared_handler(world: World, name: str) -> None:
    """Norway's channel is a shared one, and `name` handles its cases from another company."""
    apply(world, NORWAY_IN_SWEDEN)
    adam, wanted = row_of(world, "Adam").id, Wanted("handler", NO, Term(shared=True))
    store, whom = world.program.store, bytes(row_of(world, name).id)
    designating.designate(store, bytes(adam), whom, wanted, world.clock.now())
    assert confirm(world, "Nora", name)


def test_every_channel_of_the_template_is_open(world: World) -> None:
    assert [one.open for one in registry.companies(world.program.store, world.clock.now())] == [True] * 3
    assert kinds(world) == set()


@pytest.mark.parametrize(
    ("leaves", "code", "lacks"),
    [("Nils", NO, "handlers"), ("Nora", NO, "handlers"), ("Dag", NO, "deputy"), ("Dina", FI, "deputy")],
)
def test_one_handler_fewer_or_no_deputy_closes_it(
    sqlite_world: World, leaves: str, code: str, lacks: str
) -> None:
    world = sqlite_world
    people.retire(world.program.store, leaves, world.clock.now(), actor="Adam")
    assert channel(world, code).lacks == (lacks,)
    assert kinds(world) == {lacks}
    with pytest.raises(FormRefused):
        world.send(company=code)
    choice = next(one for one in world.program.reporter.companies() if one.code == code)
    assert not choice.open
    assert world.send(company=SE).number


def test_a_deputy_counts_only_after_a_handler_of_the_company_agreed(world: World) -> None:
    people.retire(world.program.store, "Dag", world.clock.now(), actor="Adam")
    newcomer(world, "Ines", [("deputy", NO)])
    for other in ("Adam", "Bea", "Hanna", "Dina", "Disa", "Ines"):
        with pytest.raises(NotThere):
            confirm(world, other, "Ines")
    assert not channel(world, NO).company.open
    assert confirm(world, "Nora", "Ines") is True
    assert channel(world, NO).company.open


def test_a_deputy_without_handlers_waits_for_one(sqlite_world: World) -> None:
    world = sqlite_world
    for name in ("Nora", "Nils", "Dag"):
        people.retire(world.program.store, name, world.clock.now(), actor="Adam")
    newcomer(world, "Ines", [("deputy", NO)])
    for other in ("Adam", "Bea"):
        with pytest.raises(NotThere):
            confirm(world, other, "Ines")


def test_a_forged_handler_opens_no_channel(sqlite_world: World) -> None:
    world = sqlite_world
    people.retire(world.program.store, "Nils", world.clock.now(), actor="Adam")
    row = designation_of(world, "Dag")
    write(world, update(designations).where(designations.c.id == row.id).values(role="handler"))
    assert channel(world, NO).lacks == ("handlers", "deputy")


def test_a_company_that_shares_needs_a_handler_of_its_own(sqlite_world: World) -> None:
    world = sqlite_world
    colleague(world, "Ines", SE, by="Hugo")
    for name in ("Hanna", "Ines"):
        shared_handler(world, name)
    assert channel(world, NO).lacks == ()
    for name in ("Nora", "Nils"):
        people.retire(world.program.store, name, world.clock.now(), actor="Adam")
    assert channel(world, NO).lacks == ("own_handler",)
    assert kinds(world) == {"own_handler"}


def test_a_company_that_passes_249_has_thirty_days(world: World) -> None:
    apply(world, NORWAY_IN_SWEDEN)
    receipt = world.send(company=NO)
    grown = NORWAY_IN_SWEDEN.replace("employees = 138", "employees = 250")
    assert apply(world, grown) == [
        "nordvakt-no: employees changed",
        "nordvakt-no: too large to share a channel; no new cases after 30 days",
    ]
    assert (channel(world, NO).over_since, channel(world, NO).company.open) == (date(2026, 3, 2), True)
    assert kinds(world) == {"over_249"}
    # Saying so again later gives no more time.
    world.later(30)
    apply(world, grown.replace("employees = 250", "employees = 260"))
    assert channel(world, NO).company.open
    world.later(1)
    assert channel(world, NO).lacks == ("over_249",)
    with pytest.raises(FormRefused):
        world.send(company=NO)
    # What stands goes on.
    assert world.program.handler.case(world.member("Nora"), receipt.number).number == receipt.number
    assert "nordvakt-no: no longer too large for its channel" in apply(
        world, grown.replace('basis = "shared_5_3"', 'basis = "own"')
    )
    assert channel(world, NO).company.open


def test_a_company_that_never_shared_may_not_begin_over_249(sqlite_world: World) -> None:
    with pytest.raises(SettingsWrong):
        apply(sqlite_world, NORWAY_IN_SWEDEN.replace("employees = 138", "employees = 250"))


def test_two_companies_that_grow_at_once_are_both_flagged(sqlite_world: World) -> None:
    world = sqlite_world
    both = NORWAY_IN_SWEDEN.replace('employees = 412\nbasis = "own"', SHARED)
    apply(world, both)
    apply(world, both.replace("employees = 138", "employees = 300"))
    assert all(channel(world, code).over_since for code in (SE, NO))


def test_the_stored_site_is_its_own_site_file(sqlite_world: World) -> None:
    world, store = sqlite_world, sqlite_world.program.store
    for text in (SITE_TOML, NORWAY_IN_SWEDEN):
        apply(world, text)
        stored = sites.stored(store)
        assert load_site(as_toml(stored)) == stored == load_site(text)
        assert sites.differences(store, load_site(as_toml(stored)), world.clock.now()) == []


def test_a_company_is_changed_by_its_own_administrator_as_apply_would(world: World) -> None:
    store, now = world.program.store, world.clock.now()
    entry = {
        "code": NO, "name": "Nordvakt Norge AS", "country": "NO", "employees": 140, "basis": "own",
        "contact": "+46 8 465 004 31", "retention_months": 24,
    }  # fmt: skip
    wanted = read_company(entry, NO)
    for other in ("Bea", "Nora", "Alma"):
        with pytest.raises(NotThere):
            sites.change_company(store, bytes(row_of(world, other).id), wanted, now)
    said = sites.change_company(store, bytes(row_of(world, "Adam").id), wanted, now)
    assert said == ["nordvakt-no: employees, contact, meeting, board_contact changed"]
    assert next(one for one in sites.stored(store).companies if one.code == NO) == wanted
    line = world.program.keys.ledger(world.member("Alma"), None).lines[0]
    assert (line.actor, line.action) == ("Adam", "company_changed")
    assert "board_contact" in kinds(world)


def test_a_page_cannot_store_what_the_site_file_refuses(sqlite_world: World) -> None:
    world, store = sqlite_world, sqlite_world.program.store
    adam, here = bytes(row_of(world, "Adam").id), sites.stored(store).company(SE)
    assert here is not None
    unlawful = here.__class__(**{**here.__dict__, "basis": Basis.SHARED})
    with pytest.raises(SettingsWrong):
        sites.change_company(store, adam, unlawful, world.clock.now())
    moved = here.__class__(**{**here.__dict__, "country": "FI", "zone": "Europe/Helsinki"})
    assert sites.change_company(store, adam, moved, world.clock.now()) == []


def test_a_company_that_is_added_gets_the_first_ones_administrators_once_confirmed(
    sqlite_world: World,
) -> None:
    world = sqlite_world
    more = '[[company]]\ncode = "ny"\nname = "Ny AB"\ncountry = "SE"\nemployees = 60\nbasis = "own"\n'
    apply(world, SITE_TOML + "\n" + more + 'contact = "+46 8 465 004 70"\n')
    assert channel(world, "ny").lacks == ("handlers", "deputy")
    wanted, now = Wanted("handler", "ny"), world.clock.now()
    adam, hanna = bytes(row_of(world, "Adam").id), bytes(row_of(world, "Hanna").id)
    with pytest.raises(NotThere):
        designating.designate(world.program.store, adam, hanna, wanted, now)
    assert confirm(world, "Bea", "Adam") is False
    # Bea is the only other administrator, so the second word is somebody's of another role.
    assert confirm(world, "Alma", "Adam") is True
    designating.designate(world.program.store, adam, hanna, wanted, now)


def test_the_growth_is_kept_by_company_and_day(sqlite_world: World) -> None:
    world = sqlite_world
    apply(world, NORWAY_IN_SWEDEN)
    apply(world, NORWAY_IN_SWEDEN.replace("employees = 138", "employees = 250"))
    assert json.loads(sites.value(world.program.store, channels.OVER_LIMIT)) == {NO: "2026-03-02"}
    assert channel(world, NO).closes_on == date(2026, 3, 2) + timedelta(days=30)
