"""What points to a reporter leaves the circle on their consent, or where a law that is cited demands it."""

from enum import StrEnum
from typing import Final

from whistle.errors import RuleRefused
from whistle.rules.text import clean_text

#: A provision or decision is a reference, not an essay.
PROVISION_LIMIT: Final = 1_000
#: A custodian's approval ends after so many days: the key is deleted then (own choice, as the pages say).
IDENTITY_DAYS: Final = 30
#: Whoever was not told of a disclosure is thought of again after so many days (own choice; L13 has the same).
UNTOLD_DAYS: Final = 90


class Basis(StrEnum):
    """Directive 2019/1937 article 16: explicit consent (1), or an obligation in law (2)."""

    CONSENT = "consent"
    LAW = "law"


def check_basis(basis: str) -> Basis:
    """Return the basis of a disclosure. RuleRefused: `basis`."""
    if basis not in set(Basis):
        raise RuleRefused("basis", "A disclosure stands on consent or on a law.")
    return Basis(basis)


def check_provision(text: str) -> str:
    """Return the provision or decision that obliges to disclose.

    RuleRefused: `provision_empty`, `provision_number` (nothing in it can be looked up), and those of
    clean_text.
    """
    cited = clean_text(text, PROVISION_LIMIT).strip()
    if not cited:
        raise RuleRefused("provision_empty", "Cite the provision or the decision.")
    if not any(character.isdecimal() for character in cited):
        raise RuleRefused("provision_number", "The citation has no number that somebody could look up.")
    return cited
