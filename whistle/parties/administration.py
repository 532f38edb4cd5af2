"""Administrators look after people, roles and companies; what they may, the vault says each time."""

from collections.abc import Callable
from datetime import date, datetime

from whistle.errors import NotThere, RuleRefused, SettingsWrong
from whistle.parties.administration_views import (
    ChannelEntry,
    CompanyForm,
    DesignatedEntry,
    Documentation,
    DocumentedChannel,
    PersonEntry,
    RoleEntry,
    RoleForm,
)
from whistle.parties.member import Member, require_fresh
from whistle.rules.companies import Company, Site, as_entry, as_toml, read_company, rests_on_interest
from whistle.rules.profiles import load_profiles
from whistle.rules.roles import Role
from whistle.vault import designating, people, registry, roster, sites
from whistle.vault.channels import Channel
from whistle.vault.designating import Wanted
from whistle.vault.facts import Designation, PersonFacts
from whistle.vault.given_roles import Term
from whistle.vault.roster import Designated
from whistle.vault.store import Store

COMPANY_FIELDS = (
    "name", "employees", "basis", "reference", "contact", "meeting", "board_contact", "retention_months",
)  # fmt: skip
"""What of a company a page may change; its code, country and zone are the site file's."""


class Administration:
    """The pages of people and companies."""

    def __init__(self, store: Store, now: Callable[[], datetime], machine: Callable[[], datetime]) -> None:
        self._store = store
        self._now = now
        self._machine = machine

    def people(self, member: Member) -> tuple[PersonEntry, ...]:
        """Everybody with the roles that have not ended. Raises `NotThere` for who administers nothing."""
        now = self._now()
        mine = roster.administered(self._store, member.person_id, now)
        known = {company.code: company for company in registry.companies(self._store, now)}
        names = {code: (company.name, company.zone) for code, company in known.items()}
        return tuple(
            _person(person, names, mine, member.person_id, now)
            for person in people.everybody(self._store, now)
        )

    def person(self, member: Member, person_id: str) -> PersonEntry:
        """One of them. Raises `NotThere`."""
        found = next((one for one in self.people(member) if one.id == person_id), None)
        if found is None:
            raise NotThere("there is no such person")
        return found

    def companies(self, member: Member) -> tuple[ChannelEntry, ...]:
        """Every company as it is stored, with what its channel lacks. Raises `NotThere`."""
        now = self._now()
        mine = roster.administered(self._store, member.person_id, now)
        site = sites.stored(self._store)
        found = zip(site.companies, registry.all_channels(self._store, now), strict=True)
        return tuple(_channel(site, company, channel, mine) for company, channel in found)

    def company(self, member: Member, code: str) -> ChannelEntry:
        """One of them. Raises `NotThere`."""
        found = next((one for one in self.companies(member) if one.company.code == code), None)
        if found is None:
            raise NotThere("there is no such company")
        return found

    def change_company(self, member: Member, code: str, typed: CompanyForm) -> list[str]:
        """Change a company as `apply` would; returns the same sentences.

        Raises `NotThere`, and `SettingsWrong` in the words of the site file when it would be refused there.
        """
        entry = as_entry(self.company(member, code).company)
        for name in COMPANY_FIELDS:
            value = typed.get(name, "").strip()
            entry.pop(name, None)
            if value:
                is_number = name in ("employees", "retention_months")
                entry[name] = _number(value, name) if is_number else value
        changed = read_company(entry, code, sites.sharing(self._store))
        return sites.change_company(self._store, member.person_id, changed, self._now())

    def invite(self, member: Member, name: str, email: str, function: str, role: RoleForm) -> str:
        """Invite somebody for a role; returns the token of the activation link, which is shown once.

        Raises `StepUpNeeded`, `NotThere`, `Conflict` (the name has an account), `RuleRefused` as `give`.
        """
        require_fresh(member)
        who = people.Invited(_line(name), _line(email), _line(function))
        now, machine = self._now(), self._machine()
        return designating.invite(self._store, member.person_id, who, _wanted(role), now, machine)

    def give(self, member: Member, person_id: str, role: RoleForm) -> None:
        """Give somebody a role. Raises `StepUpNeeded`, `NotThere`, `RuleRefused`."""
        require_fresh(member)
        designating.designate(self._store, member.person_id, _id(person_id), _wanted(role), self._now())

    def end(self, member: Member, designation: str, on_day: str) -> None:
        """Let a role end on a day. Raises `StepUpNeeded`, `NotThere`, `RuleRefused`."""
        require_fresh(member)
        day = _day(on_day)
        if day is None:
            raise RuleRefused("day", "On which day does it end?")
        designating.end(self._store, member.person_id, _id(designation), day, self._now())

    def retire(self, member: Member, person_id: str) -> None:
        """End somebody's account. Raises `StepUpNeeded`, `NotThere`, `RuleRefused`."""
        require_fresh(member)
        designating.retire(self._store, member.person_id, _id(person_id), self._now())

    def change_function(self, member: Member, person_id: str, function: str) -> None:
        """Say anew what a reporter is shown of somebody. Raises `NotThere`, `RuleRefused`."""
        designating.change_function(
            self._store, member.person_id, _id(person_id), _line(function), self._now()
        )

    def documentation(self, member: Member) -> Documentation:
        """What an inspector is shown, for administrators and auditors. Raises `NotThere` for others."""
        now = self._now()
        designated = roster.designated(self._store, member.person_id, now)
        site = sites.stored(self._store)
        found = zip(site.companies, registry.all_channels(self._store, now), strict=True)
        return Documentation(
            now.date(), tuple(_documented(company, channel, designated) for company, channel in found)
        )


def _person(
    person: PersonFacts, names: dict[str, tuple[str, str]], mine: frozenset[str], me: bytes, now: datetime
) -> PersonEntry:
    roles = tuple(_role(one, names, mine, now) for one in person.designations)
    retires = person.id != me and person.state != "retired" and {one.company_code for one in roles} <= mine
    return PersonEntry(
        person.id.hex(), person.name, person.email, person.function, person.state, roles, person.signed_in,
        retires, person.id == me,
    )  # fmt: skip


def _role(
    one: Designation, names: dict[str, tuple[str, str]], mine: frozenset[str], now: datetime
) -> RoleEntry:
    name, zone = names[one.company_code]
    begun = "counts" if roster.has_begun(one.from_on, zone, now) else "later"
    return RoleEntry(
        one.id.hex(), one.role, one.company_code, name, one.from_on, one.to_on, one.shared,
        begun if one.confirmed else "waits", one.company_code in mine and not one.one_case,
    )  # fmt: skip


def _channel(site: Site, company: Company, channel: Channel, mine: frozenset[str]) -> ChannelEntry:
    alone = Site(site.name, site.languages, site.security_contact, (company,))
    entry = as_toml(alone).partition("[[company]]")
    return ChannelEntry(
        company, channel.company.open, channel.handlers, channel.deputies, channel.lacks, channel.over_since,
        channel.closes_on, rests_on_interest(company.country, company.basis), company.code in mine,
        entry[1] + entry[2],
    )  # fmt: skip


def _documented(company: Company, channel: Channel, designated: tuple[Designated, ...]) -> DocumentedChannel:
    order = list(Role)
    theirs = sorted(
        (one for one in designated if one.company_code == company.code),
        key=lambda one: (order.index(Role(one.role)), one.from_on, one.name),
    )
    lines = tuple(
        DesignatedEntry(one.name, one.function, one.role, one.from_on, one.to_on, one.shared)
        for one in theirs
    )
    interest = rests_on_interest(company.country, company.basis)
    profile = load_profiles().of(company.country)
    return DocumentedChannel(company, profile, interest, channel.company.open, channel.lacks, lines)


def _wanted(form: RoleForm) -> Wanted:
    if form.role not in set(Role):
        raise RuleRefused("role", "Choose a role.")
    if not form.company:
        raise RuleRefused("company", "Choose a company.")
    return Wanted(form.role, form.company, Term(_day(form.from_on), _day(form.to_on), form.shared))


def _day(text: str) -> date | None:
    if not text.strip():
        return None
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        raise RuleRefused("day", "Write a day such as 2026-01-31.") from None


LINE_LIMIT = 200
"""As much of a name, an address or a function as the vault has room for."""


def _line(text: str) -> str:
    """One line of what was typed, trimmed. Raises `RuleRefused("person_facts")` for what no line holds."""
    line = " ".join(text.split())
    if len(line) > LINE_LIMIT or not line.isprintable():
        raise RuleRefused("person_facts", "This is too long, or holds a character that cannot be kept.")
    return line


def _id(text: str) -> bytes:
    try:
        return bytes.fromhex(text)
    except ValueError:
        raise NotThere("there is no such person") from None


def _number(text: str, name: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= LONGEST_NUMBER):
        raise SettingsWrong(f'"{name}" must be a whole number.')
    return int(text)


LONGEST_NUMBER = 7
"""Digits: nobody employs ten million."""
