"""The privacy policy is read from one file per version, whole and sourced, or nothing starts."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cache
from importlib import resources
from types import MappingProxyType
from typing import Final, TypeVar

from whistle.rules.policy_codes import (
    TABLE,
    Basis,
    Category,
    Condition,
    KeptBy,
    Recipient,
    Right,
    Start,
    Why,
)
from whistle.rules.policy_words import KeepingLaw, Kept, Kind, Named, Policy
from whistle.rules.profiles import COUNTRIES, LONGEST_RETENTION_MONTHS
from whistle.rules.reading import cited, labelled, worded
from whistle.rules.tables import Label, Table, packaged_text, parse

FILE: Final = "policy.toml"

Code = TypeVar("Code", bound=StrEnum)
Entry = TypeVar("Entry")


@dataclass(frozen=True)
class Versions:
    """The policy's versions that travel with the program, the oldest first."""

    every: tuple[Policy, ...]

    def in_force(self, day: date) -> Policy:
        """Return the version that holds on `day`; before the first took effect, the first."""
        begun = [one for one in self.every if one.effective_from <= day]
        return begun[-1] if begun else self.every[0]

    def request_months(self, answered_on: date, day: date) -> int:
        """Return how many months a request answered on `answered_on` is kept, as it stands on `day`.

        A version that shortens the period holds for it from its own day; one that lengthens it never does.
        """
        held = [
            self.in_force(answered_on),
            *(one for one in self.every if answered_on < one.effective_from <= day),
        ]
        return min(policy.requests.months for policy in held)

    def announced(self, day: date) -> tuple[Policy, ...]:
        """Return the versions that are announced on `day` and take effect later."""
        return tuple(one for one in self.every[1:] if one.effective_from > day)


@cache
def load_versions() -> Versions:
    """Return every version that travels with the program; SettingsWrong names the first faulty entry."""
    names = (one.name for one in resources.files("whistle.rules").iterdir())
    files = sorted(name for name in names if name.startswith("policy") and name.endswith(".toml"))
    return ordered([(name, packaged_text(name)) for name in files])


def load_policy(day: date) -> Policy:
    """Return the version of the policy that holds on `day`."""
    return load_versions().in_force(day)


def ordered(files: Iterable[tuple[str, str]]) -> Versions:
    """Read versions from (name, text); SettingsWrong unless numbers and days rise together from 1."""
    read = sorted(((parse_policy(text, name), name) for name, text in files), key=lambda one: one[0].version)
    for place, (policy, name) in enumerate(read):
        if policy.version != place + 1:
            raise parse("", name).wrong(f"the versions must be 1, 2, 3 …; this one says {policy.version}.")
        if place and policy.effective_from <= read[place - 1][0].effective_from:
            raise parse("", name).wrong("a version takes effect after the one before it.")
    return Versions(tuple(policy for policy, _name in read))


def parse_policy(text: str, where: str = FILE) -> Policy:
    """Read one version from TOML.

    Refused, in one line that names the entry: unknown words, codes missing or doubled, a label missing in a
    language, an entry with neither the policy's sentence nor a reason for having none, periods of 0, and
    more than 24 months or another company of the group as recipient for whistleblowing.
    """
    root = parse(text, where)
    head = root.table("policy")
    version = head.number("version", least=1)
    request = root.table("request")
    policy = Policy(
        version=version,
        effective_from=head.day("effective_from"),
        announces=head.label("announces") if version > 1 or head.has("announces") else None,
        source=head.text("source"),
        bases=_all(root, "basis", Basis, worded),
        starts=_all(root, "start", Start, _named),
        exceptions=_all(root, "exception", KeptBy, _law),
        categories=_all(root, "category", Category, _kind),
        rights=_all(root, "right", Right, worded),
        conditions=_all(root, "condition", Condition, _named),
        reasons=_all(root, "reason", Why, labelled),
        recipients=_all(root, "recipient", Recipient, worded),
        requests_label=request.label("label"),
        requests_cited=cited(request),
        requests=_period(request.table("period")),
    )
    for table in (head, request, root):
        table.finish()
    return policy


def _all(
    root: Table, key: str, codes: Iterable[Code], read: Callable[[Table, str], Entry]
) -> Mapping[Code, Entry]:
    """Every entry of a list under its code: each code that the program knows once, and no other."""
    known = {str(code): code for code in codes}
    found: dict[Code, Entry] = {}
    for table in root.tables(key):
        code = known[table.one_of("code", frozenset(known))]
        if code in found:
            raise table.wrong(f'the code "{code}" is used twice.')
        found[code] = read(table, code)
        table.finish()
    for code in known.values():
        if code not in found:
            raise root.wrong(f'[[{key}]] "{code}" is missing; write it, with its source.')
    return MappingProxyType(found)


def _named(table: Table, code: str) -> Named:
    return Named(code, table.label("label"))


def _law(table: Table, code: str) -> KeepingLaw:
    return KeepingLaw(KeptBy(code), table.label("label"), table.flag("needs_provision"), cited(table))


def _kind(table: Table, code: str) -> Kind:
    kind = Kind(
        code=Category(code),
        label=table.label("label"),
        holds=table.label("holds"),
        purpose=table.label("purpose"),
        subjects=table.label("subjects"),
        bases=_codes(table, "bases", Basis),
        exceptions=_codes(table, "exceptions", KeptBy),
        recipients=_codes(table, "recipients", Recipient),
        periods=_periods(table),
        kept=_kept(table),
        verdicts=_verdicts(table.table("verdicts")),
        cited=cited(table),
    )
    _check(kind, table)
    return kind


def _verdicts(table: Table) -> Mapping[Right, Condition]:
    known = frozenset(Condition)
    verdicts = {right: Condition(table.one_of(right, known)) for right in TABLE}
    table.finish()
    return MappingProxyType(verdicts)


def _check(kind: Kind, table: Table) -> None:
    if not kind.periods and kind.kept is None:
        raise table.wrong('give a [[category.period]], or say in "kept" what holds instead.')
    if kind.code is Category.WHISTLEBLOWING:
        if any(period.months > LONGEST_RETENTION_MONTHS for period in kind.periods):
            raise table.wrong(
                f"a case is kept {LONGEST_RETENTION_MONTHS} months at most; shorten the period."
            )
        if Recipient.GROUP_COMPANY in kind.recipients:
            raise table.wrong('a case does not go to another company of the group; take "group_company" out.')


def _kept(table: Table) -> Label | None:
    return table.label("kept") if table.has("kept") else None


def _periods(table: Table) -> tuple[Kept, ...]:
    return tuple(_period(one) for one in table.tables("period"))


def _period(table: Table) -> Kept:
    period = Kept(
        months=table.number("months", least=1),
        start=Start(table.one_of("start", frozenset(Start))),
        countries=_countries(table),
        cited=cited(table),
    )
    table.finish()
    return period


def _countries(table: Table) -> tuple[str, ...]:
    countries = table.texts("countries", ())
    for country in countries:
        if country not in COUNTRIES:
            raise table.wrong(f'country "{country}" is unknown; use {", ".join(sorted(COUNTRIES))}.')
    return countries


def _codes(table: Table, key: str, known: type[Code]) -> tuple[Code, ...]:
    listed = table.texts(key, ())
    for code in listed:
        if code not in set(known):
            raise table.wrong(f'"{code}" in "{key}" is unknown; use {", ".join(sorted(known))}.')
    return tuple(known(code) for code in listed)
