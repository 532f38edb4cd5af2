"""Every staff page in a real browser: no fault that axe finds, no sideways scroll, and usable without JavaScript."""

import os
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, sync_playwright
from werkzeug.serving import make_server

from tests.web_staff.fakes import CLOSED, CODE, INVITATION, LATE, NUMBER, PASSPHRASE, PEOPLE, House
from whistle.web.factory import make_web

pytestmark = pytest.mark.browser

CHROMIUM = "/usr/bin/chromium"
#: Where pictures go to be looked at; nowhere unless somebody asks.
PICTURES = os.environ.get("WHISTLE_TEST_PICTURES", "")

PAGES: list[tuple[str, str, str]] = [
    ("sign-in", "nobody", "/staff/sign-in"),
    ("activate", "nobody", f"/staff/activate/{INVITATION}"),
    ("used-link", "nobody", "/staff/activate/old"),
    ("account", "custodian", "/staff/account"),
    ("keys", "administrator", "/staff/keys"),
    ("desk", "handler", "/desk"),
    ("case", "handler", f"/desk/cases/{NUMBER}"),
    ("case-new", "handler", f"/desk/cases/{LATE}"),
    ("case-closed", "handler", f"/desk/cases/{CLOSED}"),
    ("legal", "legal", "/legal"),
    ("legal-case", "legal", f"/legal/cases/{CLOSED}"),
    ("release", "legal", f"/legal/holds/{'aa' * 16}/release"),
    ("release-confirm", "legal", f"/legal/holds/{'bb' * 16}/release"),
    ("certificate", "legal", "/legal/certificates/W-1111-2222"),
    ("admin", "administrator", "/admin"),
    ("ledger", "auditor", "/ledger"),
]
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    server = make_server("127.0.0.1", 0, make_web(House().services(), doors="staff"), threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    if not Path(CHROMIUM).exists():
        pytest.skip("no Chromium here")
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


def open_page(chromium: Browser, address: str, who: str, path: str, **options: Any) -> Page:
    context = chromium.new_context(base_url=address, locale=options.pop("locale", "en-GB"), **options)
    page = context.new_page()
    if who != "nobody":
        page.goto("/staff/sign-in")
        page.fill("#name", PEOPLE[who].name)
        page.fill("#passphrase", PASSPHRASE)
        page.fill("#code", CODE)
        page.click("main button[type=submit]")
        page.wait_for_load_state()
    page.goto(path)
    return page


def faults(page: Page) -> list[str]:
    found = Axe().run(
        page,
        options={
            "runOnly": {"type": "tag", "values": RULES},
            "rules": {"color-contrast-enhanced": {"enabled": True}},
        },
    )
    return [f"{one['id']}: {node['html'][:160]}" for one in found.response["violations"] for node in one["nodes"]]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 360, 1280])
@pytest.mark.parametrize(("name", "who", "path"), PAGES, ids=[name for name, _, _ in PAGES])
def test_a_page_has_no_fault_and_does_not_scroll_sideways(
    chromium: Browser, address: str, name: str, who: str, path: str, width: int, scheme: str
) -> None:
    page = open_page(
        chromium, address, who, path, viewport={"width": width, "height": 800}, color_scheme=scheme
    )
    for details in page.query_selector_all("details"):
        details.evaluate("one => one.open = true")
    if PICTURES:
        page.screenshot(path=f"{PICTURES}/{name}-{width}-{scheme}.png", full_page=True)
    assert faults(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.context.close()
