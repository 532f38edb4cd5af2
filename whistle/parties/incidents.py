"""An officer writes a personal data breach down, line after line, sealed to the officers of the company."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from whistle.crypto.grants import seal_grant
from whistle.crypto.records import new_object_id
from whistle.errors import Tampered
from whistle.parties import sealed_to_legal as box
from whistle.parties.member import Member
from whistle.parties.report_form import FormRefused, Problem
from whistle.rules import incidents as rules
from whistle.rules.calendar import local_day
from whistle.rules.incidents import FIELDS, Left
from whistle.rules.text import clean_text
from whistle.vault import incidents as vault
from whistle.vault.facts import CompanyFacts, SealedGrant
from whistle.vault.incident_rows import IncidentFacts, Line, NewIncident, OpenedIncident
from whistle.vault.store import Store

KIND: Final = "incident"


@dataclass(frozen=True, slots=True)
class LineView:
    """A line that was added: who, on which day, and which fields it changed."""

    day: date
    author: str
    closed: bool
    changed: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class IncidentView:
    """An incident as it stands: `said` are its fields, `ends` the moment of the 72 hours, `left` until it.

    `told_late`: the authority was told after it. `lacking` are officers who came later and cannot open it.
    """

    facts: IncidentFacts
    said: Mapping[str, str]
    ends: datetime
    left: Left
    told_late: bool
    lines: tuple[LineView, ...]
    lacking: tuple[str, ...]
    now: datetime


class Incidents:
    """The register of incidents. Every method raises `NotThere` for whoever is no officer of the company."""

    def __init__(self, store: Store, now: Callable[[], datetime]) -> None:
        self._store, self._now = store, now

    def companies(self, member: Member) -> tuple[CompanyFacts, ...]:
        """The companies whose register this officer keeps."""
        return vault.companies(self._store, member.person_id, self._now())

    def listing(self, member: Member) -> tuple[IncidentFacts, ...]:
        """The incidents of their companies, open ones first."""
        return vault.listing(self._store, member.person_id, self._now())

    def open(self, member: Member, number: str) -> IncidentView:
        """An incident with everything that was written of it."""
        found = vault.open_incident(self._store, member.person_id, number, self._now())
        return _view(found, _bodies(member, found), self._now())

    def report(self, member: Member, code: str, typed: Mapping[str, str]) -> str:
        """Write an incident down; its number. Raises `FormRefused`."""
        now = self._now()
        company = next((one for one in self.companies(member) if one.code == code), None)
        if company is None and self.companies(member):
            raise FormRefused((Problem("company", "unknown"),))
        officers = vault.officers(self._store, member.person_id, code, now)
        assert company is not None  # noqa: S101 (the vault knows nobody else as an officer)
        said = _checked(typed, company, now, closing=False)
        incident_id = new_object_id()
        body = _body(member, company, said, 1, now, closed=False)
        sealed, grants = box.seal(incident_id, body, officers)
        new = NewIncident(incident_id, code, sealed, grants, rules.due_on(said, company.zone))
        return vault.report(self._store, member.person_id, new, now)

    def add(self, member: Member, number: str, typed: Mapping[str, str], *, closing: bool) -> None:
        """Add a line that says how things stand now; with `closing` the incident is closed, else it is open.

        Raises `FormRefused`, `Conflict`.
        """
        now = self._now()
        found = vault.open_incident(self._store, member.person_id, number, now)
        company, n = found.facts.company, len(found.lines) + 1
        said = _checked(typed, company, now, closing=closing)
        body = _body(member, company, said, n, now, closed=closing)
        sealed = box.add(member, found.id, found.grant, body)
        line = Line(n, sealed, None if closing else rules.due_on(said, company.zone), closing)
        vault.add(self._store, member.person_id, number, line, now)

    def let_in(self, member: Member, number: str) -> None:
        """Open an incident to officers who came later."""
        now = self._now()
        found = vault.open_incident(self._store, member.person_id, number, now)
        key = box.key_of(member, found.id, found.grant)
        grants = tuple(SealedGrant(one.person_id, seal_grant(one.public_key, key)) for one in found.lacking)
        vault.let_in(self._store, member.person_id, number, grants, now)


def _checked(
    typed: Mapping[str, str], company: CompanyFacts, now: datetime, *, closing: bool
) -> dict[str, str]:
    said = {name: clean_text(typed.get(name, "")).strip() for name in FIELDS}
    problems = rules.problems_of(said, company.zone, now, closing=closing)
    if problems:
        raise FormRefused(tuple(Problem(field, reason) for field, reason in problems))
    return said


def _body(
    member: Member, company: CompanyFacts, said: Mapping[str, str], n: int, now: datetime, *, closed: bool
) -> dict[str, Any]:
    day = local_day(now, company.zone).isoformat()
    head = {"type": KIND, "n": n, "by": "officer", "author": member.name, "day": day, "closed": closed}
    return {**head, "said": dict(said)}


def _bodies(member: Member, found: OpenedIncident) -> list[dict[str, Any]]:
    bodies = [box.opened(member, found.id, found.grant, line) for line in found.lines]
    if [body["n"] for body in bodies] != list(range(1, len(bodies) + 1)):
        raise Tampered("the lines of an incident are not in their order")
    return bodies


def _view(found: OpenedIncident, bodies: list[dict[str, Any]], now: datetime) -> IncidentView:
    zone, said = found.facts.company.zone, bodies[-1]["said"]
    found_out = rules.moment_of(said["found_on"], said["found_at"], zone)
    assert found_out is not None  # noqa: S101 (it was checked when the line was written)
    ends = rules.load_notice().ends(found_out)
    told_at = rules.moment_of(said["told_on"], said["told_at"], zone) if said["told"] == rules.YES else None
    return IncidentView(
        facts=found.facts, said=said, ends=ends, left=rules.left_of(ends, now),
        told_late=told_at is not None and told_at > ends, lines=_lines(bodies),
        lacking=tuple(one.name for one in found.lacking), now=now.astimezone(ZoneInfo(zone)),
    )  # fmt: skip


def _lines(bodies: list[dict[str, Any]]) -> tuple[LineView, ...]:
    before: Mapping[str, str] = {}
    views = []
    for body in bodies:
        changed = {name: text for name, text in body["said"].items() if text != before.get(name, "")}
        views.append(LineView(date.fromisoformat(body["day"]), body["author"], bool(body["closed"]), changed))
        before = body["said"]
    return tuple(views)
