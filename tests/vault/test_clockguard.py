"""A clock that leaps purges nothing early, on the real site: what it alone makes due waits for two people."""

from datetime import timedelta

from tests.vault.guarding import (
    answer,
    both_confirm,
    closed_on_days,
    days_to,
    hold,
    off_for,
    passing,
    told,
)
from tests.vault.tampering import change, findings, remove, rows
from tests.world import NO, SE, World
from whistle.vault import clockmemory, guards, people
from whistle.vault.guardtables import guard_answers
from whistle.vault.guardtables import guards as stops
from whistle.vault.tables import cases, certificates, grants, ledger, site

A_DAY = timedelta(days=1)


def test_a_clock_that_goes_right_purges_on_the_day_and_asks_nobody(world: World) -> None:
    [number] = closed_on_days(world, 1)
    passing(world)
    world.later(days_to(world, number) - 1)
    assert told(world) == []
    world.later(1)
    assert told(world) == [("purged", number)]
    assert rows(world, stops) == []


def test_steps_of_forty_seven_hours_add_up_to_a_leap(world: World) -> None:
    [number] = closed_on_days(world, 1)
    world.later(days_to(world, number) - 9)
    for _ in range(4):
        passing(world)
        world.clock.jump(timedelta(hours=47))
        world.clock.advance(timedelta(minutes=1))
        assert told(world) == []
    world.clock.jump(timedelta(hours=47))
    assert told(world) == [("blocked", number)]
    assert rows(world, cases, number=number)


def test_after_a_month_off_what_was_certainly_due_goes_and_the_rest_waits(world: World) -> None:
    first, second = closed_on_days(world, 1, 5)
    world.later(days_to(world, first) - 1)
    passing(world)
    off_for(world, 30)
    assert told(world) == [("purged", first), ("blocked", second)]
    assert told(world) == [("blocked", second)]
    assert [event["why"] for event in passing(world)] == ["clock"]
    both_confirm(world)
    assert told(world) == [("purged", second)]
    assert (rows(world, stops), rows(world, guard_answers)) == ([], [])
    assert len(rows(world, certificates)) == 2
    assert findings(world) == []


def test_once_confirmed_the_clock_is_right_for_what_becomes_due_next(world: World) -> None:
    first, second = closed_on_days(world, 1, 40)
    world.later(days_to(world, first) - 20)
    passing(world)
    off_for(world, 30)
    assert told(world) == [("blocked", first)]
    both_confirm(world)
    assert told(world) == [("purged", first)]
    world.later(days_to(world, second))
    assert told(world) == [("purged", second)]


def test_a_leap_can_be_confirmed_before_anything_is_due_by_it(world: World) -> None:
    [number] = closed_on_days(world, 1)
    world.later(days_to(world, number) - 60)
    passing(world)
    off_for(world, 30)
    assert told(world) == []
    assert [one.kind for one in findings(world)] == ["clock"]
    both_confirm(world)
    assert told(world) == []
    world.later(30)
    assert told(world) == [("purged", number)]


def test_a_list_that_grew_is_confirmed_anew_and_a_hold_takes_a_case_off_it(world: World) -> None:
    first, second = closed_on_days(world, 1, 5)
    world.later(days_to(world, first) - 20)
    passing(world)
    off_for(world, 21)
    assert told(world) == [("blocked", first)]
    both_confirm(world)
    world.clock.advance(5 * A_DAY)
    assert told(world) == [("blocked", first), ("blocked", second)]
    hold(world, first)
    assert told(world) == [("blocked", second)]
    both_confirm(world)
    assert told(world) == [("purged", second)]
    assert rows(world, cases, number=first)


def test_who_says_that_the_clock_is_wrong_stops_it_until_the_clock_is_right(world: World) -> None:
    [number] = closed_on_days(world, 1)
    world.later(days_to(world, number) - 20)
    passing(world)
    world.clock.jump(timedelta(days=30))
    assert told(world) == [("blocked", number)]
    both_confirm(world)
    answer(world, "Bea", "administrator", confirmed=False)
    assert told(world) == [("blocked", number)]
    world.clock.jump(timedelta(days=-30))
    assert told(world) == []
    assert rows(world, stops) == []
    world.later(20)
    assert told(world) == [("purged", number)]


def test_a_second_leap_after_the_first_was_confirmed_is_asked_about_again(world: World) -> None:
    [number] = closed_on_days(world, 1)
    world.later(days_to(world, number) - 80)
    passing(world)
    world.clock.jump(timedelta(days=30))
    passing(world)
    answer(world, "Lisa", "legal")
    world.clock.jump(timedelta(days=60))
    assert told(world) == [("blocked", number)]
    answer(world, "Adam", "administrator")
    assert told(world) == [("blocked", number)]
    answer(world, "Lisa", "legal")
    assert told(world) == [("purged", number)]


def test_many_at_once_wait_whatever_the_clock_says_and_go_on_waiting_when_few_are_left(world: World) -> None:
    numbers = closed_on_days(world, 1, 0, 0, 0, 0, 0)
    world.later(days_to(world, numbers[0]))
    assert sorted(told(world)) == sorted(("blocked", number) for number in numbers)
    hold(world, numbers[0])
    assert len(told(world)) == 5
    assert rows(world, stops)[0]["why"] == "many"
    both_confirm(world)
    assert sorted(told(world)) == sorted(("purged", number) for number in numbers[1:])


def test_a_memory_that_was_deleted_or_changed_makes_everything_wait(world: World) -> None:
    [number] = closed_on_days(world, 1)
    world.later(days_to(world, number) - 10)
    passing(world)
    kept = rows(world, site, key=clockmemory.KEY)[0]["value"]
    change(world, site, {"key": clockmemory.KEY}, value=kept.replace('"floor": 1', '"floor": 2'))
    assert [one.kind for one in findings(world)] == ["clock"]
    world.later(10)
    assert told(world) == [("blocked", number)]
    remove(world, site, key=clockmemory.KEY)
    assert told(world) == [("blocked", number)]
    both_confirm(world)
    assert told(world) == [("purged", number)]


def test_an_old_memory_put_back_believes_no_more_than_the_new_one(world: World) -> None:
    [number] = closed_on_days(world, 1)
    passing(world)
    kept = rows(world, site, key=clockmemory.KEY)[0]["value"]
    world.later(days_to(world, number) - 20)
    off_for(world, 1)
    passing(world)
    change(world, site, {"key": clockmemory.KEY}, value=kept)
    world.clock.jump(timedelta(days=25))
    assert told(world) == [("blocked", number)]


def test_a_leap_ends_no_grant_for_good_and_what_two_people_confirmed_does(world: World) -> None:
    closed_on_days(world)
    number = world.send().number
    case_id = rows(world, cases, number=number)[0]["id"]
    hugo = world.member("Hugo").person_id
    adam, until = world.member("Adam"), (world.clock.now() + 20 * A_DAY).date().isoformat()
    roles = world.program.administration.person(adam, hugo.hex()).roles
    world.program.administration.end(adam, next(one.id for one in roles if one.company_code == SE), until)
    passing(world)
    theirs = {"case_id": case_id, "holder_id": hugo}
    world.clock.jump(timedelta(days=30))
    passing(world)
    assert rows(world, grants, **theirs)
    both_confirm(world)
    passing(world)
    assert not rows(world, grants, **theirs)


def test_somebody_retired_while_the_clock_is_wrong_loses_everything_at_once(world: World) -> None:
    closed_on_days(world, 1)
    number = world.send().number
    case_id = rows(world, cases, number=number)[0]["id"]
    hugo = world.member("Hugo").person_id
    passing(world)
    world.clock.jump(timedelta(days=30))
    people.retire(world.program.store, "Hugo", world.clock.now(), actor="init")
    passing(world)
    assert not rows(world, grants, case_id=case_id, holder_id=hugo)


def test_another_companys_people_answer_for_their_own_alone(world: World) -> None:
    [number] = closed_on_days(world, 1)
    world.send(company=NO)
    world.later(days_to(world, number) - 20)
    passing(world)
    off_for(world, 30)
    assert told(world) == [("blocked", number)]
    both_confirm(world)
    assert told(world) == [("purged", number)]
    adam = world.member("Adam").person_id
    left = guards.shown(world.program.store, adam, "clock", "administrator", world.clock.now())
    assert [one.company.code for one in left] == [NO]


def test_somebody_of_legal_who_is_excluded_sees_and_confirms_nothing_of_the_case(world: World) -> None:
    closed_on_days(world)
    leo = world.member("Leo")
    number = world.closed(exclude=(leo.pair.key_id.hex(),))[0].number
    world.later(days_to(world, number) - 20)
    passing(world)
    off_for(world, 30)
    passing(world)
    [seen] = guards.shown(world.program.store, leo.person_id, "clock", "legal", world.clock.now())
    assert seen.waiting.items == ()
    answer(world, "Leo", "legal")
    answer(world, "Adam", "administrator")
    assert told(world) == [("blocked", number)]
    answer(world, "Lisa", "legal")
    assert told(world) == [("purged", number)]


def test_the_ledger_keeps_who_stopped_confirmed_and_refused(world: World) -> None:
    [number] = closed_on_days(world, 1)
    world.later(days_to(world, number) - 20)
    passing(world)
    off_for(world, 30)
    passing(world)
    answer(world, "Leo", "legal", confirmed=False)
    both_confirm(world)
    actions = [line["action"] for line in rows(world, ledger) if line["action"].startswith("guard_")]
    assert actions == ["guard_stopped", "guard_refused", "guard_confirmed", "guard_confirmed"]


def test_a_clock_that_goes_back_dates_no_event_of_a_case_before_an_earlier_one(world: World) -> None:
    number, secret = (receipt := world.send()).number, world.enter(receipt)
    hanna, handler = world.member("Hanna"), world.program.handler
    world.later(10)
    handler.acknowledge(hanna, number, "Received.")
    world.clock.jump(timedelta(days=-8))
    handler.note(hanna, number, "A note.")
    world.program.reporter.message(secret, world.program.reporter.writing(secret), "More.")
    world.close(hanna, number, "It was stopped.")
    closed = rows(world, cases, number=number)[0]
    hold(world, number)
    lines = sorted(rows(world, ledger, case_number=number), key=lambda line: line["seq"])
    days = [line["on_day"] for line in lines]
    assert days == sorted(days)
    assert closed["closed_on"] == closed["touched_on"] == days[-1]
    world.clock.jump(timedelta(days=-800))
    assert passing(world) == []
    assert rows(world, cases, number=number)[0]["purge_on"] == closed["purge_on"]
