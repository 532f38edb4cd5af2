"""Whatever goes wrong, the reader gets a calm page in their language that says what became of their text."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from flask import Flask, make_response, render_template, request
from flask_babel import LazyString
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response

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
from whistle.web.logs import note_exception
from whistle.web.words import gettext as _
from whistle.web.words import lazy_gettext as _l

#: Seconds after which it is worth trying again, for want of anything better known.
_WAIT: Final = 20
_GONE_ASTRAY: Final = 500
_BUSY: Final = 429
_CLOSED: Final = 503

#: Status to heading and text.
_WORDS: Final[Mapping[int, tuple[LazyString, LazyString]]] = MappingProxyType(
    {
        400: (
            _l("That could not be understood"),
            _l("Nothing has been saved. Go back and try again, or go to the start."),
        ),
        404: (
            _l("There is no such page"),
            _l("There is no such page. Check the address, or go to the start."),
        ),
        405: (
            _l("This page cannot be opened in that way"),
            _l("Nothing has been saved. Go to the start and find the page from there."),
        ),
        409: (
            _l("Somebody else was first"),
            _l(
                "Somebody else changed the same thing at the same moment. "
                "Nothing has been saved. Open it again."
            ),
        ),
        422: (
            _l("That could not be taken"),
            _l("Nothing has been sent. Go back: what you wrote may still be there."),
        ),
        429: (
            _l("Many are writing right now"),
            _l("Wait a moment, then send again. What you wrote is still here."),
        ),
        503: (
            _l("Closed for a short while"),
            _l(
                "Nothing is lost: nothing had been sent. "
                "Come back in a while, or turn to somebody else instead."
            ),
        ),
    }
)


def explain(app: Flask) -> None:
    """Answer every refusal and every fault with a page of our own."""
    app.register_error_handler(HTTPException, _http)
    for hidden in (NotThere, NotAllowed, Gone):
        app.register_error_handler(hidden, _not_there)
    for refusal in (Conflict, HoldInForce, RuleRefused):
        app.register_error_handler(refusal, _refused)
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
    if status not in _WORDS and status >= _GONE_ASTRAY:
        return _astray()
    heading, text = _WORDS.get(status, _WORDS[400])
    return str(heading), str(text)


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
    response = page(status)
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
            "Many are writing right now. Wait %(seconds)d seconds, then send again. "
            "What you wrote is still here.",
            seconds=error.seconds,
        ),
    )


def _fault(error: Exception) -> Response:
    note_exception(type(error), error.__traceback__)
    return page(_GONE_ASTRAY)
