"""Custody and disclosure through the real doors: asked, answered, opened, agreed to, taken back."""

import re
from datetime import timedelta

import pytest

from tests.parties.custodians import HINDERS, NAME, REASON, named
from tests.web_staff.conftest import Browser
from tests.web_staff.test_real import Doors
from tests.world import World
from whistle import app

WORDS = {"recipient": "Polismyndigheten", "purpose": "They inquire into it.", "what": "The dates you gave."}


@pytest.fixture
def doors(sqlite_world: World) -> Doors:
    made = Doors(sqlite_world)
    made.flask = app.make_app(sqlite_world.program, "all")
    return made


def send(doors: Doors, browser: Browser, who: str, path: str, **fields: str) -> None:
    """Send a form; where the second factor is asked for again, show it."""
    answer = browser.post(path, **fields)
    if answer.status_code == 401:
        doors.world.clock.advance(timedelta(seconds=31))
        code = doors.world.code(who)
        answer = browser.post(path, **fields, step_up="yes", code=code)
    assert answer.status_code in {200, 303}, (answer.status_code, browser.words())


def reporter(doors: Doors, secret: bytes) -> Browser:
    browser = doors.browser()
    browser.client.set_cookie("visit", doors.world.program.sessions.begin_case(secret))
    assert browser.get("/mailbox/case").status_code == 200
    return browser


def test_a_name_is_asked_for_approved_and_shown_for_a_while(doors: Doors) -> None:
    number, secret = named(doors.world)
    hanna, carl = doors.of("Hanna"), doors.of("Carl")
    case = f"/desk/cases/{number}"
    hanna.get(case)
    assert "It opens only with a custodian's key and yours together." in hanna.words()
    assert hanna.get(f"{case}/identity-requests").status_code == 200
    assert hanna.post(f"{case}/identity-requests", reason="  ").status_code in {401, 422}
    hanna.get(f"{case}/identity-requests")
    send(doors, hanna, "Hanna", f"{case}/identity-requests", reason=REASON)
    hanna.get(case)
    assert "A custodian has been asked." in hanna.words()
    assert "Somebody who works on your case asks to see who you are." in reporter(doors, secret).words()
    # The custodian sees the reason and the number, nothing else.
    carl = doors.of("Carl")
    assert carl.get("/custody").status_code == 200
    assert REASON in carl.words()
    assert "invoices" not in carl.words()
    link = re.search(r'href="(/custody/[0-9a-f]{32})"', carl.page)
    assert link is not None
    carl.get(link[1])
    send(doors, carl, "Carl", link[1], decision="approve")
    hanna = doors.of("Hanna")
    hanna.get(case)
    assert NAME not in hanna.words()
    assert "somebody who copied it could keep it" in hanna.words()
    send(doors, hanna, "Hanna", f"{case}/identity")
    assert NAME in hanna.words()
    assert "was allowed to see who you are" in reporter(doors, secret).words()


def test_a_refused_form_comes_back_full_in_both_languages(doors: Doors) -> None:
    number, _secret = named(doors.world)
    hanna, path = doors.of("Hanna"), f"/desk/cases/{number}/consents"
    hanna.get(path)
    law = WORDS | {"basis": "law", "citation": "the law on it"}
    answer = hanna.post(path, **law)
    assert answer.status_code == 422
    assert "A citation has a number in it" in hanna.words()
    assert "Polismyndigheten" in hanna.page
    hanna.get(path, language="sv")
    answer = hanna.post(path, language="sv", **(law | {"citation": "23:1 RB", "endangers": "yes"}))
    assert answer.status_code == 422
    assert "Hur det skulle äventyra det" in hanna.words()


def test_a_disclosure_is_agreed_to_taken_back_and_told_of_later(doors: Doors) -> None:
    number, secret = named(doors.world)
    hanna, path = doors.of("Hanna"), f"/desk/cases/{number}/consents"
    hanna.get(path)
    send(doors, hanna, "Hanna", path, basis="consent", **WORDS)
    eva = reporter(doors, secret)
    assert "May this be handed over?" in eva.words()
    form = re.search(r'action="(/mailbox/case/consents/[0-9a-f]{32})"', eva.page)
    assert form is not None
    for decision, said in (("yes", "You agreed on"), ("no", "You took your yes back on")):
        assert eva.post(form[1], decision=decision).status_code == 303
        eva.get("/mailbox/case")
        assert said in eva.words()
    assert eva.post(form[1], decision="maybe").status_code == 422
    law = WORDS | {"basis": "law", "citation": "27:1 RB", "endangers": "yes", "endangers_reason": HINDERS}
    hanna.get(path)
    send(doors, hanna, "Hanna", path, **law)
    hanna.get(path)
    assert HINDERS in hanna.words()
    eva.get("/mailbox/case")
    assert "27:1 RB" not in eva.words()
    tell = re.search(rf'action="({path}/[0-9a-f]{{32}}/tell)"', hanna.page)
    assert tell is not None
    send(doors, hanna, "Hanna", tell[1])
    eva.get("/mailbox/case")
    assert "27:1 RB" in eva.words()
    assert HINDERS not in eva.words()


def test_a_name_that_nobody_has_seen_is_taken_back_in_the_mailbox(doors: Doors) -> None:
    number, secret = named(doors.world)
    eva = reporter(doors, secret)
    assert "Take my name back" in eva.words()
    assert eva.post("/mailbox/case/identity/withdraw").status_code == 303
    eva.get("/mailbox/case?noticed=withdrawn")
    assert "Your name has been destroyed." in eva.words()
    assert "Take my name back" not in eva.words()
    hanna = doors.of("Hanna")
    hanna.get(f"/desk/cases/{number}")
    assert "The reporter took their name back on" in hanna.words()


def test_somebody_elses_doors_are_no_pages(doors: Doors) -> None:
    number, _secret = named(doors.world)
    for name in ("Nora", "Lisa", "Adam", "Alma", "Olle"):
        browser = doors.of(name)
        for path in ("/custody", f"/desk/cases/{number}/consents", f"/desk/cases/{number}/identity-requests"):
            assert browser.get(path).status_code == 404, (name, path)
    assert doors.of("Hanna").get("/custody").status_code == 404
    assert doors.of("Carl").get(f"/desk/cases/{number}/consents").status_code == 404
