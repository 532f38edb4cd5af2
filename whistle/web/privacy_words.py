"""The words of the pages of privacy requests: rights and categories are the policy's own, in plain words."""

from collections.abc import Mapping
from typing import Final

from flask import g
from flask_babel import LazyString

from whistle.rules.policy import load_policy
from whistle.rules.policy_codes import Category, Right
from whistle.rules.policy_words import Policy
from whistle.web.languages import label
from whistle.web.services import services
from whistle.web.words import gettext
from whistle.web.words import lazy_gettext as _l

Words = Mapping[str, LazyString]

STATES: Final[Words] = {
    "sent": _l("Code awaited"),
    "coded": _l("Identity to be checked"),
    "verified": _l("To be answered"),
    "answered": _l("Answered"),
    "closed": _l("Closed"),
}

SHOWN: Final[Words] = {
    "open": _l("To be answered"),
    "addressed": _l("Address proved"),
    "unaddressed": _l("No code sent"),
    "unproved": _l("Code awaited"),
    "closed": _l("Closed"),
}

ANSWERS: Final[Words] = {
    "yes": _l("Yes"),
    "no": _l("No"),
    "partly": _l("In part"),
    "officer": _l("You decide"),
    "undecided": _l("The policy is silent"),
}

VERDICTS: Final[Words] = {
    "yes": _l("Yes, it is done"),
    "partly": _l("Only in part"),
    "no": _l("No"),
}

OUTCOMES: Final[Words] = {
    "informed": _l("Told"),
    "impossible": _l("Could not be told"),
    "disproportionate": _l("Would take more than it is worth"),
}

DONE: Final[Words] = {
    "asked": _l("Your question is sent. The clock stands still until the person answers."),
    "verified": _l("The person is known. What they sent to prove it has been destroyed here."),
    "verified_held": _l("The person is known. What they sent to prove it stays while a hold is in force."),
    "decided": _l("The decision is kept."),
    "facts": _l("What is known is kept. The verdicts follow from it."),
    "nothing_clear": _l("Nothing was decided: what is left the rules leave to you."),
    "written": _l("Sent. The person sees it when they come back with their key."),
    "answered": _l("The answer is sent. The person can fetch it for 30 days."),
    "extended": _l("The person has been told of the new day."),
    "noticed": _l("The person has been told. Nothing is decided before they could reply."),
    "task": _l("The recipient is noted."),
    "task_done": _l("The outcome is noted."),
    "closed": _l("The request is closed. The day on which it is erased stands under Dates."),
    "forwarded": _l("The request is with the other company now. It is gone from here."),
    "let_in": _l("Your colleagues can open these requests now."),
}

REFUSALS: Final[Words] = {
    "not_verified": _l("Who asks is not known yet. Until then nothing is answered or decided."),
    "identity_state": _l("This is done between the code and the check. Read the page again."),
    "request_closed": _l("The request is closed. A new request is the way."),
    "nothing_clear": _l("Nothing was decided: what is left the rules leave to you."),
    "unanswered": _l("Answer the person first. Then the request can be closed."),
    "tasks_open": _l("Some recipients have no outcome yet. Note what came of each; then close."),
    "restricted": _l("A restriction is in force. Decide that it ends, and tell the person; then close."),
    "task_outcome": _l("Choose what came of it."),
    "extension": _l("A request is extended once, and the person is told by the day the answer is due."),
    "extended_before": _l("A request is extended once."),
    "extension_late": _l("The person has to be told by the day the answer is due. That day has passed."),
    "reasons": _l(
        "Say why, in at least 20 characters. The reasons are kept, and go out where a letter does."
    ),
    "letter_grounds": _l("Name the ground, a section of a law or of the policy, that somebody can look up."),
    "letter_until": _l("Say until which day."),
    "letter_fee": _l("Say what it would cost, or that the request would be declined."),
    "notice_first": _l("Tell the person first, and wait until the days they have to reply are over."),
    "handlers_answer": _l(
        "Reports are answered by those appointed for them. The request is with them already."
    ),
    "marketing_stops": _l("An objection to marketing is followed at once. There is nothing to weigh."),
    "name_the_use": _l("Ask the person which use they mean. An objection that names none is not refused."),
    "answer_long": _l("This is too long for a letter: it takes 10 000 characters. Put the rest in a file."),
    "forward_state": _l("A request is handed on before it is worked on, and to another company."),
    "closed": _l("Nobody answers requests for this company now. Choose another."),
    "hold_goes": _l(
        "Legal holds this request, and the hold would go with it. Nobody of legal at that company can read "
        "its citation, so nobody there could end it. Ask legal to release the hold here and place it there."
    ),
    "proof_late": _l(
        "It is known by now who you are, so nothing was sent and nothing is kept of it. No proof is needed "
        "any more. What you want to say without it you can write here."
    ),
    "letters": _l(
        "This address has been sent enough letters for now. Wait some hours, or use another address."
    ),
    "state": _l("The address has been proved already."),
    "code": _l("That is not the code. Look at the newest letter, and type its eight digits."),
    "review_date": _l("Write the day on which the restriction is looked at again."),
    "review_past": _l("The day has to be after today."),
    "review_far": _l("The day can be at most twelve months ahead."),
    "right": _l("Choose one of the rights that are offered."),
    "category": _l("Choose one of the categories that are offered."),
    "verdict": _l("Choose what is decided."),
    "outcome": _l("Choose what came of it."),
    "nothing_chosen": _l("Choose first what goes out: open a system's answer and keep your choice."),
    "answer_large": _l(
        "This is too much for one answer (64 MB, 200 files). Your choice is kept. Choose fewer entries, send "
        "them, and send the rest in another answer."
    ),
    "source": _l("Choose one of the systems that are shown."),
    "what": _l("Choose what the recipient is told of."),
}

#: What of a form that was sent again is not in the request that stands.
PARTS: Final[Words] = {
    "rights": _l("what you ask for"),
    "categories": _l("the kinds of data"),
    "details": _l("your words"),
    "name": _l("your name"),
    "email": _l("your e-mail address"),
    "files": _l("the files"),
}

#: The ledger's actions as sentences.
LEDGER_ACTIONS: Final[Words] = {
    "request_received": _l("A privacy request was received"),
    "request_address_proved": _l("Whoever asked proved their address"),
    "request_code_asked": _l("Whoever asked had a new code sent"),
    "request_message": _l("Whoever asked wrote"),
    "request_opened": _l("%(actor)s opened a privacy request for the first time"),
    "request_identity_asked": _l("%(actor)s asked who somebody is"),
    "request_verified": _l("%(actor)s noted that the person is known"),
    "request_decided": _l("%(actor)s decided about a right"),
    "request_facts": _l("%(actor)s noted what is known for a privacy request"),
    "request_written": _l("%(actor)s wrote to whoever asked"),
    "request_answered": _l("%(actor)s answered a privacy request"),
    "request_extended": _l("%(actor)s took two further months"),
    "request_noticed": _l("%(actor)s told of a fee, or of an excessive request"),
    "request_task_opened": _l("%(actor)s noted a recipient who is to be told"),
    "request_task_done": _l("%(actor)s noted what came of telling a recipient"),
    "request_forwarded": _l("%(actor)s handed a privacy request on"),
    "request_granted": _l("%(actor)s opened a privacy request to a colleague"),
    "request_systems_asked": _l("%(actor)s asked the company's systems about a person"),
    "request_systems_answered": _l("A system's answer was kept for %(actor)s"),
    "request_lines_chosen": _l("%(actor)s chose what of it goes out"),
    "request_neutral": _l("The neutral answer about reports went out"),
}

Option = tuple[str, str]


def policy() -> Policy:
    """The policy that holds today, looked up once for a page."""
    if "policy" not in g:
        g.policy = load_policy(services().clock.now().date())
    found: Policy = g.policy
    return found


def right(code: str) -> str:
    """A right in plain words."""
    return label(policy().rights[Right(code)]) if code in set(Right) else code


def right_in_law(code: str) -> str:
    """What the law calls a right."""
    return label(policy().rights[Right(code)].word) if code in set(Right) else code


def rights() -> list[tuple[str, str, str]]:
    """Every right as the form offers it: its code, plain words, and the law's word after them."""
    return [(str(one), right(one), right_in_law(one)) for one in Right]


def category(code: str) -> str:
    """A category of data in words; empty for a right that is about none."""
    return label(policy().categories[Category(code)]) if code in set(Category) else code


def categories() -> list[Option]:
    """Every category, as the form offers it."""
    return [(str(one), category(one)) for one in Category]


def listed(codes: tuple[str, ...]) -> str:
    """Rights in a line."""
    return ", ".join(right(code) for code in codes) or gettext("None")


def parts_listed(codes: tuple[str, ...]) -> str:
    """Parts of the form in a line."""
    return ", ".join(str(PARTS[code]) for code in codes)


def categories_listed(codes: tuple[str, ...]) -> str:
    """Kinds of data in a line; none named means all."""
    return ", ".join(category(code) for code in codes) or gettext("Everything")


def right_options(codes: tuple[str, ...]) -> list[Option]:
    """The rights that were asked for, as a choice."""
    return [(code, right_in_law(code)) for code in codes]
