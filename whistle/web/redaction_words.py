"""What pages say of something erased: to its handlers, its reporter, and the readers of the ledger."""

from collections.abc import Mapping
from typing import Final

from flask import Flask
from flask_babel import LazyString

from whistle.rules.redaction import Erased
from whistle.web.languages import day
from whistle.web.words import gettext as _
from whistle.web.words import lazy_gettext as _l
from whistle.web.words import ngettext

Words = Mapping[str, LazyString]

#: Why something was erased, as it stands in the mark.
GROUNDS: Final[Words] = {
    "not_relevant": _l("not relevant"),
    "sensitive": _l("sensitive and not relevant"),
    "other_person": _l("about somebody whom the case does not concern"),
}

#: The same, as a handler chooses it.
GROUND_CHOICES: Final[Words] = {
    "not_relevant": _l("Obviously not relevant"),
    "sensitive": _l("Health, family, belief or the like, and obviously not relevant"),
    "other_person": _l("About somebody whom the case does not concern"),
}

REFUSALS: Final[Words] = {
    "redaction_ground": _l("Choose why it is erased."),
    "not_found": _l("This does not stand in the text. Copy the passage exactly as it is."),
    "several": _l("This stands in the text more than once. Say which one it is: 1 for the first."),
    "which": _l("Say which one it is: 1 for the first."),
    "passage": _l("This cannot be erased: it is gone already, or reaches over something that is."),
    "file": _l("Choose one of the files of this entry."),
    "handler": _l("A handler whom the company has appointed has to confirm this."),
}

DONE: Final[Words] = {
    "erased": _l("It is erased for good. The reporter sees that something was erased, and why."),
    "erasure_asked": _l("A colleague has to confirm this. Until then nothing is erased."),
    "erasure_withdrawn": _l("The request is gone. Nothing was erased."),
}

LEDGER_ACTIONS: Final[Words] = {
    "redacted": _l("%(actor)s erased something from a case for good"),
    "redaction_asked": _l("%(actor)s asked a colleague to erase something"),
    "redaction_refused": _l("%(actor)s decided that something is not erased"),
}


def speak(app: Flask) -> None:
    """Give pages the filters that say what was erased, and why."""
    app.jinja_env.filters.update(erased=mark, erasing_ground=ground)


def ground(code: str) -> str:
    """Why, in words; a code that is unknown stays."""
    return str(GROUNDS.get(code, code))


def mark(erased: Erased) -> str:
    """The mark that stands where something was: how much, why, and on which day."""
    facts = {"why": ground(erased.ground), "day": day(erased.day, "plain")}
    if not erased.characters:
        return _("[Erased: a file, %(why)s, %(day)s]", **facts)
    return ngettext(
        "[Erased: %(num)d character, %(why)s, %(day)s]",
        "[Erased: %(num)d characters, %(why)s, %(day)s]",
        erased.characters,
        **facts,
    )
