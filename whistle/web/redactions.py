"""The door at which a passage or a file is erased: seen before and after, then gone for good (L9)."""

from collections.abc import Mapping
from typing import Final

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from whistle.parties.member import Member
from whistle.parties.redactions import EraseForm, Preview
from whistle.rules.roles import READS_CONTENT
from whistle.web import forms, redaction_words, staff_guard
from whistle.web.forms import door
from whistle.web.services import services
from whistle.web.staff_forms import Refused, Typed, refusals, typed_form
from whistle.web.staff_words import gettext
from whistle.web.trouble import Trouble

blueprint = Blueprint("redactions", __name__)
staff_guard.protect(blueprint)

ROLES: Final = tuple(sorted(READS_CONTENT))
FIELDS: Final = ("passage", "which", "file", "ground")


def _again(trouble: Trouble, number: str) -> ResponseReturnValue:
    if not staff_guard.is_anybody_here():
        return forms.again_page(trouble)
    return _page(staff_guard.signed_in(*ROLES), number, typed_form(), refused=Refused.of(trouble))


@blueprint.get("/desk/cases/<number>/redactions/<entry>")
def form(number: str, entry: str) -> ResponseReturnValue:
    """Show one entry, and ask what of it is to go."""
    return _page(staff_guard.signed_in(*ROLES), number, Typed({"entry": entry}))


@blueprint.post("/desk/cases/<number>/redactions")
@door(again=_again)
def erase(number: str) -> ResponseReturnValue:
    """Show what erasing would do, or erase for good: the button says which."""
    member, typed = staff_guard.signed_in(*ROLES), typed_form()
    step = request.form.get("step", "")
    if step == "edit":
        return _page(member, number, typed)
    wanted = EraseForm(typed["entry"], typed["passage"], typed["which"], typed["file"], typed["ground"])
    try:
        with refusals("passage", "which", "file", "ground"):
            if step == "check":
                return _page(
                    member, number, typed, preview=services().redactions.preview(member, number, wanted)
                )
            done = services().redactions.erase(member, number, wanted)
    except Refused as refused:
        return _page(member, number, typed, refused=refused)
    return _back(number, "erased" if done else "erasure_asked")


@blueprint.post("/desk/cases/<number>/redactions/<request_id>/confirm")
@door()
def confirm(number: str, request_id: str) -> ResponseReturnValue:
    """Erase, as the second handler, what a colleague asked for."""
    services().redactions.confirm(staff_guard.signed_in(*ROLES), number, request_id)
    return _back(number, "erased")


@blueprint.post("/desk/cases/<number>/redactions/<request_id>/withdraw")
@door()
def withdraw(number: str, request_id: str) -> ResponseReturnValue:
    """Leave what a colleague wanted erased where it is."""
    services().redactions.withdraw(staff_guard.signed_in(*ROLES), number, request_id)
    return _back(number, "erasure_withdrawn")


def _back(number: str, done: str) -> ResponseReturnValue:
    return redirect(url_for("desk.case", number=number, done=done), staff_guard.SEE_OTHER)


def _page(
    member: Member,
    number: str,
    typed: Mapping[str, str],
    *,
    refused: Refused | None = None,
    preview: Preview | None = None,
) -> ResponseReturnValue:
    errors = refused.errors if refused else {}
    entry = services().redactions.entry(member, number, typed.get("entry", ""))
    page = render_template(
        "desk/redact.html",
        member=member,
        nav=staff_guard.navigation(member),
        wrong=bool(errors),
        errors=errors,
        typed=Typed(typed),
        entry=entry,
        file_choices=[("", gettext("No file")), *((one.id, one.name) for one in entry.files)],
        preview=preview,
        fields=FIELDS,
        grounds=[(code, str(label)) for code, label in redaction_words.GROUND_CHOICES.items()],
    )
    return page, refused.status if refused else 200
