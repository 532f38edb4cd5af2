"""What is erased stands nowhere else either: not in another field, with the identity, or in what leaves."""

import json

import pytest

from tests.cleaning import samples
from tests.parties.custodians import approved, named
from tests.parties.test_export import agreed, prepare, unpacked
from tests.parties.test_redactions import TEXT, erase, first, opened, shown
from tests.world import World
from whistle.crypto.header import Compartment
from whistle.errors import Conflict, RuleRefused
from whistle.parties import attachments
from whistle.parties.concerned import Said
from whistle.parties.consents import Disclosure
from whistle.parties.redactions import EraseForm
from whistle.parties.work import Measure


def test_a_long_passage_in_slices_takes_a_second_handler_as_well(world: World) -> None:
    receipt = world.send("a" * 300 + "b" * 200 + "c" * 300)
    party = world.program.redactions
    slices = ("a" * 300, "b" * 200, "c" * 300)
    a, b, c = (EraseForm("content-1", one, ground="not_relevant") for one in slices)
    assert erase(world, "Hanna", receipt.number, a)
    assert not party.preview(world.member("Hugo"), receipt.number, b).second
    assert erase(world, "Hugo", receipt.number, b)
    assert party.preview(world.member("Hanna"), receipt.number, c).second
    assert not erase(world, "Hanna", receipt.number, c)
    (asked,) = world.program.handler.case(world.member("Hugo"), receipt.number).erasures
    party.confirm(world.member("Hugo"), receipt.number, asked.id)
    assert "c" * 300 not in shown(world, receipt.number)[0]
    # Another case has its own measure.
    other = world.send(TEXT)
    assert erase(world, "Hanna", other.number, first())


def test_nothing_of_an_erased_file_is_left_with_the_identity_or_leaves_with_it(world: World) -> None:
    number, secret = named(world, files=[("Olle in hospital.jpg", samples.jpeg()), ("b.png", samples.png())])
    hanna, hugo = world.member("Hanna"), world.member("Hugo")
    file_id = world.program.handler.case(hanna, number).files[0].id
    sealed, _key, _author = world.program.reporter._file(secret)
    gone = next(one for one in attachments.originals(sealed).values() if one["copy_of"] == file_id)
    assert gone["name"] == "Olle in hospital.jpg"
    world.program.redactions.erase(hanna, number, EraseForm("content-1", file=file_id, ground="sensitive"))
    (asked,) = world.program.handler.case(hugo, number).erasures
    world.program.redactions.confirm(hugo, number, asked.id)

    sealed, _key, _author = world.program.reporter._file(secret)
    records = [one.fields for part in Compartment for one in sealed.records(part)]
    assert "Olle in hospital" not in json.dumps(records)
    consent = agreed(world, number, secret)
    approved(world, number)
    parts = unpacked(prepare(world, number, with_identity=True, consent=consent))
    assert [name for name in parts if name.startswith("files/")] == ["files/01 b.png"]
    for left in ("Olle in hospital", gone["sha256"], gone["id"], file_id):
        assert left not in repr(parts)


def test_the_fields_of_measures_people_and_disclosures_let_go_of_a_passage_as_well(world: World) -> None:
    number = world.send(TEXT).number
    hanna, casework = world.member("Hanna"), world.program.casework
    casework.sheet.measure(hanna, number, Measure("Talk to Eva, who is ill.", "Hanna"))
    casework.sheet.protect(hanna, number, "Her cousin Olle is ill.", "A colleague walks her home.")
    casework.concerned.decide(hanna, number, Said("undecided", person="Bo", remark="Bo is ill."))
    said = Disclosure("consent", "Police", "They inquire.", "That Eva is ill.")
    consent = world.program.consents.ask(hanna, number, said)
    case = world.program.handler.case(hanna, number)
    refs = {one.kind: one.ref for one in case.erasable}
    assert set(refs) == {"report", "measure", "protection", "concerned", "consent_request"}
    for kind, passage in (
        ("measure", ", who is ill"), ("protection", "Her cousin Olle"), ("protection", " is ill"),
        ("concerned", " is ill"), ("consent_request", " is ill"),
    ):  # fmt: skip
        form = EraseForm(refs[kind], passage, ground="sensitive")
        gone = world.program.redactions.preview(hanna, number, form)
        assert (gone.gone, gone.characters) == (passage, len(passage))
        assert erase(world, "Hanna", number, form)

    case = world.program.handler.case(world.member("Hugo"), number)
    assert case.work.measures.last is not None
    assert case.work.protection.last is not None
    assert case.work.measures.last["what"] == "Talk to Eva[…]."
    assert case.work.protection.last["risk"] == "[…][…]."
    assert case.work.protection.last["steps"] == "A colleague walks her home."
    assert case.concerned.people[0]["remark"] == "Bo[…]."
    (asked,) = case.consents
    assert (asked.id, asked.recipient, asked.what) == (consent, "Police", "That Eva[…].")
    assert case.entries[1].text.endswith("They inquire.\nThat Eva[Erased: 7 characters, 2026-03-02].")
    records = [one.fields for part in Compartment for one in opened(world, "Hanna", number).records(part)]
    assert " is ill" not in json.dumps(records)
    # A new state begins with what is left of the old one, and nothing is erased across two fields.
    casework.sheet.measure(hanna, number, Measure("Talk to Eva[…].", "Hanna", id=case.work.measures.last.id))
    with pytest.raises(RuleRefused) as refused:
        erase(world, "Hanna", number, EraseForm(refs["consent_request"], "Police\nThey", ground="sensitive"))
    assert refused.value.reason == "passage"


def test_a_form_that_was_open_from_before_brings_nothing_erased_back(world: World) -> None:
    number, sheet = world.send(TEXT).number, world.program.casework.sheet
    hanna, hugo = world.member("Hanna"), world.member("Hugo")
    sheet.protect(hanna, number, "Her cousin Olle is ill.", "")
    before = world.program.handler.case(hugo, number).work.protection.last
    assert before is not None
    assert erase(world, "Hanna", number, EraseForm("internal-1", " is ill", ground="sensitive"))
    with pytest.raises(Conflict):
        sheet.protect(hugo, number, before["risk"], "A colleague walks her home.", before.seen)
    now = world.program.handler.case(hugo, number).work.protection.last
    assert now is not None
    sheet.protect(hugo, number, now["risk"], "A colleague walks her home.", now.seen)


def test_minutes_say_where_something_was_erased(sqlite_world: World) -> None:
    receipt = sqlite_world.send(TEXT)
    hanna = sqlite_world.member("Hanna")
    sqlite_world.program.casework.minutes.write(hanna, receipt.number, "She said: Olle is ill.", "call", "")
    assert erase(sqlite_world, "Hanna", receipt.number, EraseForm("content-2", "Olle", ground="sensitive"))
    for shown_ in (
        sqlite_world.program.handler.case(hanna, receipt.number).minutes[0].text,
        sqlite_world.program.reporter.open(sqlite_world.enter(receipt)).minutes[0].text,
    ):
        assert shown_ == "She said: [Erased: 4 characters, 2026-03-02] is ill."
