"""A handler enters a report for somebody who called, wrote or came by, and prints their key for them."""

from collections.abc import Mapping
from typing import cast

from flask import Blueprint, make_response, render_template, request
from flask.typing import ResponseReturnValue

from whistle.errors import SealBroken
from whistle.parties.member import Member
from whistle.parties.on_behalf import Told
from whistle.parties.reporter import FormRefused, NewReport, Problem, ReportForm
from whistle.rules.triage import load_lists
from whistle.web import choices, sessions, staff_guard
from whistle.web import staff_words as words
from whistle.web.forms import door, keep_sending, sending
from whistle.web.services import services
from whistle.web.staff_forms import UNPROCESSABLE, Typed
from whistle.web.staff_words import gettext
from whistle.web.trouble import Trouble
from whistle.web.work_page import offered

blueprint = Blueprint("on_behalf", __name__)
staff_guard.protect(blueprint)

ROLE = "handler"

TEXTS = ("company", "category", "description", "relation", "identity_name", "identity_contact", "meeting")
"""The fields of the report, as on the public form."""


def _start() -> NewReport | None:
    member = sessions.signed_in()
    return services().casework.on_behalf.start() if member is not None and member.has(ROLE) else None


def _again(trouble: Trouble) -> ResponseReturnValue:
    errors = dict(trouble.errors) or {"": trouble.text}
    return _page(staff_guard.signed_in(ROLE), errors, trouble.status)


@blueprint.get("/desk/new")
def write() -> ResponseReturnValue:
    """Show the empty form."""
    return _page(staff_guard.signed_in(ROLE))


@blueprint.post("/desk/new")
@door(again=_again, files=_start)
def take() -> ResponseReturnValue:
    """Take the report and show the key of whoever made it; the same form sent twice makes one case."""
    member = staff_guard.signed_in(ROLE)
    place = cast("NewReport", sending())
    told = Told(
        request.form.get("came_by", ""),
        request.form.get("received_on", ""),
        recording_agreed=bool(request.form.get("recording_agreed")),
    )
    try:
        receipt = services().casework.on_behalf.enter(
            member,
            place,
            _form(request.form),
            told,
            token=sessions.token_that_counts(),
            nonce=request.form.get("nonce", ""),
        )
    except FormRefused as error:
        return _page(member, {one.field: _says(one) for one in error.problems}, UNPROCESSABLE)
    except SealBroken:
        says = gettext(
            "This page had been open for a long time. What you wrote is still here. Save it again."
        )
        return _page(member, {"": says}, UNPROCESSABLE, nonce=services().casework.on_behalf.new_nonce())
    keep_sending()
    return render_template(
        "desk/new_key.html", member=member, nav=staff_guard.navigation(member), receipt=receipt
    )


def show_draft(member: Member, endpoint: str, values: Mapping[str, str], typed: Typed) -> ResponseReturnValue:
    """Show the form as it was filled before the handler was signed out; nothing has been saved."""
    del endpoint, values
    errors = {
        "": gettext(
            "You are signed in again. What you wrote is back on this page. It has not been sent yet."
        ),
        "exclude": gettext("Choose again whom the report must be kept from, if there is anybody."),
    }
    return _page(staff_guard.holding(member, ROLE), errors, typed=typed)


def _form(typed: Mapping[str, str]) -> ReportForm:
    return ReportForm(
        **{name: typed.get(name, "") for name in TEXTS},
        exclude=tuple(request.form.getlist("exclude")),
        no_acknowledgement=bool(typed.get("no_acknowledgement")),
    )


def _says(problem: Problem) -> str:
    if problem.field == "company":
        return gettext("Choose one of your companies whose channel is open.")
    if problem.field == "came_by":
        return words.refusal("came_by")
    return words.refusal(problem.reason)


def _page(
    member: Member,
    errors: Mapping[str, str] | None = None,
    status: int = 200,
    *,
    nonce: str = "",
    typed: Mapping[str, str] | None = None,
) -> ResponseReturnValue:
    companies = services().casework.on_behalf.companies(member)
    filled = request.form if typed is None else typed
    page = render_template(
        "desk/new.html",
        member=member,
        nav=staff_guard.navigation(member),
        wrong=bool(errors),
        errors=errors or {},
        form=_form(filled),
        came_by=filled.get("came_by", ""),
        received_on=filled.get("received_on", ""),
        recording_agreed=filled.get("recording_agreed", ""),
        nonce=nonce or filled.get("nonce", "") or services().casework.on_behalf.new_nonce(),
        companies=[("", gettext("Choose")), *((one.code, one.name) for one in companies if one.open)],
        people=[(one.name, one.people) for one in companies if one.open],
        ways=offered(load_lists()["came_by"]),
        choices=choices,
    )
    return make_response(page, status)
