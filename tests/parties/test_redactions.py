"""What a handler erases is gone for everybody, for good; large things take two, and holds forbid it (L9)."""

import json
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from tests.cleaning import samples
from tests.world import World
from whistle.crypto.header import Compartment
from whistle.errors import HoldInForce, NotThere, RuleRefused, Tampered
from whistle.parties.casefile import CaseFile
from whistle.parties.redactions import EraseForm
from whistle.parties.report_form import FormRefused
from whistle.vault import check, desk, journal
from whistle.vault.tables import blobs, ledger, records
from whistle.vault.worktables import redactions

TEXT = "She paid three invoices.\nHer son Olle is in hospital. Her son Olle is in hospital, she said."
PASSAGE = "Her son Olle is in hospital"


def first(**more: str) -> EraseForm:
    fields = {"entry": "content-1", "passage": PASSAGE, "which": "1", "ground": "sensitive"} | more
    return EraseForm(**fields)


def erase(world: World, name: str, number: str, form: EraseForm) -> bool:
    return world.program.redactions.erase(world.member(name), number, form)


def shown(world: World, number: str, name: str = "Hanna") -> list[str]:
    return [entry.text for entry in world.program.handler.case(world.member(name), number).entries]


def found(world: World) -> set[str]:
    return {one.kind for one in check.run(world.program.store, world.clock.now())}


def line_of(world: World, action: str) -> dict[str, Any]:
    with world.program.store.reading() as db:
        (row,) = db.execute(select(ledger).where(ledger.c.action == action)).all()
    return json.loads(row.facts) | {"actor": row.actor}


def test_a_passage_is_gone_for_the_handlers_and_the_reporter_who_sees_why(world: World) -> None:
    receipt = world.send(TEXT)
    secret = world.enter(receipt)
    before = found(world)

    assert erase(world, "Hanna", receipt.number, first())

    mark = f"[Erased: 27 characters, {world.clock.now().date().isoformat()}]"
    kept = f"She paid three invoices.\n{mark}. Her son Olle is in hospital, she said."
    assert shown(world, receipt.number) == [kept]
    (entry,) = world.program.reporter.open(secret).entries
    (gone,) = [piece.erased for piece in entry.pieces if piece.erased]
    assert (gone.characters, gone.ground) == (27, "sensitive")
    assert entry.who == "reporter"
    # The second handler, who has a borrowed grant, reads the same; nothing that `check` looks at is wrong.
    assert "Erased" in shown(world, receipt.number, "Hugo")[0]
    assert found(world) == before
    # A new record stands in the old one's place and says whose.
    file = opened(world, "Hanna", receipt.number)
    assert len(file.records(Compartment.CONTENT)) == 1
    assert file.records(Compartment.CONTENT)[0].fields["replaces"] != file.case.records[0].object_id.hex()


def opened(world: World, name: str, number: str) -> CaseFile:
    member = world.member(name)
    case = desk.open_case(world.program.store, member.person_id, number, world.clock.now())
    return CaseFile(case, member.pair)


def test_the_ledger_keeps_who_why_and_how_much_and_never_the_text(world: World) -> None:
    receipt = world.send(TEXT)
    old = opened(world, "Hanna", receipt.number).case.records[0].object_id
    erase(world, "Hanna", receipt.number, first())
    said = line_of(world, "redacted")
    assert (said["actor"], said["ground"], said["characters"]) == ("Hanna", "sensitive", 27)
    assert "Olle" not in json.dumps(said)
    keys = world.program.store.keys
    journalled = list(journal.read(keys.folder / "journal", keys.verifying))
    assert [line["facts"]["record"] for line in journalled if line["kind"] == "redacted"] == [old.hex()]


def test_notes_and_messages_of_both_sides_can_be_redacted_again_and_again(world: World) -> None:
    receipt = world.send(TEXT)
    hanna, handler = world.member("Hanna"), world.program.handler
    handler.acknowledge(hanna, receipt.number, "We have it, dear Eva.")
    handler.note(hanna, receipt.number, "Eva has two children.")
    for form in (
        first(),
        first(which=""),
        EraseForm("content-2", ", dear Eva", ground="other_person"),
        EraseForm("internal-1", "Eva has two children.", ground="not_relevant"),
    ):
        assert erase(world, "Hugo", receipt.number, form)
    case = handler.case(hanna, receipt.number)
    assert "Olle" not in case.entries[0].text
    assert case.entries[1].text.startswith("We have it[Erased: 10 characters")
    assert case.notes[0].text.startswith("[Erased: 21 characters")
    assert case.notes[0].author == "Hanna"
    handler.message(hanna, receipt.number, "And the case goes on.")
    assert "handlers" not in found(world) - {"handlers"}


@pytest.mark.parametrize(
    ("form", "reason"),
    [
        (first(passage="Not in the text"), "not_found"), (first(which=""), "several"),
        (first(which="3"), "unknown"), (first(which="²"), "unknown"), (first(passage=" "), "missing"),
        (first(file="00" * 16), "unknown"),
    ],
)  # fmt: skip
def test_what_is_not_clear_is_asked_about_and_changes_nothing(
    sqlite_world: World, form: EraseForm, reason: str
) -> None:
    receipt = sqlite_world.send(TEXT)
    with pytest.raises(FormRefused) as refused:
        erase(sqlite_world, "Hanna", receipt.number, form)
    assert refused.value.problems[0].reason == reason
    with pytest.raises(RuleRefused, match="ground"):
        erase(sqlite_world, "Hanna", receipt.number, first(ground="dislike"))
    assert shown(sqlite_world, receipt.number) == [TEXT]


@pytest.mark.parametrize(
    "entry", ["content-2", "internal-1", "identity-1", "content-0", "content", "content-²", ""]
)
def test_an_entry_that_is_not_there_is_not_there(sqlite_world: World, entry: str) -> None:
    receipt = sqlite_world.send(TEXT)
    with pytest.raises(NotThere):
        erase(sqlite_world, "Hanna", receipt.number, first(entry=entry))


@pytest.mark.parametrize("name", ["Nora", "Carl", "Lisa", "Adam", "Alma", "Olle"])
def test_nobody_but_its_handlers_erases_anything(sqlite_world: World, name: str) -> None:
    receipt = sqlite_world.send(TEXT)
    with pytest.raises(NotThere):
        erase(sqlite_world, name, receipt.number, first())
    with pytest.raises(NotThere):
        sqlite_world.program.redactions.confirm(sqlite_world.member(name), receipt.number, "00" * 16)


def test_over_500_characters_take_a_second_handler(world: World) -> None:
    long = "x" * 501
    receipt = world.send(f"Before {long} after")
    form = EraseForm("content-1", long, ground="not_relevant")
    hanna, hugo, party = world.member("Hanna"), world.member("Hugo"), world.program.redactions

    assert party.preview(hanna, receipt.number, form).second
    assert not erase(world, "Hanna", receipt.number, form)
    assert not erase(world, "Hanna", receipt.number, form)  # a double click asks once
    assert long in shown(world, receipt.number)[0]
    (asked,) = world.program.handler.case(hugo, receipt.number).erasures
    assert (asked.asked_by, asked.mine, asked.gone, asked.characters) == ("Hanna", False, long, 501)
    with pytest.raises(RuleRefused) as refused:
        party.confirm(hanna, receipt.number, asked.id)
    assert refused.value.reason == "same_person"

    party.confirm(hugo, receipt.number, asked.id)
    assert shown(world, receipt.number)[0].startswith("Before [Erased: 501 characters")
    assert world.program.handler.case(hugo, receipt.number).erasures == ()
    said = line_of(world, "redacted")
    assert (said["actor"], said["asked_by"]) == ("Hugo", "Hanna")
    with pytest.raises(NotThere):
        party.confirm(hugo, receipt.number, asked.id)


def test_a_request_can_be_taken_back_and_one_that_was_edited_is_not_carried_out(world: World) -> None:
    long = "x" * 501
    receipt = world.send(f"{long} and {'y' * 501}")
    for passage in (long, "y" * 501):
        erase(world, "Hanna", receipt.number, EraseForm("content-1", passage, ground="not_relevant"))
    hugo, party = world.member("Hugo"), world.program.redactions
    one, other = world.program.handler.case(hugo, receipt.number).erasures
    party.withdraw(hugo, receipt.number, one.id)
    assert [left.id for left in world.program.handler.case(hugo, receipt.number).erasures] == [other.id]
    with world.program.store.writing() as work:
        work.db.execute(update(redactions).values(start=1, characters=700))
    with pytest.raises(Tampered):
        party.confirm(hugo, receipt.number, other.id)


def test_an_erasure_in_the_same_entry_ends_requests_that_name_a_place_in_it(world: World) -> None:
    long = "x" * 501
    receipt = world.send(f"A name. {long}")
    erase(world, "Hanna", receipt.number, EraseForm("content-1", long, ground="not_relevant"))
    assert erase(world, "Hugo", receipt.number, EraseForm("content-1", "A name.", ground="other_person"))
    assert world.program.handler.case(world.member("Hugo"), receipt.number).erasures == ()


def test_a_file_goes_with_its_original_and_its_name(world: World) -> None:
    receipt = world.send(TEXT, files=[("Olle in hospital.jpg", samples.jpeg()), ("b.txt", b"stays")])
    secret = world.enter(receipt)
    hanna, hugo = world.member("Hanna"), world.member("Hugo")
    file_id = world.program.handler.case(hanna, receipt.number).files[0].id
    before = list(world.program.store.blobs.ids())
    form = EraseForm("content-1", file=file_id, ground="sensitive")
    assert not erase(world, "Hanna", receipt.number, form)
    (asked,) = world.program.handler.case(hugo, receipt.number).erasures
    assert asked.file == "Olle in hospital.jpg"
    world.program.redactions.confirm(hugo, receipt.number, asked.id)

    assert len(before) - len(list(world.program.store.blobs.ids())) == 2
    case = world.program.handler.case(hanna, receipt.number)
    assert [one.name for one in case.files] == ["b.txt"]
    assert [one.ground for one in case.entries[0].erased_files] == ["sensitive"]
    with pytest.raises(NotThere):
        world.program.handler.file(hanna, receipt.number, file_id)
    with pytest.raises(NotThere):
        world.program.reporter.file(secret, file_id)
    assert [one.name for one in world.program.reporter.open(secret).files] == ["b.txt"]
    assert b"".join(world.program.reporter.everything(secret))
    with world.program.store.reading() as db:
        assert len(db.execute(select(blobs.c.object_id)).all()) == 1
    assert found(world) <= {"handlers"}


def test_a_handler_who_is_alone_erases_alone(sqlite_world: World) -> None:
    receipt = sqlite_world.send("x" * 600 + " end", company="nordvakt-no")
    case = sqlite_world.program.handler.case(sqlite_world.member("Nora"), receipt.number)
    form = EraseForm("content-1", "x" * 600, ground="not_relevant")
    assert erase(sqlite_world, "Nora", receipt.number, form) == (not case.handlers)


def test_while_a_hold_is_in_force_nothing_is_erased(world: World) -> None:
    receipt = world.send(TEXT)
    lisa = world.member("Lisa")
    review = (world.clock.now().date() + timedelta(days=90)).isoformat()
    world.program.legal.place(lisa, receipt.number, "court_ruling", "Svea hovrätt, T 77-26", "", review)
    with pytest.raises(HoldInForce):
        erase(world, "Hanna", receipt.number, first())
    assert shown(world, receipt.number) == [TEXT]


def test_past_its_day_nothing_is_erased(world: World) -> None:
    receipt, _secret = world.closed(text=TEXT)
    world.later(800)
    with pytest.raises(RuleRefused) as refused:
        erase(world, "Hanna", receipt.number, first())
    assert refused.value.reason == "past_day"


def test_the_record_keeps_its_day_and_its_number(world: World) -> None:
    receipt = world.send(TEXT)
    day: date = world.clock.now().date()
    world.later(9)
    erase(world, "Hanna", receipt.number, first())
    with world.program.store.reading() as db:
        row = db.execute(select(records).where(records.c.compartment == 1)).one()
    assert (row.n, row.on_day) == (1, day)
    assert world.program.handler.case(world.member("Hanna"), receipt.number).entries[0].day == day


def test_a_form_that_is_sent_again_brings_nothing_erased_back(world: World) -> None:
    token, nonce = world.program.sessions.new_token(), world.program.reporter.new_nonce()
    same: dict[str, Any] = {"token": token, "nonce": nonce, "files": [("Olle.jpg", samples.jpeg())]}
    receipt = world.send(TEXT, **same)
    hanna, hugo = world.member("Hanna"), world.member("Hugo")
    assert erase(world, "Hanna", receipt.number, first())
    once = shown(world, receipt.number)
    assert world.send(TEXT, **same).number == receipt.number
    assert shown(world, receipt.number) == once

    file_id = world.program.handler.case(hanna, receipt.number).files[0].id
    erase(world, "Hanna", receipt.number, EraseForm("content-1", file=file_id, ground="sensitive"))
    (asked,) = world.program.handler.case(hugo, receipt.number).erasures
    world.program.redactions.confirm(hugo, receipt.number, asked.id)
    before = set(world.program.store.blobs.ids())
    world.send(TEXT, **same)
    case = world.program.handler.case(hanna, receipt.number)
    assert ([entry.text for entry in case.entries], case.files) == (once, ())
    assert set(world.program.store.blobs.ids()) == before

    # What is newly said is no such second way.
    world.send(TEXT.replace("three", "four"), **same | {"files": []})
    assert shown(world, receipt.number) == [*once, TEXT.replace("three", "four")]
