"""The rule behind each day, in a sentence: which one it is, and how long it gives."""

from collections.abc import Mapping
from datetime import date
from typing import Final

from flask_babel import LazyString

from whistle.rules.deadlines import Duty
from whistle.web.languages import day as in_words
from whistle.web.words import gettext, ngettext
from whistle.web.words import lazy_gettext as _l

Words = Mapping[str, LazyString]

#: Duties that are not among the first ones of a case, as a line of a list.
DUTIES: Final[Words] = {
    "identity_ends": _l("Access to the name ends"),
    "minutes": _l("Lock the minutes"),
    "rights": _l("Answer the rights asked for"),
}

#: The same as a sentence on the case's own page.
DUTY_SENTENCES: Final[Words] = {
    "identity_ends": _l("The approval to see who the reporter is ends by itself."),
    "minutes": _l("The reporter has had the time to read the minutes. Lock them."),
    "rights": _l("Answer the rights that the reporter asked for."),
    "open_cap": _l("The case may not stand open much longer. Close it in time."),
    "ground_review": _l("Legal reviews the ground on which this case may stand open longer."),
    "concerned_review": _l("Look again at whether the persons concerned are told."),
}

#: What the button in the duty box says, and where on the page that is done.
DUTY_BUTTONS: Final[Words] = {
    "persons_concerned": _l("Decide"),
    "concerned_review": _l("Decide"),
    "minutes": _l("Lock the minutes"),
    "rights": _l("Answer"),
}
PLACES: Final[Mapping[str, str]] = {
    "persons_concerned": "#concerned",
    "concerned_review": "#concerned",
    "minutes": "#minutes",
    "rights": "#rights",
}

#: Rules whose sentence is another than that of their kind.
SAID_AS: Final[Mapping[str, str]] = {
    "hold_review": "review_hold",
    "open_cap": "open_cap",
    "ground_review": "ground_review",
    "concerned_review": "concerned_review",
}

#: By the key of a rule: where it stands and from when it counts; the length is what the rules' own data say.
RULES: Final[Words] = {
    "acknowledgement": _l("L2: receipt + %(length)s"),
    "feedback": _l("L3: receipt + %(length)s"),
    "meeting": _l("L4: receipt + %(length)s, our own target"),
    "minutes": _l("L4: shown to the reporter + %(length)s"),
    "rights": _l("GDPR 12(3): the day it was asked for + %(length)s"),
    "concerned": _l("L13: receipt + %(length)s"),
    "concerned_review": _l("L13: the day that was set when telling them was put off"),
    "identity_ends": _l("L5: an approval counts for 30 days at most"),
    "hold_review": _l("S26: the review date of the hold"),
    "untouched": _l("Our own rule: nobody has worked on the case for %(length)s"),
    "open_cap": _l("1171/2022 § 29: receipt + %(length)s, the longest a case may stand open"),
    "ground_review": _l("1171/2022 § 29: the review date of the ground on which the case stands open"),
    "purge": _l("S26: the day that was set when the case was closed"),
}

#: Reviews by their rule: one word for all of them would not say whose they are.
REVIEWS: Final[Words] = {
    "hold_review": _l("Review the hold"),
    "untouched": _l("Look at the case again"),
    "open_cap": _l("Longest time open"),
    "ground_review": _l("Review the ground for standing open"),
}


class Wording:
    """Looks every word, rule and day of a page up once, however many lines ask for it."""

    def __init__(self, names: Words) -> None:
        self._names = {key: str(text) for key, text in {**names, **REVIEWS}.items()}
        self._rules: dict[Duty, str] = {}
        self._lengths: dict[tuple[int, int], str] = {}
        self._days: dict[tuple[date, str], str] = {}

    def name(self, duty: Duty) -> str:
        """Return what the duty is called in a line."""
        return self._names.get(duty.key) or self._names.get(duty.kind, duty.kind)

    def day(self, value: date, form: str = "long") -> str:
        """Return a day in words."""
        if (value, form) not in self._days:
            self._days[value, form] = in_words(value, form)
        return self._days[value, form]

    def rule(self, duty: Duty) -> str:
        """Return the rule behind the duty; the last legal day stands with it where it is another one."""
        if duty not in self._rules:
            self._rules[duty] = self._sentence(duty)
        return self._rules[duty]

    def _sentence(self, duty: Duty) -> str:
        if duty.key not in RULES:
            return ""
        said = str(RULES[duty.key]).replace("%(length)s", self._length(duty.months, duty.days))
        if duty.last_legal_day == duty.due_on:
            return said
        last = gettext("last legal day %(day)s", day=self.day(duty.last_legal_day))
        return f"{said}; {last}"

    def _length(self, months: int, days: int) -> str:
        if (months, days) not in self._lengths:
            self._lengths[months, days] = (
                ngettext("%(num)d month", "%(num)d months", months)
                if months
                else ngettext("%(num)d day", "%(num)d days", days)
            )
        return self._lengths[months, days]
