"""The reporter's case on one page: where it stands, what comes next, and everything said so far."""

from dataclasses import dataclass
from typing import Final

from flask import render_template, url_for
from flask.typing import ResponseReturnValue

from whistle.parties.views import MailboxCase
from whistle.rules.profiles import load_profiles
from whistle.web import privacy_words, work_words
from whistle.web.forms import answer
from whistle.web.languages import day
from whistle.web.trouble import Trouble
from whistle.web.words import gettext as _

#: From so many days before the erasure the page begins with it.
WARN_DAYS: Final = 30
_CLOSED: Final = "closed"
#: What somebody may ask for in their own case: their own messages, files, dates, recipients; a statement.
RIGHTS: Final = ("access", "rectification", "restriction")

Step = tuple[str, str, bool]


@dataclass(frozen=True)
class Typed:
    """What stands in the page's fields."""

    message: str = ""
    name: str = ""
    contact: str = ""


@dataclass(frozen=True)
class MinutesTyped:
    """What stands in the form of one of the minutes."""

    id: str = ""
    answer: str = ""
    correction: str = ""


def show(
    case: MailboxCase,
    *,
    trouble: Trouble | None = None,
    message: str = "",
    name: str = "",
    contact: str = "",
    notice: str = "",
    minutes: MinutesTyped | None = None,
) -> ResponseReturnValue:
    """The page of a case. `notice` is `key`, `sent`, `identity` or `minutes`: what has just been done."""
    facts = {
        "case": case,
        "typed": Typed(message, name, contact),
        "minutes_typed": minutes or MinutesTyped(),
        "minutes_answers": [(code, str(says)) for code, says in work_words.ANSWER_CHOICES.items()],
        "answered": {code: str(says) for code, says in work_words.YOUR_ANSWERS.items()},
        "sentence": sentence(case),
        "steps": steps(case),
        "warn": case.days_to_purge is not None and 0 < case.days_to_purge <= WARN_DAYS,
        "notice": notice,
        "rights": [(code, privacy_words.right(code)) for code in RIGHTS],
        "first_new": next((entry.n for entry in case.entries if entry.new), None),
        "profile": load_profiles().of(case.country),
        "file_url": lambda file_id: url_for("mailbox.file", file_id=file_id),
    }
    if trouble is None:
        return render_template("mailbox_case.html", trouble=None, **facts)
    return answer(trouble, "mailbox_case.html", **facts)


def sentence(case: MailboxCase) -> str:
    """The state and the next date, in words."""
    if case.state == _CLOSED:
        return _("The case is closed.")
    if case.feedback_on is not None:
        return _("You have got feedback. The case is still open, and you can write in it.")
    by = day(case.feedback_due.due_on)
    if case.state == "received":
        if case.next_duty is not None and case.next_duty.kind == "acknowledgement":
            return _("No answer yet. You get a confirmation by %(day)s.", day=day(case.next_duty.due_on))
        return _("Your report is received. You get feedback by %(day)s.", day=by)
    if case.state == "acknowledged":
        return _("Your report is confirmed. You get feedback by %(day)s.", day=by)
    return _("Somebody is looking into it. You get feedback by %(day)s.", day=by)


def steps(case: MailboxCase) -> list[Step]:
    """The dates of the case in the order of time: what was, and what is to come."""
    return [
        (day(case.received_on), _("Report received"), True),
        *_confirmation(case),
        *_feedback(case),
        *_rights(case),
        *_closing(case),
        _erasure(case),
    ]


def _confirmation(case: MailboxCase) -> list[Step]:
    if case.acknowledged_on is not None:
        return [(day(case.acknowledged_on), _("Report confirmed"), True)]
    if case.state != _CLOSED and case.next_duty is not None and case.next_duty.kind == "acknowledgement":
        by = _("By %(day)s", day=day(case.next_duty.due_on))
        return [(by, _("A handler writes to you in the case."), False)]
    return []


def _feedback(case: MailboxCase) -> list[Step]:
    says = _("You get feedback: what was done, and why.")
    if case.feedback_on is not None:
        return [(day(case.feedback_on), _("You got feedback"), True)]
    if case.state == _CLOSED:
        return []
    return [(_("By %(day)s", day=day(case.feedback_due.due_on)), says, False)]


def _rights(case: MailboxCase) -> list[Step]:
    if case.rights_due is None:
        return []
    by = _("By %(day)s", day=day(case.rights_due))
    return [(by, _("You get an answer about the rights that you asked for."), False)]


def _closing(case: MailboxCase) -> list[Step]:
    return [(day(case.closed_on), _("Case closed"), True)] if case.closed_on is not None else []


def _erasure(case: MailboxCase) -> Step:
    if case.held and case.past_day:
        return (_("Not erased yet"), _("The case is kept longer than to its day."), False)
    if case.past_day:
        return (day(case.purge_on) if case.purge_on else "", _("The day of this case has come."), True)
    if case.purge_on is None:
        return (
            _("Two years after closing"),
            _("Everything is erased. The day is shown here when the case is closed."),
            False,
        )
    return (day(case.purge_on), _("Everything in this case is erased."), False)
