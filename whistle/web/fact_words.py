"""What an officer is asked to find out, in plain words; the choices are the policy's own where it has any."""

from collections.abc import Mapping, Sequence
from typing import Final

from flask_babel import LazyString

from whistle.parties.request_views import VerdictView
from whistle.rules.policy_codes import Basis, Category, KeptBy, Why
from whistle.web import privacy_words
from whistle.web.languages import day, label
from whistle.web.words import gettext
from whistle.web.words import lazy_gettext as _l

Words = Mapping[str, LazyString]

QUESTIONS: Final[Words] = {
    "relation": _l("Has the customer relation ended?"),
    "parent": _l("Is the one who asks the child's parent?"),
    "bases": _l("On what ground is it handled for this person?"),
    "grounds": _l("Which grounds for erasure hold?"),
    "limits": _l("Which grounds for restriction hold?"),
    "kept_by": _l("Does a law demand that it is kept?"),
    "linkable": _l("Can it be linked to the person?"),
    "handed_over": _l("Did the person hand it over themselves?"),
    "named": _l("Did the person say which use they object to?"),
    "overriding": _l("Has the company reasons that weigh more than the person's?"),
}

HINTS: Final[Words] = {
    "relation": _l("Look in the customer register. A contract that was given notice of has a day."),
    "parent": _l("Guardianship is checked, not a document kept."),
    "bases": _l("Tick all that apply."),
    "grounds": _l("Tick all that hold, or the last line when you have looked and none does."),
    "limits": _l("Tick all that hold, or the last line when you have looked and none does."),
    "linkable": _l("Logs cannot be linked once the customer data is erased."),
    "handed_over": _l("Not what was observed or worked out about them."),
    "named": _l("Until you say so here, anything the person wrote counts."),
    "overriding": _l("Write the reasons with your decision."),
}

DAYS: Final[Words] = {
    "relation_ended_on": _l("Ended on"),
    "last_interaction_on": _l("Last contact on"),
    "financial_year_ended_on": _l("The financial year of the newest entry ended on"),
    "stopped_on": _l("Objected, or took the consent back, on"),
    "last_activity_on": _l("Last activity in the installation on"),
    "dismantled_on": _l("The installation was taken down on"),
    "recorded_on": _l("Recorded on"),
    "permit_until": _l("The camera permit lets it be kept until"),
    "collected_on": _l("Collected on"),
    "purpose_met_on": _l("Its purpose was met on"),
}

_RELATION: Final[Words] = {
    "runs": _l("No, it goes on"),
    "ended": _l("Yes, it was ended on the day below"),
    "quiet": _l("Nobody ended it; the last contact was on the day below"),
}
_EITHER: Final[Words] = {"yes": _l("Yes"), "no": _l("No")}
_NONE: Final[Words] = {
    "kept_by": _l("No, none that is known"),
    "grounds": _l("None of them: I have looked into it"),
    "limits": _l("None of them: I have looked into it"),
}

REFUSALS: Final[Words] = {
    "unknown": _l("Choose one of the answers that are offered."),
    "none_and_more": _l("Tick either the grounds that hold, or that none does."),
    "day": _l("Write a day, as year-month-day."),
    "day_ahead": _l("This day has not come yet."),
    "provision": _l("Name the section of the law, with its number. Without one the law keeps nothing."),
    "too_long": _l("Write this in one line."),
}

#: How long, where there is no day.
_KEPT: Final[Words] = {
    "running": _l("kept for now: the day from which its period counts is not known"),
    "no_limit": _l("kept without limit"),
    "by_law": _l("kept because a law demands it"),
    "undecided": _l("how long it is kept is undecided"),
}

Option = tuple[str, str]


def part(code: str) -> str:
    """What a part of the facts is about."""
    return gettext("The person") if code == "person" else privacy_words.category(code)


def options(fact: str, codes: Sequence[str]) -> list[Option]:
    """What may be said of a fact, each with its words."""
    return [(code, _said(fact, code)) for code in codes]


def _said(fact: str, code: str) -> str:
    policy = privacy_words.policy()
    if code == "none":
        return str(_NONE[fact])
    if fact == "relation":
        return str(_RELATION[code])
    if fact == "bases":
        return label(policy.bases[Basis(code)])
    if fact == "kept_by":
        found = label(policy.exceptions[KeptBy(code)])
        return found[:1].upper() + found[1:]
    if fact in ("grounds", "limits"):
        return label(policy.reasons[Why(code)])
    return str(_EITHER[code])


def bases(codes: Sequence[str]) -> str:
    """On what it stands, in a line."""
    policy = privacy_words.policy()
    return ", ".join(label(policy.bases[Basis(code)]) for code in codes)


def keeping(verdict: VerdictView) -> str:
    """How long it is kept, as far as is known; empty where the verdict does not depend on it."""
    if verdict.until is not None:
        return gettext("kept until %(day)s", day=day(verdict.until, "plain"))
    return str(_KEPT.get(verdict.outcome, "")) if verdict.outcome else ""


def undecided(places: Sequence[tuple[str, str]]) -> str:
    """What has to be decided before an answer goes out: each right with its kinds of data."""
    kinds: dict[str, list[str]] = {}
    for right, category in places:
        kinds.setdefault(right, []).append(privacy_words.category(category))
    named = "; ".join(
        f"{privacy_words.right_in_law(right)} ({', '.join(names)})" for right, names in kinds.items()
    )
    return gettext("Nothing has been sent. Decide about this first: %(places)s.", places=named)


def is_part(code: str) -> bool:
    """Whether an address names a part there can be."""
    return code == "person" or code in set(Category)
