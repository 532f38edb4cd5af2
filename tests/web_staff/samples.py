"""What stands behind the staff doors in these tests: people, cases, holds and lines of a ledger."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from whistle.errors import Conflict, HoldInForce
from whistle.parties.legal_views import HoldView
from whistle.parties.views import DeskCase, DeskRow, Entry, FileView, LedgerLine
from whistle.rules.deadlines import Duty

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
    '<path fill="#fff" d="M0 0h33v33h-33z"/>'
    '<path class="qrline" stroke="#000" d="M4 4.5h7m1 0h3m2 0h3"/></svg>'
)


@dataclass(frozen=True)
class FakeMember:
    name: str
    roles: tuple[tuple[str, str], ...]
    person_id: bytes = b"0123456789abcdef"
    fresh: bool = False

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


def some_ledger() -> list[LedgerLine]:
    happened = [
        (date(2026, 6, 10), "Maja Berg", "message_sent", NUMBER, ()),
        (
            date(2026, 6, 10),
            "Lars Ek",
            "hold_placed",
            CLOSED,
            (("ground", "court_ruling"), ("review_on", "2027-05-01")),
        ),
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


RECEIVED = date(2026, 3, 9)
PICTURE = FileView("ab" * 16, "faktura-2.jpg", "image/jpeg", 1_468_006)
ENTRIES = (
    Entry(
        1,
        "reporter",
        "",
        "report",
        RECEIVED,
        "Our purchasing manager approved three invoices from a company that his brother owns. "
        "The last one was for work that nobody has seen done.",
        (PICTURE,),
    ),
    Entry(
        2,
        "handler",
        "Maja Berg",
        "acknowledgement",
        date(2026, 3, 11),
        "Thank you for telling us. I confirm that your report was received on 9 March.",
    ),
    Entry(
        3,
        "reporter",
        "",
        "message",
        date(2026, 6, 9),
        "It should have been done in January. I am quite sure about the month.",
        (),
        True,
    ),
)
NOTES = (
    Entry(
        1,
        "handler",
        "A. Lind",
        "note",
        date(2026, 6, 5),
        "Three invoices found in the ledger, all approved by one person.",
    ),
)
FEEDBACK = duty("feedback", date(2026, 6, 11), date(2026, 6, 15))
A_CASE: dict[str, Any] = {
    "company_code": "nordvakt-larm",
    "company_name": "Nordvakt Larm AB",
    "country": "SE",
    "state": "in_progress",
    "subject": "Three invoices to a relative's company",
    "category": "conflict_of_interest",
    "relation": "employee",
    "outcome": "",
    "meeting": "",
    "received_on": RECEIVED,
    "acknowledged_on": date(2026, 3, 11),
    "acknowledgement_waived": False,
    "feedback_on": None,
    "closed_on": None,
    "purge_on": None,
    "closings": (),
    "held": False,
    "holds": (),
    "past_day": False,
    "next_duty": FEEDBACK,
    "days_left": 1,
    "duties": (duty("acknowledgement", date(2026, 3, 16)), FEEDBACK),
    "entries": ENTRIES,
    "notes": NOTES,
    "files": (PICTURE,),
    "identity_given": True,
    "has_custodian": True,
    "handlers": ("A. Lind",),
    "excluded": ("the purchasing manager",),
    "may_work": True,
    "reopening_asked": False,
    "reopening_asked_by_me": False,
    "today": TODAY,
}


def a_case(number: str = NUMBER, **changes: Any) -> DeskCase:
    return DeskCase(**{**A_CASE, "number": number, **changes})


def a_received_case() -> DeskCase:
    confirm = duty("acknowledgement", date(2026, 6, 8), date(2026, 6, 9))
    first = Entry(
        1, "reporter", "", "report", date(2026, 6, 1), "Somebody takes copper home from the yard.", (), True
    )
    return a_case(
        LATE,
        state="received",
        received_on=date(2026, 6, 1),
        acknowledged_on=None,
        entries=(first,),
        notes=(),
        files=(),
        subject="Copper from the yard",
        next_duty=confirm,
        days_left=-2,
        identity_given=False,
        excluded=(),
        duties=(confirm, duty("feedback", date(2026, 9, 1))),
    )


def a_closed_case() -> DeskCase:
    erased = date(2028, 2, 28)
    return a_case(
        CLOSED,
        state="closed",
        feedback_on=date(2026, 2, 20),
        closed_on=date(2026, 2, 28),
        purge_on=erased,
        closings=((date(2026, 2, 28), erased),),
        outcome="measures_taken",
        next_duty=duty("purge", erased),
        days_left=(erased - TODAY).days,
        held=True,
        holds=(("court_ruling", date(2027, 5, 1)),),
        subject="",
    )


def a_hold(**changes: Any) -> HoldView:
    facts: dict[str, Any] = {
        "id": "aa" * 16,
        "case_number": CLOSED,
        "company_name": "Nordvakt Larm AB",
        "ground": "court_ruling",
        "citation": "Svea hovrätt, T 1234-26",
        "placed_on": date(2026, 5, 1),
        "placed_by": "Stina Falk",
        "review_on": date(2026, 6, 5),
        "review_late": True,
        "purge_on": date(2028, 2, 28),
        "late": False,
        "needs_second": False,
        "release_asked_by": "",
        "release_asked_by_me": False,
        "release_reason": "",
        "released_on": None,
    }
    return HoldView(**{**facts, **changes})


def many_rows(count: int) -> tuple[DeskRow, ...]:
    """`count` rows as a busy desk has them, with subjects of the length people write."""
    subject = (
        "Three invoices to a company of the purchasing manager's brother, and one for work nobody saw done"
    )
    rows = []
    for n in range(count):
        days = n - 3
        group = "late" if days < 0 else "soon" if days <= 7 else "later"
        rows.append(
            DeskRow(
                f"W-{n:04d}-5T2N",
                "Nordvakt Larm AB",
                "in_progress",
                subject[: 40 + n],
                "money",
                "feedback",
                TODAY + timedelta(days=days),
                days,
                group,
                False,
                n % 3,
                ("A. Lind",),
                True,
            )
        )
    return tuple(rows)


REFUSALS: dict[str, Callable[[], Exception]] = {
    "conflict": lambda: Conflict("somebody was first"),
    "hold": lambda: HoldInForce("held"),
}
