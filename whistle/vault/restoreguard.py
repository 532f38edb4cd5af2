"""After a restore nothing is purged in a company until two of its people confirmed which holds are in force.

A backup from before a hold, and a journal that lacks it, would destroy what the hold protects: legal and an
administrator read the list of holds and confirm it. Which companies wait stands in `keys/`, where who writes
the database alone cannot lift it.
"""

import json
from collections import defaultdict
from collections.abc import Collection, Iterator
from datetime import date, datetime
from typing import Final

from sqlalchemy import Connection, exists, select

from whistle.errors import Tampered
from whistle.vault import directory, guards
from whistle.vault.findings import Finding
from whistle.vault.guardlists import Item, Waiting
from whistle.vault.localblobs import sync_folder
from whistle.vault.serverkeys import ServerKeys, write_private
from whistle.vault.store import Store
from whistle.vault.tables import cases, companies, holds

KIND: Final = "restore"

MARK = "unconfirmed"
"""The file in `keys/` that names the companies that wait."""


def stop_purges(store: Store) -> None:
    """From now on every company in which a case stands waits; part of a restore, before it ends."""
    with store.reading() as db:
        standing = select(companies.c.code).where(exists().where(cases.c.company_id == companies.c.id))
        _write(store.keys, set(db.execute(standing).scalars()))


def waiting(keys: ServerKeys) -> set[str]:
    """The codes of the companies that wait. Raises `Tampered` for a mark that cannot be read."""
    try:
        return set(json.loads((keys.folder / MARK).read_bytes()))
    except FileNotFoundError:
        return set()
    except (ValueError, TypeError) as error:
        raise Tampered(f"{MARK} in keys/ cannot be read; it names the companies that wait") from error


def settle(store: Store, now: datetime) -> set[str]:
    """Keep the lists that people are shown; returns who still waits. What two people confirmed is free."""
    codes = waiting(store.keys)
    if not codes:
        return codes
    with store.reading() as db:
        found = _lists(db, codes)
    settled = guards.settle(store, KIND, found, now)
    free = {code for code, one in settled.items() if one.whole is not None}
    if free:
        # First: where this dies here, they are free, and the next pass forgets their lists.
        _write(store.keys, codes - free)
        guards.settle(store, KIND, {code: one for code, one in found.items() if code not in free}, now)
    return codes - free


def held_back(store: Store, codes: Collection[str], until: date) -> list[tuple[bytes, str, date]]:
    """What would be due by `until` in these companies: id, number and day of each case."""
    query = (
        select(cases.c.id, cases.c.number, cases.c.purge_on)
        .join_from(cases, companies)
        .where(companies.c.code.in_(codes), cases.c.purge_on <= until)
        .order_by(cases.c.purge_on, cases.c.number)
    )
    with store.reading() as db:
        return [(bytes(row.id), row.number, row.purge_on) for row in db.execute(query)]


def look_at_restore(store: Store, _db: Connection, _now: datetime) -> Iterator[Finding]:
    """A finding for each company that waits."""
    for code in sorted(waiting(store.keys)):
        said = "nothing is purged until legal and an administrator confirmed the holds after the restore"
        yield Finding("restore", code, said)


def _lists(db: Connection, codes: Collection[str]) -> dict[str, Waiting]:
    """By company every hold in force; a company without one confirms that there is none."""
    items: dict[str, list[Item]] = defaultdict(list)
    query = (
        select(holds.c.id, cases.c.number, cases.c.purge_on, companies.c.code)
        .join_from(holds, cases)
        .join(companies, companies.c.id == cases.c.company_id)
        .where(holds.c.released_on.is_(None), companies.c.code.in_(codes))
    )
    for row in db.execute(query):
        items[row.code].append(Item(row.number, row.purge_on, bytes(row.id).hex()))
    known = {company.code for company in directory.all_companies(db)}
    return {code: Waiting(KIND, tuple(sorted(items[code], key=_order))) for code in codes if code in known}


def _order(item: Item) -> tuple[str, str]:
    return item.case, item.what


def _write(keys: ServerKeys, codes: Collection[str]) -> None:
    path = keys.folder / MARK
    if codes:
        fresh = path.with_name(f"{MARK}.new")
        write_private(fresh, json.dumps(sorted(codes)).encode())
        fresh.replace(path)
    else:
        path.unlink(missing_ok=True)
    sync_folder(keys.folder)
