"""Parties that keep the doors' side of the promise with everything in memory: the same refusals, no keys."""

import base64
import hashlib
import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from types import SimpleNamespace
from typing import Any

from tests.fakes import FakeClock
from whistle.errors import Conflict, Gone, HoldInForce, NotAllowed, NotThere, RuleRefused, TooMany
from whistle.parties.reporter import FormRefused, Problem
from whistle.parties.views import (
    CertificateView,
    Count,
    DeskCase,
    DeskPage,
    DeskRow,
    Download,
    Entry,
    FileView,
    HoldView,
    LedgerLine,
    LedgerPage,
    LegalCase,
    LegalDesk,
    PendingKey,
    PersonView,
)
from whistle.rules.deadlines import Duty
from whistle.rules.holds import check_hold
from whistle.web.services import Services

TODAY = date(2026, 6, 10)
NUMBER = "W-E8RD-5T2N"
CLOSED = "W-6BYE-T7NM"
LATE = "W-9T3D-HV0K"
PASSPHRASE = "correct horse battery staple"
CODE = "123456"
INVITATION = "invitation-token"
FINGERPRINT = "7KQ4M-2XC9R-WT6HB-0ZVND-5PGA8"
RECOVERY = "0ABCD-EFGH1-JKMNP-QRSTV-WXYZ2"
QR = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="132" height="132" class="segno" viewBox="0 0 33 33">'
    '<path fill="#fff" d="M0 0h33v33h-33z"/><path class="qrline" stroke="#000" d="M4 4.5h7m1 0h3m2 0h3"/></svg>'
)


@dataclass(frozen=True)
class FakeMember:
    name: str
    roles: tuple[tuple[str, str], ...]
    person_id: bytes = b"0123456789abcdef"

    def has(self, role: str) -> bool:
        return any(held == role for held, _ in self.roles)


PEOPLE = {
    "handler": FakeMember("Maja Berg", (("handler", "nordvakt-larm"), ("handler", "nordvakt-se"))),
    "second handler": FakeMember("A. Lind", (("handler", "nordvakt-larm"),)),
    "stranger": FakeMember("Eero Laine", (("handler", "nordvakt-fi"),)),
    "legal": FakeMember("Lars Ek", (("legal", "nordvakt-larm"),)),
    "second legal": FakeMember("Stina Falk", (("legal", "nordvakt-larm"),)),
    "administrator": FakeMember("Ada Holm", (("administrator", "nordvakt-larm"),)),
    "auditor": FakeMember("Rune Aas", (("auditor", "nordvakt-larm"),)),
    "custodian": FakeMember("Kim Dahl", (("custodian", "nordvakt-larm"),)),
    "privacy_officer": FakeMember("Siv Moen", (("privacy_officer", "nordvakt-larm"),)),
}


class FakeSessions:
    """Tokens in a dictionary; what is sealed for one token does not open with another."""

    def __init__(self) -> None:
        self.staff: dict[str, FakeMember] = {}

    def new_token(self) -> str:
        return base64.urlsafe_b64encode(secrets.token_bytes(32)).decode().rstrip("=")

    def csrf_secret(self, token: str) -> str:
        return hashlib.sha256(b"csrf" + token.encode()).hexdigest()

    def looks_like_token(self, text: str) -> bool:
        return len(text) == 43

    def open_case(self, token: str) -> bytes | None:
        return None

    def end(self, token: str) -> None:
        self.staff.pop(token, None)

    def begin_staff(self, member: FakeMember) -> str:
        token = self.new_token()
        self.staff[token] = member
        return token

    def open_staff(self, token: str) -> FakeMember | None:
        return self.staff.get(token)

    def seal_text(self, token: str, text: str) -> str:
        pad = hashlib.shake_256(token.encode()).digest(len(text.encode()))
        sealed = bytes(a ^ b for a, b in zip(text.encode(), pad, strict=True))
        mark = hashlib.sha256(token.encode() + sealed).digest()
        return base64.urlsafe_b64encode(mark + sealed).decode()

    def open_text(self, token: str, sealed: str) -> str | None:
        try:
            raw = base64.urlsafe_b64decode(sealed)
        except ValueError:
            return None
        mark, body = raw[:32], raw[32:]
        if mark != hashlib.sha256(token.encode() + body).digest():
            return None
        pad = hashlib.shake_256(token.encode()).digest(len(body))
        return bytes(a ^ b for a, b in zip(body, pad, strict=True)).decode()


class FakeStaff:
    def __init__(self) -> None:
        self.active = False
        self.throttled = 0
        self.finished = False

    def invitation(self, token: str) -> Any:
        if token != INVITATION or self.finished:
            raise NotThere("no such invitation")
        return SimpleNamespace(name="Nils Åberg", roles=(("handler", "nordvakt-larm"),))

    def new_setup(self, browser_token: str) -> Any:
        return SimpleNamespace(
            sealed="sealed-setup", secret_text="JBSW Y3DP EHPK 3PXP", uri="otpauth://totp/x", svg=QR
        )

    def open_setup(self, browser_token: str, sealed: str) -> Any:
        return self.new_setup(browser_token) if sealed == "sealed-setup" else None

    def activate(
        self, token: str, *, browser_token: str, setup: Any, passphrase: str, again: str, code: str
    ) -> str:
        self.invitation(token)
        if not passphrase:
            raise RuleRefused("empty")
        if passphrase != again:
            raise RuleRefused("differs")
        if len(passphrase) < 12:
            raise RuleRefused("short")
        if code != CODE:
            raise RuleRefused("code")
        return RECOVERY

    def finish_activation(self, token: str, recovery_code_text: str) -> None:
        self.invitation(token)
        if recovery_code_text.replace("-", "").upper() != RECOVERY.replace("-", ""):
            raise RuleRefused("recovery_code")
        self.finished = True

    def sign_in(self, name: str, passphrase: str, code: str) -> FakeMember:
        if self.throttled:
            raise TooMany(self.throttled)
        for member in PEOPLE.values():
            if (member.name, PASSPHRASE, CODE) == (name, passphrase, code):
                return member
        raise NotAllowed("no")

    def fingerprint(self, member: FakeMember) -> str:
        return FINGERPRINT


class FakeKeys:
    def __init__(self) -> None:
        self.keys = [
            PendingKey("d1", "Nils Åberg", "handler", "Nordvakt Larm AB", 0, 2, False),
            PendingKey("d2", "Britt Öst", "legal", "Nordvakt AB", 0, 1, False),
            PendingKey("d3", "Olle Frid", "custodian", "Nordvakt AB", 1, 2, True),
        ]
        self.intact = True
        self.lines = some_ledger()

    def pending(self, member: FakeMember) -> tuple[PendingKey, ...]:
        return tuple(self.keys) if member.has("administrator") or member.has("handler") else ()

    def confirm(self, member: FakeMember, designation: str, fingerprint_text: str) -> bool:
        found = next((key for key in self.pending(member) if key.designation == designation), None)
        if found is None:
            raise NotThere("no such key")
        if fingerprint_text.replace("-", "").replace(" ", "").upper() != FINGERPRINT.replace("-", ""):
            raise RuleRefused("fingerprint")
        self.keys.remove(found)
        if found.confirmations + 1 >= found.needed:
            return True
        self.keys.append(replace(found, confirmations=found.confirmations + 1, confirmed_by_me=True))
        return False

    def people(self, member: FakeMember) -> tuple[PersonView, ...]:
        if not member.has("administrator"):
            raise NotThere("not yours")
        views = [
            PersonView(f"{n:032x}", one.name, f"{one.name[0].lower()}@nordvakt.example", "active", one.roles, True)
            for n, one in enumerate(PEOPLE.values())
        ]
        waits = PersonView("f1", "Nils Åberg", "n@nordvakt.example", "active", (("handler", "nordvakt-larm"),), False)
        invited = PersonView("f2", "Britt Öst", "b@nordvakt.example", "invited", (("legal", "nordvakt-se"),), False)
        return (*views, waits, invited)

    def ledger(self, member: FakeMember, before: int | None) -> LedgerPage:
        if not member.has("auditor"):
            raise NotThere("not yours")
        lines = [line for line in self.lines if before is None or line.seq < before]
        page = tuple(lines[:10])
        return LedgerPage(page, self.intact, page[-1].seq if len(lines) > 10 else None)


def some_ledger() -> list[LedgerLine]:
    happened = [
        (date(2026, 6, 10), "Maja Berg", "message_sent", NUMBER, ()),
        (date(2026, 6, 10), "Lars Ek", "hold_placed", CLOSED, (("ground", "court_ruling"), ("review_on", "2027-05-01"))),
        (date(2026, 6, 10), "", "message_received", NUMBER, ()),
        (date(2026, 6, 9), "Ada Holm", "key_confirmed", "", (("person", "Nils Åberg"), ("role", "handler"))),
        (date(2026, 6, 9), "", "purged", "W-1111-2222", (("records", "7"),)),
        (date(2026, 6, 9), "Ada Holm", "something_new", "", ()),
        (date(2026, 6, 8), "", "received", LATE, ()),
        *[(date(2026, 6, 7), "Maja Berg", "signed_in", "", ())] * 8,
    ]
    total = len(happened)
    return [LedgerLine(total - n, *what) for n, what in enumerate(happened)]


def duty(kind: str, due_on: date, legal_day: date | None = None) -> Duty:
    return Duty(kind, due_on, legal_day or due_on, "a rule")


def a_case(number: str = NUMBER, **changes: Any) -> DeskCase:
    received = date(2026, 3, 9)
    picture = FileView("ab" * 16, "faktura-2.jpg", "image/jpeg", 1_468_006)
    entries = (
        Entry(1, "reporter", "", "report", received, "Our purchasing manager approved three invoices from a company "
              "that his brother owns. The last one was for work that nobody has seen done.", (picture,)),
        Entry(2, "handler", "Maja Berg", "acknowledgement", date(2026, 3, 11),
              "Thank you for telling us. I confirm that your report was received on 9 March."),
        Entry(3, "reporter", "", "message", date(2026, 6, 9),
              "It should have been done in January. I am quite sure about the month.", (), True),
    )  # fmt: skip
    notes = (
        Entry(1, "handler", "A. Lind", "note", date(2026, 6, 5),
              "Three invoices found in the ledger, all approved by one person."),
    )  # fmt: skip
    feedback = duty("feedback", date(2026, 6, 11), date(2026, 6, 15))
    facts: dict[str, Any] = {
        "number": number, "company_code": "nordvakt-larm", "company_name": "Nordvakt Larm AB", "country": "SE",
        "state": "in_progress", "subject": "Three invoices to a relative's company", "category": "conflict_of_interest",
        "relation": "employee", "outcome": "", "meeting": "", "received_on": received,
        "acknowledged_on": date(2026, 3, 11), "acknowledgement_waived": False, "feedback_on": None, "closed_on": None,
        "purge_on": None, "closings": (), "held": False, "holds": (), "past_day": False, "next_duty": feedback,
        "days_left": 1, "duties": (duty("acknowledgement", date(2026, 3, 16)), feedback), "entries": entries,
        "notes": notes, "files": (picture,), "identity_given": True, "has_custodian": True,
        "handlers": ("A. Lind",), "excluded": ("the purchasing manager",), "may_work": True,
        "reopening_asked": False, "reopening_asked_by_me": False, "today": TODAY,
    }  # fmt: skip
    return DeskCase(**{**facts, **changes})


def a_received_case() -> DeskCase:
    confirm = duty("acknowledgement", date(2026, 6, 8), date(2026, 6, 9))
    first = Entry(1, "reporter", "", "report", date(2026, 6, 1), "Somebody takes copper home from the yard.", (), True)
    return a_case(
        LATE, state="received", received_on=date(2026, 6, 1), acknowledged_on=None, entries=(first,), notes=(), files=(),
        subject="Copper from the yard", next_duty=confirm, days_left=-2, identity_given=False, excluded=(),
        duties=(confirm, duty("feedback", date(2026, 9, 1))),
    )  # fmt: skip


def a_closed_case() -> DeskCase:
    erased = date(2028, 2, 28)
    return a_case(
        CLOSED, state="closed", feedback_on=date(2026, 2, 20), closed_on=date(2026, 2, 28), purge_on=erased,
        closings=((date(2026, 2, 28), erased),), outcome="measures_taken", next_duty=duty("purge", erased),
        days_left=(erased - TODAY).days, held=True, holds=(("court_ruling", date(2027, 5, 1)),), subject="",
    )  # fmt: skip


@dataclass
class FakeHandler:
    """Cases of Nordvakt Larm; the stranger's company has none of them."""

    held: dict[str, DeskCase] = field(default_factory=lambda: {
        NUMBER: a_case(), LATE: a_received_case(), CLOSED: a_closed_case(),
    })  # fmt: skip
    refusal: Exception | None = None
    rows: tuple[DeskRow, ...] | None = None
    asked: dict[str, str] = field(default_factory=dict)
    chunks_opened: int = 0

    def companies(self, member: FakeMember) -> tuple[tuple[str, str], ...]:
        names = {"nordvakt-larm": "Nordvakt Larm AB", "nordvakt-se": "Nordvakt AB", "nordvakt-fi": "Nordvakt Oy"}
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
            rows[:50], Count(len(rows), more=False), Count(late, more=False), Count(soon, more=False),
            "cursor-50" if more and not after else None, TODAY,
        )  # fmt: skip

    def _row(self, case: DeskCase, member: FakeMember) -> DeskRow:
        days = case.days_left if case.days_left is not None else 0
        owed = case.next_duty
        return DeskRow(
            case.number, case.company_name, case.state, case.subject, case.category, owed.kind if owed else None,
            owed.due_on if owed else None, days, "late" if days < 0 else "soon" if days <= 7 else "later", case.held,
            sum(entry.new for entry in case.entries), tuple(n for n in case.handlers if n != member.name), True,
        )  # fmt: skip

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
            member, number, "message", text,
            entries=entries, state="acknowledged", acknowledged_on=TODAY, next_duty=owed, days_left=83,
        )  # fmt: skip

    def message(self, member: FakeMember, number: str, text: str) -> None:
        self._write(member, number, "message", text, entries=self._entry(member, number, "message", text))

    def feedback(self, member: FakeMember, number: str, text: str) -> None:
        if not text.strip():
            raise RuleRefused("feedback_empty")
        entries = self._entry(member, number, "feedback", text)
        self._write(member, number, "feedback", text, entries=entries, feedback_on=TODAY, next_duty=None, days_left=None)

    def note(self, member: FakeMember, number: str, text: str) -> None:
        case = self.case(member, number)
        notes = (*case.notes, Entry(len(case.notes) + 1, "handler", member.name, "note", TODAY, text))
        self._write(member, number, "note", text, notes=notes)

    def close(self, member: FakeMember, number: str, outcome: str, feedback_text: str) -> None:
        self.case(member, number)
        if not outcome:
            raise FormRefused((Problem("outcome", "missing"),))
        if not feedback_text.strip():
            raise RuleRefused("feedback_empty")
        erased = date(2028, 6, 10)
        self._write(
            member, number, "feedback", feedback_text or "-", state="closed", closed_on=TODAY, purge_on=erased,
            closings=((TODAY, erased),), outcome=outcome, next_duty=duty("purge", erased), days_left=731,
        )  # fmt: skip

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


def a_hold(**changes: Any) -> HoldView:
    facts: dict[str, Any] = {
        "id": "aa" * 16, "case_number": CLOSED, "company_name": "Nordvakt Larm AB", "ground": "court_ruling",
        "citation": "Svea hovrätt, T 1234-26", "placed_on": date(2026, 5, 1), "placed_by": "Stina Falk",
        "review_on": date(2026, 6, 5), "review_late": True, "purge_on": date(2028, 2, 28), "late": False,
        "needs_second": False, "release_asked_by": "", "release_asked_by_me": False, "release_reason": "",
        "released_on": None,
    }  # fmt: skip
    return HoldView(**{**facts, **changes})


class FakeLegal:
    def __init__(self) -> None:
        self.held = [
            a_hold(),
            a_hold(
                id="bb" * 16, case_number="W-XV52-9GCR", ground="other_legislation", citation="Bokföringslag (1999:1078) 7:2",
                review_on=date(2027, 1, 31), review_late=False, needs_second=True, release_asked_by="Stina Falk",
                release_reason="The audit is over.", purge_on=date(2026, 6, 1), late=True,
            ),
        ]  # fmt: skip
        self.closed = LegalCase(CLOSED, "Nordvakt Larm AB", "closed", date(2025, 11, 3), date(2026, 2, 28), date(2028, 2, 28), True)
        self.refusal: Exception | None = None

    def _mine(self, member: FakeMember) -> None:
        if not member.has("legal"):
            raise NotThere("not yours")

    def desk(self, member: FakeMember) -> LegalDesk:
        self._mine(member)
        soon = LegalCase("W-0F8P-ZK6T", "Nordvakt Larm AB", "closed", date(2024, 2, 1), date(2024, 6, 30), date(2026, 6, 30), False)
        past = LegalCase("W-XV52-9GCR", "Nordvakt AB", "closed", date(2024, 1, 1), date(2024, 6, 1), date(2026, 6, 1), True)
        gone = CertificateView("W-1111-2222", "Nordvakt AB", date(2024, 2, 28), date(2026, 2, 28), date(2026, 2, 28), 7, 2, 41)
        released = a_hold(id="cc" * 16, released_on=date(2026, 4, 2), release_reason="The ruling has gained legal force.")
        return LegalDesk((past, soon), tuple(self.held), (released,), (gone,), TODAY)

    def case(self, member: FakeMember, number: str) -> LegalCase:
        self._mine(member)
        if number == "W-1111-2222":
            raise Gone("2026-02-28")
        if number != CLOSED:
            raise NotThere("no such case")
        return self.closed

    def place(self, member: FakeMember, number: str, ground: str, citation: str, note: str, review_on: str) -> str:
        self._mine(member)
        if self.refusal is not None:
            raise self.refusal
        if number == "W-1111-2222":
            raise Gone("2026-02-28")
        self.case(member, number)
        terms = check_hold(ground, citation, review_on, TODAY)
        self.held.append(a_hold(id="dd" * 16, ground=str(terms.ground), citation=terms.citation, review_on=terms.review_on))
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
            self.held.append(replace(found, release_asked_by=member.name, release_asked_by_me=True, release_reason=reason))
        return not found.needs_second

    def confirm_release(self, member: FakeMember, hold_id: str) -> None:
        self._mine(member)
        found = next((hold for hold in self.held if hold.id == hold_id), None)
        if found is None:
            raise NotThere("no such hold")
        if found.release_asked_by_me:
            raise RuleRefused("same_person")
        self.held.remove(found)


class FakeSite:
    name = "Nordvakt"
    rehearsal = False
    rehearsal_now = None

    def companies(self) -> tuple[Any, ...]:
        rows = (
            ("nordvakt-se", "Nordvakt AB", "SE", "Europe/Stockholm", True),
            ("nordvakt-larm", "Nordvakt Larm AB", "SE", "Europe/Stockholm", True),
            ("nordvakt-fi", "Nordvakt Oy", "FI", "Europe/Helsinki", False),
        )
        return tuple(
            SimpleNamespace(code=code, name=name, country=country, zone=zone, open=is_open)
            for code, name, country, zone, is_open in rows
        )


@dataclass
class House:
    """The fakes behind the doors, for a test to look at and to change."""

    sessions: FakeSessions = field(default_factory=FakeSessions)
    staff: FakeStaff = field(default_factory=FakeStaff)
    handler: FakeHandler = field(default_factory=FakeHandler)
    legal: FakeLegal = field(default_factory=FakeLegal)
    keys: FakeKeys = field(default_factory=FakeKeys)
    clock: FakeClock = field(default_factory=FakeClock)

    def services(self) -> Services:
        settings = SimpleNamespace(
            cookies_secure=False, base_url="http://localhost", onion_url=None,
            trusted_hosts=("localhost", "127.0.0.1"), max_upload_bytes=512 * 1024 * 1024, leave_url="https://example.org/",
        )  # fmt: skip
        parts: dict[str, Any] = {
            "settings": settings, "clock": self.clock, "site": FakeSite(), "sessions": self.sessions, "reporter": None,
            "staff": self.staff, "handler": self.handler, "legal": self.legal, "keys": self.keys,
        }  # fmt: skip
        return Services(**parts, health=lambda: "ok")


def many_rows(count: int) -> tuple[DeskRow, ...]:
    """`count` rows as a busy desk has them, with subjects of the length people write."""
    subject = "Three invoices to a company that belongs to the purchasing manager's brother, and one for work not done"
    rows = []
    for n in range(count):
        days = n - 3
        group = "late" if days < 0 else "soon" if days <= 7 else "later"
        rows.append(
            DeskRow(
                f"W-{n:04d}-5T2N", "Nordvakt Larm AB", "in_progress", subject[: 40 + n], "money", "feedback",
                TODAY + timedelta(days=days), days, group, False, n % 3, ("A. Lind",), True,
            )
        )  # fmt: skip
    return tuple(rows)


REFUSALS: dict[str, Callable[[], Exception]] = {
    "conflict": lambda: Conflict("somebody was first"),
    "hold": lambda: HoldInForce("held"),
}
