"""Sending a report: read through, changed, sent once, and never lost on the way."""

from io import BytesIO
from typing import Any

from tests.web.fakes import TOLD, Channel, fields_of, form, key_in, settings
from whistle.crypto.codes import CaseKey
from whistle.rules.categories import load_categories


def test_a_form_sent_at_once_shows_a_key_that_opens_the_case(channel: Channel, browser: Any) -> None:
    answer = browser.post("/report", data=form(browser, **TOLD))
    assert answer.status_code == 200
    secret = CaseKey.parse(key_in(answer)).secret
    assert channel.reporter.cases[secret].form.description == TOLD["description"]


def test_the_same_form_sent_twice_makes_one_case_and_shows_the_same_key(
    channel: Channel, browser: Any
) -> None:
    fields = form(browser, **TOLD)
    keys = {key_in(browser.post("/report", data=fields)) for _time in range(3)}
    assert len(keys) == 1
    assert len(channel.reporter.cases) == 1


def test_the_number_of_a_form_survives_check_edit_error_and_language(browser: Any) -> None:
    first = form(browser, **TOLD)
    changes = ({"step": "check"}, {"step": "edit"}, {"company": ""}, {"language": "sv"})
    answers = [browser.post("/report", data={**first, **change}) for change in changes]
    assert {fields_of(answer.text)["nonce"] for answer in answers} == {first["nonce"]}


def test_a_confirmed_key_is_not_shown_again(browser: Any) -> None:
    fields = form(browser, **TOLD)
    shown = key_in(browser.post("/report", data=fields))
    entry = fields_of(browser.get("/mailbox").text)
    assert browser.post("/mailbox", data={**entry, "case_key": shown}).status_code == 303
    again = browser.post("/report", data=fields)
    assert again.status_code == 200
    assert "case-key" not in again.text
    assert shown not in again.text
    assert "We already have this report" in again.text


def test_another_browser_cannot_get_the_key_of_a_form_it_has_copied(channel: Channel, browser: Any) -> None:
    fields = form(browser, **TOLD)
    shown = key_in(browser.post("/report", data=fields))
    stranger = channel.browser()
    own = form(stranger, **TOLD)
    copied = stranger.post("/report", data={**own, "nonce": fields["nonce"]})
    assert key_in(copied) != shown


def test_a_refused_form_comes_back_full_and_says_what_is_missing(browser: Any) -> None:
    answer = browser.post(
        "/report", data=form(browser, company="", description="", identity_name="Å. Berg", exclude="aa02")
    )
    assert answer.status_code == 422
    assert "Two things are missing" in answer.text
    assert "<title>Error: " in answer.text
    assert 'href="#company"' in answer.text
    assert "Å. Berg" in answer.text
    assert 'value="aa02" autocomplete="off" checked' in answer.text


def test_reading_through_sends_nothing_and_shows_hints_and_file_names(channel: Channel, browser: Any) -> None:
    told = {**TOLD, "description": "Ring mig på 070-174 06 05", "files": "Anna Berg.pdf", "step": "check"}
    answer = browser.post("/report", data=form(browser, **told))
    assert answer.status_code == 200
    assert "It has not been sent yet." in answer.text
    assert "070-174 06 05</mark>" in answer.text
    assert "Anna Berg.pdf" in answer.text
    assert channel.reporter.cases == {}
    assert all(sending.abandoned for sending in channel.reporter.sendings)


def test_the_check_page_carries_everything_on(channel: Channel, browser: Any) -> None:
    told = {
        **TOLD,
        "category": "money",
        "relation": "employee",
        "identity_name": "Å. Berg",
        "identity_contact": "070-1",
        "exclude": ["aa01", "aa03"],
        "meeting": "evenings",
        "no_acknowledgement": "yes",
    }
    told["relation"] = load_categories().relations[1].code
    checked = browser.post("/report", data=form(browser, **told, step="check"))
    carried = fields_of(checked.text)
    carried["exclude"] = ["aa01", "aa03"]
    secret = CaseKey.parse(key_in(browser.post("/report", data=carried))).secret
    sent = channel.reporter.cases[secret].form
    assert (sent.category, sent.relation) == (told["category"], told["relation"])
    assert (sent.identity_name, sent.identity_contact) == ("Å. Berg", "070-1")
    assert (sent.exclude, sent.meeting, sent.no_acknowledgement) == (("aa01", "aa03"), "evenings", True)


def test_files_reach_the_case_through_the_sealing_sink(channel: Channel, browser: Any) -> None:
    fields = form(browser, **TOLD)
    fields["files"] = [(BytesIO(b"one" * 50), "a.jpg"), (BytesIO(b"two"), "b.pdf")]
    secret = CaseKey.parse(key_in(browser.post("/report", data=fields))).secret
    case = channel.reporter.cases[secret]
    assert sorted(case.contents.values()) == [b"one" * 50, b"two"]
    assert not any(sending.abandoned for sending in channel.reporter.sendings)


def test_a_file_over_the_limit_is_refused_with_the_text_still_there() -> None:
    channel = Channel(settings=settings(max_upload_bytes=64 * 1024))
    browser = channel.browser()
    fields = form(browser, **TOLD, files=[(BytesIO(b"x" * (64 * 1024 + 1)), "film.mov")])
    answer = browser.post("/report", data=fields)
    assert answer.status_code == 422
    assert "&#34;film.mov&#34; is too large. The largest size is 64 kB." in answer.text
    assert "&lt;done&gt; &amp; paid" in answer.text
    assert channel.reporter.cases == {}
    assert all(sink.gone for sending in channel.reporter.sendings for sink in sending.sinks)


def test_a_full_lane_says_when_to_come_back_and_keeps_the_text(channel: Channel, browser: Any) -> None:
    fields = form(browser, **TOLD, files=[(BytesIO(b"x" * 1000), "film.mov")])
    answer = browser.post("/report", data=fields, environ_overrides={"whistle.lane_full": True})
    assert answer.status_code == 429
    assert answer.headers["Retry-After"] == "20"
    assert "Wait 20 seconds" in answer.text
    assert "Three invoices" in answer.text
    assert channel.reporter.cases == {}


def test_a_missing_or_forged_token_gives_the_form_back_with_a_new_one(channel: Channel, browser: Any) -> None:
    for token in ("", "forged", fields_of(channel.browser().get("/report").text)["csrf_token"]):
        answer = browser.post("/report", data=form(browser, **TOLD) | {"csrf_token": token})
        assert answer.status_code == 422
        assert "Three invoices" in answer.text
        fresh = fields_of(answer.text) | TOLD
        assert browser.post("/report", data=fresh).status_code == 200
    assert len(channel.reporter.cases) == 1  # the same report by the same browser, a moment later


def test_a_form_whose_number_is_not_ours_gets_a_new_one(channel: Channel, browser: Any) -> None:
    answer = browser.post("/report", data=form(browser, **TOLD) | {"nonce": "x"})
    assert answer.status_code == 422
    assert channel.reporter.cases == {}
    assert channel.sessions.looks_like_token(fields_of(answer.text)["nonce"])


def test_a_fault_says_so_and_offers_the_same_form_again(channel: Channel, browser: Any) -> None:
    channel.reporter.fault = OSError("the disk is full: /secret/place")
    answer = browser.post("/report", data=form(browser, **TOLD))
    assert answer.status_code == 500
    assert "the same form never makes two cases" in answer.text
    assert "Three invoices" in answer.text
    assert "/secret/place" not in answer.text
    channel.reporter.fault = None
    again = browser.post("/report", data=fields_of(answer.text) | {"description": TOLD["description"]})
    assert again.status_code == 200
    assert "case-key" in again.text


def test_reading_the_first_page_sets_no_cookie_and_the_form_sets_one(channel: Channel) -> None:
    browser = channel.browser()
    for path in ("/", "/protect", "/other-ways", "/privacy", "/nowhere"):
        assert "Set-Cookie" not in browser.get(path).headers
    cookie = browser.get("/report").headers["Set-Cookie"]
    assert cookie.startswith("browser=")
    assert "HttpOnly" in cookie
    assert "SameSite=Strict" in cookie
    assert "Max-Age" not in cookie
    assert "Expires" not in cookie


def test_a_page_is_whole_in_swedish(channel: Channel) -> None:
    browser = channel.browser(language="sv-FI, en;q=0.5")
    page = browser.get("/report").text
    assert '<html lang="sv">' in page
    assert "Vad har hänt?" in page
    key = browser.post("/report", data={**fields_of(page), **TOLD}).text
    assert "Senast torsdag 21 maj 2026" in key
