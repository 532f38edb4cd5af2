"""The desk is worked with the keyboard alone: signed in, read, answered, decided, noted and closed."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from playwright.sync_api import Browser, Page

from tests.journeys.inside import CODE_LASTS
from tests.journeys.staff_walks import House, house
from tests.journeys.walks import Way, needs_chromium
from tests.web.browser import chromium
from tests.world import PASSPHRASE, World

pytestmark = [pytest.mark.browser, needs_chromium]

MOST_STOPS = 90
SEEN = """() => {
    const one = document.activeElement, style = getComputedStyle(one), box = one.getBoundingClientRect();
    return style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2 && box.width > 0
        && box.bottom > 0 && box.top < innerHeight;
}"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as found:
        yield found


@dataclass
class Keys:
    """A keyboard before a page; every stop on the way must show where it is."""

    page: Page

    def to(self, selector: str, key: str = "Tab") -> None:
        """Press Tab until the focus is on what is named."""
        for _stop in range(MOST_STOPS):
            self.page.keyboard.press(key)
            here = self.page.evaluate("document.activeElement.outerHTML.slice(0, 120)")
            assert self.page.evaluate(SEEN), f"nobody sees where the focus is: {here}"
            if self.page.evaluate("selector => document.activeElement.matches(selector)", selector):
                return
        raise AssertionError(f"the keyboard never came to {selector}")

    def press(self, selector: str, key: str = "Tab") -> None:
        """Go to a button or a link and press Enter; wait for the page it leads to."""
        self.to(selector, key)
        with self.page.expect_navigation():
            self.page.keyboard.press("Enter")

    def write(self, selector: str, text: str) -> None:
        self.to(selector)
        self.page.keyboard.type(text)

    def unfold(self, fold: str) -> None:
        self.to(f"{fold} > summary")
        self.page.keyboard.press("Enter")


def test_a_case_is_taken_to_its_end_with_the_keyboard_alone(sqlite_world: World, browser: Browser) -> None:
    receipt = sqlite_world.send("The forklift in hall 3 has driven without brakes since May.")
    case = f'a[href="/desk/cases/{receipt.number}"]'
    with house(sqlite_world, browser, Way(1280, "en", False), "keyboard") as at, at.window() as walk:
        walk.page.emulate_media(reduced_motion="reduce")  # a page that glides is not where it will be
        keys = Keys(walk.page)
        sign_in(at, walk.go, keys)
        skip_to_the_content(keys)
        keys.press(case)
        keys.write('[name="message"]', "We have your report. ")
        keys.press("#write button")
        # Focus is at what was done, and the next stop is in the page, not behind it
        assert walk.page.evaluate("document.activeElement.getAttribute('role')") == "status"
        assert "We have your report." in walk.seen("acknowledged")
        keys.unfold("details:has(#note-form)")
        keys.write('[name="note"]', "Ask maintenance.")
        keys.press("#note-form button")
        decide(keys)
        close(keys)
        assert "Ask maintenance." in walk.seen("closed")
        # Nothing holds the focus: the way back leads out again
        keys.press(".leave", "Shift+Tab")
        assert "/staff/sign-in" in walk.page.url


def hand_over(at: House, keys: Keys, base: str) -> None:
    """The whole case for an authority: the form, the second factor again, the file."""
    keys.press(f'a[href="{base}/export"]')
    keys.to('[name="kind"]')
    keys.page.keyboard.press("Space")
    keys.write('[name="recipient"]', "Polismyndigheten")
    keys.write('[name="ground"]', "Decision 12-26")
    keys.press("#export button")
    at.world.clock.advance(CODE_LASTS)
    keys.write('[name="code"]', at.world.code("Hanna"))
    with keys.page.expect_download() as file:
        keys.page.keyboard.press("Enter")
    assert file.value.suggested_filename.endswith(".zip")


def sign_in(at: House, go: object, keys: Keys) -> None:
    at.world.clock.advance(CODE_LASTS)
    assert callable(go)
    go("/staff/sign-in")
    keys.write('[name="name"]', "Hanna")
    keys.write('[name="passphrase"]', PASSPHRASE)
    keys.write('[name="code"]', at.world.code("Hanna"))
    with keys.page.expect_navigation():
        keys.page.keyboard.press("Enter")


def skip_to_the_content(keys: Keys) -> None:
    """The first stop skips the bar; from there the next one is in the page."""
    keys.to(".skip")
    keys.page.keyboard.press("Enter")
    keys.page.keyboard.press("Tab")
    assert keys.page.evaluate("document.activeElement.closest('main') !== null")


def decide(keys: Keys) -> None:
    """Nobody is concerned: chosen among the radio buttons with the arrow keys."""
    keys.unfold("#concerned")
    keys.to('#concerned-form [name="decision"]')
    for _choice in range(8):
        if keys.page.evaluate("document.activeElement.value") == "none_identified":
            break
        keys.page.keyboard.press("ArrowDown")
    keys.press("#concerned-form button")


def close(keys: Keys) -> None:
    keys.unfold("details:has(#close-form)")
    keys.to('[name="outcome"]')
    keys.page.keyboard.press("ArrowDown")
    keys.write('[name="feedback"]', "The forklift was taken out of service.")
    keys.press("#close-form button")


def test_a_case_is_found_erased_from_and_counted_with_the_keyboard_alone(
    sqlite_world: World, browser: Browser
) -> None:
    receipt = sqlite_world.send("The forklift has no brakes. Its driver's son is ill.")
    base = f"/desk/cases/{receipt.number}"
    with house(sqlite_world, browser, Way(1280, "en", False), "keyboard-search") as at, at.window() as walk:
        walk.page.emulate_media(reduced_motion="reduce")
        keys = Keys(walk.page)
        sign_in(at, walk.go, keys)
        keys.press('a[href="/desk/search"]')
        keys.write('[name="text"]', "forklift")
        keys.press("#search button")
        keys.press(f'a[href="{base}"]')
        keys.unfold("details:has(a[href$='/redactions/content-1'])")
        keys.press(f'a[href="{base}/redactions/content-1"]')
        keys.write('[name="passage"]', "Its driver's son is ill.")
        keys.to('[name="ground"]')
        keys.page.keyboard.press("ArrowDown")
        keys.press('#redact button[value="check"]')
        keys.press("#redact button")
        said = walk.seen("erased")
        assert ("no brakes" in said, "son is ill" in said, "[Erased" in said) == (True, False, True)
        hand_over(at, keys, base)
        walk.go("/desk")
        keys.press('a[href="/desk/statistics"]')
        assert walk.page.locator("h1").count() == 1
