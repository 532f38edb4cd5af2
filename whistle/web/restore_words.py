"""The words of the page after a restore, and of the ledger lines that it leaves."""

from collections.abc import Mapping
from typing import Final

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

Words = Mapping[str, LazyString]

REFUSALS: Final[Words] = {"restore_decision": _l("Choose one of the two answers.")}

DONE: Final[Words] = {
    "restore_confirmed": _l("Noted. Cases are erased again once both have confirmed these very holds."),
    "restore_wrong": _l("Noted. No case of this company is erased while you say so."),
    "restore_cited": _l("The hold has its citation again."),
}

LEDGER_ACTIONS: Final[Words] = {
    "restored": _l("The site was restored from a backup; what came after it is lost, but for what follows"),
    "hold_cited": _l("%(actor)s gave a hold the citation that it had lost in a restore"),
}

#: In place of the clock's sentences, where the list that a guard held back is one of holds.
GUARD_ACTIONS: Final[Words] = {
    "guard_stopped": _l("After a restore nothing is erased until two people confirm the holds"),
    "guard_confirmed": _l("%(actor)s confirmed the holds after a restore"),
    "guard_refused": _l("%(actor)s said that a hold is missing after a restore"),
}

LEDGER_FACTS: Final[Words] = {"lost": _l("Lines lost")}
