"""What the pages of custody and disclosure say for states, refusals, and what was done."""

from collections.abc import Mapping
from typing import Final

from flask_babel import LazyString

from whistle.web.words import lazy_gettext as _l

Words = Mapping[str, LazyString]

REQUEST_STATES: Final[Words] = {
    "waiting": _l("Waits for an answer"),
    "approved": _l("Approved"),
    "refused": _l("Refused"),
    "ended": _l("Ended"),
}

CONSENT_STATES: Final[Words] = {
    "asked": _l("Waits for an answer"),
    "agreed": _l("Agreed to"),
    "refused": _l("Said no"),
    "withdrawn": _l("Taken back"),
    "carried_out": _l("Handed over"),
}

BASES: Final[Words] = {
    "consent": _l("The reporter agrees to it"),
    "law": _l("A law demands it"),
}

BASIS_HINTS: Final[Words] = {
    "consent": _l(
        "You ask, and the reporter answers in the mailbox. They can take it back until it is done."
    ),
    "law": _l(
        "An authority's investigation, or a court, the defence included. Cite the provision or decision."
    ),
}

DONE: Final[Words] = {
    "asked": _l("Your request waits for an answer."),
    "approved": _l("Approved. The key is deleted after 30 days."),
    "refused": _l("Refused. Who asked can read your reason."),
    "granted": _l("Done. The old cases are open to your colleagues' keys as well."),
    "more": _l("There are more cases. Press the button again."),
    "disclosure": _l("Noted. The reporter reads of it in the mailbox."),
    "kept_back": _l("Noted. The reporter has not been told yet."),
    "told": _l("The reporter can read of it now."),
    "carried_out": _l("Noted as handed over."),
}

#: What the case's own page says.
CASE_DONE: Final[Words] = {
    "identity_asked": _l("A custodian has been asked. The answer stands on this page.")
}

#: What a handler's page says for entries of the dialogue; what was written stands below.
ENTRIES: Final[Words] = {
    "identity_request": _l("The reporter was told that somebody asks to see who they are."),
    "identity_withdrawn": _l("The reporter took their name back."),
    "consent_request": _l("May this be handed over?"),
    "consent_answer": _l("The reporter answered what may be handed over. See Disclosures to others."),
    "disclosure": _l("The reporter was told that this will be handed over:"),
}

#: Which field a refusal is about, and its sentence.
REFUSALS: Final[Mapping[str, tuple[str, LazyString]]] = {
    "waiting": ("", _l("A request of this case waits for an answer already.")),
    "standing": ("", _l("You may see it already: an approval stands.")),
    "no_custodian": (
        "",
        _l("Nobody may approve this: whoever could is excluded from the case, or there is nobody."),
    ),
    "nothing_given": ("", _l("The reporter has not said who they are, so there is nothing to open.")),
    "asker_left": ("", _l("Who asked has no part in the case any more.")),
    "no_key": ("", _l("Your key does not open this case yet. A colleague grants it to you.")),
    "choice": ("decision", _l("Choose whether you approve or refuse.")),
    "basis": ("basis", _l("Choose what the disclosure stands on.")),
    "provision_empty": ("citation", _l("Cite the provision or the decision.")),
    "provision_number": (
        "citation",
        _l("A citation has a number in it: a section, a case number or a reference. Add it."),
    ),
    "no_consent": ("", _l("The reporter has not agreed to this, or it was handed over already.")),
    "no_approval": (
        "with_identity",
        _l("Who the reporter is leaves only while a custodian's approval stands. Ask for it first."),
    ),
    "shared": (
        "",
        _l("Asking the reporter is for the company's own people."),
    ),
}

#: The same sentences for pages where these reasons may come up as well, and two that a reporter meets.
SENTENCES: Final[Words] = {
    **{reason: said for reason, (_field, said) in REFUSALS.items() if reason not in {"shared", "choice"}},
    "opened": _l("Somebody has seen the name already, so it cannot be taken back."),
    "carried_out": _l("It has been handed over already."),
}

LEDGER_FACTS: Final[Words] = {
    "told": _l("Reporter told"),
    "by_law": _l("By law"),
    "agreed": _l("Agreed"),
}
