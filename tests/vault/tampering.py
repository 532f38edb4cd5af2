"""What somebody does who can write the database and the files, but holds no key."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import Table, delete, insert, select, update

from tests.fakes import EPOCH
from tests.world import World
from whistle.crypto.grants import seal_grant
from whistle.crypto.header import Header
from whistle.crypto.keys import CompartmentKey
from whistle.crypto.records import new_object_id, seal_json
from whistle.vault import casework, check, inventory
from whistle.vault.facts import SealedGrant, SealedRecord
from whistle.vault.findings import Finding
from whistle.vault.tables import blobs, cases, grants, records

Row = dict[str, Any]

OF_A_CASE = (grants, records, blobs)


def rows(world: World, table: Table, **where: Any) -> list[Row]:
    """Rows as they stand, by plain name."""
    query = select(table).where(*(table.c[name] == value for name, value in where.items()))
    with world.program.store.reading() as db:
        return [dict(row._mapping) for row in db.execute(query)]


def case_of(world: World, number: str) -> Row:
    return rows(world, cases, number=number)[0]


def write(world: World, *statements: Any) -> None:
    """Run statements past every command."""
    with world.program.store.writing() as work:
        for statement in statements:
            work.db.execute(statement)


def change(world: World, table: Table, where: Mapping[str, Any], **values: Any) -> None:
    """Change the rows that fit; at least one must."""
    place = [table.c[name] == value for name, value in where.items()]
    with world.program.store.writing() as work:
        assert work.db.execute(update(table).where(*place).values(**values)).rowcount >= 1


def remove(world: World, table: Table, **where: Any) -> None:
    """Delete the rows that fit; at least one must."""
    with world.program.store.writing() as work:
        assert (
            work.db.execute(delete(table).where(*(table.c[n] == v for n, v in where.items()))).rowcount >= 1
        )


def put(world: World, table: Table, new: Sequence[Row]) -> None:
    """Insert rows as they are."""
    write(world, *(insert(table).values(**row) for row in new))


def photograph(world: World, number: str) -> dict[str, list[Row]]:
    """A case's row and objects, to be put back later."""
    case = case_of(world, number)
    return {"cases": [case]} | {table.name: rows(world, table, case_id=case["id"]) for table in OF_A_CASE}


def put_back(world: World, photo: dict[str, list[Row]]) -> None:
    """Replay an old state: the objects that stood then, and the case's row with its old inventory."""
    case = photo["cases"][0]
    for table in OF_A_CASE:
        write(world, delete(table).where(table.c.case_id == case["id"]))
        put(world, table, photo[table.name])
    change(world, cases, {"id": case["id"]}, **case)


def blob_path(world: World, object_id: bytes) -> Path:
    name = object_id.hex()
    return Path(world.settings.blobs) / name[:2] / name


def flip(path: Path, offset: int) -> None:
    """Change one bit of a file in its place."""
    data = bytearray(path.read_bytes())
    data[offset] ^= 1
    path.write_bytes(data)


def findings(world: World) -> list[Finding]:
    """What `check` finds; that nobody copies the journal is how the suite's sites are."""
    found = check.run(world.program.store, world.clock.now())
    return [f for f in found if f.kind not in ("handlers", "journal_copy")]


def kinds(world: World) -> set[str]:
    """The kinds of what `check` finds."""
    return {finding.kind for finding in findings(world)}


def grant_row(holder: bytes, public_key: bytes, key: CompartmentKey) -> Row:
    """A valid grant: anybody can make one for a key that they know or made up."""
    sealed = seal_grant(public_key, key)
    header = Header.parse(sealed)
    return casework.grant_row(header.case_id, SealedGrant(holder, sealed), header, inventory.entry_of(sealed))


def record_row(key: CompartmentKey, n: int, text: str) -> Row:
    """A valid record under a key that somebody made up."""
    body = {"type": "message", "n": n, "by": "reporter", "day": "2026-03-02", "text": text, "files": []}
    sealed = seal_json(key, new_object_id(), body)
    header, record = Header.parse(sealed), SealedRecord(key.compartment, n, sealed)
    return casework.record_row(header.case_id, record, header, inventory.entry_of(sealed), EPOCH.date())


def renew(world: World, case_id: bytes) -> None:
    """Make the inventory anew, as somebody who took `keys/inventory.key` could."""
    n = rows(world, cases, id=case_id)[0]["inventory_n"]
    with world.program.store.writing() as work:
        entries = inventory.entries(work.db, case_id)
        inventory.save(work.db, world.program.store.keys.inventory, case_id, n, entries)
