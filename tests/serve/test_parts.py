"""The parts of the server, one by one: they decide by bytes and times, not by how these arrive."""

import io
import socket
from collections.abc import Iterator

import pytest
from gunicorn.config import Config
from hypothesis import given
from hypothesis import strategies as st

from whistle.serve.body import Body
from whistle.serve.intake import FAR, NEAR, Intake, peer
from whistle.serve.lanes import Lanes, Pass
from whistle.serve.limits import Limits
from whistle.serve.outgoing import Outgoing
from whistle.serve.pace import ClientLost, Pace
from whistle.serve.refusals import BadRequest

LIMITS = Limits(pace_seconds=10, pace_rate=100, prefix_bytes=64, answer_bytes=1000)
CONFIG = Config()


class NeverComplete(Exception):
    pass


def intake() -> Intake:
    return Intake(CONFIG, LIMITS, NEAR)


def feed(taking: Intake, data: bytes, sizes: list[int]) -> int:
    """Give pieces until the request is complete; how many bytes that took."""
    source, turn = io.BytesIO(data), 0
    while not taking.complete():
        piece = source.read(min(sizes[turn % len(sizes)], taking.wanted))
        if not piece:
            raise NeverComplete
        taking.held += piece
        turn += 1
    return source.tell()


@given(st.binary(max_size=200), st.lists(st.integers(1, 90), min_size=1, max_size=6))
def test_a_request_is_the_same_whatever_its_pieces(body: bytes, sizes: list[int]) -> None:
    taking = intake()
    head = b"POST /a?b=c HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n" % len(body)
    used = feed(taking, head + body, sizes)
    assert (taking.request.path, taking.length, taking.is_large) == ("/a", len(body), len(body) > 64)
    assert taking.take_beginning() == body[: used - len(head)]
    assert used - len(head) >= min(len(body), 64)


@given(st.binary(max_size=300), st.lists(st.integers(1, 90), min_size=1, max_size=6))
def test_garbage_is_refused_or_waited_for_and_nothing_else(data: bytes, sizes: list[int]) -> None:
    taking = intake()
    with pytest.raises((BadRequest, NeverComplete)):
        feed(taking, data, sizes)


def test_what_follows_a_request_belongs_to_the_next() -> None:
    taking = intake()
    taking.held += b"POST / HTTP/1.1\r\nContent-Length: 2\r\n\r\nabGET /next HTTP/1.1\r\n\r\n"
    assert taking.complete()
    assert taking.take_beginning() == b"ab"
    taking.next_request()
    assert taking.complete()
    assert taking.request.path == "/next"


@pytest.mark.parametrize(
    ("address", "where"),
    [
        (("127.0.0.1", 5), NEAR),
        (("::1", 5, 0, 0), NEAR),
        (("192.0.2.7", 5), FAR),
        ("", FAR),
        (("2001:db8::1", 5), FAR),
    ],
)
def test_of_an_address_only_near_or_far_is_kept(address: object, where: tuple[str, int]) -> None:
    assert peer(address) == where


def test_a_far_client_cannot_say_that_it_speaks_https() -> None:
    taking = Intake(CONFIG, LIMITS, FAR)
    taking.held += b"GET / HTTP/1.1\r\nX-Forwarded-Proto: https\r\n\r\n"
    assert taking.complete()
    assert taking.request.scheme == "http"


@given(st.lists(st.integers(0, 3000), min_size=1, max_size=20))
def test_a_client_is_lost_exactly_when_a_window_holds_too_little(moves: list[int]) -> None:
    pace = Pace(LIMITS, 0)
    for turn, count in enumerate(moves, start=1):
        pace.moved(count)
        assert not pace.lost(turn * 10 - 0.5)
        assert pace.lost(turn * 10) == (count < 1000)
        if count < 1000:
            return


def test_half_of_the_threads_is_the_large_lane() -> None:
    lanes = Lanes(9)
    passes = [Pass(lanes) for _ in range(6)]
    assert [one.try_enter_large() for one in passes] == [True] * 4 + [False] * 2
    assert passes[0].try_enter_large()
    passes[0].leave_large()
    passes[0].leave_large()
    assert [one.try_enter_large() for one in passes[4:]] == [True, False]
    assert Pass(Lanes(1)).try_enter_large()


@pytest.fixture
def pair() -> Iterator[tuple[socket.socket, socket.socket]]:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        ours.setblocking(False)
        yield ours, theirs


def body_of(beginning: bytes, length: int, sock: socket.socket | None, seconds: float = 10) -> Body:
    return Body(beginning, length, sock, Pace(Limits(pace_seconds=seconds), 0))


def test_a_body_is_read_from_memory_and_then_from_the_wire(pair: tuple[socket.socket, socket.socket]) -> None:
    ours, theirs = pair
    theirs.sendall(b"second\nthird and the next request")
    body = body_of(b"first\n", 18, ours)
    assert not body.read_whole
    assert body.readline() == b"first\n"
    assert body.read(3) == b"sec"
    assert list(body) == [b"ond\n", b"third"]
    assert (body.read(), body.readline(), body.read1(), body.read_whole) == (b"", b"", b"", True)
    assert theirs.send(b"") == 0
    assert ours.recv(100) == b" and the next request"


@given(st.binary(max_size=60), st.integers(0, 60), st.lists(st.integers(-1, 9), max_size=9))
def test_reading_by_lines_and_by_sizes_gives_what_a_file_would(
    data: bytes, held: int, sizes: list[int]
) -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        theirs.sendall(data[held:])
        body, file = body_of(data[:held], len(data), ours), io.BytesIO(data)
        for turn, size in enumerate(sizes):
            if turn % 2:
                assert body.read(size) == file.read(size)
            else:
                assert body.readline(size) == file.readline(size)
        assert body.readlines() == file.readlines()


def test_a_body_without_a_wire_ends_loudly_after_its_beginning() -> None:
    body = body_of(b"begin", 50, None)
    assert body.read1(100) == b"begin"
    with pytest.raises(ClientLost):
        body.read1(100)


def test_a_client_that_leaves_or_stalls_is_lost(pair: tuple[socket.socket, socket.socket]) -> None:
    ours, theirs = pair
    with pytest.raises(ClientLost):
        body_of(b"", 5, ours, seconds=0).read()
    theirs.close()
    with pytest.raises(ClientLost):
        body_of(b"", 5, ours).read()


def test_an_answer_waits_in_memory_up_to_its_bound(pair: tuple[socket.socket, socket.socket]) -> None:
    ours, theirs = pair
    out = Outgoing(ours, Limits(answer_bytes=10_000_000, pace_seconds=0))
    out.sendall(b"x" * 8_000_000)
    waiting = len(out)
    assert 0 < waiting < 8_000_000
    theirs.recv(100_000)
    while not out.flush():
        theirs.recv(100_000)
    assert len(out) < waiting
    with pytest.raises(ClientLost):
        out.sendall(b"x" * 8_000_000)
