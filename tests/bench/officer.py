"""The figures of the privacy officer's desk: its list at its size, and a request that is opened."""

import re

from tests.bench.client import Browser
from tests.bench.measure import Figure, in_a
from tests.bench.place import open_store, sign_in
from tests.bench.runs import Bench
from tests.bench.server import Served, serving
from tests.world import SE
from whistle.clock import SystemClock
from whistle.crypto.keys import KeyPair
from whistle.parties.member import Member
from whistle.parties.privacy_desk import PrivacyDesk
from whistle.parties.request_form import RequestForm
from whistle.parties.requests import Requests
from whistle.parties.sessions import Sessions
from whistle.vault import people
from whistle.vault.store import Store

OFFICER = "Olle"
MOST = 10_000
"""As many requests as one officer could have open; a shorter run takes its own longest list."""

LIST_BOUND, REQUEST_BOUND = 0.15, 0.05
"""As those of the handlers' desk."""

PAGE_BYTES, ROWS = 60_000, 50
KNOWN = 20
"""Requests of somebody who is known: their pages have every verdict."""

STEP = 1_000
"""So many requests are added between two looks at the list: nobody is signed out for want of a click."""

NUMBER = re.compile(r'href="/privacy-desk/(R-[0-9A-Z]{4}-[0-9A-Z]{4})"')
WORDS = "I was a customer for six years. What do you have about me, and who got it? " * 5


def measure(bench: Bench) -> list[Figure]:
    """The list of an officer, then a request."""
    size = min(MOST, max(bench.sizes.lists))
    with bench.site() as folder, serving(folder) as served:
        store, browser = open_store(folder), Browser(served.port)
        entered = sign_in(browser, bench.known, OFFICER)
        assert entered.status == 303, entered.status
        for first in range(0, size, STEP):
            _add(store, min(STEP, size - first))
            browser.close()
            browser.get("/privacy-desk")
        known = _verified(store, _officer(bench, store), browser)
        found = [_list(bench, served, browser, size), *_requests(bench, served, browser, known)]
        store.engine.dispose()
        return found


def _add(store: Store, count: int) -> None:
    """Requests for everything, as the form sends them; without a letter, so that no code is awaited."""
    clock = SystemClock()
    token = Sessions(store, clock.machine, clock.now).new_token
    requests = Requests(store, clock.now, clock.machine, token, sends_mail=False)
    form = RequestForm(SE, ("access", "erasure"), "Eva Lind", "", (), WORDS)
    for _one in range(count):
        requests.submit(requests.start(), form, token=token(), nonce=requests.new_nonce(), language="en")


def _officer(bench: Bench, store: Store) -> Member:
    found = next(one for one in people.everybody(store, SystemClock().now()) if one.name == OFFICER)
    pair = KeyPair.from_seed(bench.known.seeds[OFFICER])
    return Member(found.id, OFFICER, (("privacy_officer", SE),), pair, fresh=True)


def _verified(store: Store, officer: Member, browser: Browser) -> list[str]:
    numbers = NUMBER.findall(browser.get("/privacy-desk").text)[:KNOWN]
    desk = PrivacyDesk(store, SystemClock().now)
    for number in numbers:
        desk.verify(officer, number, "Called back on the number in the register.")
    return numbers


def _list(bench: Bench, served: Served, browser: Browser, size: int) -> Figure:
    page = browser.get("/privacy-desk").body
    numbers = set(NUMBER.findall(page.decode()))
    runs = bench.cpu_runs(served, lambda: browser.get("/privacy-desk"), 20)
    figure = in_a(
        f"an officer's list of {size} requests", runs, LIST_BOUND, bench.a_ms,
        bytes=len(page), rows=len(numbers),
    )  # fmt: skip
    figure.bound += f", <= {PAGE_BYTES} bytes, {ROWS} rows"
    figure.ok = figure.ok and len(page) <= PAGE_BYTES and len(numbers) == ROWS
    return figure


def _requests(bench: Bench, served: Served, browser: Browser, known: list[str]) -> list[Figure]:
    turns = iter(known * (bench.sizes.runs * bench.sizes.each + 1))

    def opening() -> None:
        assert browser.get(f"/privacy-desk/{next(turns)}").status == 200

    what = "opened with every verdict over every kind of data, its facts and its decisions"
    runs = bench.cpu_runs(served, opening)
    return [in_a("request, opened again", runs, REQUEST_BOUND, bench.a_ms, what=what)]
