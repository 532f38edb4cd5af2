"""With the key people come back, read, write, take their case with them, and leave no trace here."""

from typing import Final

from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from whistle.errors import NotThere, SealBroken
from whistle.parties.reporter import FormRefused, Problem, Sending
from whistle.parties.request_mailbox import RequestSending
from whistle.web import (
    case_page,
    downloads,
    languages,
    privacy_words,
    problems,
    request_page,
    sessions,
    uncleaned,
)
from whistle.web.forms import answer, door, keep_sending, sending
from whistle.web.services import services
from whistle.web.trouble import Trouble
from whistle.web.words import gettext as _

blueprint = Blueprint("mailbox", __name__)

#: Nothing in the name says what it is about or where it is from.
EVERYTHING: Final = "download.zip"
_SEE_OTHER: Final = 303


def _knock_again(trouble: Trouble) -> ResponseReturnValue:
    return _door_page(trouble, kept=request.form.get("kept", ""))


@blueprint.get("/mailbox")
def knock() -> ResponseReturnValue:
    """One field for the key."""
    return _door_page()


@blueprint.post("/mailbox")
@door(again=_knock_again)
def enter() -> ResponseReturnValue:
    """Open the case of a key; text that waited in the page goes along."""
    kept = request.form.get("kept", "")
    try:
        entered = services().reporter.enter(request.form.get("case_key", ""))
    except SealBroken:
        return _door_page(_mistyped(), kept=kept)
    except NotThere:
        return _door_page(_unknown(), kept=kept)
    waiting = services().sessions.open_text(sessions.browser_token(), kept) if kept else None
    sessions.enter_case(entered.secret)
    if waiting:
        try:
            return case_page.show(services().reporter.open(entered.secret), message=waiting)
        except NotThere:
            return request_page.show(entered.secret, message=waiting)
    return redirect(url_for("mailbox.case", noticed="key" if entered.repaired else None), _SEE_OTHER)


@blueprint.get("/mailbox/case")
def case() -> ResponseReturnValue:
    """The dialogue, the dates and what can be done."""
    secret = sessions.open_case()
    if secret is None:
        return redirect(url_for("mailbox.knock"), _SEE_OTHER)
    notice = request.args.get("noticed", "")
    try:
        return case_page.show(services().reporter.open(secret), notice=notice)
    except NotThere:
        return _request(secret, notice)


def _request(secret: bytes, notice: str) -> ResponseReturnValue:
    """The same door opens a privacy request; a key that opens neither any more is one of the past."""
    try:
        return request_page.show(secret, notice=notice)
    except NotThere:
        return _erased()


def _writing() -> Sending | None:
    secret = sessions.open_case()
    if secret is None:
        return None
    try:
        return services().reporter.writing(secret)
    except NotThere:
        return _of_request(secret)


def _of_request(secret: bytes) -> Sending | None:
    """Room under a request; None when the day came while they wrote: what was typed waits in the page."""
    try:
        return services().privacy.mailbox.writing(secret)
    except NotThere:
        return None


def _write_again(trouble: Trouble) -> ResponseReturnValue:
    secret = sessions.open_case()
    if secret is None:
        return ended()
    text = request.form.get("message", "")
    try:
        found = services().reporter.open(secret)
    except NotThere:
        return request_page.show(secret, trouble=trouble, message=text)
    return case_page.show(found, trouble=trouble, message=text)


@blueprint.post("/mailbox/case/messages")
@door(again=_write_again, files=_writing)
def write() -> ResponseReturnValue:
    """Send a message with its files; or only speak another language, with what was typed."""
    secret, place = sessions.open_case(), sending()
    if secret is None or place is None:
        return ended()
    text = request.form.get("message", "")
    if isinstance(place, RequestSending):
        return request_page.write(secret, place, text)
    if "language" in request.form:
        languages.switch_to(request.form["language"])
        return case_page.show(services().reporter.open(secret), message=text)
    asked = uncleaned.trouble(place)
    if asked is not None:
        return _write_again(asked)
    try:
        services().reporter.message(secret, place, text)
    except FormRefused as error:
        return _write_again(problems.refused(error.problems))
    keep_sending()
    return redirect(url_for("mailbox.case", noticed="sent"), _SEE_OTHER)


@blueprint.post("/mailbox/case/rights")
@door(again=_write_again)
def ask_rights() -> ResponseReturnValue:
    """Ask for one's rights in one's own case, without a name: the key says enough, and handlers answer."""
    secret = sessions.open_case()
    if secret is None:
        return ended()
    chosen = [one for one in request.form.getlist("rights") if one in case_page.RIGHTS]
    if not chosen:
        return _write_again(problems.refused([Problem("rights", "missing")]))
    asked = _("I ask for: %(rights)s.", rights=", ".join(privacy_words.right(one) for one in chosen))
    try:
        said = request.form.get("message", "").strip()
        services().casework.asked.ask(secret, f"{asked}\n\n{said}" if said else asked)
    except FormRefused as error:
        return _write_again(problems.refused(error.problems))
    return redirect(url_for("mailbox.case", noticed="sent"), _SEE_OTHER)


def _identify_again(trouble: Trouble) -> ResponseReturnValue:
    secret = sessions.open_case()
    if secret is None:
        return ended()
    return case_page.show(
        services().reporter.open(secret),
        trouble=trouble,
        name=request.form.get("identity_name", ""),
        contact=request.form.get("identity_contact", ""),
    )


@blueprint.post("/mailbox/case/identity")
@door(again=_identify_again)
def identify() -> ResponseReturnValue:
    """Take a name, sealed apart from the case."""
    secret = sessions.open_case()
    if secret is None:
        return ended()
    try:
        services().reporter.identify(
            secret, request.form.get("identity_name", ""), request.form.get("identity_contact", "")
        )
    except FormRefused as error:
        return _identify_again(problems.refused(error.problems))
    return redirect(url_for("mailbox.case", noticed="identity"), _SEE_OTHER)


@blueprint.get("/mailbox/case/files/<file_id>")
def file(file_id: str) -> ResponseReturnValue:
    """One file of the case, as a download."""
    secret = sessions.open_case()
    if secret is None:
        return redirect(url_for("mailbox.knock"), _SEE_OTHER)
    try:
        return downloads.download(lambda: services().reporter.file(secret, file_id))
    except NotThere:
        return downloads.download(lambda: services().privacy.mailbox.file(secret, file_id))


@blueprint.get("/mailbox/case/everything")
def everything() -> ResponseReturnValue:
    """The whole case in one archive."""
    secret = sessions.open_case()
    if secret is None:
        return redirect(url_for("mailbox.knock"), _SEE_OTHER)
    try:
        return downloads.stream(services().reporter.everything(secret), EVERYTHING)
    except NotThere:
        return downloads.stream(services().privacy.mailbox.everything(secret), EVERYTHING)


def _door_page(trouble: Trouble | None = None, *, kept: str = "", ended: bool = False) -> ResponseReturnValue:
    if trouble is None:
        return render_template("mailbox.html", trouble=None, kept=kept, ended=ended)
    return answer(trouble, "mailbox.html", kept=kept, ended=ended)


def ended() -> Response:
    """The visit is over: what was typed waits in the page, sealed for this browser, until the key is back."""
    text = request.form.get("message", "")
    sessions.leave_case()
    sessions.anonymous_form()
    kept = services().sessions.seal_text(sessions.browser_token(), text) if text else ""
    return make_response(_door_page(kept=kept, ended=True), problems.UNPROCESSABLE)


def _erased() -> ResponseReturnValue:
    sessions.leave_case()
    sessions.anonymous_form()
    return _door_page(_unknown())


def _mistyped() -> Trouble:
    says = _("Something in the key is mistyped. Compare it with what you wrote down.")
    return Trouble(problems.UNPROCESSABLE, (("case_key", says),), title=_("The case was not opened"))


def _unknown() -> Trouble:
    says = _("No case has this key. It may have been erased: that happens two years after a case is closed.")
    return Trouble(problems.UNPROCESSABLE, (("case_key", says),), title=_("The case was not opened"))
