"""Cuts a multipart form into its parts, whatever the pieces it comes in; does no I/O, copies a byte once.

It reads parts and escapes as browsers write them (HTML, "multipart form data"; RFC 7578): lines end in CRLF.
"""

import re
from typing import Protocol

from whistle.errors import WhistleError

HEAD_BYTES = 20 * 1024
"""One part's headers: a file name of 4 000 characters in four bytes each, the field's name and its type."""

PREAMBLE_BYTES = 1024
"""What may stand before the first boundary: browsers send nothing; a body of garbage is not read on."""

PADDING_BYTES = 64
"""Blanks that may follow a boundary on its line (RFC 2046 section 5.1.1); nobody sends any."""

_PARAMETER = re.compile(rb';[ \t]*([a-zA-Z]+)=(?:"([^"]*)"|([^;\s]*))')


class BrokenMultipart(WhistleError):
    """The body is not what a browser writes; nothing of its values is in this error."""

    def __init__(self) -> None:
        super().__init__("the form could not be read")


class Taker(Protocol):
    """Is told of each part: `begin` once, `data` any number of times, `end` when the part is whole."""

    def begin(self, name: bytes, filename: bytes | None, content_type: bytes) -> None:
        """A part opens: text when `filename` is None, else a file."""

    def data(self, data: memoryview) -> None:
        """A piece of it, valid only during the call."""

    def end(self) -> None:
        """The part is whole."""


class MultipartDecoder:
    """Cuts a multipart body into parts, whatever the pieces it comes in. Does no I/O."""

    def __init__(self, boundary: bytes, taker: Taker) -> None:
        self.done = False
        self._delimiter = b"\r\n--" + boundary
        self._taker = taker
        # The first boundary has no line before it; one put there makes it look like all others.
        self._rest = b"\r\n"
        self._step = self._preamble

    def feed(self, data: bytes) -> None:
        """Take the next piece; afterwards `done` says whether the last boundary was seen."""
        data = self._rest + data
        position, moved = 0, True
        while moved and not self.done:
            position, moved = self._step(data, position)
        self._rest = data[position:]

    def _preamble(self, data: bytes, start: int) -> tuple[int, bool]:
        found = data.find(self._delimiter, start, start + PREAMBLE_BYTES + len(self._delimiter))
        if found < 0:
            if len(data) - start > PREAMBLE_BYTES + len(self._delimiter):
                raise BrokenMultipart
            return start, False
        self._step = self._after_boundary
        return found + len(self._delimiter), True

    def _after_boundary(self, data: bytes, start: int) -> tuple[int, bool]:
        if data.startswith(b"--", start):
            self.done = True
            return start + 2, True
        line_end = data.find(b"\r\n", start, start + PADDING_BYTES)
        if line_end < 0:
            if len(data) - start >= PADDING_BYTES:
                raise BrokenMultipart
            return start, False
        if data[start:line_end].strip(b" \t"):
            raise BrokenMultipart
        self._step = self._head
        return line_end + 2, True

    def _head(self, data: bytes, start: int) -> tuple[int, bool]:
        found = data.find(b"\r\n\r\n", start, start + HEAD_BYTES)
        if found < 0:
            if len(data) - start >= HEAD_BYTES:
                raise BrokenMultipart
            return start, False
        self._taker.begin(*_part_head(data[start:found]))
        self._step = self._opening
        return found + 2, True

    def _opening(self, data: bytes, start: int) -> tuple[int, bool]:
        # An empty line's end may be the next boundary's: a part without a body (RFC 2046 section 5.1.1).
        beginning = data[start : start + len(self._delimiter)]
        if len(beginning) < len(self._delimiter) and self._delimiter.startswith(beginning):
            return start, False
        self._step = self._data
        return (start if beginning == self._delimiter else start + 2), True

    def _data(self, data: bytes, start: int) -> tuple[int, bool]:
        found = data.find(self._delimiter, start)
        if found < 0:
            # The last bytes may be the beginning of a boundary: they wait for the next piece.
            end = max(start, len(data) - len(self._delimiter) + 1)
            self._taker.data(memoryview(data)[start:end])
            return end, False
        self._taker.data(memoryview(data)[start:found])
        self._taker.end()
        self._step = self._after_boundary
        return found + len(self._delimiter), True


def _part_head(block: bytes) -> tuple[bytes, bytes | None, bytes]:
    """Field name, file name (None for text) and content type of one part."""
    headers: dict[bytes, bytes] = {}
    for line in block.split(b"\r\n"):
        key, _, value = line.partition(b":")
        headers.setdefault(key.strip().lower(), value.strip())
    disposition = headers.get(b"content-disposition", b"")
    values: dict[bytes, bytes] = {}
    for key, quoted, bare in _PARAMETER.findall(disposition):
        values.setdefault(key.lower(), _unescape(quoted or bare))
    if not disposition.lower().startswith(b"form-data") or b"name" not in values:
        raise BrokenMultipart
    return values[b"name"], values.get(b"filename"), headers.get(b"content-type", b"")


def _unescape(value: bytes) -> bytes:
    # HTML, "multipart form data", escapes exactly these three in names and file names, and nothing else.
    return value.replace(b"%0D", b"\r").replace(b"%0A", b"\n").replace(b"%22", b'"')
