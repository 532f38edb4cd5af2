"""Keys are taken away case by case: killed at any step it goes on; where nothing is due it costs a look."""

from datetime import timedelta
from typing import Any

import pytest

from tests.parties.test_epochs import held_by, texts
from tests.vault.joining import joins
from tests.vault.tampering import case_of, change, findings, rows
from tests.vault.workers import workers
from tests.world import SE, World
from whistle.crypto.header import Compartment
from whistle.errors import NotThere
from whistle.rules.calendar import local_day
from whistle.vault import casework, given_roles, journal, withdrawals
from whistle.vault.tables import cases, grants, readers
from whistle.vault.tables import people as persons


def ends(world: World, name: str, role: str, company: str = SE) -> None:
    """A role ends today; what follows from it has not happened yet."""
    store, person = world.program.store, rows(world, persons, name=name)[0]
    with store.writing() as work:
        for row in given_roles.running(work.db, person["id"], world.clock.now().date()):
            if row.role == role:
                given_roles.end(store, work, row, local_day(world.clock.now(), "Europe/Stockholm"))


def withdraw(world: World) -> int:
    return withdrawals.withdraw_after_designations(world.program.store, world.clock.now())


def left_of(world: World, name: str) -> int:
    person = rows(world, persons, name=name)[0]["id"]
    return len(rows(world, grants, holder_id=person)) + len(rows(world, readers, person_id=person))


@pytest.mark.parametrize("kept", [0, 1, 2])
def test_a_pass_that_stops_after_any_case_is_finished_by_the_next(
    world: World, monkeypatch: pytest.MonkeyPatch, kept: int
) -> None:
    joins(world, "Hilda")
    numbers = [world.send(f"Case {at}.").number for at in range(3)]
    ends(world, "Hanna", "handler")
    real, done = casework.changing, []

    def dying(*arguments: Any) -> Any:
        if len(done) == kept:
            raise KeyboardInterrupt
        done.append(1)
        return real(*arguments)

    with monkeypatch.context() as interrupted:
        interrupted.setattr(casework, "changing", dying)
        with pytest.raises(KeyboardInterrupt):
            withdraw(world)
    assert left_of(world, "Hanna") == 2 * (3 - kept)
    assert withdraw(world) == 3 - kept
    assert (withdraw(world), left_of(world, "Hanna")) == (0, 0)
    for number in numbers:
        assert texts(world, "Hugo", number)
    assert findings(world) == []


def test_a_process_killed_on_its_way_leaves_each_case_whole(sqlite_world: World) -> None:
    world = sqlite_world
    joins(world, "Hilda")
    numbers = [world.send(f"Case {at}.").number for at in range(3)]
    for number in numbers:
        world.program.handler.note(world.member("Hugo"), number, "A note.")
    ends(world, "Hanna", "handler")
    with workers(world, 1) as (worker,):
        for step in (4, 17, 29, 41, 53):
            worker.killed_at(step, "withdraw")
            for number in numbers:
                mine = held_by(world, world.member("Hanna"), number)
                reads = rows(world, readers, case_id=case_of(world, number)["id"])
                assert len(mine) in (0, 2)
                assert len(reads) == (2 if not mine else 3)
                assert texts(world, "Hugo", number) == [f"Case {numbers.index(number)}.", "A note."]
    withdraw(world)
    assert left_of(world, "Hanna") == 0
    assert findings(world) == []


def test_where_no_role_ended_no_grant_is_looked_at_until_the_next_day(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.send()
    assert withdraw(world) == 0
    looks: list[int] = []
    real = withdrawals._doomed

    def counted(*arguments: Any) -> Any:
        looks.append(1)
        return real(*arguments)

    monkeypatch.setattr(withdrawals, "_doomed", counted)
    assert [withdraw(world) for _pass in range(5)] == [0] * 5
    assert looks == []
    world.later(1)
    assert [withdraw(world) for _pass in range(2)] == [0, 0]
    assert looks == [1]


def test_a_role_that_ends_on_a_day_takes_its_keys_on_that_day(world: World) -> None:
    until = (world.clock.now() + timedelta(days=10)).date()
    hilda = joins(world, "Hilda", to_on=until)
    number = world.send("Before the day.").number
    world.later(9)
    assert (withdraw(world), len(world.program.handler.cases(hilda).rows)) == (0, 1)
    world.later(1)
    with pytest.raises(NotThere):
        world.program.handler.case(hilda, number)
    assert (withdraw(world), left_of(world, "Hilda")) == (1, 0)
    assert case_of(world, number)["epoch_content"] == 2
    assert findings(world) == []


def test_a_custodian_who_becomes_a_handler_keeps_no_key_that_opens_a_name_together_with_their_new_one(
    world: World,
) -> None:
    joins(world, "Cilla", "custodian")
    number = world.send(identity_name="Eva").number
    ends(world, "Carl", "custodian")
    carl = joins(world, "Carl", "handler")
    assert withdraw(world) == 1
    assert left_of(world, "Carl") == 0
    assert case_of(world, number)["epoch_identity"] == 2
    world.program.circle.grant(world.member("Hanna"), number, carl.person_id.hex())
    held = {row["compartment"] for row in rows(world, grants, holder_id=carl.person_id)}
    assert held == {Compartment.CONTENT}
    assert findings(world) == []


def test_a_case_that_was_tampered_with_keeps_nobodys_keys_from_going_elsewhere(sqlite_world: World) -> None:
    world = sqlite_world
    joins(world, "Hilda")
    numbers = [world.send(f"Case {at}.").number for at in range(3)]
    change(world, cases, {"number": numbers[1]}, inventory_mac=bytes(32))
    ends(world, "Hanna", "handler")
    assert withdraw(world) == 2
    assert left_of(world, "Hanna") == 2
    assert {f.kind for f in findings(world)} >= {"inventory", "grant"}


def test_the_journal_says_who_lost_which_case_so_that_a_restore_can_repeat_it(world: World) -> None:
    joins(world, "Hilda")
    number, hanna = world.send().number, world.member("Hanna")
    ends(world, "Hanna", "handler")
    withdraw(world)
    keys = world.program.store.keys
    (line,) = journal.read(world.settings.keys / "journal", keys.verifying)
    assert (line["kind"], line["case"]) == ("grants_withdrawn", number)
    assert line["facts"]["people"] == [hanna.person_id.hex()]


def test_a_lost_key_that_was_made_new_is_granted_again_by_a_colleague(world: World) -> None:
    number, hanna = world.send("Still there.").number, world.member("Hanna")
    store, now = world.program.store, world.clock.now()
    assert withdrawals.withdraw(store, [hanna.person_id], now) == 1
    assert withdrawals.withdraw(store, [hanna.person_id], now) == 0
    assert left_of(world, "Hanna") == 0
    (lacks,) = world.program.circle.newcomers(world.member("Hugo"))
    world.program.circle.grant_all(world.member("Hugo"), lacks.ref, lacks.company)
    assert texts(world, "Hanna", number) == ["Still there."]
    assert findings(world) == []


def test_two_who_raise_an_epoch_at_the_same_moment_lose_nothing(world: World) -> None:
    joins(world, "Hilda")
    receipt = world.send("The first words.")
    secret, number = world.enter(receipt), receipt.number
    world.program.handler.note(world.member("Hugo"), number, "A note.")
    said = []
    with workers(world, 2) as (handler, reporter):
        for at, name in enumerate(("Hanna", "Hilda")):
            ends(world, name, "handler")
            if name == "Hanna":
                joins(world, "Hedda")
                world.program.circle.grant(
                    world.member("Hugo"), number, world.member("Hedda").person_id.hex()
                )
            withdraw(world)
            handler.start("note", number=number, by="Hugo", text=f"Note {at}.")
            reporter.start("write_many", secret=secret.hex(), count=2)
            said += [handler.answer(), reporter.answer()]
    assert said == ["Note 0.", 2, "Note 1.", 2]
    for name in ("Hugo", "Hedda"):
        found = texts(world, name, number)
        assert [text for text in found if text.startswith("Note")] == ["Note 0.", "Note 1."]
        assert [text for text in found if text.startswith("message")] == ["message 0", "message 1"] * 2
    assert findings(world) == []
