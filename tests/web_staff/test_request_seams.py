"""Pages of privacy requests with the real parties behind them: what they say at the seams, and keep."""

import re
from dataclasses import replace
from io import BytesIO

from tests.parties.asking import WORDS, Asker, verified
from tests.parties.test_requests_seams import closed, hold, past_its_day
from tests.web_staff.conftest import Browser
from tests.world import World
from whistle import app


def person(world: World, asker: Asker) -> Browser:
    """Whoever asked, with their key typed."""
    browser = Browser(app.make_app(world.program, "all").test_client())
    browser.get("/mailbox")
    answer = browser.post("/mailbox", case_key=asker.receipt.case_key or "")
    assert answer.status_code == 303, browser.words()
    browser.get("/mailbox/case")
    return browser


def test_the_mailbox_of_a_held_request_past_its_day_says_why_it_is_kept(sqlite_world: World) -> None:
    asker = closed(sqlite_world)
    hold(sqlite_world, asker.number)
    past_its_day(sqlite_world, asker)
    browser = person(sqlite_world, asker)
    assert "This request is kept beyond its day" in browser.words()
    assert "Not erased yet" in browser.words()
    assert "Everything in this request is erased" not in browser.words()
    assert "Write back" not in browser.words()


def visitor(world: World) -> Browser:
    return Browser(app.make_app(world.program, "all").test_client())


def test_the_page_of_a_form_sent_again_says_what_stands_and_where_to_add_the_rest(
    sqlite_world: World,
) -> None:
    browser = visitor(sqlite_world)
    browser.get("/privacy/request")
    token, nonce = (
        re.search(f'name="{name}" value="([^"]+)"', browser.page)[1]  # type: ignore[index]
        for name in ("csrf_token", "nonce")
    )
    form = {"csrf_token": token, "nonce": nonce, "company": "nordvakt-se", "rights": "access", "name": "Eva"}
    keys = []
    for details in (WORDS, f"{WORDS} And my old address."):
        answer = browser.client.post("/privacy/request", data=form | {"details": details})
        assert answer.status_code == 200
        browser.page = answer.get_data(as_text=True)
        keys.append(re.search(r'id="case-key"[^>]*>([^<]+)<', browser.page)[1])  # type: ignore[index]
    assert keys[0] == keys[1]
    assert "that is not in it: your words." in browser.words()
    assert "And my old address." in browser.words()


def officer(world: World) -> Browser:
    browser = visitor(world)
    browser.client.set_cookie("staff", world.program.sessions.begin_staff(world.member("Olle")))
    return browser


def test_an_answer_over_the_limits_comes_back_with_its_words_and_nothing_is_stored(
    sqlite_world: World,
) -> None:
    asker = verified(sqlite_world)
    small = replace(sqlite_world.program.settings, max_upload_bytes=1000)
    sqlite_world.program = replace(sqlite_world.program, settings=small)
    browser, address = officer(sqlite_world), f"/privacy-desk/{asker.number}"
    browser.get(address)
    token = re.search('name="csrf_token" value="([^"]+)"', browser.page)[1]  # type: ignore[index]
    words = "Here is all that we found. "
    for text, files, says in (
        (words * 400, b"", "it takes 10 000 characters"),
        (words, b"x" * 2000, '"found.csv" is too large'),
    ):
        data = {"csrf_token": token, "answer": text}
        if files:
            data["files"] = (BytesIO(files), "found.csv")  # type: ignore[assignment]
        answer = browser.client.post(f"{address}/answers", data=data, content_type="multipart/form-data")
        browser.page = answer.get_data(as_text=True)
        assert answer.status_code == 422, browser.words()
        assert text.strip() in browser.page
        assert says in browser.words()
    assert [one.kind for one in sqlite_world.program.privacy.mailbox.open(asker.secret).entries] == [
        "request"
    ]
    assert list(sqlite_world.program.store.blobs.ids()) == []


def test_a_recipient_noted_by_a_double_click_is_one(sqlite_world: World) -> None:
    asker = verified(sqlite_world)
    browser, address = officer(sqlite_world), f"/privacy-desk/{asker.number}"
    browser.get(address)
    token, nonce = (
        re.search(f'name="{name}" value="([^"]+)"', browser.page)[1]  # type: ignore[index]
        for name in ("csrf_token", "nonce")
    )
    data = {"csrf_token": token, "nonce": nonce, "recipient": "The printer", "what": "access"}
    for _click in range(2):
        assert browser.client.post(f"{address}/tasks", data=data).status_code == 303
    assert len(sqlite_world.program.privacy.desk.open(sqlite_world.member("Olle"), asker.number).tasks) == 1
