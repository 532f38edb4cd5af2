"""Who can write the database, and even make valid objects, changes no case unseen, on either database."""

import secrets

import pytest

from tests.vault.scenes import FILE, case_with_all, held, pass_at, person_id
from tests.vault.tampering import (
    case_of,
    change,
    findings,
    grant_row,
    kinds,
    photograph,
    put,
    put_back,
    record_row,
    remove,
    renew,
    rows,
)
from tests.world import World
from whistle.crypto.header import Compartment
from whistle.crypto.keys import CompartmentKey, KeyPair
from whistle.errors import Tampered
from whistle.vault.tables import blobs, cases, grants, hold_grants, holds, readers, records


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
    assert {f.kind for f in findings(world)} == {"purge_overdue", "hold_review", "untouched"}
    assert sorted(pass_at(world)) == ["kept", "purged"]
    assert {f.kind for f in findings(world)} == {"hold_review", "untouched"}


def test_a_case_that_was_put_back_to_an_older_state_is_found(world: World) -> None:
    receipt, secret = case_with_all(world)
    photo = photograph(world, receipt.number)
    world.program.reporter.message(secret, world.program.reporter.writing(secret), "It was the foreman.")
    put_back(world, photo)
    assert len(world.program.reporter.open(secret).entries) == 3, "its inventory agrees: it was true once"
    assert kinds(world) == {"replayed"}


def test_a_deleted_record_is_found(world: World) -> None:
    receipt, _secret = case_with_all(world)
    remove(world, records, case_id=case_of(world, receipt.number)["id"], compartment=1, n=3)
    assert kinds(world) == {"inventory", "numbering"}


def test_an_invented_record_is_found_and_not_opened(world: World) -> None:
    receipt, secret = case_with_all(world)
    case = case_of(world, receipt.number)
    invented = CompartmentKey.new(case["id"], Compartment.CONTENT, 1)
    put(world, records, [record_row(invented, 4, "I withdraw everything.")])
    change(world, cases, {"id": case["id"]}, n_content=4)
    assert kinds(world) == {"inventory"}
    with pytest.raises(Tampered):
        world.program.reporter.open(secret)


def test_a_grant_too_many_is_found_whoever_made_it(world: World) -> None:
    """A grant to Nora of the Norwegian company, with the true key, as a malicious handler could make it."""
    receipt, secret = case_with_all(world)
    case, nora = case_of(world, receipt.number), world.member("Nora")
    key = CompartmentKey.new(case["id"], Compartment.CONTENT, 1)
    put(world, grants, [grant_row(nora.person_id, nora.pair.public_key, key)])
    assert kinds(world) == {"grant", "inventory"}
    with pytest.raises(Tampered):
        world.program.reporter.open(secret)


def test_a_grant_too_many_is_found_also_when_the_inventory_was_renewed(world: World) -> None:
    """By somebody who took `keys/` as well: designation still says who may hold one."""
    receipt, _secret = case_with_all(world)
    case, nora = case_of(world, receipt.number), world.member("Nora")
    key = CompartmentKey.new(case["id"], Compartment.CONTENT, 1)
    put(world, grants, [grant_row(nora.person_id, nora.pair.public_key, key)])
    renew(world, case["id"])
    assert kinds(world) == {"grant"}


def test_an_own_grant_that_was_replaced_by_a_made_one_is_found_and_not_opened(world: World) -> None:
    receipt, _secret = case_with_all(world)
    case, hanna = case_of(world, receipt.number), world.member("Hanna")
    world.program.handler.case(hanna, receipt.number)
    mine = {"case_id": case["id"], "holder_id": hanna.person_id, "compartment": 1}
    assert rows(world, grants, **mine)[0]["kind"] == 5
    key = CompartmentKey.new(case["id"], Compartment.CONTENT, 1)
    change(world, grants, mine, **grant_row(hanna.person_id, hanna.pair.public_key, key))
    assert kinds(world) == {"inventory"}
    with pytest.raises(Tampered):
        world.program.handler.case(hanna, receipt.number)


def test_a_whole_dialogue_forged_without_a_key_is_found_and_opened_by_nobody(world: World) -> None:
    """The objects are all valid, sealed under keys of the forger's own and granted to the real people."""
    receipt, secret = case_with_all(world)
    case, hanna = case_of(world, receipt.number), world.member("Hanna")
    content = CompartmentKey.new(case["id"], Compartment.CONTENT, 1)
    for table in (grants, records, blobs):
        remove(world, table, case_id=case["id"])
    keyed = [
        (hanna.person_id, hanna.pair.public_key),
        (person_id(world, "Hugo"), world.member("Hugo").pair.public_key),
    ]
    keyed.append((case["id"], case["reporter_key"]))
    put(world, grants, [grant_row(holder, key, content) for holder, key in keyed])
    put(
        world,
        records,
        [record_row(content, n, text) for n, text in enumerate(("Hugo did it.", "I am sure."), start=1)],
    )
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
    put(world, grants, [grant_row(hanna.person_id, hanna.pair.public_key, content)])
    put(world, records, [record_row(content, 1, "Hugo did it.")])
    put(world, readers, [{**rows(world, readers, person_id=hanna.person_id)[0], "case_id": case_id}])
    assert {(f.kind, f.about) for f in findings(world)} == {
        ("inventory", "W-0000-0000"), ("replayed", "W-0000-0000"), ("excluded", "W-0000-0000"),
    }  # fmt: skip
    with pytest.raises(Tampered):
        world.program.handler.case(hanna, "W-0000-0000")


def test_a_deleted_hold_is_found_and_still_protects(world: World) -> None:
    receipt, _secret = world.closed()
    held(world, receipt.number)
    remove(world, hold_grants)
    remove(world, holds)
    assert kinds(world) == {"hold"}
    world.later(740)
    assert pass_at(world) == ["blocked"]


def test_a_record_that_was_swapped_between_cases_is_found(world: World) -> None:
    one, two = (case_of(world, world.send(f"case {n}").number)["id"] for n in (1, 2))
    content = {"compartment": 1, "n": 1}
    first, second = (rows(world, records, case_id=case_id, **content)[0] for case_id in (one, two))
    moved = ("object_id", "key_id", "sha256", "sealed")
    change(world, records, {"case_id": one, **content}, **{c: second[c] for c in moved if c != "object_id"})
    assert kinds(world) == {"header", "inventory"}
    change(world, records, {"case_id": one, **content}, **{c: first[c] for c in moved if c != "object_id"})
    assert kinds(world) == set()


def test_a_deleted_case_is_found(world: World) -> None:
    receipt = world.send()
    remove(world, cases, number=receipt.number)
    assert kinds(world) == {"case_missing"}
