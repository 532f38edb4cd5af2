"""The lists a report form offers, in the reader's language, and the words for what they chose."""

from collections.abc import Iterable

from whistle.parties.views import CompanyChoice
from whistle.rules.categories import RELATION_UNSAID, Choice, load_categories
from whistle.rules.profiles import load_profiles
from whistle.web.languages import label
from whistle.web.words import gettext as _
from whistle.web.words import lazy_gettext as _l

#: What the form sends for "I do not know which company".
UNSURE = "unsure"

#: How the list of people who can be excluded calls a role.
ROLES = {
    "handler": _l("Handler"),
    "deputy": _l("Deputy handler"),
    "custodian": _l("Custodian"),
    "legal": _l("Legal"),
    "privacy_officer": _l("Privacy officer"),
    "administrator": _l("Administrator"),
    "auditor": _l("Auditor"),
}

Option = tuple[str, str]
Grouped = tuple[str, str | list[Option]]


def companies(offered: Iterable[CompanyChoice]) -> list[Grouped]:
    """Companies with an open channel, by country where there are several; at the end "I do not know"."""
    by_country: dict[str, list[Option]] = {}
    for company in offered:
        if company.open:
            by_country.setdefault(company.country, []).append((company.code, company.name))
    lines: list[Grouped] = [("", _("Choose"))]
    if len(by_country) > 1:
        lines += [(country_name(country), options) for country, options in by_country.items()]
    else:
        lines += [option for options in by_country.values() for option in options]
    return [*lines, (UNSURE, _("I do not know"))]


def company_name(offered: Iterable[CompanyChoice], code: str) -> str:
    """The name of the company that was chosen; empty for nothing, the code itself for one that is unknown."""
    if code == UNSURE:
        return _("I do not know")
    return next((company.name for company in offered if company.code == code), code)


def country_name(country: str) -> str:
    """A country in the reader's language."""
    return label(load_profiles().of(country).name)


def categories() -> list[Option]:
    """What a report can be mostly about."""
    return [("", _("Choose if you want to")), *_options(load_categories().categories)]


def relations() -> list[Option]:
    """How the reporter knows the company; saying nothing comes first."""
    rest = [one for one in load_categories().relations if one.code != RELATION_UNSAID]
    return [("", _("I would rather not say")), *_options(rest)]


def category_name(code: str) -> str:
    """The words for a category; the code itself for one that is unknown."""
    return dict(_options(load_categories().categories)).get(code, code)


def relation_name(code: str) -> str:
    """The words for a relation; the code itself for one that is unknown."""
    return dict(_options(load_categories().relations)).get(code, code)


def role_name(role: str) -> str:
    """The words for a role; the role itself for one that is unknown."""
    return str(ROLES.get(role, role))


def _options(choices: Iterable[Choice]) -> list[Option]:
    return [(one.code, label(one)) for one in choices]
