"""A new handler is let in by a link, a second factor and a colleague, and then takes a case to its end."""

import base64
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from tests.journeys.server import Site
from tests.journeys.staff_walks import House, house
from tests.journeys.walks import WAYS, Walker, Way, needs_chromium
from tests.web.browser import chromium
from tests.world import PASSPHRASE, SE, World
from whistle.parties.views import Receipt

pytestmark = [pytest.mark.browser, needs_chromium]

NAME = "Nils Åberg"
WEAK = "passwordpassword"
PHOTO = b"\xff\xd8\xff\xe0" + bytes(range(256)) * 2000
STORY = (
    "The forklift in hall 3 has driven without brakes since May.\n\nThe foreman knows. I have told him twice."
)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as found:
        yield found


def link_of(world: World) -> str:
    """The path of the link that `person add` prints for a new handler."""
    values = {"WHISTLE_REHEARSAL_NOW": world.clock.now().isoformat()}
    site = Site(world.settings.data, None, world.secrets, values)
    words = ("person", "add", NAME, "--email", "nils@nordvakt.example", "--role", "handler", "--company", SE)
    printed = site.run(*words, "--function", "Head of safety")
    return "/staff/activate/" + printed.strip().rpartition("/")[2]


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.name)
def test_a_handler_is_activated_confirmed_and_closes_a_case(
    sqlite_world: World, browser: Browser, way: Way
) -> None:
    with house(sqlite_world, browser, way, "handler") as at:
        with at.window() as nils:
            activate(nils, at.world, link_of(at.world))
            fingerprint = wait_to_be_confirmed(nils, at)
            with at.window("Hanna", then="/staff/keys") as hanna:
                confirm(hanna, fingerprint)
            receipt = at.world.send(STORY, files=[("sprucken gaffel 2.jpg", PHOTO)], identity_name="Kim Holm")
            read(nils, receipt)
            write(nils, receipt)
            close(nils, receipt)
            nils.press('form[action="/staff/sign-out"] button')
            assert "/staff/sign-in" in nils.page.url
            nils.seen("signed-out")
        for name in ("Nora", "Lisa", "Adam", "Alma"):
            assert at.status(name, f"/desk/cases/{receipt.number}") == 404, name


def activate(walk: Walker, world: World, link: str) -> None:
    """From the link to an account: passphrase, second factor, recovery code typed back."""
    page = walk.page
    assert walk.go(link) == 200
    walk.seen("activate")
    assert page.locator(".code-square svg").bounding_box()
    secret = page.inner_text("code.secret").replace(" ", "")
    world.secrets.totp[NAME] = base64.b32decode(secret)
    walk.fill(passphrase=WEAK, passphrase_again=WEAK, code=world.code(NAME))
    walk.press("#activate button")
    walk.seen("weak")
    assert page.inner_text("code.secret").replace(" ", "") == secret, "the app need not be set up anew"
    assert page.input_value('[name="passphrase"]') == ""
    walk.fill(passphrase=PASSPHRASE, passphrase_again=PASSPHRASE, code=world.code(NAME))
    walk.press("#activate button")
    walk.seen("recovery")
    code = page.inner_text("output.case-key")
    walk.fill(recovery_code=code[:-1] + ("2" if code[-1] != "2" else "3"))
    walk.press("#recovery button")
    assert page.inner_text("output.case-key") == code, "a wrong copy leads away"
    walk.fill(recovery_code=code.lower().replace("-", " "))
    walk.press("#recovery button")
    assert "/staff/sign-in" in page.url
    walk.seen("ready")
    assert walk.go(link) == 404
    walk.seen("used-link")


def wait_to_be_confirmed(walk: Walker, at: House) -> str:
    """Signed in, but nothing to see yet; the fingerprint to read aloud."""
    walk.go("/staff/sign-in")
    walk.fill(name=NAME, passphrase=PASSPHRASE + "x", code="000000")
    walk.press("#sign-in button")
    walk.seen("wrong")
    assert walk.page.input_value('[name="name"]') == NAME
    at.enter(walk, NAME)
    assert walk.go("/desk") == 404
    walk.go("/staff/account")
    walk.seen("account")
    return walk.page.inner_text("output.case-key")


def confirm(walk: Walker, fingerprint: str) -> None:
    """A colleague types what was read aloud."""
    walk.seen("keys")
    walk.fill(fingerprint="7KQ4M 2XC9R WT6HB 0ZVND 5PGA8")
    walk.press("#confirm button")
    walk.seen("keys-wrong")
    assert fingerprint not in walk.page.content()
    walk.fill(fingerprint=fingerprint.lower())
    walk.press("#confirm button")
    walk.seen("keys-done")


def read(walk: Walker, receipt: Receipt) -> None:
    """The list, the case, and a file that is only ever a download."""
    assert walk.go("/desk") == 200
    assert receipt.number in walk.seen("list")
    walk.press(f'a[href="/desk/cases/{receipt.number}"]')
    text = walk.seen("case")
    assert "The foreman knows." in text
    assert "Kim Holm" not in walk.page.content()
    with walk.page.expect_download() as waited:
        walk.page.locator('a[href*="/files/"]').first.click()
    assert waited.value.suggested_filename == "sprucken gaffel 2.jpg"
    assert Path(waited.value.path()).read_bytes() == PHOTO
    answer = walk.page.request.get(
        walk.base + str(walk.page.locator('a[href*="/files/"]').first.get_attribute("href"))
    )
    assert answer.headers["content-disposition"].startswith("attachment; ")
    assert answer.headers["content-type"] == "application/octet-stream"


def write(walk: Walker, receipt: Receipt) -> None:
    """Confirm, ask, note."""
    walk.press("#write button")
    walk.seen("confirmed")
    walk.press("#write button")
    walk.seen("nothing-written")
    walk.fill(message="Thank you.\nWhich forklift is it, by its number?")
    walk.press("#write button")
    walk.open_folds()
    walk.fill(note="Hall 3 has two forklifts. Ask maintenance, without saying why.")
    walk.press("#note-form button")
    text = walk.seen("noted")
    assert "Hall 3 has two forklifts." in text
    assert receipt.number in text


def close(walk: Walker, receipt: Receipt) -> None:
    """A case is closed with what came of it and feedback, and says when it is erased."""
    walk.open_folds()
    walk.seen("before-closing")
    walk.press("#close-form button")
    walk.seen("close-refused")
    walk.page.select_option('[name="outcome"]', index=1)
    walk.fill(feedback="The forklift was taken out of service, and its brakes were repaired.")
    walk.press("#close-form button")
    walk.seen("close-refused-concerned")
    assert walk.page.locator("#concerned[open]").count() == 1
    walk.page.check('#concerned-form [value="none_identified"]')
    walk.press("#concerned-form button")
    walk.open_folds()
    walk.page.select_option('[name="outcome"]', index=1)
    walk.fill(feedback="The forklift was taken out of service, and its brakes were repaired.")
    walk.press("#close-form button")
    text = walk.seen("closed")
    assert "2028" in text
    walk.go("/desk?state=closed")
    assert receipt.number in walk.seen("list-closed")


def test_a_case_is_acknowledged_with_the_keyboard_alone(sqlite_world: World, browser: Browser) -> None:
    receipt = sqlite_world.send(STORY)
    with house(sqlite_world, browser, Way(1280, "en", False), "keys-only") as at, at.window("Hanna") as walk:
        tab_until(walk.page, f"document.activeElement.textContent.includes('{receipt.number}')")
        walk.page.keyboard.press("Enter")
        walk.page.wait_for_url("**/desk/cases/*")
        tab_until(walk.page, "document.activeElement.name === 'message'")
        walk.page.keyboard.type("We have your report. ")
        tab_until(walk.page, "document.activeElement.matches('#write button')")
        walk.page.keyboard.press("Enter")
        walk.page.wait_for_url("**done=*")
        assert "We have your report." in walk.seen("acknowledged")
        # Focus is at what was done, and the next stop is in the page, not behind it
        assert walk.page.evaluate("document.activeElement.getAttribute('role')") == "status"


def tab_until(page: Page, condition: str) -> None:
    for _press in range(60):
        page.keyboard.press("Tab")
        if page.evaluate(condition):
            return
    raise AssertionError(f"the keyboard never came to {condition}")
