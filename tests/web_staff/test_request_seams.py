"""Pages of privacy requests with the real parties behind them: what they say at the seams, and keep."""

from tests.parties.asking import Asker
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
