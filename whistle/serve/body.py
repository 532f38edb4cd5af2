"""The body of a request as the application reads it: first from memory, then at the client's pace."""

import select
import socket
import time
from collections.abc import Iterator

from whistle.serve.pace import ClientLost, Pace

RECEIVE_BYTES = 256 * 1024
"""One receive: a fast upload then spends its time copying; 32 threads hold 8 MiB."""

LINE_BYTES = 8 * 1024
"""One step of `readline`, which the protocol wants and a form never uses."""


def wait(sock: socket.socket, event: int, deadline: float) -> None:
    """Sleep until the socket is ready for `event` (POLLIN, POLLOUT) or the monotonic `deadline` is past."""
    waiting = select.poll()
    waiting.register(sock, event)
    waiting.poll(max(0, int((deadline - time.monotonic()) * 1000) + 1))


class Body:
    """`wsgi.input`: ClientLost when the client leaves or stalls, or, without a socket, after `beginning`."""

    def __init__(self, beginning: bytes, length: int, sock: socket.socket | None, pace: Pace) -> None:
        self._held = beginning
        self._unreceived = length - len(beginning)
        self._sock = sock
        self._pace = pace

    @property
    def read_whole(self) -> bool:
        """Whether nothing of it is left on the wire: only then can the connection be used again."""
        return self._unreceived == 0

    def read1(self, size: int = -1) -> bytes:
        """What is there, at most `size` bytes and one receive; b"" only at the end."""
        if not self._held and self._unreceived:
            limit = RECEIVE_BYTES if size < 0 else min(size, RECEIVE_BYTES)
            return self._receive(limit) if limit else b""
        if size < 0 or size >= len(self._held):
            taken, self._held = self._held, b""
        else:
            taken, self._held = self._held[:size], self._held[size:]
        return taken

    def read(self, size: int | None = -1) -> bytes:
        """Exactly `size` bytes, or all that is left when it is less or `size` is negative or None."""
        wanted = self._left() if size is None or size < 0 else min(size, self._left())
        pieces = []
        while wanted:
            pieces.append(self.read1(wanted))
            wanted -= len(pieces[-1])
        return b"".join(pieces)

    def readline(self, size: int | None = -1) -> bytes:
        """One line with its end, or `size` bytes of it."""
        wanted = self._left() if size is None or size < 0 else min(size, self._left())
        line = b""
        while len(line) < wanted and not line.endswith(b"\n"):
            piece = self.read1(min(LINE_BYTES, wanted - len(line)))
            end = piece.find(b"\n") + 1 or len(piece)
            line, self._held = line + piece[:end], piece[end:] + self._held
        return line

    def readlines(self, hint: int = -1) -> list[bytes]:
        """All lines; `hint` is ignored, as the protocol allows."""
        del hint
        return list(self)

    def __iter__(self) -> Iterator[bytes]:
        while line := self.readline():
            yield line

    def _left(self) -> int:
        return len(self._held) + self._unreceived

    def _receive(self, limit: int) -> bytes:
        if self._sock is None:
            raise ClientLost
        while True:
            try:
                data = self._sock.recv(min(limit, self._unreceived))
            except BlockingIOError:
                self._wait_for_more(self._sock)
                continue
            except OSError as error:
                raise ClientLost from error
            if not data:
                raise ClientLost
            self._unreceived -= len(data)
            self._pace.moved(len(data))
            return data

    def _wait_for_more(self, sock: socket.socket) -> None:
        if self._pace.lost(time.monotonic()):
            raise ClientLost
        wait(sock, select.POLLIN, self._pace.deadline)
