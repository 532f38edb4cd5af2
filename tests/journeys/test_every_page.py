"""Every page that the doors have is looked at: axe finds nothing, nothing scrolls sideways, folds open."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, Page

from tests.journeys import looks
from tests.journeys.inside import listening
from tests.journeys.walks import PICTURES, needs_chromium
from tests.journeys.worked import Worked, house_at_work
from tests.web.browser import chromium
from tests.world import Secrets, World, open_world
from whistle import app

pytestmark = [pytest.mark.browser, needs_chromium]

#: Whose page each address is; "reporter" has the key, "nobody" is not signed in, "-stale" showed no second
#: factor of late. What follows the address is pressed there, so that the answer of a form is looked at too.
PAGES: dict[str, tuple[str, str]] = {
    "/admin": ("Adam", ""),
    "/admin/companies": ("Adam", ""),
    "/admin/companies/<code>": ("Adam", ""),
    "/admin/article-30": ("Adam", ""),
    "/admin/documentation": ("Adam", ""),
    "/admin/people/<person>": ("Adam", ""),
    "/admin/people/<person>/link": ("Adam", ""),
    "/admin/people/<person>/retire": ("Adam", ""),
    "/admin/people/<person>/roles/<role>/end": ("Adam", ""),
    "/admin/people/new": ("Adam", ""),
    "/admin/recovery": ("Adam", ""),
    "/admin/clock": ("Adam", ""),
    "/admin/restore": ("Adam", ""),
    "/admin/rehearsal": ("Adam", "#step button"),
    "/custody": ("Carl", ""),
    "/custody/<request_id>": ("Carl", ""),
    "/desk": ("Hugo", ""),
    "/desk/cases/<number>": ("Hugo", ""),
    "/desk/cases/<number>/consents": ("Hanna", ""),
    "/desk/cases/<number>/export": ("Hanna", ""),
    "/desk/cases/<number>/identity-requests": ("Hanna", ""),
    "/desk/cases/<number>/redactions/<entry>": ("Hanna", ""),
    "/desk/duties": ("Hanna", ""),
    "/desk/new": ("Hanna", ""),
    "/desk/newcomers": ("Hanna", ""),
    "/desk/search": ("Hanna", "#search button"),
    "/desk/statistics": ("Hanna", ""),
    "/desk/requests": ("Hanna", ""),
    "/desk/requests/<number>": ("Hanna", ""),
    "/ledger": ("Alma", ""),
    "/ledger/certificates": ("Alma", ""),
    "/ledger/certificates/<number>": ("Alma", ""),
    "/legal": ("Lisa", ""),
    "/legal/cases/<number>": ("Lisa", ""),
    "/legal/cases/<number>/kept": ("Lisa", ""),
    "/legal/clock": ("Lisa", ""),
    "/legal/asks/<ask_id>": ("Leo", ""),
    "/legal/cases": ("Lisa", ""),
    "/legal/cases/<number>/history": ("Lisa", ""),
    "/legal/certificates": ("Lisa", ""),
    "/legal/restore": ("Lisa", ""),
    "/legal/certificates/<number>": ("Lisa", ""),
    "/legal/holds": ("Lisa", ""),
    "/legal/holds/<hold_id>/review": ("Lisa", ""),
    "/legal/holds/many": ("Lisa", ""),
    "/legal/week": ("Lisa", ""),
    "/legal/holds/<hold_id>/release": ("Lisa", ""),
    "/mailbox/case": ("reporter", ""),
    "/privacy-desk": ("Olle", ""),
    "/privacy-desk/<number>": ("Olle", ""),
    "/privacy-desk/<number>/sources": ("Olle", ""),
    "/privacy-desk/<number>/sources/<n>": ("Olle", ""),
    "/privacy-desk/<number>/sources/answer": ("Olle", "a[href$=portability]"),
    "/privacy-desk/register": ("Olle", ""),
    "/privacy-desk/incidents": ("Olle", ""),
    "/privacy-desk/incidents/new": ("Olle", ""),
    "/privacy-desk/incidents/<number>": ("Olle", ""),
    "/admin/requests": ("Alma", ""),
    "/privacy-desk/<number>/facts/<part>": ("Olle", ""),
    "/privacy/request": ("nobody", "button[value=check]:not(.hidden)"),
    "/proof": ("nobody", ""),
    "/staff/account": ("Hanna", ""),
    "/staff/account/passkeys": ("Hanna", ""),
    "/staff/account/passkeys/new": ("Hanna-stale", ""),
    "/staff/account/passphrase": ("Hanna", ""),
    "/staff/account/recovery-code": ("Hanna", ""),
    "/staff/activate/<token>": ("nobody", ""),
    "/staff/keys": ("Hanna", ""),
    "/staff/recover": ("nobody", ""),
    "/staff/recover/second-factor": ("nobody", ""),
    "/staff/sign-in": ("nobody", ""),
    "/statistics": ("Alma", ""),
}
#: What a reporter comes to first is looked at in all its states in tests/web/test_pages_look.py, a held case
#: past its day in tests/web_staff/test_pages.py.
ELSEWHERE = {
    "/", "/report", "/protect", "/other-ways", "/privacy", "/mailbox", "/desk/cases/<number>/held",
}  # fmt: skip
NO_PAGES = {
    "/.well-known/security.txt", "/desk/cases/<number>/files/<file_id>", "/favicon.ico", "/healthz",
    "/desk/cases/<number>/held/files/<file_id>", "/language/<code>", "/leave", "/mailbox/case/everything",
    "/ledger/certificates/<number>/file", "/legal/certificates/<number>/file",
    "/mailbox/case/files/<file_id>", "/mailbox/case/proof", "/robots.txt", "/static/<path:filename>",
    "/desk/requests/<number>/files/<file_id>", "/privacy-desk/<number>/files/<file_id>",
    "/privacy-desk/<number>/sources/<n>/files/<place>",
}  # fmt: skip


@dataclass
class Stage:
    """A house at work that listens, and a window for everybody in it."""

    world: World
    made: Flask
    browser: Browser
    base: str
    at: Worked

    def __post_init__(self) -> None:
        self._windows: dict[str, BrowserContext] = {}

    def page(self, who: str) -> Page:
        """A new page in the window of somebody who is signed in already."""
        if who not in self._windows:
            self._windows[who] = self.browser.new_context(locale="en-GB")
            self._windows[who].add_cookies([{**one, "url": self.base} for one in self._cookies(who)])
        return self._windows[who].new_page()

    def _cookies(self, who: str) -> list[dict[str, str]]:
        sessions = self.world.program.sessions
        if who == "nobody":
            return []
        if who == "reporter":
            secret = self.world.program.reporter.enter(self.at.case_key).secret
            return [{"name": "visit", "value": sessions.begin_case(secret)}]
        name, _, stale = who.partition("-")
        token = sessions.begin_staff(self.world.member(name))
        if not stale:
            sessions.freshen(token)
        return [{"name": "staff", "value": token}]

    def address(self, rule: str) -> str:
        """The address of a rule, in this house."""
        at = self.at
        purged = dict.fromkeys(("/legal/certificates", "/ledger/certificates"), at.purged)
        number = {"/legal/cases": at.held} | purged
        number |= {
            "/privacy-desk/incidents": at.incident,
            "/privacy-desk": at.privacy,
            "/desk/requests": at.copy,
        }
        words = {
            "number": next((number[part] for part in number if rule.startswith(part)), at.number),
            "code": "nordvakt-se", "person": at.person, "role": at.role, "request_id": at.request,
            "hold_id": at.hold, "ask_id": at.ask, "token": at.invitation, "entry": "content-1",
            "n": at.fetched,
            "part": "alarm_logs",
        }  # fmt: skip
        return self.base + re.sub(r"<(\w+)>", lambda found: words[found[1]], rule)


@pytest.fixture(scope="module")
def stage(template: tuple[Path, Secrets], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    folder = tmp_path_factory.mktemp("every-page")
    with open_world(template[0], folder, template[1], None) as world, chromium() as browser:
        at, made = house_at_work(world), app.make_app(world.program, "all")
        with listening(made) as port:
            yield Stage(world, made, browser, f"http://127.0.0.1:{port}", at)


def test_every_door_that_shows_a_page_is_on_the_list(stage: Stage) -> None:
    rules = {rule.rule for rule in stage.made.url_map.iter_rules() if "GET" in (rule.methods or ())}
    assert rules == set(PAGES) | ELSEWHERE | NO_PAGES


@pytest.mark.parametrize("rule", PAGES)
def test_axe_finds_nothing_and_nothing_scrolls_sideways(stage: Stage, rule: str) -> None:
    who, button = PAGES[rule]
    page = stage.page(who)
    try:
        answer = page.goto(stage.address(rule))
        assert answer is not None
        assert answer.status == (401 if who.endswith("-stale") else 200)
        if button:
            page.click(button)
        assert page.locator("h1").count() == 1
        _picture(page, rule)
        assert looks.everywhere(page) == []
    finally:
        page.close()


def _picture(page: Page, rule: str) -> None:
    """Leave pictures for people to look at: as it comes on a desk by light, and on a phone by dark."""
    if not PICTURES:
        return
    name = re.sub(r"\W+", "-", rule).strip("-")
    for width, scheme in ((1280, "light"), (360, "dark")):
        page.set_viewport_size({"width": width, "height": 800})
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        page.screenshot(path=Path(PICTURES) / f"page-{name}-{width}-{scheme}.png", full_page=True)
