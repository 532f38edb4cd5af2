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
from sqlalchemy import func, select
from werkzeug.datastructures import MultiDict
from werkzeug.test import TestResponse

from tests.found import files_below, size_of
from tests.journeys.server import Server
from tests.journeys.visitor import Visitor, file_head, head, multipart, page_of, read_answer
from tests.world import World
from whistle.vault.tables import metadata

LONG = 100_001
TEXT = "Three invoices for work nobody has seen."
UNCOUNTED = {"sessions", "throttle"}
"""What may change without a case: a visit that ends by itself, and the pause after wrong attempts."""

FIELDS = (
    "company", "category", "description", "relation", "identity_name", "identity_contact", "meeting", "nonce",
    "exclude",
)  # fmt: skip
KEYS = (
    "",
    " ",
    "0",
    "-----",
    "7KQ4M",
    "å" * 25,
    "\x00" * 25,
    "A" * 100_000,
    "'; drop table cases; --",
    "7KQ4M-2XC9R-WT6HB-0ZVND-5PGA8",
)
NAMES = (
    "../../etc/passwd",
    "C:\\windows\\x.exe",
    "a" * 4000 + ".pdf",
    "one\ntwo.pdf",
    "\r\nX-A: b",
    "",
    ".",
    "\u202ecod.exe",
    "a\u0301" * 90,
)
KEPT = {
    "right-to-left": "\u05d3\u05d5\u05d7 \u202b\u05dc\u05e9\u202c \u0627\u0644\u062a\u0642\u0631\u064a\u0631",
    "combining": "a\u0301\u0323\u0308 e\u0301 Z\u0351\u036b\u0343",
    "astral": "\U0001f600 \U00020000 \U0001f468\u200d\U0001f469\u200d\U0001f467",
    "markup": "<script>alert(1)</script> {{ 7 * 7 }} &amp; \"'",
    "lines": "one\ntwo\n\n\tthree",
}


def rows(shared: World) -> dict[str, int]:
    """How many rows each table has."""
    with shared.program.store.reading() as db:
        return {
            table.name: db.execute(select(func.count()).select_from(table)).scalar_one()
            for table in metadata.sorted_tables
            if table.name not in UNCOUNTED
        }


def staged(shared: World) -> list[Path]:
    """Files that lie where no case knows them."""
    folder = Path(shared.settings.blobs) / "incoming"
    return [path for path in files_below(folder) if size_of(path)]


@pytest.fixture
def unchanged(shared: World) -> Iterator[None]:
    """Nothing is stored while the test runs."""
    before = rows(shared)
    yield
    assert rows(shared) == before
    assert staged(shared) == []


def form(client: FlaskClient, path: str = "/report", language: str = "en", **changes: Any) -> TestResponse:
    """The answer to a form as a browser sends it, with changes."""
    page = page_of(client.get(path, headers={"Accept-Language": language}).data)
    fields: dict[str, Any] = (
        {**page.fields(path), "company": "nordvakt-se", "description": TEXT}
        if path == "/report"
        else page.fields(path)
    )
    data = MultiDict({**fields, **changes})
    return client.post(
        path,
        data=data,
        headers={"Accept-Language": language},
        content_type="multipart/form-data",
        buffered=True,
    )


def is_clear(answer: TestResponse, language: str = "en") -> bool:
    """A page in the reader's language with a heading, and a status that says that it was refused."""
    return (
        400 <= answer.status_code < 500 and f'<html lang="{language}"' in answer.text and "<h1" in answer.text
    )


def kept(answer: TestResponse, path: str, name: str) -> str:
    return page_of(answer.data).fields(path).get(name, "")


@pytest.mark.usefixtures("unchanged")
@pytest.mark.parametrize("language", ["en", "sv"])
@pytest.mark.parametrize("empty", ["company", "description", "nonce", "csrf_token"])
def test_a_field_that_must_be_there_and_is_empty_is_asked_for(
    doors: Flask, empty: str, language: str
) -> None:
    answer = form(doors.test_client(), language=language, **{empty: "", "relation": "employee"})
    assert is_clear(answer, language)
    assert kept(answer, "/report", "description") == ("" if empty == "description" else TEXT)


@pytest.mark.usefixtures("unchanged")
@pytest.mark.parametrize("field", FIELDS)
@pytest.mark.parametrize("value", ["x" * LONG, "nul \x00 here"], ids=["long", "nul"])
def test_a_field_that_is_too_long_or_holds_a_nul_is_refused_with_everything_typed(
    doors: Flask, field: str, value: str
) -> None:
    answer = form(doors.test_client(), **{field: value})
    assert is_clear(answer)
    assert kept(answer, "/report", "description") == TEXT or field == "description"
    if field in {"description", "identity_name", "identity_contact"} and "\x00" not in value:
        assert value in answer.text


@pytest.mark.usefixtures("unchanged")
@pytest.mark.parametrize("multi", [True, False], ids=["multipart", "urlencoded"])
def test_a_field_that_is_not_utf_8_is_refused_with_what_can_be_read(doors: Flask, *, multi: bool) -> None:
    client = doors.test_client()
    fields = page_of(client.get("/report").data).fields("/report")
    if multi:
        kind, body = multipart({**fields, "company": "nordvakt-se", "description": "MARK"}, ())
        body = body.replace(b"MARK", b"r\xe4tt \xff\xfe \xed\xa0\x80")
    else:
        kind = "application/x-www-form-urlencoded"
        pairs = "&".join(
            f"{name}={value}"
            for name, value in {**fields, "company": "nordvakt-se"}.items()
            if name != "description"
        )
        body = (pairs + "&description=r%E4tt+%FF%FE+%ED%A0%80").encode()
    answer = client.post("/report", data=body, content_type=kind)
    assert is_clear(answer)
    assert kept(answer, "/report", "description").startswith("r\N{REPLACEMENT CHARACTER}tt ")


@pytest.mark.parametrize("text", KEPT.values(), ids=KEPT)
def test_any_script_is_kept_to_the_letter(shared: World, doors: Flask, text: str) -> None:
    client = doors.test_client()
    refused = form(client, company="", description=text)
    assert kept(refused, "/report", "description") == text
    answer = form(client, description=text, identity_name=text.splitlines()[0])
    key = page_of(answer.data).key
    assert key is not None
    with_case = shared.program.reporter.open(shared.program.reporter.enter(key).secret)
    assert with_case.entries[0].text == text
    form(client, "/mailbox", case_key=key)
    assert text.splitlines()[0] in unescape(client.get("/mailbox/case").text)


@pytest.mark.usefixtures("unchanged")
def test_a_thousand_files_are_refused_with_the_text_kept(doors: Flask) -> None:
    answer = form(
        doors.test_client(), files=[(BytesIO(b"x" * 100), f"{number}.txt") for number in range(1000)]
    )
    assert is_clear(answer)
    assert kept(answer, "/report", "description") == TEXT


@pytest.mark.parametrize("name", NAMES)
def test_a_file_may_be_called_anything_and_comes_back_as_a_plain_name(
    shared: World, doors: Flask, name: str
) -> None:
    client = doors.test_client()
    client.get("/report")
    fields = page_of(client.get("/report").data).fields("/report")
    kind, body = multipart({**fields, "company": "nordvakt-se", "description": TEXT}, [(name, b"data")])
    answer = client.post("/report", data=body, content_type=kind)
    key = page_of(answer.data).key
    assert key is not None, answer.text
    case = shared.program.reporter.open(shared.program.reporter.enter(key).secret)
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
    assert not key or len(key) < 5 or key not in unescape(answer.text) or key.startswith("7KQ4M"), (
        "a key never comes back"
    )


TYPED = ("description", "message", "details")
APART = ("/staff", "/desk", "/legal", "/mailbox", "/admin", "/custody")
"""Doors where nobody is signed in: they answer with the way in, or their forms carry no text."""


@pytest.mark.usefixtures("unchanged")
@pytest.mark.parametrize("token", ["", "0" * 64, "A" * 43, "\x00", "å"])
def test_a_token_that_is_missing_or_forged_stops_every_form(doors: Flask, token: str) -> None:
    client = doors.test_client()
    for rule in doors.url_map.iter_rules():
        if "POST" in (rule.methods or ()):
            with doors.test_request_context():
                path = str(rule.build(dict.fromkeys(rule.arguments, "0" * 32))[1])  # type: ignore[index]
            answer = client.post(path, data={"csrf_token": token, **dict.fromkeys(TYPED, TEXT)})
            assert is_clear(answer), path
            assert TEXT in answer.text or path.startswith(APART), path
            assert client.post(path).status_code in range(400, 500), path


@pytest.mark.usefixtures("unchanged")
@pytest.mark.parametrize(
    "host", ["elsewhere.example", "127.0.0.1.example", "localhost@elsewhere.example", "[::1", "", "å.example"]
)
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
    assert [path for path in files_below(folder) if size_of(path)] == []
