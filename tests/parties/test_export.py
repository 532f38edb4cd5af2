"""A whole case leaves for whom the law has a place for; what is sealed stays, and it is written down."""

import io
import json
import zipfile
from hashlib import sha256
from typing import Any

import pytest
from sqlalchemy import select

from tests.parties.custodians import CONTACT, NAME, approved, named
from tests.world import NO, World
from whistle.crypto.header import Compartment
from whistle.errors import NotThere, RuleRefused, StepUpNeeded
from whistle.parties.consents import Disclosure
from whistle.parties.export import ExportForm, Prepared
from whistle.vault import exports as vault
from whistle.vault.facts import Addition
from whistle.vault.tables import ledger
from whistle.vault.worktables import exports

FILE = b"orders" * 3000
GROUND = "Beslut dnr A 77-26"


def form(**changed: Any) -> ExportForm:
    said = {"kind": "authority", "recipient": "Polismyndigheten", "ground": GROUND} | changed
    return ExportForm(**said)  # type: ignore[arg-type]


def prepare(world: World, number: str, who: str = "Hanna", **changed: Any) -> Prepared:
    return world.program.overview.export.prepare(world.member(who), number, form(**changed))


def unpacked(prepared: Prepared) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(b"".join(prepared.stream(b"<!DOCTYPE html>")))) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def reason(world: World, number: str, **changed: Any) -> str:
    with pytest.raises(RuleRefused) as refused:
        prepare(world, number, **changed)
    return refused.value.reason


def worked_on(world: World) -> str:
    receipt = world.send(files=[("orders.pdf", FILE)])
    hanna = world.member("Hanna")
    world.program.handler.acknowledge(hanna, receipt.number, "Received with thanks.")
    world.program.handler.note(hanna, receipt.number, "Ask the warehouse.")
    return receipt.number


def lines(world: World, action: str) -> list[dict[str, Any]]:
    with world.program.store.reading() as db:
        found = db.execute(select(ledger.c.facts).where(ledger.c.action == action)).scalars()
        return [json.loads(one) for one in found]


def test_it_holds_dialogue_files_and_a_list_of_hashes_that_comes_last(world: World) -> None:
    parts = unpacked(prepare(world, worked_on(world)))
    assert list(parts) == ["index.html", "case.json", "files/01 orders.pdf", "manifest.json"]
    assert parts["files/01 orders.pdf"] == FILE
    manifest = json.loads(parts["manifest.json"])["files"]
    listed = {one["path"]: (one["bytes"], one["sha256"]) for one in manifest}
    assert listed == {
        name: (len(data), sha256(data).hexdigest()) for name, data in parts.items() if name != "manifest.json"
    }
    case = parts["case.json"].decode()
    assert "Three invoices" in case
    assert "Received with thanks." in case
    assert "warehouse" not in case
    assert NAME not in case


def test_notes_go_along_when_that_is_asked_for(world: World) -> None:
    prepared = prepare(world, worked_on(world), with_notes=True)
    assert [one.texts[0] for one in prepared.notes] == [("text", "Ask the warehouse.")]
    assert b"warehouse" in unpacked(prepared)["case.json"]


def test_it_is_written_down_with_recipient_and_ground_sealed(world: World) -> None:
    number = worked_on(world)
    prepare(world, number, with_notes=True)
    assert lines(world, "exported") == [
        {"kind": "authority", "notes": True, "identity": False, "n": lines(world, "exported")[0]["n"]}
    ]
    with world.program.store.reading() as db:
        (row,) = db.execute(select(exports)).all()
        everything = repr(db.execute(select(ledger)).all()) + repr(row)
    assert (row.kind, row.with_notes, row.with_identity) == ("authority", True, False)
    assert "Polismyndigheten" not in everything
    assert "A 77-26" not in everything
    (earlier,) = world.program.overview.export.page(world.member("Hugo"), number).earlier
    assert (earlier.recipient, earlier.ground, earlier.author) == ("Polismyndigheten", GROUND, "Hanna")


def test_nobody_exports_what_is_not_theirs(world: World) -> None:
    number = worked_on(world)
    for name in ("Nora", "Carl", "Lisa", "Olle", "Adam", "Alma"):
        with pytest.raises(NotThere):
            prepare(world, number, name)
        with pytest.raises(NotThere):
            world.program.overview.export.page(world.member(name), number)
    assert lines(world, "exported") == []


def test_the_second_factor_is_shown_again_first(world: World) -> None:
    number = worked_on(world)
    with pytest.raises(StepUpNeeded):
        world.program.overview.export.prepare(world.member("Hanna", fresh=False), number, form())


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({"kind": "group_company"}, "group_company"),
        ({"recipient": "Nordvakt Norge"}, "group_company"),
        ({"ground": "They asked"}, "reference_number"),
        ({"outside_eea": True}, "safeguard_empty"),
        ({"with_identity": True}, "no_consent"),
    ],
)
def test_what_the_rules_refuse_leaves_nothing_behind(
    sqlite_world: World, changed: dict[str, Any], expected: str
) -> None:
    number = worked_on(sqlite_world)
    assert reason(sqlite_world, number, **changed) == expected
    assert lines(sqlite_world, "exported") == []


def test_a_case_past_its_day_is_not_exported(world: World) -> None:
    receipt, _secret = world.closed()
    world.later(731)
    assert reason(world, receipt.number) == "past_day"
    assert world.program.overview.export.page(world.member("Hanna"), receipt.number).past_day


def agreed(
    world: World, number: str, secret: bytes, recipient: str = "Polismyndigheten", who: str = "Hanna"
) -> str:
    said = Disclosure("consent", recipient, "They inquire.", "My name.")
    consent = world.program.consents.ask(world.member(who), number, said)
    world.program.reporter.consent(secret, consent, "yes")
    return consent


def test_who_the_reporter_is_goes_along_with_consent_and_approval_and_not_before(world: World) -> None:
    number, secret = named(world, files=[("photo.jpg", FILE)])
    world.program.handler.note(world.member("Hanna"), number, "Ask the warehouse.")
    consent = agreed(world, number, secret)
    asked = {"with_identity": True, "with_notes": True, "consent": consent}
    assert reason(world, number, **asked) == "no_approval"
    approved(world, number)
    assert world.program.overview.export.page(world.member("Hanna"), number).identity
    parts = unpacked(prepare(world, number, **asked))
    case = parts["case.json"].decode()
    for word in (NAME, CONTACT, "warehouse"):
        assert word in case
    assert parts["files/01 photo.jpg"] == FILE
    assert lines(world, "exported")[0]["identity"] is True
    assert len(lines(world, "disclosure_done")) == 1
    # One consent is for one handover.
    assert reason(world, number, **asked) == "no_consent"


def test_where_there_is_no_custodian_the_reporters_yes_is_enough_and_without_it_nothing_leaves(
    world: World,
) -> None:
    number, secret = named(world, company=NO, files=[("photo.jpg", FILE)])
    with pytest.raises(RuleRefused):
        prepare(world, number, "Nora", with_identity=True)
    assert (lines(world, "identity_opened"), lines(world, "exported")) == ([], [])
    consent = agreed(world, number, secret, who="Nora")
    assert world.program.overview.export.page(world.member("Nora"), number).identity
    parts = unpacked(prepare(world, number, "Nora", with_identity=True, consent=consent))
    assert NAME in parts["case.json"].decode()
    assert parts["files/01 photo.jpg"] == FILE
    assert len(lines(world, "identity_opened")) == len(lines(world, "exported")) == 1
    # Reading it without handing it over still takes a reason, and a custodian where there is one.
    with pytest.raises(NotThere):
        world.program.custody.file(world.member("Nora"), number)
    swedish, other = named(world)
    assert reason(world, swedish, with_identity=True, consent=agreed(world, swedish, other)) == "no_approval"


def test_without_the_identity_an_approval_changes_nothing(world: World) -> None:
    number, _secret = named(world)
    approved(world, number)
    assert NAME.encode() not in unpacked(prepare(world, number, with_notes=True))["case.json"]


def test_an_approval_is_for_who_asked(world: World) -> None:
    number, secret = named(world)
    consent = agreed(world, number, secret)
    approved(world, number, who="Hugo")
    assert reason(world, number, with_identity=True, consent=consent) == "no_approval"


def test_a_consent_is_for_the_recipient_it_names(world: World) -> None:
    number, secret = named(world)
    consent = agreed(world, number, secret)
    assert reason(world, number, consent=consent, recipient="Advokatfirman Nord") == "other_recipient"
    prepare(world, number, consent=consent, recipient="polismyndigheten")


@pytest.mark.parametrize("consent", ["zz", "00" * 16])
def test_a_disclosure_that_is_not_there_is_not_there(sqlite_world: World, consent: str) -> None:
    number = worked_on(sqlite_world)
    with pytest.raises((NotThere, RuleRefused)):
        prepare(sqlite_world, number, consent=consent)
    assert lines(sqlite_world, "exported") == []


def test_the_vault_takes_no_callers_word(world: World) -> None:
    """Not for another company of the group, nor for an identity that nobody opened."""
    number = worked_on(world)
    hanna, now = world.member("Hanna"), world.clock.now()
    for new, expected in (
        (vault.NewExport("group_company", False, False), "group_company"),
        (vault.NewExport("anything", False, False), "group_company"),
    ):
        with pytest.raises(RuleRefused) as refused:
            vault.note(world.program.store, hanna.person_id, number, new, Addition(), now)
        assert refused.value.reason == expected
    identity = vault.NewExport("authority", with_notes=False, with_identity=True, consent_id=bytes(16))

    def seal(_file: Any, draft: Any) -> None:
        draft.record(Compartment.INTERNAL, "export", recipient="X", ground="1")

    with pytest.raises(RuleRefused) as refused:
        world.program.handler._desk.write(
            hanna, number, seal,
            lambda addition: vault.note(
                world.program.store, hanna.person_id, number, identity, addition, now
            ),
        )  # fmt: skip
    assert refused.value.reason == "no_approval"
    assert lines(world, "exported") == []
