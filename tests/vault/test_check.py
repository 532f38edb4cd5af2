"""`check` finds every fault that somebody can plant, each by its name."""

import json
from datetime import timedelta
from pathlib import Path

import pytest

from tests.parties.newcomers import colleague
from tests.vault.scenes import case_with_all, first_blob, held, pass_at, person_id, purged_case
from tests.vault.tampering import blob_path, case_of, change, findings, flip, kinds, put, remove, rows
from tests.world import SE, World
from whistle import app
from whistle.crypto import chain
from whistle.crypto.keys import KeyPair
from whistle.vault import check, journal
from whistle.vault.people import retire
from whistle.vault.tables import (
    blobs,
    cases,
    certificates,
    confirmations,
    designations,
    grants,
    holds,
    people,
    readers,
    records,
)


def test_a_purge_that_is_overdue_is_found(world: World) -> None:
    world.closed()
    world.later(732)
    assert kinds(world) == {"purge_overdue"}


def test_a_channel_with_one_handler_or_no_deputy_is_found(world: World) -> None:
    assert kinds(world) == set()
    for name in ("Nils", "Dina"):
        retire(world.program.store, name, world.clock.now(), actor="Adam")
    found = check.run(world.program.store, world.clock.now())
    assert {(f.kind, f.about) for f in found} == {("handlers", "nordvakt-no"), ("deputy", "nordvakt-fi")}


def test_a_deleted_record_is_found_also_when_the_case_counts_one_less(world: World) -> None:
    receipt, _secret = case_with_all(world)
    remove(world, records, case_id=case_of(world, receipt.number)["id"], compartment=1, n=3)
    change(world, cases, {"number": receipt.number}, n_content=2)
    assert kinds(world) == {"inventory"}


def test_records_in_another_order_are_found(world: World) -> None:
    receipt, _secret = case_with_all(world)
    place = {"case_id": case_of(world, receipt.number)["id"], "compartment": 1}
    change(world, records, {**place, "n": 3}, n=9)
    assert kinds(world) == {"numbering"}


def test_a_record_that_is_dated_before_the_one_before_it_is_found(world: World) -> None:
    receipt, _secret = case_with_all(world)
    case = case_of(world, receipt.number)
    day = case["received_on"] - timedelta(days=1)
    change(world, records, {"case_id": case["id"], "compartment": 1, "n": 2}, on_day=day)
    assert kinds(world) == {"numbering"}


def test_a_changed_byte_of_a_record_is_found(world: World) -> None:
    receipt, _secret = case_with_all(world)
    row = rows(world, records, case_id=case_of(world, receipt.number)["id"], compartment=2)[0]
    sealed = bytearray(row["sealed"])
    sealed[-1] ^= 1
    change(world, records, {"object_id": row["object_id"]}, sealed=bytes(sealed))
    assert kinds(world) == {"bytes"}


@pytest.mark.parametrize(("column", "value"), [("epoch", 2), ("object_id", b"o" * 16), ("key_id", b"k" * 16)])
def test_a_row_that_says_other_than_its_header_is_found(world: World, column: str, value: object) -> None:
    receipt, _secret = case_with_all(world)
    place = {"case_id": case_of(world, receipt.number)["id"], "compartment": 1, "n": 1}
    change(world, records, place, **{column: value})
    assert "header" in kinds(world)


def test_a_reader_too_many_is_found(world: World) -> None:
    receipt, _secret = case_with_all(world)
    mine = rows(world, readers, person_id=person_id(world, "Hanna"))[0]
    put(world, readers, [{**mine, "person_id": person_id(world, "Nora")}])
    assert kinds(world) == {"reader"}
    assert receipt.number not in {
        row.number for row in world.program.handler.cases(world.member("Nora")).rows
    }


def test_a_missing_file_is_found(world: World) -> None:
    case_with_all(world)
    blob_path(world, first_blob(world)).unlink()
    assert kinds(world) == {"blob_missing"}


@pytest.mark.parametrize("offset", [0, 40, -1])
def test_a_changed_file_is_found(world: World, offset: int) -> None:
    case_with_all(world)
    flip(blob_path(world, first_blob(world)), offset)
    assert kinds(world) == {"bytes"}


def test_two_files_that_changed_places_are_found(world: World) -> None:
    case_with_all(world)
    case_with_all(world)
    one, two = (blob_path(world, row["object_id"]) for row in rows(world, blobs))
    first, second = one.read_bytes(), two.read_bytes()
    one.write_bytes(second)
    two.write_bytes(first)
    assert [f.kind for f in findings(world)] == ["bytes", "bytes"]


def test_a_file_whose_row_says_another_length_or_place_is_found(world: World) -> None:
    case_with_all(world)
    row = rows(world, blobs)[0]
    change(world, blobs, {"object_id": row["object_id"]}, length=row["length"] + 1)
    assert kinds(world) == {"header"}
    change(world, blobs, {"object_id": row["object_id"]}, length=row["length"], compartment=2)
    assert kinds(world) == {"header"}


def test_a_file_that_belongs_to_no_case_is_found(world: World) -> None:
    staged = world.program.store.blobs.stage(b"o" * 16)
    staged.write(b"whatever")
    staged.seal()
    world.program.store.blobs.publish([b"o" * 16])
    assert [(f.kind, f.about) for f in findings(world)] == [("blob_orphaned", (b"o" * 16).hex())]


@pytest.mark.parametrize("column", ["received_on", "closed_on", "purge_on"])
def test_a_day_that_was_moved_in_the_case_is_found_and_purges_nothing(world: World, column: str) -> None:
    receipt, _secret = world.closed()
    row = case_of(world, receipt.number)
    change(world, cases, {"number": receipt.number}, **{column: row[column] - timedelta(days=720)})
    assert "days" in kinds(world)
    world.later(20)
    assert "purged" not in pass_at(world)
    assert case_of(world, receipt.number)["state"] == "closed"


def test_a_case_that_was_closed_in_the_table_alone_is_not_purged(world: World) -> None:
    receipt = world.send()
    day = case_of(world, receipt.number)["received_on"]
    change(
        world,
        cases,
        {"number": receipt.number},
        state="closed",
        closed_on=day,
        purge_on=day + timedelta(days=1),
    )
    world.later(5)
    assert pass_at(world) == ["blocked"]
    assert {"days", "purge_overdue"} <= kinds(world)


@pytest.mark.parametrize("column", ["ground", "review_on", "placed_on", "released_on"])
def test_an_edited_hold_is_found(world: World, column: str) -> None:
    receipt, _secret = world.closed()
    held(world, receipt.number)
    day = rows(world, holds)[0]["placed_on"]
    value = "authority_decision" if column == "ground" else day + timedelta(days=300)
    change(world, holds, {}, **{column: value})
    assert kinds(world) == {"hold"}


def test_a_hold_that_was_released_in_the_table_still_protects(world: World) -> None:
    receipt, _secret = world.closed()
    held(world, receipt.number)
    change(world, holds, {}, released_on=rows(world, holds)[0]["placed_on"])
    world.later(740)
    assert pass_at(world) == ["blocked"]


def test_an_invented_designation_is_found_and_makes_nobody_a_reader(world: World) -> None:
    nora, model = world.member("Nora"), rows(world, designations, role="handler")[0]
    company = case_of(world, world.send().number)["company_id"]
    key = {"id": b"d" * 16, "person_id": nora.person_id, "company_id": company, "key_id": nora.pair.key_id}
    put(world, designations, [{**model, **key, "mac": bytes(32)}])
    assert kinds(world) == {"designation"}
    receipt = world.send("After the designation was invented.")
    assert not rows(world, grants, case_id=case_of(world, receipt.number)["id"], holder_id=nora.person_id)


def test_an_invented_confirmation_is_found(world: World) -> None:
    model = rows(world, confirmations)[0]
    put(world, confirmations, [{**model, "confirmer_id": person_id(world, "Nora")}])
    assert kinds(world) == {"confirmation"}


def test_a_public_key_that_was_swapped_is_found_and_not_sealed_to(world: World) -> None:
    colleague(world, "Ines", "nordvakt-se", by="Hugo")
    hanna, stranger = world.member("Hanna"), KeyPair.from_seed(b"s" * 32)
    change(world, people, {"id": hanna.person_id}, public_key=stranger.public_key)
    assert "key" in kinds(world)
    receipt = world.send("After the key was swapped.")
    assert not rows(world, grants, case_id=case_of(world, receipt.number)["id"], holder_id=hanna.person_id)


def test_a_changed_certificate_is_found(world: World) -> None:
    number = purged_case(world)
    body = json.loads(rows(world, certificates)[0]["body"]) | {"due_on": "2027-01-01"}
    change(world, certificates, {"case_number": number}, body=chain.canonical(body).decode())
    assert kinds(world) == {"certificate"}


def test_a_deleted_certificate_is_found(world: World) -> None:
    purged_case(world)
    remove(world, certificates)
    assert kinds(world) == {"certificate", "case_missing"}


def test_a_certificate_that_was_put_under_a_deleted_case_is_found(world: World) -> None:
    number, victim = purged_case(world), world.send("Not to be lost.").number
    remove(world, cases, number=victim)
    put(world, certificates, [{**rows(world, certificates, case_number=number)[0], "case_number": victim}])
    assert kinds(world) == {"certificate"}


def test_a_changed_journal_is_found(world: World) -> None:
    purged_case(world)
    path = world.settings.keys / "journal"
    path.write_bytes(path.read_bytes().replace(b'"purged"', b'"edited"'))
    assert kinds(world) == {"journal"}


def test_a_journal_that_was_cut_is_found_and_the_next_start_completes_it(world: World) -> None:
    purged_case(world)
    purged_case(world)
    path = world.settings.keys / "journal"
    whole = path.read_bytes()
    path.write_bytes(whole.splitlines(keepends=True)[0])
    assert kinds(world) == {"journal"}
    path.unlink()
    assert kinds(world) == {"journal"}
    app.recover(world.program.store)
    assert path.read_bytes() == whole
    assert kinds(world) == set()


def test_a_journal_with_a_line_that_the_ledger_lacks_is_found(world: World) -> None:
    purged_case(world)
    store = world.program.store
    line = {"ledger_seq": 1, "day": "2026-03-02", "kind": "purged", "case": "W-0000-0000", "facts": {}}
    journal._append(store.keys, journal._last(store.keys), [line])
    assert kinds(world) == {"journal"}


@pytest.mark.parametrize("name", ["lock.key", "inventory.key", "sign.key", "head"])
def test_a_key_that_others_may_read_is_found(world: World, name: str) -> None:
    (world.settings.keys / name).chmod(0o644)
    assert [(f.kind, f.about) for f in findings(world)] == [("permissions", name)]


def test_a_database_or_file_that_others_may_read_is_found(sqlite_world: World) -> None:
    world = sqlite_world
    case_with_all(world)
    blob = blob_path(world, first_blob(world))
    for path in (blob, world.settings.data / "whistle.db"):
        path.chmod(0o644)
    for folder in (world.settings.data, Path(world.settings.blobs), blob.parent):
        folder.chmod(0o750)
    found = [(f.kind, f.about) for f in findings(world)]
    names = ["whistle.db", world.settings.data.name, "blobs", blob.parent.name, blob.name]
    assert found == [("permissions", name) for name in names]


def test_what_is_found_says_no_word_of_content(world: World) -> None:
    receipt, _secret = case_with_all(world)
    remove(world, records, case_id=case_of(world, receipt.number)["id"], compartment=1, n=1)
    said = " ".join(f"{f.about} {f.said}" for f in findings(world))
    assert SE not in said
    for word in ("fire", "doors", "Eva", "orders", "caretaker", "January"):
        assert word not in said
