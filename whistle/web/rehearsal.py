"""On a rehearsal an administrator lets time pass and sees what came of it; elsewhere there is no page."""

from typing import Any

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from whistle.errors import Conflict
from whistle.web import clock_words, staff_guard
from whistle.web import staff_words as words
from whistle.web.forms import door
from whistle.web.services import services
from whistle.web.staff_forms import CONFLICT, Refused, refusals, typed_form
from whistle.web.staff_words import gettext

blueprint = Blueprint("rehearsal", __name__)
staff_guard.protect(blueprint)

ROLE = "administrator"


@blueprint.get("/admin/rehearsal")
def show() -> ResponseReturnValue:
    """Show where the rehearsal's clock stands."""
    return _page()


@blueprint.post("/admin/rehearsal")
@door(again=lambda trouble: _page(Refused.of(trouble)))
def move() -> ResponseReturnValue:
    """Let a day, a week, a month or a year pass, and show what came of it."""
    member = staff_guard.signed_in(ROLE)
    try:
        with refusals(""):
            events = services().clockwatch.rehearse(member, typed_form()["step"])
    except Conflict:
        said = gettext("Another pass is running. Try again in a minute.")
        return _page(Refused({"": said}, CONFLICT))
    except Refused as refused:
        return _page(refused)
    return _page(events=events)


def _page(
    refused: Refused | None = None, events: tuple[dict[str, Any], ...] | None = None
) -> ResponseReturnValue:
    member = staff_guard.signed_in(ROLE)
    page = render_template(
        "admin/rehearsal.html",
        member=member,
        nav=staff_guard.navigation(member),
        wrong=refused is not None,
        errors=refused.errors if refused else {},
        view=services().clockwatch.rehearsal(member),
        steps=words.options(clock_words.STEPS),
        events=None if events is None else [clock_words.event(one) for one in events],
        waits=any(one["why"] == "clock" for one in events or ()),
    )
    return page, refused.status if refused else 200
