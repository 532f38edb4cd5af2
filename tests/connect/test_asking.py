"""Whatever a system does, there is an outcome in words, in time, and nothing else is touched by it."""

import json
import os
import ssl
from pathlib import Path

import pytest

from tests.connect.answers import ASKED, answer, record
from tests.connect.serving import SE, answering, certificate, http, system
from whistle.connect.asking import AT_ONCE, Systems
from whistle.connect.contract import Outcome, Result
from whistle.connect.systems import System
from whistle.errors import NotThere
from whistle.rules.policy_codes import Basis

RIGHT = answer(record())
CLOSED = "http://127.0.0.1:1/person"
"""Nobody listens there (RFC 6335: a port of the system)."""


def ask(made: System) -> Outcome:
    return Systems([made]).ask(SE, "crm", ASKED.value)


def test_a_right_answer_is_found_and_the_person_stands_in_no_address() -> None:
    with answering(http(RIGHT)) as (url, heard):
        outcome = ask(system(url))
    assert (outcome.result, len(outcome.lines)) == (Result.FOUND, 1)
    head, _, body = heard[0].partition(b"\r\n\r\n")
    assert head.startswith(b"POST /person HTTP/1.1\r\n")
    assert b"eva" not in head
    assert json.loads(body)["identifier"]["value"] == ASKED.value


LIES: list[tuple[bytes, Result]] = [
    (http(answer()), Result.NOTHING),
    (http(answer(record(), version=2)), Result.WRONG_VERSION),
    (http(answer(record(), category="marketing")), Result.OTHER_CATEGORY),
    (http(answer(record(identifier="bo@mail.example"))), Result.OTHER_PERSON),
    (http(b"<html>"), Result.NOT_JSON),
    (http(answer(record(fields={}))), Result.BROKEN),
    (http(b"", "302 Found", head="Location: http://127.0.0.1:1/\r\n"), Result.REDIRECTED),
    (http(RIGHT, "307 Temporary Redirect", head="Location: /other\r\n"), Result.REDIRECTED),
    (http(b"", "401 Unauthorized"), Result.DENIED),
    (http(b"", "403 Forbidden"), Result.DENIED),
    (http(RIGHT, "500 Internal Server Error"), Result.NO_ANSWER),
    (http(RIGHT, length=len(RIGHT) + 1), Result.NO_ANSWER),
    (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n40\r\n" + RIGHT[:10], Result.NO_ANSWER),
    (http(b"x" * 10, length=2 * 1024 * 1024), Result.TOO_LARGE),
    (b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * (1024 * 1024 + 1), Result.TOO_LARGE),
    (b"", Result.NO_ANSWER),
    (b"no HTTP at all\r\n\r\n", Result.NO_ANSWER),
    (b"HTTP/1.1 200 OK\r\n" + b"A: b\r\n" * 200 + b"\r\n", Result.NO_ANSWER),
]


@pytest.mark.parametrize(("said", "result"), LIES, ids=range(len(LIES)))
def test_every_way_of_not_answering_has_its_own_word(said: bytes, result: Result) -> None:
    with answering(said) as (url, _heard):
        outcome = ask(system(url))
    assert outcome.result is result
    assert outcome.lines == ()


def test_a_system_that_is_down_did_not_answer() -> None:
    assert ask(system(CLOSED)).result is Result.NO_ANSWER


def test_a_system_that_takes_the_question_and_says_nothing_is_slow() -> None:
    with answering(None) as (url, _heard):
        assert ask(system(url, total_seconds=0.05)).result is Result.SLOW


def test_bytes_that_drip_gain_no_time() -> None:
    seconds = iter([0.0, 0.0, 1.0, 100.0, 100.0])
    with answering(http(RIGHT[:5], length=len(RIGHT))) as (url, _heard):
        outcome = Systems([system(url)], lambda: next(seconds)).ask(SE, "crm", ASKED.value)
    assert outcome.result is Result.SLOW


def test_a_person_is_named_only_to_a_system_whose_certificate_is_trusted(tmp_path: Path) -> None:
    own = certificate(tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(own)
    with answering(http(RIGHT), context) as (url, heard):
        assert ask(system(url)).result is Result.UNTRUSTED
    assert heard == []
    with answering(http(RIGHT), context) as (url, _heard):
        assert ask(system(url, ca_file=own)).result is Result.FOUND


def test_a_credential_is_read_from_its_file_each_time(tmp_path: Path) -> None:
    token = tmp_path / "token"
    token.write_text("first\n")
    made = system("", token_file=token)
    for word in ("first", "second"):
        token.write_text(word)
        with answering(http(RIGHT)) as (url, heard):
            assert ask(System(**{**made.__dict__, "url": url})).result is Result.FOUND
        assert f"Authorization: Bearer {word}\r\n".encode() in heard[0]
    for wrong in ("", "two\nlines", "å"):
        token.write_text(wrong)
        assert ask(System(**{**made.__dict__, "url": CLOSED})) == Outcome(Result.DENIED, place="token_file")
    token.unlink()
    assert ask(System(**{**made.__dict__, "url": CLOSED})) == Outcome(Result.DENIED, place="token_file")


def test_a_proxy_of_the_environment_is_not_asked_to_carry_anything(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", CLOSED)
    with answering(http(RIGHT)) as (url, _heard):
        assert ask(system(url)).result is Result.FOUND


def test_a_folder_holds_one_document_a_person(tmp_path: Path) -> None:
    made = system(folder=tmp_path)
    assert ask(made).result is Result.NOTHING
    path = tmp_path / ASKED.document()
    path.write_bytes(RIGHT)
    assert ask(made).result is Result.FOUND
    path.write_bytes(b"x" * (1024 * 1024 + 1))
    assert ask(made).result is Result.TOO_LARGE
    path.write_bytes(answer(record(identifier="bo@mail.example")))
    assert ask(made).result is Result.OTHER_PERSON
    path.unlink()
    (tmp_path / "other.json").write_bytes(RIGHT)
    path.symlink_to(tmp_path / "other.json")
    assert ask(made) == Outcome(Result.NO_ANSWER, place="folder")
    path.unlink()
    os.mkfifo(path)
    assert ask(made) == Outcome(Result.NO_ANSWER, place="folder")
    assert ask(system(folder=tmp_path / "gone")) == Outcome(Result.NO_ANSWER, place="folder")


def test_a_line_without_a_ground_has_the_one_of_its_system(tmp_path: Path) -> None:
    path = tmp_path / ASKED.document()
    path.write_bytes(answer(record(basis=None), record(basis="consent")))
    outcome = ask(system(folder=tmp_path, basis=Basis.CONTRACT))
    assert [one.basis for one in outcome.lines] == [Basis.CONTRACT, Basis.CONSENT]
    assert ask(system(folder=tmp_path)).lines[0].basis is None


def test_only_so_many_wait_at_a_time_and_the_place_comes_back(tmp_path: Path) -> None:
    systems = Systems([system(folder=tmp_path)])
    taken = [systems._room.acquire(blocking=False) for _ in range(AT_ONCE)]
    assert all(taken)
    assert systems.ask(SE, "crm", ASKED.value).result is Result.BUSY
    systems._room.release()
    for _again in range(AT_ONCE + 1):
        assert systems.ask(SE, "crm", ASKED.value).result is Result.NOTHING


def test_a_system_of_another_company_is_not_there(tmp_path: Path) -> None:
    systems = Systems([system(folder=tmp_path)])
    assert [one.code for one in systems.of(SE)] == ["crm"]
    assert systems.of("nordvakt-fi") == ()
    for company, code in (("nordvakt-fi", "crm"), (SE, "other")):
        with pytest.raises(NotThere):
            systems.ask(company, code, ASKED.value)
