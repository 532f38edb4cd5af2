"""What the pages of people and companies say for roles, bases, what a channel lacks, and refusals."""

from collections.abc import Mapping
from typing import Final

from flask_babel import LazyString

from whistle.web.words import lazy_gettext as _l

Words = Mapping[str, LazyString]

ROLES: Final[Words] = {
    "deputy": _l("Deputy"),
    "investigator": _l("Outside investigator"),
}

KEY_STATES: Final[Words] = {
    "counts": _l("Counts"),
    "waits": _l("Waits for confirmation"),
    "later": _l("Confirmed, begins later"),
}

#: On what a channel may rest (L7), as a choice and as a line of the documentation.
BASES: Final[Words] = {
    "own": _l("The company's own channel"),
    "under_50": _l("Fewer than 50 employees"),
    "shared_5_3": _l("Shared with other companies of 50 to 249 employees (2021:890 5:3)"),
    "collective_agreement": _l("Collective agreement (2021:890 1:7)"),
    "provider": _l("Kept by a provider on written assignment (2021:890 5:5)"),
}

LEGAL_BASES: Final[Words] = {
    "duty": _l("Legal obligation"),
    "interest": _l("Legitimate interest: there is no duty, and objection applies"),
    "act_applies": _l("Legal obligation: below 50 employees the Act applies all the same (1171/2022 § 13)"),
    "not_regulated": _l("Not regulated by these Acts; the group's own rules"),
}

LACKS: Final[Words] = {
    "handlers": _l("It needs two handlers whose keys count."),
    "deputy": _l("It needs a deputy whose key counts, for a case in which no handler is left."),
    "own_handler": _l("It needs a handler of the company's own: only they may write to the reporter (5:3)."),
    "texts": _l("The texts that the law wants shown are not in force in this country."),
    "over_249": _l(
        "The company has had over 249 employees for more than 30 days. It needs a channel of its own."
    ),
}

#: What the owner of the site has to decide; until then the program does what is said beside it, or nothing.
OPEN_DECISIONS: Final = (
    _l("Whether reports that are out of scope are erased earlier."),
    _l("The basis, and data about offences, in Swedish companies under 50."),
    _l("Whether minutes are signed electronically."),
    _l("Whether a hold keeps the identity too."),
    _l("How long cases are kept in Norway and Denmark."),
    _l("What counts as interaction after a customer relation was expressly ended."),
    _l("How long service history is kept once an installation was dismantled: no number is given."),
    _l("Logs kept without limit, against storage limitation."),
    _l("Whether access means the type of data or a full copy."),
    _l("Whether observed data are portable."),
    _l("How long requests about personal data are kept."),
    _l("How long the register of incidents is kept: nothing in it is erased by itself."),
)

PERIODS: Final[Words] = {
    "acknowledgement": _l("Confirm that the report was received"),
    "feedback": _l("Feedback to the reporter"),
    "persons_concerned": _l("Decide about the persons concerned"),
    "meeting": _l("Offer a meeting that was asked for"),
    "retention": _l("Erase a closed case"),
    "open_cap": _l("A case that is still open"),
    "late_closing": _l("Erase a case that was closed after that"),
}

#: How the channels are kept, in plain words (L12): what the program holds people to.
ROUTINES: Final = (
    _l("Anybody may report, without a name and without signing in; by voice and at a meeting too."),
    _l("What is written is sealed when it is received. Only the company's designated handlers can open it."),
    _l("A person's key counts only after a colleague has compared its fingerprint with the person."),
    _l("A reporter may say who must not see the report; they get no part in it and no sign of it."),
    _l("If no handler is left, the deputy gets the report; without one, the board's contact is told that a "
       "case has no handler, and nothing else."),
    _l("A handler confirms the report, follows it up, and tells the reporter what was done and why."),
    _l("Who the reporter is opens only for a reason and with an identity custodian's approval."),
    _l("A closed case is erased by itself on its day, unless a law, a court or an authority requires it."),
    _l("A person who leaves loses every role and key at once; what was done stands in a ledger that shows "
       "every change to it."),
)  # fmt: skip

REFUSALS: Final[Words] = {
    "role": _l("Choose a role."),
    "company": _l("Choose a company."),
    "day": _l("Write the day as year, month and day, such as 2026-01-31."),
    "term": _l("A role begins today or later, and ends after the day on which it begins."),
    "end_past": _l("A role ends today or later."),
    "end_later": _l(
        "This role ends before that day already. To let the person go on, give the role anew from the day on "
        "which it ends."
    ),
    "held": _l("The person holds this role already."),
    "incompatible": _l("Nobody holds two roles in one company. End the other one first."),
    "not_shared": _l(
        "Only handlers and deputies of a company that shares its channel can be another company's."
    ),
    "one_case": _l("An outside investigator is designated on the case, by its handlers."),
    "last_administrator": _l(
        "The company would be left without an administrator. Give somebody else the role first."
    ),
    "yourself": _l("Nobody does this to their own account. Another administrator can."),
    "person_facts": _l("Name, e-mail and function are needed, each in one line of at most 200 characters."),
}

DONE: Final[Words] = {
    "role_given": _l("The role is given. The key counts for it once a colleague has confirmed it."),
    "role_ended": _l("The role ends on the day you gave. What it opened is taken away."),
    "person_retired": _l("The account is ended, and every role with it."),
    "function_changed": _l("The function is changed."),
    "company_changed": _l("The company is changed."),
    "company_same": _l("Nothing was different, so nothing was changed."),
}

LEDGER_ACTIONS: Final[Words] = {
    "role_given": _l("%(actor)s gave somebody a role"),
    "role_ended": _l("%(actor)s ended a role"),
    "function_changed": _l("%(actor)s changed somebody's function"),
}

LEDGER_FACTS: Final[Words] = {
    "from_on": _l("From"),
    "to_on": _l("Until"),
    "shared": _l("Of another company"),
    "what": _l("What"),
    "id": _l("Mark"),
    "counts": _l("Counts"),
}


def legal_basis(country: str, basis: str, *, interest: bool) -> LazyString:
    """Return what the processing of a company's channel rests on, in words."""
    if interest:
        return LEGAL_BASES["interest"]
    if country == "FI" and basis == "under_50":
        return LEGAL_BASES["act_applies"]
    return LEGAL_BASES["not_regulated" if country == "NO" else "duty"]
