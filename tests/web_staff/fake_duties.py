"""The party of the duties with everything in memory: late, soon and later, each with the rule behind it."""

from dataclasses import dataclass, field
from datetime import date

from tests.web_staff.samples import CLOSED, LATE, NUMBER, TODAY, FakeMember
from whistle.parties.duties import DutiesPage, DutyRow
from whistle.parties.views import Count
from whistle.rules.deadlines import Duty

FEEDBACK = Duty("feedback", date(2026, 6, 11), date(2026, 6, 15), "2021:890 5:8 p 3", "feedback", months=3)
CONCERNED = Duty("persons_concerned", date(2026, 6, 8), date(2026, 6, 8), "GDPR 14", "concerned", months=1)
PURGE = Duty("purge", date(2028, 5, 4), date(2028, 5, 4), "2021:890 7:8", "purge")

ROWS = (
    DutyRow(LATE, "Nordvakt Larm AB", "received", CONCERNED, (FEEDBACK,), -2, "late"),
    DutyRow(NUMBER, "Nordvakt Larm AB", "in_progress", FEEDBACK, (), 1, "soon"),
    DutyRow(CLOSED, "Nordvakt Larm AB", "closed", PURGE, (), 694, "later"),
    DutyRow("W-0000-NONE", "Nordvakt AB", "in_progress", None, (), None, "later"),
)


@dataclass
class FakeDuties:
    """What it was asked stands in `asked`."""

    rows: tuple[DutyRow, ...] = ROWS
    after: str | None = None
    asked: dict[str, str] = field(default_factory=dict)

    def companies(self, _member: FakeMember) -> tuple[tuple[str, str], ...]:
        return (("nordvakt-larm", "Nordvakt Larm AB"), ("nordvakt-se", "Nordvakt AB"))

    def page(self, _member: FakeMember, *, kind: str = "", company: str = "", after: str = "") -> DutiesPage:
        self.asked = {"kind": kind, "company": company, "after": after}
        rows = tuple(one for one in self.rows if not kind or (one.duty is not None and one.duty.kind == kind))
        return DutiesPage(rows, Count(1, more=False), Count(1, more=False), self.after, TODAY)
