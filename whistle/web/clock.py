"""Legal and administrators see what a leap of the clock would erase, and say whether the clock is right."""

from typing import Final

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from whistle.web import clock_words, staff_guard
from whistle.web import staff_words as words
from whistle.web.forms import door
from whistle.web.services import services
from whistle.web.staff_forms import Refused, refusals, typed_form

blueprint = Blueprint("clock", __name__)
staff_guard.protect(blueprint)

LEGAL: Final = "legal"
ADMINISTRATOR: Final = "administrator"


@blueprint.get("/legal/clock")
def legal() -> ResponseReturnValue:
    """Show what waits in the companies that this person serves as legal."""
    return _page(LEGAL)


@blueprint.get("/admin/clock")
def admin() -> ResponseReturnValue:
    """Show the same to an administrator: numbers and days, and nothing of a case that is hidden from them."""
    return _page(ADMINISTRATOR)


@blueprint.post("/legal/clock")
@door(again=lambda trouble: _page(LEGAL, Refused.of(trouble)))
def answer_as_legal() -> ResponseReturnValue:
    """Confirm one company's list, or say that the clock is wrong."""
    return _answer(LEGAL, "clock.legal")


@blueprint.post("/admin/clock")
@door(again=lambda trouble: _page(ADMINISTRATOR, Refused.of(trouble)))
def answer_as_administrator() -> ResponseReturnValue:
    """The same by an administrator: the second of the two."""
    return _answer(ADMINISTRATOR, "clock.admin")


def _answer(role: str, page: str) -> ResponseReturnValue:
    member, typed = staff_guard.signed_in(role), typed_form()
    try:
        with refusals(""):
            services().clockwatch.answer(member, role, typed["company"], typed["list"], typed["decision"])
    except Refused as refused:
        return _page(role, refused)
    done = "clock_confirmed" if typed["decision"] == "confirm" else "clock_wrong"
    return redirect(url_for(page, done=done), staff_guard.SEE_OTHER)


def _page(role: str, refused: Refused | None = None) -> ResponseReturnValue:
    member = staff_guard.signed_in(role)
    page = render_template(
        "clock/page.html",
        member=member,
        nav=staff_guard.navigation(member),
        wrong=refused is not None,
        errors=refused.errors if refused else {},
        done="" if refused else words.done(request.args.get("done", "")),
        view=services().clockwatch.view(member, role),
        role=role,
        role_words=words.ROLES,
        leap=clock_words.leap,
    )
    return page, refused.status if refused else 200
