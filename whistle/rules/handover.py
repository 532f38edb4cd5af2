"""A case leaves the circle only for somebody the law has a place for, on a ground that can be looked up."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from whistle.errors import RuleRefused
from whistle.rules.text import clean_text

#: A recipient is a name and perhaps a unit; a ground is a reference, not an essay.
LINE_LIMIT: Final = 1_000

#: Between a company and a unit, a place or a person of it.
_BESIDE: Final = re.compile(r"[,;:()]|\s[-\u2013\u2014/]\s")
#: Legal forms of the Nordic countries and a few neighbours: "Nordvakt AB" and "Nordvakt" are one company.
_FORMS: Final = frozenset(
    {
        "ab", "publ", "aktiebolag", "aktiebolaget", "hb", "kb", "as", "asa", "aksjeselskap", "da", "ans",
        "oy", "oyj", "abp", "ky", "ry", "osakeyhtiö", "aps", "ivs", "is", "ks", "ps", "aktieselskab",
        "ltd", "limited", "plc", "inc", "llc", "gmbh", "ag", "bv", "nv", "sa", "se",
    }
)  # fmt: skip


class Kind(StrEnum):
    """To whom a case can go; the last is offered so that the page can say why it is refused (S32)."""

    AUTHORITY = "authority"
    ADVISER = "adviser"
    IT_SUPPLIER = "it_supplier"
    GROUP_COMPANY = "group_company"


@dataclass(frozen=True)
class Handover:
    """What may be handed over; recipient, ground and safeguard are content, to be sealed and not printed."""

    kind: Kind
    recipient: str = field(repr=False)
    ground: str = field(repr=False)
    outside_eea: bool
    safeguard: str = field(repr=False)


def check_handover(
    kind: str, recipient: str, ground: str, *, outside_eea: bool, safeguard: str, companies: Iterable[str]
) -> Handover:
    """Return the terms of a handover, or refuse it; `companies` are the names of the site's own.

    RuleRefused: `recipient_kind` (none of the offered), `group_company` (another company of the group, by
    choice or by name, S32), `recipient_empty`, `reference_empty`, `reference_number` (nothing in it can be
    looked up, L15), `safeguard_empty` (outside EU and EEA without one, GDPR 46), and those of clean_text.
    """
    if kind not in set(Kind):
        raise RuleRefused("recipient_kind", "Choose what the recipient is.")
    name = _line(recipient)
    if Kind(kind) is Kind.GROUP_COMPANY or is_of_the_group(name, companies):
        raise RuleRefused("group_company", "A case does not go to another company of the group.")
    if not name:
        raise RuleRefused("recipient_empty", "Write who gets the case.")
    return Handover(Kind(kind), name, _reference(ground), outside_eea, _safeguard(safeguard, outside_eea))


def is_of_the_group(recipient: str, companies: Iterable[str]) -> bool:
    """Whether this is the name of one of these companies, whatever its case, marks and legal form.

    A unit or a place before or after it changes nothing: "Nordvakt Norge AS, HR" is Nordvakt Norge.
    """
    asked = {_bare(recipient), *map(_bare, _BESIDE.split(recipient))} - {""}
    return any(_bare(company) in asked for company in companies)


def _bare(name: str) -> str:
    joined = re.sub(r"(?<=\w)[./](?=\w)", "", name.casefold())
    return " ".join(word for word in re.findall(r"\w+", joined) if word not in _FORMS)


def _line(text: str) -> str:
    return clean_text(text.strip(), LINE_LIMIT, single_line=True)


def _reference(ground: str) -> str:
    text = clean_text(ground, LINE_LIMIT).strip()
    if not text:
        raise RuleRefused("reference_empty", "Cite the decision or the agreement.")
    if not any(character.isdecimal() for character in text):
        raise RuleRefused("reference_number", "The reference has no number that somebody could look up.")
    return text


def _safeguard(safeguard: str, outside_eea: bool) -> str:  # noqa: FBT001 (private)
    text = clean_text(safeguard, LINE_LIMIT).strip()
    if outside_eea and not text:
        raise RuleRefused("safeguard_empty", "Outside EU and EEA a safeguard is needed.")
    return text if outside_eea else ""
