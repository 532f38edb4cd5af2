"""Puts many real cases into a site, quickly: sealed by every core, written by the thousand."""

import multiprocessing
import secrets
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from datetime import date, timedelta
from os import cpu_count

from sqlalchemy import insert, select

from tests.bench.sealed import Made, Place, Wanted, make
from tests.world import SE
from whistle.clock import SystemClock
from whistle.rules.calendar import local_day
from whistle.vault import exclusions, registry
from whistle.vault.holds import hold_mac
from whistle.vault.store import Store
from whistle.vault.tables import holds, metadata, people

BATCH = 250
"""Cases that one process seals at a time, and one transaction writes."""

ORDER = ("cases", "closings", "grants", "records", "blobs", "readers")


def place_of(store: Store) -> Place:
    """What the cases of the site's Swedish company share."""
    now = SystemClock().now()
    company = next(one for one in registry.companies(store, now) if one.code == SE)
    people = registry.audience(store, SE, ("handler", "custodian"), now)
    return Place(
        company,
        tuple(person for person in people if person.role == "handler"),
        tuple(person for person in people if person.role == "custodian"),
        store.keys.inventory,
        local_day(now, company.zone),
    )


def add_open(store: Store, first: int, last: int) -> None:
    """Add the open cases number `first` to `last` (not included), spread over the last days."""
    fill(store, (Wanted(index) for index in range(first, last)))


def add_closed(store: Store, count: int, closed_on: date) -> None:
    """Add cases that were all closed on one day."""
    fill(store, (Wanted(index, closed_on) for index in range(count)))


def add_held(store: Store, count: int, closed_on: date) -> None:
    """Add cases that were all closed on one day, each with a hold in force."""
    fill(store, (Wanted(index, closed_on) for index in range(count)), held=True)


def fill(store: Store, wanted: Iterable[Wanted], *, held: bool = False) -> None:
    """Seal and write cases."""
    place = place_of(store)
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(cpu_count(), context) as pool:
        for made in pool.map(make, ((place, batch) for batch in _batches(wanted))):
            write(store, made)
            if held:
                _hold(store, made)


def _batches(wanted: Iterable[Wanted]) -> Iterator[list[Wanted]]:
    batch: list[Wanted] = []
    for one in wanted:
        batch.append(one)
        if len(batch) == BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


def write(store: Store, made: Sequence[Made]) -> None:
    """Write such cases, each with its lines in the ledger and its files, in one transaction."""
    files = [case.blob for case in made if case.blob is not None]
    for object_id, data in files:
        staged = store.blobs.stage(object_id)
        staged.write(data)
        staged.seal()
    with store.writing() as work:
        for name in ORDER:
            rows = [row for case in made for row in case.rows[name]]
            if rows:
                work.db.execute(insert(metadata.tables[name]), rows)
        for case in made:
            work.log(
                "received",
                day=case.received_on,
                actor="reporter",
                case=case.number,
                facts={"n": 1, "company": SE, **exclusions.fact(case.rows["cases"][0]["excluded"])},
            )
            if case.closed_on is not None:
                facts = {"n": 1, "due_on": case.purge_on}
                work.log("closed", day=case.closed_on, actor="Hugo", case=case.number, facts=facts)
        work.after(lambda: store.blobs.publish([object_id for object_id, _data in files]))


def _hold(store: Store, made: Sequence[Made]) -> None:
    with store.writing() as work:
        person = work.db.execute(select(people.c.id).limit(1)).scalar_one()
        for case in made:
            assert case.closed_on is not None
            review_on = case.closed_on + timedelta(days=360)
            row = {
                "id": secrets.token_bytes(16), "case_id": case.rows["cases"][0]["id"],
                "ground": "court_ruling", "placed_on": case.closed_on, "placed_by": person,
                "review_on": review_on, "late": False,
                "once": secrets.token_bytes(32), "sealed": secrets.token_bytes(600), "released_on": None,
                "release_asked_by": None,
            }  # fmt: skip
            work.db.execute(insert(holds).values(**row, mac=hold_mac(store.keys, row)))
            facts = {"n": 1, "hold": row["id"].hex(), "ground": "court_ruling"}
            work.log("hold_placed", day=case.closed_on, actor="Lisa", case=case.number, facts=facts)
