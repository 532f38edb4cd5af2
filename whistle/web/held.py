"""The doors of a held case past its day: a reason first, then the case to be read or handed over."""

from collections.abc import Mapping
from typing import Final

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from whistle.errors import RuleRefused
from whistle.parties.export import ExportForm
from whistle.parties.held_views import HeldPage
from whistle.parties.member import Member
from whistle.web import desk_case, downloads, forms, handover_words, staff_guard
from whistle.web import staff_words as words
from whistle.web.export import NAME, index_page
from whistle.web.forms import door
from whistle.web.languages import day
from whistle.web.services import services
from whistle.web.staff_forms import Refused, Typed, refusals, typed_form
from whistle.web.trouble import Trouble

blueprint = Blueprint("held", __name__)
staff_guard.protect(blueprint)

#: Reasons that are about one of the fields of these forms.
_FIELDS: Final = {"which_hold": "hold", "not_held": "hold"}
#: The form that opens the case, and the one that hands it over: both have a hold to choose.
OPENS, EXPORTS = "open", "export"


@blueprint.get("/desk/cases/<number>/held")
def page(number: str) -> ResponseReturnValue:
    """Show why the case still stands; after a reason was given, the case itself."""
    return show(staff_guard.signed_in(*staff_guard.WORKING), number)


def _again(trouble: Trouble, number: str) -> ResponseReturnValue:
    if not staff_guard.is_anybody_here():
        return forms.again_page(trouble)
    member = staff_guard.signed_in(*staff_guard.WORKING)
    return show(member, number, typed=typed_form(), refused=Refused.of(trouble))


@blueprint.post("/desk/cases/<number>/held")
@door(again=_again)
def open_(number: str) -> ResponseReturnValue:
    """Open the case for the rest of the day, with a reason tied to a hold."""
    member, typed = staff_guard.signed_in(*staff_guard.WORKING), typed_form()
    try:
        with refusals("reason"):
            services().kept.desk.open(member, number, typed["hold"], typed["reason"])
    except Refused as refused:
        return show(member, number, typed=typed, refused=_placed(refused))
    return redirect(url_for("held.page", number=number, done="held_open"), staff_guard.SEE_OTHER)


@blueprint.get("/desk/cases/<number>/held/files/<file_id>")
def file(number: str, file_id: str) -> ResponseReturnValue:
    """Hand a file of an opened case over as a download; without an opening, lead to the form for one."""
    member = staff_guard.signed_in(*staff_guard.WORKING)
    try:
        return downloads.download(lambda: services().kept.desk.file(member, number, file_id))
    except RuleRefused:
        return redirect(url_for("held.page", number=number), staff_guard.SEE_OTHER)


@blueprint.post("/desk/cases/<number>/held/colleagues")
@door(again=_again)
def let_in(number: str) -> ResponseReturnValue:
    """Let a colleague read an opened case, before whoever can read it leaves."""
    member, typed = staff_guard.signed_in(*staff_guard.WORKING), typed_form()
    try:
        with refusals("colleague"):
            services().kept.desk.let_in(member, number, typed["colleague"])
    except Refused as refused:
        return show(member, number, typed=typed, refused=_placed(refused))
    return redirect(url_for("held.page", number=number, done="held_shared"), staff_guard.SEE_OTHER)


@blueprint.post("/desk/cases/<number>/held/export")
@door(again=_again)
def export(number: str) -> ResponseReturnValue:
    """Hand an opened case over to the court or authority for whose sake it is held."""
    member, typed = staff_guard.signed_in(*staff_guard.WORKING), typed_form()
    wanted = ExportForm(
        "authority", typed["recipient"], typed["ground"], typed["outside_eea"] == "yes", typed["safeguard"],
        with_notes=typed["with_notes"] == "yes",
    )  # fmt: skip
    try:
        with refusals("ground"):
            prepared = services().kept.desk.export(member, number, typed["hold"], wanted)
    except Refused as refused:
        return show(member, number, typed=typed, refused=_placed(refused), form=EXPORTS)
    return downloads.stream(prepared.stream(index_page(prepared)), NAME)


def show_draft(member: Member, endpoint: str, values: Mapping[str, str], typed: Typed) -> ResponseReturnValue:
    """Show the form again with text that was typed before somebody was signed out; nothing has been done."""
    form = EXPORTS if endpoint == "held.export" else OPENS
    staff_guard.holding(member, *staff_guard.WORKING)
    return show(member, values["number"], typed=typed, form=form, is_draft=True)


def show(
    member: Member,
    number: str,
    *,
    typed: Typed | None = None,
    refused: Refused | None = None,
    form: str = OPENS,
    is_draft: bool = False,
) -> ResponseReturnValue:
    """Show a held case past its day: facts and a form, or the case to be read. Raises `NotThere`."""
    found = services().kept.desk.page(member, number)
    errors = refused.errors if refused else {}
    drawn = render_template(
        "desk/held.html",
        member=member,
        nav=staff_guard.navigation(member),
        wrong=bool(errors),
        errors=errors,
        draft=is_draft,
        form=form,
        typed=typed or Typed(),
        done="" if errors else words.done(request.args.get("done", "")),
        held=found,
        holds=_choices(found),
        base=url_for("held.page", number=number),
        **_shown(found, member.name),
    )
    return drawn, refused.status if refused else 200


def _shown(found: HeldPage, own_name: str) -> dict[str, object]:
    base = url_for("held.page", number=found.number)
    return {
        "ground_words": words.GROUNDS,
        "file_address": lambda file_id: f"{base}/files/{file_id}",
        "text_of": desk_case.text_of,
        "author": lambda entry: desk_case.author(entry, own_name),
    }


def _choices(found: HeldPage) -> list[tuple[str, str]]:
    """The holds to choose from, none chosen beforehand: which one it is, is part of the reason."""
    return [
        (one.id, f"{words.word(words.GROUNDS, one.ground)}, {day(one.placed_on, 'plain')}")
        for one in found.holds
    ]


def _placed(refused: Refused) -> Refused:
    """The same refusal at the field that it is about."""
    cause = refused.__cause__
    reason = cause.reason if isinstance(cause, RuleRefused) else ""
    said = next(iter(refused.errors.values()))
    if reason in _FIELDS:
        return Refused({_FIELDS[reason]: said}, refused.status)
    if reason in handover_words.REFUSALS_AT:
        field, sentence = handover_words.REFUSALS_AT[reason]
        return Refused({field: str(sentence)}, refused.status)
    if reason in {"not_past", "not_opened", "no_legal", "investigator"}:
        return Refused({"": said}, refused.status)
    return refused
