"""Serves a WSGI application over HTTP/1.1: no access log, no Server header, no file, no address kept."""

import contextlib
import os
import resource
import sys
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from gunicorn.app.base import BaseApplication
from gunicorn.arbiter import Arbiter

from whistle.serve.answer import WSGIApp
from whistle.serve.limits import Limits
from whistle.serve.log import QuietLog, speak
from whistle.serve.worker import LaneWorker

DESCRIPTORS = 4096
"""Open files asked for: the connections, and what the application opens beside them."""

SPARE_DESCRIPTORS = 200
"""Kept for the application when the system grants fewer."""

MASTER_PATIENCE = 60
"""Seconds without a sign of life until the master replaces a process; the loop gives two a second."""


def serve(
    load_app: Callable[[], WSGIApp],
    *,
    host: str,
    port: int,
    workers: int = 1,
    threads: int = 32,
    on_ready: Callable[[str], None] | None = None,
    background: Callable[[threading.Event], None] | None = None,
    limits: Limits | None = None,
) -> None:
    """Serve until SIGTERM or SIGINT, on the main thread. SystemExit with a code other than 0 if it cannot.

    `load_app` runs in every worker process, after the fork. `on_ready` gets the real address (as
    "http://127.0.0.1:54321", also for port 0) once, in the first worker, when that answers. `background`
    runs on a thread of one worker at a time and ends when its event is set.
    """
    speak()
    embedded = _Embedded(_settings(host, port, workers, threads), limits or Limits())
    embedded.load_app, embedded.on_ready, embedded.background = load_app, on_ready, background
    master = os.getpid()
    try:
        _Master(embedded).run()
    except SystemExit as leaving:
        if os.getpid() != master:
            # A worker must not go on into the caller's code, nor clean up what the master still uses.
            _end_process(leaving.code)
        if leaving.code:
            raise


class _Embedded(BaseApplication):  # type: ignore[misc]  # gunicorn ships no types
    """gunicorn's idea of an application: settings, and what the worker asks for."""

    load_app: Callable[[], WSGIApp]
    on_ready: Callable[[str], None] | None = None
    background: Callable[[threading.Event], None] | None = None

    def __init__(self, settings: dict[str, Any], limits: Limits) -> None:
        self._settings = settings
        self.limits = replace(limits, connections=min(limits.connections, _room_for_connections()))
        super().__init__()

    def load_config(self) -> None:
        for name, value in self._settings.items():
            self.cfg.set(name, value)

    def load(self) -> WSGIApp:
        return self.load_app()


class _Master(Arbiter):  # type: ignore[misc]  # gunicorn ships no types
    """gunicorn's master, without the signals that would start a second copy of it."""

    def handle_hup(self) -> None:
        """A terminal that closes ends the server; settings are read once, there is nothing to read again."""
        self.handle_term()

    def handle_usr2(self) -> None:
        """Nothing."""


def _settings(host: str, port: int, workers: int, threads: int) -> dict[str, Any]:
    memory_folder = Path("/dev/shm")  # noqa: S108 - for an empty file whose time is a sign of life
    return {
        "bind": f"[{host}]:{port}" if ":" in host else f"{host}:{port}",
        "workers": workers,
        "threads": threads,
        "worker_class": LaneWorker,
        "logger_class": QuietLog,
        "accesslog": None,
        "control_socket_disable": True,
        "worker_tmp_dir": str(memory_folder) if os.access(memory_folder, os.W_OK) else None,
        "limit_request_line": 4094,
        "limit_request_fields": 100,
        "limit_request_field_size": 8190,
        "forwarder_headers": "",
        "http_parser": "python",
        "sendfile": False,
        "timeout": MASTER_PATIENCE,
        "graceful_timeout": 15,
        "proc_name": "whistle",
        "pre_fork": _choose_leader,
    }


def _choose_leader(master: Any, worker: Any) -> None:
    # Asked before each fork: when the leading process has died, the one that replaces it leads.
    worker.leads = not any(other.leads for other in master.WORKERS.values())


def _room_for_connections() -> int:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = DESCRIPTORS if hard == resource.RLIM_INFINITY else min(DESCRIPTORS, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        with contextlib.suppress(OSError, ValueError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
    soft = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    return DESCRIPTORS if soft == resource.RLIM_INFINITY else max(64, soft - SPARE_DESCRIPTORS)


def _end_process(code: object) -> None:
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code if isinstance(code, int) else int(code is not None))
