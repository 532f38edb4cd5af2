"""The words of the pages about the clock and the rehearsal, and of the ledger lines that they leave."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, Final

import flask_babel
from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

from whistle.web import restore_words
from whistle.web.languages import day as in_words

#: The library says no types; these are what it returns.
gettext: Callable[..., str] = flask_babel.gettext
ngettext: Callable[..., str] = flask_babel.ngettext

Words = Mapping[str, LazyString]

REFUSALS: Final[Words] = {
    **restore_words.REFUSALS,
    "list_changed": _l("The list has changed since you opened the page. Read it again before you answer."),
    "clock_decision": _l("Choose one of the two answers."),
    "step": _l("Choose how far the clock is to be moved."),
}

DONE: Final[Words] = {
    **restore_words.DONE,
    "clock_confirmed": _l("Noted. The cases are erased once both have confirmed this very list."),
    "clock_wrong": _l("Noted. Nothing of this list is erased while you say so."),
}

LEDGER_ACTIONS: Final[Words] = {
    "guard_stopped": _l("Cases were kept from being erased until two people confirm"),
    "guard_confirmed": _l("%(actor)s confirmed a list of cases to be erased"),
    "guard_refused": _l("%(actor)s said that a list of cases is not to be erased"),
}

STEPS: Final[Words] = {
    "day": _l("A day"),
    "week": _l("A week"),
    "month": _l("A month"),
    "year": _l("A year"),
}

EVENTS: Final[Words] = {
    "purged": _l("Was erased"),
    "kept": _l("Kept"),
    "warned": _l("Handlers are told"),
    "reminded": _l("Mail was sent"),
    "blocked": _l("Is stopped"),
}

_WHY: Final[Words] = {
    "hold": _l("a hold is in force"),
    "clock": _l("two people are asked whether the clock is right"),
    "open_cap": _l("open past its longest time"),
    "dates_wrong": _l("its dates do not agree"),
    "holds_disagree": _l("its holds and the ledger do not agree"),
    "days_disagree": _l("its days and the ledger do not agree"),
}

A_DAY: Final = 86_400


def leap(seconds: int) -> str:
    """How far the clock is ahead of what the server counted, in whole days."""
    days = max(1, round(seconds / A_DAY))
    return ngettext(
        "The clock has leapt forward by about %(num)d day that the server did not count.",
        "The clock has leapt forward by about %(num)d days that the server did not count.",
        days,
    )


def event(found: dict[str, Any]) -> tuple[str, str, str]:
    """An event of a pass: what happened, the case, and beside it the day or the reason."""
    said = [str(_WHY[found["why"]])] if found["why"] in _WHY else []
    if found["due_on"]:
        due = in_words(date.fromisoformat(found["due_on"]), "plain")
        said.append(gettext("day %(day)s", day=due))
    return str(EVENTS[found["event"]]), found["case"], ", ".join(said)
