"""The same doors with the real parties, keys and vault behind them: what the fakes promise is kept."""

import base64
import re
from datetime import timedelta

import pytest

from tests.web_staff.conftest import Browser
from tests.world import PASSPHRASE, SE, World
from whistle import app
from whistle.crypto import totp
from whistle.vault import people

HOLD = {"ground": "court_ruling", "citation": "Svea hovrätt, T 77-26", "review_on": "2026-12-01"}


@pytest.fixture
def doors(sqlite_world: World) -> "Doors":
    return Doors(sqlite_world)


class Doors:
    """A browser for each person before one site."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.flask = app.make_app(world.program, "staff")

    def browser(self) -> Browser:
        return Browser(self.flask.test_client())

    def of(self, name: str) -> Browser:
        """Somebody who has just signed in, with a code that was not used before."""
        browser = self.browser()
        self.world.clock.advance(timedelta(seconds=31))
        browser.get("/staff/sign-in")
        answer = browser.post("/staff/sign-in", name=name, passphrase=PASSPHRASE, code=self.world.code(name))
        assert answer.status_code == 303, browser.words()
        return browser

    def fresh(self, name: str) -> Browser:
        """Somebody who signed in and showed the second factor once more."""
        browser = self.of(name)
        assert browser.get("/staff/account/passphrase").status_code == 401
        self.world.clock.advance(timedelta(seconds=31))
        answer = browser.post("/staff/step-up", step_up="yes", code=self.world.code(name))
        assert answer.location == "/staff/account/passphrase", browser.words()
        return browser


def work_through(handler: Browser, number: str) -> None:
    """Confirm, note, give feedback and close; afterwards nothing more can be written."""
    for door, fields in (
        ("acknowledge", {"message": "We have it."}),
        ("notes", {"note": "Ask purchasing."}),
        ("messages", {"message": "It was stopped.", "is_feedback": "yes"}),
        ("concerned", {"decision": "none_identified"}),
        ("close", {"outcome": "measures_taken", "feedback": "Stopped, because nobody had ordered it."}),
    ):
        assert handler.post(f"/desk/cases/{number}/{door}", **fields).status_code == 303, handler.words()
        assert handler.get(f"/desk/cases/{number}").status_code == 200
    assert "You, feedback" in handler.words()
    assert "Ask purchasing." in handler.words()
    assert "To write to the reporter, reopen it first" in handler.words()
    assert handler.post(f"/desk/cases/{number}/messages", message="More.").status_code == 422


def hold_and_release(first: Browser, second: Browser, number: str) -> None:
    """Legal holds a case without seeing it; a young hold takes a second person to release."""
    first.get(f"/legal/cases/{number}")
    assert first.post(f"/legal/cases/{number}/holds", **HOLD).status_code == 303, first.words()
    first.get("/legal")
    assert "Svea hovrätt, T 77-26" in first.words()
    assert "invoices" not in first.words()
    hold = re.search(r'href="(/legal/holds/[0-9a-f]{32}/release)"', first.page)
    assert hold is not None
    first.get(hold[1])
    assert first.post(hold[1], reason="The ruling fell.").status_code == 303
    assert first.post(hold[1] + "/confirm").status_code == 422
    second.get(hold[1])
    assert "The ruling fell." in second.words()
    assert second.post(hold[1] + "/confirm").status_code == 303


def test_a_report_is_seen_answered_closed_held_and_read_in_the_ledger(doors: Doors) -> None:
    world = doors.world
    photo = b"\xff\xd8" + bytes(5000)
    receipt = world.send("Three invoices for work nobody has seen.\nMore of it.", files=[("år 1.jpg", photo)])
    number = receipt.number
    # Given a handler of the company, the list shows the subject and the case opens
    hanna = doors.of("Hanna")
    assert hanna.get("/desk").status_code == 200
    assert f"{number} Three invoices for work nobody has seen." in hanna.words()
    assert "1 new" in hanna.words()
    hanna.get(f"/desk/cases/{number}")
    assert "More of it." in hanna.words()
    # When they download the file, it is whole and only a download
    link = re.search(r'href="(/desk/cases/[^"]+/files/[0-9a-f]{32})"', hanna.page)
    assert link is not None
    answer = hanna.client.get(link[1])
    assert answer.data == photo
    assert answer.headers["Content-Disposition"].endswith("; filename*=UTF-8''%C3%A5r%201.jpg")
    # And they answer and close, and legal holds the case and lets it go
    work_through(hanna, number)
    hold_and_release(doors.fresh("Lisa"), doors.fresh("Leo"), number)
    # Then the auditor reads who did what, never what about
    alma = doors.of("Alma")
    assert alma.get("/ledger").status_code == 200
    for said in (
        "The ledger is intact.",
        "Hanna closed the case",
        "Lisa placed a hold",
        "Leo released a hold",
    ):
        assert said in alma.words(), said
    assert "invoices" not in alma.words()


def test_somebody_of_another_company_or_role_finds_no_such_page(doors: Doors) -> None:
    number = doors.world.send().number
    for name in ("Nora", "Lisa", "Adam", "Alma", "Carl", "Olle"):
        browser = doors.of(name)
        assert browser.get(f"/desk/cases/{number}").status_code == 404, name
        assert browser.get("/staff/account").status_code == 200, name
    assert doors.of("Adam").get("/admin").status_code == 200
    assert doors.of("Adam").get("/ledger").status_code == 404


def confirm(colleague: Browser, person: str, fingerprint: str) -> None:
    """A colleague types what the person reads aloud from their own page, where alone it stands."""
    colleague.get("/staff/keys")
    assert person in colleague.words()
    assert fingerprint not in colleague.page
    chosen = re.search(r'name="designation" value="([^"]+)"', colleague.page)
    assert chosen is not None
    assert colleague.post("/staff/keys", designation=chosen[1], fingerprint="7KQ4M").status_code == 422
    answer = colleague.post("/staff/keys", designation=chosen[1], fingerprint=fingerprint.lower())
    assert answer.status_code == 303
    colleague.get(answer.location)
    assert "The key counts now." in colleague.words()


def test_a_new_handler_is_invited_activated_and_confirmed_by_what_is_read_aloud(doors: Doors) -> None:
    # Given an invitation
    world = doors.world
    token = people.invite(
        world.program.store, "Nils Åberg", "n@nordvakt.example", "Security", [("handler", SE)],
        world.clock.now(), world.clock.machine(), actor="Adam",
    )  # fmt: skip
    nils, address = doors.browser(), f"/staff/activate/{token}"
    nils.get(address)
    secret = re.search(r'<code class="secret">([^<]+)</code>', nils.page)
    assert secret is not None
    raw = base64.b32decode(secret[1].replace(" ", ""))
    # When the account is activated with a passphrase that resists guessing
    code = totp.code_at(raw, totp.step_at(int(world.clock.machine().timestamp())))
    weak = "aaaaaaaaaaaaaaaa"
    assert nils.post(address, passphrase=weak, passphrase_again=weak, code=code).status_code == 422
    assert "too easy to guess" in nils.words()
    nils.post(address, passphrase=PASSPHRASE, passphrase_again=PASSPHRASE, code=code)
    shown = re.search(r"<output[^>]*>([^<]+)</output>", nils.page)
    assert shown is not None, nils.words()
    assert nils.post(address, recovery_code="00000-00000").status_code == 422
    assert shown[1] in nils.page
    assert nils.post(address, recovery_code=shown[1]).status_code == 303
    # Then the key counts only after a colleague typed what Nils reads from their own page
    world.secrets.totp["Nils Åberg"] = raw
    nils = doors.of("Nils Åberg")
    assert nils.get("/desk").status_code == 404
    nils.get("/staff/account")
    fingerprint = re.search(r"<output[^>]*>([^<]+)</output>", nils.page)
    assert fingerprint is not None
    confirm(doors.fresh("Hanna"), "Nils Åberg, Handler", fingerprint[1])
    assert nils.get("/desk").status_code == 200


def test_text_waits_through_a_session_that_ran_out_of_time(doors: Doors) -> None:
    number = doors.world.send().number
    hanna = doors.of("Hanna")
    hanna.get(f"/desk/cases/{number}")
    doors.world.clock.advance(timedelta(minutes=20))
    assert hanna.post(f"/desk/cases/{number}/notes", note="An hour's thought.").status_code == 401
    doors.world.clock.advance(timedelta(seconds=31))
    code = doors.world.code("Hanna")
    hanna.post("/staff/return", name="Hanna", passphrase=PASSPHRASE, code=code)
    assert "An hour&#39;s thought.</textarea>" in hanna.page
    assert hanna.post(f"/desk/cases/{number}/notes", note="An hour's thought.").status_code == 303
