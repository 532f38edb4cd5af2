"""A whole public site in memory, and the ways a test reads what it answers."""

import json
from dataclasses import dataclass, field, fields
from datetime import datetime
from html.parser import HTMLParser
from types import SimpleNamespace
from typing import Any

from tests.fakes import FakeClock
from tests.web.fake_reporter import COMPANIES, FakeReporter
from tests.web.fake_sessions import FakeSessions
from whistle.errors import NotThere
from whistle.vault.facts import CompanyFacts
from whistle.web.factory import make_web
from whistle.web.services import Services


def settings(**changes: Any) -> SimpleNamespace:
    return SimpleNamespace(
        **{
            "cookies_secure": False,
            "base_url": "http://127.0.0.1:8000",
            "onion_url": None,
            "trusted_hosts": ("127.0.0.1", "localhost", "[::1]"),
            "max_upload_bytes": 1024 * 1024,
            "leave_url": "https://weather.example/",
            **changes,
        }
    )


@dataclass
class FakeSite:
    name: str = "Nordvakt"
    rehearsal: bool = False
    rehearsal_now: datetime | None = None
    languages: tuple[str, ...] = ("en", "sv")
    security_contact: str = ""
    listed: tuple[CompanyFacts, ...] = COMPANIES

    def has_recovery_key(self) -> bool:
        return False

    def companies(self) -> tuple[CompanyFacts, ...]:
        return self.listed


class Nobody:
    """A party that these doors never call."""


class NoRequests:
    """No privacy request was ever made here: every key and file is nobody's."""

    def __getattr__(self, name: str) -> Any:
        def nothing(*_given: object) -> Any:
            raise NotThere(name)

        return nothing


class FakeProofs:
    """The key that proofs are signed with."""

    public_key = "00" * 32
    fingerprint = "00000-00000-00000-00000-00000"


@dataclass
class Channel:
    """A whole public site in memory: `app` answers, the rest is there to look behind it."""

    settings: Any = field(default_factory=settings)
    clock: FakeClock = field(default_factory=FakeClock)
    site: FakeSite = field(default_factory=FakeSite)
    sessions: FakeSessions = field(default_factory=FakeSessions)
    reporter: FakeReporter = field(default_factory=FakeReporter)
    health: str = "ok"

    def __post_init__(self) -> None:
        nobody: Any = Nobody()
        parts: dict[str, Any] = {
            name: getattr(self, name) for name in ("settings", "clock", "site", "sessions", "reporter")
        }
        parts["overview"] = SimpleNamespace(proof=FakeProofs())
        parts["privacy"] = SimpleNamespace(mailbox=NoRequests())
        others = {one.name: nobody for one in fields(Services) if one.name not in parts}
        bundle = Services(**{**others, **parts, "health": lambda: self.health})
        self.app = make_web(bundle, doors="public")

    def browser(self, *, language: str = "en") -> Any:
        """A browser that asks for that language and is reached under our own name."""
        client = self.app.test_client()
        client.environ_base["HTTP_ACCEPT_LANGUAGE"] = language
        return client


def fields_of(html: str) -> dict[str, str]:
    """The hidden fields of the form that carries content."""
    found: dict[str, str] = {}

    class Reader(HTMLParser):
        inside = False

        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            given = dict(attrs)
            if tag == "form":
                self.inside = given.get("id") == "content"
            if self.inside and tag == "input" and given.get("type") == "hidden":
                found[str(given["name"])] = given.get("value") or ""

    Reader().feed(html)
    return found


def json_of(response: Any) -> Any:
    return json.loads(response.get_data(as_text=True))


TOLD = {
    "company": "nordvakt-se",
    "description": "Three invoices\nfor work that nobody has seen <done> & paid",
}


def form(browser: Any, **fields: Any) -> dict[str, Any]:
    return {**fields_of(browser.get("/report").text), **fields}


def key_in(answer: Any) -> str:
    return str(answer.text.split('id="case-key"')[1].split(">")[1].split("<")[0])
