"""A form reaches its door only whole and from our own page; otherwise it comes back as it was typed."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from flask import Flask, current_app, g, make_response, render_template, request
from flask.typing import ResponseReturnValue

from whistle.parties.reporter import Sending
from whistle.web import upload_words
from whistle.web.multipart import FilePart, FileSink
from whistle.web.origin import token_is_right
from whistle.web.request import this_request
from whistle.web.services import services
from whistle.web.trouble import Trouble
from whistle.web.upload_words import NOTHING_SENT
from whistle.web.words import gettext as _

#: These are never written into a page again.
SECRETS: Final = frozenset(
    {
        "csrf_token",
        "passphrase",
        "passphrase_again",
        "passphrase_now",
        "passkey",
        "challenge",
        "kept",
        "recovery_answer",
        "code",
        "recovery_code",
        "case_key",
        "fingerprint",
        "setup",
    }
)
#: A value longer than this is shown in a box of several lines.
ONE_LINE: Final = 60

Again = Callable[..., "ResponseReturnValue"]
Files = Callable[..., "Sending | None"]
View = TypeVar("View", bound=Callable[..., Any])


@dataclass(frozen=True)
class Door:
    """How a door takes forms: what draws its form again, and what makes a place for its files."""

    again: Again | None = None
    files: Files | None = None


_DOORS: dict[Callable[..., Any], Door] = {}


def door(*, again: Again | None = None, files: Files | None = None) -> Callable[[View], View]:
    """Mark a view that takes forms, below its route.

    `again(trouble, **view_args)` answers with the form as it was typed when the form cannot be taken;
    `files(**view_args)` starts a sending before the body is read (None: this request may send no files).
    """

    def mark(view: View) -> View:
        _DOORS[view] = Door(again, files)
        return view

    return mark


def guard(app: Flask) -> None:
    """Stand before every door of the application, after host and origin have been checked."""
    app.before_request(_gate)
    app.teardown_request(_tidy)


def sending() -> Sending | None:
    """The sending that this request's files went into; None at doors that take none."""
    found: Sending | None = g.get("sending")
    return found


def keep_sending() -> None:
    """The files have been handed over: they are no longer this request's to throw away."""
    g.pop("sending", None)


def again_page(trouble: Trouble, **_view_args: str) -> ResponseReturnValue:
    """What was typed at a door that draws no form again by itself: the same fields, ready to be sent."""
    return answer(trouble, "again.html", typed=typed_fields(), to=request.path)


def answer(trouble: Trouble, template: str, **facts: object) -> ResponseReturnValue:
    """Render a page that tells of trouble, with its status and, where there is one, the time to wait."""
    response = make_response(render_template(template, trouble=trouble, wrong=True, **facts), trouble.status)
    if trouble.retry_after is not None:
        response.headers["Retry-After"] = str(trouble.retry_after)
    return response


def typed_fields() -> list[tuple[str, str, bool]]:
    """What may be written into a page again: (name, value, whether it needs several lines)."""
    return [
        (name, value, len(value) > ONE_LINE or "\n" in value)
        for name, value in request.form.items(multi=True)
        if name not in SECRETS and name != "files"
    ]


def _gate() -> ResponseReturnValue | None:
    if request.method != "POST" or request.endpoint is None:
        return None
    marked = _DOORS.get(current_app.view_functions[request.endpoint], Door())
    arguments = request.view_args or {}
    _make_place_for_files(marked, arguments)
    trouble = _trouble()
    if trouble is None:
        return None
    return (marked.again or again_page)(trouble, **arguments)


def _make_place_for_files(marked: Door, arguments: dict[str, Any]) -> None:
    asked = this_request()
    asked.file_limit = services().settings.max_upload_bytes
    place = marked.files(**arguments) if marked.files else None
    if place is not None:
        g.sending = place
        asked.open_file = lambda part: _open(place, part)


def _open(place: Sending, part: FilePart) -> FileSink:
    return place.open_file(part.filename, part.content_type)


def _tidy(_error: BaseException | None) -> None:
    left = sending()
    if left is not None:
        left.abandon()


def _trouble() -> Trouble | None:
    problem = this_request().upload_problem
    if problem is not None:
        return upload_words.told(problem)
    if token_is_right():
        return None
    return Trouble(
        422,
        title=str(NOTHING_SENT),
        text=_(
            "This page had been open for a long time, or in another window. What you wrote is still here. "
            "Look it through and send it again."
        ),
    )
