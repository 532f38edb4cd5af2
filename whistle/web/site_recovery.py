"""Administrators see whether a recovery key exists, and give the proof that its shares still open it."""

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from whistle.web import staff_guard
from whistle.web import staff_words as words
from whistle.web.forms import door
from whistle.web.services import services
from whistle.web.staff_forms import Refused, refusals, typed_form

blueprint = Blueprint("site_recovery", __name__)
staff_guard.protect(blueprint)

ROLE = "administrator"


@blueprint.get("/admin/recovery")
def show() -> ResponseReturnValue:
    """Show the recovery key as it stands."""
    return _page()


@blueprint.post("/admin/recovery")
@door(again=lambda trouble: _page(Refused.of(trouble)))
def prove() -> ResponseReturnValue:
    """Take the answer that `whistle recovery prove` gave."""
    member = staff_guard.signed_in(ROLE)
    try:
        with refusals("recovery_answer"):
            services().recovery.prove(member, typed_form()["recovery_answer"])
    except Refused as refused:
        return _page(refused)
    return redirect(url_for(".show", done="proved"), staff_guard.SEE_OTHER)


def _page(refused: Refused | None = None) -> ResponseReturnValue:
    member = staff_guard.signed_in(ROLE)
    page = render_template(
        "admin/recovery.html",
        member=member,
        nav=staff_guard.navigation(member),
        wrong=refused is not None,
        errors=refused.errors if refused else {},
        done="" if refused else words.done(request.args.get("done", "")),
        key=services().recovery.view(member),
    )
    return page, refused.status if refused else 200
