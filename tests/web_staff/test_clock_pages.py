"""Legal and an administrator each see the list and answer it; they confirm the list they were shown."""

from collections.abc import Callable

import pytest

from tests.web_staff.conftest import Browser
from tests.web_staff.fake_clockwatch import LIST, NUMBERS
from tests.web_staff.fakes import House
from tests.web_staff.samples import CODE

PAGES = {"legal": "/legal/clock", "administrator": "/admin/clock"}


@pytest.mark.parametrize("role", PAGES)
def test_the_page_shows_what_would_go_why_it_stopped_and_who_has_answered(
    signed_in: Callable[[str], Browser], role: str
) -> None:
    browser = signed_in(role)
    browser.get(PAGES[role])
    words = browser.words()
    assert all(number in words for number in NUMBERS)
    assert "leapt forward by about 30 days" in words
    assert "Lisa Lund" in words
    assert ("/legal/cases/" in browser.page) is (role == "legal")


@pytest.mark.parametrize("role", PAGES)
def test_a_confirmation_takes_the_second_factor_and_names_the_list(
    signed_in: Callable[[str], Browser], house: House, role: str
) -> None:
    browser = signed_in(role)
    browser.get(PAGES[role])
    form = {"company": "nordvakt-se", "list": LIST, "decision": "confirm"}
    assert browser.post(PAGES[role], **form).status_code == 401
    assert house.clockwatch.answers == []
    answer = browser.post(PAGES[role], **form, code=CODE, step_up="yes")
    assert (answer.status_code, answer.headers["Location"]) == (303, f"{PAGES[role]}?done=clock_confirmed")
    assert house.clockwatch.answers == [(role, "confirm")]
    browser.get(PAGES[role])
    again = browser.post(PAGES[role], **{**form, "list": "00" * 32})
    assert again.status_code == 422
    assert "The list has changed" in browser.words()
    assert browser.post(PAGES[role], **{**form, "decision": ""}).status_code == 422
    wrong = browser.post(PAGES[role], **{**form, "decision": "wrong"})
    assert wrong.headers["Location"] == f"{PAGES[role]}?done=clock_wrong"
    assert house.clockwatch.answers == [(role, "confirm"), (role, "wrong")]
    browser.get(PAGES[role])
    assert browser.post(PAGES[role], **{**form, "company": "other"}).status_code == 404


def test_the_pages_speak_swedish(signed_in: Callable[[str], Browser]) -> None:
    browser = signed_in("legal")
    browser.get("/legal/clock", language="sv")
    assert "Klockan har hoppat fram ungefär 30 dagar" in browser.words()


def test_where_people_really_work_there_is_no_page_that_moves_time(
    signed_in: Callable[[str], Browser],
) -> None:
    browser = signed_in("administrator")
    assert browser.get("/admin/rehearsal").status_code == 404
    browser.get("/admin")
    assert "/admin/rehearsal" not in browser.page
    assert browser.post("/admin/rehearsal", step="year").status_code == 404
