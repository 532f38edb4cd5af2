"""A passkey stands in for the code: for its own person, one question, one browser, one site, and once."""

import dataclasses
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import insert, select, update

from tests.parties.authenticator import Authenticator
from tests.world import PASSPHRASE, World
from whistle.errors import Conflict, NotAllowed, NotThere, RuleRefused, StepUpNeeded, WhistleError
from whistle.parties.passkeys import CHALLENGE_SECONDS, ENROL, SIGN_IN, STEP_UP, Answer, Relying
from whistle.vault import check, people
from whistle.vault.tables import people as people_table
from whistle.vault.worktables import passkeys as table

HERE = Relying("channel.example", "https://channel.example")


def enrolled(world: World, name: str = "Hanna", device: Authenticator | None = None) -> Authenticator:
    """A device with a passkey of this person."""
    device, token = device or Authenticator(), world.program.sessions.new_token()
    member, keys = world.member(name), world.program.staff.passkeys
    question = keys.ask_to_add(member, token, HERE)
    keys.add(member, "Phone", Answer(device.make(question.options), question.sealed, token, HERE))
    return device


def answered(world: World, device: Authenticator, purpose: str = SIGN_IN, **changes: Any) -> Answer:
    """The device's answer to a question that some browser was asked."""
    token = world.program.sessions.new_token()
    question = world.program.staff.passkeys.ask(token, HERE, purpose)
    return Answer(device.sign(question.options, **changes), question.sealed, token, HERE)


def enter(world: World, answer: Answer, name: str = "Hanna") -> None:
    """What sign-in does with the answer, without the cost of the passphrase."""
    world.program.staff.passkeys.show(world.member(name).person_id, SIGN_IN, answer)


def refused(world: World, answer: Answer, name: str = "Hanna") -> None:
    with pytest.raises(NotThere) as said:
        enter(world, answer, name)
    assert str(said.value) == "that did not match"


def test_a_passkey_and_the_passphrase_let_their_owner_in(world: World) -> None:
    device, staff = enrolled(world), world.program.staff
    assert staff.sign_in("Hanna", PASSPHRASE, "", answered(world, device)).name == "Hanna"
    # The code from the app works beside it, and the passphrase stays needed.
    assert staff.sign_in("Hanna", PASSPHRASE, world.code("Hanna")).name == "Hanna"
    for name, passphrase in (("Hanna", "wrong passphrase"), ("Hugo", PASSPHRASE), ("Nobody", PASSPHRASE)):
        with pytest.raises(NotAllowed):
            staff.sign_in(name, passphrase, "", answered(world, device))
    (shown,) = staff.passkeys.of(world.member("Hanna"))
    assert (shown.name, shown.added_on) == ("Phone", world.clock.now().date())
    seen = next(one for one in world.program.keys.people(world.member("Adam")) if one.name == "Hanna")
    assert seen.signed_in == world.clock.now().strftime("%Y-%m-%dT%H")


def test_a_question_is_answered_once_by_the_browser_it_was_asked_of(world: World) -> None:
    device = enrolled(world)
    answer = answered(world, device)
    enter(world, answer)
    refused(world, answer)
    stranger = dataclasses.replace(answered(world, device), token=world.program.sessions.new_token())
    refused(world, stranger)


def test_a_question_that_a_device_without_counter_answered_is_spent_all_the_same(world: World) -> None:
    device = enrolled(world)
    device.count = -1
    answer = answered(world, device)
    enter(world, answer)
    refused(world, answer)


def test_a_question_lives_five_minutes_and_counts_for_its_own_purpose(sqlite_world: World) -> None:
    world, device = sqlite_world, enrolled(sqlite_world)
    late = answered(world, device)
    world.clock.advance(timedelta(seconds=CHALLENGE_SECONDS + 1))
    refused(world, late)
    for purpose in (STEP_UP, ENROL):
        refused(world, answered(world, device, purpose))
    answer = answered(world, device, SIGN_IN)
    with pytest.raises(NotAllowed):
        world.program.accounts.step_up(world.member("Hanna"), "", answer)
    world.program.accounts.step_up(world.member("Hanna"), "", answered(world, device, STEP_UP))


@pytest.mark.parametrize(
    "cheat",
    [
        lambda device: setattr(device, "origin", "https://channel.example.evil.example"),
        lambda device: setattr(device, "origin", "http://channel.example"),
        lambda device: setattr(device, "verified", False),
        lambda device: setattr(device, "key", Authenticator().key),
        lambda device: setattr(device, "id", bytes(32)),
        lambda device: setattr(device, "count", 1),
    ],
    ids=["other origin", "no TLS", "nobody verified", "other key", "unknown passkey", "counter went back"],
)
def test_an_answer_that_is_not_quite_right_lets_nobody_in(
    sqlite_world: World, cheat: Callable[[Authenticator], None]
) -> None:
    device = enrolled(sqlite_world)
    for _time in range(2):
        enter(sqlite_world, answered(sqlite_world, device))
    cheat(device)
    if device.count == 1:
        device.count = 0
    refused(sqlite_world, answered(sqlite_world, device))


def test_another_site_another_challenge_and_garbage_let_nobody_in(sqlite_world: World) -> None:
    world, device = sqlite_world, enrolled(sqlite_world)
    refused(world, answered(world, device, rpId="evil.example"))
    refused(world, answered(world, device, challenge="AAAA"))
    whole = answered(world, device)
    for credential in ("", "{}", "[]", "null", '{"rawId": 5}', '{"rawId": "\ud800"}', whole.credential[:-9]):
        refused(world, dataclasses.replace(whole, credential=credential))
    for sealed in ("", "x", "\ud800", "====", whole.sealed[:-4]):
        refused(world, dataclasses.replace(whole, sealed=sealed))


def test_a_passkey_is_its_own_persons_only(sqlite_world: World) -> None:
    world, hannas = sqlite_world, enrolled(sqlite_world)
    enrolled(world, "Hugo")
    refused(world, answered(world, hannas), name="Hugo")
    with pytest.raises(NotAllowed):
        world.program.accounts.step_up(world.member("Hugo"), "", answered(world, hannas, STEP_UP))
    with pytest.raises(Conflict):
        enrolled(world, "Hugo", hannas)


def test_a_row_written_past_the_page_is_no_second_factor_and_shows(world: World) -> None:
    device, store = enrolled(world), world.program.store
    with store.writing() as work:
        row = dict(work.db.execute(select(table)).one()._mapping)
        hugo = next(one.id for one in people.everybody(store) if one.name == "Hugo")
        # Somebody with the database gives Hanna's device to Hugo, and takes the counter of hers back.
        work.db.execute(insert(table).values(**row | {"id": bytes(32), "person_id": hugo}))
    refused(world, answered(world, device), name="Hugo")
    assert "passkey" in {one.kind for one in check.run(store, world.clock.now())}
    enter(world, answered(world, device))
    with store.writing() as work:
        work.db.execute(update(table).where(table.c.id == row["id"]).values(sign_count=0))
    refused(world, answered(world, device))
    assert world.program.staff.passkeys.of(world.member("Hanna")) == ()


def test_a_passkey_of_a_key_that_was_replaced_counts_no_more(sqlite_world: World) -> None:
    device = enrolled(sqlite_world)
    with sqlite_world.program.store.writing() as work:
        at = people_table.c.name == "Hanna"
        work.db.execute(update(people_table).where(at).values(key_id=bytes(16)))
    refused(sqlite_world, answered(sqlite_world, device))


def test_adding_and_removing_take_a_fresh_second_factor_and_a_name(sqlite_world: World) -> None:
    world, keys = sqlite_world, sqlite_world.program.staff.passkeys
    stale, fresh, token = world.member("Hanna", fresh=False), world.member("Hanna"), "A" * 43
    device = enrolled(world)
    question = keys.ask_to_add(fresh, token, HERE)
    answer = Answer(Authenticator().make(question.options), question.sealed, token, HERE)
    (known,) = keys.of(fresh)
    for act in (
        lambda: keys.ask_to_add(stale, token, HERE),
        lambda: keys.add(stale, "Phone", answer),
        lambda: keys.remove(stale, known.id),
    ):
        with pytest.raises(StepUpNeeded):
            act()
    for name in ("", " ", "x" * 81, "a\0b", "\ud800"):
        with pytest.raises(RuleRefused):
            keys.add(fresh, name, answer)
    keys.add(fresh, "Key ring", answer)
    with pytest.raises(RuleRefused):
        keys.add(fresh, "Again", answer)
    for wrong in (known.id[:-2] + "00", "", "no hex", known.id * 2):
        with pytest.raises(WhistleError):
            keys.remove(fresh, wrong)
    with pytest.raises(WhistleError):
        keys.remove(world.member("Hugo"), known.id)
    keys.remove(fresh, known.id)
    assert [one.name for one in keys.of(fresh)] == ["Key ring"]
    refused(world, answered(world, device))


def test_enrolling_checks_who_made_it_where_and_that_somebody_was_verified(sqlite_world: World) -> None:
    world, keys = sqlite_world, sqlite_world.program.staff.passkeys
    member, token = world.member("Hanna"), world.program.sessions.new_token()
    for device in (Authenticator(origin="https://evil.example"), Authenticator(verified=False)):
        question = keys.ask_to_add(member, token, HERE)
        with pytest.raises(RuleRefused) as said:
            keys.add(member, "Phone", Answer(device.make(question.options), question.sealed, token, HERE))
        assert said.value.reason == "passkey"
    assert keys.of(member) == ()


def test_nobody_has_more_than_ten(sqlite_world: World) -> None:
    for _device in range(10):
        enrolled(sqlite_world)
    with pytest.raises(RuleRefused) as said:
        enrolled(sqlite_world)
    assert said.value.reason == "passkeys_full"


def test_before_a_sign_in_no_question_names_a_passkey(sqlite_world: World) -> None:
    device, keys = enrolled(sqlite_world), sqlite_world.program.staff.passkeys
    asked = keys.ask("A" * 43, HERE, SIGN_IN)
    assert '"allowCredentials": []' in asked.options
    named = keys.ask("A" * 43, HERE, STEP_UP, sqlite_world.member("Hanna"))
    assert device.id.hex() not in named.options
    assert '"allowCredentials": [{' in named.options
