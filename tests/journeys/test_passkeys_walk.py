"""A passkey is made, signs in and steps up in a real browser, under the very headers that every page has."""

import dataclasses
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from playwright.sync_api import Browser, CDPSession, Page

from tests.journeys.inside import CODE_LASTS, listening
from tests.journeys.walks import Walker, Way, needs_chromium, walker
from tests.web.browser import chromium
from tests.world import PASSPHRASE, World
from whistle import app
from whistle.web.services import EXTENSION

pytestmark = [pytest.mark.browser, needs_chromium]

DEVICE = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as found:
        yield found


@contextmanager
def at_localhost(world: World) -> Iterator[str]:
    """The doors under a name, which a passkey needs; to a browser it is as good as TLS."""
    made = app.make_app(world.program, "all")
    with listening(made) as port:
        base = f"http://localhost:{port}"
        bundle: Any = made.extensions[EXTENSION]
        settings = dataclasses.replace(bundle.settings, base_url=base)
        made.extensions[EXTENSION] = dataclasses.replace(bundle, settings=settings)
        yield base


def device(page: Page) -> tuple[CDPSession, str]:
    """A virtual authenticator that says yes to everything its own page asks."""
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    return session, session.send("WebAuthn.addVirtualAuthenticator", {"options": DEVICE})["authenticatorId"]


def code(world: World, name: str) -> str:
    world.clock.advance(CODE_LASTS)
    return world.code(name)


def press_passkey(walk: Walker, then: str) -> None:
    """Press the button, and wait for what the page it leads to has."""
    walk.page.click("[data-passkey-button]")
    walk.page.wait_for_selector(then)


def test_a_passkey_signs_in_and_steps_up_and_ends_when_it_is_removed(
    sqlite_world: World, browser: Browser
) -> None:
    world, way = sqlite_world, Way(1280, "en", scripts=True)
    with at_localhost(world) as base, walker(browser, base, way, "passkey") as lisa:
        said: list[str] = []
        lisa.page.on("console", lambda line: said.append(line.text) if line.type == "error" else None)
        session, authenticator = device(lisa.page)
        # Given a member of staff who adds a passkey, after her second factor once more
        lisa.go("/staff/sign-in")
        lisa.fill(name="Lisa", passphrase=PASSPHRASE, code=code(world, "Lisa"))
        lisa.press("#sign-in button[type=submit]")
        lisa.go("/staff/account/passkeys/new")
        lisa.seen("step-up")
        lisa.fill(code=code(world, "Lisa"))
        lisa.press("#step-up button[type=submit]")
        lisa.fill(name="Work computer")
        lisa.seen("new")
        press_passkey(lisa, "[role=status]")
        assert "Work computer" in lisa.seen("added")
        kept = session.send("WebAuthn.getCredentials", {"authenticatorId": authenticator})["credentials"]
        assert [(one["rpId"], one["isResidentCredential"]) for one in kept] == [("localhost", True)]
        # When she comes back, name and passphrase and the device are enough
        lisa.press(".leave")
        lisa.fill(name="Lisa", passphrase=PASSPHRASE)
        press_passkey(lisa, "#hold")
        # And so is the device where the second factor is asked for again
        lisa.go("/staff/account/passphrase")
        press_passkey(lisa, "#passphrase_now")
        # Then, once it is removed, it lets nobody in
        lisa.go("/staff/account/passkeys")
        lisa.press("dd button")
        assert "The passkey is removed." in lisa.seen("removed")
        lisa.press(".leave")
        lisa.fill(name="Lisa", passphrase=PASSPHRASE)
        press_passkey(lisa, ".error-summary")
        assert "That did not match." in lisa.seen("refused")
        # Nothing on these pages ran against their own rules (401 and 422 are answers, and said as such).
        assert [line for line in said if "status of 4" not in line] == []


def test_under_a_bare_address_no_page_offers_one(sqlite_world: World, browser: Browser) -> None:
    made = app.make_app(sqlite_world.program, "all")
    with listening(made) as port:
        way = Way(360, "sv", scripts=True)
        with walker(browser, f"http://127.0.0.1:{port}", way, "no-passkey") as hanna:
            hanna.go("/staff/sign-in")
            assert hanna.page.locator("[data-passkey-button]").count() == 0
            hanna.fill(name="Hanna", passphrase=PASSPHRASE, code=code(sqlite_world, "Hanna"))
            hanna.press("#sign-in button[type=submit]")
            hanna.go("/staff/account/passkeys")
            assert hanna.page.locator("main a").count() == 0
            assert hanna.page.goto(f"http://127.0.0.1:{port}/staff/account/passkeys/new").status == 401  # type: ignore[union-attr]
