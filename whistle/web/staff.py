"""The way in for staff: an account is activated once, opened with three things, and closed."""

from collections.abc import Callable, Mapping
from typing import Final

from flask import Blueprint, current_app, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import HTTPException

from whistle.errors import NotAllowed, NotThere, TooMany
from whistle.parties.member import Member
from whistle.parties.second_factor import Setup
from whistle.parties.staff import Invitation
from whistle.web import (
    account,
    circle,
    custody,
    desk,
    held,
    incidents,
    legal,
    legal_cases,
    legal_holds,
    legal_kept,
    on_behalf,
    passkeys,
    privacy_desk,
    request_copies,
    request_sources,
    sessions,
    staff_guard,
    work_forms,
)
from whistle.web.forms import door
from whistle.web.services import services
from whistle.web.staff_forms import Refused, Typed, refusals, typed_form
from whistle.web.staff_guard import SEE_OTHER
from whistle.web.staff_pages import Drawing, copied, too_many
from whistle.web.staff_words import gettext
from whistle.web.trouble import Trouble

blueprint = Blueprint("staff", __name__)
blueprint.register_blueprint(account.blueprint)

NOT_FOUND: Final = 404

ShowDraft = Callable[[Member, str, Mapping[str, str], Typed], ResponseReturnValue]
#: Which doors take a text back that waited in the sign-in page.
RETURNS: Final[Mapping[str, ShowDraft]] = {
    "desk": desk.show_draft, "custody": custody.show_draft, "legal": legal.show_draft,
    "legal_cases": legal_cases.show_draft, "legal_holds": legal_holds.show_draft,
    **work_forms.RETURNS, "circle": circle.show_draft, "on_behalf": on_behalf.show_draft,
    "held": held.show_draft, "legal_kept": legal_kept.show_draft,
    "privacy_desk": privacy_desk.show_draft, "request_copies": request_copies.show_draft,
    "request_sources": request_sources.show_draft, "incidents": incidents.show_draft,
}  # fmt: skip


@blueprint.get("/staff/activate/<token>")
def activate(token: str) -> ResponseReturnValue:
    """Show the page on which an account is activated, with a second factor made for it."""
    try:
        invitation = services().staff.invitation(token)
    except NotThere:
        return _used_link()
    return _activation(invitation, services().staff.new_setup(sessions.browser_token()))


def _activate_again(trouble: Trouble, token: str) -> ResponseReturnValue:
    try:
        invitation = services().staff.invitation(token)
    except NotThere:
        return _used_link()
    # Whatever came cannot be trusted to be this browser's: the second factor is made anew.
    return _activation(invitation, services().staff.new_setup(sessions.browser_token()), Refused.of(trouble))


@blueprint.post("/staff/activate/<token>")
@door(again=_activate_again)
def choose(token: str) -> ResponseReturnValue:
    """Take passphrase and code and show the recovery code, or take that typed back and finish."""
    if "recovery_code" in request.form:
        return _finish(token)
    staff, browser = services().staff, sessions.browser_token()
    try:
        invitation = staff.invitation(token)
    except NotThere:
        return _used_link()
    setup = staff.open_setup(browser, request.form.get("setup", ""))
    if setup is None:
        said = gettext("The page was open for too long. Enrol the second factor again.")
        return _activation(invitation, staff.new_setup(browser), Refused({"code": said}))
    typed = typed_form()
    try:
        with refusals("passphrase", "passphrase_again", "code"):
            recovery_code = staff.activate(
                token,
                browser_token=browser,
                setup=setup,
                passphrase=typed["passphrase"],
                again=typed["passphrase_again"],
                code=typed["code"],
            )
    except Refused as refused:
        return _activation(invitation, setup, refused)
    return _recovery(recovery_code)


def _activation(invitation: Invitation, setup: Setup, refused: Refused | None = None) -> ResponseReturnValue:
    page = render_template(
        "staff/activate.html",
        wrong=refused is not None,
        errors=refused.errors if refused else {},
        invitation=invitation,
        roles=staff_guard.roles_in_words(invitation.roles),
        setup=setup,
        drawing=Drawing(setup.svg),
    )
    return page, refused.status if refused else 200


def _recovery(recovery_code: str, refused: Refused | None = None) -> ResponseReturnValue:
    page = render_template(
        "staff/recovery.html",
        wrong=refused is not None,
        errors=refused.errors if refused else {},
        recovery_code=recovery_code,
        pattern=copied(recovery_code),
        # Shown once, but not lost by one typing error: a mistyped copy comes back with the code.
        kept=services().sessions.seal_text(sessions.browser_token(), recovery_code) if recovery_code else "",
        to=request.path,
        finish=gettext("It matches: activate my account"),
    )
    return page, refused.status if refused else 200


def _finish(token: str) -> ResponseReturnValue:
    try:
        with refusals("recovery_code"):
            services().staff.finish_activation(token, request.form["recovery_code"])
    except NotThere:
        return _used_link()
    except Refused as refused:
        kept = services().sessions.open_text(sessions.browser_token(), request.form.get("kept", ""))
        return _recovery(kept or "", refused)
    return redirect(url_for("staff.sign_in", done="ready"), SEE_OTHER)


def _used_link() -> ResponseReturnValue:
    return render_template("staff/used_link.html"), NOT_FOUND


@blueprint.get("/staff/sign-in")
def sign_in() -> ResponseReturnValue:
    """Show the sign-in page; who is signed in already is led to their work."""
    member = sessions.signed_in()
    after = staff_guard.own_address(request.args.get("next", ""))
    if member is not None:
        return redirect(after or staff_guard.home(member), SEE_OTHER)
    return staff_guard.sign_in_page(after=after)


def _enter_again(trouble: Trouble) -> ResponseReturnValue:
    return _refused(typed_form(), Refused.of(trouble))


@blueprint.post("/staff/sign-in")
@door(again=_enter_again)
def enter() -> ResponseReturnValue:
    """Let somebody in who has all three, and lead them to the page they asked for or to their work."""
    typed = typed_form()
    try:
        member = _let_in(typed)
    except Refused as refused:
        return _refused(typed, refused)
    return redirect(staff_guard.own_address(typed["next"]) or staff_guard.home(member), SEE_OTHER)


@blueprint.post("/staff/return")
@door(again=_enter_again)
def come_back() -> ResponseReturnValue:
    """Let somebody in again whose time was over, and show the form they had filled, as they had filled it."""
    typed = typed_form()
    waiting = staff_guard.waiting_text(typed["waiting"])
    try:
        member = _let_in(typed)
    except Refused as refused:
        return _refused(typed, refused)
    return redirect(staff_guard.home(member), SEE_OTHER) if waiting is None else _give_back(member, *waiting)


def _let_in(typed: Typed) -> Member:
    try:
        member = services().staff.sign_in(
            typed["name"], typed["passphrase"], typed["code"], passkeys.answer(sessions.browser_token())
        )
    except NotAllowed as error:
        raise Refused({"name": gettext("That did not match. Check all three and try again.")}) from error
    except TooMany as error:
        raise too_many(error, "name") from error
    sessions.sign_in(member)
    return member


def _refused(typed: Typed, refused: Refused) -> ResponseReturnValue:
    return staff_guard.sign_in_page(
        name=typed["name"],
        waiting=typed["waiting"],
        after=staff_guard.own_address(typed["next"]),
        refused=refused,
    )


def _give_back(member: Member, path: str, typed: Typed) -> ResponseReturnValue:
    try:
        endpoint, values = current_app.url_map.bind("").match(path, method="POST")
    except HTTPException:
        return redirect(staff_guard.home(member), SEE_OTHER)
    show = RETURNS.get(endpoint.partition(".")[0])
    if show is None:
        return redirect(staff_guard.home(member), SEE_OTHER)
    return show(member, endpoint, values, typed)


@blueprint.post("/staff/sign-out")
def sign_out() -> ResponseReturnValue:
    """Forget who is signed in; works also when nobody is."""
    sessions.sign_out()
    return redirect(url_for("staff.sign_in", done="out"), SEE_OTHER)
