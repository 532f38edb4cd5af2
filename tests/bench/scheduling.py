"""The figures of the scheduler and of the start: a purge of many cases, and a server that is just begun."""

import json
import statistics
from datetime import date, timedelta
from pathlib import Path

from tests.bench import bulk
from tests.bench.measure import Figure
from tests.bench.place import open_store
from tests.bench.runs import Bench
from tests.bench.sealed import PURGE_MONTHS
from tests.bench.server import Ended, run, serving
from whistle.clock import SystemClock
from whistle.rules.calendar import add_months

RATE_BOUND = 300
FLAT_MIB = 16
START_BOUND = 1.0
DAYS_APART = 20


def purges(bench: Bench) -> list[Figure]:
    """`whistle tick` over few cases, then over many, on a site where as many again stay."""
    today = SystemClock().now().date()
    first = add_months(today, -PURGE_MONTHS) + timedelta(days=60)
    second = first + timedelta(days=DAYS_APART)
    with bench.site() as folder:
        store = open_store(folder)
        bulk.add_closed(store, bench.sizes.purge_few, first)
        bulk.add_closed(store, bench.sizes.purge_many, second)
        bulk.add_open(store, 0, bench.sizes.standing)
        store.engine.dispose()
        days = [add_months(day, PURGE_MONTHS) + timedelta(days=1) for day in (first, second)]
        idle, few, many = (_tick(folder, day, bench.folder / "events") for day in (today, *days))
        found = run("check", "--json", data=folder, output=bench.folder / "checked")
    return [_purge_figure(bench, idle, few, many, found)]


def _tick(folder: Path, day: date, output: Path) -> tuple[Ended, int]:
    ended = run("tick", "--now", f"{day}T12:00:00+00:00", data=folder, output=output)
    events = [json.loads(line) for line in ended.output.splitlines()]
    return ended, sum(event["event"] == "purged" for event in events)


def _purge_figure(
    bench: Bench, idle: tuple[Ended, int], few: tuple[Ended, int], many: tuple[Ended, int], checked: Ended
) -> Figure:
    rate = many[1] / many[0].seconds
    grown = (many[0].peak_kib - few[0].peak_kib) / 1024
    faults = [line for line in checked.output.splitlines() if json.loads(line)["kind"] != "handlers"]
    whole = (few[1], many[1]) == (bench.sizes.purge_few, bench.sizes.purge_many) and not faults
    facts = {
        "cases_per_s": round(rate), "purged": many[1], "standing": bench.sizes.standing,
        "seconds": round(many[0].seconds, 2), "start_of_the_command_s": round(idle[0].seconds, 2),
        "memory_grown_mib": round(grown, 1), "peak_mib": round(many[0].peak_kib / 1024, 1),
        "faults_found_afterwards": faults[:3],
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
