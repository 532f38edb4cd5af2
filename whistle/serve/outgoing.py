"""What is on its way to a client: sent as far as the wire takes it, some kept, the rest when it is read."""

import select
import socket
import time

from whistle.serve.body import wait
from whistle.serve.limits import Limits
from whistle.serve.pace import ClientLost, Pace

SEND_BYTES = 256 * 1024
"""One send: what a socket takes at most in one call anyway."""


class Outgoing:
    """A socket to the code that writes answers; a page never makes its thread wait for the reader."""

    def __init__(self, sock: socket.socket, limits: Limits) -> None:
        self._sock = sock
        self._limits = limits
        self._kept = bytearray()
        self.pace = Pace(limits, time.monotonic())

    def __len__(self) -> int:
        return len(self._kept)

    def send(self, data: bytes) -> int:
        """Take all of `data`; see `sendall`."""
        self.sendall(data)
        return len(data)

    def sendall(self, data: bytes) -> None:
        """Take all of `data`, waiting only above `answer_bytes`; raises ClientLost when the reader stalls."""
        if not self._kept:
            self.pace = Pace(self._limits, time.monotonic())
            data = data[self._try(memoryview(data)) :]
        self._kept += data
        while len(self._kept) > self._limits.answer_bytes:
            if not self.flush():
                if self.pace.lost(time.monotonic()):
                    raise ClientLost
                wait(self._sock, select.POLLOUT, self.pace.deadline)

    def flush(self) -> int:
        """Send what the wire takes now, never waiting; says how many bytes went."""
        with memoryview(self._kept) as kept:
            sent = self._try(kept[:SEND_BYTES])
        del self._kept[:sent]
        return sent

    def _try(self, data: memoryview) -> int:
        if not data:
            return 0
        try:
            sent = self._sock.send(data)
        except BlockingIOError:
            return 0
        except OSError as error:
            raise ClientLost from error
        self.pace.moved(sent)
        return sent
