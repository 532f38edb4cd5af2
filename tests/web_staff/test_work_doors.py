"""The forms of the work on a case at their real doors: done and said so, or back with every word typed."""

import re
from datetime import timedelta
from html import unescape

import pytest

from tests.web_staff.test_real import Doors
from tests.world import SE, World
from whistle import app

KEY = re.compile(r'id="case-key"[^>]*>([^<]+)<')
SEEN = re.compile(r'id="([a-z]+)-form"(?:(?!</form>).)*?name="seen" value="(\d+)"', re.DOTALL)


@pytest.fixture
def doors(sqlite_world: World) -> Doors:
    return Doors(sqlite_world)


def seen(page: str, form: str) -> str:
    """The number of the state that a form of the page was made from."""
    return dict(SEEN.findall(page))[form]


def test_closing_says_what_is_missing_and_leads_there(doors: Doors) -> None:
    number = doors.world.send().number
    hanna, at = doors.of("Hanna"), f"/desk/cases/{number}"
    hanna.get(at)
    assert 'href="#concerned"' in hanna.page
    closing = {"outcome": "other", "feedback": "Looked into, and stopped."}
    assert hanna.post(f"{at}/close", **closing).status_code == 422
    assert "Decide first whether the persons concerned are told." in hanna.words()
    assert "Looked into, and stopped.</textarea>" in hanna.page
    assert hanna.post(f"{at}/concerned", decision="informed").status_code == 303
    hanna.get(at)
    assert hanna.post(f"{at}/close", **closing).status_code == 303


def test_a_refused_decision_comes_back_open_with_what_was_typed(doors: Doors) -> None:
    number = doors.world.send().number
    hanna, at = doors.of("Hanna"), f"/desk/cases/{number}"
    hanna.get(at)
    typed = {"person": "Bo Ek", "decision": "deferred", "ground": "secrecy", "review_on": "2026-12-24"}
    answer = hanna.post(f"{at}/concerned", **typed, remark="Two weeks at least.")
    assert answer.status_code == 422
    assert '<a href="#concerned-review_on">The review can be at most 90 days ahead.</a>' in hanna.page
    assert '<details id="concerned" open>' in hanna.page
    for value in ('value="Bo Ek"', 'value="2026-12-24"', "Two weeks at least.</textarea>"):
        assert value in hanna.page, value
    for wrong, said in (
        ({"decision": ""}, "Choose what was decided."),
        ({"ground": ""}, "Choose the ground in law"),
        ({"review_on": "soon"}, "Write the day as year, month and day."),
        ({"review_on": ""}, "Write the review date"),
    ):
        assert hanna.post(f"{at}/concerned", **(typed | wrong)).status_code == 422
        assert said in hanna.words(), wrong
    hanna.get(at, language="sv")
    assert hanna.post(f"{at}/concerned", language="sv", **typed).status_code == 422
    assert "Omprövningen får ligga högst 90 dagar framåt." in hanna.words()


def test_the_second_of_two_is_told_and_reads_both_texts(doors: Doors) -> None:
    number = doors.world.send().number
    hanna, hugo, at = doors.of("Hanna"), doors.of("Hugo"), f"/desk/cases/{number}"
    for browser in (hanna, hugo):
        browser.get(at)
    assert hanna.post(
        f"{at}/protection", risk="Their rota was changed.", seen=seen(hanna.page, "protection")
    ).status_code == 303  # fmt: skip
    answer = hugo.post(f"{at}/protection", risk="Nothing known.", seen=seen(hugo.page, "protection"))
    assert answer.status_code == 409
    assert "A colleague saved something else while you wrote." in hugo.words()
    assert "Nothing known.</textarea>" in hugo.page
    assert "Their rota was changed.</p>" in hugo.page
    # The form that came back was made from what stands now: sent again, it is taken.
    again = hugo.post(f"{at}/protection", risk="Both.", seen=seen(hugo.page, "protection"))
    assert again.status_code == 303


def test_triage_measures_links_and_who_is_responsible_stand_on_the_page(doors: Doors) -> None:
    number, other = doors.world.send().number, doors.world.send().number
    hanna, at = doors.of("Hanna"), f"/desk/cases/{number}"
    hanna.get(at)
    own = doors.world.member("Hanna").person_id.hex()
    for door, fields in (
        ("triage", {"scope": "yes", "severity": "high", "priority": "now", "why": "Drums leak."}),
        ("measures", {"what": "Stop the trucks", "who": "Site manager", "by_on": "2026-03-04"}),
        ("links", {"case": other.lower().replace("-", " ")}),
        ("assign", {"assigned_to": own}),
        ("notes", {"note": "A draft.", "kind": "draft"}),
    ):
        answer = hanna.post(f"{at}/{door}", **fields)
        assert answer.status_code == 303, (door, hanna.words())
        hanna.get(answer.location)
        assert 'role="status"' in hanna.page, door
    for said in (
        "Responsible You", "Severity High: people", "Stop the trucks", "By Wednesday 4 March 2026.", "Draft",
    ):  # fmt: skip
        assert said in hanna.words(), said
    assert f'<a href="/desk/cases/{other}">{other}</a>' in hanna.page
    hanna.get("/desk")
    assert "You (responsible), Hugo" in hanna.words()
    measure = re.search(r"\?measure=([0-9a-f]{32})#measure", hanna.get(at).get_data(as_text=True))
    assert measure is not None
    hanna.get(f"{at}?measure={measure[1]}")
    assert f'name="id" value="{measure[1]}"' in hanna.page


def test_minutes_go_to_the_mailbox_and_back(doors: Doors) -> None:
    world = doors.world
    receipt = world.send(meeting="Call me.")
    hanna, at = doors.of("Hanna"), f"/desk/cases/{receipt.number}"
    hanna.get(at)
    assert hanna.post(f"{at}/minutes", met="letter", minutes="They saw three.").status_code == 422
    assert "Choose whether it was a call or a meeting." in hanna.words()
    assert hanna.post(f"{at}/minutes", met="call", minutes="They saw three.").status_code == 303
    (found,) = world.program.handler.case(world.member("Hanna"), receipt.number).minutes
    hanna.get(at)
    assert hanna.post(f"{at}/minutes/{found.id}/lock").status_code == 422
    assert "The reporter has not had the chance" in hanna.words()
    # When the reporter corrects them with their key
    flask = app.make_app(world.program, "public")
    reporter = doors.browser()
    reporter.client = flask.test_client()
    reporter.get("/mailbox")
    assert reporter.post("/mailbox", case_key=receipt.case_key or "").status_code == 303
    reporter.get("/mailbox/case")
    assert "They saw three." in reporter.words()
    door = f"/mailbox/case/minutes/{found.id}"
    assert reporter.post(door, answer="correct", correction=" ").status_code == 422
    assert f'href="#minutes-{found.id}-correction"' in reporter.page
    assert reporter.post(door, answer="").status_code == 422
    assert reporter.post(door, answer="correct", correction="It was four.").status_code == 303
    reporter.get("/mailbox/case")
    assert "You have said what is wrong or missing." in reporter.words()
    assert reporter.post("/mailbox/case/minutes/" + "f" * 32, answer="approve").status_code == 404
    # Then the handler reads it and may lock them
    hanna.get(at)
    assert "Corrected by the reporter" in hanna.words()
    assert "It was four." in hanna.words()
    assert hanna.post(f"{at}/minutes/{found.id}/lock").status_code == 303
    reporter.get("/mailbox/case")
    assert reporter.post(door, answer="approve").status_code == 422
    assert "These minutes are locked." in reporter.words()


def test_a_report_entered_for_somebody_shows_their_key_once(doors: Doors) -> None:
    hanna = doors.of("Hanna")
    hanna.get("/desk/new")
    nonce = re.search(r'name="nonce" value="([^"]+)"', hanna.page)
    assert nonce is not None
    form = {"company": SE, "came_by": "phone", "description": "Three drums.", "nonce": nonce[1]}
    assert hanna.post("/desk/new", **(form | {"came_by": "", "description": ""})).status_code == 422
    assert "Choose how the report came." in hanna.words()
    assert hanna.post("/desk/new", **(form | {"received_on": "2026-02-01"})).status_code == 422
    assert "Three drums.</textarea>" in hanna.page
    keys = []
    for _twice in range(2):
        assert hanna.post("/desk/new", **form).status_code == 200
        keys.append(unescape(KEY.findall(hanna.page)[0]))
        assert "The handler who entered the report has seen this key." in hanna.words()
    assert keys[0] == keys[1]
    rows = doors.world.program.handler.cases(doors.world.member("Hanna")).rows
    assert [row.subject for row in rows] == ["Three drums."]
    hanna.get(f"/desk/cases/{rows[0].number}")
    assert "Came By telephone, entered by Hanna" in hanna.words()
    doors.world.program.reporter.enter(keys[0])
    hanna.post("/desk/new", **form)
    assert keys[0] not in hanna.page


def test_what_was_typed_waits_through_a_session_that_ran_out(doors: Doors) -> None:
    number = doors.world.send().number
    hanna, at = doors.of("Hanna"), f"/desk/cases/{number}"
    hanna.get(at)
    doors.world.clock.advance(timedelta(minutes=20))
    assert hanna.post(f"{at}/measures", what="Stop the trucks at once").status_code == 401
    doors.world.clock.advance(timedelta(seconds=31))
    hanna.post(
        "/staff/return", name="Hanna", passphrase="lorgnette kaffe snurra 94", code=doors.world.code("Hanna")
    )
    assert "Stop the trucks at once</textarea>" in hanna.page
    assert '<details id="measure" open>' in hanna.page


def test_strange_fields_are_never_an_error(doors: Doors) -> None:
    number = doors.world.send().number
    hanna, at = doors.of("Hanna"), f"/desk/cases/{number}"
    hanna.get(at)
    for door in (
        "triage", "measures", "protection", "assign", "links", "concerned", "minutes", "meeting",
        "notes/1", "notes/x", "notes/99999999999999999999", "minutes/zz/lock", f"minutes/{'f' * 32}/lock",
    ):  # fmt: skip
        for fields in (
            {},
            {"seen": "-1", "id": "'", "n": "x"},
            {"seen": "9" * 400, "case": "x" * 5000, "assigned_to": "\u0660", "decision": "informed\n"},
            {"minutes": "x", "met": "call", "held_on": "0000-00-00", "replaces": "f" * 32},
        ):
            status = hanna.post(f"{at}/{door}", **fields).status_code
            assert status in {303, 404, 409, 422}, (door, fields, status)
            if status in {303, 404}:  # those pages carry no form of the case
                hanna.get(at)


def test_rights_that_were_asked_for_stand_among_the_duties_until_they_are_answered(doors: Doors) -> None:
    receipt = doors.world.send()
    assert receipt.case_key is not None
    secret = doors.world.program.reporter.enter(receipt.case_key).secret
    doors.world.program.casework.asked.ask(secret, "I ask for: See what is kept about me.")
    hanna, at = doors.of("Hanna"), f"/desk/cases/{receipt.number}"
    hanna.get("/desk/duties")
    assert "Answer the rights asked for" in hanna.words()
    hanna.get(at)
    for words in ("Answer by Thursday 2 April 2026.", "GDPR 12(3): the day it was asked for + 1 month"):
        assert words in hanna.words()
    assert hanna.post(f"{at}/rights", rights=" ").status_code == 422
    assert 'href="#rights-rights"' in hanna.page
    assert hanna.post(f"{at}/rights", rights="Here is what is kept about you.").status_code == 303
    hanna.get(f"{at}?done=rights")
    assert "Nothing more is owed about the rights" in hanna.words()
    assert 'id="rights-form"' not in hanna.page
    # Sent again, changed, it is said that nobody waits
    assert hanna.post(f"{at}/rights", rights="Once more.").status_code == 422
    assert "Nobody waits for an answer about their rights" in hanna.words()
