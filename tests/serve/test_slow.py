"""Clients who stall, trickle or do not read cost memory for a while and no thread: others are answered."""

import json
import time
from typing import Any

import pytest

PATIENCE = 2.0
"""Seconds in which text must be answered, whatever two hundred others do."""

LARGE = 300 * 1024
WINDOWS = {"head_seconds": 1.0, "idle_seconds": 1.0, "pace_seconds": 1.0, "linger_seconds": 1.0}


def quickly(served: Any, *request: Any) -> tuple[int, bytes]:
    began = time.monotonic()
    answer: tuple[int, bytes] = served.ask(*request)
    assert time.monotonic() - began < PATIENCE
    return answer


def text_gets_through(served: Any) -> None:
    for _ in range(3):
        assert quickly(served, "GET", "/") == (200, b"ok ")
        assert quickly(served, "POST", "/", b"a report in words") == (200, b"ok a report in words")


@pytest.mark.slow
@pytest.mark.parametrize(
    "beginning",
    [
        b"",
        b"GET / HTTP/1.1\r\nHost: local",
        b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5000\r\n\r\nsome",
        b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 500000000\r\n\r\nsome",
        b"POST /form HTTP/1.1\r\nHost: x\r\nContent-Length: 500000000\r\n\r\n" + b"x" * LARGE,
        b"GET / HTTP/1.1\r\nHost: x\r\n\r\n",
    ],
    ids=["silent", "half a head", "small body", "large body", "large body begun", "kept open"],
)
def test_two_hundred_stalled_connections_do_not_hold_up_text(start: Any, beginning: bytes) -> None:
    served = start(threads=8)
    for _ in range(200):
        served.connect(beginning)
    text_gets_through(served)


@pytest.mark.slow
def test_readers_who_do_not_read_do_not_hold_up_text(start: Any) -> None:
    # A page larger than what the system itself holds for a reader, so that the server has to hold the rest.
    served = start(threads=8, limits={"answer_bytes": 10_000_000, "memory_bytes": 1_000_000_000})
    for _ in range(20):
        served.connect(b"GET /page?8000000 HTTP/1.1\r\nHost: x\r\n\r\n", small_window=True)
        served.connect(b"GET /download?400 HTTP/1.1\r\nHost: x\r\n\r\n", small_window=True)
    text_gets_through(served)
    assert quickly(served, "GET", "/download?4") == (429, b"later")


def test_a_silent_or_trickling_client_is_let_go(start: Any, wire: Any) -> None:
    served = start(limits=WINDOWS)
    silent, half, kept = (
        served.connect(),
        served.connect(b"GET / HT"),
        served.connect(b"GET / HTTP/1.1\r\n\r\n"),
    )
    assert wire.answer(kept)[0] == 200
    assert [sock.recv(100) for sock in (silent, half, kept)] == [b"", b"", b""]


def test_a_body_that_stalls_is_told_so(start: Any, wire: Any) -> None:
    served = start(limits=WINDOWS)
    sock = served.connect(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5000\r\n\r\nsome")
    assert wire.answer(sock)[0] == 408


ATTEMPTS = 1000
"""So often somebody asks again who found no place: longer than any thread waits for its turn."""


def test_a_large_body_that_stalls_gives_its_place_back(start: Any, wire: Any) -> None:
    served = start(threads=2, limits=WINDOWS)
    sock = served.connect(wire.head("/form", LARGE * 10) + wire.start() + b"x" * LARGE)
    status, _, body = wire.answer(sock)
    assert (status, json.loads(body)["problem"]) == (422, "truncated")
    # The answer is out a moment before the place is free.
    assert any(served.ask("GET", "/download")[0] == 200 for _attempt in range(ATTEMPTS))


def test_a_slow_but_steady_body_arrives(start: Any, wire: Any) -> None:
    window, size, piece = 1.2, 6000, b"0123456789" * 10
    served = start(limits={"pace_seconds": window, "pace_rate": 20, "head_seconds": 0.1})
    sock = served.connect(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n" % size)
    began, sent = time.monotonic(), 0
    while time.monotonic() < began + 2 * window:
        # A client beside it that stops in its head is let go: that long the next piece takes.
        assert served.connect(b"GET / HT").recv(10) == b""
        sock.sendall(piece)
        sent += len(piece)
    sock.sendall(b"x" * (size - sent))
    assert len(wire.answer(sock)[2]) == len(b"ok ") + size


def test_the_one_silent_longest_makes_room_for_the_next(start: Any) -> None:
    served = start(limits={"connections": 20})
    sockets = [served.connect() for _ in range(30)]
    assert served.ask("GET", "/") == (200, b"ok ")
    assert sockets[0].recv(10) == b""
    sockets[29].sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
    assert sockets[29].recv(15) == b"HTTP/1.1 200 OK"


def test_what_is_held_in_memory_has_a_bound(start: Any) -> None:
    served = start(limits={"memory_bytes": 1_000_000})
    head = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 200001\r\n\r\n"
    first = served.connect(head + b"x" * 200_000)
    for _ in range(9):
        served.connect(head + b"x" * 200_000)
    assert first.recv(10) == b""
    assert served.ask("GET", "/") == (200, b"ok ")
