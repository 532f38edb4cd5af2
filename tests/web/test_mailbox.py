"""Coming back with the key: what opens, what does not, and what waits while somebody was away."""

from io import BytesIO
from typing import Any

import pytest

from tests.web.fakes import TOLD, Channel, fields_of, form, key_in
from whistle.crypto.codes import CaseKey


@pytest.fixture
def key(browser: Any) -> str:
    files = [(BytesIO(b"picture"), 'fa"k<t>ura.jpg')]
    return key_in(browser.post("/report", data=form(browser, **TOLD, files=files)))


def enter(browser: Any, key: str, **more: str) -> Any:
    fields = fields_of(browser.get("/mailbox").text)
    return browser.post("/mailbox", data={**fields, "case_key": key, **more})


def test_the_key_opens_the_case_and_another_token_counts_from_then_on(browser: Any, key: str) -> None:
    answer = enter(browser, key)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/mailbox/case")
    page = browser.get("/mailbox/case")
    assert page.status_code == 200
    assert "&lt;done&gt;" in page.text
    assert "by Thursday 21 May 2026" in page.text


def test_a_key_with_one_wrong_symbol_opens_the_case_and_says_so(browser: Any, key: str) -> None:
    wrong = ("2" if key[0] != "2" else "3") + key[1:]
    answer = enter(browser, wrong)
    assert answer.status_code == 303
    assert "One symbol of the key was wrong" in browser.get(answer.headers["Location"]).text


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ("", "mistyped"),
        ("hello", "mistyped"),
        ("\x00\x00", "mistyped"),
        (CaseKey(b"a" * 15).text, "No case has this key"),
    ],
)
def test_a_wrong_key_is_told_in_words_and_not_repeated(browser: Any, typed: str, says: str) -> None:
    answer = enter(browser, typed)
    assert answer.status_code == 422 or "\x00" in typed
    assert says in answer.text or "cannot be kept" in answer.text
    if typed:
        assert typed not in answer.text


def test_without_a_session_every_door_of_the_case_leads_to_the_key(browser: Any) -> None:
    for path in ("/mailbox/case", "/mailbox/case/files/00", "/mailbox/case/everything"):
        answer = browser.get(path)
        assert (answer.status_code, answer.headers["Location"]) == (303, "/mailbox")


def test_a_message_with_a_file_reaches_the_case(channel: Channel, browser: Any, key: str) -> None:
    enter(browser, key)
    fields = fields_of(browser.get("/mailbox/case").text)
    answer = browser.post(
        "/mailbox/case/messages", data={**fields, "message": "More", "files": [(BytesIO(b"x"), "b.png")]}
    )
    assert answer.status_code == 303
    case = channel.reporter.cases[CaseKey.parse(key).secret]
    assert [entry.text for entry in case.entries][-1] == "More"
    assert case.entries[-1].files[0].name == "b.png"


def test_an_empty_message_is_refused_and_a_language_switch_sends_nothing(
    channel: Channel, browser: Any, key: str
) -> None:
    enter(browser, key)
    fields = fields_of(browser.get("/mailbox/case").text)
    refused = browser.post("/mailbox/case/messages", data={**fields, "message": " "})
    assert refused.status_code == 422
    assert "Write a message" in refused.text
    swedish = browser.post("/mailbox/case/messages", data={**fields, "message": "Halfway", "language": "sv"})
    assert swedish.status_code == 200
    assert "Halfway</textarea>" in swedish.text
    assert "Ditt ärende" in swedish.text
    assert len(channel.reporter.cases[CaseKey.parse(key).secret].entries) == 1


def test_text_typed_while_the_session_ended_comes_back_with_the_key(
    channel: Channel, browser: Any, key: str
) -> None:
    enter(browser, key)
    fields = fields_of(browser.get("/mailbox/case").text)
    channel.sessions.expire()
    away = browser.post("/mailbox/case/messages", data={**fields, "message": "Words of an hour"})
    assert away.status_code == 422
    assert "Words of an hour" not in away.text, "it travels sealed"
    back = browser.post("/mailbox", data={**fields_of(away.text), "case_key": key})
    assert "Words of an hour</textarea>" in back.text
    sent = browser.post(
        "/mailbox/case/messages", data={**fields_of(back.text), "message": "Words of an hour"}
    )
    assert sent.status_code == 303


def test_a_mistyped_key_on_the_way_back_does_not_lose_the_text_that_waits(
    channel: Channel, browser: Any, key: str
) -> None:
    enter(browser, key)
    fields = fields_of(browser.get("/mailbox/case").text)
    channel.sessions.expire()
    away = browser.post("/mailbox/case/messages", data={**fields, "message": "Words of an hour"})
    wrong = browser.post("/mailbox", data={**fields_of(away.text), "case_key": "nonsense"})
    back = browser.post("/mailbox", data={**fields_of(wrong.text), "case_key": key})
    assert "Words of an hour</textarea>" in back.text


def test_a_name_can_be_given_later_and_is_never_shown(channel: Channel, browser: Any, key: str) -> None:
    enter(browser, key)
    fields = fields_of(browser.get("/mailbox/case").text)
    empty = browser.post("/mailbox/case/identity", data={**fields, "identity_name": ""})
    assert empty.status_code == 422
    given = browser.post(
        "/mailbox/case/identity", data={**fields, "identity_name": "Å. Berg", "identity_contact": "070"}
    )
    assert given.status_code == 303
    assert channel.reporter.cases[CaseKey.parse(key).secret].identity == ("Å. Berg", "070")
    assert "Å. Berg" not in browser.get(given.headers["Location"]).text


def test_a_file_is_a_download_that_nothing_runs(channel: Channel, browser: Any, key: str) -> None:
    enter(browser, key)
    file = channel.reporter.cases[CaseKey.parse(key).secret].entries[0].files[0]
    answer = browser.get(f"/mailbox/case/files/{file.id}")
    assert answer.data == b"picture"
    assert answer.headers["Content-Type"] == "application/octet-stream"
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert browser.get("/mailbox/case/files/ffff").status_code == 404


class FullLane:
    def try_enter_large(self) -> bool:
        return False

    def leave_large(self) -> None:
        raise AssertionError("nobody entered")


def test_a_large_download_waits_for_its_lane(browser: Any, key: str) -> None:
    enter(browser, key)
    answer = browser.get("/mailbox/case/everything", environ_overrides={"whistle.lanes": FullLane()})
    assert answer.status_code == 429
    assert answer.headers["Retry-After"] == "20"
    assert browser.get("/mailbox/case/everything").data == b"PKarchive"


def test_leaving_forgets_the_session_and_every_cookie(channel: Channel, browser: Any, key: str) -> None:
    enter(browser, key)
    assert channel.sessions.rows
    answer = browser.get("/leave")
    assert (answer.status_code, answer.headers["Location"]) == (303, channel.settings.leave_url)
    assert answer.headers["Clear-Site-Data"] == '"cache", "cookies", "storage"'
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert channel.sessions.rows == {}
    assert browser.get("/mailbox/case").headers["Location"] == "/mailbox"


def test_a_case_that_was_erased_meanwhile_is_told_in_words(channel: Channel, browser: Any, key: str) -> None:
    enter(browser, key)
    fields = fields_of(browser.get("/mailbox/case").text)
    channel.reporter.cases.clear()
    answer = browser.get("/mailbox/case")
    assert "It may have been erased" in answer.text
    assert browser.post("/mailbox/case/messages", data={**fields, "message": "late"}).status_code < 500


def test_the_token_of_the_anonymous_form_does_not_count_inside_the_case(
    channel: Channel, browser: Any, key: str
) -> None:
    outside = fields_of(browser.get("/mailbox").text)["csrf_token"]
    enter(browser, key)
    answer = browser.post("/mailbox/case/messages", data={"csrf_token": outside, "message": "planted"})
    assert answer.status_code == 422
    assert len(channel.reporter.cases[CaseKey.parse(key).secret].entries) == 1
