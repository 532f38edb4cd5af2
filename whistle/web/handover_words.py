"""Why a case is not handed over, in words: the field it is about, and the sentence."""

from collections.abc import Mapping
from typing import Final

from flask_babel import LazyString

from whistle.web.words import lazy_gettext as _l

#: Why nothing leaves: the field it is about, and the sentence.
REFUSALS_AT: Final = {
    "recipient_kind": ("kind", _l("Choose what the recipient is.")),
    "recipient_empty": ("recipient", _l("Write who gets the case.")),
    "group_company": (
        "recipient",
        _l(
            "A case does not go to another company of the group. Each company is its own controller, and "
            "only its own appointed people read its cases. Somebody there can be appointed for this one case."
        ),
    ),
    "reference_empty": ("ground", _l("Cite the authority's decision or the agreement.")),
    "reference_number": (
        "ground", _l("A reference has a number in it: of a decision, an agreement or a section. Add it.")
    ),
    "safeguard_empty": ("safeguard", _l("Cite what protects the data outside the EU and the EEA.")),
    "no_consent": (
        "consent", _l("Choose the disclosure that the reporter agreed to, or that a law demands.")
    ),
    "other_recipient": (
        "recipient",
        _l("The disclosure names another recipient. What was agreed to is for that one alone."),
    ),
    "no_approval": (
        "with_identity", _l("Who the reporter is goes along only while a custodian's approval to you stands.")
    ),
}  # fmt: skip

#: The sentences alone, beside those of every other refusal.
REFUSALS: Final[Mapping[str, LazyString]] = {reason: said for reason, (_field, said) in REFUSALS_AT.items()}
