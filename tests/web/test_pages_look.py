"""Every public page in a real browser: axe finds nothing, nothing scrolls sideways, scripts not needed."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from tests.journeys import looks
from tests.web.browser import CHROMIUM, LONG, channel_with_leave, chromium, send, served, write
from tests.web.fakes import Channel
from whistle.crypto.codes import CaseKey

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not Path(CHROMIUM).exists(), reason="no Chromium on this machine"),
]

STYLESHEET = Path(__file__).parents[2] / "whistle" / "web" / "static" / "site.css"


@dataclass
class Stage:
    """A served channel, the browser before it, and one case that is there already."""

    base: str
    browser: Browser
    channel: Channel
    key: str

    def page(
        self, *, width: int = 360, scheme: str = "light", scripts: bool = False, language: str = "en"
    ) -> Page:
        return self.browser.new_context(
            viewport={"width": width, "height": 740},
            color_scheme=scheme,  # type: ignore[arg-type]
            java_script_enabled=scripts,
            locale=language,
        ).new_page()


@pytest.fixture(scope="module")
def stage() -> Iterator[Stage]:
    channel = channel_with_leave()
    with served(channel) as base, chromium() as browser:
        page = browser.new_context(java_script_enabled=False).new_page()
        write(page, base, LONG)
        page.set_input_files(
            "#files", [{"name": "faktura-2.jpg", "mimeType": "image/jpeg", "buffer": b"x" * 9000}]
        )
        page.click("text=Send now")
        key = page.inner_text("#case-key")
        channel.reporter.answer(CaseKey.parse(key).secret, "Thank you for telling us.\n\nWe look into it.")
        page.context.close()
        yield Stage(base, browser, channel, key)


def home(stage: Stage, page: Page) -> None:
    page.goto(stage.base + "/")


def report(stage: Stage, page: Page) -> None:
    page.goto(stage.base + "/report")


def refused(stage: Stage, page: Page) -> None:
    report(stage, page)
    page.click("main >> text=Read it through before sending")


def check(stage: Stage, page: Page) -> None:
    write(page, stage.base, LONG + "I was the only one there when he called 070-174 06 05.")
    page.set_input_files("#files", [{"name": "Anna Berg.pdf", "mimeType": "application/pdf", "buffer": b"x"}])
    page.click("main >> text=Read it through before sending")


def key(stage: Stage, page: Page) -> None:
    send(page, stage.base)


def mailbox(stage: Stage, page: Page) -> None:
    page.goto(stage.base + "/mailbox")


def mistyped(stage: Stage, page: Page) -> None:
    mailbox(stage, page)
    page.fill("#case_key", "no key at all")
    page.click("main button.button")


def case(stage: Stage, page: Page) -> None:
    mailbox(stage, page)
    page.fill("#case_key", stage.key)
    page.click("main button.button")


def case_at_its_end(stage: Stage, page: Page) -> None:
    found = stage.channel.reporter.cases[CaseKey.parse(stage.key).secret]
    found.changes = {
        "state": "closed",
        "closed_on": date(2026, 5, 20),
        "feedback_on": date(2026, 5, 20),
        "purge_on": date(2028, 5, 20),
        "days_to_purge": 12,
        "next_duty": None,
    }
    case(stage, page)
    found.changes = {}


def ended(stage: Stage, page: Page) -> None:
    case(stage, page)
    page.fill("#message", "Words that must not be lost")
    page.context.clear_cookies()
    page.click("text=Send message")


def already(stage: Stage, page: Page) -> None:
    # The form stays open in this window while its answer is read, and its key confirmed, in another.
    write(page, stage.base)
    page.evaluate("document.getElementById('content').target = '_blank'")
    with page.context.expect_page() as opened:
        page.click("text=Send now")
    other = opened.value
    other.fill("#case_key", other.inner_text("#case-key"))
    other.click("main button.button")
    other.wait_for_url("**/mailbox/case")
    page.evaluate("document.getElementById('content').target = ''")
    page.click("text=Send now")
    page.wait_for_selector("h1:has-text('already')")


PAGES = {
    "home": home,
    "report": report,
    "refused": refused,
    "check": check,
    "key": key,
    "mailbox": mailbox,
    "mistyped": mistyped,
    "case": case,
    "case at its end": case_at_its_end,
    "ended": ended,
    "already": already,
    "protect": lambda stage, page: page.goto(stage.base + "/protect"),
    "other ways": lambda stage, page: page.goto(stage.base + "/other-ways"),
    "privacy": lambda stage, page: page.goto(stage.base + "/privacy"),
    "not there": lambda stage, page: page.goto(stage.base + "/nowhere"),
}


@pytest.mark.parametrize("name", PAGES)
def test_axe_finds_nothing_in_either_scheme_on_phone_or_desk_with_every_fold_open(
    stage: Stage, name: str
) -> None:
    page = stage.page(scripts=True, width=1280)
    PAGES[name](stage, page)
    found = looks.everywhere(page)
    page.context.close()
    assert found == []


def test_the_stylesheet_is_at_most_20_kb() -> None:
    assert STYLESHEET.stat().st_size <= 20_000


def test_a_report_goes_all_the_way_without_scripts_and_the_key_page_holds_until_the_key_is_right(
    stage: Stage,
) -> None:
    page = stage.page()
    check(stage, page)
    assert "It has not been sent yet" in page.inner_text("main")
    assert "Anna Berg.pdf" in page.inner_text("main")
    page.click("text=Send the report")
    shown = page.inner_text("#case-key")
    wrong = shown[:-1] + ("2" if shown[-1] != "2" else "3")
    page.fill("#case_key", wrong)
    page.click("text=It matches")
    assert page.locator("#case-key").count() == 1, "the browser let a wrong copy through"
    page.fill("#case_key", " " + shown.lower().replace("-", " ").replace("0", "o").replace("1", "l") + " ")
    page.click("text=It matches")
    assert page.url.endswith("/mailbox/case")
    assert "I was the only one there" in page.inner_text("main")
    page.context.close()


def test_the_key_is_seen_on_a_phone_without_scrolling(stage: Stage) -> None:
    page = stage.page(width=360)
    send(page, stage.base)
    box = page.locator("#case-key").bounding_box()
    assert box is not None
    assert box["y"] + box["height"] <= 440
    page.context.close()


def test_a_double_click_shows_the_key_of_one_case(stage: Stage) -> None:
    before = len(stage.channel.reporter.cases)
    page = stage.page()
    write(page, stage.base)
    page.dblclick("text=Send now")
    page.wait_for_selector("#case-key")
    assert len(stage.channel.reporter.cases) == before + 1
    page.context.close()


def test_reloading_the_key_page_shows_the_same_key(stage: Stage) -> None:
    before = len(stage.channel.reporter.cases)
    page = stage.page()
    shown = send(page, stage.base)
    page.reload()
    assert page.inner_text("#case-key") == shown
    assert len(stage.channel.reporter.cases) == before + 1
    page.context.close()


def test_the_language_switch_keeps_what_was_typed_and_enter_does_not_press_it(stage: Stage) -> None:
    page = stage.page()
    write(page, stage.base, "Words in the middle of a sentence")
    page.click("header >> text=Svenska")
    assert page.input_value("#description") == "Words in the middle of a sentence"
    assert page.get_attribute("html", "lang") == "sv"
    assert page.inner_text("h1") == "Din rapport"
    page.click("text=Jag vill berätta vem jag är")
    page.fill("#identity_name", "Någon")
    page.press("#identity_name", "Enter")
    assert page.inner_text("h1") == "Läs igenom"
    page.context.close()


def test_print_of_the_key_page_gives_the_key_and_nothing_else(stage: Stage) -> None:
    page = stage.page()
    shown = send(page, stage.base)
    page.emulate_media(media="print")
    seen = [line for line in page.inner_text("body").splitlines() if line.strip()]
    assert shown in seen
    assert len(seen) <= 3, seen
    page.context.close()


def test_leave_takes_the_cookies_and_the_case_along(stage: Stage) -> None:
    page = stage.page()
    case(stage, page)
    assert page.context.cookies()
    page.request.get(stage.base + "/leave", max_redirects=0)
    assert page.context.cookies() == []
    page.goto(stage.base + "/mailbox/case")
    assert page.url.endswith("/mailbox")
    page.context.close()


def test_shift_three_times_leaves_where_scripts_are_allowed(stage: Stage) -> None:
    page = stage.page(scripts=True)
    page.goto(stage.base + "/protect")
    with page.expect_request("**/leave"):
        for _press in range(3):
            page.keyboard.press("Shift")
    page.context.close()
