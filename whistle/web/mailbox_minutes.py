"""The reporter's door of minutes: they say whether what was written of a call or meeting is right (L4)."""

from flask import Blueprint, redirect, request, url_for
from flask.typing import ResponseReturnValue

from whistle.errors import RuleRefused
from whistle.parties.reporter import FormRefused, Problem
from whistle.web import case_page, problems, sessions, work_words
from whistle.web.forms import door
from whistle.web.mailbox import ended
from whistle.web.services import services
from whistle.web.trouble import Trouble
from whistle.web.words import gettext as _

blueprint = Blueprint("mailbox_minutes", __name__)

_SEE_OTHER = 303


def _again(trouble: Trouble, minutes_id: str) -> ResponseReturnValue:
    secret = sessions.open_case()
    if secret is None:
        return ended()
    typed = case_page.MinutesTyped(
        minutes_id, request.form.get("answer", ""), request.form.get("correction", "")
    )
    return case_page.show(services().reporter.open(secret), trouble=trouble, minutes=typed)


@blueprint.post("/mailbox/case/minutes/<minutes_id>")
@door(again=_again)
def answer(minutes_id: str) -> ResponseReturnValue:
    """Approve minutes, correct them, or decline to."""
    secret = sessions.open_case()
    if secret is None:
        return ended()
    said = request.form.get("answer", ""), request.form.get("correction", "")
    try:
        services().casework.answers.answer(secret, minutes_id, *said)
    except FormRefused as error:
        found = tuple(Problem(f"minutes-{minutes_id}-{one.field}", one.reason) for one in error.problems)
        return _again(problems.refused(found), minutes_id)
    except RuleRefused:
        says = (("", str(work_words.REFUSALS["minutes_locked"])),)
        trouble = Trouble(problems.UNPROCESSABLE, says, title=_("Nothing has been sent"))
        return _again(trouble, minutes_id)
    return redirect(url_for("mailbox.case", noticed="minutes"), _SEE_OTHER)
