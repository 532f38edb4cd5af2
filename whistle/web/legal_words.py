"""What legal's pages say of many cases, reviews, what waits and what became of holds, each in one table."""

from collections.abc import Mapping
from typing import Final

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

Words = Mapping[str, LazyString]

REFUSALS: Final[Words] = {
    "numbers_none": _l("Name at least one case."),
    "too_many_holds": _l("At most 500 cases can be held at once. Divide the list. Nothing has been placed."),
    "hold_waits": _l(
        "This hold was placed together with others and waits for a second person. "
        "Withdraw or refuse the whole."
    ),
    "citation_sealed": _l(
        "Your key does not open the citation yet. Ask a colleague in legal to give you the older citations."
    ),
}

DONE: Final[Words] = {
    "reviewed": _l("Noted. The hold stands until it is released; the new review date is below."),
    "release_withdrawn": _l("Nobody asks for the release any more. The hold stands."),
    "hold_confirmed": _l("Confirmed. The hold is in force on every case of the list."),
    "hold_ended": _l("Ended. The hold no longer protects the cases of the list."),
    "citations": _l("Your colleague can now read the older citations."),
}

LEDGER_ACTIONS: Final[Words] = {
    "hold_confirmed": _l("%(actor)s confirmed a hold on many cases"),
    "hold_reviewed": _l("%(actor)s reviewed a hold: it stands"),
    "release_withdrawn": _l("The question whether a hold is released was withdrawn by %(actor)s"),
    "citations_granted": _l("%(actor)s gave a colleague in legal the keys of older citations"),
}

LEDGER_FACTS: Final[Words] = {"count": _l("Number"), "why": _l("Why")}

#: The lines of a hold's history; each is followed by the day and who it was.
EVENTS: Final[Words] = {
    "hold_placed": _l("Placed"),
    "hold_confirmed": _l("Confirmed by a second person"),
    "hold_reviewed": _l("Reviewed, stands"),
    "release_asked": _l("Release asked for"),
    "release_withdrawn": _l("The question about the release withdrawn"),
    "hold_released": _l("Released"),
    "withdrawn": _l("Withdrawn before a second person confirmed it"),
    "refused": _l("Refused by a second person"),
}

STATES: Final[Words] = {"": _l("All"), "open": _l("Open")}

HELD: Final[Words] = {"": _l("Held or not"), "yes": _l("Held"), "no": _l("Not held")}

#: How soon the case is erased, in days.
WITHIN: Final[Words] = {
    "": _l("At any time"),
    "0": _l("Its day has come"),
    "7": _l("Within 7 days"),
    "30": _l("Within 30 days"),
    "90": _l("Within 90 days"),
    "365": _l("Within a year"),
}
