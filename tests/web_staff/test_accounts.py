"""Ways back in, changes of one's own account and the second factor again: what the doors say and keep."""

from collections.abc import Callable

import pytest
from flask import Flask

from tests.web_staff.conftest import Browser, stepped_up
from tests.web_staff.fake_accounts import ANSWER
from tests.web_staff.fakes import House
from tests.web_staff.samples import CODE, PASSPHRASE, RECOVERY
from whistle.errors import StepUpNeeded

NEW = "tegel lampa sjuttio vante"
TYPED = {
    "name": "Maja Berg", "recovery_code": RECOVERY, "code": CODE, "passphrase": NEW, "passphrase_again": NEW,
}  # fmt: skip


@pytest.fixture
def browser(app: Flask) -> Browser:
    return Browser(app.test_client())


def test_a_lost_passphrase_is_replaced_in_two_pages(browser: Browser, house: House) -> None:
    browser.get("/staff/sign-in")
    assert 'href="/staff/recover"' in browser.page
    browser.get("/staff/recover")
    assert browser.post("/staff/recover", **TYPED).status_code == 200
    assert f">{RECOVERY}</output>" in browser.page
    # A mistyped copy leaves the code on the page
    assert browser.post("/staff/recover", recovery_code="WRONG").status_code == 422
    assert RECOVERY in browser.page
    assert house.accounts.renewed == []
    answer = browser.post("/staff/recover", recovery_code=RECOVERY.lower())
    assert (answer.status_code, answer.location) == (303, "/staff/sign-in?done=renewed")
    assert house.accounts.renewed == ["recovery code"]


def test_a_lost_phone_is_replaced_with_a_new_square_to_scan(browser: Browser, house: House) -> None:
    path = "/staff/recover/second-factor"
    browser.get(path)
    assert "<svg" in browser.page
    known = {"name": "Maja Berg", "recovery_code": RECOVERY, "passphrase": PASSPHRASE, "code": CODE}
    assert browser.post(path, **known | {"code": "000000"}).status_code == 422
    assert 'id="code-error"' in browser.page
    assert browser.post(path, **known | {"setup": "of another browser"}).status_code == 422
    assert browser.post(path, **known).status_code == 200
    assert browser.post(path, recovery_code=RECOVERY).location == "/staff/sign-in?done=renewed"
    assert house.accounts.renewed == ["recovery code"]


@pytest.mark.parametrize("wrong", [{"name": "Nobody"}, {"recovery_code": "X"}, {"code": ""}, {"name": ""}])
def test_recovery_has_one_sentence_and_gives_back_the_name_alone(
    browser: Browser, wrong: dict[str, str]
) -> None:
    browser.get("/staff/recover")
    typed = TYPED | wrong
    answer = browser.post("/staff/recover", **typed)
    assert answer.status_code == 422
    assert "That did not match. Check everything and try again." in browser.words()
    assert f'value="{typed["name"]}"' in browser.page
    for secret in (NEW, RECOVERY, f'value="{CODE}"'):
        assert secret not in browser.page


def test_recovery_says_how_long_to_wait(browser: Browser, house: House) -> None:
    house.accounts.throttled = 20
    browser.get("/staff/recover")
    answer = browser.post("/staff/recover", **TYPED)
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "20")


def test_somebody_chooses_the_language_of_their_mail(
    signed_in: Callable[[str], Browser], house: House
) -> None:
    maja, path = signed_in("handler"), "/staff/account/language"
    maja.get("/staff/account")
    assert '<option value="" selected>' in maja.page
    assert maja.post(path, mail_language="sv").location == "/staff/account?done=language"
    assert house.accounts.language == "sv"
    maja.get("/staff/account?done=language")
    assert '<option value="sv" selected>' in maja.page
    assert "Your next mail is written in that language." in maja.words()
    assert maja.post(path, mail_language="tlh").status_code == 422
    assert 'id="mail_language-error"' in maja.page
    assert house.accounts.language == "sv"


@pytest.mark.parametrize("path", ["/staff/recover", "/staff/recover/second-factor"])
def test_a_code_that_waited_too_long_says_what_counts_now(browser: Browser, path: str) -> None:
    browser.get(path)
    assert browser.post(path, kept="old", recovery_code=RECOVERY).status_code == 404
    assert "what you had before still counts" in browser.words()
    assert f'href="{path}"' in browser.page


def test_the_passphrase_is_changed_after_a_step_up(signed_in: Callable[[str], Browser], house: House) -> None:
    maja = signed_in("handler")
    stepped_up(maja, "/staff/account/passphrase")
    path, right = "/staff/account/passphrase", {"passphrase": NEW, "passphrase_again": NEW}
    assert maja.post(path, passphrase_now="wrong", **right).status_code == 422
    assert 'id="passphrase_now-error"' in maja.page
    assert maja.post(path, passphrase_now=PASSPHRASE, passphrase=NEW, passphrase_again="x").status_code == 422
    assert 'id="passphrase_again-error"' in maja.page
    assert NEW not in maja.page
    before = set(house.sessions.staff)
    answer = maja.post(path, passphrase_now=PASSPHRASE, **right)
    assert answer.location == "/staff/account?done=passphrase"
    assert house.accounts.renewed == ["passphrase"]
    # A new session took the place of the one before.
    assert before.isdisjoint(house.sessions.staff)
    maja.get(answer.location)
    assert "Your new passphrase counts now." in maja.words()


def test_a_new_recovery_code_is_printed_after_a_step_up(
    signed_in: Callable[[str], Browser], house: House
) -> None:
    maja, path = signed_in("handler"), "/staff/account/recovery-code"
    stepped_up(maja, path)
    assert maja.post(path, passphrase_now="wrong").status_code == 422
    maja.get(path)
    assert maja.post(path, passphrase_now=PASSPHRASE).status_code == 200
    assert RECOVERY in maja.page
    assert maja.post(path, recovery_code="WRONG").status_code == 422
    assert maja.post(path, recovery_code=RECOVERY).location == "/staff/account?done=recovery_code"
    assert house.accounts.renewed == ["recovery code"]


def test_passkeys_are_listed_named_and_removed(signed_in: Callable[[str], Browser], house: House) -> None:
    maja = signed_in("handler")
    maja.get("/staff/account/passkeys")
    assert "Work phone" in maja.words()
    assert "Passkeys need JavaScript" in maja.words()
    # Removing asks for the second factor, and is done when the code is right: nothing is pressed twice.
    door = f"/staff/account/passkeys/{'aa' * 32}/remove"
    assert maja.post(door).status_code == 401
    assert house.staff.passkeys.kept
    assert f'action="{door}"' in maja.page
    assert maja.post(door, step_up="yes", code="000000").status_code == 422
    assert (
        maja.post(door, step_up="yes", code=CODE).location == "/staff/account/passkeys?done=passkey_removed"
    )
    assert house.staff.passkeys.kept == []
    maja.get("/staff/account/passkeys")
    assert maja.post(door).status_code == 404


def test_adding_a_passkey_needs_a_name_and_an_answer(signed_in: Callable[[str], Browser]) -> None:
    maja, path = signed_in("handler"), "/staff/account/passkeys/new"
    stepped_up(maja, path)
    assert "data-passkey=" in maja.page
    assert maja.post(path, name="Phone").status_code == 422
    assert maja.post(path, name=" ", passkey="{}").status_code == 422
    assert 'id="name-error"' in maja.page
    assert maja.post(path, name="Phone & co", passkey="{}").status_code == 422
    assert 'value="Phone &amp; co"' in maja.page


def test_a_form_goes_on_after_the_step_up_with_all_it_held(
    signed_in: Callable[[str], Browser], house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    release, taken = f"/legal/holds/{'aa' * 16}/release", []

    def party(member: object, hold_id: str, reason: str) -> bool:
        if not member.fresh:  # type: ignore[attr-defined]
            raise StepUpNeeded("again")
        taken.append((hold_id, reason))
        return True

    monkeypatch.setattr(house.legal, "release", party)
    lars = signed_in("legal")
    lars.get(release)
    reason = 'The ruling has fallen.\nIt is <final> & "clear".'
    assert lars.post(release, reason=reason).status_code == 401
    assert "What you filled in is kept" in lars.words()
    assert taken == []
    # A wrong code keeps it, a right one sends it
    hidden = {"step_up": "yes", "reason": carried(lars, "reason")}
    assert hidden["reason"] == reason
    assert lars.post(release, **hidden, code="000000").status_code == 422
    assert carried(lars, "reason") == reason
    assert lars.post(release, **hidden, code=CODE).status_code == 303
    assert [(hold, said.replace("\r", "")) for hold, said in taken] == [("aa" * 16, reason)]


def carried(browser: Browser, field: str) -> str:
    from html import unescape  # noqa: PLC0415

    return unescape(browser.page.partition(f'name="{field}" value="')[2].partition('"')[0])


def test_step_up_is_throttled_and_needs_somebody_signed_in(
    signed_in: Callable[[str], Browser], house: House, app: Flask
) -> None:
    maja = signed_in("handler")
    maja.get("/staff/account/passphrase")
    house.accounts.throttled = 30
    answer = maja.post("/staff/step-up", step_up="yes", code=CODE)
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "30")
    nobody = Browser(app.test_client())
    nobody.get("/staff/sign-in")
    assert nobody.post("/staff/step-up", step_up="yes", code=CODE).status_code in {401, 422}


@pytest.mark.parametrize("after", ["https://example.org/", "/desk", "", "x"])
def test_a_step_up_leads_only_to_a_page_that_was_asked_for(
    signed_in: Callable[[str], Browser], after: str
) -> None:
    maja = signed_in("handler")
    maja.get("/staff/account/passphrase")
    assert maja.post("/staff/step-up", step_up="yes", code=CODE, after=after).location == "/desk"


def test_without_its_own_token_no_second_factor_is_even_tried(
    signed_in: Callable[[str], Browser], house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    maja = signed_in("handler")
    monkeypatch.setattr(house.accounts, "step_up", lambda *_: pytest.fail("it was tried"))
    maja.page = ""
    assert maja.post("/staff/step-up", step_up="yes", code=CODE).status_code == 422


def test_an_administrator_makes_a_new_link_and_sees_it_once(
    signed_in: Callable[[str], Browser], house: House
) -> None:
    ada, path = signed_in("administrator"), "/admin/people/aa/link"
    ada.get(path)
    assert "Britt Öst" in ada.words()
    assert ada.post(path).status_code == 401
    assert ada.post(path, step_up="yes", code=CODE).status_code == 200
    assert "http://localhost/staff/activate/new-token" in ada.words()
    assert ada.get("/admin/people/bb/link").status_code == 404
    assert ada.get("/admin/people/cc/link").status_code == 422
    assert "Another administrator can" in ada.words()
    for other in ("handler", "legal", "auditor", "custodian"):
        assert signed_in(other).get(path).status_code == 404


def test_the_recovery_key_is_shown_and_proved(signed_in: Callable[[str], Browser], house: House) -> None:
    ada = signed_in("administrator")
    ada.get("/admin/recovery")
    assert "Proof is due" in ada.words()
    assert ada.post("/admin/recovery", recovery_answer="wrong").status_code == 422
    assert 'id="recovery_answer-error"' in ada.page
    answer = ada.post("/admin/recovery", recovery_answer=ANSWER)
    ada.get(answer.location)
    assert "The shares open the recovery key." in ada.words()
    assert "Proof is due" not in ada.words()
    assert signed_in("handler").get("/admin/recovery").status_code == 404


def test_the_account_page_says_whether_a_recovery_key_exists(
    signed_in: Callable[[str], Browser], house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    maja = signed_in("handler")
    maja.get("/staff/account")
    assert "This site has no recovery key" in maja.words()
