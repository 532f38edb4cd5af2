"""A file leaves as a download only, is never shown, and a long one waits for its lane."""

import re
from collections.abc import Callable, Iterator
from typing import Final, Protocol
from urllib.parse import quote

from flask import Response, request

from whistle.errors import TooMany
from whistle.parties.views import Download
from whistle.web.upload_words import LANE_WAIT

#: Under this a file goes out in a few writes and holds no thread that others wait for.
LARGE: Final = 1024 * 1024
#: Never the type the sender claimed: nothing in a browser opens this one by itself.
ANY_BYTES: Final = "application/octet-stream"


class Lanes(Protocol):
    """The server's lane for large bodies (`serve`), in the request's environment under `whistle.lanes`."""

    def try_enter_large(self) -> bool:
        """Whether there was room; then `leave_large` must follow."""

    def leave_large(self) -> None:
        """Make room."""


def download(verified: Callable[[], Download]) -> Response:
    """Answer with the file that `verified()` has read to its end. TooMany when large and the lane is full."""
    found = verified()
    lanes = _entered() if found.size >= LARGE else None
    return _stream(found.chunks(), found.name, found.size, lanes)


def stream(chunks: Iterator[bytes], name: str) -> Response:
    """Answer with bytes of unknown number under a name of our own. TooMany when the lane is full."""
    return _stream(chunks, name, None, _entered())


def once(make: Callable[[], Iterator[bytes]], name: str) -> Response:
    """The same for what `make()` writes down as handed over: it is called only once there is room."""
    lanes = _entered()
    try:
        chunks = make()
    except BaseException:
        if lanes is not None:
            lanes.leave_large()
        raise
    return _stream(chunks, name, None, lanes)


def _entered() -> Lanes | None:
    """The lane for what is large, entered; None where there is none."""
    lanes: Lanes | None = request.environ.get("whistle.lanes")
    if lanes is not None and not lanes.try_enter_large():
        raise TooMany(LANE_WAIT)
    return lanes


def _stream(chunks: Iterator[bytes], name: str, size: int | None, lanes: Lanes | None) -> Response:
    response = Response(chunks, mimetype=ANY_BYTES)
    if lanes is not None:
        response.call_on_close(lanes.leave_large)
    if size is not None:
        response.content_length = size
    response.headers["Content-Disposition"] = attachment(name)
    return response


def attachment(name: str) -> str:
    """`Content-Disposition` of a download: a plain name, and the real one beside it (RFC 6266, RFC 8187).

    ASCII whatever the name: a header cannot carry letters outside Latin-1, and names are in any script.
    """
    shown = "".join(letter for letter in name if letter.isprintable()) or "file"
    plain = re.sub(r'["\\%]', "_", shown.encode("ascii", "replace").decode().replace("?", "_"))
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(shown, safe='')}"
