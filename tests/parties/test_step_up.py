"""Some things take a second factor shown a moment ago; a sign-in, however young, is not enough."""

from datetime import timedelta

import pytest

from tests.vault.scenes import held
from tests.world import World
from whistle.errors import NotThere, StepUpNeeded
from whistle.parties.member import require_fresh
from whistle.parties.sessions import FRESH_SECONDS
from whistle.vault import accounts, people


def test_a_sign_in_is_not_fresh_and_a_step_up_is_for_five_minutes(world: World) -> None:
    sessions = world.program.sessions
    token = sessions.begin_staff(world.member("Hanna"))
    member = sessions.open_staff(token)
    assert member is not None
    with pytest.raises(StepUpNeeded):
        require_fresh(member)
    sessions.freshen(token)
    for seconds, fresh in ((0, True), (FRESH_SECONDS, True), (1, False)):
        world.clock.wall += timedelta(seconds=seconds)
        member = sessions.open_staff(token)
        assert member is not None
        assert member.fresh is fresh


def test_only_that_session_is_fresh_and_a_clock_set_back_keeps_none_so(sqlite_world: World) -> None:
    sessions = sqlite_world.program.sessions
    here, there = (sessions.begin_staff(sqlite_world.member("Hanna")) for _window in range(2))
    case = sessions.begin_case(bytes(15))
    sessions.freshen(here)
    for wrong in (case, sessions.new_token(), "", "\ud800"):
        sessions.freshen(wrong)
    opened = [sessions.open_staff(token) for token in (here, there)]
    assert [one is not None and one.fresh for one in opened] == [True, False]
    assert sessions.open_case(case) == bytes(15)
    sqlite_world.clock.wall -= timedelta(seconds=61)
    left = sessions.open_staff(here)
    assert left is None or not left.fresh


def test_a_session_ends_with_the_key_or_the_passphrase_it_began_with(world: World) -> None:
    store, sessions = world.program.store, world.program.sessions
    mine = {name: sessions.begin_staff(world.member(name)) for name in ("Hanna", "Hugo", "Lisa", "Carl")}
    # Hanna retires, Hugo gets a new link; somebody tries a new passphrase for Lisa without the old one.
    people.retire(store, "Hanna", world.clock.now(), actor="Adam")
    world.program.staff.invite_again(world.member("Adam"), world.member("Hugo").person_id.hex())
    new = accounts.NewLock(accounts.own_locks(store, world.member("Lisa").person_id).lock, bytes(32))
    proof = accounts.Proof(accounts.PASSPHRASE, bytes(31))
    with pytest.raises(NotThere):
        accounts.renew(store, world.member("Lisa").person_id, proof, accounts.Renewal(new), world.clock.now())
    assert sessions.open_staff(mine["Lisa"]) is not None
    opened = {name: sessions.open_staff(token) is not None for name, token in mine.items()}
    assert opened == {"Hanna": False, "Hugo": False, "Lisa": True, "Carl": True}


def test_releasing_a_hold_takes_it(sqlite_world: World) -> None:
    legal, hold = sqlite_world.program.legal, held(sqlite_world, sqlite_world.send().number)
    for act in (
        lambda: legal.release(sqlite_world.member("Lisa", fresh=False), hold, "The ruling has fallen."),
        lambda: legal.confirm_release(sqlite_world.member("Lisa", fresh=False), hold),
    ):
        with pytest.raises(StepUpNeeded):
            act()


def test_letting_a_key_count_and_naming_somebody_from_outside_take_it(sqlite_world: World) -> None:
    program, hanna = sqlite_world.program, sqlite_world.member("Hanna", fresh=False)
    number = sqlite_world.send().number
    for act in (
        lambda: program.keys.confirm(hanna, "00" * 16, "AAAAA"),
        lambda: program.circle.name_investigator(hanna, number, "00" * 16, "2026-06-01", "Decision 4"),
    ):
        with pytest.raises(StepUpNeeded):
            act()
