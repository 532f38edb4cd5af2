"""Legal holds a case that it cannot read, two people let go of it; then it is gone, with a certificate."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.journeys.staff_walks import House, house
from tests.journeys.walks import STAFF_WAYS, Walker, Way, needs_chromium
from tests.web.browser import chromium
from tests.world import World
from whistle import scheduler

pytestmark = [pytest.mark.browser, needs_chromium]

CITATION = "Svea hovrätt, T 77-26"
TWO_YEARS = 731


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as found:
        yield found


def tick(world: World) -> set[str]:
    """What a pass of the scheduler did."""
    return {
        str(event["event"])
        for event in scheduler.tick(world.program.store, world.clock.now(), world.program.sessions.sweep)
    }


@pytest.mark.parametrize("way", STAFF_WAYS, ids=lambda way: way.name)
def test_a_hold_keeps_a_case_until_two_people_let_it_go(
    sqlite_world: World, browser: Browser, way: Way
) -> None:
    receipt, _secret = sqlite_world.closed(text="Three invoices that nobody ordered.")
    with house(sqlite_world, browser, way, "legal") as at:
        with at.window("Lisa", then="/legal") as lisa:
            place(lisa, receipt.number)
        # When its day comes, it is kept; and released only by two
        sqlite_world.later(TWO_YEARS)
        assert "purged" not in tick(sqlite_world)
        with at.window("Lisa", then="/legal") as lisa:
            ask_to_release(at, lisa)
        assert "purged" not in tick(sqlite_world)
        with at.window("Leo", then="/legal") as leo:
            confirm_release(at, leo)
        # Then it is erased, and the certificate says so
        assert "purged" in tick(sqlite_world)
        with at.window("Lisa", then="/legal") as lisa:
            gone(lisa, receipt.number)
        look_at_the_others(at, receipt.number)


def place(walk: Walker, number: str) -> None:
    assert "invoices" not in walk.seen("desk")
    walk.press("#hold button")
    walk.seen("refused")
    walk.fill(case_number=number.lower().replace("-", " "))
    walk.page.locator('[name="ground"]').first.check()
    walk.fill(citation="We might be sued.", review_on="2026-12-01")
    walk.press("#hold button")
    walk.seen("speculation")
    assert walk.page.input_value('[name="review_on"]') == "2026-12-01"
    walk.fill(citation=CITATION)
    walk.press("#hold button")
    assert CITATION in walk.seen("held")


def ask_to_release(at: House, walk: Walker) -> None:
    walk.seen("review-due")
    walk.press('a[href*="/release"]')
    walk.seen("release")
    walk.press("#release button")
    walk.seen("step-up")
    at.step_up(walk, "Lisa")
    walk.seen("release-refused")
    walk.fill(reason="The ruling has fallen.")
    walk.press("#release button")
    walk.seen("asked")


def confirm_release(at: House, walk: Walker) -> None:
    walk.press('a[href*="/release"]')
    assert "The ruling has fallen." in walk.seen("confirm")
    walk.press("#confirm button")
    at.step_up(walk, "Leo")
    walk.seen("released")


def gone(walk: Walker, number: str) -> None:
    assert "invoices" not in walk.seen("after")
    walk.press(f'a[href="/legal/certificates/{number}"]')
    assert number in walk.seen("certificate")


def look_at_the_others(at: House, number: str) -> None:
    """Administrator and auditor see who and what, and never what about."""
    with at.window("Adam", then="/admin") as adam:
        assert "invoices" not in adam.seen("admin")
        assert adam.go(f"/legal/cases/{number}") == 404
    with at.window("Alma", then="/ledger") as alma:
        text = alma.seen("ledger")
        assert number in text
        assert "invoices" not in text
    assert at.status("Hanna", "/legal") == 404
