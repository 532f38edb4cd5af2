"""Everything that is owed is listed with its day, whatever table it comes from, and nobody else's with it."""

from datetime import date, timedelta

import pytest
from sqlalchemy import insert

from tests.vault.scenes import person_id
from tests.vault.tampering import case_of, change, rows, write
from tests.world import FI, SE, World
from whistle.parties.concerned import Said
from whistle.vault import casework, duties
from whistle.vault.tables import cases, readers
from whistle.vault.worktables import concerned, identity_requests, minutes

RECEIVED = date(2026, 3, 2)


def owed(world: World, number: str) -> dict[str, date]:
    """What is owed in a case: its kinds and days."""
    found = duties.falling_due(world.program.store, world.clock.now(), 10_000)
    return {due.kind: due.due_on for due in found if due.case == number}


def touch(world: World, number: str) -> None:
    """Have the case's next day worked out again, as every command does at its end."""
    with casework.changing(world.program.store, number, world.clock.now()):
        pass


def next_of(world: World, number: str) -> tuple[str, date]:
    case = case_of(world, number)
    listed = {row["due_on"] for row in rows(world, readers, case_id=case["id"])}
    assert listed == {case["next_on"]}
    return case["next_kind"], case["next_on"]


def page(world: World, name: str, **asked: object) -> list[str]:
    found = duties.page(world.program.store, person_id(world, name), world.clock.now(), **asked)  # type: ignore[arg-type]
    return [row.number for row in found.rows]


def test_every_duty_of_a_new_case_is_owed(world: World) -> None:
    number = world.send(meeting="Yes, by telephone.").number
    assert owed(world, number) == {
        "acknowledgement": date(2026, 3, 9),
        "meeting": date(2026, 3, 16),
        "persons_concerned": date(2026, 4, 2),
        "review": RECEIVED + timedelta(days=90),
        "feedback": date(2026, 6, 2),
    }
    assert next_of(world, number) == ("acknowledgement", date(2026, 3, 9))


def test_what_is_done_is_owed_no_more_and_the_list_moves_on(world: World) -> None:
    number = world.send(meeting="Yes, by telephone.").number
    hanna, handler = world.member("Hanna"), world.program.handler
    handler.acknowledge(hanna, number, "Received.")
    assert next_of(world, number) == ("meeting", date(2026, 3, 16))
    change(world, cases, {"number": number}, meeting_held_on=date(2026, 3, 3))
    world.nobody_concerned(hanna, number)
    assert next_of(world, number)[0] == "review"
    assert set(owed(world, number)) == {"review", "feedback"}
    world.close(hanna, number, "It was stopped.")
    assert owed(world, number) == {"purge": date(2028, 3, 2)}
    assert next_of(world, number) == ("purge", date(2028, 3, 2))


def test_a_deferral_is_owed_on_the_day_of_its_review(world: World) -> None:
    number = world.send().number
    said = Said("deferred", ground="impairs_follow_up", review_on="2026-03-20", person="A. B.")
    world.program.casework.concerned.decide(world.member("Hanna"), number, said)
    assert owed(world, number)["persons_concerned"] == date(2026, 3, 20)


@pytest.mark.parametrize(
    ("decisions", "due_on"),
    [
        ([], date(2026, 4, 2)),
        (["informed"], None),
        (["none_identified"], None),
        (["informed", "lasting_ground"], None),
        (["informed", "undecided"], date(2026, 4, 2)),
        (["deferred", "informed"], date(2026, 5, 5)),
        (["deferred", "undecided"], date(2026, 5, 5)),  # the later of two; the other one is owed first
    ],
)
def test_persons_concerned_are_owed_until_all_are_decided(
    sqlite_world: World, decisions: list[str], due_on: date | None
) -> None:
    world, number = sqlite_world, sqlite_world.send().number
    for n, decision in enumerate(decisions):
        row = {"id": bytes([n]) * 16, "case_id": case_of(world, number)["id"], "decided_on": RECEIVED}
        review = date(2026, 5, 5) if decision == "deferred" else None
        write(world, insert(concerned).values(decision=decision, review_on=review, **row))
    assert owed(world, number).get("persons_concerned") == due_on
    if set(decisions) == {"deferred", "undecided"}:
        found = duties.falling_due(world.program.store, world.clock.now(), 10_000)
        days = [due.due_on for due in found if due.kind == "persons_concerned"]
        assert days == [date(2026, 4, 2), date(2026, 5, 5)]


def test_the_end_of_an_approval_and_minutes_that_wait_are_owed(world: World) -> None:
    number = world.send().number
    case_id = case_of(world, number)["id"]
    asked = {"asked_by": person_id(world, "Hanna"), "asked_on": RECEIVED, "would_hinder": False}
    sealed = {"sealed": b"", "mac": bytes(32)}
    for n, (state, ends_on) in enumerate([("approved", date(2026, 3, 5)), ("ended", date(2026, 3, 4))]):
        row = {"id": bytes([n]) * 16, "case_id": case_id, "state": state, "ends_on": ends_on}
        write(world, insert(identity_requests).values(**row, **asked, **sealed))
    shown = {"id": bytes(16), "case_id": case_id, "written_on": RECEIVED, "shown_on": date(2026, 3, 3)}
    unseen = {"id": bytes([9]) * 16, "case_id": case_id, "written_on": date(2026, 2, 1), "shown_on": None}
    write(world, insert(minutes).values(**shown), insert(minutes).values(**unseen))
    touch(world, number)
    assert owed(world, number)["identity_ends"] == date(2026, 3, 5)
    assert owed(world, number)["minutes"] == date(2026, 3, 17)
    assert next_of(world, number) == ("identity_ends", date(2026, 3, 5))


def test_the_page_holds_the_cases_one_works_on_and_no_others(world: World) -> None:
    swedish, finnish = world.send().number, world.send(company=FI).number
    assert page(world, "Hugo") == page(world, "Hugo", kind="acknowledgement")
    assert set(page(world, "Hugo")) == {swedish, finnish}
    assert page(world, "Hanna") == [swedish]
    assert page(world, "Hugo", company=FI) == [finnish]
    assert page(world, "Hugo", kind="feedback") == []
    for stranger in ("Nora", "Lisa", "Alma", "Adam", "Carl", "Disa"):
        assert page(world, stranger) == []
        assert page(world, stranger, company=SE) == []


def test_who_is_excluded_or_left_sees_no_duty_of_the_case(world: World) -> None:
    company = next(c for c in world.program.reporter.companies() if c.code == SE)
    [ref] = [person.ref for person in company.people if person.function == "Function of Hanna"]
    number = world.send(exclude=(ref,)).number
    assert page(world, "Hanna") == []
    assert page(world, "Hugo") == [number]
    change(world, readers, {"person_id": person_id(world, "Hugo")}, person_id=person_id(world, "Nora"))
    assert page(world, "Nora") == []


def test_the_page_goes_on_where_it_stopped(sqlite_world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(duties, "PAGE", 2)
    world = sqlite_world
    numbers = set()
    for _day in range(3):
        numbers |= {world.send().number}
        world.later(1)
    store, hanna = world.program.store, person_id(world, "Hanna")
    first = duties.page(store, hanna, world.clock.now())
    assert first.after is not None
    second = duties.page(store, hanna, world.clock.now(), after=first.after)
    assert second.after is None
    found = [row.number for row in (*first.rows, *second.rows)]
    assert (len(found), set(found)) == (3, numbers)
    days = [row.duties[0].due_on for row in (*first.rows, *second.rows)]
    assert days == sorted(days)


def test_a_page_counts_what_is_late_and_what_falls_due_soon(world: World) -> None:
    world.send()
    world.later(8)
    world.send()
    found = duties.page(world.program.store, person_id(world, "Hanna"), world.clock.now())
    assert (found.late.value, found.soon.value) == (1, 1)
    assert found.rows[0].duties[0].is_overdue(found.rows[0].today)
