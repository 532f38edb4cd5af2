"""Every answer of every route, refusals and errors included, carries the headers of one table."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from tests.journeys.server import Server, make_site, serving
from tests.journeys.visitor import Visitor
from tests.source import ROOT
from tests.world import Secrets, World
from whistle import app
from whistle.web import headers
from whistle.web.doors import is_staff

ARGUMENTS = {
    "filename": "site.css",
    "code": "sv",
    "file_id": "0" * 32,
    "hold_id": "0" * 32,
    "number": "W-7KQ4-M2XC",
    "token": "A" * 43,
}
ANY = "0" * 32
"""What stands in every other place of an address: an id that nothing has."""

PERMITTED_BESIDE = {"Strict-Transport-Security", "Onion-Location", "Clear-Site-Data"}
FOREIGN = {"Origin": "https://elsewhere.example"}


def at(shared: World, base_url: str) -> Flask:
    """The same site as it is reached elsewhere."""
    host = base_url.partition("://")[2]
    changed = replace(
        shared.settings, base_url=base_url, trusted_hosts=(*shared.settings.trusted_hosts, host)
    )
    return app.make_app(replace(shared.program, settings=changed), "all")


def address(doors: Flask, rule: Rule) -> str:
    with doors.test_request_context():
        given = {name: ARGUMENTS.get(name, ANY) for name in rule.arguments}
        return str(rule.build(given, append_unknown=False)[1])  # type: ignore[index]


def asks(doors: Flask) -> Iterator[tuple[str, str, str]]:
    """Endpoint, method and address of all there is, with addresses that nothing answers to."""
    for rule in doors.url_map.iter_rules():
        for method in sorted((rule.methods or set()) & {"GET", "POST", "HEAD", "OPTIONS"}):
            yield rule.endpoint, method, address(doors, rule)
        yield "", "DELETE", address(doors, rule)
    for method in ("GET", "POST", "PUT"):
        yield "", method, "/nowhere"
        yield "", method, "/desk/nowhere"


def agrees(answer: TestResponse, endpoint: str | None) -> list[str]:
    """What differs from the table: name and value of each header that does."""
    wanted = headers.for_route(endpoint)
    if endpoint and is_staff(answer.request.path):
        wanted["Permissions-Policy"] = headers.STAFF_FEATURES
    if endpoint == "static" and answer.status_code == 200:
        wanted["Cache-Control"] = "no-cache"
    return [
        f"{name}: {answer.headers.get_all(name)}"
        for name, value in wanted.items()
        if answer.headers.get_all(name) != [value]
    ]


def test_every_route_answers_with_the_table_also_when_it_refuses(doors: Flask) -> None:
    wrong = {}
    for endpoint, method, path in asks(doors):
        for said in ({}, FOREIGN, {"Host": "elsewhere.example"}):
            answer = doors.test_client().open(path, method=method, headers=said, buffered=True)
            assert answer.status_code < 500, (method, path)
            # An address or a method that nobody takes has no route.
            if found := agrees(answer, endpoint or None):
                wrong[method, path, str(said)] = found
            assert "Server" not in answer.headers
            assert not answer.headers.get("Access-Control-Allow-Origin")
    assert wrong == {}


def test_the_table_says_what_was_promised() -> None:
    said = headers.RULE
    assert said["Content-Security-Policy"].startswith("default-src 'none'; ")
    for word in ("unsafe", "data:", "blob:", "http:", "https:", "*"):
        assert word not in said["Content-Security-Policy"]
    assert said["Referrer-Policy"] == "same-origin"
    assert said["Cache-Control"] == "no-store"
    assert said["Cross-Origin-Opener-Policy"] == said["Cross-Origin-Resource-Policy"] == "same-origin"
    assert said["X-Content-Type-Options"] == "nosniff"
    assert "camera=()" in said["Permissions-Policy"]
    assert headers.for_route("home.leave")["Clear-Site-Data"] == '"cache", "cookies", "storage"'
    assert "sandbox" in headers.for_route("desk.file")["Content-Security-Policy"]


def test_every_route_that_differs_is_a_route(doors: Flask) -> None:
    assert set(headers.ROUTES) <= {rule.endpoint for rule in doors.url_map.iter_rules()}


def test_only_what_is_static_may_be_kept_and_for_ever_only_under_its_own_address(doors: Flask) -> None:
    client = doors.test_client()
    page = client.get("/").text
    styled = page.partition('rel="stylesheet" href="')[2].partition('"')[0]
    assert client.get(styled, buffered=True).headers["Cache-Control"] == headers.FOREVER
    assert client.get("/static/site.css", buffered=True).headers["Cache-Control"] == "no-cache"
    assert client.get("/static/nothing.css").headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    ("base_url", "promised"), [("https://channel.example", headers.HSTS), ("http://127.0.0.1:8000", None)]
)
def test_browsers_are_bound_to_tls_where_there_is_tls(
    shared: World, base_url: str, promised: str | None
) -> None:
    doors = at(shared, base_url)
    host = base_url.partition("://")[2]
    for path in ("/", "/report", "/nowhere", "/desk", "/static/site.css"):
        assert (
            doors.test_client()
            .get(path, headers={"Host": host}, buffered=True)
            .headers.get("Strict-Transport-Security")
            == promised
        )


def token(client: FlaskClient, path: str) -> str:
    return client.get(path).text.partition('name="csrf_token" value="')[2].partition('"')[0]


ORIGINS = [
    (None, None, True),
    ("null", None, True),
    ("http://localhost", None, True),
    ("http://localhost", "http://localhost/report", True),
    (None, "https://elsewhere.example/", True),
    ("https://elsewhere.example", None, False),
    ("https://localhost.elsewhere.example", None, False),
    ("http://localhost:81", None, False),
    ("null.example", None, False),
    ("http://[", None, False),
]


@pytest.mark.parametrize(("origin", "referer", "is_taken"), ORIGINS)
@pytest.mark.parametrize("path", ["/mailbox", "/staff/sign-in"])
def test_a_form_counts_from_our_own_pages_and_from_cautious_browsers(
    doors: Flask, path: str, origin: str | None, referer: str | None, *, is_taken: bool
) -> None:
    client = doors.test_client()
    said = {name: value for name, value in (("Origin", origin), ("Referer", referer)) if value}
    answer = client.post(
        path, data={"csrf_token": token(client, path), "case_key": "none", "name": ""}, headers=said
    )
    # 422: the form was read and its content refused.
    assert (answer.status_code == 422) is is_taken
    if not is_taken:
        assert answer.status_code == 400
        assert "<h1>" in answer.text


def test_the_public_doors_open_no_staff_door_and_load_none(shared: World, doors: Flask) -> None:
    public = app.make_app(shared.program, "public")
    taken = {rule.rule for rule in public.url_map.iter_rules()}
    for rule in doors.url_map.iter_rules():
        if rule.rule not in taken:
            for method in ("GET", "POST"):
                answer = public.test_client().open(address(doors, rule), method=method)
                assert (answer.status_code, agrees(answer, None)) == (404, []), rule.rule


def test_a_public_server_never_even_reads_the_staff_doors(sqlite_world: World) -> None:
    sqlite_world.program.store.engine.dispose()
    program = (
        "import sys\nfrom pathlib import Path\nfrom whistle import app\nfrom whistle.config import Settings\n"
        f"settings = Settings.read({{}}, Path({str(sqlite_world.settings.data)!r}), checkout=None)\n"
        "app.make_app(app.open_program(settings), 'public')\n"
        "print(*sorted(name for name in sys.modules if name.startswith('whistle.web.')))"
    )
    ended = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, cwd=ROOT, check=True
    )
    loaded = ended.stdout.split()
    assert "whistle.web.report" in loaded
    staff = [
        name
        for name in loaded
        if name.rpartition(".")[2].startswith(("staff", "desk", "legal", "admin", "ledger", "account"))
    ]
    assert staff == []


def test_the_real_server_names_neither_itself_nor_its_software(standing: Server) -> None:
    visitor = Visitor(standing.port)
    for method, path in (
        ("GET", "/"),
        ("GET", "/nowhere"),
        ("POST", "/report"),
        ("GET", "/desk"),
        ("HEAD", "/"),
    ):
        answer = visitor.raw(method, path, b"" if method == "POST" else None, {})
        names = {name.lower() for name in answer.headers}
        assert names & {"server", "x-powered-by", "via"} == set(), path
        assert answer.headers.get_all("Content-Security-Policy") == [
            headers.RULE["Content-Security-Policy"]
        ], path


@contextmanager
def public_server(template: tuple[Path, Secrets], folder: Path) -> Iterator[Visitor]:
    with serving(make_site(template, folder), "--doors", "public") as server:
        yield Visitor(server.port)


def test_a_real_server_with_public_doors_has_no_others(
    template: tuple[Path, Secrets], tmp_path: Path
) -> None:
    with public_server(template, tmp_path / "site") as visitor:
        assert visitor.get("/report").status == 200
        for path in ("/staff/sign-in", "/desk", "/legal", "/admin", "/ledger", "/staff/activate/" + "A" * 43):
            assert visitor.get(path).status == 404
            assert visitor.post(path, {"name": "Hanna"}).status == 404


def test_only_staff_may_be_asked_for_a_passkey(doors: Flask) -> None:
    client = doors.test_client()
    for path, asked in (("/staff/sign-in", "(self)"), ("/", "()"), ("/report", "()"), ("/mailbox", "()")):
        said = client.get(path).headers["Permissions-Policy"]
        assert f"publickey-credentials-get={asked}," in said, path
