"""What the pages of people, companies and documentation are given: facts of the channel, never of a case."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from whistle.rules.companies import Company
from whistle.rules.profiles import Profile


@dataclass(frozen=True, slots=True)
class RoleEntry:
    """A role of somebody. `state`: `counts`, `waits` (for confirmation) or `later`; `mine`: may be ended."""

    id: str
    role: str
    company_code: str
    company_name: str
    from_on: date
    to_on: date | None
    shared: bool
    state: str
    mine: bool


@dataclass(frozen=True, slots=True)
class PersonEntry:
    """Somebody as administrators see them; `mine`: this administrator may retire them."""

    id: str
    name: str
    email: str
    function: str
    state: str
    roles: tuple[RoleEntry, ...]
    signed_in: str
    mine: bool
    me: bool


@dataclass(frozen=True, slots=True)
class ChannelEntry:
    """A company as it is stored, and its channel; `mine`: this administrator may change it."""

    company: Company
    open: bool
    handlers: int
    deputies: int
    lacks: tuple[str, ...]
    over_since: date | None
    closes_on: date | None
    interest: bool
    mine: bool
    site_file: str


@dataclass(frozen=True, slots=True)
class DesignatedEntry:
    """One line of the documentation: who held which role from which day to which."""

    name: str
    function: str
    role: str
    from_on: date
    to_on: date | None
    shared: bool


@dataclass(frozen=True, slots=True)
class DocumentedChannel:
    """All that an inspector is shown of one company's channel."""

    company: Company
    profile: Profile
    interest: bool
    open: bool
    lacks: tuple[str, ...]
    designated: tuple[DesignatedEntry, ...]


@dataclass(frozen=True, slots=True)
class Documentation:
    """The documentation of the whole site on one day."""

    today: date
    channels: tuple[DocumentedChannel, ...]


@dataclass(frozen=True, slots=True)
class RoleForm:
    """A role as it was typed: code words, and days as 2026-01-31 or empty."""

    role: str
    company: str
    from_on: str = ""
    to_on: str = ""
    shared: bool = False


CompanyForm = Mapping[str, str]
"""A company's entry as it was typed, by the words of the site file."""
