"""The ways back in for who lost a part of their account: one sentence for every failure, whoever asks."""

from typing import Final

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from whistle.errors import NotAllowed, NotThere, TooMany
from whistle.parties.pending import Pending
from whistle.parties.second_factor import Setup
from whistle.web import new_code, sessions, staff_guard
from whistle.web.forms import door
from whistle.web.services import services
from whistle.web.staff_forms import Refused, Typed, refusals, typed_form
from whistle.web.staff_pages import Drawing, too_many
from whistle.web.staff_words import gettext
from whistle.web.trouble import Trouble

blueprint = Blueprint("recover", __name__)

NOT_FOUND: Final = 404


def _passphrase_again(trouble: Trouble) -> ResponseReturnValue:
    return _passphrase(typed_form(), Refused.of(trouble))


def _factor_again(trouble: Trouble) -> ResponseReturnValue:
    # Whatever came cannot be trusted to be this browser's: the second factor is made anew.
    return _factor(_new_setup(), typed_form(), Refused.of(trouble))


@blueprint.get("/staff/recover")
def passphrase() -> ResponseReturnValue:
    """Show the page for who lost their passphrase, and where to turn for what else is lost."""
    return _passphrase(Typed())


@blueprint.post("/staff/recover")
@door(again=_passphrase_again)
def choose() -> ResponseReturnValue:
    """Take name, recovery code, code and a new passphrase, and show the new recovery code; or finish."""
    if "kept" in request.form:
        return _finish()
    typed, token = typed_form(), sessions.browser_token()
    try:
        with refusals("passphrase", "passphrase_again"):
            pending = _pending(
                lambda: services().accounts.recover_passphrase(
                    token,
                    typed["name"],
                    typed["recovery_code"],
                    typed["code"],
                    typed["passphrase"],
                    typed["passphrase_again"],
                )
            )
    except Refused as refused:
        return _passphrase(typed, refused)
    return new_code.page(pending, to=request.path)


@blueprint.get("/staff/recover/second-factor")
def factor() -> ResponseReturnValue:
    """Show the page for who lost their phone, with a new second factor made for it."""
    return _factor(_new_setup(), Typed())


@blueprint.post("/staff/recover/second-factor")
@door(again=_factor_again)
def enrol() -> ResponseReturnValue:
    """Take name, passphrase, recovery code and a code of the new device; or finish."""
    if "kept" in request.form:
        return _finish()
    typed, token = typed_form(), sessions.browser_token()
    setup = services().staff.open_setup(token, typed["setup"])
    if setup is None:
        said = gettext("The page was open for too long. Enrol the second factor again.")
        return _factor(_new_setup(), typed, Refused({"code": said}))
    try:
        with refusals("code"):
            pending = _pending(
                lambda: services().accounts.recover_factor(
                    token, setup, typed["name"], typed["passphrase"], typed["recovery_code"], typed["code"]
                )
            )
    except Refused as refused:
        return _factor(setup, typed, refused)
    return new_code.page(pending, to=request.path)


def _pending(recover: new_code.Recover) -> Pending:
    try:
        return recover()
    except NotAllowed as error:
        raise Refused({"name": gettext("That did not match. Check everything and try again.")}) from error
    except TooMany as error:
        raise too_many(error, "name") from error


def _finish() -> ResponseReturnValue:
    token = sessions.browser_token()
    try:
        return new_code.finish(token, to=request.path) or redirect(
            url_for("staff.sign_in", done="renewed"), staff_guard.SEE_OTHER
        )
    except NotThere:
        return render_template("staff/start_again.html", again=request.path), NOT_FOUND


def _new_setup() -> Setup:
    return services().staff.new_setup(sessions.browser_token())


def _passphrase(typed: Typed, refused: Refused | None = None) -> ResponseReturnValue:
    page = render_template(
        "staff/lost_passphrase.html",
        wrong=refused is not None,
        errors=refused.errors if refused else {},
        name=typed["name"],
    )
    return _answer(page, refused)


def _factor(setup: Setup, typed: Typed, refused: Refused | None = None) -> ResponseReturnValue:
    page = render_template(
        "staff/lost_factor.html",
        wrong=refused is not None,
        errors=refused.errors if refused else {},
        name=typed["name"],
        setup=setup,
        drawing=Drawing(setup.svg),
    )
    return _answer(page, refused)


def _answer(page: str, refused: Refused | None) -> ResponseReturnValue:
    if refused is None:
        return page
    return page, refused.status, {"Retry-After": str(refused.retry_after)} if refused.retry_after else {}
