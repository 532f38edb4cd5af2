"""The figures of the scheduler and of the start: a purge of many cases, and a server that is just begun."""

import json
import statistics
from collections import Counter
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from time import process_time

from tests.bench import bulk, passing
from tests.bench.measure import Figure, in_a
from tests.bench.place import open_store
from tests.bench.runs import Bench
from tests.bench.sealed import PURGE_MONTHS
from tests.bench.server import Ended, run, serving
from whistle.clock import SystemClock
from whistle.rules.calendar import add_months
from whistle.vault import purge, verdicts
from whistle.vault.store import Store

DECIDE_BOUND = 7
RATE_BOUND = 300
FLAT_MIB = 16
START_BOUND = 1.0
DAYS_APART = 20

EXPECTED = ("handlers", "deputy", "board_contact", "hold_review", "untouched", "journal_copy")
"""What `check` says of the bench's site: small companies, and work that nobody does there."""


def purges(bench: Bench) -> list[Figure]:
    """A hundred thousand cases, a tenth due and a hundredth held: decided, purged, and served meanwhile.

    Everything is due on the last of three days: that pass decides about all of it. `whistle tick` then purges
    a few, many, and the rest while people use the site.
    """
    sizes = bench.sizes
    first = add_months(SystemClock().now().date(), -PURGE_MONTHS) + timedelta(days=60)
    closed = [first + timedelta(days=n * DAYS_APART) for n in range(3)]
    days = [add_months(day, PURGE_MONTHS) + timedelta(days=1) for day in closed]
    with bench.site() as folder:
        store = open_store(folder)
        for day, count in zip(closed, (sizes.purge_few, sizes.purge_many, sizes.purge_served), strict=True):
            bulk.add_closed(store, count, day)
        bulk.add_held(store, sizes.purge_held, first)
        bulk.add_open(store, 0, sizes.standing)
        decided = _decided(bench, store, days[-1])
        store.engine.dispose()
        output = bench.folder / "events"
        idle, few, many = (_tick(folder, day, output) for day in (SystemClock().now().date(), *days[:2]))
        served = passing.measure(bench, folder, lambda: _tick(folder, days[2], output))
        found = run("check", "--json", data=folder, output=bench.folder / "checked")
    return [decided, _purge_figure(bench, idle, few, many, found), served]


def _decided(bench: Bench, store: Store, day: date) -> Figure:
    now, runs = datetime.combine(day, time(12), tzinfo=UTC), []
    due = bench.sizes.purge_few + bench.sizes.purge_many + bench.sizes.purge_served
    for _run in range(bench.sizes.runs):
        before = process_time()
        with store.reading() as db:
            said = Counter(one.verdict.why for one in verdicts.decided(db, purge.candidates(db, day), now))
        runs.append((process_time() - before) * 1000)
        assert said == {"due": due, "hold": bench.sizes.purge_held}, said
    held = bench.sizes.purge_held
    what = f"{due} due and {held} held of {due + held + bench.sizes.standing}"
    return in_a("decide what is purged", runs, DECIDE_BOUND, bench.a_ms, what=what)


def _tick(folder: Path, day: date, output: Path) -> tuple[Ended, int]:
    ended = run("tick", "--now", f"{day}T12:00:00+00:00", data=folder, output=output)
    events = [json.loads(line) for line in ended.output.splitlines()]
    return ended, sum(event["event"] == "purged" for event in events)


def _purge_figure(
    bench: Bench, idle: tuple[Ended, int], few: tuple[Ended, int], many: tuple[Ended, int], checked: Ended
) -> Figure:
    rate = many[1] / many[0].seconds
    grown = (many[0].peak_kib - few[0].peak_kib) / 1024
    kinds = Counter(json.loads(line)["kind"] for line in checked.output.splitlines())
    faults = {kind: count for kind, count in kinds.items() if kind not in EXPECTED}
    whole = (few[1], many[1]) == (bench.sizes.purge_few, bench.sizes.purge_many) and not faults
    facts = {
        "cases_per_s": round(rate), "purged": many[1], "standing": bench.sizes.standing,
        "cpu_ms_per_case": round((many[0].cpu - idle[0].cpu) * 1000 / max(1, many[1]), 2),
        "held": bench.sizes.purge_held, "seconds": round(many[0].seconds, 2),
        "start_of_the_command_s": round(idle[0].seconds, 2), "memory_grown_mib": round(grown, 1),
        "peak_mib": round(many[0].peak_kib / 1024, 1), "faults_found_afterwards": faults,
        "what": f"whistle tick, start included; memory against a pass over {few[1]} cases",
    }  # fmt: skip
    ok = rate >= RATE_BOUND and grown <= FLAT_MIB and whole
    return Figure("purge", f">= {RATE_BOUND} cases a second, memory grows by <= {FLAT_MIB} MiB", ok, facts)


def starts(bench: Bench) -> list[Figure]:
    """From the start of the process to its first answered request."""
    found = []
    with bench.site() as folder:
        for _run in range(bench.sizes.starts + 1):
            with serving(folder) as served:
                found.append(served.started_in)
    seconds = statistics.median(found[1:])
    facts = {
        "seconds": round(seconds, 3),
        "runs_s": [round(one, 3) for one in found[1:]],
        "what": "serve, until GET / is answered",
    }
    return [Figure("start of the server", f"<= {START_BOUND:g} s", seconds <= START_BOUND, facts)]
