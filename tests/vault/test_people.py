"""People come by invitation, hold one role in a company, and leave at once."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from tests.parties.newcomers import colleague
from tests.world import NO, PASSPHRASE, SE, World
from whistle.crypto.keys import public_key_id
from whistle.errors import Conflict, NotAllowed, NotThere, RuleRefused
from whistle.rules.roles import Role
from whistle.vault import confirmations, given_roles, people, registry
from whistle.vault.facts import PersonFacts
from whistle.vault.given_roles import Term
from whistle.vault.tables import designations
from whistle.vault.tables import people as table


def invite(world: World, name: str, roles: list[tuple[str, str]]) -> str:
    clock, email = world.clock, f"{name.lower()}@nordvakt.example"
    return people.invite(
        world.program.store, name, email, "Audit", roles, clock.now(), clock.machine(), actor="Adam"
    )


def counts(world: World, designation_id: bytes) -> None:
    """A colleague confirms the key for this role."""
    store, alma = world.program.store, world.member("Alma").person_id
    (waiting,) = confirmations.waiting(store, alma, world.clock.now())
    assert waiting.id == designation_id
    key_id = public_key_id(waiting.public_key)
    assert confirmations.confirm(store, alma, designation_id, key_id, world.clock.now())


def facts(world: World, name: str) -> PersonFacts:
    return next(person for person in people.everybody(world.program.store) if person.name == name)


def test_nobody_holds_two_roles_in_one_company(world: World) -> None:
    roles = [str(role) for role in Role]
    for first in roles:
        for second in roles:
            if first != second:
                with pytest.raises(RuleRefused) as refused:
                    invite(world, "Ingrid", [(first, SE), (second, SE)])
                assert refused.value.reason == "incompatible"
    assert "Ingrid" not in {person.name for person in people.everybody(world.program.store)}
    invite(world, "Ingrid", [("handler", SE), ("auditor", NO)])
    with pytest.raises(RuleRefused):
        invite(world, "Ingrid", [("legal", NO)])
    assert {(d.role, d.company_code) for d in facts(world, "Ingrid").designations} == {
        ("handler", SE),
        ("auditor", NO),
    }


def test_an_invitation_sent_again_replaces_the_first_and_adds_no_role_twice(sqlite_world: World) -> None:
    world = sqlite_world
    first = invite(world, "Ingrid", [("handler", SE)])
    second = invite(world, "INGRID ", [("handler", SE), ("handler", NO)])
    moment = world.clock.machine()
    with pytest.raises(NotThere):
        people.invitation(world.program.store, first, moment)
    found = people.invitation(world.program.store, second, moment)
    assert [(d.role, d.company_code, d.confirmed) for d in found.designations] == [
        ("handler", SE, False),
        ("handler", NO, False),
    ]


def test_whoever_has_an_account_is_not_invited_over(sqlite_world: World) -> None:
    for name in ("Hanna", " hanna"):
        with pytest.raises(Conflict):
            invite(sqlite_world, name, [("administrator", NO)])
    with pytest.raises(NotThere):
        invite(sqlite_world, "Ingrid", [("handler", "nowhere")])
    assert facts(sqlite_world, "Hanna").state == "active"


def test_who_is_retired_keeps_no_lock_no_role_and_no_way_in(world: World) -> None:
    store, now = world.program.store, world.clock.now()
    hugo = world.member("Hugo")
    colleague(world, "Ines", SE, by="Hanna")
    earlier = world.send()
    people.retire(store, " HUGO", now, actor="Adam")

    with store.reading() as db:
        row = db.execute(select(table).where(table.c.name == "Hugo")).one()
    gone = (row.lock, row.recovery_lock, row.auth_hash, row.recovery_hash, row.totp, row.invite_hash)
    assert (row.state, gone) == ("retired", (None,) * 6)
    assert facts(world, "Hugo").designations == ()
    with pytest.raises(NotAllowed):
        world.program.staff.sign_in("Hugo", PASSPHRASE, world.code("Hugo"))
    with pytest.raises(NotThere):
        people.standing(store, hugo.person_id)
    for number in (earlier.number, world.send().number):
        with pytest.raises(NotThere):
            world.program.handler.case(hugo, number)
    assert "Function of Hugo" not in {
        p.function for c in world.program.reporter.companies() for p in c.people
    }
    for name in ("Hugo", "Nobody", "\0", "\ud800"):
        with pytest.raises(NotThere):
            people.retire(store, name, now, actor="Adam")
    with pytest.raises(Conflict):
        invite(world, "Hugo", [("handler", SE)])


def test_a_role_begins_and_ends_by_the_companys_own_day(sqlite_world: World) -> None:
    world, store = sqlite_world, sqlite_world.program.store
    # 23:30 in UTC is the next day in Stockholm: whoever was designated there serves at once.
    world.clock.site = world.clock.site.replace(hour=23, minute=30)
    hanna = world.member("Hanna").person_id
    tomorrow, company = date(2026, 3, 3), registry.companies(store, world.clock.now())[0]
    world.clock.site -= timedelta(hours=1)
    with store.writing() as work:
        rows = select(designations).where(designations.c.person_id == hanna)
        given_roles.end(store, work, work.db.execute(rows).one(), tomorrow)
    with store.writing() as work:
        newest = given_roles.give(work, hanna, "auditor", company, world.clock.now(), Term(tomorrow))
    assert newest is not None
    counts(world, newest)
    for role, serves in (("handler", [SE]), ("auditor", [])):
        assert [c.code for c in registry.served(store, hanna, role, world.clock.now())] == serves
    world.clock.site += timedelta(hours=1)
    for role, serves in (("handler", []), ("auditor", [SE])):
        assert [c.code for c in registry.served(store, hanna, role, world.clock.now())] == serves


def test_a_code_is_spent_once_whoever_read_that_it_was_not(world: World) -> None:
    store, hanna, now = world.program.store, world.member("Hanna").person_id, world.clock.now()
    step = 10**9
    people.use_code(store, hanna, step, "2026-03-02T10", now)
    for spent in (step, step - 1):
        with pytest.raises(NotThere):
            people.use_code(store, hanna, spent, "2026-03-02T10", now)
    people.use_code(store, hanna, step + 1, "2026-03-02T10", now)


def test_what_is_kept_of_a_person_opens_nothing_and_names_no_secret(sqlite_world: World) -> None:
    world = sqlite_world
    link = invite(world, "Ingrid", [("handler", SE)])
    with world.program.store.reading() as db:
        stored = repr(db.execute(select(table)).all()).encode()
    for name, seed in world.secrets.seeds.items():
        for secret in (seed, world.secrets.totp[name]):
            assert repr(secret)[2:-1].encode() not in stored
        assert world.secrets.recovery[name].encode() not in stored
    assert PASSPHRASE.encode() not in stored
    assert link.encode() not in stored


def test_the_ledger_says_who_invited_activated_and_retired_whom(sqlite_world: World) -> None:
    world = sqlite_world
    invite(world, "Ingrid", [("handler", SE)])
    people.retire(world.program.store, "Ingrid", world.clock.now(), actor="Bea")
    lines = world.program.keys.ledger(world.member("Alma"), None).lines
    assert [(line.actor, line.action) for line in lines[:2]] == [
        ("Bea", "person_retired"),
        ("Adam", "person_invited"),
    ]
    assert ("Hanna", "person_activated") in {(line.actor, line.action) for line in lines}
