"""Whatever goes wrong, the reader gets a calm page in their language that says what became of their text."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from flask import Flask, g, make_response, render_template, request
from flask_babel import gettext as _
from werkzeug.exceptions import HTTPException

from whistle.errors import (
    Conflict,
    Gone,
    HoldInForce,
    NotAllowed,
    NotThere,
    RuleRefused,
    SealBroken,
    TooLarge,
    TooMany,
)
from whistle.web.forms import SECRETS, typed_fields

if TYPE_CHECKING:
    from werkzeug.wrappers import Response

#: Seconds after which it is worth trying again, for want of anything better known.
_WAIT: Final = 20
_GONE_ASTRAY: Final = 500
_BUSY: Final = 429
_CLOSED: Final = 503


def explain(app: Flask) -> None:
    """Answer every refusal and every fault with a page of our own."""
    app.register_error_handler(HTTPException, _http)
    for kind in (NotThere, NotAllowed, Gone):
        app.register_error_handler(kind, _not_there)
    for kind in (Conflict, HoldInForce, RuleRefused):
        app.register_error_handler(kind, _refused)
    app.register_error_handler(SealBroken, _broken)
    app.register_error_handler(TooLarge, _too_large)
    app.register_error_handler(TooMany, _too_many)
    app.register_error_handler(Exception, _fault)


def page(status: int, retry_after: int | None = None, says: str = "") -> Response:
    """The page for a status; what was typed stands in it, ready to be sent again, where that may help."""
    heading, text = _words(status)
    to_send = _to_send_again() if status in {409, _BUSY, _GONE_ASTRAY, _CLOSED} else []
    body = render_template("error.html", heading=heading, text=says or text, typed=to_send, to=request.path)
    response = make_response(body, status)
    if status in {_BUSY, _CLOSED}:
        response.headers["Retry-After"] = str(retry_after or _WAIT)
    return response


def _words(status: int) -> tuple[str, str]:
    words = {
        400: (
            _("That could not be understood"),
            _("Nothing has been saved. Go back and try again, or go to the start."),
        ),
        404: (
            _("There is no such page"),
            _("There is no such page. Check the address, or go to the start."),
        ),
        405: (
            _("This page cannot be opened in that way"),
            _("Nothing has been saved. Go to the start and find the page from there."),
        ),
        409: (
            _("Somebody else was first"),
            _("Somebody else changed the same thing at the same moment. Nothing has been saved. Open it again."),
        ),
        422: (
            _("That could not be taken"),
            _("Nothing has been sent. Go back: what you wrote may still be there."),
        ),
        429: (
            _("Many are writing right now"),
            _("Wait a moment, then send again. What you wrote is still here."),
        ),
        503: (
            _("Closed for a short while"),
            _("Nothing is lost: nothing had been sent. Come back in a while, or turn to somebody else instead."),
        ),
    }
    if status in words:
        return words[status]
    return (words[400] if status < _GONE_ASTRAY else _astray())  # fmt: skip


def _astray() -> tuple[str, str]:
    if request.path == "/report" and request.method == "POST":
        return _("Something went wrong here"), _(
            "Something went wrong here. We do not know if your report was received. "
            "Send it again: the same form never makes two cases."
        )
    return _("Something went wrong here"), _(
        "We do not know if what you sent was received. Look if it is there before you send it again."
    )


def _to_send_again() -> list[tuple[str, str, bool]]:
    if request.method != "POST" or SECRETS & (set(request.form) - {"csrf_token"}):
        return []
    return typed_fields()


def _http(error: HTTPException) -> Response:
    status = error.code or _GONE_ASTRAY
    if status < 400 and error.response is not None:  # noqa: PLR2004 - a redirect the router asks for
        return make_response(error.get_response())
    response = page(413 if status == 413 else status)  # noqa: PLR2004
    if status == 405 and getattr(error, "valid_methods", None):  # noqa: PLR2004
        response.headers["Allow"] = ", ".join(sorted(error.valid_methods))  # type: ignore[attr-defined]
    return response


def _not_there(_error: Exception) -> Response:
    # "Not yours" and "not there" are one answer, or the page would tell which cases exist.
    return page(404)


def _refused(_error: Exception) -> Response:
    return page(409)


def _broken(_error: SealBroken) -> Response:
    return page(422)


def _too_large(_error: TooLarge) -> Response:
    return page(422, says=_("One of the files is too large. Choose smaller files."))


def _too_many(error: TooMany) -> Response:
    return page(
        _BUSY,
        error.seconds,
        _(
            "Many are writing right now. Wait %(seconds)d seconds, then send again. What you wrote is still here.",
            seconds=error.seconds,
        ),
    )


def _fault(error: Exception) -> Response:
    from whistle.web.logs import note_exception  # noqa: PLC0415 - the log needs no pages

    note_exception(type(error), error.__traceback__)
    g.pop("member", None)
    return page(_GONE_ASTRAY)
