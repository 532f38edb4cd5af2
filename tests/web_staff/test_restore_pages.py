"""After a restore legal and an administrator each see the holds and answer; legal cites what was lost."""

from collections.abc import Callable

import pytest

from tests.web_staff.conftest import Browser
from tests.web_staff.fake_restored import HOLD, LIST, NUMBER
from tests.web_staff.fakes import House
from tests.web_staff.samples import CODE

PAGES = {"legal": "/legal/restore", "administrator": "/admin/restore"}


@pytest.mark.parametrize("role", PAGES)
def test_the_page_shows_the_holds_and_is_answered_with_the_second_factor(
    signed_in: Callable[[str], Browser], house: House, role: str
) -> None:
    browser = signed_in(role)
    browser.get(PAGES[role])
    assert NUMBER in browser.words()
    assert "Lisa Lund" in browser.words()
    assert ("Holds that lost their citation" in browser.words()) is (role == "legal")
    form = {"company": "nordvakt-se", "list": LIST, "decision": "confirm"}
    assert browser.post(PAGES[role], **form).status_code == 401
    assert house.restored.answers == []
    answer = browser.post(PAGES[role], **form, code=CODE, step_up="yes")
    assert (answer.status_code, answer.headers["Location"]) == (303, f"{PAGES[role]}?done=restore_confirmed")
    browser.get(PAGES[role])
    assert browser.post(PAGES[role], **{**form, "list": "00" * 32}).status_code == 422
    assert "The list has changed" in browser.words()
    assert browser.post(PAGES[role], **{**form, "decision": ""}).status_code == 422
    browser.post(PAGES[role], **{**form, "decision": "wrong"})
    assert house.restored.answers == [(role, "confirm"), (role, "wrong")]
    browser.get(PAGES[role])
    assert browser.post(PAGES[role], **{**form, "company": "other"}).status_code == 404


def test_a_hold_is_cited_again_and_an_empty_citation_comes_back(
    signed_in: Callable[[str], Browser], house: House
) -> None:
    browser = signed_in("legal")
    browser.get("/legal/restore", language="sv")
    assert "Bevarandespärrar som har förlorat sin hänvisning" in browser.words()
    door = f"/legal/restore/{HOLD.hex()}/citation"
    assert browser.post(door, citation="").status_code == 422
    assert f'href="#citation-{HOLD.hex()}"' in browser.page
    assert browser.post(door, citation="T 1234-26").headers["Location"] == "/legal/restore?done=restore_cited"
    assert house.restored.cited == ["T 1234-26"]
    browser.get("/legal/restore")
    assert browser.post(f"/legal/restore/{'00' * 16}/citation", citation="T 1-26").status_code == 404
