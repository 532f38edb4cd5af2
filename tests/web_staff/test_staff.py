"""Accounts are activated once, opened with three things, and what was typed survives the time running out."""

import re
from collections.abc import Callable

import pytest
from flask import Flask

from tests.web_staff.conftest import Browser, stepped_up
from tests.web_staff.fake_held import HELD, HOLD
from tests.web_staff.fakes import House
from tests.web_staff.samples import (
    CLOSED,
    CODE,
    FINGERPRINT,
    INVITATION,
    NUMBER,
    PASSPHRASE,
    PEOPLE,
    RECOVERY,
)
from whistle.web.staff_pages import copied

ACTIVATE = f"/staff/activate/{INVITATION}"


@pytest.fixture
def browser(app: Flask) -> Browser:
    return Browser(app.test_client())


def test_an_account_is_activated_in_three_steps(browser: Browser, house: House) -> None:
    # Given an invitation
    browser.get(ACTIVATE)
    assert "Nils Åberg" in browser.words()
    assert "JBSW Y3DP EHPK 3PXP" in browser.words()
    assert "<svg" in browser.page
    assert "style=" not in browser.page
    # When the passphrase and the code are right, the recovery code comes
    browser.post(ACTIVATE, passphrase=PASSPHRASE, passphrase_again=PASSPHRASE, code=CODE)
    assert f">{RECOVERY}</output>" in browser.page
    assert not house.staff.finished
    # Then, typed back, it finishes; the link is used up
    answer = browser.post(ACTIVATE, recovery_code=RECOVERY.lower())
    assert answer.status_code == 303
    assert house.staff.finished
    browser.get(answer.location)
    assert "Your account is ready" in browser.words()
    assert browser.get(ACTIVATE).status_code == 404
    assert "ask an administrator" in browser.words().lower()


@pytest.mark.parametrize(
    ("passphrase", "again", "code", "field", "said"),
    [
        ("", "", CODE, "passphrase", "Choose a passphrase"),
        (PASSPHRASE, "other", CODE, "passphrase_again", "not the same"),
        ("short", "short", CODE, "passphrase", "too short"),
        (PASSPHRASE, PASSPHRASE, "000000", "code", "The code did not match"),
    ],
)
def test_activation_says_at_the_field_what_is_wrong_and_gives_no_secret_back(
    browser: Browser, passphrase: str, again: str, code: str, field: str, said: str
) -> None:
    browser.get(ACTIVATE)
    answer = browser.post(ACTIVATE, passphrase=passphrase, passphrase_again=again, code=code)
    assert answer.status_code == 422
    assert said in browser.words()
    assert f'id="{field}-error"' in browser.page
    assert PASSPHRASE not in browser.page


def test_a_mistyped_recovery_code_leaves_the_code_on_the_page(browser: Browser, house: House) -> None:
    browser.get(ACTIVATE)
    browser.post(ACTIVATE, passphrase=PASSPHRASE, passphrase_again=PASSPHRASE, code=CODE)
    assert browser.post(ACTIVATE, recovery_code="WRONG").status_code == 422
    assert RECOVERY in browser.page
    assert "Compare it" in browser.words()
    assert not house.staff.finished


def test_the_pattern_takes_every_right_way_to_copy_a_code_and_no_wrong_one() -> None:
    pattern = re.compile(copied("0AB1Z"))
    for right in ("0AB1Z", "oab1z", "O A-B L Z", " 0abi-z "):
        assert pattern.fullmatch(right), right
    for wrong in ("0AB1", "0AB1ZZ", "0AB2Z", ""):
        assert not pattern.fullmatch(wrong), wrong


def test_a_link_that_is_not_one_says_whom_to_ask(browser: Browser) -> None:
    assert browser.get("/staff/activate/whatever").status_code == 404
    assert "Ask an administrator for a new one" in browser.words()


@pytest.mark.parametrize(
    ("name", "passphrase", "code"),
    [
        ("Maja Berg", PASSPHRASE, "000000"),
        ("Maja Berg", "wrong", CODE),
        ("Nobody", PASSPHRASE, CODE),
        ("", "", ""),
    ],
)
def test_a_wrong_sign_in_gets_one_sentence_whatever_was_wrong(
    browser: Browser, name: str, passphrase: str, code: str
) -> None:
    browser.get("/staff/sign-in")
    answer = browser.post("/staff/sign-in", name=name, passphrase=passphrase, code=code)
    assert answer.status_code == 422
    assert "That did not match. Check all three and try again." in browser.words()
    assert f'value="{name}"' in browser.page
    assert PASSPHRASE not in browser.page
    assert f'value="{CODE}"' not in browser.page


def test_too_many_attempts_are_told_how_long_to_wait(browser: Browser, house: House) -> None:
    house.staff.throttled = 30
    browser.get("/staff/sign-in")
    answer = browser.post("/staff/sign-in", name="Maja Berg", passphrase=PASSPHRASE, code=CODE)
    assert answer.status_code == 429
    assert answer.headers["Retry-After"] == "30"
    assert "Wait 30 seconds" in browser.words()


@pytest.mark.parametrize(
    ("who", "home"),
    [
        ("handler", "/desk"),
        ("legal", "/legal"),
        ("administrator", "/admin"),
        ("auditor", "/ledger"),
        ("custodian", "/custody"),
        ("privacy_officer", "/privacy-desk"),
    ],
)
def test_each_role_begins_at_its_own_work(browser: Browser, who: str, home: str) -> None:
    assert browser.sign_in(who).location == home
    assert browser.get("/staff/sign-in").location == home


@pytest.mark.parametrize(
    "elsewhere",
    ["https://example.org/", "//example.org/desk", "/\\example.org", "/mailbox", "/desk?x=//y", "desk"],
)
def test_nobody_is_led_elsewhere_after_signing_in(browser: Browser, elsewhere: str) -> None:
    browser.get("/staff/sign-in")
    answer = browser.post(
        "/staff/sign-in", name="Maja Berg", passphrase=PASSPHRASE, code=CODE, next=elsewhere
    )
    assert answer.location == "/desk"


def test_a_page_that_was_asked_for_comes_after_signing_in(browser: Browser) -> None:
    browser.get(browser.get(f"/desk/cases/{NUMBER}").location)
    answer = browser.post("/staff/sign-in", name="Maja Berg", passphrase=PASSPHRASE, code=CODE)
    assert answer.location == f"/desk/cases/{NUMBER}"


def test_signing_out_ends_the_session_and_the_cookie(
    signed_in: Callable[[str], Browser], house: House
) -> None:
    maja = signed_in("handler")
    maja.get("/desk")
    answer = maja.post("/staff/sign-out")
    assert answer.status_code == 303
    assert house.sessions.staff == {}
    assert "staff=;" in answer.headers["Set-Cookie"]
    assert maja.get("/desk").status_code == 303


def test_signing_in_again_changes_the_cookie_and_ends_the_old_session(browser: Browser, house: House) -> None:
    # Given two windows with the sign-in page, and somebody signed in through one of them
    browser.get("/staff/sign-in")
    other_window = browser.page
    browser.post("/staff/sign-in", name="Maja Berg", passphrase=PASSPHRASE, code=CODE)
    first = next(iter(house.sessions.staff))
    # When they sign in through the other as well (its token is stale, so the page comes once more)
    browser.page = other_window
    for status in (422, 303):
        answer = browser.post("/staff/sign-in", name="Maja Berg", passphrase=PASSPHRASE, code=CODE)
        assert answer.status_code == status
    # Then only the new session stands
    assert first not in house.sessions.staff
    assert len(house.sessions.staff) == 1


@pytest.mark.parametrize(
    ("who", "page", "door", "field"),
    [
        ("handler", f"/desk/cases/{NUMBER}", f"/desk/cases/{NUMBER}/messages", "message"),
        ("handler", f"/desk/cases/{NUMBER}", f"/desk/cases/{NUMBER}/notes", "note"),
        ("handler", f"/desk/cases/{CLOSED}", f"/desk/cases/{CLOSED}/reopen", "reason"),
        ("legal", f"/legal/cases/{CLOSED}", f"/legal/cases/{CLOSED}/holds", "note"),
        ("legal", "/legal", "/legal/holds", "note"),
        ("legal", f"/legal/holds/{'aa' * 16}/release", f"/legal/holds/{'aa' * 16}/release", "reason"),
        ("handler", f"/desk/cases/{HELD}/held", f"/desk/cases/{HELD}/held", "reason"),
        ("legal", "/legal/cases/W-F1N0-0001/kept", f"/legal/cases/W-F1N0-0001/sentence/{HOLD}", "reason"),
    ],
)
def test_text_typed_before_the_time_was_over_comes_back_after_signing_in(
    signed_in: Callable[[str], Browser], house: House, who: str, page: str, door: str, field: str
) -> None:
    # Given a page that was open for too long
    browser = signed_in(who)
    browser.get(page)
    house.sessions.staff.clear()
    # When its form is sent
    typed = "A text that took\nan hour to write & think about."
    answer = browser.post(door, **{field: typed})
    # Then the sign-in page takes the text along, sealed
    assert answer.status_code == 401
    assert "What you wrote has not been sent" in browser.words()
    assert "hour to write" not in browser.page
    assert 'action="/staff/return"' in browser.page
    name = PEOPLE[who].name
    # And a wrong code does not lose it
    assert browser.post("/staff/return", name=name, passphrase=PASSPHRASE, code="000000").status_code == 422
    answer = browser.post("/staff/return", name=name, passphrase=PASSPHRASE, code=CODE)
    # And after signing in it stands in its field again, in a page that can be sent at once
    assert answer.status_code == 200
    assert "A text that took\nan hour to write &amp; think about.</textarea>" in browser.page
    assert "has not been sent yet" in browser.words()
    sent = browser.post(door, **{field: typed})
    assert sent.status_code in {303, 422}
    assert "had been open for a long time" not in browser.words()


def test_text_of_one_browser_does_not_open_in_another(
    signed_in: Callable[[str], Browser], app: Flask, house: House
) -> None:
    maja = signed_in("handler")
    maja.get(f"/desk/cases/{NUMBER}")
    house.sessions.staff.clear()
    maja.post(f"/desk/cases/{NUMBER}/messages", message="Mine.")
    waiting = re.search(r'name="waiting" value="([^"]+)"', maja.page)
    assert waiting is not None
    other = Browser(app.test_client())
    other.get("/staff/sign-in")
    answer = other.post(
        "/staff/return", name="Maja Berg", passphrase=PASSPHRASE, code=CODE, waiting=waiting[1]
    )
    assert answer.status_code == 303
    assert "Mine." not in other.page


def test_no_secret_ever_waits_in_a_page(signed_in: Callable[[str], Browser], house: House) -> None:
    ada = signed_in("administrator")
    stepped_up(ada, "/staff/keys")
    house.sessions.staff.clear()
    assert ada.post("/staff/keys", designation="d1", fingerprint=FINGERPRINT).status_code == 401
    assert 'name="waiting"' not in ada.page
    assert FINGERPRINT not in ada.page


def test_a_key_counts_after_its_fingerprint_was_typed_as_heard(
    signed_in: Callable[[str], Browser], house: House
) -> None:
    ada = signed_in("administrator")
    stepped_up(ada, "/staff/keys")
    # The page never shows what it expects to hear
    assert FINGERPRINT not in ada.page
    assert "Nils Åberg, Handler, Nordvakt Larm AB" in ada.words()
    # A wrong one is refused at its field
    assert ada.post("/staff/keys", designation="d2", fingerprint="wrong").status_code == 422
    assert 'id="fingerprint-error"' in ada.page
    assert FINGERPRINT not in ada.page
    # The right one counts, in whatever form it was typed
    answer = ada.post("/staff/keys", designation="d2", fingerprint=FINGERPRINT.lower().replace("-", " "))
    ada.get(answer.location)
    assert "The key counts now." in ada.words()
    answer = ada.post("/staff/keys", designation="d1", fingerprint=FINGERPRINT)
    ada.get(answer.location)
    assert "counts when one more person has confirmed it" in ada.words()
    assert "No key waits for you." in ada.words()
    assert ada.post("/staff/keys", designation="d9", fingerprint=FINGERPRINT).status_code == 404


def test_the_account_page_shows_the_own_fingerprint_to_read_aloud(
    signed_in: Callable[[str], Browser],
) -> None:
    kim = signed_in("privacy_officer")
    kim.get("/staff/account")
    assert FINGERPRINT in kim.words()
    assert "Privacy officer Nordvakt Larm AB" in kim.words()
