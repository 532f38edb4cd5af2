"""The handlers' own work on a case: sorted, answered for, measured, linked; sealed among their notes."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime

from whistle.crypto.header import Compartment
from whistle.crypto.records import new_object_id
from whistle.errors import NotThere, RuleRefused
from whistle.parties.casefile import CaseFile
from whistle.parties.desk_work import DeskWork, Seal
from whistle.parties.draft import Draft
from whistle.parties.member import Member
from whistle.parties.report_form import LINE_LIMIT, FormRefused, Problem, checked_text
from whistle.parties.sheets import put, sheet
from whistle.rules.text import TEXT_LIMIT, clean_text
from whistle.rules.triage import Chosen, check_triage, require
from whistle.vault import work as vault
from whistle.vault.facts import Addition
from whistle.vault.store import Store

TRIAGE, MEASURE, PROTECTION, LINK, NOTE_MARK = "triage", "measure", "protection", "link", "note_mark"
"""The types of the records, all in the handlers' own compartment."""

YES, NO = "yes", "no"


@dataclass(frozen=True, slots=True)
class Measure:
    """A measure as it was typed; `id` is empty for a new one, days are as `typed_day` reads them."""

    what: str
    who: str = ""
    by_on: str = ""
    done_on: str = ""
    id: str = ""


class Worksheet:
    """What a handler records for the colleagues. Every method raises `NotThere` for a case not theirs.

    `seen` is the number of the state that the form was made from; `Conflict` when there is a newer one.
    """

    def __init__(self, store: Store, now: Callable[[], datetime]) -> None:
        self._store = store
        self._now = now
        self._desk = DeskWork(store, now)

    def triage(self, member: Member, number: str, chosen: Chosen, why: str, seen: int | None = None) -> None:
        """Sort the case: whether the channel is for it, how severe, how soon. Raises `RuleRefused`."""
        check_triage(chosen)
        fields = {"scope": chosen.scope, "severity": chosen.severity, "priority": chosen.priority}
        fields["why"] = optional_text("why", why)
        self._put(member, number, TRIAGE, fields, vault.TRIAGED, seen=seen)

    def measure(self, member: Member, number: str, said: Measure, seen: int | None = None) -> None:
        """Record a measure, or what became of one: what, who answers for it, by when, done."""
        what = checked_text("what", said.what)
        fields = {"what": what, "who": optional_text("who", said.who, LINE_LIMIT)}
        fields |= {name: _iso(name, getattr(said, name)) for name in ("by_on", "done_on")}
        own_id = self._measure_id(member, number, said.id, fields)
        self._put(member, number, MEASURE, fields, vault.MEASURED, seen=seen, own_id=own_id)

    def _measure_id(self, member: Member, number: str, wanted: str, fields: dict[str, str]) -> str:
        """The measure that is meant; the same new one sent twice is one."""
        known = sheet(self._desk.standing_file(member, number).records(Compartment.INTERNAL), MEASURE)
        if wanted:
            if known.of(wanted) is None:
                raise NotThere("there is no such measure")
            return wanted
        same = [one.id for one in known.current if dict(one.fields) == fields]
        return same[0] if same else new_object_id().hex()

    def protect(self, member: Member, number: str, risk: str, steps: str, seen: int | None = None) -> None:
        """Record the risk of reprisals and what protects against it (L11). One of the two may be empty."""
        fields = {"risk": optional_text("risk", risk), "steps": optional_text("steps", steps)}
        if not any(fields.values()):
            raise FormRefused((Problem("risk", "missing"),))
        self._put(member, number, PROTECTION, fields, vault.PROTECTED, seen=seen)

    def assign(self, member: Member, number: str, person: str) -> None:
        """Say who of the case's handlers answers for it (an id in hex), or nobody (empty)."""
        self._desk.standing_file(member, number)
        try:
            chosen = bytes.fromhex(person) if person else None
        except ValueError:
            raise RuleRefused("assignee", "Choose a handler of this case.") from None
        vault.assign(self._store, member.person_id, number, chosen, self._now())

    def mark_note(self, member: Member, number: str, n: int, kind: str, *, disclosed: bool) -> None:
        """Say what a note is, and whether it was handed to somebody outside (2018:218 5:2)."""
        require("note", kind, reason="note_kind")
        notes = self._desk.standing_file(member, number).records(Compartment.INTERNAL)
        if not any(one.n == n and one.fields["type"] == "note" for one in notes):
            raise NotThere("there is no such note")
        fields = {"note_kind": kind, "disclosed": YES if disclosed else NO}
        self._put(member, number, NOTE_MARK, fields, vault.MARKED, own_id=str(n))

    def link(self, member: Member, number: str, other: str, *, linked: bool = True) -> None:
        """Tie two cases of this member together, or part them.

        Each case says it only where everybody who reads it reads the other too: a link must not tell of a
        case to somebody who was kept out of it. Raises `RuleRefused`: `link_same`, `link_unknown`,
        `link_circle`.
        """
        if number == other:
            raise RuleRefused("link_same", "That is this case itself.")
        own = self._desk.standing_file(member, number)
        try:
            theirs = self._desk.standing_file(member, other)
        except NotThere:
            raise RuleRefused("link_unknown", "You have no case with this number.") from None
        both = ((theirs, own), (own, theirs))
        told = [pair for pair in both if (_may_know if linked else _knows)(*pair)]
        if linked and not told:
            raise RuleRefused("link_circle", "Somebody reads only one of the two cases.")
        fields = {"linked": YES if linked else NO}
        for here, there in told:
            self._put(
                member, here.case.status.number, LINK, fields, vault.LINKED, own_id=there.case.status.number
            )

    def _put(
        self, member: Member, number: str, kind: str, fields: dict[str, str], action: str, *,
        seen: int | None = None, own_id: str = "",
    ) -> None:  # fmt: skip
        def seal(file: CaseFile, draft: Draft) -> bool:
            return put(file, draft, kind, fields, seen=seen, own_id=own_id)

        self.add(member, number, seal, action)

    def add(self, member: Member, number: str, seal: Seal, action: str) -> None:
        """Add what `seal` makes of the case as it stands, under one of the vault's actions."""

        def store_it(addition: Addition) -> None:
            vault.note(self._store, member.person_id, number, addition, self._now(), action=action)

        self._desk.write(member, number, seal, store_it)


def _may_know(here: CaseFile, there: CaseFile) -> bool:
    """Whether everybody who reads one case reads the other too."""
    return {person for person, _name in here.case.readers} <= {person for person, _name in there.case.readers}


def _knows(here: CaseFile, there: CaseFile) -> bool:
    """Whether one case says that it is linked to the other."""
    link = sheet(here.records(Compartment.INTERNAL), LINK).of(there.case.status.number)
    return link is not None and link["linked"] == YES


def optional_text(name: str, value: str, limit: int = TEXT_LIMIT) -> str:
    """A text that may be empty, cleaned. Raises `FormRefused`."""
    try:
        return clean_text(value, limit).strip()
    except RuleRefused as refused:
        raise FormRefused((Problem(name, refused.reason),)) from refused


def typed_day(name: str, value: str) -> date | None:
    """A day as a form sends it, None when empty. Raises `FormRefused`."""
    if not value.strip():
        return None
    try:
        return date.fromisoformat(value.strip())
    except ValueError:
        raise FormRefused((Problem(name, "day"),)) from None


def _iso(name: str, value: str) -> str:
    day = typed_day(name, value)
    return "" if day is None else day.isoformat()
