"""A server with a tiny application for the tests to talk to; its argument is JSON: {"threads": 8, ...}."""

import json
import os
import sys
import threading
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from whistle.serve.limits import Limits
from whistle.serve.server import serve
from whistle.web.multipart import FilePart, FormLimits, parse_form

SHOWN = ("REQUEST_METHOD", "PATH_INFO", "QUERY_STRING", "wsgi.url_scheme", "SCRIPT_NAME", "HTTP_HOST")


class Counted:
    def __init__(self, _: FilePart) -> None:
        self.size = 0

    def write(self, data: bytes | memoryview) -> None:
        before, self.size = self.size, self.size + len(data)
        if before < settings.get("tell_at", 0) <= self.size:
            tell("received")

    def finish(self) -> None:
        pass

    def abort(self) -> None:
        self.size = -1


def app(environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
    door = globals()["door_" + environ["PATH_INFO"].strip("/")]
    status, body = door(environ)
    if isinstance(body, bytes):
        start(status, [("Content-Type", "text/plain"), ("Content-Length", str(len(body)))])
        return [body]
    start(status, [("Content-Type", "text/plain")])
    return body


def door_(environ: dict[str, Any]) -> tuple[str, bytes]:
    return "200 OK", b"ok " + environ["wsgi.input"].read()


def door_environ(environ: dict[str, Any]) -> tuple[str, bytes]:
    shown = {name: environ.get(name) for name in SHOWN} | {"all": sorted(environ)}
    return "200 OK", json.dumps(shown | {"values": repr(sorted(map(str, environ.values())))}).encode()


def door_pid(_: dict[str, Any]) -> tuple[str, bytes]:
    return "200 OK", str(os.getpid()).encode()


def door_form(environ: dict[str, Any]) -> tuple[str, bytes]:
    form = parse_form(
        environ["wsgi.input"],
        content_type=environ.get("CONTENT_TYPE", ""),
        content_length=int(environ["CONTENT_LENGTH"]),
        limits=FormLimits(int(environ["QUERY_STRING"] or 1 << 40), 5, 20, total_bytes=1 << 40),
        open_file=Counted,
        stop_at_files=environ["whistle.lane_full"],
    )
    facts = {
        "problem": form.problem and form.problem.kind.value,
        "fields": dict(form.fields),
        "sizes": [sink.size for _, sink in form.files if isinstance(sink, Counted)],
        "full": environ["whistle.lane_full"],
    }
    return ("200 OK" if form.problem is None else "422 Unprocessable Content"), json.dumps(facts).encode()


def door_page(environ: dict[str, Any]) -> tuple[str, bytes]:
    return "200 OK", b"x" * int(environ["QUERY_STRING"])


def door_download(environ: dict[str, Any]) -> tuple[str, bytes | Iterator[bytes]]:
    if not environ["whistle.lanes"].try_enter_large():
        return "429 Too Many Requests", b"later"
    return "200 OK", (b"y" * 65536 for _ in range(int(environ["QUERY_STRING"] or 16)))


def door_lane(environ: dict[str, Any]) -> tuple[str, bytes]:
    room = environ["whistle.lanes"].try_enter_large()
    environ["whistle.lanes"].leave_large()
    return "200 OK", b"room" if room else b"full"


def door_boom(environ: dict[str, Any]) -> tuple[str, bytes]:
    environ["wsgi.errors"].write("MARKER-errors")
    raise ValueError("MARKER-raised" + environ["QUERY_STRING"])


def door_late(_: dict[str, Any]) -> tuple[str, Iterator[bytes]]:
    def begins() -> Iterator[bytes]:
        yield b"beginning"
        raise ValueError("MARKER-late")

    return "200 OK", begins()


def door_exit(_: dict[str, Any]) -> tuple[str, bytes]:
    sys.exit(3)


def tell(word: str) -> None:
    sys.stdout.write(word + "\n")
    sys.stdout.flush()


def background(leaving: threading.Event) -> None:
    tell(f"background {os.getpid()}")
    leaving.wait()
    tell("background ended")


def load() -> Callable[..., Iterable[bytes]]:
    if settings.get("broken"):
        raise ValueError("a setting is wrong")
    return app


if __name__ == "__main__":
    settings = json.loads(sys.argv[1])
    serve(
        load,
        host="127.0.0.1",
        port=settings.get("port", 0),
        workers=settings.get("workers", 1),
        threads=settings.get("threads", 8),
        on_ready=lambda address: tell(f"ready {address}"),
        background=background if settings.get("background") else None,
        limits=Limits(**settings.get("limits", {})),
    )
    tell("returned")
