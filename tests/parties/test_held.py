"""A held case past its day is opened by a handler with a reason, to be read or handed over, and no more."""

import io
import json
import zipfile
from typing import Any

import pytest

from tests.vault.scenes import case_with_all, held, pass_at
from tests.vault.tampering import case_of, change, remove, rows
from tests.world import World
from whistle.errors import NotThere, RuleRefused, StepUpNeeded
from whistle.parties.export import ExportForm
from whistle.parties.report_form import FormRefused
from whistle.vault import check
from whistle.vault.heldtables import held_openings, hold_sentences, kept_grants
from whistle.vault.tables import records

WHY = "The court asks for the dates."


def past_day(world: World) -> tuple[str, bytes, str]:
    """A closed case with everything in it, held, on the day after its day; number, secret, hold."""
    receipt, secret = case_with_all(world)
    world.close(world.member("Hanna"), receipt.number, "The doors were opened.")
    hold = held(world, receipt.number)
    world.later(735)
    return receipt.number, secret, hold


def reason_of(act: Any) -> str:
    with pytest.raises(RuleRefused) as refused:
        act()
    return refused.value.reason


def findings(world: World) -> set[str]:
    quiet = {"hold_review", "journal_copy"}
    return {found.kind for found in check.run(world.program.store, world.clock.now())} - quiet


def test_before_a_reason_the_page_says_past_due_held_ground_and_review_and_nothing_else(world: World) -> None:
    number, _secret, hold = past_day(world)
    desk, hanna = world.program.kept.desk, world.member("Hanna")
    page = desk.page(hanna, number)
    assert page.case is None
    assert [(one.id, one.ground) for one in page.holds] == [(hold, "court_ruling")]
    assert page.purge_on == case_of(world, number)["purge_on"]
    assert len(page.closings) == 1
    ordinary = world.program.handler.case(hanna, number)
    assert (ordinary.past_day, ordinary.held, ordinary.entries, ordinary.notes) == (True, True, (), ())
    assert "T 1234-26" not in repr(page)
    assert reason_of(lambda: desk.file(hanna, number, "00" * 16)) == "not_opened"


def test_with_a_reason_it_opens_for_that_person_that_day_and_legal_reads_why(world: World) -> None:
    number, _secret, hold = past_day(world)
    desk, hanna = world.program.kept.desk, world.member("Hanna")
    before = {table: len(rows(world, table)) for table in (records,)}
    desk.open(hanna, number, hold, WHY)
    case = desk.page(hanna, number).case
    assert case is not None
    assert case.entries[0].text == "The fire doors are locked."
    assert [note.text for note in case.notes] == ["Ask the caretaker."]
    assert b"".join(desk.file(hanna, number, case.files[0].id).chunks())[:4] == b"%PDF"
    # Nothing was written into the case, and a colleague has to say why themselves
    assert {table: len(rows(world, table)) for table in (records,)} == before
    assert desk.page(world.member("Hugo"), number).case is None
    # Legal reads who and why; nobody else has a grant for it
    (opening,) = world.program.kept.legal.page(world.member("Lisa"), number).openings
    assert (opening.name, opening.reason, opening.is_export) == ("Hanna", WHY, False)
    names = {world.member(name).person_id for name in ("Lisa", "Leo")}
    assert {row["person_id"] for row in rows(world, kept_grants)} == names
    assert findings(world) == set()
    # The next day it is shut again, and so it is once its hold is released
    world.later(1)
    assert desk.page(hanna, number).case is None
    desk.open(hanna, number, hold, WHY)
    legal = world.program.legal
    legal.release(world.member("Lisa"), hold, "It is over.")
    legal.confirm_release(world.member("Leo"), hold)
    with pytest.raises(NotThere):
        desk.page(hanna, number)
    assert pass_at(world) == ["purged"]
    assert rows(world, held_openings) == rows(world, kept_grants) == []


def test_it_takes_a_hold_a_reason_and_the_second_factor(sqlite_world: World) -> None:
    world = sqlite_world
    number, _secret, hold = past_day(world)
    desk, hanna = world.program.kept.desk, world.member("Hanna")
    assert reason_of(lambda: desk.open(hanna, number, "", WHY)) == "which_hold"
    assert reason_of(lambda: desk.open(hanna, number, "zz", WHY)) == "which_hold"
    assert reason_of(lambda: desk.open(hanna, number, "ab" * 16, WHY)) == "not_held"
    with pytest.raises(FormRefused):
        desk.open(hanna, number, hold, "  ")
    with pytest.raises(StepUpNeeded):
        desk.open(world.member("Hanna", fresh=False), number, hold, WHY)
    for stranger in ("Nora", "Lisa", "Carl", "Adam", "Disa"):
        with pytest.raises(NotThere):
            desk.open(world.member(stranger), number, hold, WHY)
    assert rows(world, held_openings) == []


def test_a_case_whose_day_has_not_come_or_that_is_not_held_has_no_such_page(sqlite_world: World) -> None:
    world = sqlite_world
    receipt, _secret = world.closed()
    hanna, desk = world.member("Hanna"), world.program.kept.desk
    hold = held(world, receipt.number)
    with pytest.raises(NotThere):
        desk.open(hanna, receipt.number, hold, WHY)
    other, _secret = world.closed()
    world.later(735)
    with pytest.raises(NotThere):
        desk.page(hanna, other.number)
    assert desk.page(hanna, receipt.number).holds


def test_it_is_handed_to_a_court_with_recipient_and_ground_and_without_a_name(world: World) -> None:
    number, _secret, hold = past_day(world)
    desk, hanna = world.program.kept.desk, world.member("Hanna")
    form = ExportForm("authority", "Svea hovrätt", "T 1234-26", with_notes=True, with_identity=True)
    assert reason_of(lambda: desk.export(hanna, number, hold, form)) == "not_opened"
    desk.open(hanna, number, hold, WHY)
    assert reason_of(lambda: desk.export(hanna, number, "", form)) == "which_hold"
    prepared = desk.export(hanna, number, hold, form)
    with zipfile.ZipFile(io.BytesIO(b"".join(prepared.stream(b"<!DOCTYPE html>")))) as archive:
        said = json.loads(archive.read("case.json"))
        assert len(archive.namelist()) >= 4
    assert "identity" not in said
    assert "Ask the caretaker." in [note.get("text") for note in said["notes"]]
    last = world.program.kept.legal.page(world.member("Leo"), number).openings
    assert [(one.recipient, one.reference) for one in last if one.is_export] == [
        ("Svea hovrätt", "T 1234-26")
    ]
    lines = world.program.keys.ledger(world.member("Alma"), None).lines
    assert [line.action for line in lines[:3]] == ["exported", "held_opened", "held_opened"]
    assert findings(world) == set()


def test_an_opening_that_was_forged_or_deleted_opens_nothing_and_shows(sqlite_world: World) -> None:
    world = sqlite_world
    number, _secret, hold = past_day(world)
    desk, hanna = world.program.kept.desk, world.member("Hanna")
    desk.open(hanna, number, hold, WHY)
    hugo = world.member("Hugo")
    change(world, held_openings, {}, person_id=hugo.person_id)
    assert desk.page(hugo, number).case is None
    assert "held_opening" in findings(world)
    remove(world, held_openings)
    assert "held_opening" in findings(world)


def test_the_mailbox_says_it_unless_legal_withholds_it_and_nothing_can_be_read_there(world: World) -> None:
    number, secret, hold = past_day(world)
    reporter, legal = world.program.reporter, world.program.kept.legal
    lisa, leo = world.member("Lisa"), world.member("Leo")
    case = reporter.open(secret)
    assert (case.held, case.past_day, case.entries, case.files) == (True, True, (), ())
    with pytest.raises(NotThere):
        reporter.everything(secret)
    # Withheld with a reason that legal can read
    legal.withhold(lisa, number, hold, "The inquiry is secret.")
    assert not reporter.open(secret).held
    (said,) = legal.page(leo, number).sentences
    assert said.withheld
    assert said.history[0][3] == "The inquiry is secret."
    # A second hold that is not withheld speaks for itself
    second = held_again(world, number)
    assert reporter.open(secret).held
    legal.withhold(leo, number, second, "This one too.")
    assert not reporter.open(secret).held
    legal.show_again(leo, number, hold, "The inquiry is known.")
    assert reporter.open(secret).held
    assert findings(world) == set()


def held_again(world: World, number: str) -> str:
    return world.program.legal.place(
        world.member("Lisa"), number, "authority_decision", "IMY dnr 2026-77", "", "2028-12-01"
    )


def test_a_sentence_withheld_past_legals_page_is_not_withheld_and_shows(sqlite_world: World) -> None:
    world = sqlite_world
    number, secret, hold = past_day(world)
    world.program.kept.legal.withhold(world.member("Lisa"), number, hold, "The inquiry is secret.")
    assert not world.program.reporter.open(secret).held
    genuine = rows(world, hold_sentences)[0]["mac"]
    change(world, hold_sentences, {}, mac=bytes(32))
    assert world.program.reporter.open(secret).held
    assert "sentence" in findings(world)
    change(world, hold_sentences, {}, mac=genuine)
    world.program.kept.legal.show_again(world.member("Lisa"), number, hold, "It is known.")
    change(world, hold_sentences, {"n": 2}, withheld=True)
    assert "sentence" in findings(world)
    remove(world, hold_sentences, n=2)
    assert "sentence" in findings(world)
    with pytest.raises(NotThere):
        world.program.kept.legal.withhold(world.member("Hanna"), number, hold, "Why not.")
    with pytest.raises(StepUpNeeded):
        world.program.kept.legal.withhold(world.member("Leo", fresh=False), number, hold, "Why not.")
