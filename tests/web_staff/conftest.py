"""A browser without JavaScript before the staff doors, with fakes behind them."""

import re
from collections.abc import Callable, Iterator
from html import unescape

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.web_staff.fakes import House
from tests.web_staff.samples import CODE, PASSPHRASE, PEOPLE
from whistle.web.factory import make_web

TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')
HIDDEN = re.compile(r'<input type="hidden" name="(waiting|next|setup|kept|after|challenge)" value="([^"]*)"')


class Browser:
    """Keeps cookies, and sends a form's hidden fields back as a browser does."""

    def __init__(self, client: FlaskClient) -> None:
        self.client = client
        self.page = ""

    def get(self, path: str, language: str = "en") -> TestResponse:
        answer = self.client.get(path, headers={"Accept-Language": language})
        self.page = answer.get_data(as_text=True)
        return answer

    def post(self, path: str, language: str = "en", **fields: str) -> TestResponse:
        """Send a form of the page that was opened last; hidden fields go along."""
        found = TOKEN.search(self.page)
        hidden = {name: unescape(value) for name, value in HIDDEN.findall(self.page)}
        data = {"csrf_token": found[1] if found else "", **hidden, **fields}
        answer = self.client.post(path, data=data, headers={"Accept-Language": language})
        self.page = answer.get_data(as_text=True) or self.page
        return answer

    def sign_in(self, who: str) -> TestResponse:
        self.get("/staff/sign-in")
        return self.post("/staff/sign-in", name=PEOPLE[who].name, passphrase=PASSPHRASE, code=CODE)

    def words(self) -> str:
        """The page's text without its tags, blanks folded."""
        return " ".join(unescape(re.sub(r"<[^>]+>", " ", self.page)).split())


def stepped_up(browser: Browser, path: str) -> None:
    """Open a page that takes a fresh second factor, and show it."""
    assert browser.get(path).status_code == 401
    answer = browser.post("/staff/step-up", step_up="yes", code=CODE)
    assert (answer.status_code, answer.location) == (303, path)
    assert browser.get(path).status_code == 200


@pytest.fixture
def house() -> House:
    return House()


@pytest.fixture
def app(house: House) -> Flask:
    made = make_web(house.services(), doors="staff")
    made.testing = True
    return made


@pytest.fixture
def signed_in(app: Flask) -> Iterator[Callable[[str], Browser]]:
    """A browser in which somebody is signed in; "nobody" is signed in nowhere."""

    def begin(who: str) -> Browser:
        browser = Browser(app.test_client())
        if who != "nobody":
            assert browser.sign_in(who).status_code == 303
        return browser

    return begin
