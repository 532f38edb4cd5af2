"""However many connections hang on the server and say nothing, people get their answers."""

import re
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.journeys.server import Server, make_site, serving
from tests.journeys.visitor import Visitor, report
from tests.world import PASSPHRASE, Secrets

pytestmark = pytest.mark.slow

MANY = 200
BOUND = 2.0
"""Seconds in which a text report, the mailbox and staff are answered."""
NUMBER = re.compile(r'href="(/desk/cases/W-[0-9A-Z]{4}-[0-9A-Z]{4})"')

SILENT = b""
HALF_A_HEAD = b"POST /report HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Le"
HALF_A_TEXT = b"POST /report HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 4000\r\n\r\ndescription=half"
HALF_A_FILE = (
    b"POST /report HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 900000000\r\n"
    b"Content-Type: multipart/form-data; boundary=edge\r\n\r\n"
    b'--edge\r\nContent-Disposition: form-data; name="files"; filename="a"\r\n\r\n' + b"x" * 300_000
)
NEVER_READS = b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n" * 10


@pytest.fixture(scope="module")
def served(template: tuple[Path, Secrets], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with serving(make_site(template, tmp_path_factory.mktemp("slow"))) as server:
        yield server


@pytest.fixture(scope="module")
def handler(served: Server) -> Visitor:
    """A handler who signed in before the many came."""
    visitor = Visitor(served.port)
    report(visitor)
    visitor.get("/staff/sign-in")
    typed = {"name": "Hanna", "passphrase": PASSPHRASE, "code": served.site.code("Hanna")}
    assert visitor.send("/staff/sign-in", typed).status == 303
    return visitor


def timed(act: Callable[[], None]) -> float:
    began = time.perf_counter()
    act()
    return time.perf_counter() - began


@pytest.mark.parametrize(
    "first", [SILENT, HALF_A_HEAD, HALF_A_TEXT, HALF_A_FILE, NEVER_READS],
    ids=["silent", "half-a-head", "half-a-text", "half-a-file", "never-reads"],
)  # fmt: skip
def test_everybody_is_answered_while_two_hundred_connections_hang(
    served: Server, handler: Visitor, first: bytes
) -> None:
    with ExitStack() as held:
        for _one in range(MANY):
            sock = held.enter_context(socket.create_connection(("127.0.0.1", served.port), timeout=30))
            sock.settimeout(30)
            sock.sendall(first)
        reporter = Visitor(served.port)
        reporter.get("/report")

        def send() -> None:
            fields = {"company": "nordvakt-se", "description": "Sent among many."}
            assert reporter.send("/report", fields).key

        def enter() -> None:
            assert reporter.last is not None
            key = reporter.last.key or ""
            assert reporter.send("/mailbox", {"case_key": key}).status == 303
            assert "Sent among many." in reporter.get("/mailbox/case").words

        def sign_in_page() -> None:
            assert Visitor(served.port).get("/staff/sign-in").status == 200

        def answer() -> None:
            case = NUMBER.search(handler.get("/desk").text)
            assert case is not None
            handler.get(case[1])
            assert handler.post(f"{case[1]}/notes", note_of(handler)).status == 303

        took = {act.__name__: round(timed(act), 3) for act in (send, enter, sign_in_page, answer)}
    print(took)
    assert {name: seconds for name, seconds in took.items() if seconds >= BOUND} == {}


def note_of(handler: Visitor) -> dict[str, str]:
    assert handler.last is not None
    return {**handler.last.fields("/staff/sign-out"), "note": "Written among many."}
