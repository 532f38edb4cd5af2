"""Legal's holds one by one: all that stand, their reviews, what became of them, the week, new colleagues."""

from collections.abc import Mapping

from flask import Blueprint, redirect, request, url_for
from flask.typing import ResponseReturnValue

from whistle.errors import NotThere
from whistle.parties.member import Member
from whistle.web import forms, legal, legal_words, staff_guard
from whistle.web import staff_words as words
from whistle.web.forms import door
from whistle.web.services import services
from whistle.web.staff_forms import Refused, Typed, refusals, typed_form
from whistle.web.staff_words import gettext
from whistle.web.trouble import Trouble

blueprint = Blueprint("legal_holds", __name__)
staff_guard.protect(blueprint)


@blueprint.get("/legal/holds")
def standing() -> ResponseReturnValue:
    """Show every hold in force, earliest review first, a page at a time."""
    member = staff_guard.signed_in(legal.ROLE)
    after = request.args.get("after", "")
    found = services().legal.pages.standing(member, after)
    return legal.page(
        "legal/holds.html", member, None, None, page=found, began=bool(after),
        days=lambda on: words.days_away((on - found.today).days),
    )  # fmt: skip


@blueprint.get("/legal/week")
def week() -> ResponseReturnValue:
    """Show what the coming week, month and quarter bring, and what waits; to be printed."""
    member = staff_guard.signed_in(legal.ROLE)
    found = services().legal.pages.week(member)
    return legal.page(
        "legal/week.html", member, None, None, week=found,
        days=lambda on: words.days_away((on - found.today).days),
    )  # fmt: skip


@blueprint.get("/legal/cases/<number>/history")
def history(number: str) -> ResponseReturnValue:
    """Show all the holds of a case from their placing on; to be printed."""
    member = staff_guard.signed_in(legal.ROLE)
    found = services().legal.pages.history(member, number)
    return legal.page("legal/history.html", member, None, None, history=found, event_words=legal_words.EVENTS)


def _again(trouble: Trouble, hold_id: str = "") -> ResponseReturnValue:
    if not staff_guard.is_anybody_here():
        return forms.again_page(trouble)
    member, refused = staff_guard.signed_in(legal.ROLE), Refused.of(trouble)
    if hold_id:
        return _review(member, hold_id, typed_form(), refused)
    return legal.draw_desk(member, refused=refused)


@blueprint.get("/legal/holds/<hold_id>/review")
def review_page(hold_id: str) -> ResponseReturnValue:
    """Show a hold with the form that says that it stands, until when, and why."""
    return _review(staff_guard.signed_in(legal.ROLE), hold_id, None)


@blueprint.post("/legal/holds/<hold_id>/review")
@door(again=_again)
def review(hold_id: str) -> ResponseReturnValue:
    """Note that a hold was looked at and stands until a new review date."""
    member, typed = staff_guard.signed_in(legal.ROLE), typed_form()
    try:
        with refusals("reason", "review_on"):
            services().legal.holding.review(
                member, hold_id, typed["seen"], typed["review_on"].strip(), typed["reason"]
            )
    except Refused as refused:
        return _review(member, hold_id, typed, refused)
    return redirect(url_for("legal.desk", done="reviewed"), staff_guard.SEE_OTHER)


@blueprint.post("/legal/holds/<hold_id>/release/withdraw")
@door(again=_again)
def withdraw_release(hold_id: str) -> ResponseReturnValue:
    """Take back the question whether a hold is released; it stands."""
    member = staff_guard.signed_in(legal.ROLE)
    try:
        with refusals(""):
            services().legal.withdraw_release(member, hold_id)
    except Refused as refused:
        return legal.draw_desk(member, refused=refused)
    return redirect(url_for("legal.desk", done="release_withdrawn"), staff_guard.SEE_OTHER)


@blueprint.post("/legal/colleagues")
@door(again=_again)
def give() -> ResponseReturnValue:
    """Give a colleague in legal the keys of the citations that they lack."""
    member, typed = staff_guard.signed_in(legal.ROLE), typed_form()
    try:
        services().legal.holding.give(member, typed["person"], typed["company"])
    except NotThere:
        said = gettext("This colleague lacks no citation that you can read.")
        return legal.draw_desk(member, refused=Refused({"": said}))
    return redirect(url_for("legal.desk", done="citations"), staff_guard.SEE_OTHER)


def show_draft(member: Member, endpoint: str, values: Mapping[str, str], typed: Typed) -> ResponseReturnValue:
    """Show the form again with text that was typed before somebody was signed out; nothing has been done."""
    del endpoint
    staff_guard.holding(member, legal.ROLE)
    if "hold_id" in values:
        return _review(member, values["hold_id"], typed)
    return legal.draw_desk(member)


def _review(
    member: Member, hold_id: str, typed: Typed | None, refused: Refused | None = None
) -> ResponseReturnValue:
    hold, _today = services().legal.hold(member, hold_id)
    return legal.page("legal/review.html", member, typed, refused, hold=hold)
