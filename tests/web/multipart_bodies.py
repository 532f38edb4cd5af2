"""Forms as a browser writes them, bodies that come in pieces, and sinks that remember what was done."""

import io
from dataclasses import dataclass, field
from typing import Any

from whistle.web.multipart import FilePart, FormLimits, parse_form

BOUNDARY = "----WebKitFormBoundaryAbc123"
LIMITS = FormLimits(file_bytes=10_000, files=3, fields=8, form_bytes=40_000, total_bytes=1_000_000)


@dataclass
class Sink:
    part: FilePart
    data: bytearray = field(default_factory=bytearray)
    finished: int = 0
    aborted: int = 0

    def write(self, data: bytes | memoryview) -> None:
        self.data += data

    def finish(self) -> None:
        self.finished += 1

    def abort(self) -> None:
        self.aborted += 1


class Opener:
    def __init__(self) -> None:
        self.sinks: list[Sink] = []

    def __call__(self, part: FilePart) -> Sink:
        self.sinks.append(Sink(part))
        return self.sinks[-1]


class Pieces:
    """A body that arrives in pieces of the given sizes, over and over."""

    def __init__(self, body: bytes, sizes: list[int]) -> None:
        self._body, self._sizes, self._turn = io.BytesIO(body), sizes, 0
        self.read_so_far = 0

    def read(self, size: int) -> bytes:
        self._turn += 1
        data = self._body.read(min(size, self._sizes[self._turn % len(self._sizes)]))
        self.read_so_far += len(data)
        return data


class Cut:
    """A connection that breaks after what came."""

    def __init__(self, body: bytes) -> None:
        self._body = io.BytesIO(body)

    def read(self, size: int) -> bytes:
        data = self._body.read(size)
        if not data:
            raise ConnectionResetError
        return data


def escaped(name: str) -> bytes:
    return name.replace("\r", "%0D").replace("\n", "%0A").replace('"', "%22").encode()


def text_part(name: str, value: bytes) -> bytes:
    return b'Content-Disposition: form-data; name="%s"\r\n\r\n%s' % (escaped(name), value)


def file_part(name: str, filename: str, value: bytes, kind: bytes = b"image/png") -> bytes:
    head = b'Content-Disposition: form-data; name="%s"; filename="%s"\r\n' % (
        escaped(name),
        escaped(filename),
    )
    return head + b"Content-Type: %s\r\n\r\n%s" % (kind, value)


def multipart(*parts: bytes) -> bytes:
    mark = b"--" + BOUNDARY.encode()
    return b"".join(mark + b"\r\n" + part + b"\r\n" for part in parts) + mark + b"--\r\n"


def read(body: bytes, opener: Opener | None = None, *, sizes: list[int] | None = None, **more: Any) -> Any:
    arguments = {
        "content_type": f"multipart/form-data; boundary={BOUNDARY}",
        "content_length": len(body),
        "limits": LIMITS,
        "open_file": opener or Opener(),
    } | more
    return parse_form(Pieces(body, sizes or [1 << 20]), **arguments)
