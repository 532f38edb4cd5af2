"""The doors of privacy requests with the real site behind them, for whoever asks and whoever answers."""

import io
import re
from datetime import timedelta
from html import unescape

import pytest
from werkzeug.datastructures import MultiDict
from werkzeug.test import TestResponse

from tests.parties.asking import WORDS, Asker, answered, code_of, decide, proved, sent, verified
from tests.vault.tampering import findings, rows
from tests.web_staff.conftest import TOKEN, Browser
from tests.world import World
from whistle import app
from whistle.vault.requesttables import requests as table
from whistle.vault.tables import cases

FORM = "/privacy/request"
NONCE = re.compile(r'name="nonce" value="([^"]+)"')
KEY = re.compile(r'id="case-key"[^>]*>([^<]+)<')
FIELDS = {
    "company": "nordvakt-se", "name": "Eva Lind", "email": "eva@mail.example",
    "details": "Ring mig inte om fakturan <b>.",
}  # fmt: skip
RIGHTS = ["access", "erasure"]


class Doors:
    """A browser for whoever comes, before one site."""

    def __init__(self, world: World) -> None:
        self.world = world
        world.program.privacy.requests.sends_mail = True
        self.flask = app.make_app(world.program, "all")

    def browser(self) -> Browser:
        return Browser(self.flask.test_client())

    def of(self, name: str, *, fresh: bool = True) -> Browser:
        """Somebody who is signed in, and showed the second factor of late."""
        sessions = self.world.program.sessions
        token = sessions.begin_staff(self.world.member(name))
        if fresh:
            sessions.freshen(token)
        browser = self.browser()
        browser.client.set_cookie("staff", token)
        return browser

    def with_key(self, asker: Asker) -> Browser:
        """Whoever asked, with their request open."""
        browser = self.browser()
        browser.get("/mailbox")
        assert asker.receipt.case_key is not None
        assert browser.post("/mailbox", case_key=asker.receipt.case_key).status_code == 303
        return browser


@pytest.fixture
def doors(sqlite_world: World) -> Doors:
    return Doors(sqlite_world)


def send(
    browser: Browser, *files: tuple[str, bytes], rights: list[str] | None = None, **fields: str
) -> TestResponse:
    """The form of the page that is open, with everything it holds."""
    token, nonce = TOKEN.search(browser.page), NONCE.search(browser.page)
    assert token is not None
    assert nonce is not None
    data: MultiDict[str, object] = MultiDict({"csrf_token": token[1], "nonce": nonce[1], **FIELDS, **fields})
    for right in RIGHTS if rights is None else rights:
        data.add("rights", right)
    for name, content in files:
        data.add("files", (io.BytesIO(content), name))
    answer = browser.client.post(FORM, data=data, headers={"Accept-Language": "en"})
    browser.page = answer.get_data(as_text=True)
    return answer


def key_on(browser: Browser) -> str:
    found = KEY.search(browser.page)
    assert found is not None, browser.words()
    return found[1]


def test_a_form_is_read_through_and_sent_and_the_key_opens_the_request(doors: Doors) -> None:
    browser = doors.browser()
    browser.get(FORM)
    assert "Have something erased" in browser.words()
    send(browser, step="check")
    assert "It has not been sent yet" in browser.words()
    assert "See what is kept about me (Access)" in browser.words()
    assert rows(doors.world, table) == []
    assert send(browser, ("paper.txt", b"A paper.")).status_code == 200
    key = key_on(browser)
    assert browser.post("/mailbox", case_key=key).status_code == 303
    browser.get("/mailbox/case")
    assert "First prove your address" in browser.words()
    assert "Ring mig inte om fakturan &lt;b&gt;" in browser.page
    assert "paper.txt" in browser.page
    assert len(rows(doors.world, table)) == 1


def test_the_same_form_twice_shows_the_same_key(doors: Doors) -> None:
    browser = doors.browser()
    browser.get(FORM)
    form = browser.page
    send(browser)
    first = key_on(browser)
    browser.page = form
    send(browser)
    assert key_on(browser) == first
    assert len(rows(doors.world, table)) == 1


@pytest.mark.parametrize(
    ("fields", "rights", "says"),
    [
        ({}, ["everything"], "Choose one of the answers that are offered."),
        ({}, [], "Choose what you ask for"),
        ({"company": "nordvakt-fi"}, RIGHTS, "Nobody answers requests for this company now."),
        ({"company": "gone-co"}, RIGHTS, "Choose one of the answers that are offered."),
        ({"email": "eva@"}, RIGHTS, "No letter can go to this address."),
        ({"name": ""}, RIGHTS, "Write your name"),
    ],
)
def test_what_cannot_be_taken_comes_back_with_what_was_typed(
    doors: Doors, fields: dict[str, str], rights: list[str], says: str
) -> None:
    browser = doors.browser()
    browser.get(FORM)
    answer = send(browser, ("paper.txt", b"A paper."), rights=rights, **fields)
    assert answer.status_code == 422
    assert says in browser.words()
    assert "Ring mig inte om fakturan &lt;b&gt;" in browser.page
    assert rows(doors.world, cases) == []
    assert list(doors.world.program.store.blobs.ids()) == []


def test_a_code_is_typed_in_the_mailbox_and_a_wrong_one_is_said(doors: Doors) -> None:
    asker = sent(doors.world)
    person = doors.with_key(asker)
    person.get("/mailbox/case")
    assert person.post("/mailbox/case/code", code="1234").status_code == 422
    assert "That is not the code." in person.words()
    for _try in range(5):
        answer = person.post("/mailbox/case/code", code="1234")
    assert answer.status_code == 429
    assert int(answer.headers["Retry-After"]) <= 20
    doors.world.clock.advance(timedelta(minutes=1))
    assert person.post("/mailbox/case/code", code=code_of(doors.world, asker)).status_code == 303
    person.get("/mailbox/case?noticed=proved")
    assert "The address is yours." in person.words()


def test_an_officer_walks_from_the_list_to_the_closed_request(doors: Doors) -> None:
    asker, officer = (
        proved(doors.world, rights=("access", "erasure"), categories=("customer",)),
        doors.of("Olle"),
    )
    base = f"/privacy-desk/{asker.number}"
    officer.get("/privacy-desk")
    assert asker.number in officer.words()
    officer.get(base)
    assert "Sealed until it is known who asks" in officer.words()
    assert "who got it" not in officer.words()
    for path, fields in (
        ("identity-questions", {"what": "Your customer number.", "why": "Two have this name."}),
        ("verification", {"how": "Called back."}),
        ("messages", {"message": "I am looking."}),
        ("decisions", {"right": "access", "category": "customer", "verdict": "yes"}),
        ("facts/person", {"relation": "ended", "relation_ended_on": "2020-05-01"}),
        ("decisions/as-the-rules-say", {}),
        ("tasks", {"recipient": "The printer", "what": "erasure"}),
        ("answers", {"answer": "Here is everything that we have found."}),
    ):
        assert officer.post(f"{base}/{path}", **fields).status_code == 303, officer.words()
        officer.get(base)
    assert "who got it" in officer.words()
    assert officer.post(f"{base}/close").status_code == 422
    assert "Some recipients have no outcome yet." in officer.words()
    task = re.search(rf'action="({base}/tasks/[0-9a-f]+)"', officer.page)
    assert task is not None
    assert officer.post(task[1], outcome="informed", task_reason="").status_code == 303
    officer.get(base)
    assert officer.post(f"{base}/close").status_code == 303
    officer.get(base)
    assert "Closed" in officer.words()
    assert findings(doors.world) == []


def test_a_refused_step_comes_back_at_its_field_with_what_was_typed(doors: Doors) -> None:
    asker, officer = verified(doors.world, rights=("erasure",)), doors.of("Olle")
    base = f"/privacy-desk/{asker.number}"
    officer.get(base)
    for path, fields, says in (
        ("decisions", {"right": "erasure", "category": "customer", "verdict": "no",
                       "reasons": "Kept for now."}, "Write something here first"),
        ("decisions", {"right": "everything", "category": "customer", "verdict": "no",
                       "reasons": "Kept for now."}, "Choose one of the rights"),
        ("decisions", {"right": "erasure", "category": "whistleblowing", "verdict": "no", "ground": "None",
                       "reasons": "Kept for now."}, "Reports are answered by those appointed for them."),
        ("extension", {"extension": "Kept for now."}, "in at least 20 characters"),
        ("answers", {"answer": "Kept for now. " * 1000}, "it takes 10 000 characters"),
        ("tasks", {"recipient": "Kept for now.", "what": "all"}, "Choose what the recipient is told of."),
    ):  # fmt: skip
        answer = officer.post(f"{base}/{path}", **fields)
        assert answer.status_code == 422, path
        assert says in officer.words(), (path, officer.words())
        assert "Kept for now." in unescape(officer.page)


def test_to_know_somebody_takes_the_second_factor_and_others_find_no_door(doors: Doors) -> None:
    asker = proved(doors.world)
    stale = doors.of("Olle", fresh=False)
    stale.get(f"/privacy-desk/{asker.number}")
    assert stale.post(f"/privacy-desk/{asker.number}/verification", how="Called back.").status_code == 401
    for name in ("Hanna", "Lisa", "Adam", "Alma", "Carl", "Disa"):
        other = doors.of(name)
        assert other.get("/privacy-desk").status_code == 404
        assert other.get(f"/privacy-desk/{asker.number}").status_code == 404


def test_handlers_answer_the_person_past_the_officer(doors: Doors) -> None:
    asker = verified(doors.world)
    hanna, olle = doors.of("Hanna"), doors.of("Olle")
    hanna.get("/desk/requests")
    place = re.search(r'href="(/desk/requests/C-[^"]+)"', hanna.page)
    assert place is not None
    hanna.get(place[1])
    assert "Eva Lind" in hanna.words()
    assert (
        hanna.post(f"{place[1]}/answers", message="There is one case; here are your messages.").status_code
        == 303
    )
    person = doors.with_key(asker)
    person.get("/mailbox/case")
    assert "There is one case; here are your messages." in person.words()
    olle.get(f"/privacy-desk/{asker.number}")
    assert "one case" not in olle.words()
    for name in ("Olle", "Nora", "Lisa", "Adam"):
        assert doors.of(name).get(place[1]).status_code == 404


def test_an_answers_file_is_fetched_with_the_key(doors: Doors) -> None:
    asker, officer = verified(doors.world), doors.of("Olle")
    decide(doors.world, asker)
    officer.get(f"/privacy-desk/{asker.number}")
    token = TOKEN.search(officer.page)
    assert token is not None
    data = {
        "csrf_token": token[1], "answer": "Everything that we have found is in the file.",
        "files": (io.BytesIO(b"a;b"), "found.csv"),
    }  # fmt: skip
    assert officer.client.post(f"/privacy-desk/{asker.number}/answers", data=data).status_code == 303
    person = doors.with_key(asker)
    person.get("/mailbox/case")
    link = re.search(r'href="(/mailbox/case/files/[0-9a-f]+)"', person.page)
    assert link is not None
    assert person.client.get(link[1]).data == b"a;b"
    assert person.client.get("/mailbox/case/everything").data[:2] == b"PK"


def test_somebody_with_a_case_key_asks_in_the_case_without_a_name(doors: Doors) -> None:
    receipt = doors.world.send()
    browser = doors.browser()
    browser.get("/mailbox")
    assert receipt.case_key is not None
    browser.post("/mailbox", case_key=receipt.case_key)
    browser.get("/mailbox/case")
    assert browser.post("/mailbox/case/rights", message="Add this.").status_code == 422
    assert browser.post("/mailbox/case/rights", rights="access", message="Add this.").status_code == 303
    case = doors.world.program.handler.case(doors.world.member("Hanna"), receipt.number)
    assert case.entries[-1].text == "I ask for: See what is kept about me.\n\nAdd this."
    assert rows(doors.world, table) == []


def test_a_written_text_survives_a_sign_out(doors: Doors) -> None:
    asker = verified(doors.world)
    officer = doors.of("Olle")
    officer.get(f"/privacy-desk/{asker.number}")
    doors.world.program.sessions.end(officer.client.get_cookie("staff").value)  # type: ignore[union-attr]
    assert officer.post(f"/privacy-desk/{asker.number}/answers", answer="A long answer.").status_code == 401
    assert "A long answer." not in officer.words()


def test_a_closed_request_takes_no_more_words(doors: Doors) -> None:
    asker = answered(doors.world)
    doors.world.program.privacy.desk.close(doors.world.member("Olle"), asker.number)
    person = doors.with_key(asker)
    person.get("/mailbox/case")
    assert "The request is closed." in person.words()
    assert person.post("/mailbox/case/messages", message="One more word.").status_code == 422
    assert "One more word." in person.page or "new request" in person.words()


def test_a_request_whose_code_never_came_back_is_closed_from_its_page(doors: Doors) -> None:
    asker, officer = sent(doors.world), doors.of("Olle")
    base = f"/privacy-desk/{asker.number}"
    officer.get(base)
    assert f'action="{base}/turn-away"' in officer.page
    assert officer.post(f"{base}/turn-away").status_code == 303
    officer.get(base)
    assert "The request was closed." in officer.words()
    for never in ("Eva Lind", WORDS, f'action="{base}/turn-away"'):
        assert never not in officer.page


def test_the_officer_reads_that_no_code_was_sent_to_an_address(doors: Doors) -> None:
    officer, asker = doors.of("Olle"), sent(doors.world, mailed=False)
    officer.get(f"/privacy-desk/{asker.number}")
    assert "No code was sent to it, so it is not proved." in officer.words()
