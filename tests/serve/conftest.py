"""A real server in a process of its own, and clients that may be as rude as a test wants."""

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

SCRIPT = Path(__file__).with_name("tiny.py")
BOUNDARY = "BoundaryOfTheTest"


class Served:
    """One running server; `stop` returns what it said on stdout and stderr."""

    def __init__(self, folder: Path, settings: dict[str, Any]) -> None:
        self.folder = folder
        self._stderr = (folder / "stderr").open("w+b")
        scratch = folder / "scratch"
        scratch.mkdir()
        self.scratch = scratch
        self.process = subprocess.Popen(
            [sys.executable, str(SCRIPT), json.dumps(settings)],
            stdout=subprocess.PIPE,
            stderr=self._stderr,
            stdin=subprocess.DEVNULL,
            env={**os.environ, "TMPDIR": str(scratch)},
        )
        self.lines: list[str] = []
        self._unasked: list[str] = []
        self.port = 0
        self._sockets = ExitStack()

    def wait_for(self, word: str) -> str:
        assert self.process.stdout is not None
        for line in self._unasked:
            if line.startswith(word):
                self._unasked.remove(line)
                return line
        for raw in self.process.stdout:
            self.lines.append(raw.decode().strip())
            if self.lines[-1].startswith(word):
                return self.lines[-1]
            self._unasked.append(self.lines[-1])
        raise AssertionError(f"the server ended before it said {word!r}: {self.errors()}")

    def ready(self) -> "Served":
        self.port = int(self.wait_for("ready").rsplit(":", 1)[1])
        return self

    def errors(self) -> str:
        return (self.folder / "stderr").read_text()

    def connect(self, first: bytes = b"", *, small_window: bool = False) -> socket.socket:
        sock = self._sockets.enter_context(socket.socket())
        sock.settimeout(20)
        if small_window:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
        sock.connect(("127.0.0.1", self.port))
        sock.sendall(first)
        return sock

    def ask(self, method: str, path: str, body: bytes | None = None, **headers: str) -> tuple[int, bytes]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        try:
            connection.request(method, path, body, headers)
            response = connection.getresponse()
            return response.status, response.read()
        finally:
            connection.close()

    def stop(self, how: signal.Signals = signal.SIGTERM) -> str:
        if self.process.poll() is None:
            self.process.send_signal(how)
        try:
            rest, _ = self.process.communicate(timeout=20)
            self.lines += rest.decode().splitlines()
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.communicate()
            raise
        finally:
            self._sockets.close()
            self._stderr.close()
        return "\n".join(self.lines) + "\n" + self.errors()


Start = Callable[..., Served]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Start servers; whatever a test leaves running is stopped."""
    running: list[Served] = []

    def begin(*, wait: bool = True, **settings: Any) -> Served:
        folder = tmp_path / str(len(running))
        folder.mkdir()
        running.append(Served(folder, settings))
        return running[-1].ready() if wait else running[-1]

    yield begin
    for served in running:
        served._sockets.close()
        if not served._stderr.closed:
            served.stop()


def form_head(path: str, length: int, *more: str) -> bytes:
    lines = [
        f"POST {path} HTTP/1.1",
        "Host: localhost",
        f"Content-Type: multipart/form-data; boundary={BOUNDARY}",
        f"Content-Length: {length}",
        *more,
    ]
    return "\r\n".join(lines).encode() + b"\r\n\r\n"


def form_start(text: str = "typed words") -> bytes:
    return (
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="what"\r\n\r\n{text}\r\n'
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="photo.jpg"\r\n\r\n'
    ).encode()


def form_end() -> bytes:
    return f"\r\n--{BOUNDARY}--\r\n".encode()


def read_answer(sock: socket.socket) -> tuple[int, dict[str, str], bytes]:
    """One whole answer: status, headers in small letters, body."""
    head = b""
    while not head.endswith(b"\r\n\r\n"):
        # Byte by byte: what follows belongs to the next answer.
        byte = sock.recv(1)
        assert byte, f"the connection ended after {head!r}"
        head += byte
    first, *lines = head.decode("latin-1").splitlines()[:-1]
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    body, length = b"", int(headers["content-length"])
    while len(body) < length:
        body += sock.recv(length - len(body))
    return int(first.split()[1]), headers, body


@pytest.fixture
def wire() -> Any:
    """The helpers that write and read HTTP by hand."""

    class Wire:
        head = staticmethod(form_head)
        start = staticmethod(form_start)
        end = staticmethod(form_end)
        answer = staticmethod(read_answer)

    return Wire
