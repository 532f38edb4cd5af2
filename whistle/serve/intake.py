"""Decides from the bytes that came whether they are a request that may be handed to a thread; does no I/O.

gunicorn's own parser reads the head: its care about smuggled requests (RFC 9112 section 6.3) is ours too.
"""

import re
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

from gunicorn.http.errors import (
    ExpectationFailed,
    LimitRequestHeaders,
    LimitRequestLine,
    ParseException,
    UnsupportedTransferCoding,
)
from gunicorn.http.message import Request
from gunicorn.http.unreader import IterUnreader

from whistle.serve.limits import Limits
from whistle.serve.refusals import BadRequest

NEAR = ("127.0.0.1", 0)
FAR = ("0.0.0.0", 0)  # noqa: S104 - bound to nothing: it stands for all other machines

_HEAD_END = b"\r\n\r\n"
_BARE_LINE_FEED = re.compile(rb"(?<!\r)\n")
_STATUSES: list[tuple[type[Exception], HTTPStatus]] = [
    (LimitRequestLine, HTTPStatus.REQUEST_URI_TOO_LONG),
    (LimitRequestHeaders, HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE),
    (UnsupportedTransferCoding, HTTPStatus.NOT_IMPLEMENTED),
    (ExpectationFailed, HTTPStatus.EXPECTATION_FAILED),
]


def peer(address: Any) -> tuple[str, int]:
    """Where a client stands: near (a proxy here may say that it speaks https) or far. No address is kept."""
    host = address[0] if isinstance(address, tuple) else ""
    return NEAR if host == "::1" or host.startswith("127.") else FAR


@dataclass
class Intake:
    """What came on one connection and was not yet used, and the request at its front once that has a head."""

    cfg: Any
    limits: Limits
    peer: tuple[str, int]
    held: bytearray = field(default_factory=bytearray)
    request: Any = None
    length: int = 0
    _looked: int = 0

    @property
    def wanted(self) -> int:
        """How many more bytes to take before a thread is used, and never more."""
        if self.request is None:
            return max(1, self.limits.head_bytes + 1 - len(self.held))
        return min(self.length, self.limits.prefix_bytes) - len(self.held)

    @property
    def is_large(self) -> bool:
        """Whether the body is too large to be received before a thread is used."""
        return self.length > self.limits.prefix_bytes

    def complete(self) -> bool:
        """Whether a thread may have the request now; raises BadRequest. Call again whenever bytes came."""
        if self.request is None and not self._find_head():
            return False
        return self.wanted <= 0

    def take_beginning(self) -> bytes:
        """The body as far as it came; what follows it belongs to the next request and stays."""
        beginning = bytes(self.held[: self.length])
        del self.held[: self.length]
        return beginning

    def take_expectation(self) -> bool:
        """Whether the client waits for 100 Continue (RFC 9110 section 10.1.1); true only once.

        gunicorn would say it when a thread has the request: too late, the body is awaited before that.
        """
        expected = bool(self.request._expected_100_continue)  # noqa: SLF001 - gunicorn has no other word for it
        self.request._expected_100_continue = False  # noqa: SLF001
        return expected

    def next_request(self) -> None:
        """Forget the request that was answered."""
        self.request, self.length, self._looked = None, 0, 0

    def _find_head(self) -> bool:
        end = self.held.find(_HEAD_END, max(0, self._looked - len(_HEAD_END)))
        # A line feed alone never ends a head as it is read here: say so now rather than wait for more.
        if _BARE_LINE_FEED.search(self.held, self._looked, end if end >= 0 else len(self.held)):
            raise BadRequest(HTTPStatus.BAD_REQUEST)
        if end < 0 and len(self.held) > self.limits.head_bytes:
            raise BadRequest(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE)
        self._looked = len(self.held)
        if end < 0:
            return False
        head = bytes(self.held[: end + len(_HEAD_END)])
        del self.held[: len(head)]
        self.request = _parse(head, self.cfg, self.peer)
        self.length = _body_length(self.request)
        return True


def _parse(head: bytes, cfg: Any, near_or_far: tuple[str, int]) -> Any:
    try:
        return Request(cfg, IterUnreader([head]), near_or_far)
    except (ParseException, OSError, StopIteration, ValueError) as error:
        for kind, status in _STATUSES:
            if isinstance(error, kind):
                raise BadRequest(status) from None
        raise BadRequest(HTTPStatus.BAD_REQUEST) from None


def _body_length(request: Any) -> int:
    headers = dict(request.headers)
    if "TRANSFER-ENCODING" in headers:
        # No browser sends a form in chunks, and a body of unknown length cannot be given its lane.
        raise BadRequest(HTTPStatus.LENGTH_REQUIRED)
    return int(headers.get("CONTENT-LENGTH", "0"))
