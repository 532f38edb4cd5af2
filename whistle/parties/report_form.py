"""What a reporter typed, and what of it cannot be taken as it is."""

from dataclasses import dataclass, field

from whistle.errors import RuleRefused, WhistleError
from whistle.rules.categories import load_categories
from whistle.rules.text import TEXT_LIMIT, clean_text, is_blank
from whistle.vault.facts import CompanyFacts

UNSURE = "unsure"
"""What the form sends for "I do not know": the first company of the site, the parent, takes the report."""

LINE_LIMIT = 1000
"""A name, an address, a wish to meet: a line or two, not a letter."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that keeps a form from being taken: its field, and why in one word."""

    field: str
    reason: str


class FormRefused(WhistleError):
    """A form cannot be taken; nothing was stored."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__("the form cannot be taken as it is")
        self.problems = problems


@dataclass(frozen=True, slots=True)
class ReportForm:
    """The fields of a report; every one but `company` and `description` may be empty."""

    company: str = ""
    category: str = ""
    description: str = field(default="", repr=False)
    relation: str = ""
    identity_name: str = field(default="", repr=False)
    identity_contact: str = field(default="", repr=False)
    exclude: tuple[str, ...] = ()
    meeting: str = field(default="", repr=False)
    no_acknowledgement: bool = False


def problems_of(form: ReportForm, companies: tuple[CompanyFacts, ...]) -> tuple[Problem, ...]:
    """Everything that is wrong with a report, in the order of the page."""
    catalogue = load_categories()
    found = [*_company(form.company, companies)]
    if form.category and form.category not in {choice.code for choice in catalogue.categories}:
        found.append(Problem("category", "unknown"))
    found += text_problems("description", form.description, TEXT_LIMIT, required=True)
    if form.relation and form.relation not in {choice.code for choice in catalogue.relations}:
        found.append(Problem("relation", "unknown"))
    found += text_problems("identity_name", form.identity_name, LINE_LIMIT)
    found += text_problems("identity_contact", form.identity_contact, LINE_LIMIT)
    found += text_problems("meeting", form.meeting, TEXT_LIMIT)
    return tuple(found)


def text_problems(name: str, value: str, limit: int, *, required: bool = False) -> list[Problem]:
    """What is wrong with one text field."""
    if required and is_blank(value):
        return [Problem(name, "missing")]
    try:
        clean_text(value, limit)
    except RuleRefused as refused:
        return [Problem(name, refused.reason)]
    return []


def checked_text(name: str, value: str, limit: int = TEXT_LIMIT) -> str:
    """A text that must be there, cleaned. Raises `FormRefused`."""
    found = text_problems(name, value, limit, required=True)
    if found:
        raise FormRefused(tuple(found))
    return clean_text(value, limit).strip()


def chosen_company(code: str, companies: tuple[CompanyFacts, ...]) -> CompanyFacts | None:
    """The company a report goes to, or None when the form names none that there is."""
    if code == UNSURE:
        return companies[0] if companies else None
    return next((company for company in companies if company.code == code), None)


def _company(code: str, companies: tuple[CompanyFacts, ...]) -> list[Problem]:
    if not code:
        return [Problem("company", "missing")]
    company = chosen_company(code, companies)
    if company is None:
        return [Problem("company", "unknown")]
    return [] if company.open else [Problem("company", "closed")]
