"""The handler's and legal's parties with everything in memory: the same refusals, no keys."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from types import SimpleNamespace
from typing import Any

from tests.web_staff.samples import (
    CLOSED,
    LATE,
    NUMBER,
    TODAY,
    FakeMember,
    a_case,
    a_closed_case,
    a_hold,
    a_received_case,
    duty,
)
from whistle.errors import Gone, NotThere, RuleRefused
from whistle.parties.legal_views import CertificateView, HoldView, LegalCase, LegalDesk
from whistle.parties.reporter import FormRefused, Problem
from whistle.parties.views import Count, DeskCase, DeskPage, DeskRow, Download, Entry
from whistle.rules.holds import check_hold
from whistle.vault.certified import Signed


@dataclass
class FakeHandler:
    """Cases of Nordvakt Larm; the stranger's company has none of them."""

    held: dict[str, DeskCase] = field(
        default_factory=lambda: {
            NUMBER: a_case(),
            LATE: a_received_case(),
            CLOSED: a_closed_case(),
        }
    )
    refusal: Exception | None = None
    rows: tuple[DeskRow, ...] | None = None
    asked: dict[str, str] = field(default_factory=dict)
    chunks_opened: int = 0

    def companies(self, member: FakeMember) -> tuple[tuple[str, str], ...]:
        names = {
            "nordvakt-larm": "Nordvakt Larm AB",
            "nordvakt-se": "Nordvakt AB",
            "nordvakt-fi": "Nordvakt Oy",
        }
        return tuple((code, names[code]) for role, code in member.roles if role == "handler")

    def cases(
        self, member: FakeMember, *, company: str = "", state: str = "open", number: str = "", after: str = ""
    ) -> DeskPage:
        self.asked = {"company": company, "state": state, "number": number, "after": after}
        cases = [case for case in self.held.values() if self._may(member, case)]
        rows = self.rows if self.rows is not None else tuple(self._row(case, member) for case in cases)
        rows = tuple(row for row in rows if not number or row.number == number)
        late, soon = (sum(row.group == group for row in rows) for group in ("late", "soon"))
        more = len(rows) > 50
        return DeskPage(
            rows[:50],
            Count(len(rows), more=False),
            Count(late, more=False),
            Count(soon, more=False),
            "cursor-50" if more and not after else None,
            TODAY,
        )

    def _row(self, case: DeskCase, member: FakeMember) -> DeskRow:
        days = case.days_left if case.days_left is not None else 0
        owed = case.next_duty
        return DeskRow(
            case.number,
            case.company_name,
            case.state,
            case.subject,
            case.category,
            owed.kind if owed else None,
            owed.due_on if owed else None,
            days,
            "late" if days < 0 else "soon" if days <= 7 else "later",
            case.held,
            sum(entry.new for entry in case.entries),
            tuple(n for n in case.handlers if n != member.name),
            True,
        )

    def _may(self, member: FakeMember, case: DeskCase) -> bool:
        return ("handler", case.company_code) in member.roles

    def case(self, member: FakeMember, number: str) -> DeskCase:
        if number not in self.held or not self._may(member, self.held[number]):
            raise NotThere("no such case")
        return self.held[number]

    def _write(self, member: FakeMember, number: str, field_name: str, text: str, **changes: Any) -> None:
        case = self.case(member, number)
        if self.refusal is not None:
            raise self.refusal
        if not text.strip():
            raise FormRefused((Problem(field_name, "missing"),))
        self.held[number] = replace(case, **changes)

    def _entry(self, member: FakeMember, number: str, kind: str, text: str) -> tuple[Entry, ...]:
        case = self.case(member, number)
        return (*case.entries, Entry(len(case.entries) + 1, "handler", member.name, kind, TODAY, text))

    def acknowledge(self, member: FakeMember, number: str, text: str) -> None:
        entries = self._entry(member, number, "acknowledgement", text)
        owed = duty("feedback", date(2026, 9, 1))
        self._write(
            member,
            number,
            "message",
            text,
            entries=entries,
            state="acknowledged",
            acknowledged_on=TODAY,
            next_duty=owed,
            days_left=83,
        )

    def message(self, member: FakeMember, number: str, text: str) -> None:
        self._write(member, number, "message", text, entries=self._entry(member, number, "message", text))

    def feedback(self, member: FakeMember, number: str, text: str) -> None:
        if not text.strip():
            raise RuleRefused("feedback_empty")
        entries = self._entry(member, number, "feedback", text)
        self._write(
            member,
            number,
            "feedback",
            text,
            entries=entries,
            feedback_on=TODAY,
            next_duty=None,
            days_left=None,
        )

    def note(
        self, member: FakeMember, number: str, text: str, kind: str = "memory", *, disclosed: bool = False
    ) -> None:
        del kind, disclosed
        case = self.case(member, number)
        notes = (*case.notes, Entry(len(case.notes) + 1, "handler", member.name, "note", TODAY, text))
        self._write(member, number, "note", text, notes=notes)

    def close(
        self,
        member: FakeMember,
        number: str,
        outcome: str,
        feedback_text: str,
        ground: str = "",
        why: str = "",
    ) -> None:
        del ground, why
        self.case(member, number)
        if not outcome:
            raise FormRefused((Problem("outcome", "missing"),))
        if not feedback_text.strip():
            raise RuleRefused("feedback_empty")
        erased = date(2028, 6, 10)
        self._write(
            member,
            number,
            "feedback",
            feedback_text or "-",
            state="closed",
            closed_on=TODAY,
            purge_on=erased,
            closings=((TODAY, erased),),
            outcome=outcome,
            next_duty=duty("purge", erased),
            days_left=731,
        )

    def reopen(self, member: FakeMember, number: str, reason: str) -> None:
        self._write(member, number, "reason", reason, reopening_asked=True, reopening_asked_by_me=True)

    def confirm_reopen(self, member: FakeMember, number: str) -> None:
        case = self.case(member, number)
        if case.reopening_asked_by_me:
            raise RuleRefused("same_person")
        self._write(member, number, "", "yes", state="in_progress", reopening_asked=False, closed_on=None)

    def file(self, member: FakeMember, number: str, file_id: str) -> Download:
        case = self.case(member, number)
        found = next((one for one in case.files if one.id == file_id), None)
        if found is None:
            raise NotThere("no such file")
        return Download(found.name, found.media_type, 3_000_000, self._chunks)

    def _chunks(self) -> Iterator[bytes]:
        self.chunks_opened += 1
        yield from (b"\xff\xd8" + bytes(999_998) for _ in range(3))


class FakeLegal:
    def __init__(self) -> None:
        self.held = [
            a_hold(),
            a_hold(
                id="bb" * 16,
                case_number="W-XV52-9GCR",
                ground="other_legislation",
                citation="Bokföringslag (1999:1078) 7:2",
                review_on=date(2027, 1, 31),
                review_late=False,
                needs_second=True,
                release_asked_by="Stina Falk",
                release_reason="The audit is over.",
                purge_on=date(2026, 6, 1),
                late=True,
            ),
        ]
        self.closed = LegalCase(
            CLOSED,
            "Nordvakt Larm AB",
            "closed",
            date(2025, 11, 3),
            date(2026, 2, 28),
            date(2028, 2, 28),
            True,
        )
        self.refusal: Exception | None = None
        self.notes: list[str] = []
        self.pages = SimpleNamespace(certificate=self._certificate)

    def _mine(self, member: FakeMember) -> None:
        if not member.has("legal"):
            raise NotThere("not yours")

    def desk(self, member: FakeMember) -> LegalDesk:
        self._mine(member)
        soon = LegalCase(
            "W-0F8P-ZK6T",
            "Nordvakt Larm AB",
            "closed",
            date(2024, 2, 1),
            date(2024, 6, 30),
            date(2026, 6, 30),
            False,
        )
        past = LegalCase(
            "W-XV52-9GCR", "Nordvakt AB", "closed", date(2024, 1, 1), date(2024, 6, 1), date(2026, 6, 1), True
        )
        gone = CertificateView(
            "W-1111-2222", "Nordvakt AB", date(2024, 2, 28), date(2026, 2, 28), date(2026, 2, 28), 7, 2, 41
        )
        released = a_hold(
            id="cc" * 16, released_on=date(2026, 4, 2), release_reason="The ruling has gained legal force."
        )
        return LegalDesk((past, soon), tuple(self.held), (released,), (gone,), TODAY)

    def case(self, member: FakeMember, number: str) -> LegalCase:
        self._mine(member)
        if number == "W-1111-2222":
            raise Gone("2026-02-28")
        if number != CLOSED:
            raise NotThere("no such case")
        return self.closed

    def holds_of(self, member: FakeMember, number: str) -> tuple[HoldView, ...]:
        self._mine(member)
        return tuple(hold for hold in self.held if hold.case_number == number)

    def hold(self, member: FakeMember, hold_id: str) -> tuple[HoldView, date]:
        self._mine(member)
        found = next((hold for hold in self.held if hold.id == hold_id), None)
        if found is None:
            raise NotThere("no such hold")
        return found, TODAY

    def has_second(self, member: FakeMember, hold_id: str) -> bool:
        self.hold(member, hold_id)
        return True

    def _certificate(self, member: FakeMember, role: str, number: str) -> Signed:
        if not member.has(role) or number != "W-1111-2222":
            raise NotThere("no such certificate")
        days = {"closed_on": "2024-02-28", "due_on": "2026-02-28", "purged_on": "2026-02-28"}
        names = {"case": number, "company": "nordvakt", "company_name": "Nordvakt AB"}
        fields = {**names, **days, "destroyed": {"records": 7, "blobs": 2}, "ledger_seq": 41}
        return Signed(fields, {"body": "{}", "signature": "00" * 64, "key": "ab" * 32})

    def place(
        self, member: FakeMember, number: str, ground: str, citation: str, note: str, review_on: str
    ) -> str:
        self._mine(member)
        if self.refusal is not None:
            raise self.refusal
        if number == "W-1111-2222":
            raise Gone("2026-02-28")
        self.case(member, number)
        terms = check_hold(ground, citation, review_on, TODAY)
        self.notes.append(note)
        self.held.append(
            a_hold(id="dd" * 16, ground=str(terms.ground), citation=terms.citation, review_on=terms.review_on)
        )
        return "dd" * 16

    def release(self, member: FakeMember, hold_id: str, reason: str) -> bool:
        self._mine(member)
        found = next((hold for hold in self.held if hold.id == hold_id), None)
        if found is None:
            raise NotThere("no such hold")
        if not reason.strip():
            raise RuleRefused("reason_empty")
        self.held.remove(found)
        if found.needs_second:
            self.held.append(
                replace(found, release_asked_by=member.name, release_asked_by_me=True, release_reason=reason)
            )
        return not found.needs_second

    def confirm_release(self, member: FakeMember, hold_id: str, seen: str = "") -> None:
        del seen
        found, _today = self.hold(member, hold_id)
        if found.release_asked_by_me:
            raise RuleRefused("same_person")
        self.held.remove(found)
