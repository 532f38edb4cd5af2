"""A request ends like a case: erased on its day, held if legal says so, a certificate and nothing left."""

from datetime import UTC, date, datetime, timedelta

import pytest

from tests.parties.asking import Asker, answered, later, proved, sent, verified
from tests.vault.tampering import case_of, change, findings, rows
from tests.world import NO, World
from whistle import scheduler
from whistle.errors import Gone, NotThere
from whistle.vault import duties, journal, purge, request_pass, withdrawals
from whistle.vault.requesttables import request_readers, request_tasks
from whistle.vault.requesttables import requests as table
from whistle.vault.tables import cases, grants


def closed(world: World, **fields: object) -> Asker:
    asker = answered(world, **fields)
    world.program.privacy.desk.close(world.member("Olle"), asker.number)
    return asker


def ticked(world: World, day: date) -> list[scheduler.Event]:
    """One pass at noon of a day."""
    moment = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
    return list(scheduler.tick(world.program.store, moment, lambda: None))


def test_request_copy_files_and_lists_are_gone_two_years_after_the_answer(world: World) -> None:
    asker = closed(world, files=[("letter.txt", b"Dear company")])
    assert len(list(world.program.store.blobs.ids())) == 2
    assert [one["event"] for one in ticked(world, date(2028, 3, 1)) if one["case"] == asker.number] == [
        "warned"
    ]
    events = ticked(world, date(2028, 3, 2))
    assert [(one["event"], one["case"]) for one in events if one["event"] == "purged"] == [
        ("purged", asker.number)
    ]
    for left in (cases, table, request_readers, request_tasks, grants):
        assert rows(world, left) == []
    assert list(world.program.store.blobs.ids()) == []
    certificate = purge.certificate(world.program.store, asker.number)
    said = purge.verify_certificate(certificate, world.program.store.keys.verifying)
    assert (said["case"], said["due_on"]) == (asker.number, "2028-03-02")
    with pytest.raises(NotThere):
        world.program.privacy.mailbox.open(asker.secret)
    keys = world.program.store.keys
    lines = list(journal.read(keys.folder / "journal", keys.verifying))
    assert [line["kind"] for line in lines if line["case"] == asker.number] == ["closed", "purged"]
    assert findings(world) == []


def test_legal_holds_a_request_like_a_case(world: World) -> None:
    asker, lisa = closed(world), world.member("Lisa")
    review = (world.clock.now() + timedelta(days=300)).date().isoformat()
    hold = world.program.legal.place(lisa, asker.number, "court_ruling", "T 12-28", "", review)
    assert world.program.privacy.mailbox.open(asker.secret).facts.held
    events = ticked(world, date(2028, 3, 2))
    assert [(one["event"], one["why"]) for one in events if one["case"] == asker.number] == [("kept", "hold")]
    world.clock.advance(timedelta(days=800))
    world.program.legal.release(lisa, hold, "The trial is over.")
    world.program.legal.confirm_release(world.member("Leo"), hold)
    ticked(world, world.clock.now().date())
    assert rows(world, cases) == []
    with pytest.raises(Gone):
        world.program.legal.case(lisa, asker.number)


def test_an_open_request_is_never_erased_and_its_answer_is_owed(world: World) -> None:
    asker, waiting = verified(world), sent(world, email="b@mail.example")
    owed = {(one.kind, one.case) for one in duties.falling_due(world.program.store, world.clock.now(), 60)}
    assert ("privacy_request", asker.number) in owed
    assert waiting.number not in {number for _kind, number in owed}
    later(world, 40)
    assert ("request_late", asker.number) in {(one.kind, one.about) for one in findings(world)}
    ticked(world, date(2030, 1, 1))
    assert len(rows(world, table)) == 2


def test_what_is_changed_past_the_pages_shows(world: World) -> None:
    asker = verified(world)
    case_id = case_of(world, asker.number)["id"]
    change(world, table, {"case_id": case_id}, answered_on=date(2020, 1, 1))
    assert ("request", asker.number) in {(one.kind, one.about) for one in findings(world)}


def test_a_copy_that_is_gone_and_a_task_that_is_gone_show(world: World) -> None:
    asker, olle = verified(world), world.member("Olle")
    world.program.privacy.desk.open_task(olle, asker.number, "The printer", "access")
    (row,) = rows(world, table)
    with world.program.store.writing() as work:
        work.db.execute(request_tasks.delete())
        work.db.execute(cases.delete().where(cases.c.id == row["copy_id"]))
    kinds = {one.kind for one in findings(world)}
    assert "request" in kinds


def test_an_officer_who_left_opens_nothing_more_and_a_new_one_is_let_in(world: World) -> None:
    asker = proved(world)
    store, olle = world.program.store, world.member("Olle")
    with store.writing() as work:
        work.db.execute(request_readers.delete())
    assert ("no_officer", asker.number) in {(one.kind, one.about) for one in findings(world)}
    with pytest.raises(NotThere):
        world.program.privacy.desk.open(olle, asker.number)
    withdrawals.withdraw(store, [olle.person_id], world.clock.now())
    held = {bytes(one["holder_id"]) for one in rows(world, grants)}
    assert held == {case_of(world, asker.number)["id"]}


def test_the_neutral_answer_leaves_on_day_twenty_in_one_batch_for_all(world: World) -> None:
    first, second = verified(world), verified(world, email="b@mail.example")
    late, never = (
        proved(world, email="c@mail.example"),
        verified(world, email="d@mail.example", rights=("complaint",)),
    )
    store = world.program.store
    later(world, 19)
    assert request_pass.send_neutral(store, world.clock.now()) == []
    later(world, 1)
    (batch,) = request_pass.send_neutral(store, world.clock.now())
    assert (batch.company_code, batch.count) == ("nordvakt-se", 2)
    assert request_pass.send_neutral(store, world.clock.now()) == []
    mailbox = world.program.privacy.mailbox
    days = [mailbox.open(one.secret).facts.neutral_on for one in (first, second, late, never)]
    assert days == [date(2026, 3, 22), date(2026, 3, 22), None, None]
    later(world, 3)
    world.program.privacy.desk.verify(world.member("Olle"), late.number, "Called back.")
    request_pass.send_neutral(store, world.clock.now())
    assert mailbox.open(late.secret).facts.neutral_on == date(2026, 3, 25)


def test_the_lists_follow_a_clock_that_stands_still(world: World) -> None:
    asker, olle = proved(world), world.member("Olle")
    world.program.privacy.desk.ask(olle, asker.number, "Your street.", "Two have this name.")
    later(world, 7)
    request_pass.move_on(world.program.store, world.clock.now())
    assert case_of(world, asker.number)["next_on"] == date(2026, 4, 9)
    before = rows(world, cases)
    request_pass.move_on(world.program.store, world.clock.now())
    assert rows(world, cases) == before
    assert findings(world) == []


def test_a_company_without_an_officer_is_told_of_at_the_form(world: World) -> None:
    offered = {one.code: one.open for one in world.program.privacy.requests.companies()}
    assert offered == {"nordvakt-se": True, NO: False, "nordvakt-fi": False}
