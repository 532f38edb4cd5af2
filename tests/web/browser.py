"""A real browser in front of a channel in memory: what pages look like, and what works with scripts off."""

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright
from werkzeug.serving import WSGIRequestHandler, make_server

from tests.web.fakes import Channel, settings

CHROMIUM = os.environ.get("WHISTLE_TEST_CHROMIUM", "/usr/bin/chromium")
LONG = "Our purchasing manager approved three invoices from a company that his brother owns. "


class Quiet(WSGIRequestHandler):
    """Nothing of a test's requests on the screen."""

    def log_request(self, code: Any = "-", size: Any = "-") -> None:
        del code, size


@contextmanager
def served(channel: Channel) -> Iterator[str]:
    """The channel on a loopback port; yields its address."""
    server = make_server("127.0.0.1", 0, channel.app, threaded=True, request_handler=Quiet)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()


@contextmanager
def chromium() -> Iterator[Browser]:
    """One browser for a whole run."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        try:
            yield browser
        finally:
            browser.close()


def channel_with_leave(address: str = "http://127.0.0.1:9/") -> Channel:
    """A channel whose way out leads nowhere outside this machine."""
    return Channel(settings=settings(leave_url=address))


def write(page: Page, base: str, text: str = LONG) -> None:
    """Fill in the form as far as it must be."""
    page.goto(f"{base}/report")
    page.select_option("#company", "nordvakt-se")
    page.fill("#description", text)


def send(page: Page, base: str, text: str = LONG) -> str:
    """Send a report at once; returns the key that is shown."""
    write(page, base, text)
    page.click("text=Send now")
    return page.inner_text("#case-key")
