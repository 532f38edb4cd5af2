"""Whatever arrives at a door, the answer is clear, in the reader's language, and nothing of it is stored."""

import socket
from collections.abc import Iterator
from contextlib import closing
from html import unescape
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select
from werkzeug.datastructures import MultiDict
from werkzeug.test import TestResponse

from tests.journeys.server import Server
from tests.journeys.visitor import Answer, Visitor, file_head, head, multipart, read_answer
from tests.world import PASSPHRASE, Secrets, World, open_world
from whistle import app
from whistle.vault.tables import metadata

LONG = 100_001
TEXT = "Three invoices for work nobody has seen."
UNCOUNTED = {"sessions", "throttle"}
"""What may change without a case: a visit that ends by itself, and the pause after wrong attempts."""

FIELDS = (
    "company", "category", "description", "relation", "identity_name", "identity_contact", "meeting", "nonce", "exclude",
)  # fmt: skip
KEYS = ("", " ", "0", "-----", "7KQ4M", "å" * 25, "\x00" * 25, "A" * 100_000, "'; drop table cases; --", "7KQ4M-2XC9R-WT6HB-0ZVND-5PGA8")
NAMES = ("../../etc/passwd", "C:\\windows\\x.exe", "a" * 4000 + ".pdf", "one\ntwo.pdf", "\r\nX-A: b", "", ".", "\u202ecod.exe", "a\u0301" * 90)
KEPT = {
    "right-to-left": "\u05d3\u05d5\u05d7 \u202bמימין לשמאל\u202c \u0627\u0644\u062a\u0642\u0631\u064a\u0631",
    "combining": "a\u0301\u0323\u0308 e\u0301 Z\u0351\u036b\u0343",
    "astral": "\U0001f600 \U00020000 \U0001f468\u200d\U0001f469\u200d\U0001f467",
    "markup": "<script>alert(1)</script> {{ 7 * 7 }} &amp; \"'",
    "lines": "one\ntwo\n\n\tthree",
}


@pytest.fixture(scope="module")
def world(template: tuple[Path, Secrets], tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with open_world(template[0], tmp_path_factory.mktemp("bad"), template[1], None) as made:
        yield made


@pytest.fixture(scope="module")
def doors(world: World) -> Flask:
    return app.make_app(world.program, "all")


def rows(world: World) -> dict[str, int]:
    """How many rows each table has."""
    with world.program.store.reading() as db:
        return {
            table.name: db.execute(select(func.count()).select_from(table)).scalar_one()
            for table in metadata.sorted_tables
            if table.name not in UNCOUNTED
        }


def staged(world: World) -> list[Path]:
    """Files that lie where no case knows them."""
    folder = Path(world.settings.blobs) / "incoming"
    return [path for path in folder.rglob("*") if path.is_file() and path.stat().st_size]


@pytest.fixture
def unchanged(world: World) -> Iterator[None]:
    """Nothing is stored while the test runs."""
    before = rows(world)
    yield
    assert rows(world) == before
    assert staged(world) == []


def form(client: FlaskClient, path: str = "/report", language: str = "en", **changes: Any) -> TestResponse:
    """The answer to a form as a browser sends it, with changes."""
    page = Answer(200, None, client.get(path, headers={"Accept-Language": language}).data)  # type: ignore[arg-type]
    fields: dict[str, Any] = {**page.fields(path), "company": "nordvakt-se", "description": TEXT} if path == "/report" else page.fields(path)
    data = MultiDict({**fields, **changes})
    return client.post(path, data=data, headers={"Accept-Language": language}, content_type="multipart/form-data", buffered=True)


def is_clear(answer: TestResponse, language: str = "en") -> bool:
    """A page in the reader's language with a heading, and a status that says that it was refused."""
    return 400 <= answer.status_code < 500 and f'<html lang="{language}"' in answer.text and "<h1" in answer.text


def kept(answer: TestResponse, path: str, name: str) -> str:
    return Answer(200, None, answer.data).fields(path).get(name, "")  # type: ignore[arg-type]


@pytest.mark.usefixtures("unchanged")
@pytest.mark.parametrize("language", ["en", "sv"])
@pytest.mark.parametrize("empty", ["company", "description", "nonce", "csrf_token"])
def test_a_field_that_must_be_there_and_is_empty_is_asked_for(doors: Flask, empty: str, language: str) -> None:
    answer = form(doors.test_client(), language=language, **{empty: "", "relation": "employee"})
    assert is_clear(answer, language)
    assert kept(answer, "/report", "description") == ("" if empty == "description" else TEXT)


@pytest.mark.usefixtures("unchanged")
@pytest.mark.parametrize("field", FIELDS)
@pytest.mark.parametrize("value", ["x" * LONG, "nul \x00 here"], ids=["long", "nul"])
def test_a_field_that_is_too_long_or_holds_a_nul_is_refused_with_everything_typed(doors: Flask, field: str, value: str) -> None:
    answer = form(doors.test_client(), **{field: value})
    assert is_clear(answer)
    assert kept(answer, "/report", "description") == TEXT or field == "description"
    if field in {"description", "identity_name", "identity_contact"} and "\x00" not in value:
        assert value in answer.text


@pytest.mark.usefixtures("unchanged")
@pytest.mark.parametrize("multi", [True, False], ids=["multipart", "urlencoded"])
def test_a_field_that_is_not_utf_8_is_refused_with_what_can_be_read(doors: Flask, *, multi: bool) -> None:
    client = doors.test_client()
    fields = Answer(200, None, client.get("/report").data).fields("/report")  # type: ignore[arg-type]
    if multi:
        kind, body = multipart({**fields, "company": "nordvakt-se", "description": "MARK"}, ())
        body = body.replace(b"MARK", b"r\xe4tt \xff\xfe \xed\xa0\x80")
    else:
        kind = "application/x-www-form-urlencoded"
        pairs = "&".join(f"{name}={value}" for name, value in {**fields, "company": "nordvakt-se"}.items() if name != "description")
        body = (pairs + "&description=r%E4tt+%FF%FE+%ED%A0%80").encode()
    answer = client.post("/report", data=body, content_type=kind)
    assert is_clear(answer)
    assert kept(answer, "/report", "description").startswith("r\N{REPLACEMENT CHARACTER}tt ")


@pytest.mark.parametrize("text", KEPT.values(), ids=KEPT)
def test_any_script_is_kept_to_the_letter(world: World, doors: Flask, text: str) -> None:
    client = doors.test_client()
    refused = form(client, company="", description=text)
    assert kept(refused, "/report", "description") == text
    answer = form(client, description=text, identity_name=text.splitlines()[0])
    key = Answer(200, None, answer.data).key  # type: ignore[arg-type]
    assert key is not None
    with_case = world.program.reporter.open(world.program.reporter.enter(key).secret)
    assert with_case.entries[0].text == text
    form(client, "/mailbox", case_key=key)
    assert text.splitlines()[0] in unescape(client.get("/mailbox/case").text)


@pytest.mark.usefixtures("unchanged")
def test_a_thousand_files_are_refused_with_the_text_kept(doors: Flask) -> None:
    answer = form(doors.test_client(), files=[(BytesIO(b"x" * 100), f"{number}.txt") for number in range(1000)])
    assert is_clear(answer)
    assert kept(answer, "/report", "description") == TEXT


@pytest.mark.parametrize("name", NAMES)
def test_a_file_may_be_called_anything_and_comes_back_as_a_plain_name(world: World, doors: Flask, name: str) -> None:
    client = doors.test_client()
    client.get("/report")
    fields = Answer(200, None, client.get("/report").data).fields("/report")  # type: ignore[arg-type]
    kind, body = multipart({**fields, "company": "nordvakt-se", "description": TEXT}, [(name, b"data")])
    answer = client.post("/report", data=body, content_type=kind)
    key = Answer(200, None, answer.data).key  # type: ignore[arg-type]
    assert key is not None, answer.text
    case = world.program.reporter.open(world.program.reporter.enter(key).secret)
    for file in case.files:
        assert 1 <= len(file.name) <= 255
        assert not set(file.name) & set("/\\\r\n\x00")
        assert file.name not in {".", ".."}
        form(client, "/mailbox", case_key=key)
        download = client.get(f"/mailbox/case/files/{file.id}", buffered=True)
        assert download.data == b"data"
        assert download.headers["Content-Disposition"].startswith("attachment; filename")
    assert len(case.files) == 1


@pytest.mark.usefixtures("unchanged")
@pytest.mark.parametrize("language", ["en", "sv"])
@pytest.mark.parametrize("key", KEYS)
def test_any_garbage_as_a_case_key_is_refused_in_words(doors: Flask, key: str, language: str) -> None:
    answer = form(doors.test_client(), "/mailbox", language, case_key=key)
    assert answer.status_code == 422
    assert is_clear(answer, language)
    assert not key or len(key) < 5 or key not in unescape(answer.text) or key.startswith("7KQ4M"), "a key never comes back"


@pytest.mark.usefixtures("unchanged")
@pytest.mark.parametrize("token", ["", "0" * 64, "A" * 43, "\x00", "å"])
def test_a_token_that_is_missing_or_forged_stops_every_form(doors: Flask, token: str) -> None:
    client = doors.test_client()
    for rule in doors.url_map.iter_rules():
        if "POST" in (rule.methods or ()):
            with doors.test_request_context():
                path = str(rule.build({name: "0" * 32 for name in rule.arguments})[1])  # type: ignore[index]
            answer = client.post(path, data={"csrf_token": token, "description": TEXT, "message": TEXT})
            assert is_clear(answer), path
            assert TEXT in answer.text or path.startswith(("/staff", "/desk", "/legal", "/mailbox")), path
            assert client.post(path).status_code in range(400, 500), path


@pytest.mark.usefixtures("unchanged")
@pytest.mark.parametrize("host", ["elsewhere.example", "127.0.0.1.example", "localhost@elsewhere.example", "[::1", "", "å.example"])
def test_a_name_that_is_not_ours_is_refused_and_not_repeated(doors: Flask, host: str) -> None:
    answer = doors.test_client().get("/report", headers={"Host": host, "Accept-Language": "sv"})
    assert is_clear(answer, "sv")
    assert "elsewhere" not in answer.text
    assert "elsewhere" not in str(answer.headers)


def test_a_body_that_stops_half_way_is_answered_and_stores_nothing(standing: Server) -> None:
    visitor = Visitor(standing.port)
    visitor.get("/report")
    assert visitor.last is not None
    fields = {**visitor.last.fields("/report"), "company": "nordvakt-se", "description": TEXT}
    kind, start = multipart(fields, (), "edge")
    start = start.removesuffix(b"--edge--\r\n") + file_head("edge", "half.bin")
    with closing(socket.create_connection(("127.0.0.1", standing.port), timeout=30)) as sock:
        sock.sendall(head(visitor, "/report", kind, 2_000_000) + start + b"x" * 600_000)
        sock.shutdown(socket.SHUT_WR)
        answer = read_answer(sock)
    assert answer.status == 400
    assert answer.fields("/report")["description"] == TEXT
    folder = standing.site.folder / "blobs" / "incoming"
    assert [path for path in folder.rglob("*") if path.is_file() and path.stat().st_size] == []


PATHS = ("/report", "/mailbox", "/mailbox/case/messages", "/mailbox/case/identity", "/staff/sign-in", "/staff/return")
DESK = ("acknowledge", "messages", "feedback", "notes", "close", "reopen", "reopen/confirm", "nothing")
STAFF = ("/staff/keys", "/legal/holds", "/staff/activate/" + "A" * 43, "/legal/cases/W-7KQ4-M2XC/holds", "/legal/holds/" + "0" * 32 + "/release")
ANY_NAME = st.sampled_from([*FIELDS, "csrf_token", "case_key", "message", "files", "kept", "language", "step", "name", "code", "passphrase", "waiting", "next", "note", "outcome", "feedback", "reason", "ground", "citation", "review_on", "case_number", "designation", "fingerprint", "setup", "recovery_code"])
ANY_VALUE = st.one_of(
    st.text(max_size=60),
    st.sampled_from(["nordvakt-se", "check", "edit", "sv", "\x00", "\u202egnp.exe", "0" * 32, "9999-99-99", "W-7KQ4-M2XC", "A" * 43]),
)
ANY_FORM = st.dictionaries(ANY_NAME, ANY_VALUE, max_size=8)
ANY_QUERY = st.dictionaries(st.sampled_from(["next", "done", "after", "number", "state", "company", "before", "noticed", "write", "v"]), ANY_VALUE, max_size=3)


def is_no_fault(answer: TestResponse, about: object) -> None:
    assert answer.status_code < 500, about
    if answer.status_code >= 400:
        assert "<h1" in answer.text, about


@settings(max_examples=120)
@given(st.sampled_from([*PATHS, *STAFF]), ANY_FORM, st.booleans())
def test_no_form_of_a_stranger_breaks_a_door(doors: Flask, path: str, fields: dict[str, str], with_token: bool) -> None:  # noqa: FBT001
    client = doors.test_client()
    if with_token:
        fields = {**Answer(200, None, client.get("/report").data).fields("/report"), **fields}  # type: ignore[arg-type]
    is_no_fault(client.post(path, data=fields), (path, fields))


@settings(max_examples=80)
@given(
    st.sampled_from([*PATHS, *STAFF]),
    st.binary(max_size=300),
    st.sampled_from(["multipart/form-data; boundary=x", "multipart/form-data", "application/x-www-form-urlencoded", "application/json", "", "\xff"]),
)
def test_no_body_of_a_stranger_breaks_a_door(doors: Flask, path: str, body: bytes, kind: str) -> None:
    is_no_fault(doors.test_client().post(path, data=body, content_type=kind), (path, body, kind))


@settings(max_examples=120)
@given(st.sampled_from(["/", "/mailbox", "/mailbox/case/files/", "/language/", "/static/", "/desk/cases/", "/legal/certificates/", "/staff/activate/", "/staff/sign-in", "/ledger"]), st.text(max_size=40), ANY_QUERY)
def test_no_address_of_a_stranger_breaks_a_door(doors: Flask, start: str, path: str, query: dict[str, str]) -> None:
    is_no_fault(doors.test_client().get(start + path.replace("\\", ""), query_string=query, buffered=True), (start, path, query))


@pytest.fixture(scope="module")
def hanna(world: World, doors: Flask) -> tuple[FlaskClient, str, str]:
    """A client in which a handler has signed in, a case, and the token of their forms."""
    number = world.send().number
    client = doors.test_client()
    page = Answer(200, None, client.get("/staff/sign-in").data)  # type: ignore[arg-type]
    typed = {"name": "Hanna", "passphrase": PASSPHRASE, "code": world.code("Hanna")}
    assert client.post("/staff/sign-in", data={**page.fields("/staff/sign-in"), **typed}).status_code == 303
    page = Answer(200, None, client.get(f"/desk/cases/{number}").data)  # type: ignore[arg-type]
    return client, number, page.fields("/staff/sign-out")["csrf_token"]


@settings(max_examples=100)
@given(st.sampled_from([*DESK, *STAFF]), ANY_FORM)
def test_no_form_of_a_handler_breaks_a_door(hanna: tuple[FlaskClient, str, str], door: str, fields: dict[str, str]) -> None:
    client, number, token = hanna
    path = door if door.startswith("/") else f"/desk/cases/{number}/{door}"
    is_no_fault(client.post(path, data={"csrf_token": token, **fields}), (path, fields))


@settings(max_examples=100)
@given(st.sampled_from(["/desk", "/desk/cases/", "/desk/cases/{}/files/", "/legal", "/admin", "/ledger", "/staff/keys", "/staff/account"]), st.text(max_size=30), ANY_QUERY)
def test_no_address_of_a_handler_breaks_a_door(hanna: tuple[FlaskClient, str, str], start: str, path: str, query: dict[str, str]) -> None:
    client, number, _token = hanna
    address = start.format(number) + (path.replace("\\", "") if start.endswith("/") else "")
    is_no_fault(client.get(address, query_string=query, buffered=True), (address, query))
