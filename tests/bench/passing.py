"""The figure for being served meanwhile: readers and reporters wait little longer while a pass purges."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from time import perf_counter

from tests.bench.client import Browser
from tests.bench.measure import Figure, percentile
from tests.bench.reporters import send
from tests.bench.runs import Bench
from tests.bench.server import Ended, serving

TIMES, PART = 5, 0.99
WARM_UP = 20

Waits = dict[str, list[float]]


def measure(bench: Bench, folder: Path, purge: Callable[[], tuple[Ended, int]]) -> Figure:
    """Reports sent and mailboxes read, one after the other: first alone, then while `purge` runs."""
    with serving(folder) as served, ThreadPoolExecutor(1) as beside:
        key = send(served.port)
        _look(served.port, key, lambda turn: turn < WARM_UP)
        quiet = _look(served.port, key, lambda turn: turn < bench.sizes.quiet)
        pass_ = beside.submit(purge)
        busy = _look(served.port, key, lambda _turn: not pass_.done())
        ended, purged = pass_.result()
    facts: dict[str, object] = {"purged": purged, "cases_per_s_meanwhile": round(purged / ended.seconds)}
    ok = purged == bench.sizes.purge_served
    for name, waits in quiet.items():
        before, during = percentile(waits, PART), percentile(busy[name], PART)
        facts |= {
            f"{name}_quiet_p99_ms": round(before, 1), f"{name}_busy_p99_ms": round(during, 1),
            f"{name}_busy_worst_ms": round(max(busy[name]), 1), f"{name}_times": round(during / before, 2),
            f"{name}_requests": len(busy[name]),
        }  # fmt: skip
        ok = ok and during <= TIMES * before
    return Figure("served while cases are purged", f"p99 <= {TIMES} times the quiet one", ok, facts)


def _look(port: int, key: str, goes_on: Callable[[int], bool]) -> Waits:
    """Milliseconds of each report and each mailbox, in turn, as long as `goes_on` says so."""
    found: Waits = {"report": [], "mailbox": []}
    while goes_on(len(found["report"])):
        for name, one in (("report", lambda: send(port)), ("mailbox", lambda: _enter(port, key))):
            begun = perf_counter()
            one()
            found[name].append((perf_counter() - begun) * 1000)
    return found


def _enter(port: int, key: str) -> None:
    browser = Browser(port)
    form = browser.get("/mailbox").hidden
    assert browser.post("/mailbox", form | {"case_key": key}).status == 303
    assert browser.get("/mailbox/case").status == 200
    browser.close()
