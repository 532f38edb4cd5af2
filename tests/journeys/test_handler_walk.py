"""A new handler is let in by a link, a second factor and a colleague, and then takes a case to its end."""

import base64
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.journeys.staff_walks import House, house
from tests.journeys.walks import STAFF_WAYS, Walker, Way, needs_chromium
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


@pytest.mark.parametrize("way", STAFF_WAYS, ids=lambda way: way.name)
def test_a_handler_is_invited_let_in_by_colleagues_and_closes_a_case(
    sqlite_world: World, browser: Browser, way: Way
) -> None:
    receipt = sqlite_world.send(STORY, files=[("sprucken gaffel 2.jpg", PHOTO)], identity_name="Kim Holm")
    with house(sqlite_world, browser, way, "handler") as at:
        with at.window("Adam", then="/admin") as adam:
            link = invite(adam, at)
        with at.window() as nils:
            activate(nils, at.world, link)
            fingerprint = wait_to_be_confirmed(nils, at)
            with at.window("Hanna", then="/staff/keys") as hanna:
                at.step_up(hanna, "Hanna")
                confirm(hanna, fingerprint)
                sees_no_old_case(nils, receipt)
                grant_all(hanna)
            read(nils, receipt)
            write(nils, receipt)
            close(nils, receipt)
            nils.press('form[action="/staff/sign-out"] button')
            assert "/staff/sign-in" in nils.page.url
            nils.seen("signed-out")
        for name in ("Nora", "Lisa", "Adam", "Alma"):
            assert at.status(name, f"/desk/cases/{receipt.number}") == 404, name


def invite(walk: Walker, at: House) -> str:
    """An administrator makes the link, after the second factor once more; its path."""
    walk.press('a[href="/admin/people/new"]')
    walk.fill(name=NAME, email="nils@nordvakt.example", function="Head of safety")
    walk.page.select_option('[name="role"]', "handler")
    walk.page.select_option('[name="company"]', SE)
    walk.press("#invite button")
    walk.seen("invite-step-up", axe=False)
    at.step_up(walk, "Adam")
    walk.seen("invited")
    return "/staff/activate/" + walk.page.inner_text("main .opened").strip().rpartition("/")[2]


def activate(walk: Walker, world: World, link: str) -> None:
    """From the link to an account: passphrase, second factor, recovery code typed back."""
    page = walk.page
    assert walk.go(link) == 200
    walk.seen("activate", axe=False)
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
    walk.held_back("#recovery button", "#recovery_code")
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
    walk.seen("account", axe=False)
    return walk.page.inner_text("output.case-key")


def confirm(walk: Walker, fingerprint: str) -> None:
    """A colleague types what was read aloud."""
    walk.seen("keys", axe=False)
    walk.fill(fingerprint="7KQ4M 2XC9R WT6HB 0ZVND 5PGA8")
    walk.press("#confirm button")
    walk.seen("keys-wrong")
    assert fingerprint not in walk.page.content()
    walk.fill(fingerprint=fingerprint.lower())
    walk.press("#confirm button")
    walk.seen("keys-done")


def sees_no_old_case(walk: Walker, receipt: Receipt) -> None:
    """Whoever is new reads nothing of what came before."""
    assert walk.go("/desk") == 200
    assert receipt.number not in walk.seen("nothing-old")
    assert walk.go(f"/desk/cases/{receipt.number}") == 404


def grant_all(walk: Walker) -> None:
    """A colleague gives the new one all open cases with one click."""
    walk.go("/desk")
    walk.press('a[href="/desk/newcomers"]')
    assert NAME in walk.seen("newcomers")
    walk.press('form[action="/desk/newcomers"] button')
    assert walk.page.locator('form[action="/desk/newcomers"]').count() == 0
    walk.seen("granted")


def read(walk: Walker, receipt: Receipt) -> None:
    """The list, the case, and a file that is only ever a download."""
    assert walk.go("/desk") == 200
    assert receipt.number in walk.seen("list", axe=False)
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
