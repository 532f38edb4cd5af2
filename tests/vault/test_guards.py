"""What a guard holds back goes once legal and an administrator confirmed the list that they were shown."""

import dataclasses
import json
from datetime import date

import pytest

from tests.vault.tampering import change, remove, rows
from tests.world import NO, SE, World
from whistle.errors import NotThere, RuleRefused
from whistle.vault import guards, people
from whistle.vault.guardlists import Item, Waiting
from whistle.vault.guards import Given, Settled
from whistle.vault.guardtables import guard_answers
from whistle.vault.guardtables import guards as stops
from whistle.vault.tables import ledger

FIRST = Item("W-1111-1111", date(2028, 3, 1))
SECOND = Item("W-2222-2222", date(2028, 3, 2))
LIST = Waiting("ahead", (FIRST, SECOND), {"ahead": 90})


def settle(world: World, waiting: Waiting | None = LIST, code: str = SE) -> Settled | None:
    found = {} if waiting is None else {code: waiting}
    return guards.settle(world.program.store, "clock", found, world.clock.now()).get(code)


def answer(
    world: World, name: str, role: str, *, confirmed: bool = True, code: str = SE, digest: str = ""
) -> None:
    person, now = world.member(name).person_id, world.clock.now()
    if not digest:
        seen = guards.shown(world.program.store, person, "clock", role, now)
        digest = next(one.digest for one in seen if one.company.code == code)
    guards.answer(world.program.store, person, Given("clock", role, code, digest, confirmed), now)


def confirmed(world: World, waiting: Waiting = LIST) -> list[Item]:
    settled = settle(world, waiting)
    assert settled is not None
    return sorted(settled.confirmed)


def test_nothing_goes_before_two_people_of_both_roles_confirmed_the_list(world: World) -> None:
    assert confirmed(world) == []
    answer(world, "Lisa", "legal")
    answer(world, "Leo", "legal")
    assert confirmed(world) == []
    answer(world, "Adam", "administrator")
    settled = settle(world)
    assert settled is not None
    assert settled.confirmed == {FIRST, SECOND}
    assert settled.whole is not None
    assert [one.role for one in settled.whole] == ["legal", "administrator"]


def test_a_list_or_a_fact_that_changed_is_confirmed_anew(world: World) -> None:
    settle(world)
    for name, role in (("Lisa", "legal"), ("Adam", "administrator")):
        answer(world, name, role)
    for other in (
        dataclasses.replace(LIST, items=(FIRST,)),
        dataclasses.replace(LIST, facts={"ahead": 91}),
        dataclasses.replace(LIST, items=(FIRST, dataclasses.replace(SECOND, what="hold"))),
    ):
        assert confirmed(world, other) == []
    assert confirmed(world) == [FIRST, SECOND]


def test_a_confirmation_of_a_list_that_is_not_the_one_shown_now_is_refused(world: World) -> None:
    settle(world)
    seen = guards.shown(
        world.program.store, world.member("Lisa").person_id, "clock", "legal", world.clock.now()
    )
    settle(world, dataclasses.replace(LIST, items=(FIRST,)))
    with pytest.raises(RuleRefused) as refused:
        answer(world, "Lisa", "legal", digest=seen[0].digest)
    assert refused.value.reason == "list_changed"
    assert rows(world, guard_answers) == []


def test_a_refusal_stands_until_the_same_person_confirms(world: World) -> None:
    settle(world)
    answer(world, "Leo", "legal", confirmed=False)
    answer(world, "Lisa", "legal")
    answer(world, "Adam", "administrator")
    settled = settle(world)
    assert settled is not None
    assert (settled.refused, settled.confirmed, settled.whole) == (True, frozenset(), None)
    changed = settle(world, dataclasses.replace(LIST, items=(FIRST,)))
    assert changed is not None
    assert changed.refused
    settle(world)
    answer(world, "Leo", "legal")
    assert confirmed(world) == [FIRST, SECOND]


def test_what_is_hidden_from_a_person_is_not_on_their_list_and_not_confirmed_by_them(world: World) -> None:
    leo = world.member("Leo").person_id
    key = world.member("Leo").pair.key_id.hex()
    hidden = Item(world.send(exclude=(key,)).number, date(2028, 3, 1))
    waiting = dataclasses.replace(LIST, items=tuple(sorted((FIRST, hidden))))
    settle(world, waiting)
    seen = guards.shown(world.program.store, leo, "clock", "legal", world.clock.now())
    assert seen[0].waiting.items == (FIRST,)
    answer(world, "Leo", "legal")
    answer(world, "Adam", "administrator")
    settled = settle(world, waiting)
    assert settled is not None
    assert settled.confirmed == {FIRST}
    assert settled.whole is None
    answer(world, "Lisa", "legal")
    assert confirmed(world, waiting) == sorted((FIRST, hidden))


def test_two_people_who_may_each_see_a_part_of_the_list_confirm_all_of_it_together(world: World) -> None:
    keys = {name: world.member(name).pair.key_id.hex() for name in ("Lisa", "Leo")}
    items = [Item(world.send(exclude=(key,)).number, date(2028, 3, 1)) for key in keys.values()]
    waiting = dataclasses.replace(LIST, items=tuple(sorted(items)))
    settle(world, waiting)
    for name, role in (("Lisa", "legal"), ("Adam", "administrator")):
        answer(world, name, role)
    settled = settle(world, waiting)
    assert settled is not None
    assert settled.whole is None
    answer(world, "Leo", "legal")
    settled = settle(world, waiting)
    assert settled is not None
    assert settled.confirmed == set(waiting.items)
    assert settled.whole is not None


def test_only_who_serves_the_company_in_the_role_sees_or_answers(world: World) -> None:
    settle(world, code=NO)
    store, now = world.program.store, world.clock.now()
    for name, role in (("Lisa", "legal"), ("Bea", "administrator"), ("Adam", "legal"), ("Nora", "handler")):
        person = world.member(name).person_id
        assert guards.shown(store, person, "clock", role, now) == ()
        with pytest.raises(NotThere):
            guards.answer(store, person, Given("clock", role, NO, "00", confirmed=False), now)
    assert guards.shown(store, world.member("Adam").person_id, "clock", "administrator", now)


def test_a_company_that_is_free_again_forgets_what_was_said(world: World) -> None:
    settle(world)
    answer(world, "Lisa", "legal")
    answer(world, "Adam", "administrator")
    assert settle(world, None) is None
    assert (rows(world, stops), rows(world, guard_answers)) == ([], [])
    assert confirmed(world) == []


def test_who_writes_the_database_confirms_nothing(world: World) -> None:
    settle(world)
    answer(world, "Lisa", "legal")
    answer(world, "Adam", "administrator", confirmed=False)
    change(world, guard_answers, {"confirmed": False}, confirmed=True)
    assert confirmed(world) == []
    answer(world, "Adam", "administrator")
    change(world, guard_answers, {"role": "administrator"}, person_id=world.member("Bea").person_id)
    assert confirmed(world) == []


def test_a_list_that_was_changed_in_the_database_is_written_anew(world: World) -> None:
    settle(world)
    body = rows(world, stops)[0]["body"]
    change(world, stops, {"kind": "clock"}, body=body.replace(FIRST.case, "W-9999-9999"))
    lisa = world.member("Lisa").person_id
    assert guards.shown(world.program.store, lisa, "clock", "legal", world.clock.now()) == ()
    settle(world)
    assert rows(world, stops)[0]["body"] == body
    remove(world, stops)
    assert confirmed(world) == []


def test_who_left_the_role_no_longer_counts(world: World) -> None:
    settle(world)
    answer(world, "Lisa", "legal")
    answer(world, "Bea", "administrator")
    assert confirmed(world) == [FIRST, SECOND]
    people.retire(world.program.store, "Bea", world.clock.now(), actor="init")
    assert confirmed(world) == []


def test_the_ledger_tells_what_was_stopped_and_who_answered_and_names_the_list(world: World) -> None:
    settle(world)
    settle(world)
    answer(world, "Lisa", "legal")
    answer(world, "Adam", "administrator", confirmed=False)
    told = [line for line in rows(world, ledger) if line["action"].startswith("guard_")]
    assert [(one["action"], one["actor"]) for one in told] == [
        ("guard_stopped", "system"), ("guard_confirmed", "Lisa"), ("guard_refused", "Adam"),
    ]  # fmt: skip
    assert len({json.loads(one["facts"])["list"] for one in told}) == 1
    assert all("count" not in json.loads(one["facts"]) for one in told), "it would tell of a hidden case"
