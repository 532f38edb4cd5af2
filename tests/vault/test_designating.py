"""Roles begin and end by the page of those who administer the company, and a row alone gives nothing."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from tests.parties.newcomers import colleague, newcomer
from tests.vault.joining import joins
from tests.vault.role_writing import confirm, designation_of, forged, kinds, row_of, write
from tests.vault.scenes import pass_at
from tests.world import FI, NO, SE, World
from whistle.errors import Conflict, NotThere, RuleRefused
from whistle.vault import designating, directory, people, registry
from whistle.vault.designating import Wanted
from whistle.vault.given_roles import Term
from whistle.vault.tables import designations, grants, ledger, readers
from whistle.vault.tables import people as persons

TODAY = date(2026, 3, 2)


def id_of(world: World, name: str) -> bytes:
    return bytes(row_of(world, name).id)


def designate(world: World, actor: str, name: str, wanted: Wanted) -> None:
    store, now = world.program.store, world.clock.now()
    designating.designate(store, id_of(world, actor), id_of(world, name), wanted, now)


def end(world: World, actor: str, name: str, on_day: date) -> None:
    store, row = world.program.store, designation_of(world, name)
    designating.end(store, id_of(world, actor), bytes(row.id), on_day, world.clock.now())


def served(world: World, name: str, role: str = "handler") -> list[str]:
    found = registry.served(world.program.store, id_of(world, name), role, world.clock.now())
    return [company.code for company in found]


def holdings(world: World, name: str) -> tuple[int, int]:
    """How many grants somebody has, and on how many cases they are."""
    with world.program.store.reading() as db:
        held = db.execute(select(grants).where(grants.c.holder_id == id_of(world, name))).all()
        read = db.execute(select(readers).where(readers.c.person_id == id_of(world, name))).all()
    return len(held), len(read)


def test_the_world_begins_today(world: World) -> None:
    assert world.clock.now().date() == TODAY


@pytest.mark.parametrize("actor", ["Bea", "Hanna", "Carl", "Lisa", "Olle", "Alma", "Nora", "Disa"])
def test_only_an_administrator_of_that_very_company_gives_and_ends_roles(
    sqlite_world: World, actor: str
) -> None:
    world, store, now = sqlite_world, sqlite_world.program.store, sqlite_world.clock.now()
    me, hugo = id_of(world, actor), id_of(world, "Hugo")
    norway = bytes(designation_of(world, "Nora").id)
    who = people.Invited("Ines", "ines@nordvakt.example", "Audit")
    for act in (
        lambda: designating.designate(store, me, hugo, Wanted("handler", NO), now),
        lambda: designating.end(store, me, norway, TODAY, now),
        lambda: designating.invite(store, me, who, Wanted("auditor", NO), now, world.clock.machine()),
        lambda: designating.retire(store, me, id_of(world, "Nora"), now),
        lambda: designating.change_function(store, me, id_of(world, "Nora"), "Nobody", now),
    ):
        with pytest.raises(NotThere):
            act()
    assert served(world, "Nora") == [NO]


def test_an_administrator_whose_key_nobody_confirmed_gives_nothing(sqlite_world: World) -> None:
    world = sqlite_world
    newcomer(world, "Ivar", [("administrator", NO)])
    for wanted in (Wanted("handler", NO), Wanted("deputy", NO)):
        with pytest.raises(NotThere):
            designate(world, "Ivar", "Hugo", wanted)
    write(world, forged(world, "Ivar", "administrator", SE, bytes(32)))
    with pytest.raises(NotThere):
        designate(world, "Ivar", "Hugo", Wanted("auditor", SE))


def test_a_role_is_given_for_a_time_and_counts_in_it_once_confirmed(world: World) -> None:
    begins, ends = TODAY + timedelta(days=3), TODAY + timedelta(days=10)
    designate(world, "Adam", "Hanna", Wanted("handler", NO, Term(begins, ends)))
    assert served(world, "Hanna") == [SE]
    assert confirm(world, "Nora", "Hanna") is True
    assert served(world, "Hanna") == [SE]
    world.later(3)
    assert served(world, "Hanna") == [SE, NO]
    assert world.program.handler.case(world.member("Hanna"), world.send(company=NO).number)
    world.later(7)
    assert served(world, "Hanna") == [SE]
    # The day's pass takes what the role had opened.
    held = holdings(world, "Hanna")[1]
    pass_at(world)
    assert holdings(world, "Hanna")[1] == held - 1
    assert kinds(world) == set()


@pytest.mark.parametrize(
    ("wanted", "reason"),
    [
        (Wanted("legal", SE), "incompatible"),
        (Wanted("deputy", SE), "incompatible"),
        (Wanted("handler", SE), "held"),
        (Wanted("handler", NO, Term(TODAY - timedelta(days=1))), "term"),
        (Wanted("handler", NO, Term(TODAY, TODAY)), "term"),
        (Wanted("handler", NO, Term(shared=True)), "not_shared"),
        (Wanted("investigator", NO), "one_case"),
    ],
)
def test_what_no_rule_allows_is_not_given(sqlite_world: World, wanted: Wanted, reason: str) -> None:
    with pytest.raises(RuleRefused) as refused:
        designate(sqlite_world, "Adam", "Hanna", wanted)
    assert refused.value.reason == reason
    assert served(sqlite_world, "Hanna") == [SE]


def test_a_second_role_may_begin_on_the_day_the_first_ends(sqlite_world: World) -> None:
    world, change = sqlite_world, TODAY + timedelta(days=5)
    colleague(world, "Ines", SE, by="Hugo")
    end(world, "Bea", "Hanna", change)
    with pytest.raises(RuleRefused):
        designate(world, "Bea", "Hanna", Wanted("auditor", SE, Term(change - timedelta(days=1))))
    designate(world, "Bea", "Hanna", Wanted("auditor", SE, Term(change)))


def test_who_ends_a_role_takes_every_grant_that_came_with_it(world: World) -> None:
    receipt = world.send()
    assert holdings(world, "Hanna")[1] == 1
    end(world, "Bea", "Hanna", TODAY)
    assert (served(world, "Hanna"), holdings(world, "Hanna")) == ([], (0, 0))
    with pytest.raises(NotThere):
        world.program.handler.case(world.member("Hanna"), receipt.number)
    assert world.program.handler.case(world.member("Hugo"), receipt.number).number == receipt.number
    # One handler of two is left: the channel waits for another, and `check` says so.
    assert kinds(world) == {"handlers"}
    with pytest.raises(NotThere):
        end(world, "Bea", "Hanna", TODAY)


def test_a_role_cannot_have_ended_yesterday_and_the_last_administrator_stays(sqlite_world: World) -> None:
    world = sqlite_world
    with pytest.raises(RuleRefused) as refused:
        end(world, "Bea", "Hanna", TODAY - timedelta(days=1))
    assert refused.value.reason == "end_past"
    end(world, "Adam", "Bea", TODAY)
    for act in (
        lambda: end(world, "Adam", "Adam", TODAY),
        lambda: end(world, "Adam", "Adam", TODAY + timedelta(days=9)),
    ):
        with pytest.raises(RuleRefused) as refused:
            act()
        assert refused.value.reason == "last_administrator"


def test_an_end_that_is_set_comes_sooner_and_never_later(sqlite_world: World) -> None:
    """Later she would hold a second role beside it, and who is there for one case would stay for years."""
    world, change = sqlite_world, TODAY + timedelta(days=5)
    colleague(world, "Ines", SE, by="Hugo")
    end(world, "Bea", "Hanna", change)
    designate(world, "Bea", "Hanna", Wanted("auditor", SE, Term(change)))
    newcomer(world, "Ivar", [])
    ivar, number, circle = id_of(world, "Ivar").hex(), world.send().number, world.program.circle
    circle.name_investigator(world.member("Hugo"), number, ivar, change.isoformat(), "Agreement 17")
    for name in ("Hanna", "Ivar"):
        with pytest.raises(RuleRefused) as refused:
            end(world, "Bea", name, change + timedelta(days=1))
        assert refused.value.reason == "end_later"
        end(world, "Bea", name, change)
        end(world, "Bea", name, TODAY)
    assert served(world, "Hanna") == []


def test_an_account_is_ended_only_by_who_administers_all_that_it_serves(sqlite_world: World) -> None:
    world, store, now = sqlite_world, sqlite_world.program.store, sqlite_world.clock.now()
    # Hugo serves Finland too, which neither of them administers.
    for actor in ("Adam", "Bea"):
        with pytest.raises(NotThere):
            designating.retire(store, id_of(world, actor), id_of(world, "Hugo"), now)
    with pytest.raises(RuleRefused) as refused:
        designating.retire(store, id_of(world, "Bea"), id_of(world, "Bea"), now)
    assert refused.value.reason == "yourself"
    designating.retire(store, id_of(world, "Bea"), id_of(world, "Hanna"), now)
    assert (row_of(world, "Hanna").state, served(world, "Hanna")) == ("retired", [])


def test_an_invitation_and_a_function_go_through_the_same_door(sqlite_world: World) -> None:
    world, store, now = sqlite_world, sqlite_world.program.store, sqlite_world.clock.now()
    who = people.Invited("Ines", "ines@nordvakt.example", "Audit")
    machine = world.clock.machine()
    token = designating.invite(store, id_of(world, "Bea"), who, Wanted("deputy", SE), now, machine)
    assert people.invitation(store, token, machine).name == "Ines"
    designating.change_function(store, id_of(world, "Bea"), id_of(world, "Ines"), "Head of audit", now)
    assert row_of(world, "Ines").function == "Head of audit"
    blank = people.Invited("Ivo", " ", "Audit")
    with pytest.raises(RuleRefused):
        designating.invite(store, id_of(world, "Bea"), blank, Wanted("deputy", SE), now, machine)


def test_nobody_takes_over_who_was_invited_for_a_company_that_is_not_theirs(sqlite_world: World) -> None:
    """The link, the address and the function would be another administrator's, with the role of before."""
    world, store, now = sqlite_world, sqlite_world.program.store, sqlite_world.clock.now()
    machine, axel = world.clock.machine(), joins(world, "Axel", "administrator", NO)
    here = people.Invited("Eva Berg", "eva@nordvakt.example", "Audit")
    first = designating.invite(store, id_of(world, "Bea"), here, Wanted("handler", SE), now, machine)
    there = people.Invited("eva  berg", "axel@elsewhere.example", "Mine")
    with pytest.raises(Conflict):
        designating.invite(store, axel.person_id, there, Wanted("handler", NO), now, machine)
    assert people.invitation(store, first, machine).email == "eva@nordvakt.example"
    # Who administers both companies, or all that somebody serves, may invite them anew.
    again = designating.invite(store, id_of(world, "Adam"), here, Wanted("deputy", NO), now, machine)
    assert len(people.invitation(store, again, machine).designations) == 2


def test_an_outside_investigator_comes_with_an_account_and_no_role(sqlite_world: World) -> None:
    world = sqlite_world
    store, now, machine = world.program.store, world.clock.now(), world.clock.machine()
    who = people.Invited("Ivar", "ivar@outside.example", "Investigator")
    designating.invite(store, id_of(world, "Bea"), who, Wanted("investigator", SE), now, machine)
    ivar = next(person for person in people.everybody(store, now) if person.name == "Ivar")
    assert (ivar.state, ivar.designations) == ("invited", ())


def test_the_ledger_says_who_gave_and_ended_what(sqlite_world: World) -> None:
    world = sqlite_world
    designate(world, "Adam", "Hanna", Wanted("handler", NO, Term(to_on=TODAY + timedelta(days=9))))
    end(world, "Bea", "Carl", TODAY)
    lines = world.program.keys.ledger(world.member("Alma"), None).lines
    given, ended = (next(one for one in lines if one.action == word) for word in ("role_given", "role_ended"))
    assert (given.actor, dict(given.facts)["person"], dict(given.facts)["to_on"]) == (
        "Adam", "Hanna", "2026-03-11",
    )  # fmt: skip
    assert (ended.actor, dict(ended.facts)["role"]) == ("Bea", "custodian")


# --- Somebody who can write the database.


def later_end(row: Any) -> dict[str, Any]:
    return {"to_on": TODAY + timedelta(days=400)}


def no_end(row: Any) -> dict[str, Any]:
    return {"to_on": None}


def earlier_begin(row: Any) -> dict[str, Any]:
    return {"from_on": TODAY - timedelta(days=400)}


def made_own(row: Any) -> dict[str, Any]:
    return {"shared": not row.shared}


def other_role(row: Any) -> dict[str, Any]:
    return {"role": "deputy"}


@pytest.mark.parametrize("edit", [later_end, no_end, earlier_begin, made_own, other_role])
def test_an_edited_designation_gives_nothing_and_shows(
    sqlite_world: World, edit: Callable[[Any], dict[str, Any]]
) -> None:
    world, store = sqlite_world, sqlite_world.program.store
    colleague(world, "Ines", SE, by="Hugo")
    end(world, "Bea", "Hanna", TODAY + timedelta(days=5))
    hanna = designation_of(world, "Hanna")
    write(world, update(designations).where(designations.c.id == hanna.id).values(**edit(hanna)))
    assert (served(world, "Hanna"), served(world, "Hanna", "deputy")) == ([], [])
    with store.reading() as db:
        assert (
            directory.role_on(db, store.keys, bytes(hanna.person_id), bytes(hanna.company_id), TODAY) is None
        )
    assert "designation" in kinds(world)


def test_a_row_of_before_that_is_written_back_whole_is_found(world: World) -> None:
    before = designation_of(world, "Hanna")
    end(world, "Bea", "Hanna", TODAY)
    values = {"to_on": before.to_on, "mac": before.mac, "key_id": before.key_id}
    write(world, update(designations).where(designations.c.id == before.id).values(**values))
    assert "designation" in kinds(world)


def test_what_one_administrator_agreed_to_is_not_turned_into_another_role(world: World) -> None:
    """Bea can write the database: an auditor whom Adam confirmed is to become a handler by her word alone."""
    for name in ("Hugo", "Fia"):
        people.retire(world.program.store, name, world.clock.now(), actor="Adam")
    newcomer(world, "Ines", [("auditor", FI)])
    assert confirm(world, "Adam", "Ines") is False
    row = designation_of(world, "Ines")
    write(world, update(designations).where(designations.c.id == row.id).values(role="handler"))
    assert confirm(world, "Bea", "Ines") is False
    assert served(world, "Ines") == []
    assert "confirmation" in kinds(world)


def test_a_retired_persons_row_that_is_revived_gives_nothing(world: World) -> None:
    hanna, row = row_of(world, "Hanna"), designation_of(world, "Hanna")
    people.retire(world.program.store, "Hanna", world.clock.now(), actor="Adam")
    write(
        world,
        update(persons).where(persons.c.id == hanna.id).values(state="active", mac=hanna.mac),
        update(designations).where(designations.c.id == row.id).values(to_on=None),
    )
    assert served(world, "Hanna") == []
    assert {"retired", "designation"} <= kinds(world)


def test_nothing_of_a_role_is_in_the_ledger_but_who_what_and_when(sqlite_world: World) -> None:
    world = sqlite_world
    designate(world, "Adam", "Hanna", Wanted("handler", NO))
    with world.program.store.reading() as db:
        row = db.execute(select(ledger.c.facts).where(ledger.c.action == "role_given")).scalar_one()
    assert row == '{"company":"nordvakt-no","person":"Hanna","role":"handler"}'
