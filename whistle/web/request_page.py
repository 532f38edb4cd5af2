"""A privacy request as the person sees it with their key: where it stands, what was said, what to do next."""

from dataclasses import dataclass
from typing import Final

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from whistle.errors import RuleRefused, TooMany
from whistle.parties.reporter import FormRefused
from whistle.parties.request_mailbox import RequestSending
from whistle.parties.request_views import RequestFacts, RequestMailbox
from whistle.rules import letters
from whistle.rules.profiles import load_profiles
from whistle.web import languages, privacy_words, problems, sessions
from whistle.web.forms import answer, door
from whistle.web.languages import day
from whistle.web.services import services
from whistle.web.trouble import Trouble
from whistle.web.words import gettext as _

blueprint = Blueprint("request_page", __name__)

_SEE_OTHER: Final = 303
_TOO_MANY: Final = 429
_CLOSED: Final = "closed"

Step = tuple[str, str, bool]


@dataclass(frozen=True)
class Typed:
    """What stands in the page's fields."""

    message: str = ""
    email: str = ""


def show(
    secret: bytes, *, trouble: Trouble | None = None, message: str = "", email: str = "", notice: str = ""
) -> ResponseReturnValue:
    """The page of a request. Raises `NotThere`."""
    found = services().privacy.mailbox.open(secret)
    facts = {
        "case": found,
        "facts": found.facts,
        "typed": Typed(message, email),
        "sentence": sentence(found.facts),
        "steps": steps(found),
        "notice": notice,
        "words": privacy_words,
        "neutral": _neutral(found),
        "profile": load_profiles().of(found.facts.country),
        "file_url": lambda file_id: url_for("mailbox.file", file_id=file_id),
    }
    if trouble is None:
        return render_template("privacy/mailbox.html", trouble=None, **facts)
    return answer(trouble, "privacy/mailbox.html", **facts)


def _neutral(found: RequestMailbox) -> list[str]:
    """The sentence about reports that everybody gets from the day on which it left."""
    if found.facts.neutral_on is None:
        return []
    return letters.neutral(found.facts.country, languages.language()).split("\n\n")


def sentence(facts: RequestFacts) -> str:
    """Where it stands and what comes next, in words."""
    by = day(facts.due_on)
    if facts.state == _CLOSED:
        return _("The request is closed.")
    if facts.state == "sent":
        return _("First prove your address: type the code that was sent to it.")
    if facts.asked_on is not None:
        return _("You are asked who you are. The clock stands still until you answer.")
    if facts.state == "answered":
        return _("You have got an answer. You can write back.")
    return _("Your request is received. You get an answer by %(day)s.", day=by)


def steps(found: RequestMailbox) -> list[Step]:
    """The dates of the request in the order of time: what was, and what is to come."""
    facts = found.facts
    lines = [(day(facts.received_on), _("Request received"), True)]
    if facts.verified_on is not None:
        lines.append((day(facts.verified_on), _("It is known who you are"), True))
    if facts.extended_on is not None:
        lines.append((day(facts.extended_on), _("More time was taken, and you were told why"), True))
    if facts.answered_on is not None:
        lines.append((day(facts.answered_on), _("You got an answer"), True))
    elif facts.state != _CLOSED:
        lines.append((_("By %(day)s", day=day(facts.due_on)), _("You get an answer."), False))
    if facts.closed_on is not None:
        lines.append((day(facts.closed_on), _("Request closed"), True))
    if facts.past_day:
        lines.append((_("Not erased yet"), _("The request is kept longer than to its day."), False))
    elif facts.purge_on is not None:
        lines.append((day(facts.purge_on), _("Everything in this request is erased."), False))
    else:
        said = _("Everything is erased. The day is shown here when the request is closed.")
        lines.append((_("Two years after the answer"), said, False))
    return lines


def _again(trouble: Trouble) -> ResponseReturnValue:
    secret = sessions.open_case()
    if secret is None:
        return _ended()
    return show(secret, trouble=trouble, email=request.form.get("email", ""))


@blueprint.post("/mailbox/case/code")
@door(again=_again)
def confirm() -> ResponseReturnValue:
    """Prove the address by the code in the letter."""
    secret = sessions.open_case()
    if secret is None:
        return _ended()
    try:
        services().privacy.mailbox.confirm(secret, request.form.get("code", ""))
    except RuleRefused as refused:
        return show(secret, trouble=told("code", refused))
    except TooMany as full:
        return show(secret, trouble=_slowly(full))
    return redirect(url_for("mailbox.case", noticed="proved"), _SEE_OTHER)


@blueprint.post("/mailbox/case/code/again")
@door(again=_again)
def send_again() -> ResponseReturnValue:
    """Have a new code sent, to the same address or to one that is typed right this time."""
    secret, email = sessions.open_case(), request.form.get("email", "")
    if secret is None:
        return _ended()
    try:
        services().privacy.mailbox.send_again(secret, email, languages.language())
    except FormRefused as error:
        return show(secret, trouble=problems.refused(error.problems), email=email)
    except RuleRefused as refused:
        return show(secret, trouble=told("email", refused), email=email)
    return redirect(url_for("mailbox.case", noticed="code"), _SEE_OTHER)


def write(secret: bytes, place: RequestSending, text: str) -> ResponseReturnValue:
    """Send a message under a request; it answers who one is where that is asked."""
    if "language" in request.form:
        languages.switch_to(request.form["language"])
        return show(secret, message=text)
    try:
        is_proof = request.form.get("proof") == "yes"
        services().privacy.mailbox.message(secret, place, text, is_proof=is_proof)
    except FormRefused as error:
        return show(secret, trouble=problems.refused(error.problems), message=text)
    except RuleRefused as refused:
        return show(secret, trouble=told("message", refused), message=text)
    return redirect(url_for("mailbox.case", noticed="sent"), _SEE_OTHER)


def told(field: str, refused: RuleRefused) -> Trouble:
    """The trouble of a page whose form was refused."""
    says = str(privacy_words.REFUSALS.get(refused.reason, _("This cannot be done as things stand.")))
    return Trouble(problems.UNPROCESSABLE, ((field, says),), title=_("Nothing has been sent"))


def _slowly(full: TooMany) -> Trouble:
    says = _("Too many tries. Wait %(seconds)d seconds, then try again.", seconds=full.seconds)
    return Trouble(_TOO_MANY, (("code", says),), title=_("Nothing has been sent"), retry_after=full.seconds)


def _ended() -> ResponseReturnValue:
    """The visit is over; the code is in the letter still."""
    return render_template("mailbox.html", trouble=None, kept="", ended=True), problems.UNPROCESSABLE
