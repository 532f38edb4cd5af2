"""One client's connection: what came, what is on its way out, and how long it may go on as it does."""

import contextlib
import socket
from enum import IntEnum
from typing import Any

from whistle.serve.intake import Intake, peer
from whistle.serve.limits import Limits
from whistle.serve.outgoing import Outgoing
from whistle.serve.pace import Pace


class Stage(IntEnum):
    """What the connection waits for; the higher, the later it has to make room for others."""

    LINGERING = 0
    IDLE = 1
    HEAD = 2
    BODY = 3
    SENDING = 4
    BUSY = 5


class Connection:
    """Belongs either to the watching loop or, while BUSY, to one thread; never to both."""

    def __init__(
        self, sock: socket.socket, address: Any, server: Any, cfg: Any, limits: Limits, now: float
    ) -> None:
        sock.setblocking(False)
        self.sock = sock
        self.server = server
        self.limits = limits
        self.intake = Intake(cfg, limits, peer(address))
        self.out = Outgoing(sock, limits)
        self.stage = Stage.HEAD
        self.moved_at = now
        self.keep = False
        self.drained = 0
        self._deadline = now + limits.head_seconds
        self._pace = Pace(limits, now)

    @property
    def memory(self) -> int:
        """Bytes held for it."""
        return len(self.intake.held) + len(self.out)

    def enter(self, stage: Stage, now: float) -> None:
        """Begin to wait for something else, with that stage's own patience."""
        self.stage = stage
        self.moved_at = now
        seconds = {
            Stage.IDLE: self.limits.idle_seconds,
            Stage.HEAD: self.limits.head_seconds,
            Stage.LINGERING: self.limits.linger_seconds,
        }
        self._deadline = now + seconds.get(stage, 0)
        self._pace = Pace(self.limits, now)

    def moved(self, count: int, now: float) -> None:
        """Count bytes that came or went."""
        self.moved_at = now
        self._pace.moved(count)

    def overdue(self, now: float) -> bool:
        """Whether it has waited too long, or moves too slowly."""
        if self.stage in {Stage.BODY, Stage.SENDING}:
            return self._pace.lost(now)
        return self.stage is not Stage.BUSY and now >= self._deadline

    def receive(self, scratch: bytearray, limit: int) -> int | None:
        """Bytes received into `scratch`: None when none are there yet, 0 when the client is gone."""
        try:
            return self.sock.recv_into(scratch, min(limit, len(scratch)))
        except BlockingIOError:
            return None
        except OSError:
            return 0

    def half_close(self) -> None:
        """Tell the client that nothing more will come, and go on listening."""
        with contextlib.suppress(OSError):
            self.sock.shutdown(socket.SHUT_WR)

    def close(self) -> None:
        """Give the socket back."""
        with contextlib.suppress(OSError):
            self.sock.close()
