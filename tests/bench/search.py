"""The figure of the desk's search: words looked for in ten thousand cases, under own grants."""

import re

from sqlalchemy import select, update

from tests.bench import bulk
from tests.bench.client import Browser
from tests.bench.measure import Figure, in_a
from tests.bench.place import HANDLER, open_store, sign_in
from tests.bench.runs import Bench
from tests.bench.server import serving
from whistle.crypto.grants import open_any, seal_own_grant
from whistle.crypto.header import Compartment
from whistle.crypto.keys import KeyPair
from whistle.vault import inventory
from whistle.vault.store import Store
from whistle.vault.tables import cases, grants, people

BOUND = 4
FULL, QUICK = 10_000, 1_000
DONE = re.compile(r"All (\d+) cases that fit the filter were searched")


def measure(bench: Bench) -> list[Figure]:
    """A search that finds one case, through the door, and one that also reads messages and notes."""
    size = FULL if bench.sizes.lists[-1] >= FULL else QUICK
    with bench.site() as folder:
        store = open_store(folder)
        bulk.add_open(store, 0, size)
        _own(store, KeyPair.from_seed(bench.known.seeds[HANDLER]))
        store.engine.dispose()
        with serving(folder) as served:
            browser = Browser(served.port)
            assert sign_in(browser, bench.known, HANDLER).status == 303

            form = browser.get("/desk/search").hidden

            def look() -> None:
                page = browser.post("/desk/search", form | {"text": f"{size // 2}:", "state": "all"}).text
                found = DONE.search(page)
                assert found is not None, page[:500]
                assert int(found[1]) == size

            runs = bench.cpu_runs(served, look, 3)
    return [in_a(f"search_{size}_cases", runs, BOUND, bench.a_ms, what="own grants, words of the report")]


def _own(store: Store, pair: KeyPair) -> None:
    """Put the handler's own grants in place, as opening each case once would."""
    with store.writing() as work:
        mine = select(people.c.id).where(people.c.key_id == pair.key_id)
        held = (grants.c.holder_id == work.db.execute(mine).scalar_one()) & (
            grants.c.compartment == int(Compartment.CONTENT)
        )
        for row in work.db.execute(select(grants).where(held)).all():
            place = {"case_id": bytes(row.case_id), "compartment": Compartment(row.compartment)}
            key, _ = open_any(pair, bytes(row.sealed), epoch=row.epoch, **place)  # type: ignore[arg-type]
            sealed = seal_own_grant(pair.seed, pair.key_id, key)
            entry = inventory.entry_of(sealed)
            values = {"kind": entry.kind, "sealed": sealed, "sha256": entry.sealed_sha256}
            work.db.execute(update(grants).where(held, grants.c.case_id == row.case_id).values(**values))
        for case in work.db.execute(select(cases)).all():
            standing = inventory.entries(work.db, case.id)
            inventory.save(work.db, store.keys.inventory, case.id, case.inventory_n, standing)
