"""Legal holds a case that it cannot read, two people let go of it; then it is gone, with a certificate."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.journeys.staff_walks import House, house
from tests.journeys.walks import STAFF_WAYS, Walker, Way, needs_chromium
from tests.web.browser import chromium
from tests.world import World
from whistle import scheduler
from whistle.rules import holds

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


def test_many_cases_are_held_by_two_people_and_reviewed_when_the_day_comes(
    sqlite_world: World, browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(holds, "MANY_CASES", 1)
    numbers = [sqlite_world.closed()[0].number for _ in range(3)]
    with house(sqlite_world, browser, STAFF_WAYS[0], "legal-many") as at:
        with at.window("Lisa", then="/legal/cases") as lisa:
            choose(lisa, numbers[:2])
        # Held while it waits; a second person confirms the very list
        with at.window("Leo", then="/legal") as leo:
            leo.press('a[href^="/legal/asks/"]')
            assert all(number in leo.seen("ask") for number in numbers[:2])
            leo.press("#confirm button")
            at.step_up(leo, "Leo")
            leo.seen("confirmed")
            assert leo.page.url.endswith("done=hold_confirmed")
        # When the review is late it is on the weekly list, and the hold stands for a reason
        sqlite_world.later(300)
        with at.window("Lisa", then="/legal/week") as lisa:
            review(lisa)
            lisa.go(f"/legal/cases/{numbers[0]}/history")
            lisa.seen("history")
        # On their day the one that nobody held is gone alone
        sqlite_world.later(TWO_YEARS - 300)
        assert tick(sqlite_world) == {"kept", "purged"}
        with at.window("Alma", then="/ledger/certificates") as alma:
            assert numbers[2] in alma.seen("certificates")
            assert not any(number in alma.page.inner_text("main") for number in numbers[:2])


def choose(walk: Walker, numbers: list[str]) -> None:
    walk.seen("list")
    for number in numbers:
        walk.page.locator(f'input[value="{number}"]').check()
    walk.press('button[value="choose"]')
    assert sorted(walk.page.input_value("#numbers").split()) == sorted(numbers)
    walk.page.locator('[name="ground"]').first.check()
    walk.fill(citation="A ruling", review_on="2026-12-01")
    walk.press("#hold button")
    walk.seen("many-refused")
    walk.fill(citation=CITATION)
    walk.press("#hold button")
    walk.seen("placed")
    assert walk.page.locator(".note-soon").count() == 1


def review(walk: Walker) -> None:
    walk.seen("week")
    assert walk.page.locator(".tag-late").count() == 2
    walk.press('a[href$="/review"]')
    walk.fill(reason="The appeal is still open.", review_on="2027-12-01")
    walk.press("#review button")
    walk.seen("reviewed")
    assert walk.page.url.endswith("done=reviewed")


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
