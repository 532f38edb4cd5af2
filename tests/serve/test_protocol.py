"""HTTP/1.1 as it should be: what could be read in two ways is refused, and nothing is said of anybody."""

import json
import os
import signal
import time
from typing import Any

import pytest


def test_the_server_does_not_say_what_it_is(start: Any, wire: Any) -> None:
    served = start()
    for request in (
        b"GET / HTTP/1.1\r\nHost: x\r\n\r\n",
        b"nonsense\r\n\r\n",
        b"GET /boom HTTP/1.1\r\nHost: x\r\n\r\n",
    ):
        _, headers, body = wire.answer(served.connect(request))
        assert "server" not in headers
        assert b"unicorn" not in body


def test_one_connection_carries_many_requests(start: Any, wire: Any) -> None:
    sock = start().connect()
    for words in (b"one", b"two", b"three"):
        sock.sendall(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n%s" % (len(words), words))
        assert wire.answer(sock)[2] == b"ok " + words


def test_requests_sent_at_once_are_answered_in_order(start: Any, wire: Any) -> None:
    sock = start().connect(
        b"".join(
            b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\n%03d" % number for number in range(50)
        )
    )
    assert [wire.answer(sock)[2] for _ in range(50)] == [b"ok %03d" % number for number in range(50)]


def test_a_request_that_comes_byte_by_byte_is_one_request(start: Any, wire: Any) -> None:
    sock = start().connect()
    for byte in b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\nwords"[:-1]:
        sock.sendall(bytes([byte]))
    assert wire.answer(sock)[2] == b"ok word"


def test_a_connection_is_closed_when_the_client_says_so(start: Any, wire: Any) -> None:
    served = start()
    for request in (b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", b"GET / HTTP/1.0\r\n\r\n"):
        sock = served.connect(request)
        assert wire.answer(sock)[1]["connection"] == "close"
        assert sock.recv(10) == b""


@pytest.mark.parametrize(
    ("request_bytes", "status"),
    [
        (b"POST / HTTP/1.1\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400),
        (b"POST / HTTP/1.1\r\nContent-Length: 4\r\nContent-Length: 5\r\n\r\nwords", 400),
        (b"POST / HTTP/1.1\r\nContent-Length: +4\r\n\r\nword", 400),
        (b"POST / HTTP/1.1\r\nContent-Length: 4, 4\r\n\r\nword", 400),
        (b"POST / HTTP/1.1\r\nContent-Length: 0x4\r\n\r\nword", 400),
        (b"POST / HTTP/1.1\r\nContent-Length: -4\r\n\r\nword", 400),
        (b"POST / HTTP/1.1\r\nContent-Length : 4\r\n\r\nword", 400),
        (b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nword\r\n0\r\n\r\n", 411),
        (b"POST / HTTP/1.1\r\nTransfer-Encoding: identity\r\n\r\n", 400),
        (b"POST / HTTP/1.1\r\nTransfer-Encoding: xchunked\r\n\r\n", 501),
        (b"GET / HTTP/1.1\r\nHost: x\r\n folded: y\r\n\r\n", 400),
        (b"GET / HTTP/1.1\nHost: x\n\n", 400),
        (b"GET / HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n", 400),
        (b"GET / HTTP/3.0\r\nHost: x\r\n\r\n", 400),
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nExpect: a-miracle\r\n\r\n", 417),
        (b"GET /" + b"x" * 5000 + b" HTTP/1.1\r\n\r\n", 414),
        (b"GET / HTTP/1.1\r\n" + b"a: b\r\n" * 200 + b"\r\n", 431),
        (b"GET / HTTP/1.1\r\nCookie: " + b"x" * 40_000, 431),
    ],
)
def test_what_could_be_read_in_two_ways_or_has_no_end_is_refused(
    start: Any, wire: Any, request_bytes: bytes, status: int
) -> None:
    served = start()
    sock = served.connect(request_bytes)
    got, headers, body = wire.answer(sock)
    assert (got, headers["connection"], headers["cache-control"]) == (status, "close", "no-store")
    assert b"word" not in body
    assert sock.recv(10) == b""
    assert served.ask("GET", "/")[0] == 200


def test_the_application_learns_nothing_of_where_a_client_is(start: Any) -> None:
    facts = json.loads(start().ask("GET", "/environ")[1])
    assert not {"REMOTE_ADDR", "REMOTE_PORT", "gunicorn.socket"} & set(facts["all"])
    assert facts["wsgi.url_scheme"] == "http"


def test_a_proxy_on_this_machine_says_https_but_not_the_way_to_the_application(start: Any) -> None:
    served = start()
    headers = {"X-Forwarded-Proto": "https", "SCRIPT_NAME": "/elsewhere", "PATH_INFO": "/boom"}
    facts = json.loads(served.ask("GET", "/environ", None, **headers)[1])
    assert (facts["wsgi.url_scheme"], facts["SCRIPT_NAME"], facts["PATH_INFO"]) == ("https", "", "/environ")


def test_an_application_that_fails_is_answered_for_and_said_by_type_and_place(start: Any, wire: Any) -> None:
    served = start(threads=2)
    for path in ("/boom", "/exit", "/nowhere"):
        for _ in range(3):
            assert served.ask("GET", path)[0] == 500
    status, _, body = wire.answer(
        served.connect(b"GET /boom?MARKER-query HTTP/1.1\r\nX-Name: MARKER-header\r\n\r\n")
    )
    assert (status, b"MARKER" in body) == (500, False)
    said = served.stop()
    assert "ValueError at" in said
    assert "tiny.py:" in said
    assert "MARKER" not in said


def test_an_answer_that_fails_half_way_does_not_look_whole(start: Any) -> None:
    sock = start().connect(b"GET /late HTTP/1.1\r\nHost: x\r\n\r\n")
    answer = b""
    while piece := sock.recv(1000):
        answer += piece
    assert answer.endswith(b"beginning\r\n")


def test_nothing_a_client_sends_or_is_comes_out_of_the_server(start: Any, wire: Any) -> None:
    served = start(limits={"pace_seconds": 0.3, "head_seconds": 0.3})
    served.ask("GET", "/?MARKER-query", None, Cookie="MARKER-cookie")
    for rude in (
        b"POST /late HTTP/1.1\r\nContent-Length: 6\r\n\r\nMARKER",
        b"MARKER-method / HTTP/1.1\r\n\r\n",
        b"GET /MARKER path HTTP/1.1\r\n\r\n",
        b"GET / HTTP/1.1\r\nMARKER header\r\n\r\n",
        b"GET / HTTP/1.1\r\nExpect: MARKER\r\n\r\n",
        b"HEAD /boom?MARKER HTTP/1.1\r\n\r\n",
        b"POST /form HTTP/1.1\r\nContent-Length: 900000\r\n\r\n" + b"MARKER" * 60_000,
        b"POST / HTTP/1.1\r\nContent-Length: 900\r\n\r\nMARKER",
    ):
        sock = served.connect(rude)
        while sock.recv(100_000):
            pass
    said = served.stop()
    assert "MARKER" not in said
    assert "127.0.0.1" not in said.replace(f"http://127.0.0.1:{served.port}", "")


def test_the_server_is_there_at_once_and_gone_soon(start: Any) -> None:
    began = time.monotonic()
    served = start(background=True)
    assert time.monotonic() - began < 5
    served.wait_for("background")
    served.connect(), served.connect(b"GET / HT")
    began = time.monotonic()
    said = served.stop()
    assert time.monotonic() - began < 5
    assert said.splitlines()[-2:] == ["background ended", "returned"]
    assert served.process.returncode == 0


def test_ctrl_c_stops_it_too(start: Any) -> None:
    served = start()
    served.stop(signal.SIGINT)
    assert served.process.returncode == 0


def test_a_report_under_way_is_finished_before_the_server_goes(start: Any, wire: Any) -> None:
    served = start()
    sock = served.connect(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nwo")
    idle = served.connect(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
    assert wire.answer(idle)[0] == 200
    served.process.terminate()
    assert idle.recv(10) == b""  # The server is stopping, as idle clients see; the rest is sent only now.
    sock.sendall(b"rds")
    status, headers, body = wire.answer(sock)
    assert (status, headers["connection"], body) == (200, "close", b"ok words")


def test_the_background_work_runs_in_one_process_and_moves_when_that_dies(start: Any) -> None:
    served = start(background=True, workers=2)
    first = int(served.wait_for("background").split()[1])
    os.kill(first, signal.SIGKILL)
    second = int(served.wait_for("background").split()[1])
    assert second != first
    assert sum(line.startswith("background") for line in served.stop().splitlines()) == 3


def test_an_application_that_does_not_load_stops_the_start(start: Any) -> None:
    served = start(wait=False, broken=True)
    assert served.process.wait(20) != 0
    assert "a setting is wrong" in served.stop()


@pytest.mark.slow
def test_an_address_that_is_taken_is_said(start: Any) -> None:
    served = start()
    second = start(wait=False, port=served.port)
    assert second.process.wait(20) != 0  # It tries a few times, a second apart: the address may become free.
    assert "Connection in use" in second.errors()
