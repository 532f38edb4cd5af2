"""One loop waits on every connection at once, so that a client who waits costs memory and never a thread."""

import contextlib
import errno
import os
import queue
import selectors
import socket
import time
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from whistle.serve.connection import Connection, Stage
from whistle.serve.limits import Limits
from whistle.serve.pace import ClientLost
from whistle.serve.refusals import BadRequest, plain_answer

SCRATCH_BYTES = 256 * 1024
"""One receive of the loop; it goes on to the next connection after each."""

ACCEPT_AT_ONCE = 64
"""New connections taken in one turn, so that a burst of them does not hold up those that are open."""

TURN_SECONDS = 0.5
"""How long a turn waits when nothing happens."""

TIDY_SECONDS = 0.1
"""How often deadlines are looked at: a thousand connections take a third of a millisecond."""

_CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"
_NO_ROOM = {errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM}


class Watch:
    """Takes connections in, receives requests, hands them on whole, and sees answers off; runs on one thread.

    `ready` gets a connection whose request can be answered; it belongs to the callee until `give_back`.
    """

    def __init__(
        self, listeners: list[Any], cfg: Any, limits: Limits, ready: Callable[[Connection], None]
    ) -> None:
        self._listeners = listeners
        self._cfg = cfg
        self._limits = limits
        self._ready = ready
        self._open: set[Connection] = set()
        self._returned: queue.SimpleQueue[Connection] = queue.SimpleQueue()
        self._selector = selectors.DefaultSelector()
        self._scratch = bytearray(SCRATCH_BYTES)
        self._stopping = False
        self._tidied_at = 0.0
        self._wake_reader, self._wake_writer = os.pipe()
        os.set_blocking(self._wake_reader, False)
        os.set_blocking(self._wake_writer, False)
        self._selector.register(self._wake_reader, selectors.EVENT_READ, None)
        for listener in listeners:
            listener.setblocking(False)
            self._selector.register(listener, selectors.EVENT_READ, listener)

    def turn(self) -> None:
        """Wait for whatever comes first and do what it asks; at most about half a second."""
        for key, _ in self._selector.select(TURN_SECONDS):
            if isinstance(key.data, Connection):
                self._attend(key.data)
            elif key.data is None:
                self._take_returned()
            else:
                self._accept(key.data)
        now = time.monotonic()
        if now - self._tidied_at >= TIDY_SECONDS:
            self._tidied_at = now
            self._tidy(now)

    def wake(self) -> None:
        """End a `turn` that waits; any thread and any signal handler may call it."""
        try:
            os.write(self._wake_writer, b"\0")
        except BlockingIOError:
            return  # It is awake already.

    def give_back(self, connection: Connection, *, keep: bool) -> None:
        """A thread is done with `connection`; `keep` when another request may follow."""
        connection.keep = keep
        self._returned.put(connection)
        self.wake()

    def stop(self) -> None:
        """Take nothing new, and let go of every connection on which nothing is under way."""
        self._stopping = True
        for listener in self._listeners:
            self._selector.unregister(listener)
        for connection in list(self._open):
            if connection.stage <= Stage.HEAD:
                self._drop(connection)

    @property
    def is_empty(self) -> bool:
        """Whether no connection is left."""
        return not self._open

    def _accept(self, listener: Any) -> None:
        for _ in range(ACCEPT_AT_ONCE):
            try:
                sock, address = listener.accept()
            except BlockingIOError:
                return
            except OSError as error:
                if error.errno in _NO_ROOM:
                    self._shed()
                return
            with contextlib.suppress(OSError):  # It may be gone already.
                sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            name = listener.getsockname()
            connection = Connection(sock, address, name, self._cfg, self._limits, time.monotonic())
            self._open.add(connection)
            self._selector.register(sock, selectors.EVENT_READ, connection)
            self._attend(connection)

    def _attend(self, connection: Connection) -> None:
        if connection not in self._open:
            return  # It made room for another in this very turn.
        try:
            if connection.stage is Stage.SENDING:
                connection.moved(connection.out.flush(), time.monotonic())
                self._see_off(connection)
            elif connection.stage is Stage.LINGERING:
                self._drain(connection)
            else:
                self._receive(connection)
        except ClientLost:
            self._drop(connection)
        except Exception:
            self._drop(connection)  # Left open, it would fail again in every turn.
            raise

    def _receive(self, connection: Connection) -> None:
        count = connection.receive(self._scratch, connection.intake.wanted)
        if count is None:
            return
        if count == 0:
            self._lost(connection)
            return
        with memoryview(self._scratch) as scratch:
            connection.intake.held += scratch[:count]
        connection.moved(count, time.monotonic())
        self._look(connection)

    def _look(self, connection: Connection) -> None:
        """Hand the request on if it is there, else wait for the rest of it."""
        intake, now = connection.intake, time.monotonic()
        try:
            complete = intake.complete()
        except BadRequest as bad:
            self._refuse(connection, bad.status)
            return
        if intake.request is not None and connection.stage < Stage.BODY:
            connection.enter(Stage.BODY, now)
            self._greet(connection, waiting=not complete or intake.is_large)
        elif intake.held and connection.stage is Stage.IDLE:
            connection.enter(Stage.HEAD, now)
        if complete:
            self._selector.unregister(connection.sock)
            connection.enter(Stage.BUSY, now)
            self._ready(connection)

    @staticmethod
    def _greet(connection: Connection, *, waiting: bool) -> None:
        if connection.intake.take_expectation() and waiting:
            connection.out.sendall(_CONTINUE)

    def _refuse(self, connection: Connection, status: HTTPStatus) -> None:
        connection.out.sendall(plain_answer(status))
        connection.keep = False
        self._see_off(connection)

    def _take_returned(self) -> None:
        with contextlib.suppress(BlockingIOError):
            os.read(self._wake_reader, SCRATCH_BYTES)
        while True:
            try:
                connection = self._returned.get_nowait()
            except queue.Empty:
                return
            connection.intake.next_request()
            self._selector.register(connection.sock, selectors.EVENT_READ, connection)
            self._see_off_safely(connection)

    def _see_off_safely(self, connection: Connection) -> None:
        try:
            self._see_off(connection)
        except ClientLost:
            self._drop(connection)

    def _see_off(self, connection: Connection) -> None:
        """After an answer: send the rest of it, then wait for the next request or for the client to go."""
        now = time.monotonic()
        if len(connection.out):
            if connection.stage is not Stage.SENDING:
                connection.enter(Stage.SENDING, now)
                self._selector.modify(connection.sock, selectors.EVENT_WRITE, connection)
            return
        self._selector.modify(connection.sock, selectors.EVENT_READ, connection)
        if connection.keep and not self._stopping:
            connection.enter(Stage.IDLE, now)
            self._look(connection)
        else:
            connection.half_close()
            connection.intake.held.clear()
            connection.enter(Stage.LINGERING, now)

    def _drain(self, connection: Connection) -> None:
        # Closing while the client still sends would reset the connection before the answer is read.
        count = connection.receive(self._scratch, SCRATCH_BYTES)
        if count is None:
            return
        connection.drained += count
        if count == 0 or connection.drained > self._limits.linger_bytes:
            self._drop(connection)

    def _tidy(self, now: float) -> None:
        for connection in [one for one in self._open if one.overdue(now)]:
            self._lost(connection)
        while len(self._open) > self._limits.connections and self._shed():
            pass
        memory = sum(one.memory for one in self._open if one.stage is not Stage.BUSY)
        while memory > self._limits.memory_bytes and (freed := self._shed()):
            memory -= freed

    def _shed(self) -> int:
        """Let go of whoever was silent longest; the bytes that freed, at least 1, or 0 when all are busy."""
        waiting = [one for one in self._open if one.stage is not Stage.BUSY]
        if not waiting:
            return 0
        silent = min(waiting, key=lambda one: (one.stage > Stage.IDLE, one.moved_at))
        freed = max(1, silent.memory)
        self._drop(silent)
        return freed

    def _lost(self, connection: Connection) -> None:
        """The client is late or gone; one that stopped in the middle of a body may still be reading."""
        try:
            if connection.stage is Stage.BODY:
                self._refuse(connection, HTTPStatus.REQUEST_TIMEOUT)
            else:
                self._drop(connection)
        except ClientLost:
            self._drop(connection)

    def _drop(self, connection: Connection) -> None:
        if connection in self._open:
            self._open.remove(connection)
            self._selector.unregister(connection.sock)
            connection.close()
