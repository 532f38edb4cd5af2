"""The figure for waiting: a page that asks for nothing answers as fast while others sign in and report."""

import multiprocessing
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from multiprocessing.synchronize import Event

from tests.bench.client import Browser, report
from tests.bench.measure import Figure, percentile
from tests.bench.place import people, sign_in
from tests.bench.reporters import AT_ONCE, REPORTS, TEXT
from tests.bench.runs import Bench
from tests.bench.server import Served, serving
from tests.world import Secrets

TIMES, PART = 3, 0.95
SIGNING_AT_ONCE = 4
"""Sign-ins under way at a time: twice as many as are hashed at once."""


def measure(bench: Bench) -> list[Figure]:
    """GET / alone, then while 20 people sign in and 48 reports come; medians of several runs."""
    found = [_one(bench) for _run in range(bench.sizes.runs)]
    found.sort(key=lambda figure: float(figure.facts["times"]))
    middle = found[len(found) // 2]
    middle.facts["runs_times"] = [figure.facts["times"] for figure in found]
    return [middle]


def _one(bench: Bench) -> Figure:
    with bench.site() as folder, serving(folder) as served:
        browser = Browser(served.port)
        _until(lambda turn: turn < 20, browser)
        quiet = _until(lambda turn: turn < bench.sizes.quiet, browser)
        busy, failed, lasted = _while_busy(bench, served, browser)
    before, during = percentile(quiet, PART), percentile(busy, PART)
    facts = {
        "quiet_p95_ms": round(before, 2), "busy_p95_ms": round(during, 2),
        "busy_worst_ms": round(max(busy), 1), "times": round(during / before, 2), "requests": len(busy),
        "seconds": round(lasted, 2), "failed": failed,
    }  # fmt: skip
    bound = f"p95 <= {TIMES} times the quiet one, none fails"
    return Figure(
        "GET / while people sign in and report", bound, during <= TIMES * before and not failed, facts
    )


def _until(goes_on: Callable[[int], bool], browser: Browser) -> list[float]:
    """Milliseconds of each GET /, one after the other, as long as `goes_on` says so."""
    found: list[float] = []
    while goes_on(len(found)):
        begun = time.perf_counter()
        assert browser.get("/").status == 200
        found.append((time.perf_counter() - begun) * 1000)
    return found


def _while_busy(bench: Bench, served: Served, browser: Browser) -> tuple[list[float], int, float]:
    context = multiprocessing.get_context("spawn")
    ready, over, failed = context.Event(), context.Event(), context.Value("i", 0)
    others = context.Process(target=_crowd, args=(served.port, bench.known, ready, over, failed))
    others.start()
    ready.wait()
    begun = time.perf_counter()
    found = _until(lambda _turn: not over.is_set(), browser)
    lasted = time.perf_counter() - begun
    others.join()
    return found, failed.value if others.exitcode == 0 else -1, lasted


def _crowd(
    port: int,
    known: Secrets,
    ready: Event,
    over: Event,
    failed: "multiprocessing.sharedctypes.Synchronized[int]",
) -> None:
    """20 sign-ins and 48 reports, all begun at once; counts those that were not taken."""

    def staff(name: str) -> bool:
        return sign_in(Browser(port), known, name).status == 303

    def reporter(_number: int) -> bool:
        return report(port, TEXT, multipart=True) is not None

    try:
        with ThreadPoolExecutor(SIGNING_AT_ONCE) as desk, ThreadPoolExecutor(AT_ONCE) as public:
            ready.set()
            signed, sent = desk.map(staff, people()), public.map(reporter, range(REPORTS))
            failed.value = [*signed, *sent].count(False)
    finally:
        over.set()
