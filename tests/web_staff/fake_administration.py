"""People, companies and the documentation as the doors see them; the vault behind is tried elsewhere."""

from dataclasses import replace
from datetime import date
from typing import Any

from tests.web_staff.samples import TODAY, FakeMember
from whistle.errors import Conflict, NotThere, RuleRefused, SettingsWrong
from whistle.parties.administration_views import (
    ChannelEntry,
    DesignatedEntry,
    Documentation,
    DocumentedChannel,
    PersonEntry,
    RoleEntry,
    RoleForm,
)
from whistle.parties.member import require_fresh
from whistle.rules.companies import read_company
from whistle.rules.profiles import load_profiles

SE, FI = "nordvakt-se", "nordvakt-fi"


def role(ident: str, name: str, state: str = "counts", **more: Any) -> RoleEntry:
    """A role in the first company, from January on."""
    given = RoleEntry(ident, name, SE, "Nordvakt AB", date(2026, 1, 1), None, False, state, True)
    return replace(given, **more)


def company(code: str, name: str, country: str, **more: Any) -> Any:
    entry = {
        "code": code, "name": name, "country": country, "employees": 120, "basis": "own",
        "contact": "+46 8 465 004 10", "board_contact": "styrelsen@nordvakt.example",
    }  # fmt: skip
    return read_company(entry | more, code, frozenset({FI, SE}))


class FakeAdministration:
    def __init__(self) -> None:
        self.done: list[tuple[str, ...]] = []
        gone = DesignatedEntry("Per Dal", "Quality", "handler", date(2025, 1, 1), date(2026, 3, 1), False)
        here = DesignatedEntry("Maja Berg", "Audit", "handler", date(2026, 1, 1), None, True)
        self.designated = (gone, here)
        maja = (role("aa", "handler"), role("ab", "handler", shared=True, to_on=date(2026, 9, 1)))
        nils = (role("ba", "deputy", "waits"),)
        britt = (role("ca", "legal", "later", from_on=date(2026, 7, 1), mine=False, company_code=FI),)
        self.persons = (
            PersonEntry("aa", "Maja Berg", "m@nordvakt.example", "Head of internal audit", "active", maja,
                        "2026-06-10T07", True, False),
            PersonEntry("bb", "Nils Åberg", "n@nordvakt.example", "Board member", "active", nils, "", True,
                        False),
            PersonEntry("cc", "Britt Öst", "b@nordvakt.example", "Counsel", "invited", britt, "", False,
                        False),
            PersonEntry("dd", "Per Dal", "p@nordvakt.example", "", "retired", (), "", False, False),
        )  # fmt: skip
        shared = company(SE, "Nordvakt AB", "SE", basis="shared_5_3", employees=250, reference="Avtal 1")
        self.channels = (
            ChannelEntry(shared, True, 2, 1, (), TODAY, date(2026, 7, 10), False, True,
                         '[[company]]\ncode = "nordvakt-se"'),
            ChannelEntry(company(FI, "Nordvakt Oy", "FI"), False, 1, 0, ("handlers", "deputy"), None, None,
                         False, False, "[[company]]\n"),
        )  # fmt: skip

    def people(self, member: FakeMember) -> tuple[PersonEntry, ...]:
        if not member.has("administrator"):
            raise NotThere("not yours")
        return self.persons

    def person(self, member: FakeMember, ident: str) -> PersonEntry:
        return _one(self.people(member), "id", ident)

    def companies(self, member: FakeMember) -> tuple[ChannelEntry, ...]:
        if not member.has("administrator"):
            raise NotThere("not yours")
        return self.channels

    def company(self, member: FakeMember, code: str) -> ChannelEntry:
        found = [one for one in self.companies(member) if one.company.code == code]
        if not found:
            raise NotThere("no such company")
        return found[0]

    def change_company(self, member: FakeMember, code: str, typed: Any) -> list[str]:
        self.company(member, code)
        if typed.get("basis") == "provider" and not typed.get("reference"):
            raise SettingsWrong(f'{code}: the basis "provider" needs a "reference" to its agreement.')
        self.done.append(("change", code, typed.get("employees", "")))
        return [f"{code}: employees changed"]

    def invite(self, member: Any, name: str, email: str, function: str, wanted: RoleForm) -> str:
        require_fresh(member)
        if name == "Maja Berg":
            raise Conflict("has an account")
        _check(wanted)
        self.done.append(("invite", name, email, function, wanted.role, wanted.company))
        return "invitation-token"

    def give(self, member: Any, person_id: str, wanted: RoleForm) -> None:
        require_fresh(member)
        self.person(member, person_id)
        _check(wanted)
        self.done.append(("give", person_id, wanted.role, wanted.company, wanted.to_on, str(wanted.shared)))

    def end(self, member: Any, designation: str, on_day: str) -> None:
        require_fresh(member)
        if on_day < TODAY.isoformat():
            raise RuleRefused("end_past")
        self.done.append(("end", designation, on_day))

    def retire(self, member: Any, person_id: str) -> None:
        require_fresh(member)
        if person_id == "bb":
            raise RuleRefused("last_administrator")
        self.done.append(("retire", person_id))

    def change_function(self, member: Any, person_id: str, function: str) -> None:
        self.person(member, person_id)
        if not function.strip():
            raise RuleRefused("person_facts")
        self.done.append(("function", person_id, function))

    def documentation(self, member: FakeMember) -> Documentation:
        if not (member.has("administrator") or member.has("auditor")):
            raise NotThere("not yours")
        return Documentation(
            TODAY,
            tuple(
                DocumentedChannel(one.company, load_profiles().of(one.company.country), one.interest,
                                  one.open, one.lacks, self.designated)
                for one in self.channels
            ),
        )  # fmt: skip


def _one(found: tuple[PersonEntry, ...], field: str, value: str) -> PersonEntry:
    for one in found:
        if getattr(one, field) == value:
            return one
    raise NotThere("no such person")


def _check(wanted: RoleForm) -> None:
    if not wanted.role:
        raise RuleRefused("role")
    if wanted.role == "legal":
        raise RuleRefused("incompatible")
