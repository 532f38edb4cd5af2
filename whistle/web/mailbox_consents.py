"""A reporter agrees to a disclosure or not, and takes back a name that nobody has seen."""

from flask import Blueprint, redirect, request, url_for
from flask.typing import ResponseReturnValue

from whistle.errors import RuleRefused
from whistle.web import case_page, problems, sessions
from whistle.web.forms import door
from whistle.web.mailbox import ended
from whistle.web.services import services
from whistle.web.trouble import Trouble
from whistle.web.words import gettext as _

blueprint = Blueprint("mailbox_consents", __name__)

_SEE_OTHER = 303


def _again(trouble: Trouble, consent_id: str = "") -> ResponseReturnValue:
    del consent_id
    secret = sessions.open_case()
    if secret is None:
        return ended()
    return case_page.show(services().reporter.open(secret), trouble=trouble)


@blueprint.post("/mailbox/case/consents/<consent_id>")
@door(again=_again)
def answer(consent_id: str) -> ResponseReturnValue:
    """Take a yes or a no; a yes can be taken back until it was handed over."""
    secret = sessions.open_case()
    if secret is None:
        return ended()
    try:
        services().reporter.consent(secret, consent_id, request.form.get("decision", ""))
    except RuleRefused:
        return _again(_too_late(_("It has been handed over already, or no answer was chosen.")))
    return redirect(url_for("mailbox.case", noticed="answered"), _SEE_OTHER)


@blueprint.post("/mailbox/case/identity/withdraw")
@door(again=_again)
def withdraw() -> ResponseReturnValue:
    """Destroy a name that was given, as long as nobody has seen it."""
    secret = sessions.open_case()
    if secret is None:
        return ended()
    try:
        services().reporter.withdraw_identity(secret)
    except RuleRefused:
        return _again(_too_late(_("Somebody has seen your name already, so it cannot be taken back.")))
    return redirect(url_for("mailbox.case", noticed="withdrawn"), _SEE_OTHER)


def _too_late(says: str) -> Trouble:
    return Trouble(problems.UNPROCESSABLE, (("", says),), title=_("Nothing has been changed"))
