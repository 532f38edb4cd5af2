"""A site file names companies and what their channels rest on; one that breaks the law stops the start."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from whistle.errors import SettingsWrong
from whistle.rules.profiles import COUNTRIES, LONGEST_RETENTION_MONTHS, load_profiles, zone_in
from whistle.rules.retention import Retention
from whistle.rules.tables import LANGUAGES, Table, parse

FILE: Final = "site.toml"

_CODE: Final = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_CODE_LIMIT: Final = 40
#: 2021:890 5:2: from so many employees on 1 January a company must have a channel of its own.
DUTY_FROM: Final = 50
#: 2021:890 5:3: private companies of at most so many may share one.
SHARED_UP_TO: Final = 249


class Basis(StrEnum):
    """On what a company's channel rests."""

    OWN = "own"
    UNDER_50 = "under_50"
    SHARED = "shared_5_3"
    COLLECTIVE_AGREEMENT = "collective_agreement"
    PROVIDER = "provider"


#: Where a basis is one of the country's law: 2021:890 1:7 and 5:3, and its 5:2 with 1171/2022 § 13.
_LANDS: Final[Mapping[Basis, Mapping[str, str]]] = MappingProxyType(
    {
        Basis.SHARED: {"SE": "Sweden"},
        Basis.COLLECTIVE_AGREEMENT: {"SE": "Sweden"},
        Basis.UNDER_50: {"SE": "Sweden", "FI": "Finland"},
    }
)
#: These rest on a document, so the site file must say which.
_NEEDS_REFERENCE: Final = frozenset({Basis.COLLECTIVE_AGREEMENT, Basis.PROVIDER})


@dataclass(frozen=True)
class Company:
    """A company, its own controller; `employees` on 1 January, `contact` the way to report by voice."""

    code: str
    name: str
    country: str
    zone: str
    employees: int
    basis: Basis
    reference: str
    contact: str
    meeting: str
    board_contact: str
    retention: Retention


@dataclass(frozen=True)
class Site:
    """A whole site; the first language is the one a stranger is greeted in."""

    name: str
    languages: tuple[str, ...]
    security_contact: str
    companies: tuple[Company, ...]

    def company(self, code: str) -> Company | None:
        """Return the company of that code, or None."""
        return next((one for one in self.companies if one.code == code), None)


def load_site(text: str, where: str = FILE, sharing: frozenset[str] = frozenset()) -> Site:
    """Read a site file.

    `[site]`: name, languages, security_contact. `[[company]]`: code, name, country, employees,
    basis, contact, and where wanted zone, reference, meeting, board_contact, retention_months.
    `sharing` are the codes of companies that share a channel already: they may have grown out of it, for
    what stands goes on. SettingsWrong, one line that names the entry, for anything unknown, missing, doubled
    or against the law.
    """
    root = parse(text, where)
    head = root.table("site")
    companies = tuple(_company(one, sharing) for one in root.tables("company"))
    root.finish()
    if not companies:
        raise root.wrong("no [[company]] is named.")
    _refuse_doubles(companies, root)
    site = Site(
        name=head.text("name"),
        languages=_languages(head),
        security_contact=head.text("security_contact", ""),
        companies=companies,
    )
    head.finish()
    return site


def read_company(entry: Mapping[str, object], where: str, sharing: frozenset[str] = frozenset()) -> Company:
    """Read one company as a site file's `[[company]]` would be read. SettingsWrong, naming `where`."""
    return _company(Table(entry, where), sharing)


def rests_on_interest(country: str, basis: str) -> bool:
    """Say whether the channel is no duty: then its basis is legitimate interest, and objection applies (L7).

    In Finland the Act applies below 50 people all the same (1171/2022 § 13).
    """
    return country == "SE" and basis == Basis.UNDER_50


def as_toml(site: Site) -> str:
    """Return a site file that says all of `site`, and by which nothing would change."""
    head: dict[str, object] = {"name": site.name, "languages": list(site.languages)}
    if site.security_contact:
        head["security_contact"] = site.security_contact
    parts = ["[site]\n" + _entries(head)]
    parts += ["[[company]]\n" + _entries(as_entry(company)) for company in site.companies]
    return "\n".join(parts)


def as_entry(company: Company) -> dict[str, object]:
    """Return a company's entry in a site file; what is empty and may be left out is left out."""
    fields: dict[str, object] = {
        "code": company.code, "name": company.name, "country": company.country, "zone": company.zone,
        "employees": company.employees, "basis": str(company.basis), "reference": company.reference,
        "contact": company.contact, "meeting": company.meeting, "board_contact": company.board_contact,
        "retention_months": company.retention.months,
    }  # fmt: skip
    return {name: value for name, value in fields.items() if value != "" or name == "contact"}


def _entries(fields: Mapping[str, object]) -> str:
    # A text of JSON is a basic string of TOML, but for this one letter, which JSON leaves as it is.
    written = {name: json.dumps(value, ensure_ascii=False) for name, value in fields.items()}
    return "".join(f"{name} = {value}\n".replace("\x7f", "\\u007f") for name, value in written.items())


def _languages(head: Table) -> tuple[str, ...]:
    languages = head.texts("languages", LANGUAGES)
    for language in languages:
        if language not in LANGUAGES:
            raise head.wrong(f'language "{language}" is unknown; use {" or ".join(LANGUAGES)}.')
    return languages


def _refuse_doubles(companies: tuple[Company, ...], root: Table) -> None:
    seen: set[str] = set()
    for company in companies:
        if company.code in seen:
            raise root.wrong(f'the code "{company.code}" is used by two companies.')
        seen.add(company.code)


def _company(table: Table, sharing: frozenset[str]) -> Company:
    country = table.one_of("country", COUNTRIES)
    company = Company(
        code=_code(table),
        name=table.text("name"),
        country=country,
        zone=zone_in(table, load_profiles().of(country).zone),
        employees=table.number("employees", least=0),
        basis=Basis(table.one_of("basis", frozenset(Basis))),
        reference=table.text("reference", ""),
        contact=table.text("contact"),
        meeting=_meeting(table),
        board_contact=table.text("board_contact", ""),
        retention=_retention(table, country),
    )
    table.finish()
    _check_basis(company, table, grown=company.code in sharing)
    return company


def _code(table: Table) -> str:
    code = table.text("code")
    if len(code) > _CODE_LIMIT or not _CODE.fullmatch(code):
        raise table.wrong(f'"code" must be small letters, digits and single hyphens, {_CODE_LIMIT} at most.')
    return code


def _meeting(table: Table) -> str:
    # Speaking and meeting cannot be switched off (L4), so the key takes words on how, never a false.
    if not table.has("meeting"):
        return ""
    try:
        return table.text("meeting")
    except SettingsWrong as error:
        raise table.wrong('"meeting" says how people meet; it cannot be switched off.') from error


def _retention(table: Table, country: str) -> Retention:
    longest = load_profiles().of(country).periods["retention"].months
    months = table.number("retention_months", least=1, default=longest)
    if months > longest:
        raise table.wrong(
            f'"retention_months" is {months}; the law allows {LONGEST_RETENTION_MONTHS} at most.'
        )
    return Retention(months)


def _check_basis(company: Company, table: Table, *, grown: bool) -> None:
    if company.basis in _NEEDS_REFERENCE and not company.reference:
        raise table.wrong(f'the basis "{company.basis}" needs a "reference" to its agreement.')
    lands = _LANDS.get(company.basis)
    if lands is not None and company.country not in lands:
        raise table.wrong(f'the basis "{company.basis}" exists in {" and ".join(lands.values())} only.')
    if company.basis is Basis.UNDER_50 and company.employees >= DUTY_FROM:
        raise table.wrong(f'the basis "under_50" does not fit {company.employees} employees.')
    if company.basis is Basis.SHARED and not (
        company.employees >= DUTY_FROM and (grown or company.employees <= SHARED_UP_TO)
    ):
        raise table.wrong(
            f'the basis "shared_5_3" takes {DUTY_FROM} to {SHARED_UP_TO} people, not {company.employees}.'
        )
