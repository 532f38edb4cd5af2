"""A handler's day: the list, a case, and everything that may be done in it."""

import re
from collections.abc import Callable
from dataclasses import replace

import pytest
from werkzeug.http import parse_options_header

from tests.web_staff.conftest import Browser
from tests.web_staff.fakes import House
from tests.web_staff.samples import CLOSED, LATE, NUMBER, REFUSALS, many_rows
from whistle.errors import RuleRefused
from whistle.parties.reporter import FormRefused, Problem
from whistle.web.downloads import attachment


@pytest.fixture
def maja(signed_in: Callable[[str], Browser]) -> Browser:
    return signed_in("handler")


def test_a_handlers_walk_from_the_list_to_a_closed_case(maja: Browser, house: House) -> None:
    # Given a list in which one case is late
    assert maja.get("/desk").status_code == 200
    assert "2 days late" in maja.words()
    assert "Copper from the yard" in maja.words()
    # When the handler opens it, the next duty comes first, with a button that leads to the form
    maja.get(f"/desk/cases/{LATE}")
    assert maja.words().index("Confirm to the reporter that the report") < maja.words().index(
        "Messages Reporter"
    )
    assert 'href="#write"' in maja.page
    # And confirms, writes, notes, gives feedback and closes
    for door, fields, said in (
        ("acknowledge", {"message": "We have it."}, "the report was received"),
        ("messages", {"message": "When was it?"}, "when they come back with their key"),
        ("notes", {"note": "Ask the yard."}, "The note is added"),
        ("messages", {"message": "We stopped it.", "is_feedback": "yes"}, "Sent as feedback"),
        (
            "close",
            {"outcome": "measures_taken", "feedback": "Stopped, as it was theft."},
            "The case is closed",
        ),
    ):
        answer = maja.post(f"/desk/cases/{LATE}/{door}", **fields)
        assert answer.status_code == 303, door
        maja.get(answer.location)
        assert said in maja.words(), door
    # Then the case is closed, shows what was said, and takes no more messages
    case = house.handler.held[LATE]
    assert case.state == "closed"
    assert [entry.kind for entry in case.entries] == ["report", "acknowledgement", "message", "feedback"]
    assert "To write to the reporter, reopen it first" in maja.words()
    assert f'action="/desk/cases/{LATE}/messages"' not in maja.page


def test_a_confirmation_is_begun_for_the_handler_and_says_only_what_is_certain(maja: Browser) -> None:
    maja.get(f"/desk/cases/{LATE}")
    assert "I confirm that your report was received on Monday 1 June 2026." in maja.words()


def test_feedback_can_be_given_through_its_own_door(maja: Browser, house: House) -> None:
    maja.get(f"/desk/cases/{NUMBER}")
    assert maja.post(f"/desk/cases/{NUMBER}/feedback", feedback="Done, because.").status_code == 303
    assert house.handler.held[NUMBER].entries[-1].kind == "feedback"


def test_the_feedback_button_ticks_the_box(maja: Browser) -> None:
    maja.get(f"/desk/cases/{NUMBER}")
    assert 'href="?write=feedback#write"' in maja.page
    assert not re.search(r'name="is_feedback"[^>]* checked', maja.page)
    maja.get(f"/desk/cases/{NUMBER}?write=feedback")
    assert re.search(r'name="is_feedback"[^>]* checked', maja.page)


def test_reopening_takes_a_second_handler(signed_in: Callable[[str], Browser], house: House) -> None:
    maja, lind = signed_in("handler"), signed_in("second handler")
    maja.get(f"/desk/cases/{CLOSED}")
    maja.post(f"/desk/cases/{CLOSED}/reopen", reason="New facts.")
    maja.get(f"/desk/cases/{CLOSED}")
    assert "It counts when another handler has confirmed it" in maja.words()
    assert maja.post(f"/desk/cases/{CLOSED}/reopen/confirm").status_code == 422
    assert "The person who asked cannot also confirm" in maja.words()
    # The fake tells only who asked last; for the colleague it is somebody else's asking.
    house.handler.held[CLOSED] = replace(house.handler.held[CLOSED], reopening_asked_by_me=False)
    lind.get(f"/desk/cases/{CLOSED}")
    assert "Confirm and reopen" in lind.words()
    assert lind.post(f"/desk/cases/{CLOSED}/reopen/confirm").status_code == 303
    assert house.handler.held[CLOSED].state == "in_progress"


@pytest.mark.parametrize(
    ("door", "field", "other"),
    [
        ("messages", "message", {}),
        ("messages", "message", {"is_feedback": "yes"}),
        ("acknowledge", "message", {}),
        ("notes", "note", {}),
        ("feedback", "feedback", {}),
        ("close", "feedback", {"outcome": "other"}),
        ("reopen", "reason", {}),
    ],
)
def test_a_refused_form_comes_back_with_what_was_typed(
    maja: Browser, house: House, door: str, field: str, other: dict[str, str]
) -> None:
    number = CLOSED if door == "reopen" else LATE if door == "acknowledge" else NUMBER
    maja.get(f"/desk/cases/{number}")
    house.handler.refusal = FormRefused((Problem(field, "too_long"),))
    answer = maja.post(f"/desk/cases/{number}/{door}", **{field: "Mind the <gap> & the step.", **other})
    assert answer.status_code == 422
    assert "Mind the &lt;gap&gt; &amp; the step.</textarea>" in maja.page
    assert "The longest text is 100 000 characters" in maja.words()
    assert f'href="#{field}"' in maja.page
    assert f'id="{field}-error"' in maja.page
    assert "<title>Error: " in maja.page


def test_empty_forms_say_what_is_missing(maja: Browser) -> None:
    for door, field, said in (
        ("messages", "message", "Write something here first"),
        ("notes", "note", "Write something here first"),
    ):
        maja.get(f"/desk/cases/{NUMBER}")
        assert maja.post(f"/desk/cases/{NUMBER}/{door}").status_code == 422
        assert said in maja.words()
        assert f'href="#{field}"' in maja.page


def test_closing_without_feedback_or_outcome_is_refused_in_words_at_the_field(maja: Browser) -> None:
    maja.get(f"/desk/cases/{NUMBER}")
    assert maja.post(f"/desk/cases/{NUMBER}/close", outcome="other", feedback="").status_code == 422
    assert "A case cannot be closed without feedback" in maja.words()
    assert "<details open" in maja.page
    assert maja.post(f"/desk/cases/{NUMBER}/close", outcome="", feedback="All done.").status_code == 422
    assert 'id="outcome-error"' in maja.page
    assert "All done.</textarea>" in maja.page


@pytest.mark.parametrize("reason", ["state", "past_day", "second_person", "shared", "never heard of"])
def test_a_rule_that_is_about_the_case_is_told_at_no_field(maja: Browser, house: House, reason: str) -> None:
    maja.get(f"/desk/cases/{NUMBER}")
    house.handler.refusal = RuleRefused(reason)
    assert maja.post(f"/desk/cases/{NUMBER}/messages", message="Keep me.").status_code == 422
    assert "Keep me.</textarea>" in maja.page
    assert reason not in maja.words() or " " not in reason


@pytest.mark.parametrize(("kind", "status"), [("conflict", 409), ("hold", 422)])
def test_a_conflict_and_a_hold_keep_what_was_typed(
    maja: Browser, house: House, kind: str, status: int
) -> None:
    maja.get(f"/desk/cases/{NUMBER}")
    house.handler.refusal = REFUSALS[kind]()
    assert maja.post(f"/desk/cases/{NUMBER}/messages", message="Keep me.").status_code == status
    assert "Keep me.</textarea>" in maja.page


def test_a_forged_token_sends_nothing_and_loses_nothing(maja: Browser, house: House) -> None:
    maja.get(f"/desk/cases/{NUMBER}")
    before = house.handler.held[NUMBER]
    answer = maja.post(f"/desk/cases/{NUMBER}/messages", csrf_token="forged", message="Keep me.")
    assert answer.status_code == 422
    assert "Keep me.</textarea>" in maja.page
    assert house.handler.held[NUMBER] == before


def test_a_file_is_a_download_whatever_it_says_it_is(maja: Browser, house: House) -> None:
    answer = maja.client.get(f"/desk/cases/{NUMBER}/files/{'ab' * 16}")
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "application/octet-stream"
    assert answer.headers["Content-Disposition"] == (
        "attachment; filename=\"faktura-2.jpg\"; filename*=UTF-8''faktura-2.jpg"
    )
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert answer.headers["Cache-Control"] == "no-store"
    assert len(answer.data) == 3_000_000
    assert maja.client.get(f"/desk/cases/{NUMBER}/files/{'cd' * 16}").status_code == 404


@pytest.mark.parametrize(
    "name",
    [
        "отчёт €.pdf",
        'a"b;c\\d.pdf',
        "line\nfeed\r.pdf",
        "år 1.jpg",
        "100%.txt",
        "\u202efdp.exe",
        "",
        "😀" * 200,
    ],
)
def test_any_name_makes_a_header_that_can_be_sent_and_names_one_file(name: str) -> None:
    header = attachment(name)
    assert header.isascii()
    assert header.isprintable()
    kind, options = parse_options_header(header)
    assert kind == "attachment"
    assert options["filename"] == ("".join(one for one in name if one.isprintable()) or "file")


def test_the_list_asks_for_what_the_filter_says_and_nothing_invented(maja: Browser, house: House) -> None:
    maja.get("/desk?number=w9t3dhvok&company=nordvakt-larm&state=all")
    assert house.handler.asked == {"number": LATE, "company": "nordvakt-larm", "state": "all", "after": ""}
    maja.get("/desk?company=nordvakt-fi&state=burnt")
    assert house.handler.asked == {"number": "", "company": "", "state": "open", "after": ""}


def test_a_long_list_has_a_next_page_that_keeps_the_filter(maja: Browser, house: House) -> None:
    house.handler.rows = many_rows(60)
    maja.get("/desk?state=in_progress")
    assert "Showing 50 of 60." in maja.words()
    found = re.search(r'href="([^"]+)" rel="next"', maja.page)
    assert found is not None
    maja.get(found[1].replace("&amp;", "&"))
    assert house.handler.asked["after"] == "cursor-50"
    assert house.handler.asked["state"] == "in_progress"
    assert "First page" in maja.words()


@pytest.mark.parametrize("language", ["en", "sv"])
def test_a_full_page_of_the_list_stays_small(maja: Browser, house: House, language: str) -> None:
    house.handler.rows = many_rows(60)
    answer = maja.get("/desk", language)
    assert maja.page.count('<a href="/desk/cases/') == 50
    assert len(answer.data) <= 60_000


def test_an_empty_list_says_what_will_stand_there(maja: Browser, house: House) -> None:
    house.handler.held.clear()
    maja.get("/desk")
    assert "What comes in for your companies is listed here" in maja.words()
    maja.get("/desk?state=closed")
    assert "No case fits the filter" in maja.words()


def test_who_must_not_see_a_case_is_shown_to_those_who_handle_it(maja: Browser) -> None:
    maja.get(f"/desk/cases/{NUMBER}")
    assert "Must not see it" in maja.words()
    assert "the purchasing manager" in maja.words()


def test_a_title_says_nothing_of_what_the_page_is_about(maja: Browser) -> None:
    for path in ("/desk", f"/desk/cases/{NUMBER}"):
        maja.get(path)
        title = re.search("<title>(.*?)</title>", maja.page)
        assert title is not None
        assert not re.search(r"case|report|whistle|W-|ärende|rapport", title[1], re.IGNORECASE)
