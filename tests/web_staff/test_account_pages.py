"""The pages behind a step-up in a real browser, and the button of a passkey, which only a script can show."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests.web_staff.fakes import House
from tests.web_staff.samples import CODE, PASSPHRASE, RECOVERY
from tests.web_staff.test_pages import CHROMIUM, look, open_page, served

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    """A handler who showed the second factor again; the site has a name, so that passkeys can be made."""
    with served(House()) as address:
        page = open_page(chromium, address.replace("127.0.0.1", "localhost"), "handler", "/staff/account")
        yield page
        page.context.close()


def step_up(page: Page, path: str) -> None:
    page.goto(path)
    page.fill("#code", CODE)
    with page.expect_navigation():
        page.click("#step-up button[type=submit]")
    assert page.url.endswith(path)


def test_every_page_behind_the_second_factor_has_no_fault(page: Page) -> None:
    step_up(page, "/staff/account/passphrase")
    look(page, "passphrase")
    page.goto("/staff/keys")
    assert page.locator("#fingerprint").count() == 1
    look(page, "keys")
    page.goto("/staff/account/passkeys/new")
    look(page, "new-passkey")
    page.goto("/staff/account/recovery-code")
    look(page, "print-code")
    page.fill("#passphrase_now", PASSPHRASE)
    page.click("main button[type=submit]")
    assert page.inner_text("output") == RECOVERY
    look(page, "new-code")


def test_the_passkey_button_is_there_with_a_script_and_only_then(chromium: Browser) -> None:
    with served(House()) as address:
        here = address.replace("127.0.0.1", "localhost")
        for scripts in (True, False):
            page = open_page(chromium, here, "nobody", "/staff/sign-in", java_script_enabled=scripts)
            assert page.locator("[data-passkey-button]").is_visible() is scripts
            # Without a name and a passphrase the browser says what is missing, and asks no device.
            if scripts:
                page.click("[data-passkey-button]")
                assert page.locator("#name:invalid").count() == 1
            assert page.locator("#code").is_visible()
            page.context.close()


def test_a_device_that_says_no_leaves_the_code_as_the_way(page: Page) -> None:
    page.goto("/staff/account/passphrase")
    page.evaluate("() => { navigator.credentials.get = () => Promise.reject(new Error('no')) }")
    page.click("[data-passkey-button]")
    said = page.locator("[data-passkey-said]")
    said.wait_for(state="visible")
    assert "type the code" in said.inner_text()
    look(page, "passkey-refused")
