"""What somebody asked for with a privacy request, and what of it cannot be taken as it is."""

import re
from dataclasses import dataclass, field

from whistle.parties.report_form import LINE_LIMIT, UNSURE, Problem, text_problems
from whistle.rules.policy_codes import Category, Right
from whistle.rules.text import TEXT_LIMIT
from whistle.vault.facts import CompanyFacts

ADDRESS_LIMIT = 254
"""The longest address that mail can go to (RFC 5321, 4.5.3.1.3)."""

ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9.-]+")
"""A bare address (RFC 5322, 3.4.1, without quotes): a mail server can read no other one out of it."""


@dataclass(frozen=True, slots=True)
class RequestForm:
    """The fields of a request; `company`, `rights` and `name` are needed, the others may be empty."""

    company: str = ""
    rights: tuple[str, ...] = ()
    name: str = field(default="", repr=False)
    email: str = field(default="", repr=False)
    categories: tuple[str, ...] = ()
    details: str = field(default="", repr=False)


def problems_of(
    form: RequestForm, companies: tuple[CompanyFacts, ...], answered: frozenset[str]
) -> tuple[Problem, ...]:
    """Everything that is wrong with a request, in the order of the page.

    `companies` are all, the parent first; `answered` the codes of those with somebody to answer.
    """
    found = [*_company(form.company, companies, answered), *_choices(form)]
    found += text_problems("name", form.name, LINE_LIMIT, required=True)
    found += email_problems(form.email)
    found += text_problems("details", form.details, TEXT_LIMIT, required=_must_tell(form))
    return tuple(found)


def email_problems(value: str, *, required: bool = False) -> list[Problem]:
    """What is wrong with an address: one to which no letter could go is said at once."""
    address = value.strip()
    if not address:
        return [Problem("email", "missing")] if required else []
    if len(address) > ADDRESS_LIMIT or not ADDRESS.fullmatch(address):
        return [Problem("email", "email")]
    return []


def chosen(code: str, companies: tuple[CompanyFacts, ...]) -> CompanyFacts | None:
    """The company a request goes to; the parent, which stands first, for who does not know."""
    if code == UNSURE:
        return companies[0] if companies else None
    return next((one for one in companies if one.code == code), None)


def _company(code: str, companies: tuple[CompanyFacts, ...], answered: frozenset[str]) -> list[Problem]:
    if not code:
        return [Problem("company", "missing")]
    company = chosen(code, companies)
    if company is None:
        return [Problem("company", "unknown")]
    return [] if company.code in answered else [Problem("company", "unanswered")]


def _choices(form: RequestForm) -> list[Problem]:
    found = []
    if not form.rights:
        found.append(Problem("rights", "missing"))
    elif not set(form.rights) <= set(Right):
        found.append(Problem("rights", "unknown"))
    if not set(form.categories) <= set(Category):
        found.append(Problem("categories", "unknown"))
    return found


def _must_tell(form: RequestForm) -> bool:
    """What is to be corrected or completed, only the person can say."""
    return bool({Right.RECTIFICATION, Right.COMPLETION} & set(form.rights))
