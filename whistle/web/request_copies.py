"""Copies of privacy requests at the desk of those who handle reports: read, and answered past the officer."""

from collections.abc import Mapping
from typing import Final

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from whistle.parties.member import Member
from whistle.parties.sending import Sending
from whistle.rules.letters import load_wording
from whistle.web import downloads, forms, privacy_words, sessions, staff_guard
from whistle.web import staff_words as words
from whistle.web.forms import door, sending
from whistle.web.languages import label
from whistle.web.request_forms import request_refusals
from whistle.web.services import services
from whistle.web.staff_forms import Refused, Typed, typed_form
from whistle.web.staff_words import gettext
from whistle.web.trouble import Trouble

blueprint = Blueprint("request_copies", __name__)
staff_guard.protect(blueprint)

ROLES: Final = ("handler", "deputy")


@blueprint.get("/desk/requests")
def copies() -> ResponseReturnValue:
    """List the copies of requests, those without an answer first."""
    member = staff_guard.signed_in(*ROLES)
    found = services().privacy.copies.copies(member)
    return _page(
        "desk/requests.html", member, None, None, rows=found, days=words.days_away, urgency=words.urgency
    )


@blueprint.get("/desk/requests/<number>")
def one(number: str) -> ResponseReturnValue:
    """Show a copy with the form that answers it."""
    return _one(staff_guard.signed_in(*ROLES), number)


def _again(trouble: Trouble, number: str) -> ResponseReturnValue:
    if not staff_guard.is_anybody_here():
        return forms.again_page(trouble)
    return _one(staff_guard.signed_in(*ROLES), number, typed_form(), Refused.of(trouble))


def _writing(number: str) -> Sending | None:
    member = sessions.signed_in()
    if member is None or not any(member.has(role) for role in ROLES):
        return None
    return services().privacy.copies.writing(member, number)


@blueprint.post("/desk/requests/<number>/answers")
@door(again=_again, files=_writing)
def answer(number: str) -> ResponseReturnValue:
    """Write to the person, sealed, past the officer; no line anywhere tells of it."""
    member, typed, place = staff_guard.signed_in(*ROLES), typed_form(), sending()
    copies_ = services().privacy.copies
    try:
        with request_refusals("message"):
            place = place if place is not None else copies_.writing(member, number)
            copies_.answer(member, number, place, typed["message"])
    except Refused as refused:
        return _one(member, number, typed, refused)
    return redirect(url_for("request_copies.one", number=number, done="written"), staff_guard.SEE_OTHER)


@blueprint.post("/desk/requests/<number>/colleagues")
@door(again=_again)
def let_in(number: str) -> ResponseReturnValue:
    """Open a copy to colleagues who came later."""
    services().privacy.copies.let_in(staff_guard.signed_in(*ROLES), number)
    return redirect(url_for("request_copies.one", number=number, done="let_in"), staff_guard.SEE_OTHER)


@blueprint.get("/desk/requests/<number>/files/<file_id>")
def file(number: str, file_id: str) -> ResponseReturnValue:
    """One file of a copy, as a download."""
    member = staff_guard.signed_in(*ROLES)
    return downloads.download(lambda: services().privacy.copies.file(member, number, file_id))


def show_draft(member: Member, endpoint: str, values: Mapping[str, str], typed: Typed) -> ResponseReturnValue:
    """Show the form again with text that was typed before somebody was signed out; nothing has been done."""
    del endpoint
    return _one(staff_guard.holding(member, *ROLES), values["number"], typed)


def _one(
    member: Member, number: str, typed: Typed | None = None, refused: Refused | None = None
) -> ResponseReturnValue:
    found = services().privacy.copies.open(member, number)
    return _page(
        "desk/request_copy.html",
        member,
        typed,
        refused,
        case=found,
        law=label(load_wording().countries[found.country].for_handlers),
        file_url=lambda file_id: url_for("request_copies.file", number=number, file_id=file_id),
    )


def _page(
    template: str, member: Member, typed: Typed | None, refused: Refused | None, **facts: object
) -> ResponseReturnValue:
    says = {"written": gettext("Sent. The person sees it when they come back with their key.")}
    says["let_in"] = str(privacy_words.DONE["let_in"])
    page = render_template(
        template,
        member=member,
        nav=staff_guard.navigation(member),
        wrong=refused is not None,
        errors=refused.errors if refused else {},
        typed=typed or Typed(),
        done="" if refused else says.get(request.args.get("done", ""), ""),
        draft=typed is not None and refused is None,
        words=privacy_words,
        **facts,
    )
    return page, refused.status if refused else 200
