"""One form is one case with one key, however often it arrives, until its reporter has the key for certain."""

import threading
from collections.abc import Iterator
from contextlib import suppress

import pytest
from playwright.sync_api import Browser, Error, Page, Playwright, sync_playwright

from tests.journeys.server import Server
from tests.journeys.visitor import Answer, Visitor, report
from tests.journeys.walks import PATIENCE_MS, needs_chromium
from tests.web.browser import CHROMIUM
from whistle.vault.tables import cases

TEXT = "Three invoices for work nobody has seen."
FORM = {"company": "nordvakt-se", "description": TEXT}
SEND = "text=Send now"


def count(server: Server) -> int:
    """How many cases there are."""
    with server.site.program() as program, program.store.reading() as db:
        return len(db.execute(cases.select()).all())


def files_of(server: Server, key: str) -> list[str]:
    with server.site.program() as program:
        secret = program.reporter.enter(key).secret
        return sorted(one.name for one in program.reporter.open(secret).files)


def test_a_form_that_is_sent_again_shows_the_same_key(standing: Server) -> None:
    visitor = Visitor(standing.port)
    before = count(standing)
    visitor.get("/report")
    form = visitor.last
    keys = set()
    for _time in range(3):
        visitor.last = form
        keys.add(visitor.send("/report", FORM).key)
    assert len(keys) == 1
    assert None not in keys
    assert count(standing) == before + 1


def test_a_form_that_is_typed_anew_after_back_shows_the_same_key(standing: Server) -> None:
    visitor = Visitor(standing.port)
    before = count(standing)
    first = report(visitor, TEXT)
    assert report(visitor, TEXT).key == first.key
    assert count(standing) == before + 1


def test_another_text_or_another_browser_is_another_case(standing: Server) -> None:
    visitor = Visitor(standing.port)
    before = count(standing)
    keys = {report(visitor, TEXT).key, report(visitor, TEXT + " And a fourth.").key}
    keys.add(report(Visitor(standing.port), TEXT).key)
    assert len(keys) == 3
    assert count(standing) == before + 3


@pytest.mark.parametrize("with_files", [False, True], ids=["text", "files"])
def test_two_forms_at_the_same_moment_are_one_case(standing: Server, *, with_files: bool) -> None:
    visitor = Visitor(standing.port)
    before = count(standing)
    visitor.get("/report")
    start, answers = threading.Barrier(4), list[Answer]()

    def send() -> None:
        twin = Visitor(standing.port, dict(visitor.cookies), {}, visitor.last)
        files = [("a.bin", b"a" * 400_000), ("b.bin", b"b")] if with_files else []
        start.wait()
        answers.append(twin.upload("/report", FORM, files))

    threads = [threading.Thread(target=send) for _twin in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [answer.status for answer in answers] == [200] * 4
    keys = {answer.key for answer in answers}
    assert len(keys) == 1
    assert count(standing) == before + 1
    assert files_of(standing, keys.pop() or "") == (["a.bin", "b.bin"] if with_files else [])


def test_a_key_that_was_confirmed_is_not_shown_again(standing: Server) -> None:
    visitor = Visitor(standing.port)
    visitor.get("/report")
    form = visitor.last
    before = count(standing)
    key = visitor.send("/report", FORM).key
    assert key
    assert visitor.send("/mailbox", {"case_key": key}).status == 303
    visitor.last = form
    again = visitor.send("/report", FORM)
    assert again.status == 200
    assert again.key is None
    assert key not in again.text
    assert "We already have this report" in again.words
    assert count(standing) == before + 1


def test_a_form_planted_by_somebody_else_shows_them_nothing(standing: Server) -> None:
    victim, planter = Visitor(standing.port), Visitor(standing.port)
    planter.get("/report")
    victim.get("/report")
    assert planter.last is not None
    assert victim.last is not None
    planted = planter.last.fields("/report")["nonce"]
    theirs = victim.send("/report", {**FORM, "nonce": planted}).key
    mine = planter.send("/report", FORM).key
    assert theirs
    assert mine
    assert theirs != mine


@pytest.fixture(scope="module")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as found:
        yield found


CACHES = {
    "default": [],
    "with-cache": ["--enable-features=BackForwardCache"],
    "without-cache": ["--disable-features=BackForwardCache"],
}


@pytest.fixture(scope="module", params=CACHES)
def browser(request: pytest.FixtureRequest, playwright: Playwright) -> Iterator[Browser]:
    """Chromium with and without its cache for Back, which Playwright turns off by itself."""
    found = playwright.chromium.launch(
        executable_path=CHROMIUM,
        args=["--no-sandbox", "--disable-gpu", *CACHES[request.param]],
        ignore_default_args=["--disable-back-forward-cache"] if request.param == "with-cache" else [],
    )
    try:
        yield found
    finally:
        found.close()


@pytest.fixture(params=[False, True], ids=["plain", "scripts"])
def page(request: pytest.FixtureRequest, browser: Browser) -> Iterator[Page]:
    context = browser.new_context(
        java_script_enabled=request.param, locale="en-GB", viewport={"width": 360, "height": 740}
    )
    context.set_default_timeout(PATIENCE_MS)
    found = context.new_page()
    # "Send the form again?" and "Leave the page?" are answered with yes.
    found.on("dialog", lambda dialog: dialog.accept())
    yield found
    context.close()


def write(page: Page, server: Server, text: str) -> None:
    page.goto(server.base + "/report")
    type_in(page, text)


RELOADS = 5
"""So often the browser is told to send again: it listens once its own page stands."""


def type_in(page: Page, text: str) -> None:
    page.select_option("#company", "nordvakt-se")
    page.fill("#description", text)


def back(page: Page) -> None:
    """Go back; where the browser asks whether a form is to be sent again, say yes, as people do."""
    with page.expect_event("framenavigated"), suppress(Error):
        page.go_back()
    for _attempt in range(RELOADS):
        page.wait_for_load_state()
        if not page.url.startswith("chrome-error:"):
            break
        with suppress(Error):  # the page that asks may still be on its way in
            page.reload()


def shown(page: Page) -> str:
    return page.inner_text("#case-key")


@pytest.mark.browser
@needs_chromium
@pytest.mark.parametrize("standing", ["sqlite"], indirect=True)
def test_a_double_click_a_reload_and_back_are_one_case_until_the_key_is_kept(
    standing: Server, page: Page
) -> None:
    before = count(standing)
    # Given a report sent with a double click
    write(page, standing, TEXT)
    page.dblclick(SEND)
    page.wait_for_selector("#case-key")
    key = shown(page)
    assert count(standing) == before + 1
    # A reload sends the form again
    page.reload()
    assert shown(page) == key
    # So does Back and Send, with what the browser kept or with the same words typed again
    for _answer in range(3):
        back(page)
        if page.locator("#case-key").count() == 0:
            break
        assert shown(page) == key
    if page.input_value("#description") != TEXT:
        type_in(page, TEXT)
    page.click(SEND)
    page.wait_for_selector("#case-key")
    assert shown(page) == key
    assert count(standing) == before + 1
    # When the key has been typed back, no way of coming back shows it again
    page.fill("#case_key", key)
    page.click("text=It matches")
    page.wait_for_url("**/mailbox/case")
    back(page)
    assert key not in page.content()
    write(page, standing, TEXT)
    page.click(SEND)
    page.wait_for_selector("h1:has-text('We already have this report')")
    assert key not in page.content()
    assert count(standing) == before + 1
