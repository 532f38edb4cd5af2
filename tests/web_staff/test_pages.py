"""Staff pages in states that are rare, in a real browser: axe finds nothing, and no JavaScript is needed."""

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, sync_playwright
from werkzeug.serving import make_server

from tests.journeys import looks
from tests.web_staff.fake_held import HELD
from tests.web_staff.fakes import House
from tests.web_staff.samples import CLOSED, CODE, INVITATION, LATE, NUMBER, PASSPHRASE, PEOPLE, RECOVERY
from whistle.web.factory import make_web

pytestmark = pytest.mark.browser

CHROMIUM = "/usr/bin/chromium"
#: Where pictures go to be looked at; nowhere unless somebody asks.
PICTURES = os.environ.get("WHISTLE_TEST_PICTURES", "")

#: The usual state of every page is looked at in tests/journeys/test_every_page.py.
PAGES: list[tuple[str, str, str]] = [
    ("used-link", "nobody", "/staff/activate/old"),
    ("desk", "handler", "/desk"),
    ("duties", "handler", "/desk/duties"),
    ("case-new", "handler", f"/desk/cases/{LATE}"),
    ("case-closed", "handler", f"/desk/cases/{CLOSED}"),
    ("held", "handler", f"/desk/cases/{HELD}/held"),
    ("kept", "legal", f"/legal/cases/{CLOSED}/kept"),
    ("legal", "legal", "/legal"),
    ("release-confirm", "legal", f"/legal/holds/{'bb' * 16}/release"),
    ("admin", "administrator", "/admin"),
    ("ledger", "auditor", "/ledger"),
    ("clock", "legal", "/legal/clock"),
    ("clock-admin", "administrator", "/admin/clock"),
    ("restore", "legal", "/legal/restore"),
    ("restore-admin", "administrator", "/admin/restore"),
]


@contextmanager
def served(house: House) -> Iterator[str]:
    server = make_server("127.0.0.1", 0, make_web(house.services(), doors="staff"), threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with served(House()) as here:
        yield here


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    if not Path(CHROMIUM).exists():
        pytest.skip("no Chromium here")
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


def open_page(chromium: Browser, address: str, who: str, path: str, **options: Any) -> Page:
    context = chromium.new_context(base_url=address, **{"locale": "en-GB", **options})
    page = context.new_page()
    if who != "nobody":
        page.goto("/staff/sign-in")
        sign_in(page, who)
    page.goto(path)
    return page


def sign_in(page: Page, who: str) -> None:
    page.fill("#name", PEOPLE[who].name)
    page.fill("#passphrase", PASSPHRASE)
    page.fill("#code", CODE)
    with page.expect_navigation():
        page.click("main button[type=submit]")


def look(page: Page, name: str) -> None:
    """No fault and no sideways scroll in either scheme, on a phone and on a desk, with folds open."""
    if PICTURES:
        page.screenshot(path=f"{PICTURES}/{name}.png", full_page=True)
    assert looks.everywhere(page) == [], name


@pytest.mark.parametrize(("name", "who", "path"), PAGES, ids=[name for name, _, _ in PAGES])
def test_a_page_has_no_fault_and_does_not_scroll_sideways(
    chromium: Browser, address: str, name: str, who: str, path: str
) -> None:
    page = open_page(chromium, address, who, path)
    look(page, name)
    page.context.close()


@pytest.mark.parametrize("path", ["/desk", f"/desk/cases/{NUMBER}"])
def test_a_page_stays_readable_with_letters_twice_as_large_and_wider_spaced(
    chromium: Browser, address: str, path: str
) -> None:
    page = open_page(chromium, address, "handler", path, viewport={"width": 640, "height": 800})
    spaced = (
        "* { line-height: 1.5 !important; letter-spacing: .12em !important; word-spacing: .16em !important }"
    )
    # WCAG 1.4.12's spacing at 200 % of a 640 px window: what a reader with weak sight has.
    page.set_viewport_size({"width": 320, "height": 400})
    page.evaluate(
        "rule => { const s = new CSSStyleSheet(); s.replaceSync(rule); document.adoptedStyleSheets = [s] }",
        spaced,
    )
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    page.context.close()


def test_a_handler_works_without_javascript(chromium: Browser) -> None:
    house = House()
    with served(house) as address:
        page = open_page(chromium, address, "handler", "/desk", java_script_enabled=False)
        # From the list by its one link a row, through the duty's button, to a sent confirmation
        page.click(f"text={LATE}")
        page.click("text=Write the confirmation")
        assert page.url.endswith(f"/desk/cases/{LATE}#write")
        page.fill("#message", "We have it, thank you.")
        page.click("text=Send the confirmation")
        assert page.locator("text=Sent. The reporter can now see").is_visible()
        # A refused form opens where it went wrong, with what was typed
        page.click("summary:has-text('Close the case')")
        page.fill("#feedback", "We changed the locks, because copper went missing.")
        page.click("button:has-text('Close the case')")
        assert page.locator("#outcome-error").is_visible()
        assert page.input_value("#feedback").startswith("We changed the locks")
        page.select_option("#outcome", "measures_taken")
        page.click("button:has-text('Close the case')")
        assert page.locator("text=The case is closed. The day").is_visible()
        page.click("button:has-text('Sign out')")
        assert page.locator("text=You are signed out.").is_visible()
        page.context.close()


def test_an_account_is_activated_without_javascript_and_a_wrong_copy_stays_on_the_page(
    chromium: Browser,
) -> None:
    with served(House()) as address:
        page = open_page(
            chromium, address, "nobody", f"/staff/activate/{INVITATION}", java_script_enabled=False
        )
        page.fill("#passphrase", PASSPHRASE)
        page.fill("#passphrase_again", PASSPHRASE)
        page.fill("#code", CODE)
        page.click("main button[type=submit]")
        assert page.locator("output").inner_text() == RECOVERY
        page.fill("#recovery_code", "0ABCD-EFGH1")
        page.click("main button[type=submit]")
        assert page.locator("output").inner_text() == RECOVERY
        page.fill("#recovery_code", RECOVERY.lower().replace("-", " ").replace("0", "o"))
        page.context.close()


def test_typed_text_survives_the_end_of_a_session_without_javascript(chromium: Browser) -> None:
    house = House()
    with served(house) as address:
        page = open_page(chromium, address, "handler", f"/desk/cases/{NUMBER}", java_script_enabled=False)
        page.fill("#message", "This took an hour to write.")
        house.sessions.staff.clear()
        page.click("button:text-is('Send')")
        assert page.locator("text=What you wrote has not been sent").is_visible()
        sign_in(page, "handler")
        assert page.input_value("#message") == "This took an hour to write."
        page.click("button:text-is('Send')")
        assert house.handler.held[NUMBER].entries[-1].text == "This took an hour to write."
        page.context.close()


def test_pages_that_tell_of_errors_have_no_fault_either(chromium: Browser) -> None:
    house = House()
    with served(house) as address:
        page = open_page(chromium, address, "nobody", f"/staff/activate/{INVITATION}")
        page.fill("#passphrase", PASSPHRASE)
        page.fill("#passphrase_again", "other words that differ")
        page.fill("#code", CODE)
        page.click("main button[type=submit]")
        look(page, "activate-error")
        page.fill("#passphrase", PASSPHRASE)
        page.fill("#passphrase_again", PASSPHRASE)
        page.fill("#code", CODE)
        page.click("main button[type=submit]")
        look(page, "recovery")
        page.context.close()
        page = open_page(chromium, address, "legal", "/legal")
        page.fill("#citation", "We might be sued")
        page.click("button:has-text('Place the hold')")
        look(page, "legal-error")
        page.context.close()
        page = open_page(chromium, address, "handler", f"/desk/cases/{NUMBER}", locale="sv-SE")
        page.click("summary:has-text('Lägg till en anteckning')")
        page.click("button:has-text('Lägg till anteckningen')")
        look(page, "case-error-sv")
        page.fill("#message", "Kvar.")
        house.sessions.staff.clear()
        page.click("button:text-is('Skicka')")
        look(page, "sign-in-waiting-sv")
        page.context.close()


def test_tab_goes_in_the_order_in_which_a_case_is_read(chromium: Browser, address: str) -> None:
    page = open_page(
        chromium, address, "handler", f"/desk/cases/{NUMBER}", viewport={"width": 1280, "height": 800}
    )
    stops = []
    for _ in range(40):
        page.keyboard.press("Tab")
        stops.append(
            page.evaluate(
                "(document.activeElement.innerText || document.activeElement.id || '').trim().slice(0, 40)"
            )
        )
    wanted = [
        "Skip to the content",
        "Cases",
        "Sign out",
        "All cases",
        "Messages",
        "Write feedback",
        "message",
        "Send",
        "Add a note",
        "Close the case",
    ]
    found = [stops.index(one) for one in wanted]
    assert found == sorted(found), stops
    page.context.close()


def test_the_recovery_code_is_printed_alone(chromium: Browser) -> None:
    with served(House()) as address:
        page = open_page(chromium, address, "nobody", f"/staff/activate/{INVITATION}")
        page.fill("#passphrase", PASSPHRASE)
        page.fill("#passphrase_again", PASSPHRASE)
        page.fill("#code", CODE)
        page.click("main button[type=submit]")
        page.emulate_media(media="print")
        assert page.locator("output").is_visible()
        for hidden in ("h1", "form", "header.bar"):
            assert not page.locator(hidden).first.is_visible(), hidden
        page.context.close()
