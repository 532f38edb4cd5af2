"""The register of incidents in words: its questions, why a line is not kept, and how long is left."""

from collections.abc import Mapping
from datetime import date
from typing import Final

from flask_babel import LazyString

from whistle.rules.incidents import Left
from whistle.web.languages import day
from whistle.web.words import gettext, ngettext
from whistle.web.words import lazy_gettext as _l

Words = Mapping[str, LazyString]

FIELDS: Final[Words] = {
    "found_on": _l("Found out on"),
    "found_at": _l("At what time"),
    "what": _l("What happened"),
    "people": _l("What kinds of people it is about"),
    "data": _l("What kinds of data"),
    "numbers": _l("About how many people and records"),
    "consequences": _l("Likely consequences"),
    "measures": _l("What was done, and what will be done"),
    "told": _l("Is the authority told?"),
    "told_on": _l("Told on"),
    "told_at": _l("Told at"),
    "late_reason": _l("Why it was told after the 72 hours"),
    "told_why": _l("Why it is unlikely that anybody is at risk"),
    "subjects": _l("Are the people concerned told (article 34)?"),
    "subjects_why": _l("How and when, or why not"),
    "note": _l("Note to this line"),
}

TOLD: Final[Words] = {
    "yes": _l("Yes, on the day below"),
    "no_risk": _l("No: it is unlikely that anybody is at risk"),
    "": _l("Not decided yet"),
}
SUBJECTS: Final[Words] = {
    "yes": _l("Yes: the risk to them is high"),
    "no": _l("No, for the reason below"),
    "": _l("Not decided yet"),
}

REFUSALS: Final[Words] = {
    "missing": _l("This is needed."),
    "moment": _l("Write the day and the time."),
    "ahead": _l("This moment has not come yet."),
    "before": _l("That is before it was found out."),
    "late": _l("It was told after the 72 hours: write why. The authority wants to know."),
    "why": _l("Write why. It is part of the register."),
    "unknown": _l("Choose one of the answers that are offered."),
    "too_long": _l("This is too long: it takes 10 000 characters."),
}

#: Fields that hold a day.
DAYS: Final = ("found_on", "told_on")

DONE: Final[Words] = {
    "kept": _l("The line is kept."),
    "closed": _l("The incident is closed. It stays in the register."),
    "let_in": _l("Your colleagues can open this incident now."),
}

LEDGER_ACTIONS: Final[Words] = {
    "incident_opened": _l("%(actor)s wrote an incident down"),
    "incident_added": _l("%(actor)s added to an incident"),
    "incident_closed": _l("%(actor)s closed an incident"),
    "incident_granted": _l("%(actor)s opened an incident to a colleague"),
}


def shown(name: str, text: str) -> str:
    """What was written in a field, a day in words."""
    return day(date.fromisoformat(text), "plain") if name in DAYS else text


def left(found: Left) -> str:
    """How long is left until the hours end, or how long ago that was, in words."""
    parts = [
        ngettext("%(num)d day", "%(num)d days", found.days) if found.days else "",
        ngettext("%(num)d hour", "%(num)d hours", found.hours) if found.hours else "",
    ]
    if not found.days and not found.hours:
        parts.append(ngettext("%(num)d minute", "%(num)d minutes", found.minutes))
    length = gettext(" and ").join(part for part in parts if part)
    if found.over:
        return gettext("The 72 hours ended %(length)s ago.", length=length)
    return gettext("%(length)s are left.", length=length)
