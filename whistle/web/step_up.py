"""Before some things the second factor is shown again; the form that asked goes on with what it held."""

from typing import Final

from flask import Blueprint, Flask, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from whistle.errors import NotAllowed, StepUpNeeded, TooMany
from whistle.parties.member import Member
from whistle.parties.passkeys import STEP_UP
from whistle.web import passkeys, sessions, staff_guard
from whistle.web.doors import is_before_sign_in, is_staff
from whistle.web.forms import door, typed_fields
from whistle.web.services import services
from whistle.web.staff_forms import Refused, typed_form
from whistle.web.staff_pages import too_many
from whistle.web.staff_words import gettext

blueprint = Blueprint("step_up", __name__)
staff_guard.protect(blueprint)

#: The hidden field that says that a second factor comes with this form.
MARK: Final = "step_up"
#: A page that was asked for, sealed so that nobody is led elsewhere.
AFTER: Final = "after"
#: The answer of a page that wants more than a sign-in (RFC 9470, section 3, without its scheme of HTTP).
MORE_NEEDED: Final = 401


def protect(app: Flask) -> None:
    """Have every staff door ask for the second factor where a party wants it fresh, and take it there.

    Registered after the gate, so that only whole forms of our own pages are looked at.
    """
    app.before_request(_take)
    app.register_error_handler(StepUpNeeded, _ask)


@blueprint.post("/staff/step-up")
@door(again=lambda trouble: _page(staff_guard.signed_in(), Refused.of(trouble)))
def go_on() -> ResponseReturnValue:
    """Lead on to the page that was asked for: the second factor was taken at the gate."""
    member = staff_guard.signed_in()
    after = services().sessions.open_text(sessions.token_that_counts(), typed_form()[AFTER])
    return redirect(after or staff_guard.home(member), staff_guard.SEE_OTHER)


def _take() -> ResponseReturnValue | None:
    if request.method != "POST" or MARK not in request.form:
        return None
    if not is_staff(request.path) or is_before_sign_in(request.path):
        return None
    member = sessions.signed_in()
    if member is None:
        return None
    token = sessions.token_that_counts()
    try:
        services().accounts.step_up(member, request.form.get("code", ""), passkeys.answer(token))
    except NotAllowed:
        return _page(member, Refused({"code": gettext("That did not match. Wait for the next code.")}))
    except TooMany as error:
        return _page(member, too_many(error, "code"))
    services().sessions.freshen(token)
    g.pop("member", None)
    return None


def _ask(_error: StepUpNeeded) -> ResponseReturnValue:
    return _page(staff_guard.signed_in())


def _page(member: Member, refused: Refused | None = None) -> ResponseReturnValue:
    own = request.endpoint == "step_up.go_on"
    page = render_template(
        "staff/step_up.html",
        member=member,
        nav=staff_guard.navigation(member),
        wrong=refused is not None,
        errors=refused.errors if refused else {},
        to=request.path if request.method == "POST" else url_for("step_up.go_on"),
        typed=_carried() if request.method == "POST" else [(AFTER, _here())],
        is_form=request.method == "POST" and not own,
        question=passkeys.question(sessions.token_that_counts(), STEP_UP, member),
    )
    if refused is None:
        return page, MORE_NEEDED
    return page, refused.status, {"Retry-After": str(refused.retry_after)} if refused.retry_after else {}


def _carried() -> list[tuple[str, str]]:
    return [(name, value) for name, value, _long in typed_fields() if name != MARK]


def _here() -> str:
    here = request.full_path if request.query_string else request.path
    return services().sessions.seal_text(sessions.token_that_counts(), here)
