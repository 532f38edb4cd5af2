"""The doors around a reporter's name: a handler asks, a custodian answers, the approved one opens it."""

from collections.abc import Mapping
from typing import Final

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from whistle.errors import NotThere
from whistle.parties.custody import Asking
from whistle.parties.custody_views import WaitingView
from whistle.parties.identity import IdentityView
from whistle.parties.member import Member
from whistle.rules.roles import READS_CONTENT
from whistle.web import custody_words as words
from whistle.web import downloads, forms, staff_guard, staff_words
from whistle.web.custody_forms import refused_at
from whistle.web.forms import door
from whistle.web.services import services
from whistle.web.staff_forms import Refused, Typed, typed_form
from whistle.web.trouble import Trouble

blueprint = Blueprint("custody", __name__)
staff_guard.protect(blueprint)

CUSTODIAN: Final = "custodian"
WORKING: Final = tuple(sorted(READS_CONTENT))
FIELDS: Final = ("would_hinder_reason", "told")


@blueprint.get("/custody")
def desk() -> ResponseReturnValue:
    """List what waits for an answer: who asks, in which case, why, and for how long."""
    return _desk(staff_guard.signed_in(CUSTODIAN))


@blueprint.get("/custody/<request_id>")
def one(request_id: str) -> ResponseReturnValue:
    """Show one request with the form that answers it."""
    return _one(staff_guard.signed_in(CUSTODIAN), request_id)


def _again(
    trouble: Trouble, request_id: str = "", number: str = "", file_id: str = ""
) -> ResponseReturnValue:
    del file_id
    if not staff_guard.is_anybody_here():
        return forms.again_page(trouble)
    refused = Refused.of(trouble)
    if request_id:
        return _one(staff_guard.signed_in(CUSTODIAN), request_id, typed_form(), refused)
    if number:
        return _ask(staff_guard.signed_in(*WORKING), number, typed_form(), refused)
    return _desk(staff_guard.signed_in(CUSTODIAN), refused)


@blueprint.post("/custody/<request_id>")
@door(again=_again)
def answer(request_id: str) -> ResponseReturnValue:
    """Approve or refuse."""
    member, typed = staff_guard.signed_in(CUSTODIAN), typed_form()
    try:
        with refused_at("reason"):
            services().custody.decide(member, request_id, typed["decision"], typed["reason"])
    except Refused as refused:
        return _one(member, request_id, typed, refused)
    done = "approved" if typed["decision"] == "approve" else "refused"
    return redirect(url_for("custody.desk", done=done), staff_guard.SEE_OTHER)


@blueprint.post("/custody/colleagues")
@door(again=_again)
def colleagues() -> ResponseReturnValue:
    """Open the old cases to the keys of custodians who came later."""
    left = services().custody.grant_colleagues(staff_guard.signed_in(CUSTODIAN))
    return redirect(url_for("custody.desk", done="more" if left else "granted"), staff_guard.SEE_OTHER)


@blueprint.get("/desk/cases/<number>/identity-requests")
def ask_page(number: str) -> ResponseReturnValue:
    """Show what asking means, and the form for it."""
    return _ask(staff_guard.signed_in(*WORKING), number)


@blueprint.post("/desk/cases/<number>/identity-requests")
@door(again=_again)
def ask(number: str) -> ResponseReturnValue:
    """Ask a custodian; where the company has none, open it at once and keep the reason."""
    member, typed = staff_guard.signed_in(*WORKING), typed_form()
    try:
        with refused_at("reason", *FIELDS):
            if services().handler.case(member, number).identity.direct:
                return _identity(
                    member, services().custody.open_directly(member, number, _asking(typed)), typed
                )
            services().custody.ask(member, number, _asking(typed))
    except Refused as refused:
        return _ask(member, number, typed, refused)
    return redirect(url_for("desk.case", number=number, done="identity_asked"), staff_guard.SEE_OTHER)


@blueprint.post("/desk/cases/<number>/identity")
@door(again=_again)
def identity(number: str) -> ResponseReturnValue:
    """Show who the reporter is, while an approval stands; the ledger notes it each time."""
    member = staff_guard.signed_in(*WORKING)
    return _identity(member, services().custody.open(member, number), Typed())


@blueprint.post("/desk/cases/<number>/identity/files/<file_id>")
@door(again=_again)
def original(number: str, file_id: str) -> ResponseReturnValue:
    """Hand over a file as it came, with what it tells of its sender."""
    member, typed, custody = staff_guard.signed_in(*WORKING), typed_form(), services().custody
    if typed["reason"]:
        return downloads.download(lambda: custody.original_directly(member, number, file_id, _asking(typed)))
    return downloads.download(lambda: custody.original(member, number, file_id))


def show_draft(member: Member, endpoint: str, values: Mapping[str, str], typed: Typed) -> ResponseReturnValue:
    """Show the form again with text that was typed before somebody was signed out; nothing has been done."""
    del endpoint
    if "number" in values:
        return _ask(staff_guard.holding(member, *WORKING), values["number"], typed)
    return _one(staff_guard.holding(member, CUSTODIAN), values["request_id"], typed)


def _asking(typed: Typed) -> Asking:
    hinders = typed["would_hinder"] == "yes"
    return Asking(typed["reason"], hinders, typed["would_hinder_reason"], typed["told"])


def _desk(member: Member, refused: Refused | None = None) -> ResponseReturnValue:
    return _page("custody/desk.html", member, None, refused, desk=services().custody.desk(member))


def _one(
    member: Member, request_id: str, typed: Typed | None = None, refused: Refused | None = None
) -> ResponseReturnValue:
    waiting = _waiting(member, request_id)
    return _page("custody/request.html", member, typed, refused, asked=waiting)


def _waiting(member: Member, request_id: str) -> WaitingView:
    for found in services().custody.desk(member).waiting:
        if found.id == request_id:
            return found
    raise NotThere("there is no such request")


def _ask(
    member: Member, number: str, typed: Typed | None = None, refused: Refused | None = None
) -> ResponseReturnValue:
    found = services().handler.case(member, number)
    return _page("custody/ask.html", member, typed, refused, case=found)


def _identity(member: Member, seen: IdentityView, typed: Typed) -> ResponseReturnValue:
    return _page("custody/identity.html", member, typed, None, seen=seen)


def _waited(days: int) -> str:
    return staff_words.ngettext("%(num)d day", "%(num)d days", days) if days else staff_words.gettext("Today")


def _page(
    template: str, member: Member, typed: Typed | None, refused: Refused | None, **facts: object
) -> ResponseReturnValue:
    done = words.DONE.get(request.args.get("done", ""))
    page = render_template(
        template,
        member=member,
        nav=staff_guard.navigation(member),
        wrong=refused is not None,
        errors=refused.errors if refused else {},
        typed=typed or Typed(),
        done="" if refused or done is None else str(done),
        waited=_waited,
        **facts,
    )
    return page, refused.status if refused else 200
