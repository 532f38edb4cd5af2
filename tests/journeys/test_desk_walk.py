"""What handler, custodian and reporter do together: identity, minutes, a disclosure, and an erasure."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser

from tests.journeys.staff_walks import House, house
from tests.journeys.walks import Walker, Way, needs_chromium
from tests.web.browser import chromium
from tests.world import World

pytestmark = [pytest.mark.browser, needs_chromium]

PHONE, DESK = Way(360, "sv", False), Way(1280, "en", True)
STORY = "The foreman signs for drums that never came. His daughter is ill, by the way. Look in hall 3."
ASIDE = "His daughter is ill, by the way."
NAME = "Kim Holm"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as found:
        yield found


@contextmanager
def mailbox(at: House, key: str) -> Iterator[Walker]:
    """The reporter's window, with their case in it."""
    with at.window() as walk:
        walk.go("/mailbox")
        walk.fill(case_key=key)
        walk.press('main form[action="/mailbox"] button')
        yield walk


def press(at: House, walk: Walker, name: str, selector: str) -> None:
    """Press, and show the second factor where it is asked for again."""
    walk.press(selector)
    if walk.page.locator("#step-up").count():
        at.step_up(walk, name)


def test_who_the_reporter_is_opens_with_the_custodians_yes_and_the_reporter_knows(
    sqlite_world: World, browser: Browser
) -> None:
    receipt = sqlite_world.send(STORY, identity_name=NAME, identity_contact="070-174 06 99")
    assert receipt.case_key is not None
    address = f"/desk/cases/{receipt.number}"
    with house(sqlite_world, browser, DESK, "identity") as at:
        # Given a handler who asks, after their second factor once more
        with at.window("Hanna", then=f"{address}/identity-requests") as hanna:
            press(at, hanna, "Hanna", "#ask button")
            assert NAME not in hanna.seen("reason-missing")
            hanna.fill(reason="Only they can say where the drums stand.")
            hanna.press("#ask button")
            assert NAME not in hanna.seen("asked", axe=False)
        # Then the reporter reads of it before anybody has answered
        with mailbox(at, receipt.case_key) as reporter:
            assert "asked to see who you are" in reporter.seen("mailbox-asked", axe=False)
        # When the custodian, who reads the reason and nothing of the case, says yes
        with at.window("Carl", then="/custody") as carl:
            assert "foreman" not in carl.seen("requests", axe=False)
            carl.press('a[href^="/custody/"]')
            carl.page.check('[name="decision"][value="approve"]')
            press(at, carl, "Carl", "#answer button")
            text = carl.seen("approved")
            assert NAME not in text
            assert carl.go(address) == 404
        # Then the handler reads the name, and the reporter that they may
        with at.window("Hanna", then=address) as hanna:
            assert NAME not in hanna.page.content()
            press(at, hanna, "Hanna", "#identity-form button")
            assert NAME in hanna.seen("opened")
        with mailbox(at, receipt.case_key) as reporter:
            assert "was allowed to see who you are" in reporter.seen("mailbox-opened", axe=False)


def test_minutes_and_a_disclosure_are_answered_and_what_is_erased_is_gone_for_both(
    sqlite_world: World, browser: Browser
) -> None:
    receipt = sqlite_world.send(STORY)
    assert receipt.case_key is not None
    address = f"/desk/cases/{receipt.number}"
    with house(sqlite_world, browser, PHONE, "talk") as at:
        with at.window("Hanna", then=address) as hanna:
            write_minutes(hanna)
            ask_for_a_disclosure(hanna, address)
            erase_the_aside(hanna, address)
        with mailbox(at, receipt.case_key) as reporter:
            text = reporter.seen("mailbox")
            assert ASIDE not in text
            assert "Look in hall 3." in text
            assert reporter.page.locator(".erased").count() == 1
            reporter.page.locator('[name="answer"]').first.check()
            reporter.press('form[id^="minutes-"] button')
            reporter.press('[name="decision"][value="yes"]')
            reporter.seen("mailbox-agreed")
            assert reporter.page.locator('[name="decision"][value="yes"]').count() == 0
        with at.window("Hanna", then=f"{address}/consents") as hanna:
            hanna.seen("agreed")
            press(at, hanna, "Hanna", 'form[action$="/carry-out"] button')
            hanna.seen("handed-over")
            assert hanna.page.locator('form[action$="/carry-out"]').count() == 0
            assert hanna.page.locator("#ask").count() == 1
            hanna.go(address)
            hanna.page.locator("#minutes > summary").click()
            hanna.press('form[action$="/lock"] button')
            hanna.seen("locked")
            assert hanna.page.locator('form[action$="/lock"]').count() == 0


def write_minutes(walk: Walker) -> None:
    walk.page.locator("#minutes > summary").click()
    walk.press("#minutes-form button")
    walk.seen("minutes-refused")
    walk.fill(minutes="They saw three drums, on the first of May.")
    walk.press("#minutes-form button")
    assert "three drums" in walk.seen("minutes")


def ask_for_a_disclosure(walk: Walker, address: str) -> None:
    walk.go(f"{address}/consents")
    walk.press("#ask button")
    walk.seen("disclosure-refused")
    walk.page.check('[name="basis"][value="consent"]')
    walk.fill(recipient="Länsstyrelsen", purpose="De granskar fabriken.", what="Var faten stod.")
    walk.press("#ask button")
    assert "Länsstyrelsen" in walk.seen("disclosure-asked")


def erase_the_aside(walk: Walker, address: str) -> None:
    walk.go(address)
    walk.page.locator("#redact > summary").click()
    walk.press('a[href*="/redactions/content-"]')
    walk.fill(passage=ASIDE)
    walk.page.locator('[name="ground"]').first.check()
    walk.press("#redact button")
    assert ASIDE in walk.seen("erase-preview")
    walk.press("#redact button.button-danger")
    text = walk.seen("erased")
    assert ASIDE not in text
    assert "Look in hall 3." in text
    assert walk.page.locator(".erased").count() >= 1
