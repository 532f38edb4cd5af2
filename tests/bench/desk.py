"""The figures of the handler's desk: the list at every size, the page of duties, a case that is opened."""

import re
import time
from collections.abc import Callable

from tests.bench import bulk, officer
from tests.bench.client import Browser
from tests.bench.measure import Figure, in_a
from tests.bench.place import HANDLER, open_store, sign_in
from tests.bench.runs import Bench
from tests.bench.server import Served, serving

LIST_BOUND, CASE_BOUND = 0.15, 0.05
PAGE_BYTES, ROWS = 60_000, 50
GROWTH = 1.5
STEP = 10_000
"""So many cases are added between two looks at the list: nobody is signed out for want of a click."""

NUMBER = re.compile(r'href="/desk/cases/(W-[0-9A-Z]{4}-[0-9A-Z]{4})"')


def measure(bench: Bench) -> list[Figure]:
    """The list at every size, then a case."""
    with bench.site() as folder, serving(folder) as served:
        store, browser = open_store(folder), Browser(served.port)
        entered = sign_in(browser, bench.known, HANDLER)
        assert entered.status == 303, entered.status
        found, made = [], 0
        for size in bench.sizes.lists:
            while made < size:
                step = min(size, made + STEP)
                bulk.add_open(store, made, step)
                browser.close()
                browser.get("/desk")
                made = step
            found.append(_list(bench, served, browser, size))
        store.engine.dispose()
        duties = _page(bench, served, browser, "/desk/duties", f"page of duties, {made} cases")
        found = [*found, _growth(found), duties, *_cases(bench, served, browser)]
    return [*found, *officer.measure(bench)]


def _list(bench: Bench, served: Served, browser: Browser, size: int) -> Figure:
    return _page(bench, served, browser, "/desk", f"list of {size} cases")


def _page(bench: Bench, served: Served, browser: Browser, path: str, what: str) -> Figure:
    page = browser.get(path).body
    numbers = set(NUMBER.findall(page.decode()))
    runs = bench.cpu_runs(served, lambda: browser.get(path), 20)
    figure = in_a(what, runs, LIST_BOUND, bench.a_ms, bytes=len(page), rows=len(numbers))
    figure.bound += f", <= {PAGE_BYTES} bytes, {ROWS} rows"
    figure.ok = figure.ok and len(page) <= PAGE_BYTES and len(numbers) == ROWS
    return figure


def _growth(found: list[Figure]) -> Figure:
    times = [figure.facts["ms"] for figure in found]
    ratio = times[-1] / times[0]
    return Figure("list, largest to smallest", f"<= {GROWTH}", ratio <= GROWTH, {"ratio": round(ratio, 3)})


def _cases(bench: Bench, served: Served, browser: Browser) -> list[Figure]:
    needed = bench.sizes.runs * bench.sizes.each + 1
    numbers = _numbers(browser, needed)
    first, again = iter(numbers), iter(numbers * 2)

    def opening(turn: Callable[[], str]) -> Callable[[], None]:
        def one() -> None:
            assert browser.get(f"/desk/cases/{turn()}").status == 200

        return one

    fresh = bench.cpu_runs(served, opening(lambda: next(first)), (len(numbers) - 1) // bench.sizes.runs)
    known = bench.cpu_runs(served, opening(lambda: next(again)))
    return [
        in_a(
            "case, opened for the first time",
            fresh,
            CASE_BOUND,
            bench.a_ms,
            what="grants are opened and made own grants, the ledger says so",
        ),
        in_a("case, opened again", known, CASE_BOUND, bench.a_ms),
    ]


def _numbers(browser: Browser, needed: int) -> list[str]:
    """Case numbers from as many pages of the list as it takes."""
    found: dict[str, None] = {}
    path = "/desk"
    begun = time.perf_counter()
    while len(found) < needed and time.perf_counter() - begun < 60:
        text = browser.get(path).text
        found.update(dict.fromkeys(NUMBER.findall(text)))
        following = re.search(r'href="(/desk\?[^"]*after=[^"]*)"', text)
        if following is None:
            break
        path = following[1].replace("&amp;", "&")
    return list(found)
