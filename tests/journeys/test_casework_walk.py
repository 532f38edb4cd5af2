"""The work on a case on a phone: every form open and filled, and nothing that axe finds."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.journeys.staff_walks import house
from tests.journeys.walks import WAYS, Walker, needs_chromium
from tests.journeys.worked import case_with_everything
from tests.web.browser import chromium
from tests.world import SE, World

pytestmark = [pytest.mark.browser, needs_chromium]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as found:
        yield found


PHONE = WAYS[2]


def test_the_whole_case_is_readable_with_every_form_open(sqlite_world: World, browser: Browser) -> None:
    number, key = case_with_everything(sqlite_world)
    with house(sqlite_world, browser, PHONE, "casework") as made:
        with made.window("Hanna", then=f"/desk/cases/{number}") as walk:
            at_the_desk(walk, number)
        with made.window() as walk:
            in_the_mailbox(walk, key)


def at_the_desk(walk: Walker, number: str) -> None:
    walk.open_folds()
    walk.seen("case")
    walk.page.fill("#concerned-review_on", "")
    walk.press("#concerned-form button")
    walk.seen("refused", axe=False)
    assert walk.page.locator("#concerned[open]").count() == 1
    walk.go("/desk/new")
    walk.open_folds()
    walk.seen("new", axe=False)
    walk.page.select_option('[name="came_by"]', "phone")
    walk.page.select_option('[name="company"]', SE)
    walk.fill(description="They called about three drums.")
    walk.press("main form button[type=submit]")
    walk.seen("new-key", axe=False)
    walk.page.emulate_media(media="print")
    printed = walk.page.inner_text("body")
    assert walk.page.inner_text("#case-key") in printed
    assert walk.page.locator("h1").is_visible() is False
    assert number not in printed


def in_the_mailbox(walk: Walker, key: str) -> None:
    walk.go("/mailbox")
    walk.fill(case_key=key)
    walk.press("main form button[type=submit]")
    walk.seen("mailbox", axe=False)
    walk.page.check('[name="answer"][value="correct"]')
    walk.press('form[id^="minutes-"] button')
    walk.seen("mailbox-refused")
    walk.fill(correction="It was four drums.")
    walk.press('form[id^="minutes-"] button')
    assert "four drums" in walk.seen("mailbox-answered", axe=False)
