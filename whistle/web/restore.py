"""After a restore: legal and administrators confirm which holds are in force, and legal cites them again."""

from typing import Final

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from whistle.web import staff_guard
from whistle.web import staff_words as words
from whistle.web.forms import door
from whistle.web.services import services
from whistle.web.staff_forms import Refused, Typed, refusals, typed_form

blueprint = Blueprint("restore", __name__)
staff_guard.protect(blueprint)

LEGAL: Final = "legal"
ADMINISTRATOR: Final = "administrator"


@blueprint.get("/legal/restore")
def legal() -> ResponseReturnValue:
    """Show the holds in force after a restore, and which of them lost their citation."""
    return _page(LEGAL)


@blueprint.get("/admin/restore")
def admin() -> ResponseReturnValue:
    """Show the same holds to an administrator: numbers and days."""
    return _page(ADMINISTRATOR)


@blueprint.post("/legal/restore")
@door(again=lambda trouble: _page(LEGAL, Refused.of(trouble)))
def answer_as_legal() -> ResponseReturnValue:
    """Confirm that these are all holds of a company, or say that one is missing."""
    return _answer(LEGAL, "restore.legal")


@blueprint.post("/admin/restore")
@door(again=lambda trouble: _page(ADMINISTRATOR, Refused.of(trouble)))
def answer_as_administrator() -> ResponseReturnValue:
    """The same by an administrator: the second of the two."""
    return _answer(ADMINISTRATOR, "restore.admin")


@blueprint.post("/legal/restore/<hold_id>/citation")
@door(again=lambda trouble, hold_id: _page(LEGAL, Refused.of(trouble), hold_id))
def cite(hold_id: str) -> ResponseReturnValue:
    """Give a hold the citation that it lost."""
    member, typed = staff_guard.signed_in(LEGAL), typed_form()
    try:
        with refusals("citation"):
            services().restored.cite(member, hold_id, typed["citation"])
    except Refused as refused:
        return _page(LEGAL, refused, hold_id)
    return redirect(url_for("restore.legal", done="restore_cited"), staff_guard.SEE_OTHER)


def _answer(role: str, page: str) -> ResponseReturnValue:
    member, typed = staff_guard.signed_in(role), typed_form()
    try:
        with refusals(""):
            services().restored.answer(member, role, typed["company"], typed["list"], typed["decision"])
    except Refused as refused:
        return _page(role, refused)
    done = "restore_confirmed" if typed["decision"] == "confirm" else "restore_wrong"
    return redirect(url_for(page, done=done), staff_guard.SEE_OTHER)


def _page(role: str, refused: Refused | None = None, hold_id: str = "") -> ResponseReturnValue:
    member = staff_guard.signed_in(role)
    errors = refused.errors if refused else {}
    page = render_template(
        "restore/page.html",
        member=member,
        nav=staff_guard.navigation(member),
        wrong=refused is not None,
        errors=errors,
        summary=[
            (f"citation-{hold_id}" if name == "citation" else name, said) for name, said in errors.items()
        ],
        done="" if refused else words.done(request.args.get("done", "")),
        view=services().restored.view(member, role),
        role=role,
        role_words=words.ROLES,
        ground_words=words.GROUNDS,
        citing=hold_id,
        typed=typed_form() if refused else Typed(),
    )
    return page, refused.status if refused else 200
