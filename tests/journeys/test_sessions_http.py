"""A session is a token in a strict cookie: it changes at sign-in, and ends by the machine's clock."""

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from datetime import timedelta

import pytest
from werkzeug.test import Client

from tests.journeys.inside import listening, sign_in
from tests.journeys.server import Server, Site, serving
from tests.journeys.visitor import Visitor, report
from tests.world import PASSPHRASE, World
from whistle import app

SECURE = {"HttpOnly", "SameSite=Strict", "Path=/"}


@pytest.fixture
def visitor(sqlite_world: World) -> Iterator[Visitor]:
    with listening(app.make_app(sqlite_world.program, "all")) as port:
        yield Visitor(port)


def attributes(lines: list[str]) -> dict[str, set[str]]:
    """Name of each cookie that is set, with its attributes."""
    return {line.partition("=")[0]: {part.strip() for part in line.split(";")[1:]} for line in lines}


def test_cookies_on_loopback_are_strict_and_live_until_the_browser_is_closed(
    sqlite_world: World, visitor: Visitor
) -> None:
    found = attributes(visitor.get("/report").headers.get_all("Set-Cookie") or [])
    assert found == {"browser": SECURE}
    key = visitor.send("/report", {"company": "nordvakt-se", "description": "x"}).key
    found = attributes(visitor.send("/mailbox", {"case_key": key or ""}).headers.get_all("Set-Cookie") or [])
    assert found["visit"] == SECURE
    found = attributes(sign_in(sqlite_world, visitor, "Hanna").headers.get_all("Set-Cookie") or [])
    assert found["staff"] == SECURE


def test_cookies_over_tls_belong_to_the_host_alone(sqlite_world: World) -> None:
    settings = replace(
        sqlite_world.settings, base_url="https://channel.example", trusted_hosts=("channel.example",)
    )
    client: Client = app.make_app(replace(sqlite_world.program, settings=settings), "all").test_client()
    for path in ("/report", "/mailbox", "/staff/sign-in", "/language/sv"):
        answer = client.get(path, base_url="https://channel.example")
        found = attributes(answer.headers.get_all("Set-Cookie"))
        assert all(name.startswith("__Host-") for name in found), path
        assert all(value == SECURE | {"Secure"} for value in found.values()), path


@pytest.mark.parametrize(
    "path", ["/", "/protect", "/other-ways", "/privacy", "/leave", "/healthz", "/nowhere", "/desk"]
)
def test_nobody_who_only_looks_gets_a_cookie(visitor: Visitor, path: str) -> None:
    assert visitor.get(path).headers.get_all("Set-Cookie") is None


def test_signing_in_gives_a_new_token_and_ends_the_old_one(sqlite_world: World, visitor: Visitor) -> None:
    sign_in(sqlite_world, visitor, "Hanna")
    first = dict(visitor.cookies)
    assert visitor.get("/desk").status == 200
    planted = Visitor(visitor.port, dict(first))
    # Somebody who knows a token from before a sign-in has nothing after it
    sqlite_world.clock.advance(timedelta(seconds=31))
    visitor.get("/report")
    visitor.cookies.pop("staff")
    visitor.get("/staff/sign-in")
    visitor.cookies["staff"] = first["staff"]
    answer = visitor.send(
        "/staff/sign-in", {"name": "Hugo", "passphrase": PASSPHRASE, "code": sqlite_world.code("Hugo")}
    )
    assert answer.status == 303, answer.words
    assert visitor.cookies["staff"] != first["staff"]
    assert visitor.get("/desk").status == 200
    assert planted.get("/desk").status == 303


def test_a_token_that_the_server_did_not_make_opens_nothing(visitor: Visitor) -> None:
    for name in ("staff", "visit"):
        visitor.cookies[name] = "A" * 43
    assert visitor.get("/desk").status == 303
    assert visitor.get("/mailbox/case").status == 303


def test_a_reporters_token_is_nobodys_sign_in_and_the_other_way_round(
    sqlite_world: World, visitor: Visitor
) -> None:
    key = report(visitor).key
    visitor.send("/mailbox", {"case_key": key or ""})
    sign_in(sqlite_world, visitor, "Hanna")
    case, staff = visitor.cookies["visit"], visitor.cookies["staff"]
    visitor.cookies.update({"visit": staff, "staff": case})
    assert visitor.get("/desk").status == 303
    assert visitor.get("/mailbox/case").status == 303


def test_fifteen_minutes_without_a_click_end_a_session_by_the_machines_clock(
    sqlite_world: World, visitor: Visitor
) -> None:
    key = report(visitor).key
    visitor.send("/mailbox", {"case_key": key or ""})
    sign_in(sqlite_world, visitor, "Hanna")
    # The site's time is not what counts
    sqlite_world.clock.site += timedelta(hours=2)
    for _quarter in range(4):
        sqlite_world.clock.advance(timedelta(minutes=13))
        assert (visitor.get("/desk").status, visitor.get("/mailbox/case").status) == (200, 200)
    sqlite_world.clock.wall += timedelta(minutes=16)
    assert (visitor.get("/desk").status, visitor.get("/mailbox/case").status) == (303, 303)


def test_eight_hours_end_a_members_session_however_busy_they_are(
    sqlite_world: World, visitor: Visitor
) -> None:
    sign_in(sqlite_world, visitor, "Hanna")
    for _step in range(47):
        sqlite_world.clock.advance(timedelta(minutes=10))
        assert visitor.get("/desk").status == 200
    sqlite_world.clock.advance(timedelta(minutes=12))
    assert visitor.get("/desk").status == 303


def test_signing_out_and_leaving_end_the_session_on_the_server_too(
    sqlite_world: World, visitor: Visitor
) -> None:
    key = report(visitor).key
    visitor.send("/mailbox", {"case_key": key or ""})
    sign_in(sqlite_world, visitor, "Hanna")
    visitor.get("/desk")
    copy = Visitor(visitor.port, dict(visitor.cookies))
    assert visitor.send("/staff/sign-out").status == 303
    assert copy.get("/desk").status == 303
    answer = visitor.get("/leave")
    assert answer.status == 303
    assert visitor.cookies == {}
    assert copy.get("/mailbox/case").status == 303


def test_the_database_alone_opens_no_session(sqlite_world: World, visitor: Visitor) -> None:
    key = report(visitor).key
    visitor.send("/mailbox", {"case_key": key or ""})
    token = visitor.cookies["visit"]
    data = b"".join(path.read_bytes() for path in sqlite_world.settings.data.glob("whistle.db*"))
    with sqlite_world.program.store.reading() as db:
        assert db.exec_driver_sql("select count(*) from sessions").scalar_one() == 1
    assert token.encode() not in data


def test_what_one_process_let_in_another_knows(site: Site) -> None:
    with ExitStack() as held:
        one, other = (held.enter_context(serving(site)) for _server in range(2))
        visitor = Visitor(one.port)
        key = report(visitor).key
        assert key
        assert visitor.send("/mailbox", {"case_key": key}).status == 303
        visitor.get("/staff/sign-in")
        typed = {"name": "Hanna", "passphrase": PASSPHRASE, "code": site.code("Hanna")}
        assert visitor.send("/staff/sign-in", typed).status == 303
        visitor.port = other.port
        assert key not in visitor.get("/mailbox/case").text
        assert visitor.send("/mailbox/case/messages", {"message": "Sent through the other."}).status == 303
        assert "Three invoices" in visitor.get("/desk").words
        assert visitor.send("/staff/sign-out").status == 303
        visitor.port = one.port
        assert visitor.get("/desk").status == 303
        assert "Sent through the other." in visitor.get("/mailbox/case").words


def test_a_code_that_was_used_at_one_process_is_refused_at_another(sqlite_site: Site) -> None:
    with ExitStack() as held:
        one, other = (held.enter_context(serving(sqlite_site)) for _server in range(2))
        code = sqlite_site.code("Hugo")
        statuses = [enter(server, "Hugo", code) for server in (one, other)]
    assert statuses == [303, 422]


def enter(server: Server, name: str, code: str) -> int:
    visitor = Visitor(server.port)
    visitor.get("/staff/sign-in")
    typed = {"name": name, "passphrase": PASSPHRASE, "code": code}
    return visitor.send("/staff/sign-in", typed).status
