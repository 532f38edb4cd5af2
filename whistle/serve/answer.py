"""Runs the application for one request on one thread, and says whether the connection may carry another."""

import io
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from gunicorn.http.wsgi import Response, create

from whistle.serve.body import Body
from whistle.serve.lanes import Pass
from whistle.serve.log import QuietLog
from whistle.serve.outgoing import Outgoing
from whistle.serve.pace import ClientLost
from whistle.serve.refusals import plain_answer

WSGIApp = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]

_HIDDEN = ("REMOTE_ADDR", "REMOTE_PORT", "gunicorn.socket", "wsgi.early_hints", "SERVER_SOFTWARE")


class Answer(Response):  # type: ignore[misc]  # gunicorn ships no types
    """gunicorn's answer without the Server header; a body not read whole closes the connection."""

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        # gunicorn would say in a log which method met a body that must not be there.
        self._omits_body_warned = True

    def default_headers(self) -> list[str]:
        """The headers that every answer begins with."""
        return [line for line in super().default_headers() if not line.startswith("Server:")]

    def send_headers(self) -> None:
        """Send status and headers, once."""
        if not self.req.body.read_whole:
            self.force_close()
        super().send_headers()

    @property
    def is_whole(self) -> bool:
        """Whether the client got as much as the headers promise."""
        return self._omits_body or self.response_length is None or self.sent == self.response_length


class _Nowhere(io.TextIOBase):
    """`wsgi.errors`: what is written there may hold what a person wrote, so it goes nowhere."""

    def write(self, text: str, /) -> int:
        return len(text)


@dataclass(frozen=True)
class Exchange:
    """One request and all that belongs to answering it; `last` when the server is stopping."""

    request: Any
    body: Body
    out: Outgoing
    way: Pass
    server: Any
    lane_full: bool
    last: bool


def answer(app: WSGIApp, exchange: Exchange, log: QuietLog) -> bool:
    """Answer one request; true if the connection can be used again."""
    request = exchange.request
    request.body = exchange.body
    if exchange.last:
        request.force_close()
    try:
        response, environ = create(
            request, exchange.out, ("", 0), exchange.server, request.cfg, response_class=Answer
        )
        _furnish(environ, exchange)
        return _run(app, environ, response, exchange.out, log)
    except ClientLost:
        return False
    finally:
        exchange.way.leave_large()


def _furnish(environ: dict[str, Any], exchange: Exchange) -> None:
    for name in _HIDDEN:
        environ.pop(name, None)
    environ["wsgi.multithread"] = True
    environ["wsgi.errors"] = _Nowhere()
    environ["whistle.lanes"] = exchange.way
    environ["whistle.lane_full"] = exchange.lane_full


def _run(app: WSGIApp, environ: dict[str, Any], response: Answer, out: Outgoing, log: QuietLog) -> bool:
    try:
        pieces = app(environ, response.start_response)
        try:
            for piece in pieces:
                response.write(piece)
            response.close()
        finally:
            close = getattr(pieces, "close", None)
            if close is not None:
                close()
        return response.is_whole and response.req.body.read_whole and not response.should_close()
    except ClientLost:
        raise
    except (Exception, SystemExit) as error:  # noqa: BLE001 - the thread goes on to the next request
        log.failure("answering", error)
        if not response.headers_sent:
            out.sendall(plain_answer(HTTPStatus.INTERNAL_SERVER_ERROR))
        return False
