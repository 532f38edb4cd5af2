"""Who signs in shows what they know and what they hold; who does not learns nothing, and waits a little."""

from datetime import timedelta

import pytest

from tests.parties import apart
from tests.world import PASSPHRASE, World
from whistle.crypto.locks import LockParameters, argon2_root
from whistle.errors import NotAllowed, TooMany
from whistle.parties import locksmith
from whistle.vault import people


def refusal(world: World, name: str, passphrase: str, code: str) -> str:
    with pytest.raises(NotAllowed) as refused:
        world.program.staff.sign_in(name, passphrase, code)
    return str(refused.value)


def next_step(world: World) -> None:
    world.clock.advance(timedelta(seconds=30))


def wrong_code(world: World, name: str) -> str:
    return f"{(int(world.code(name)) + 1) % 1_000_000:06d}"


def test_every_wrong_thing_is_refused_in_the_same_words(world: World) -> None:
    people.retire(world.program.store, "Leo", world.clock.now(), actor="Adam")
    said = {
        refusal(world, "Hanna", PASSPHRASE + "x", world.code("Hanna")),
        refusal(world, "Hanna", PASSPHRASE, wrong_code(world, "Hanna")),
        refusal(world, "Hanna", PASSPHRASE, ""),
        refusal(world, "Hugo", "", ""),
        refusal(world, "Hugo", PASSPHRASE, world.code("Hanna")),
        refusal(world, "Hugo", "\ud800\0", "\0\ud800"),
        refusal(world, "Leo", PASSPHRASE, world.code("Leo")),
        refusal(world, "Nobody", PASSPHRASE, world.code("Hanna")),
        refusal(world, "", "", ""),
        refusal(world, "\0", PASSPHRASE, "123456"),
        refusal(world, "\ud800\U0001f512" * 300, PASSPHRASE, "123456"),
    }
    assert len(said) == 1
    assert world.program.staff.sign_in("  HANNA ", PASSPHRASE, world.code("Hanna")).name == "Hanna"


def test_a_member_comes_in_with_their_own_seed_and_the_roles_that_count(sqlite_world: World) -> None:
    member = sqlite_world.program.staff.sign_in("Hugo", PASSPHRASE, sqlite_world.code("Hugo"))
    assert member.pair.seed == sqlite_world.secrets.seeds["Hugo"]
    assert member.roles == (("handler", "nordvakt-se"), ("handler", "nordvakt-fi"))
    assert member.pair.seed.hex() not in repr(member)


def test_a_code_is_good_once_and_only_in_its_time(world: World) -> None:
    code = world.code("Hanna")
    world.program.staff.sign_in("Hanna", PASSPHRASE, code)
    refusal(world, "Hanna", PASSPHRASE, code)
    next_step(world)
    refusal(world, "Hanna", PASSPHRASE, code)
    # The rehearsal's day is nothing to a code.
    world.clock.site += timedelta(days=300)
    late = world.code("Hanna")
    next_step(world)
    assert world.program.staff.sign_in("Hanna", PASSPHRASE, late).name == "Hanna"
    next_step(world)
    gone = world.code("Hanna")
    next_step(world)
    next_step(world)
    refusal(world, "Hanna", PASSPHRASE, gone)


def test_one_code_in_two_processes_at_once_lets_one_in(world: World) -> None:
    given = [("Hanna", PASSPHRASE, world.code("Hanna"))] * 2
    assert sorted(apart.in_processes(world, apart.sign_in, given)) == ["Hanna", "NotAllowed"]


def test_one_code_in_two_threads_at_once_lets_one_in(world: World) -> None:
    code = world.code("Hanna")
    found = apart.in_threads([lambda: world.program.staff.sign_in("Hanna", PASSPHRASE, code)] * 2)
    assert [type(answer) for answer in found].count(NotAllowed) == 1


def test_after_five_wrong_tries_the_next_waits_and_the_rightful_person_not_for_long(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    runs: list[LockParameters] = []

    def cheap(_secret: bytes, _salt: bytes, parameters: LockParameters) -> bytes:
        runs.append(parameters)
        return bytes(32)

    monkeypatch.setattr(locksmith, "argon2_root", cheap)
    for _try in range(5):
        refusal(world, "Hanna", "wrong", "123456")
    assert len(runs) == 5
    with pytest.raises(TooMany) as wait:
        world.program.staff.sign_in("Hanna", PASSPHRASE, world.code("Hanna"))
    assert 0 < wait.value.seconds <= 20
    with pytest.raises(TooMany):
        world.program.staff.sign_in("hanna ", PASSPHRASE, world.code("Hanna"))
    assert len(runs) == 5  # whoever waits costs nothing
    monkeypatch.undo()

    # It is her account alone that waits.
    assert world.program.staff.sign_in("Hugo", PASSPHRASE, world.code("Hugo")).name == "Hugo"
    world.clock.advance(timedelta(seconds=wait.value.seconds))
    assert world.program.staff.sign_in("Hanna", PASSPHRASE, world.code("Hanna")).name == "Hanna"
    # And all is forgotten.
    monkeypatch.setattr(locksmith, "argon2_root", lambda *_: bytes(32))
    for _try in range(5):
        refusal(world, "Hanna", "wrong", "123456")


def test_a_name_that_nobody_has_waits_and_costs_like_one_that_somebody_has(
    sqlite_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = sqlite_world
    costs: list[tuple[int, int, int]] = []

    def counted(secret: bytes, salt: bytes, parameters: LockParameters) -> bytes:
        costs.append((parameters.memory_kib, parameters.passes, len(salt)))
        return argon2_root(secret, salt, parameters)

    monkeypatch.setattr(locksmith, "argon2_root", counted)
    spent = {}
    for name in ("Hanna", "Nobody", "Somebody Else"):
        costs.clear()
        refusal(world, name, "wrong passphrase", "123456")
        spent[name] = list(costs)
    assert spent["Hanna"] == spent["Nobody"] == spent["Somebody Else"] == [(65536, 3, 16)]

    monkeypatch.setattr(locksmith, "argon2_root", lambda *_: bytes(32))
    for name in ("Hanna", "Nobody"):
        for _try in range(4):
            refusal(world, name, "wrong", "123456")
        with pytest.raises(TooMany):
            world.program.staff.sign_in(name, "wrong", "123456")


def test_an_unknown_name_meets_the_same_lock_each_time(sqlite_world: World) -> None:
    store = sqlite_world.program.store
    first, second, other = (people.sign_in_facts(store, name) for name in ("Nobody", " nobody", "No one"))
    assert first == second != other
    assert not first.known


def test_the_day_and_hour_of_a_sign_in_are_kept_and_no_minute(sqlite_world: World) -> None:
    sqlite_world.clock.advance(timedelta(minutes=17, seconds=43))
    sqlite_world.program.staff.sign_in("Hanna", PASSPHRASE, sqlite_world.code("Hanna"))
    lines = sqlite_world.program.keys.ledger(sqlite_world.member("Alma"), None).lines
    line = next(line for line in lines if line.action == "signed_in")
    assert (line.actor, line.facts) == ("Hanna", ())
    seen = next(
        one for one in sqlite_world.program.keys.people(sqlite_world.member("Adam")) if one.name == "Hanna"
    )
    assert seen.signed_in == "2026-03-02T10"
