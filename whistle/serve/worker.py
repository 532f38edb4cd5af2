"""The server's process: one loop that waits, and threads that only ever work on requests that are there."""

import os
import queue
import sys
import threading
import time
from typing import Any

from gunicorn.workers.base import Worker

from whistle.serve.answer import Exchange, answer
from whistle.serve.body import Body
from whistle.serve.connection import Connection
from whistle.serve.lanes import Lanes, Pass
from whistle.serve.pace import Pace
from whistle.serve.watch import Watch

TURN_SECONDS = 0.0005
"""How long one thread may keep the interpreter while another wants it: a page takes two such turns, a report
ten, and with the usual 5 ms a page would wait for whole reports."""

BACKGROUND_SECONDS = 5.0
"""What the background work gets to end in when the server stops; it may be cut off anywhere."""


class LaneWorker(Worker):  # type: ignore[misc]  # gunicorn ships no types
    """Runs under gunicorn's master; `self.app` is the embedded server, which says what to serve."""

    leads = False
    """Whether this process runs the background work; the master sets it, on one process at a time."""

    def init_process(self) -> None:
        """Make ready what a fork must not share, then load the application and run."""
        sys.setswitchinterval(TURN_SECONDS)
        self._lanes = Lanes(self.cfg.threads)
        self._requests: queue.SimpleQueue[tuple[Connection, Pass, bool]] = queue.SimpleQueue()
        self._leaving = threading.Event()
        self._watch = Watch(self.sockets, self.cfg, self.app.limits, self._hand_on)
        super().init_process()

    def run(self) -> None:
        """Serve until told to stop, then end what is under way."""
        for _ in range(self.cfg.threads):
            # Daemons: a thread that a client holds must not hold the process when it has to end.
            threading.Thread(target=self._work, daemon=True).start()
        background = self._start_background()
        self._report_ready()
        while self.alive and self.ppid == os.getppid():
            self._turn()
        self._leaving.set()
        self._finish()
        if background is not None:
            background.join(BACKGROUND_SECONDS)

    def handle_exit(self, sig: int, frame: Any) -> None:
        """Stop on SIGTERM, and on SIGINT and SIGQUIT too: a report under way is worth a few seconds."""
        del sig, frame
        self.alive = False
        self._watch.wake()

    handle_quit = handle_exit

    def _turn(self) -> None:
        self.notify()
        try:
            self._watch.turn()
        except Exception as error:  # noqa: BLE001 - the loop is what everybody waits on: it goes on
            self.log.failure("waiting", error)

    def _finish(self) -> None:
        self._watch.stop()
        deadline = time.monotonic() + self.app.limits.stop_seconds
        while not self._watch.is_empty and time.monotonic() < deadline:
            self._turn()

    def _hand_on(self, connection: Connection) -> None:
        # The lane is entered before a thread is: large bodies never hold more than their half of them.
        way = Pass(self._lanes)
        full = connection.intake.is_large and not way.try_enter_large()
        self._requests.put((connection, way, full))

    def _work(self) -> None:
        while True:
            connection, way, full = self._requests.get()
            keep = False
            try:
                keep = self._answer(connection, way, full=full)
            except Exception as error:  # noqa: BLE001 - a thread lost here would never come back
                self.log.failure("answering", error)
            self._watch.give_back(connection, keep=keep)

    def _answer(self, connection: Connection, way: Pass, *, full: bool) -> bool:
        intake = connection.intake
        pace = Pace(connection.limits, time.monotonic())
        body = Body(intake.take_beginning(), intake.length, None if full else connection.sock, pace)
        way_out, last = connection.out, not self.alive
        exchange = Exchange(intake.request, body, way_out, way, connection.server, lane_full=full, last=last)
        return answer(self.wsgi, exchange, self.log)

    def _start_background(self) -> threading.Thread | None:
        if not self.leads or self.app.background is None:
            return None
        thread = threading.Thread(target=self._run_background, name="background", daemon=True)
        thread.start()
        return thread

    def _run_background(self) -> None:
        try:
            self.app.background(self._leaving)
        except Exception as error:  # noqa: BLE001 - without its scheduler the server still takes reports
            self.log.failure("the background work", error)

    def _report_ready(self) -> None:
        if self.age == 1 and self.app.on_ready is not None:
            self.app.on_ready(address(self.sockets[0].getsockname()))


def address(name: tuple[Any, ...]) -> str:
    """The URL of a listening socket's own name."""
    host = f"[{name[0]}]" if ":" in name[0] else name[0]
    return f"http://{host}:{name[1]}"
