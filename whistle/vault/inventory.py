"""What stands under a case is counted and keyed: what is missing, old, swapped or invented shows."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import BindParameter, Connection, Row, bindparam, select, update

from whistle.crypto.header import Header, Kind
from whistle.crypto.inventory import Entry, inventory_holds, inventory_mac
from whistle.errors import Tampered
from whistle.vault.tables import blobs, cases, grants, records

_CASE: BindParameter[bytes] = bindparam("case")
_GRANTS = select(grants.c.kind, grants.c.object_id, grants.c.key_id, grants.c.sha256).where(
    grants.c.case_id == _CASE
)
_RECORDS = select(records.c.object_id, records.c.key_id, records.c.sha256).where(records.c.case_id == _CASE)
_BLOBS = select(blobs.c.object_id, blobs.c.key_id, blobs.c.sha256).where(blobs.c.case_id == _CASE)
_WHOLE_GRANTS = select(grants).where(grants.c.case_id == _CASE)
_WHOLE_RECORDS = (
    select(records).where(records.c.case_id == _CASE).order_by(records.c.compartment, records.c.n)
)
_WHOLE_BLOBS = select(blobs).where(blobs.c.case_id == _CASE)

_SAVE = update(cases).where(cases.c.id == _CASE)


def entry_of(sealed: bytes, sha256: bytes | None = None) -> Entry:
    """The inventory row of a sealed object; for a blob its header is enough when `sha256` is known."""
    header = Header.parse(sealed)
    return Entry(header.kind, header.object_id, header.key_id, sha256 or hashlib.sha256(sealed).digest())


def entries(db: Connection, case_id: bytes) -> list[Entry]:
    """Every grant, record and blob of a case as the tables name them."""
    case = {"case": case_id}
    found = [Entry(r[0], bytes(r[1]), bytes(r[2]), bytes(r[3])) for r in db.execute(_GRANTS, case)]
    found += [Entry(Kind.RECORD, bytes(r[0]), bytes(r[1]), bytes(r[2])) for r in db.execute(_RECORDS, case)]
    found += [Entry(Kind.BLOB, bytes(r[0]), bytes(r[1]), bytes(r[2])) for r in db.execute(_BLOBS, case)]
    return found


def checked(db: Connection, mac_key: bytes, case: Row[Any]) -> list[Entry]:
    """The entries of `case`, after its inventory agreed; raises `Tampered`."""
    standing = entries(db, case.id)
    require(mac_key, case, standing)
    return standing


@dataclass(frozen=True, slots=True)
class Whole:
    """All that stands under a case, as its tables hold it, and its inventory."""

    grants: Sequence[Row[Any]]
    records: Sequence[Row[Any]]
    blobs: Sequence[Row[Any]]
    entries: list[Entry]


def whole(db: Connection, mac_key: bytes, case: Row[Any]) -> Whole:
    """The same as `checked` with the rows themselves, each table asked once; raises `Tampered`."""
    of_case = {"case": case.id}
    kept, told, stored = (
        db.execute(query, of_case).all() for query in (_WHOLE_GRANTS, _WHOLE_RECORDS, _WHOLE_BLOBS)
    )
    found = [Entry(r.kind, bytes(r.object_id), bytes(r.key_id), bytes(r.sha256)) for r in kept]
    for kind, rows in ((Kind.RECORD, told), (Kind.BLOB, stored)):
        found += [Entry(kind, bytes(r.object_id), bytes(r.key_id), bytes(r.sha256)) for r in rows]
    require(mac_key, case, found)
    return Whole(kept, told, stored, found)


def require(mac_key: bytes, case: Row[Any], standing: list[Entry]) -> None:
    """Raise `Tampered` unless `standing` is what the case's inventory was made over."""
    if not inventory_holds(mac_key, bytes(case.id), case.inventory_n, standing, bytes(case.inventory_mac)):
        raise Tampered(f"case {case.number}: its objects are not the ones that were stored")


def save(
    db: Connection, mac_key: bytes, case_id: bytes, n: int, standing: list[Entry], **columns: object
) -> None:
    """Write the inventory of a case after a change, together with the other `columns` that changed."""
    mac = inventory_mac(mac_key, case_id, n, standing)
    db.execute(_SAVE, {"case": case_id, "inventory_n": n, "inventory_mac": mac, **columns})


def same_bytes(standing: list[Entry], sealed: bytes) -> None:
    """Raise `Tampered` unless these very bytes are in an inventory that was checked."""
    digest = hashlib.sha256(sealed).digest()
    if not any(entry.sealed_sha256 == digest for entry in standing):
        raise Tampered("a sealed object is not the one that was stored")
