"""Every set of objects but the one that was stored is refused before anybody is handed a byte."""

import itertools

import pytest
from sqlalchemy import delete

from tests.vault.scenes import case_with_all
from tests.vault.tampering import case_of, change, put, rows, write
from tests.world import World
from whistle.errors import RuleRefused, Tampered
from whistle.vault import inventory
from whistle.vault.tables import blobs, cases, grants, records

OF_A_CASE = (grants, records, blobs)


def opened_by_all(world: World, number: str, secret: bytes) -> list[bool]:
    """Whether the handler, the other handler and the reporter can open and write to the case."""
    handler, reporter, hanna, hugo = (
        world.program.handler, world.program.reporter, world.member("Hanna"), world.member("Hugo"),
    )  # fmt: skip
    acts = (
        lambda: handler.case(hanna, number),
        lambda: handler.case(hugo, number),
        lambda: reporter.open(secret),
        lambda: handler.message(hanna, number, "Hello."),
        lambda: reporter.message(secret, reporter.writing(secret), "Hello."),
    )
    found = []
    for act in acts:
        try:
            act()
        except Tampered:
            found.append(False)
        else:
            found.append(True)
    return found


def test_without_any_one_of_its_objects_a_case_opens_for_nobody(world: World) -> None:
    receipt, secret = case_with_all(world)
    case_id = case_of(world, receipt.number)["id"]
    tried = 0
    for table in OF_A_CASE:
        for row in rows(world, table, case_id=case_id):
            place = [table.c[name] == row[name] for name in table.primary_key.columns.keys()]  # noqa: SIM118
            write(world, delete(table).where(*place))
            assert opened_by_all(world, receipt.number, secret) == [False] * 5
            put(world, table, [row])
            tried += 1
    assert tried == 13
    assert opened_by_all(world, receipt.number, secret) == [True] * 5


def test_every_column_that_the_inventory_covers_counts(world: World) -> None:
    receipt, secret = case_with_all(world)
    case_id = case_of(world, receipt.number)["id"]
    for table, column in itertools.product(OF_A_CASE, ("object_id", "key_id", "sha256")):
        row = rows(world, table, case_id=case_id)[0]
        place = {name: row[name] for name in table.primary_key.columns.keys()}  # noqa: SIM118
        wrong = bytes(len(row[column]))
        change(world, table, place, **{column: wrong})
        assert opened_by_all(world, receipt.number, secret) == [False] * 5, (table.name, column)
        change(world, table, place | ({column: wrong} if column in place else {}), **{column: row[column]})
    assert opened_by_all(world, receipt.number, secret) == [True] * 5


@pytest.mark.parametrize("column", ["inventory_n", "inventory_mac"])
def test_the_number_and_the_mac_count(world: World, column: str) -> None:
    receipt, secret = case_with_all(world)
    wrong = 1 if column == "inventory_n" else bytes(32)
    change(world, cases, {"number": receipt.number}, **{column: wrong})
    assert opened_by_all(world, receipt.number, secret) == [False] * 5


def test_sealed_bytes_that_are_not_those_of_the_hash_are_not_handed_out(world: World) -> None:
    receipt, secret = case_with_all(world)
    row = rows(world, records, case_id=case_of(world, receipt.number)["id"], compartment=1, n=1)[0]
    change(world, records, {"object_id": row["object_id"]}, sealed=row["sealed"][:-1] + b"x")
    with pytest.raises(Tampered):
        world.program.reporter.open(secret)


def test_every_command_raises_the_number_once_and_the_ledger_says_so(world: World) -> None:
    receipt, secret = case_with_all(world)
    before = case_of(world, receipt.number)["inventory_n"]
    world.program.handler.message(world.member("Hanna"), receipt.number, "One.")
    world.program.reporter.message(secret, world.program.reporter.writing(secret), "Two.")
    world.program.handler.case(world.member("Hanna"), receipt.number)
    world.program.handler.case(world.member("Hanna"), receipt.number)
    assert case_of(world, receipt.number)["inventory_n"] == before + 3, "the third is Hanna's own grants"


def test_a_refused_command_leaves_the_inventory_as_it_was(world: World) -> None:
    receipt, _secret = case_with_all(world)
    before = case_of(world, receipt.number)
    with pytest.raises(RuleRefused):
        world.program.handler.close(world.member("Hanna"), receipt.number, "measures_taken", " ")
    after = case_of(world, receipt.number)
    assert (after["inventory_n"], after["inventory_mac"]) == (before["inventory_n"], before["inventory_mac"])
    with world.program.store.reading() as db:
        assert len(inventory.entries(db, after["id"])) == 13
