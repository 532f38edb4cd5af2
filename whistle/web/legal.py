"""Legal's doors: what is about to be erased, holds, certificates; never a word of content."""

from collections.abc import Mapping
from datetime import date

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from whistle.errors import Gone, NotThere
from whistle.parties.member import Member
from whistle.web import forms, staff_guard
from whistle.web import staff_words as words
from whistle.web.forms import door
from whistle.web.languages import day
from whistle.web.services import services
from whistle.web.staff_forms import Refused, Typed, case_number, refusals, typed_form
from whistle.web.staff_words import gettext
from whistle.web.trouble import Trouble

blueprint = Blueprint("legal", __name__)
staff_guard.protect(blueprint)

ROLE = "legal"
#: What a hold's form holds besides the citation, for refusals that are about one of them.
FIELDS = ("citation", "ground", "review_on", "note")


@blueprint.get("/legal")
def desk() -> ResponseReturnValue:
    """Show what is due, the holds, and a form to place one on a case by its number."""
    return draw_desk(staff_guard.signed_in(ROLE))


@blueprint.get("/legal/cases/<number>")
def case(number: str) -> ResponseReturnValue:
    """Show a case's dates and state, with a form to place a hold on it."""
    return _case(staff_guard.signed_in(ROLE), number)


def _again(trouble: Trouble, number: str = "", hold_id: str = "") -> ResponseReturnValue:
    if not staff_guard.is_anybody_here():
        return forms.again_page(trouble)
    member, refused = staff_guard.signed_in(ROLE), Refused.of(trouble)
    if hold_id:
        return _release(member, hold_id, typed=typed_form(), refused=refused)
    if number:
        return _case(member, number, typed=typed_form(), refused=refused)
    return draw_desk(member, typed=typed_form(), refused=refused)


@blueprint.post("/legal/holds")
@door(again=_again)
def place_by_number() -> ResponseReturnValue:
    """Place a hold on the case whose number was typed."""
    member, typed = staff_guard.signed_in(ROLE), typed_form()
    try:
        _place(member, case_number(typed["case_number"]), typed)
    except NotThere:
        said = (
            gettext("No case of your companies has this number. Check it, letter by letter.")
            if typed["case_number"].strip()
            else gettext("Write the number of the case.")
        )
        return draw_desk(member, typed=typed, refused=Refused({"case_number": said}))
    except Refused as refused:
        return draw_desk(member, typed=typed, refused=refused)
    return redirect(url_for("legal.desk", done="hold"), staff_guard.SEE_OTHER)


@blueprint.post("/legal/cases/<number>/holds")
@door(again=_again)
def place(number: str) -> ResponseReturnValue:
    """Place a hold on this case."""
    member, typed = staff_guard.signed_in(ROLE), typed_form()
    try:
        _place(member, number, typed)
    except Refused as refused:
        return _case(member, number, typed=typed, refused=refused)
    return redirect(url_for("legal.desk", done="hold"), staff_guard.SEE_OTHER)


def _place(member: Member, number: str, typed: Typed) -> None:
    try:
        with refusals(*FIELDS, gone=False):
            services().legal.place(
                member, number, typed["ground"], typed["citation"], typed["note"], typed["review_on"].strip()
            )
    except Gone as error:
        raise Refused({"": _gone(error)}) from error


def _gone(error: Gone) -> str:
    # The vault says on which day; without one the sentence stands alone.
    try:
        return (
            f"{gettext('Gone on %(day)s.', day=day(date.fromisoformat(str(error))))} {words.refusal('gone')}"
        )
    except ValueError:
        return words.refusal("gone")


@blueprint.get("/legal/holds/<hold_id>/release")
def release_page(hold_id: str) -> ResponseReturnValue:
    """Show what a release would mean, and ask for the reason or for the second person's confirmation."""
    return _release(staff_guard.signed_in(ROLE), hold_id)


@blueprint.post("/legal/holds/<hold_id>/release")
@door(again=_again)
def release(hold_id: str) -> ResponseReturnValue:
    """Release a hold with a reason, or ask a second person to."""
    member, typed = staff_guard.signed_in(ROLE), typed_form()
    try:
        with refusals("reason"):
            released = services().legal.release(member, hold_id, typed["reason"])
    except Refused as refused:
        return _release(member, hold_id, typed=typed, refused=refused)
    return redirect(url_for("legal.desk", done="released" if released else "asked"), staff_guard.SEE_OTHER)


@blueprint.post("/legal/holds/<hold_id>/release/confirm")
@door(again=_again)
def confirm_release(hold_id: str) -> ResponseReturnValue:
    """Confirm, as the second person, that a hold is released."""
    member = staff_guard.signed_in(ROLE)
    try:
        with refusals(""):
            services().legal.confirm_release(member, hold_id, typed_form()["seen"])
    except Refused as refused:
        return _release(member, hold_id, refused=refused)
    return redirect(url_for("legal.desk", done="released"), staff_guard.SEE_OTHER)


def show_draft(member: Member, endpoint: str, values: Mapping[str, str], typed: Typed) -> ResponseReturnValue:
    """Show the form again with text that was typed before somebody was signed out; nothing has been done."""
    staff_guard.holding(member, ROLE)
    if endpoint == "legal.place":
        return _case(member, values["number"], typed=typed)
    if "hold_id" in values:
        return _release(member, values["hold_id"], typed=typed)
    return draw_desk(member, typed=typed)


def draw_desk(
    member: Member, *, typed: Typed | None = None, refused: Refused | None = None
) -> ResponseReturnValue:
    """Draw legal's first page."""
    found = services().legal.desk(member)
    return page(
        "legal/desk.html",
        member,
        typed,
        refused,
        desk=found,
        days=lambda on: words.days_away((on - found.today).days),
    )


def _case(
    member: Member, number: str, *, typed: Typed | None = None, refused: Refused | None = None
) -> ResponseReturnValue:
    legal = services().legal
    try:
        found = legal.case(member, number)
    except Gone:
        # What remains of the case is its certificate; what was typed for it comes back on the list.
        if refused is not None:
            return draw_desk(member, typed=typed, refused=refused)
        return redirect(url_for("certificates.one_of_legal", number=number), staff_guard.SEE_OTHER)
    holds = legal.holds_of(member, found.number)
    return page("legal/case.html", member, typed, refused, case=found, holds=holds)


def _release(
    member: Member, hold_id: str, *, typed: Typed | None = None, refused: Refused | None = None
) -> ResponseReturnValue:
    hold, today = services().legal.hold(member, hold_id)
    due = hold.purge_on is not None and hold.purge_on <= today
    alone = not services().legal.has_second(member, hold_id)
    return page("legal/release.html", member, typed, refused, hold=hold, is_due=due, alone=alone)


def page(
    template: str,
    member: Member,
    typed: Typed | None,
    refused: Refused | None,
    *,
    is_draft: bool = True,
    **facts: object,
) -> ResponseReturnValue:
    """Draw one of legal's pages. `is_draft`: what was typed came back after a sign-in."""
    drawn = render_template(
        template,
        member=member,
        nav=staff_guard.navigation(member),
        wrong=refused is not None,
        errors=refused.errors if refused else {},
        typed=typed or Typed(),
        draft=is_draft and typed is not None and refused is None,
        done="" if refused else words.done(request.args.get("done", "")),
        ground_words=words.GROUNDS,
        state_words=words.STATES,
        grounds=[
            (key, label, words.word(words.GROUND_HINTS, key)) for key, label in words.options(words.GROUNDS)
        ],
        **facts,
    )
    return drawn, refused.status if refused else 200
