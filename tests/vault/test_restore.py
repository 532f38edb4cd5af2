"""A restored site lives through its journal before anybody is served: what went is gone, a hold holds."""

import json
from pathlib import Path

import pytest

from tests.parties.custodians import named
from tests.parties.test_redactions import opened
from tests.vault.joining import joins
from tests.vault.restoring import backed_up, restored
from tests.vault.scenes import FILE, case_with_all, held, pass_at
from tests.vault.tampering import case_of, findings, kinds, rows
from tests.world import SE, World
from whistle.crypto.header import Compartment
from whistle.errors import Conflict, NotThere, RuleRefused
from whistle.parties.consents import Disclosure
from whistle.parties.redactions import EraseForm
from whistle.vault import (
    designating,
    guards,
    ledger,
    people,
    purge,
    restoreguard,
)
from whistle.vault.guards import Given
from whistle.vault.tables import blobs, cases, certificates, grants, holds, records
from whistle.vault.tables import ledger as lines

SAID = {"recipient": "Polismyndigheten", "purpose": "They inquire into it.", "what": "What was said."}


def confirm(world: World, *who: tuple[str, str]) -> set[str]:
    """Confirm the holds as these people, in these roles; returns the companies that wait after that."""
    now, store = world.clock.now(), world.program.store
    restoreguard.settle(store, now)
    for name, role in who:
        person = world.member(name).person_id
        (shown,) = guards.shown(store, person, restoreguard.KIND, role, now)
        guards.answer(store, person, Given(restoreguard.KIND, role, SE, shown.digest, True), now)
    return restoreguard.settle(store, now)


def told(world: World, number: str) -> list[tuple[str, str]]:
    """Action and actor of every line of a case."""
    with world.program.store.reading() as db:
        return [(line.action, line.actor) for line in ledger.of_case(db, number)]


def test_a_hold_placed_after_the_backup_protects_though_the_day_passed_before_the_restore(
    world: World, tmp_path: Path
) -> None:
    receipt, _secret = world.closed()
    other, _secret = world.closed()
    file = backed_up(world, tmp_path / "site.tar")
    held(world, receipt.number)
    world.later(740)
    with restored(world, file, tmp_path / "there") as (there, said):
        assert said.uncited == [receipt.number]
        assert pass_at(there) == ["blocked", "blocked", "blocked"]  # the company, and both of its cases
        assert confirm(there, ("Lisa", "legal"), ("Leo", "legal")) == {SE}
        assert confirm(there, ("Adam", "administrator")) == set()
        assert sorted(pass_at(there)) == ["kept", "purged"]
        assert [row["number"] for row in rows(there, cases)] == [receipt.number]
        (hold,) = rows(there, holds)
        assert (hold["ground"], hold["released_on"], hold["placed_by"]) == (
            "court_ruling", None, world.member("Lisa").person_id,
        )  # fmt: skip
        assert told(there, receipt.number)[-1] == ("hold_placed", "Lisa")
        assert told(there, other.number)[-1] == ("purged", "system")
        assert kinds(there) == {"hold_uncited", "hold_review"}


def test_what_was_purged_after_the_backup_is_gone_before_anybody_looks_and_its_certificate_is_the_same(
    world: World, tmp_path: Path
) -> None:
    receipt, secret = world.closed(files=[FILE])
    standing = case_with_all(world)[0].number
    file = backed_up(world, tmp_path / "site.tar")
    world.later(740)
    assert pass_at(world) == ["purged"]
    signed = purge.certificate(world.program.store, receipt.number)
    with restored(world, file, tmp_path / "there") as (there, said):
        assert said.purged == 1
        assert [row["number"] for row in rows(there, cases)] == [standing]
        assert purge.certificate(there.program.store, receipt.number) == signed
        assert sorted(there.program.store.blobs.ids()) == sorted(
            row["object_id"] for row in rows(there, blobs)
        )
        with pytest.raises(NotThere):
            there.program.reporter.open(secret)
        assert kinds(there) == {"restore", "untouched"}


def test_a_restored_site_restored_again_from_the_same_backup_tells_the_same(
    sqlite_world: World, tmp_path: Path
) -> None:
    world = sqlite_world
    receipt, _secret = world.closed()
    other, _secret = world.closed()
    file = backed_up(world, tmp_path / "site.tar")
    hold = held(world, receipt.number)
    with restored(world, file, tmp_path / "first") as (first, _said):
        first.later(740)
        confirm(first, ("Lisa", "legal"), ("Adam", "administrator"))
        assert sorted(pass_at(first)) == ["kept", "purged"]
        later = backed_up(first, tmp_path / "later.tar")
        for name, again in (("second", file), ("third", later)):
            with restored(first, again, tmp_path / name) as (second, said):
                assert [row["number"] for row in rows(second, cases)] == [receipt.number]
                assert [row["id"].hex() for row in rows(second, holds)] == [hold]
                assert rows(second, certificates) == rows(first, certificates)
                assert said.purged == (1 if name == "second" else 0)
                assert kinds(second) == {"restore", "hold_uncited", "hold_review"}
        assert other.number != receipt.number


def test_the_ledger_goes_on_after_the_last_line_it_ever_had_and_says_which_are_lost(
    sqlite_world: World, tmp_path: Path
) -> None:
    world = sqlite_world
    file = backed_up(world, tmp_path / "site.tar")
    known = max(row["seq"] for row in rows(world, lines))
    lost = world.send().number
    head = world.program.store.keys.head()
    assert head is not None
    with restored(world, file, tmp_path / "there") as (there, said):
        newest = max(rows(there, lines), key=lambda row: row["seq"])
        facts = {"after": known, "lost": head["seq"] - known, "head": head["hash"]}
        assert (newest["seq"], newest["action"], json.loads(newest["facts"])) == (
            head["seq"] + 1, "restored", facts,
        )  # fmt: skip
        assert said.lost_lines == head["seq"] - known
        assert rows(there, cases, number=lost) == []
        assert findings(there) == []
        there.send()
        assert findings(there) == []


def test_a_hold_that_was_released_after_the_backup_holds_no_more(sqlite_world: World, tmp_path: Path) -> None:
    world = sqlite_world
    receipt, _secret = world.closed()
    hold = held(world, receipt.number)
    world.later(2)
    file = backed_up(world, tmp_path / "site.tar")
    world.program.legal.release(world.member("Lisa"), hold, "The court has ruled.")
    with restored(world, file, tmp_path / "there") as (there, _said):
        assert rows(there, holds)[0]["released_on"] == world.clock.now().date()
        assert kinds(there) == {"restore"}


def test_a_case_that_was_closed_or_reopened_after_the_backup_keeps_its_day(
    sqlite_world: World, tmp_path: Path
) -> None:
    world = sqlite_world
    closed, opened = world.send().number, world.closed()[0].number
    file = backed_up(world, tmp_path / "site.tar")
    world.later(3)
    world.program.handler.acknowledge(world.member("Hanna"), closed, "Received.")
    world.close(world.member("Hanna"), closed, "The invoices were stopped.")
    world.program.handler.reopen(world.member("Hanna"), opened, "A new witness.")
    wanted = {number: case_of(world, number)["purge_on"] for number in (closed, opened)}
    world.later(4)
    with restored(world, file, tmp_path / "there") as (there, _said):
        found = {number: case_of(there, number) for number in (closed, opened)}
        assert {number: row["purge_on"] for number, row in found.items()} == wanted
        assert (found[closed]["state"], found[opened]["state"]) == ("closed", "in_progress")
        assert kinds(there) == {"restore"}
        there.later(740)
        confirm(there, ("Lisa", "legal"), ("Adam", "administrator"))
        assert "purged" in pass_at(there)
        assert [row["number"] for row in rows(there, cases)] == [opened]


def test_what_was_erased_after_the_backup_is_destroyed_again_and_its_case_says_so(
    world: World, tmp_path: Path
) -> None:
    receipt = world.send("Anna Berg is ill.\nThe invoices are false.", files=[FILE])
    secret = world.enter(receipt)
    world.program.handler.note(world.member("Hanna"), receipt.number, "Ask the caretaker.")
    file = backed_up(world, tmp_path / "site.tar")
    gone = [row["object_id"] for row in rows(world, records, compartment=1)]
    form = EraseForm(entry="content-1", passage="Anna Berg is ill.", which="1", ground="sensitive")
    assert world.program.redactions.erase(world.member("Hanna"), receipt.number, form)
    with restored(world, file, tmp_path / "there") as (there, said):
        assert said.erased == {receipt.number}
        left = rows(there, records, compartment=int(Compartment.CONTENT), n=1)
        assert [bytes(row["sealed"]) for row in left] == [b""]
        assert not {row["object_id"] for row in rows(there, records)} & set(gone[:1])
        case = there.program.handler.case(there.member("Hugo"), receipt.number)
        assert case.entries[0].kind == "erased"
        assert there.program.reporter.open(secret).entries[0].kind == "erased"
        assert there.program.handler.cases(there.member("Hanna")).rows[0].number == receipt.number
        there.program.handler.message(there.member("Hanna"), receipt.number, "Tell us more, please.")
        assert kinds(there) == {"restore"}


def test_a_file_that_was_erased_after_the_backup_does_not_come_back(
    sqlite_world: World, tmp_path: Path
) -> None:
    world = sqlite_world
    receipt = world.send("See the file.", files=[FILE])
    joins(world, "Hilda")
    file = backed_up(world, tmp_path / "site.tar")
    (shown,) = world.program.handler.case(world.member("Hanna"), receipt.number).files
    form = EraseForm(entry="content-1", file=shown.id, ground="sensitive")
    world.program.redactions.erase(world.member("Hanna"), receipt.number, form)
    hugos = opened(world, "Hugo", receipt.number)
    (waits,) = world.program.redactions.waiting(world.member("Hugo"), hugos)
    world.program.redactions.confirm(world.member("Hugo"), receipt.number, waits.id)
    with restored(world, file, tmp_path / "there") as (there, said):
        assert said.erased == {receipt.number}
        assert list(there.program.store.blobs.ids()) == [row["object_id"] for row in rows(world, blobs)]
        assert kinds(there) == {"restore"}


def test_a_name_that_was_taken_back_after_the_backup_is_destroyed_again(
    sqlite_world: World, tmp_path: Path
) -> None:
    world = sqlite_world
    number, secret = named(world)
    file = backed_up(world, tmp_path / "site.tar")
    world.program.reporter.withdraw_identity(secret)
    with restored(world, file, tmp_path / "there") as (there, said):
        assert said.erased == {number}
        identity = rows(there, records, compartment=int(Compartment.IDENTITY))
        assert [bytes(row["sealed"]) for row in identity] == [b""]
        assert there.program.handler.case(there.member("Hanna"), number).number == number
        assert kinds(there) == {"restore"}


def test_who_was_retired_shut_out_or_left_after_the_backup_reads_nothing(
    world: World, tmp_path: Path
) -> None:
    hilda = joins(world, "Hilda")
    number = world.send().number
    file = backed_up(world, tmp_path / "site.tar")
    hanna = world.member("Hanna")
    world.program.circle.exclude(world.member("Hugo"), number, hanna.person_id.hex(), "Her brother is named.")
    role = next(row for row in people_of(world, "Nora") if row.role == "handler")
    today = world.clock.now().date()
    joins(world, "Nelly", company="nordvakt-no")
    designating.end(world.program.store, world.member("Adam").person_id, role.id, today, world.clock.now())
    people.retire(world.program.store, "Hilda", world.clock.now(), actor="Adam")
    with restored(world, file, tmp_path / "there") as (there, _said):
        for member in (hanna, hilda):
            assert rows(there, grants, holder_id=member.person_id) == []
            with pytest.raises(NotThere):
                there.program.handler.case(member, number)
        states = {one.name: one.state for one in people.everybody(there.program.store)}
        assert states["Hilda"] == "retired"
        assert all(row.to_on == today for row in people_of(there, "Nora") if row.role == "handler")
        assert there.program.handler.case(there.member("Hugo"), number).number == number
        assert kinds(there) <= {"restore", "handlers"}


def people_of(world: World, name: str) -> list[people.Designation]:
    found = people.everybody(world.program.store)
    return [one for person in found if person.name == name for one in person.designations]


def test_a_sentence_that_legal_withheld_after_the_backup_is_not_told(
    sqlite_world: World, tmp_path: Path
) -> None:
    world = sqlite_world
    number = world.closed()[0].number
    hold = held(world, number)
    file = backed_up(world, tmp_path / "site.tar")
    lisa = world.member("Lisa")
    world.program.kept.legal.withhold(lisa, number, hold, "It would warn them.")
    with restored(world, file, tmp_path / "there") as (there, _said):
        (shown,) = there.program.kept.legal.page(lisa, number).sentences
        assert shown.withheld
        assert kinds(there) == {"restore"}


def test_a_consent_that_was_taken_back_after_the_backup_allows_nothing(
    sqlite_world: World, tmp_path: Path
) -> None:
    world = sqlite_world
    number, secret = named(world)
    asked = Disclosure(**({"basis": "consent"} | SAID))  # type: ignore[arg-type]
    consent = world.program.consents.ask(world.member("Hanna"), number, asked)
    world.program.reporter.consent(secret, consent, "yes")
    file = backed_up(world, tmp_path / "site.tar")
    world.program.reporter.consent(secret, consent, "no")
    with restored(world, file, tmp_path / "there") as (there, _said):
        assert [one.state for one in there.program.consents.of(there.member("Hanna"), number)] == [
            "withdrawn"
        ]
        with pytest.raises(RuleRefused):
            there.program.consents.carry_out(there.member("Hanna"), number, consent, with_identity=False)
        assert kinds(there) == {"restore"}


def test_a_hold_by_somebody_the_backup_does_not_know_protects_all_the_same(
    sqlite_world: World, tmp_path: Path
) -> None:
    world = sqlite_world
    number = world.closed()[0].number
    file = backed_up(world, tmp_path / "site.tar")
    joins(world, "Lotta", "legal")
    world.program.legal.place(world.member("Lotta"), number, "court_ruling", "T 1-26", "", "2027-01-15")
    with restored(world, file, tmp_path / "there") as (there, said):
        assert said.uncited == [number]
        (hold,) = there.program.restored.view(there.member("Lisa"), "legal").uncited
        assert (hold.number, hold.ground) == (number, "court_ruling")
        assert kinds(there) == {"restore", "hold_uncited"}
        for who, hold_id in (("Nora", hold.id.hex()), ("Adam", hold.id.hex()), ("Lisa", "00" * 16)):
            with pytest.raises(NotThere):
                there.program.restored.cite(there.member(who), hold_id, "T 1-26")
        with pytest.raises(RuleRefused):
            there.program.restored.cite(there.member("Lisa"), hold.id.hex(), "we might be sued")
        there.program.restored.cite(there.member("Lisa"), hold.id.hex(), "T 1-26")
        with pytest.raises(Conflict):
            there.program.restored.cite(there.member("Leo"), hold.id.hex(), "T 2-26")
        (shown,) = there.program.legal.desk(there.member("Leo")).holds
        assert (shown.citation, shown.placed_by) == ("T 1-26", "somebody the backup does not know")
        assert kinds(there) == {"restore"}
        there.later(2)
        assert there.program.legal.release(there.member("Leo"), shown.id, "Settled.")
