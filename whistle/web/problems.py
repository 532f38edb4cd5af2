"""Each thing that can be wrong with a field has one sentence, and says what to do."""

from collections.abc import Iterable

from whistle.parties.reporter import Problem
from whistle.web.trouble import Trouble
from whistle.web.words import gettext as _
from whistle.web.words import ngettext

UNPROCESSABLE = 422


def refused(problems: Iterable[Problem]) -> Trouble:
    """The trouble that a form comes back with: a count in words, and a sentence for each field."""
    found = tuple(problems)
    errors = tuple((one.field, _says(one)) for one in found)
    if all(one.reason == "missing" for one in found):
        title = _missing(len(found))
    else:
        title = ngettext("%(num)d thing needs to be changed", "%(num)d things need to be changed", len(found))
    return Trouble(
        UNPROCESSABLE, errors, title=title, text=_("What you wrote is still here. Nothing has been sent.")
    )


def _missing(count: int) -> str:
    if count == 1:
        return _("One thing is missing")
    if count == 2:  # noqa: PLR2004 - the count itself
        return _("Two things are missing")
    return _("%(count)d things are missing", count=count)


def _says(problem: Problem) -> str:
    if problem.reason in {"missing", "closed", "unknown"}:
        return _not_there(problem)
    if problem.reason == "email":
        return _("No letter can go to this address. Look at it once more, or leave it out.")
    if problem.reason == "unanswered":
        return _("Nobody answers requests for this company now. Choose another, or turn to the authority.")
    if problem.reason == "too_long":
        return _("This is too long. A field takes 100 000 characters; a name or an address fewer.")
    return _("There is a character here that cannot be kept. Write this again without it.")


def _not_there(problem: Problem) -> str:
    if problem.reason == "closed":
        return _("Nobody can receive reports for this company now. Choose another, or turn to an authority.")
    if problem.reason == "unknown":
        return _("Choose one of the answers that are offered.")
    words = {
        "company": _("Choose the company it is about"),
        "description": _("Write what happened"),
        "message": _("Write a message"),
        "identity_name": _("Write your name"),
        "name": _("Write your name"),
        "email": _("Write your e-mail address"),
        "rights": _("Choose what you ask for"),
        "details": _("Write what is to be corrected or added"),
    }
    return words.get(problem.field, _("Write something here"))
