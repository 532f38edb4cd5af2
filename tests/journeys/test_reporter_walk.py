"""A frightened person reports from phone or desk, with scripts or without, and comes back with the key."""

import io
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from tests.journeys.server import LEAVE, Server, Site, make_site, serving
from tests.journeys.walks import WAYS, Walker, Way, needs_chromium, walker
from tests.web.browser import chromium
from tests.world import Secrets

pytestmark = [pytest.mark.browser, needs_chromium]

STORY = (
    "Our purchasing manager approved three invoices from a company that his brother owns.\n\n"
    "I was the only one in the room when he called 070-174 06 05 and asked for a fourth."
)
PHOTO = b"\xff\xd8\xff\xe0" + bytes(range(256)) * 2000
PAPER = b"%PDF-1.4\n" + b"1 0 obj\n" * 40_000
FILES = [
    {"name": "faktura 3 år.jpg", "mimeType": "image/jpeg", "buffer": PHOTO},
    {"name": "Möte.pdf", "mimeType": "application/pdf", "buffer": PAPER},
]
SEND = 'main form[action="/report"] button.button:not([name])'
SEND_NOW = 'main form[action="/report"] button.button-link:not([name])'
READ = 'main button[value="check"]'
OPEN = 'main form[action="/mailbox"] button'


@pytest.fixture(scope="module")
def served(template: tuple[Path, Secrets], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    site = make_site(template, tmp_path_factory.mktemp("walked"))
    with serving(site) as server:
        yield server


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as found:
        yield found


def choose_files(page: Page) -> None:
    page.set_input_files('main [name="files"]', files=FILES)  # type: ignore[arg-type]


def wrong_copy(key: str) -> str:
    return key[:-1] + ("2" if key[-1] != "2" else "3")


def write(walk: Walker) -> None:
    walk.page.select_option('[name="company"]', "nordvakt-se")
    walk.page.select_option('[name="category"]', index=1)
    walk.fill(description=STORY)
    walk.open_folds()
    walk.page.locator('[name="exclude"]').first.check()
    walk.fill(identity_name="Kim Holm", identity_contact="070-174 06 99")
    choose_files(walk.page)


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.name)
def test_a_report_is_written_sent_and_followed(served: Server, browser: Browser, way: Way) -> None:
    with walker(browser, served.base, way, "reporter") as walk:
        key = report(walk)
        come_back(walk, key)
    answer_from_the_desk(served.site, key)
    with walker(browser, served.base, way, "return") as walk:
        read_the_answer(walk, key)


def report(walk: Walker) -> str:
    """From the first page to the key."""
    page = walk.page
    walk.go("/")
    walk.seen("home")
    walk.press('main a.button[href="/report"]')
    walk.seen("form")
    # Given a form sent too early, everything is asked for and nothing is lost
    walk.fill(description=STORY)
    walk.press(READ)
    walk.seen("refused")
    assert page.title().startswith(("Error: ", "Fel: "))
    assert page.input_value("#description") == STORY
    # When it is filled in and read through, the files have to be chosen again: browsers keep none
    write(walk)
    walk.seen("filled", axe=False)
    walk.press(READ)
    text = walk.seen("check")
    assert "070-174 06 05" in text
    assert "faktura 3 år.jpg" in text
    assert page.locator("mark").count() >= 1
    choose_files(page)
    walk.press(SEND)
    # Files of which no cleaned copy can be made are asked about before anything is sent
    walk.seen("uncleaned")
    assert page.locator("#case-key").count() == 0
    page.check('main [name="uncleaned"][value="send"]')
    choose_files(page)
    walk.press(SEND_NOW)
    walk.seen("key")
    # Then a wrong copy does not lead away from the key
    key = page.inner_text("#case-key")
    page.fill("#case_key", wrong_copy(key))
    walk.held_back(OPEN, "#case_key")
    assert page.locator("#case-key").count() == 1
    assert page.locator('a:not([href^="#"])').count() == 1, "only Leave leads out of the page with the key"
    return key


def come_back(walk: Walker, key: str) -> None:
    """The key typed back opens the case, where one can write; Leave ends it."""
    page = walk.page
    page.fill("#case_key", key.lower().replace("-", " "))
    walk.press(OPEN)
    assert page.url == walk.base + "/mailbox/case"
    text = walk.seen("case")
    assert STORY.splitlines()[0] in text
    assert "faktura 3 år.jpg" in text
    walk.fill(message="One more thing:\nthe fourth invoice came today.")
    page.set_input_files('main [name="files"]', files=FILES[:1])  # type: ignore[arg-type]
    walk.press('form[action="/mailbox/case/messages"] button.button')
    walk.open_folds()
    assert "the fourth invoice came today." in walk.seen("written")
    assert download(walk, 'main a[href*="/mailbox/case/files/"]') == ("faktura 3 år.jpg", PHOTO)
    with zipfile.ZipFile(io.BytesIO(download(walk, 'a[href="/mailbox/case/everything"]')[1])) as archive:
        assert any(archive.read(name) == PAPER for name in archive.namelist())
    with page.expect_event("requestfailed", lambda request: request.url == LEAVE):
        page.locator("#leave").click(no_wait_after=True)
    page.wait_for_url("chrome-error://**")
    assert page.context.cookies() == []
    walk.go("/mailbox/case")
    assert page.url == walk.base + "/mailbox"
    walk.seen("door")


def download(walk: Walker, selector: str) -> tuple[str, bytes]:
    with walk.page.expect_download() as waited:
        walk.page.locator(selector).first.click()
    return waited.value.suggested_filename, Path(waited.value.path()).read_bytes()


def answer_from_the_desk(site: Site, key: str) -> None:
    with site.program() as program:
        number = program.reporter.open(program.reporter.enter(key).secret).number
        hugo = site.member(program, "Hugo")
        hugo_sees = {row.number for row in program.handler.cases(hugo).rows}
        name = "Hugo" if number in hugo_sees else "Hanna"
        handler = site.member(program, name)
        program.handler.acknowledge(
            handler, number, "Thank you. We look into it.\n\nCan you say when he called?"
        )


def read_the_answer(walk: Walker, key: str) -> None:
    """A key with one wrong symbol still opens; an unknown one does not."""
    page = walk.page
    walk.go("/mailbox")
    walk.fill(case_key="nothing like a key")
    walk.press(OPEN)
    walk.seen("mistyped")
    assert page.title().startswith(("Error: ", "Fel: "))
    walk.fill(case_key=wrong_copy(key))
    walk.press(OPEN)
    text = walk.seen("repaired")
    assert "Can you say when he called?" in text
    walk.open_folds()
    walk.fill(identity_name="Kim Holm", identity_contact="070-174 06 99")
    walk.press('form[action="/mailbox/case/identity"] button')
    text = walk.seen("named")
    assert "Kim Holm" not in text
    walk.go("/protect")
    walk.seen("protect")
    walk.go("/other-ways")
    walk.seen("other-ways")
    walk.go("/privacy")
    walk.seen("privacy")
    assert walk.go("/nowhere") == 404
    walk.seen("nowhere")


def test_the_form_is_filled_in_and_sent_with_the_keyboard_alone(served: Server, browser: Browser) -> None:
    with walker(browser, served.base, Way(1280, "en", False), "keyboard") as walk:
        walk.go("/report")
        tab_to(walk.page, "company")
        walk.page.keyboard.type("Nordvakt AB")
        tab_to(walk.page, "description")
        walk.page.keyboard.type("Typed without a mouse.")
        tab_to(walk.page, "step", "check")
        enter(walk.page)
        assert "Typed without a mouse." in walk.seen("check")
        tab_until(walk.page, "document.activeElement.matches('main form button.button')")
        enter(walk.page)
        tab_to(walk.page, "case_key")
        walk.page.keyboard.type(walk.page.inner_text("#case-key"))
        enter(walk.page)
        assert walk.page.url == walk.base + "/mailbox/case"


def enter(page: Page) -> None:
    """Press Enter and wait for the page it leads to, also where that has the same address."""
    with page.expect_navigation():
        page.keyboard.press("Enter")


def tab_to(page: Page, name: str, value: str = "") -> None:
    found = f"document.activeElement.name === '{name}' && document.activeElement.tabIndex >= 0"
    tab_until(page, found + (f" && document.activeElement.value === '{value}'" if value else ""))


def tab_until(page: Page, condition: str) -> None:
    for _press in range(80):
        page.keyboard.press("Tab")
        if page.evaluate(condition):
            return
    raise AssertionError(f"the keyboard never came to {condition}")
