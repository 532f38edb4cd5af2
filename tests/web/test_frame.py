"""What holds for every door: headers, names, origins, cookies, languages, and a log that tells nothing."""

import logging
from datetime import timedelta
from typing import Any

import pytest

from tests.web.fakes import TOLD, Channel, FakeSite, fields_of, form, json_of, settings
from whistle.web.headers import RULE, for_route
from whistle.web.hosts import host_name
from whistle.web.languages import best
from whistle.web.logs import LOGGER, duration

PATHS = ("/", "/report", "/mailbox", "/privacy", "/protect", "/other-ways", "/healthz", "/robots.txt",
         "/nowhere",
         "/.well-known/security.txt", "/mailbox/case", "/favicon.ico", "/leave")  # fmt: skip


@pytest.mark.parametrize("path", PATHS)
def test_every_answer_carries_the_whole_table(browser: Any, path: str) -> None:
    answer = browser.get(path)
    for name in RULE:
        assert name in answer.headers, name
    assert answer.headers["Cache-Control"] == "no-store"
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert "unsafe" not in answer.headers["Content-Security-Policy"]
    assert "Strict-Transport-Security" not in answer.headers


def test_every_route_has_its_policy_in_the_table(channel: Channel) -> None:
    for rule in channel.app.url_map.iter_rules():
        policy = for_route(rule.endpoint)
        assert policy["Content-Security-Policy"].startswith("default-src 'none'")
        expected = "no-referrer" if rule.endpoint == "home.leave" else "same-origin"
        assert policy["Referrer-Policy"] == expected


def test_refusals_carry_the_table_too(browser: Any) -> None:
    for answer in (
        browser.post("/report", data={}),
        browser.put("/report"),
        browser.get("/", headers={"Host": "evil.example"}),
        browser.post("/report", data={}, headers={"Origin": "https://evil.example"}),
    ):
        assert 400 <= answer.status_code < 500
        assert set(RULE) <= set(answer.headers.keys())


def test_static_files_are_kept_for_ever_under_their_hash_only(browser: Any) -> None:
    page = browser.get("/").text
    address = page.split('rel="stylesheet" href="')[1].split('"')[0]
    kept = {address: "public, max-age=31536000, immutable", "/static/site.css": "no-cache",
            "/static/site.css?v=old": "no-cache"}  # fmt: skip
    for path, says in kept.items():
        with browser.get(path) as answer:
            assert answer.headers["Cache-Control"] == says


def test_over_tls_cookies_are_locked_to_the_host_and_the_browser_is_told_to_stay() -> None:
    channel = Channel(settings=settings(base_url="https://nordvakt.example", cookies_secure=True))
    answer = channel.browser().get("/report")
    assert answer.headers["Set-Cookie"].startswith("__Host-browser=")
    for word in ("Secure", "HttpOnly", "Path=/", "SameSite=Strict"):
        assert word in answer.headers["Set-Cookie"]
    assert "Domain" not in answer.headers["Set-Cookie"]
    assert answer.headers["Strict-Transport-Security"] == "max-age=63072000"


def test_the_onion_address_is_told_outside_it_and_not_inside() -> None:
    channel = Channel(
        settings=settings(onion_url="http://abc.onion", trusted_hosts=("localhost", "abc.onion"))
    )
    assert channel.browser().get("/protect").headers["Onion-Location"] == "http://abc.onion/protect"
    inside = channel.browser().get("/protect", headers={"Host": "abc.onion"})
    assert inside.status_code == 200
    assert "Onion-Location" not in inside.headers


@pytest.mark.parametrize(
    "host", ["evil.example", "127.0.0.1.evil.example", "", "127.0.0.1@evil.example", "nordvakt\u00e5"]
)
def test_a_host_that_is_not_ours_gets_a_readable_page_that_never_repeats_it(browser: Any, host: str) -> None:
    answer = browser.get("/report", environ_overrides={"HTTP_HOST": host.encode().decode("latin-1")})
    assert answer.status_code == 400
    assert "evil" not in answer.text
    assert "<h1>" in answer.text
    assert "Set-Cookie" not in answer.headers


def test_ports_and_case_of_a_host_do_not_matter() -> None:
    assert host_name("LOCALHOST:8000") == "localhost"
    assert host_name("[::1]:80") == "[::1]"
    assert host_name("[::1]") == "[::1]"


@pytest.mark.parametrize("origin", [None, "null", "http://127.0.0.1:8000"])
def test_a_form_from_our_own_page_is_taken_also_without_origin_and_referer(
    browser: Any, origin: str | None
) -> None:
    headers = {"Origin": origin} if origin else {}
    assert "case-key" in browser.post("/report", data=form(browser, **TOLD), headers=headers).text


@pytest.mark.parametrize("origin", ["https://evil.example", "http://127.0.0.1:9999", "http://[", "file://"])
def test_a_form_from_elsewhere_is_refused(channel: Channel, browser: Any, origin: str) -> None:
    answer = browser.post("/report", data=form(browser, **TOLD), headers={"Origin": origin})
    assert answer.status_code == 400
    assert channel.reporter.cases == {}


def test_the_language_is_the_chosen_one_then_the_browsers_then_english(channel: Channel) -> None:
    assert '<html lang="sv">' in channel.browser(language="sv-SE").get("/").text
    assert '<html lang="en">' in channel.browser(language="de,fr").get("/").text
    browser = channel.browser(language="en")
    answer = browser.get("/language/sv?next=/privacy")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/privacy")
    assert '<html lang="sv">' in browser.get("/privacy").text


@pytest.mark.parametrize(
    "target",
    ["https://evil.example", "//evil.example", "/\\evil.example", "/nowhere", "javascript:1", "/a\r\nb", ""],
)
def test_a_switch_of_language_leads_nowhere_but_here(browser: Any, target: str) -> None:
    answer = browser.get("/language/sv", query_string={"next": target})
    assert answer.headers["Location"] == "/"


def test_browsers_that_ask_for_norwegian_by_other_names_are_understood() -> None:
    assert best(["nn-NO", "en"], ["en", "nb"]) == "nb"
    assert best(["no"], ["nb"]) == "nb"
    assert best(["de"], ["en"]) is None


def test_health_names_the_part_that_fails(channel: Channel, browser: Any) -> None:
    assert json_of(browser.get("/healthz")) == {"status": "ok"}
    channel.health = "database"
    answer = browser.get("/healthz")
    assert answer.status_code == 503
    assert json_of(answer) == {"status": "database"}


def test_nobody_open_says_where_else_to_turn(channel: Channel) -> None:
    channel.site.listed = channel.site.listed[2:]
    page = channel.browser().get("/").text
    assert "Nobody can receive reports here just now." in page
    assert 'href="/report"' not in page
    assert "I have a key" in page


def test_a_rehearsal_says_so_on_every_page(channel: Channel) -> None:
    quiet = Channel(site=FakeSite(rehearsal=True))
    for path in ("/", "/report", "/nowhere"):
        assert "This is a rehearsal" in quiet.browser().get(path).text
        assert "This is a rehearsal" not in channel.browser().get(path).text


def test_public_doors_open_no_staff_door(channel: Channel) -> None:
    for path in ("/staff/sign-in", "/desk", "/legal", "/admin", "/ledger"):
        assert channel.browser().get(path).status_code == 404


def test_titles_and_addresses_say_nothing_of_what_this_is(channel: Channel) -> None:
    for language in ("en", "sv"):
        browser = channel.browser(language=language)
        for path in ("/", "/report", "/mailbox", "/protect", "/privacy", "/other-ways", "/nowhere"):
            title = browser.get(path).text.split("<title>")[1].split("</title>")[0].lower()
            for word in ("whistle", "report", "case", "visselbl", "rapport", "ärende"):
                assert word not in title, (path, title)


MARKER = "xyzzy-7f3a"


def test_a_marker_in_every_field_appears_in_no_log(
    channel: Channel, caplog: pytest.LogCaptureFixture, capfd: Any
) -> None:
    caplog.set_level(logging.DEBUG)
    browser = channel.browser()
    every = ("company", "category", "description", "relation", "identity_name", "identity_contact", "exclude",
             "meeting", "nonce", "csrf_token", "case_key", "message", "files", "kept", "language", "step",
             MARKER)  # fmt: skip
    for path in ("/report", "/mailbox", "/mailbox/case/messages", "/mailbox/case/identity", f"/{MARKER}"):
        browser.post(
            f"{path}?q={MARKER}",
            data=dict.fromkeys(every, MARKER),
            headers={"User-Agent": MARKER, "Referer": f"http://{MARKER}/", "X-Forwarded-For": MARKER},
        )
    channel.reporter.fault = ValueError(MARKER)
    marked = {"description": MARKER, "identity_name": MARKER, "identity_contact": MARKER, "meeting": MARKER}
    assert browser.post("/report", data=form(browser, **TOLD) | marked).status_code == 500
    channel.clock.advance(timedelta(days=1))
    browser.get("/healthz")
    captured = capfd.readouterr()
    assert MARKER not in caplog.text + captured.out + captured.err
    assert "ValueError at whistle.web.report:" in caplog.text


def test_the_public_doors_are_counted_by_the_day_and_told_when_it_is_over(
    channel: Channel, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, LOGGER)
    browser = channel.browser()
    browser.get("/")
    browser.get("/")
    browser.get("/healthz")
    assert caplog.messages == []
    channel.clock.advance(timedelta(days=1))
    browser.get("/mailbox")
    assert caplog.messages == [], "a reporter's request must not be what starts a line"
    browser.get("/healthz")
    assert caplog.messages == ["2026-03-02: home.home 2xx 2"]


def test_how_long_it_took_is_one_of_three_words() -> None:
    assert [duration(seconds) for seconds in (0.1, 1.0, 3.0)] == ["fast", "slow", "very slow"]


def test_a_form_without_a_body_gets_a_readable_page(browser: Any) -> None:
    for path in ("/report", "/mailbox", "/mailbox/case/messages", "/mailbox/case/identity"):
        answer = browser.post(path)
        assert 400 <= answer.status_code < 500
        assert "<h1>" in answer.text
    assert "csrf_token" in fields_of(browser.post("/report").text)
