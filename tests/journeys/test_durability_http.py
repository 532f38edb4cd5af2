"""Whoever has read their key has a case; whoever was cut off before has none, and nothing is left of it."""

import json
import signal
import socket
from contextlib import closing
from pathlib import Path

import pytest

from tests.found import files_below, size_of
from tests.journeys.server import Server, Site, serving
from tests.journeys.visitor import Visitor, file_head, head, multipart, report
from whistle.vault.tables import blobs, cases

pytestmark = pytest.mark.slow

FILE = bytes(range(256)) * 20_000
TOO_FEW = "handlers"
"""The template's Norwegian channel has one handler only, and `check` says so."""


def findings(site: Site) -> list[str]:
    """What `whistle check` finds, without what the template is known for."""
    lines = site.run("check", "--json", code=None).splitlines()
    return [line for line in lines if json.loads(line)["kind"] != TOO_FEW]


def rows(site: Site) -> tuple[int, int]:
    """How many cases and how many files the database knows."""
    with site.program() as program, program.store.reading() as db:
        return len(db.execute(cases.select()).all()), len(db.execute(blobs.select()).all())


def strays(site: Site) -> list[str]:
    """Sealed bytes that belong to no case."""
    folder = site.folder / "blobs"
    incoming = [path for path in files_below(folder / "incoming") if size_of(path)]
    return [str(path) for path in (*incoming, *folder.glob("??/*.new"))]


def test_a_server_killed_when_the_key_was_read_has_the_case_and_its_files(site: Site) -> None:
    server = Server(site)
    visitor = Visitor(server.port)
    visitor.get("/report")
    answer = visitor.upload(
        "/report",
        {"company": "nordvakt-se", "description": "Killed at once."},
        [("år.bin", FILE), ("b.bin", b"b")],
    )
    server.kill()
    assert answer.key is not None, answer.words
    with serving(site):
        assert findings(site) == []
        with site.program() as program:
            secret = program.reporter.enter(answer.key).secret
            case = program.reporter.open(secret)
            found = {one.name: b"".join(program.reporter.file(secret, one.id).chunks()) for one in case.files}
        assert case.entries[0].text == "Killed at once."
        assert found == {"år.bin": FILE, "b.bin": b"b"}
        assert strays(site) == []


@pytest.mark.parametrize("message", [False, True], ids=["report", "message"])
def test_a_server_killed_in_the_middle_of_an_upload_leaves_nothing_of_it(
    site: Site, *, message: bool
) -> None:
    server = Server(site)
    visitor = Visitor(server.port)
    if message:
        key = report(visitor).key
        visitor.send("/mailbox", {"case_key": key or ""})
        visitor.get("/mailbox/case")
    else:
        visitor.get("/report")
    path = "/mailbox/case/messages" if message else "/report"
    before = rows(site)
    with closing(begun(visitor, path)) as sock:
        until_staged(site, sock)
        server.kill()
    assert strays(site) != [], "the upload was not under way"
    with serving(site) as again:
        assert Visitor(again.port).get("/").status == 200
        assert strays(site) == []
        assert findings(site) == []
        assert rows(site) == before


def begun(visitor: Visitor, path: str) -> socket.socket:
    """A connection on which a form with a large file was begun."""
    assert visitor.last is not None
    fields = {
        **visitor.last.fields(path),
        "company": "nordvakt-se",
        "description": "Cut off.",
        "message": "Cut off.",
    }
    kind, start = multipart(fields, (), "cut")
    start = start.removesuffix(b"--cut--\r\n") + file_head("cut", "large.bin")
    sock = socket.create_connection(("127.0.0.1", visitor.port), timeout=30)
    sock.sendall(head(visitor, path, kind, 1_000_000_000) + start)
    return sock


def until_staged(site: Site, sock: socket.socket) -> None:
    """Send until sealed bytes of the upload lie on the disk."""
    for _piece in range(2000):
        sock.sendall(b"x" * 65_536)
        if any(size_of(Path(path)) > 1_000_000 for path in strays(site)):
            return
    raise AssertionError("nothing was stored while it was received")


def test_a_server_that_is_stopped_ends_what_is_under_way(site: Site) -> None:
    server = Server(site)
    key = report(Visitor(server.port)).key
    server.process.send_signal(signal.SIGTERM)
    assert "Traceback" not in server.stop()
    assert server.process.returncode == 0
    assert findings(site) == []
    with site.program() as program:
        assert program.reporter.enter(key or "").secret
