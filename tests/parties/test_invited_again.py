"""Who lost everything begins anew as the same person: the old key is over at once, wherever it counted."""

import base64
from datetime import timedelta

import pytest
from sqlalchemy import select

from tests.parties.test_passkeys import enrolled
from tests.world import PASSPHRASE, World
from whistle.crypto import totp
from whistle.errors import NotAllowed, NotThere, RuleRefused, StepUpNeeded
from whistle.parties.member import Member
from whistle.vault import check, people
from whistle.vault.tables import grants, hold_grants, readers
from whistle.vault.tables import people as people_table
from whistle.vault.worktables import passkeys


def person_id(world: World, name: str) -> str:
    return world.member(name).person_id.hex()


def begin_anew(world: World, name: str, token: str) -> Member:
    """Activate with the link and sign in with the new key."""
    staff, browser = world.program.staff, world.program.sessions.new_token()
    setup = staff.new_setup(browser)
    secret = base64.b32decode(setup.secret_text)

    def code() -> str:
        return totp.code_at(secret, totp.step_at(int(world.clock.machine().timestamp())))

    recovery = staff.activate(
        token, browser_token=browser, setup=setup, passphrase=PASSPHRASE, again=PASSPHRASE, code=code()
    )
    staff.finish_activation(token, recovery)
    world.clock.advance(timedelta(seconds=31))
    return staff.sign_in(name, PASSPHRASE, code())


def test_the_old_key_is_over_at_once_and_the_person_stays(world: World) -> None:
    program, receipt = world.program, world.send()
    hanna, staff = world.member("Hanna"), world.program.staff
    program.handler.case(hanna, receipt.number)
    enrolled(world, "Hanna")
    session = program.sessions.begin_staff(hanna)
    # When an administrator sends her a new link
    token = staff.invite_again(world.member("Adam"), hanna.person_id.hex())
    # Then nothing of before counts
    assert program.sessions.open_staff(session) is None
    with pytest.raises(NotAllowed):
        staff.sign_in("Hanna", PASSPHRASE, world.code("Hanna"))
    with pytest.raises(NotThere):
        program.handler.case(hanna, receipt.number)
    with program.store.reading() as db:
        assert db.execute(select(passkeys)).all() == []
        for table, column in ((grants, grants.c.holder_id), (readers, readers.c.person_id)):
            assert db.execute(select(table).where(column == hanna.person_id)).all() == []
    # And with the link the same person makes a new key, which counts when colleagues confirmed it
    again = begin_anew(world, "Hanna", token)
    assert again.person_id == hanna.person_id
    assert again.pair.seed != hanna.pair.seed
    assert again.roles == ()
    (waiting,) = program.keys.pending(world.member("Hugo"))
    assert (waiting.person_name, waiting.role) == ("Hanna", "handler")
    assert program.keys.confirm(world.member("Hugo"), waiting.designation, staff.fingerprint(again))
    later = world.send("Another report.")
    assert program.handler.case(again, later.number).number == later.number
    with pytest.raises(NotThere):
        program.handler.case(again, receipt.number)
    assert {one.kind for one in check.run(program.store, world.clock.now())} <= {"deputy", "board_contact"}


def test_only_a_fresh_administrator_may_and_never_for_themselves(sqlite_world: World) -> None:
    world, staff = sqlite_world, sqlite_world.program.staff
    hanna = person_id(world, "Hanna")
    with pytest.raises(StepUpNeeded):
        staff.invite_again(world.member("Adam", fresh=False), hanna)
    for name in ("Hanna", "Hugo", "Carl", "Lisa", "Olle", "Alma"):
        with pytest.raises(NotThere):
            staff.invite_again(world.member(name), hanna)
    people.retire(world.program.store, "Leo", world.clock.now(), actor="Adam")
    leo = next(one for one in people.everybody(world.program.store) if one.name == "Leo")
    for nobody in ("", "zz", "00" * 16, "00", leo.id.hex()):
        with pytest.raises(NotThere):
            staff.invite_again(world.member("Adam"), nobody)
    with pytest.raises(RuleRefused) as said:
        staff.invite_again(world.member("Adam"), person_id(world, "Adam"))
    assert said.value.reason == "yourself"
    # Bea administers Sweden alone: nobody of Norway's begins anew by her.
    with pytest.raises(RuleRefused) as said:
        staff.invite_again(world.member("Bea"), person_id(world, "Nora"))
    assert said.value.reason == "other_companies"
    assert staff.sign_in("Hanna", PASSPHRASE, world.code("Hanna")).roles


def test_a_link_works_once_for_three_days_and_the_last_one_only(sqlite_world: World) -> None:
    world, staff = sqlite_world, sqlite_world.program.staff
    adam, hanna = world.member("Adam"), person_id(world, "Hanna")
    first = staff.invite_again(adam, hanna)
    second = staff.invite_again(adam, hanna)
    with pytest.raises(NotThere):
        staff.invitation(first)
    assert staff.invitation(second).name == "Hanna"
    begin_anew(world, "Hanna", second)
    with pytest.raises(NotThere):
        staff.invitation(second)
    third = staff.invite_again(adam, hanna)
    world.clock.wall += timedelta(hours=72, seconds=1)
    with pytest.raises(NotThere):
        staff.invitation(third)
    with world.program.store.reading() as db:
        row = db.execute(select(people_table).where(people_table.c.name == "Hanna")).one()
    assert (row.state, row.lock, row.totp, row.mac) == ("invited", None, None, None)


def test_what_was_sealed_to_the_old_key_of_legal_is_gone_and_the_desk_stands(sqlite_world: World) -> None:
    world, program = sqlite_world, sqlite_world.program
    receipt, _secret = world.closed()
    ground = ("court_ruling", "Svea hovrätt, T 77-26", "")
    program.legal.place(world.member("Leo"), receipt.number, *ground, "2026-06-01")
    lisa = world.member("Lisa")
    token = program.staff.invite_again(world.member("Adam"), lisa.person_id.hex())
    with program.store.reading() as db:
        left = db.execute(select(hold_grants.c.person_id)).scalars()
        assert lisa.person_id not in {bytes(one) for one in left}
    again = begin_anew(world, "Lisa", token)
    (waiting,) = program.keys.pending(world.member("Leo"))
    program.keys.confirm(world.member("Leo"), waiting.designation, program.staff.fingerprint(again))
    (hold,) = program.legal.desk(again).holds
    assert hold.citation == ""
    assert program.legal.desk(world.member("Leo")).holds[0].citation == "Svea hovrätt, T 77-26"
