"""Somebody who never heard of the law asks for their data on a phone, and comes away with the answer."""

import io
import zipfile
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from playwright.sync_api import Browser

from tests.journeys.staff_walks import house
from tests.journeys.walks import STAFF_WAYS, Walker, Way, needs_chromium
from tests.parties.asking import EMAIL, answer, code_of, later
from tests.web.browser import chromium
from tests.world import World
from whistle import scheduler

pytestmark = [pytest.mark.browser, needs_chromium]

TOLD = "Kund sedan 2019, Storgatan 4. Vad har ni om mig, och vem har fått det?"
FOUND = "Det här är allt som vi hittade om dig."
FILE = ("utdrag.csv", b"day,what\r\n2024-03-01,alarm\r\n")
READ = 'main button[value="check"]'
SEND = 'main form[action="/privacy/request"] button.button:not([name])'
OPEN = 'main form[action="/mailbox"] button'
PROVE = "#code-form button"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as found:
        yield found


@pytest.mark.parametrize("way", STAFF_WAYS, ids=lambda way: way.name)
def test_who_asks_for_their_data_proves_their_address_and_downloads_the_answer(
    sqlite_world: World, browser: Browser, way: Way
) -> None:
    sqlite_world.program.privacy.requests.sends_mail = True
    with house(sqlite_world, browser, way, "privacy") as at:
        with at.window() as walk:
            key = ask(walk)
            asker = known_by(sqlite_world, key)
            prove(walk, code_of(sqlite_world, asker))
        # When an officer has called back and answered, whoever has the key comes back to it
        sqlite_world.program.privacy.desk.verify(sqlite_world.member("Olle"), asker.number, "Called back.")
        answer(sqlite_world, asker, FOUND, files=(FILE,))
        with at.window() as walk:
            come_back(walk, key)
            assert FOUND in walk.seen("answered")
            assert download(walk, f'main a:has-text("{FILE[0]}")') == FILE
            walk.open_folds()
            walk.seen("unfolded")
            with zipfile.ZipFile(io.BytesIO(download(walk, 'a[href="/mailbox/case/everything"]')[1])) as all_:
                assert any(all_.read(name) == FILE[1] for name in all_.namelist())
        # Thirty days later it was fetched or not: it is there no more, and the page says how to ask again
        later(sqlite_world, 31)
        tick(sqlite_world)
        with at.window() as walk:
            come_back(walk, key)
            assert FOUND not in walk.seen("withdrawn")
            assert walk.page.locator(f'main a:has-text("{FILE[0]}")').count() == 0


def ask(walk: Walker) -> str:
    """From the first page to the key."""
    page = walk.page
    walk.go("/")
    walk.press('footer a[href="/privacy"]')
    walk.seen("what-is-kept")
    walk.press('main a[href="/privacy/request"]')
    walk.seen("form")
    # Given a form sent too early, everything is asked for and nothing is lost
    walk.fill(details=TOLD)
    walk.press(READ)
    walk.seen("refused")
    assert page.title().startswith(("Error: ", "Fel: "))
    assert page.input_value('[name="details"]') == TOLD
    page.select_option('[name="company"]', "nordvakt-se")
    page.check('main [name="rights"][value="access"]')
    walk.fill(name="Eva Lind", email=EMAIL)
    walk.press(READ)
    text = walk.seen("check")
    assert TOLD in text
    assert EMAIL in text
    walk.press(SEND)
    walk.seen("key")
    return page.inner_text("#case-key")


def known_by(world: World, key: str) -> Any:
    """What tests know a request by."""
    secret = world.program.reporter.enter(key).secret
    return SimpleNamespace(secret=secret, number=world.program.privacy.mailbox.open(secret).facts.number)


def prove(walk: Walker, code: str) -> None:
    """The key typed back leads to where the code from the letter goes; a wrong one is told apart."""
    walk.fill(case_key=walk.page.inner_text("#case-key").lower())
    walk.press(OPEN)
    assert walk.page.url == walk.base + "/mailbox/case"
    walk.seen("prove")
    walk.fill(code="00000000" if code != "00000000" else "11111111")
    walk.press(PROVE)
    walk.seen("wrong-code")
    walk.fill(code=code)
    walk.press(PROVE)
    assert walk.page.locator("#code-form").count() == 0
    walk.seen("proved")


def come_back(walk: Walker, key: str) -> None:
    """In at the door with the key."""
    walk.go("/mailbox")
    walk.fill(case_key=key)
    walk.press(OPEN)
    assert walk.page.url == walk.base + "/mailbox/case"


def download(walk: Walker, selector: str) -> tuple[str, bytes]:
    """The name and the bytes of what a link gives."""
    with walk.page.expect_download() as begun:
        walk.page.locator(selector).first.click()
    return begun.value.suggested_filename, begun.value.path().read_bytes()


def tick(world: World) -> None:
    """A pass of the scheduler."""
    list(scheduler.tick(world.program.store, world.clock.now(), world.program.sessions.sweep))
