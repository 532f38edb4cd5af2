"""One question to one address: nothing is followed, nothing waits past its time or reads past its size."""

import io
import socket
import ssl
import time
from collections.abc import Callable
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from whistle.connect.contract import Refused, Result
from whistle.connect.systems import System

Clock = Callable[[], float]

_DENIED: Final = frozenset({HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN})
#: The longest secret that somebody means to put into a header.
_TOKEN_LIMIT: Final = 4096


def ask(system: System, question: bytes, clock: Clock = time.monotonic) -> bytes:
    """The body of the answer. Raises `Refused` with what went wrong.

    The person is named in the body alone: addresses are what logs keep.
    """
    headers = _headers(system)
    connection = _connected(system)
    until = clock() + system.total_seconds
    real: Any = connection.sock
    connection.sock = _Timed(real, until, clock)
    try:
        connection.request("POST", urlsplit(system.url).path or "/", question, headers)
        return _body(connection.getresponse(), system.most_bytes)
    except TimeoutError:
        raise Refused(Result.SLOW) from None
    except (OSError, HTTPException, ValueError):
        raise Refused(Result.NO_ANSWER) from None
    finally:
        connection.close()
        real.close()


def _headers(system: System) -> dict[str, str]:
    headers = {"Content-Type": "application/json", "Accept": "application/json", "Connection": "close"}
    if system.token_file is not None:
        headers["Authorization"] = f"Bearer {_token(system.token_file)}"
    return headers


def _token(path: Path) -> str:
    """The credential, read each time: whoever changes it need not start anything again."""
    try:
        with path.open(encoding="ascii") as file:
            token = file.read(_TOKEN_LIMIT + 1).strip()
    except (OSError, UnicodeDecodeError):
        raise Refused(Result.DENIED, "token_file") from None
    if not token or len(token) > _TOKEN_LIMIT or not token.isprintable():
        raise Refused(Result.DENIED, "token_file")
    return token


def _connected(system: System) -> HTTPConnection:
    """An open line; a proxy that the environment names is not asked to carry a person's data."""
    parts = urlsplit(system.url)
    host, seconds = parts.hostname or "", system.connect_seconds
    try:
        if parts.scheme == "https":
            trusted = ssl.create_default_context(cafile=system.ca_file)
            connection: HTTPConnection = HTTPSConnection(host, parts.port, timeout=seconds, context=trusted)
        else:
            connection = HTTPConnection(host, parts.port, timeout=seconds)
        connection.connect()
    except ssl.SSLError:
        raise Refused(Result.UNTRUSTED) from None
    except OSError:
        raise Refused(Result.NO_ANSWER) from None
    return connection


def _body(answer: HTTPResponse, most: int) -> bytes:
    if HTTPStatus.MULTIPLE_CHOICES <= answer.status < HTTPStatus.BAD_REQUEST:
        raise Refused(Result.REDIRECTED)
    if answer.status in _DENIED:
        raise Refused(Result.DENIED)
    if answer.status != HTTPStatus.OK:
        raise Refused(Result.NO_ANSWER, f"status {answer.status}")
    if answer.length is not None and answer.length > most:
        raise Refused(Result.TOO_LARGE)
    body = answer.read(most + 1)
    if len(body) > most:
        raise Refused(Result.TOO_LARGE)
    if answer.length:  # what was promised did not come: half an answer is none
        raise Refused(Result.NO_ANSWER)
    return body


class _Timed:
    """A socket of which every step is measured against one moment, however slowly its bytes drip."""

    def __init__(self, sock: socket.socket, until: float, clock: Clock) -> None:
        self._sock, self._until, self._clock = sock, until, clock

    def sendall(self, data: bytes) -> None:
        """Send all of it in time."""
        self._sock.settimeout(self._left())
        self._sock.sendall(data)

    def makefile(self, _mode: str) -> io.BufferedReader:
        """What the answer is read from."""
        return io.BufferedReader(_Reading(self))

    def receive_into(self, buffer: Any) -> int:
        """The next bytes, in time."""
        self._sock.settimeout(self._left())
        return self._sock.recv_into(buffer)

    def close(self) -> None:
        """Nothing: whoever opened the socket closes it, when the answer was read."""

    def _left(self) -> float:
        left = self._until - self._clock()
        if left <= 0:
            raise TimeoutError
        return left


class _Reading(io.RawIOBase):
    """The answer's bytes as they come."""

    def __init__(self, timed: _Timed) -> None:
        self._timed = timed

    def readable(self) -> bool:
        """It only gives."""
        return True

    def readinto(self, buffer: Any, /) -> int:
        """The next bytes."""
        return self._timed.receive_into(buffer)
