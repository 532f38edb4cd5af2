"""A person before a real browser: what they see, press and type, with axe looking over their shoulder."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from tests.journeys import looks
from tests.web.browser import CHROMIUM

PICTURES = os.environ.get("WHISTLE_TEST_PICTURES")
"""A folder in which the walks leave a picture of every page, for people to look at."""

PATIENCE_MS = 60_000

needs_chromium = pytest.mark.skipif(not Path(CHROMIUM).exists(), reason="no Chromium on this machine")


@dataclass(frozen=True)
class Way:
    """How somebody comes: width in CSS pixels, language, and whether their browser runs scripts."""

    width: int
    language: str
    scripts: bool

    @property
    def name(self) -> str:
        return f"{self.width}-{self.language}-{'scripts' if self.scripts else 'plain'}"


WAYS = (Way(360, "sv", False), Way(1280, "en", False), Way(360, "en", True), Way(1280, "sv", True))
STAFF_WAYS = (Way(360, "sv", False), Way(1280, "en", True))
"""For staff, whose pages are all looked at in both widths besides."""


@dataclass
class Walker:
    """One person's browser window; `seen` looks at the page, and `findings` is what was wrong with any."""

    page: Page
    base: str
    way: Way
    walk: str
    findings: list[tuple[str, ...]] = field(default_factory=list)
    shown: int = 0

    def go(self, path: str) -> int:
        """Open an address; returns the status of the answer."""
        answer = self.page.goto(self.base + path)
        assert answer is not None
        return answer.status

    def press(self, selector: str) -> None:
        """Press what is named, and wait for the page it leads to."""
        with self.page.expect_navigation():
            self.page.locator(selector).first.click()

    def held_back(self, selector: str, field: str) -> None:
        """Press what the browser itself does not send: what stands in `field` has not the right form."""
        self.page.locator(selector).first.click()
        assert self.page.locator(f"{field}:invalid").count() == 1

    def fill(self, **values: str) -> None:
        """Type into fields, each by its name, in a form of the page's main part."""
        for name, value in values.items():
            self.page.locator(f'main [name="{name}"]').first.fill(value)

    def open_folds(self) -> None:
        """Unfold everything."""
        closed = self.page.locator("details:not([open]) > summary")
        for _fold in range(closed.count()):
            closed.first.click()

    def seen(self, name: str, *, axe: bool = True) -> str:
        """Take a picture, have axe look in both schemes, and return the text of the page."""
        assert self.page.get_attribute("html", "lang") == self.way.language, name
        self._picture(name)
        if sticks_out := looks.sideways(self.page):
            self.findings.append((self.way.name, name, "sideways", sticks_out))
        # axe itself is a script; what it looks at is the same page for both kinds of browser.
        if axe and self.way.scripts:
            self.findings += [(self.way.name, name, *one) for one in looks.in_both_schemes(self.page)]
        return self.page.inner_text("body")

    def _picture(self, name: str) -> None:
        self.shown += 1
        if PICTURES:
            folder = Path(PICTURES)
            folder.mkdir(parents=True, exist_ok=True)
            path = folder / f"{self.walk}-{self.way.name}-{self.shown:02d}-{name}.png"
            self.page.screenshot(path=path, full_page=True)


@contextmanager
def walker(browser: Browser, base: str, way: Way, walk: str) -> Iterator[Walker]:
    """A window of its own, without anybody's cookies; whatever axe found on the way fails the test."""
    context = browser.new_context(
        viewport={"width": way.width, "height": 800},
        java_script_enabled=way.scripts,
        locale={"sv": "sv-SE", "en": "en-GB"}[way.language],
        accept_downloads=True,
    )
    context.set_default_timeout(PATIENCE_MS)
    try:
        made = Walker(context.new_page(), base, way, walk)
        yield made
        assert made.findings == []
    finally:
        context.close()
