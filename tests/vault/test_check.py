"""`check` finds every fault that somebody can plant, and nothing on a site on which nobody did."""

import json
import secrets
from datetime import timedelta
from pathlib import Path

import pytest


from tests.vault import tampering
from tests.vault.tampering import blob_path, case_of, change, findings, flip, kinds, put, remove, rows
from tests.world import SE, World
from whistle import app, scheduler
from whistle.crypto import chain
from whistle.crypto.grants import seal_grant
from whistle.crypto.header import Compartment, Header
from whistle.crypto.keys import CompartmentKey, KeyPair
from whistle.crypto.records import new_object_id, seal_json
from whistle.errors import Tampered
from whistle.parties.views import Receipt
from whistle.vault import casework, inventory, journal
from whistle.vault.facts import SealedGrant, SealedRecord
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

FILE = ("orders.pdf", b"%PDF" + b"x" * 40_000)


def case_with_all(world: World) -> tuple[Receipt, bytes]:
    """A case with a file, a message of each side and a note."""
    receipt = world.send("The fire doors are locked.", files=[FILE], identity_name="Eva")
    secret = world.enter(receipt)
    hanna = world.member("Hanna")
    world.program.handler.acknowledge(hanna, receipt.number, "Received.")
    world.program.handler.note(hanna, receipt.number, "Ask the caretaker.")
    world.program.handler.case(world.member("Hugo"), receipt.number)
    world.program.reporter.message(secret, world.program.reporter.writing(secret), "Since January.")
    return receipt, secret


def pass_at(world: World) -> list[str]:
    return [e["event"] for e in scheduler.tick(world.program.store, world.clock.now(), lambda: None)]


def held(world: World, number: str) -> str:
    return world.program.legal.place(world.member("Lisa"), number, "court_ruling", "T 1234-26", "", "2027-01-15")


def person_id(world: World, name: str) -> bytes:
    return world.member(name).person_id


# Nothing is found where nothing was done.


def test_a_healthy_site_has_no_findings_before_and_after_purges(world: World) -> None:
    receipt, _secret = case_with_all(world)
    hold = held(world, receipt.number)
    world.closed(files=[FILE])
    kept, _ = world.closed()
    held(world, kept.number)
    assert findings(world) == []
    world.program.legal.release(world.member("Lisa"), hold, "Settled.")
    world.program.legal.confirm_release(world.member("Leo"), hold)
    world.later(760)
    assert {f.kind for f in findings(world)} == {"purge_overdue", "hold_review"}
    assert sorted(pass_at(world)) == ["kept", "purged"]
    assert {f.kind for f in findings(world)} == {"hold_review"}


def test_a_purge_that_is_overdue_is_found(world: World) -> None:
    world.closed()
    world.later(732)
    assert kinds(world) == {"purge_overdue"}


def test_a_channel_with_one_handler_is_found(world: World) -> None:
    found = check_all(world)
    assert [f.about for f in found if f.kind == "handlers"] == ["nordvakt-no", "nordvakt-fi"]


def check_all(world: World) -> list[tampering.Finding]:
    return tampering.check.run(world.program.store, world.clock.now())


# Records.


def test_a_record_that_was_swapped_between_cases_is_found(world: World) -> None:
    one, two = (case_of(world, world.send(f"case {n}").number)["id"] for n in (1, 2))
    content = {"compartment": 1, "n": 1}
    first, second = (rows(world, records, case_id=case_id, **content)[0] for case_id in (one, two))
    moved = ("object_id", "key_id", "sha256", "sealed")
    change(world, records, {"case_id": one, **content}, **{c: second[c] for c in moved if c != "object_id"})
    assert kinds(world) == {"header", "inventory"}
    change(world, records, {"case_id": one, **content}, **{c: first[c] for c in moved if c != "object_id"})
    assert kinds(world) == set()


def test_a_case_that_was_put_back_to_an_older_state_is_found(world: World) -> None:
    receipt, secret = case_with_all(world)
    photo = tampering.photograph(world, receipt.number)
    world.program.reporter.message(secret, world.program.reporter.writing(secret), "It was the foreman.")
    tampering.put_back(world, photo)
    assert len(world.program.reporter.open(secret).entries) == 3, "its inventory agrees: it was true once"
    assert kinds(world) == {"replayed"}


def test_a_deleted_record_is_found(world: World) -> None:
    receipt, _secret = case_with_all(world)
    remove(world, records, case_id=case_of(world, receipt.number)["id"], compartment=1, n=3)
    assert kinds(world) == {"inventory", "numbering"}


def test_a_deleted_record_is_found_also_when_the_case_counts_one_less(world: World) -> None:
    receipt, _secret = case_with_all(world)
    remove(world, records, case_id=case_of(world, receipt.number)["id"], compartment=1, n=3)
    change(world, cases, {"number": receipt.number}, n_content=2)
    assert kinds(world) == {"inventory"}


def test_an_invented_record_is_found_and_not_opened(world: World) -> None:
    receipt, secret = case_with_all(world)
    case = case_of(world, receipt.number)
    invented = CompartmentKey.new(case["id"], Compartment.CONTENT, 1)
    put(world, records, [record_row(invented, 4, "I withdraw everything.")])
    change(world, cases, {"id": case["id"]}, n_content=4)
    assert kinds(world) == {"inventory"}
    with pytest.raises(Tampered):
        world.program.reporter.open(secret)


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


def test_a_deleted_case_is_found(world: World) -> None:
    receipt = world.send()
    remove(world, cases, number=receipt.number)
    assert kinds(world) == {"case_missing"}


# Grants.


def test_a_grant_too_many_is_found_whoever_made_it(world: World) -> None:
    """A grant to Nora of the Norwegian company, with the true key, as a malicious handler could make it."""
    receipt, secret = case_with_all(world)
    case, nora = case_of(world, receipt.number), world.member("Nora")
    with world.program.store.reading() as db:
        row = db.execute(cases.select().where(cases.c.id == case["id"])).one()
        assert inventory.checked(db, world.program.store.keys.inventory, row)
    key = CompartmentKey.new(case["id"], Compartment.CONTENT, 1)
    put(world, grants, [grant_row(nora.person_id, seal_grant(nora.pair.public_key, key))])
    assert kinds(world) == {"grant", "inventory"}
    with pytest.raises(Tampered):
        world.program.reporter.open(secret)


def test_a_grant_too_many_is_found_also_when_the_inventory_was_renewed(world: World) -> None:
    """By somebody who took `keys/` as well: designation still says who may hold one."""
    receipt, _secret = case_with_all(world)
    case, nora = case_of(world, receipt.number), world.member("Nora")
    key = CompartmentKey.new(case["id"], Compartment.CONTENT, 1)
    put(world, grants, [grant_row(nora.person_id, seal_grant(nora.pair.public_key, key))])
    renew(world, case["id"])
    assert kinds(world) == {"grant"}


def renew(world: World, case_id: bytes) -> None:
    """Make the inventory anew, as the holder of `keys/inventory.key` could."""
    with world.program.store.writing() as work:
        n = rows(world, cases, id=case_id)[0]["inventory_n"]
        inventory.save(work.db, world.program.store.keys.inventory, case_id, n, inventory.entries(work.db, case_id))


def test_a_reader_too_many_is_found(world: World) -> None:
    receipt, _secret = case_with_all(world)
    mine = rows(world, readers, person_id=person_id(world, "Hanna"))[0]
    put(world, readers, [{**mine, "person_id": person_id(world, "Nora")}])
    assert kinds(world) == {"reader"}
    assert receipt.number not in {row.number for row in world.program.handler.cases(world.member("Nora")).rows}


def test_an_own_grant_that_was_replaced_by_a_made_one_is_found_and_not_opened(world: World) -> None:
    receipt, _secret = case_with_all(world)
    case, hanna = case_of(world, receipt.number), world.member("Hanna")
    mine = {"case_id": case["id"], "holder_id": hanna.person_id, "compartment": 1}
    assert rows(world, grants, **mine)[0]["kind"] == 5
    made = seal_grant(hanna.pair.public_key, CompartmentKey.new(case["id"], Compartment.CONTENT, 1))
    change(world, grants, mine, **grant_row(hanna.person_id, made))
    assert kinds(world) == {"inventory"}
    with pytest.raises(Tampered):
        world.program.handler.case(hanna, receipt.number)


def grant_row(holder: bytes, sealed: bytes) -> tampering.Row:
    header = Header.parse(sealed)
    return casework.grant_row(header.case_id, SealedGrant(holder, sealed), header, inventory.entry_of(sealed))


def record_row(key: CompartmentKey, n: int, text: str, mixed: CompartmentKey | None = None) -> tampering.Row:
    body = {"type": "message", "n": n, "by": "reporter", "day": "2026-03-02", "text": text, "files": []}
    sealed = seal_json(key, new_object_id(), body, mixed_with=mixed)
    header, day = Header.parse(sealed), tampering_day()
    record = SealedRecord(key.compartment, n, sealed)
    return casework.record_row(header.case_id, record, header, inventory.entry_of(sealed), day)


def tampering_day() -> object:
    from tests.fakes import EPOCH

    return EPOCH.date()


# A dialogue forged from beginning to end.


def test_a_whole_dialogue_forged_without_a_key_is_found_and_opened_by_nobody(world: World) -> None:
    """The objects are all valid, sealed under keys of the forger's own and granted to the real people."""
    receipt, secret = case_with_all(world)
    case, hanna = case_of(world, receipt.number), world.member("Hanna")
    content = CompartmentKey.new(case["id"], Compartment.CONTENT, 1)
    for table in (grants, records, blobs):
        remove(world, table, case_id=case["id"])
    keyed = [(hanna.person_id, hanna.pair.public_key), (person_id(world, "Hugo"), world.member("Hugo").pair.public_key)]
    keyed.append((case["id"], case["reporter_key"]))
    put(world, grants, [grant_row(holder, seal_grant(key, content)) for holder, key in keyed])
    put(world, records, [record_row(content, n, text) for n, text in enumerate(("Hugo did it.", "I am sure."), start=1)])
    change(world, cases, {"id": case["id"]}, n_content=2, n_identity=0, n_internal=0)
    assert "inventory" in kinds(world)
    for opening in (
        lambda: world.program.handler.case(hanna, receipt.number),
        lambda: world.program.handler.message(hanna, receipt.number, "Thank you."),
        lambda: world.program.reporter.open(secret),
        lambda: world.program.handler.cases(hanna),
    ):
        with pytest.raises(Tampered):
            opening()


def test_an_invented_case_is_found_and_opened_by_nobody(world: World) -> None:
    standing = case_of(world, world.send().number)
    hanna, case_id = world.member("Hanna"), secrets.token_bytes(16)
    content = CompartmentKey.new(case_id, Compartment.CONTENT, 1)
    reporter = KeyPair.from_seed(bytes(32)).public_key
    invented = {"id": case_id, "number": "W-0000-0000", "locator_hash": bytes(32), "reporter_key": reporter}
    put(world, cases, [{**standing, **invented, "n_identity": 0}])
    put(world, grants, [grant_row(hanna.person_id, seal_grant(hanna.pair.public_key, content))])
    put(world, records, [record_row(content, 1, "Hugo did it.")])
    put(world, readers, [{**rows(world, readers, person_id=hanna.person_id)[0], "case_id": case_id}])
    assert {(f.kind, f.about) for f in findings(world)} == {
        ("inventory", "W-0000-0000"), ("replayed", "W-0000-0000"),
    }  # fmt: skip
    with pytest.raises(Tampered):
        world.program.handler.case(hanna, "W-0000-0000")


# Files.


def first_blob(world: World) -> bytes:
    object_id: bytes = rows(world, blobs)[0]["object_id"]
    return object_id


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


# Days, holds, people.


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
    change(world, cases, {"number": receipt.number}, state="closed", closed_on=day, purge_on=day + timedelta(days=1))
    world.later(5)
    assert pass_at(world) == ["blocked"]
    assert {"days", "purge_overdue"} <= kinds(world)


def test_a_deleted_hold_is_found_and_still_protects(world: World) -> None:
    receipt, _secret = world.closed()
    held(world, receipt.number)
    remove(world, tampering.hold_grants)
    remove(world, holds)
    assert kinds(world) == {"hold"}
    world.later(740)
    assert pass_at(world) == ["blocked"]


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
    hanna, stranger = world.member("Hanna"), KeyPair.from_seed(b"s" * 32)
    change(world, people, {"id": hanna.person_id}, public_key=stranger.public_key)
    assert "key" in kinds(world)
    receipt = world.send("After the key was swapped.")
    assert not rows(world, grants, case_id=case_of(world, receipt.number)["id"], holder_id=hanna.person_id)


# Certificates, journal, permissions.


def purged(world: World) -> str:
    receipt, _secret = world.closed()
    world.later(740)
    assert pass_at(world) == ["purged"]
    return receipt.number


def test_a_changed_certificate_is_found(world: World) -> None:
    number = purged(world)
    body = json.loads(rows(world, certificates)[0]["body"]) | {"due_on": "2027-01-01"}
    change(world, certificates, {"case_number": number}, body=chain.canonical(body).decode())
    assert kinds(world) == {"certificate"}


def test_a_deleted_certificate_is_found(world: World) -> None:
    purged(world)
    remove(world, certificates)
    assert kinds(world) == {"certificate", "case_missing"}


def test_a_certificate_that_was_put_under_a_deleted_case_is_found(world: World) -> None:
    number, victim = purged(world), world.send("Not to be lost.").number
    remove(world, cases, number=victim)
    put(world, certificates, [{**rows(world, certificates, case_number=number)[0], "case_number": victim}])
    assert kinds(world) == {"certificate"}


def test_a_changed_journal_is_found(world: World) -> None:
    purged(world)
    path = world.settings.keys / "journal"
    path.write_bytes(path.read_bytes().replace(b'"purged"', b'"edited"'))
    assert kinds(world) == {"journal"}


def test_a_journal_that_was_cut_is_found_and_the_next_start_completes_it(world: World) -> None:
    purged(world)
    purged(world)
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
    purged(world)
    store = world.program.store
    line = {"ledger_seq": 1, "day": "2026-03-02", "kind": "purged", "case": "W-0000-0000", "facts": {}}
    journal._append(store.keys, journal._last(store.keys), [line])
    assert kinds(world) == {"journal"}


@pytest.mark.parametrize("name", ["lock.key", "inventory.key", "sign.key", "head"])
def test_a_key_that_others_may_read_is_found(sqlite_world: World, name: str) -> None:
    tampering.loosen(sqlite_world.settings.keys / name)
    assert [(f.kind, f.about) for f in findings(sqlite_world)] == [("permissions", name)]


def test_a_database_or_file_that_others_may_read_is_found(sqlite_world: World) -> None:
    case_with_all(sqlite_world)
    blob = blob_path(sqlite_world, first_blob(sqlite_world))
    for path in (blob, sqlite_world.settings.data / "whistle.db"):
        tampering.loosen(path)
    for folder in (sqlite_world.settings.data, Path(sqlite_world.settings.blobs), blob.parent):
        folder.chmod(0o750)
    found = [(f.kind, f.about) for f in findings(sqlite_world)]
    names = ["whistle.db", sqlite_world.settings.data.name, "blobs", blob.parent.name, blob.name]
    assert found == [("permissions", name) for name in names]


def test_what_is_found_says_no_word_of_content(world: World) -> None:
    receipt, _secret = case_with_all(world)
    remove(world, records, case_id=case_of(world, receipt.number)["id"], compartment=1, n=1)
    said = " ".join(f"{f.about} {f.said}" for f in findings(world))
    assert SE not in said
    for word in ("fire", "doors", "Eva", "orders", "caretaker", "January"):
        assert word not in said



