"""What stands behind the pages after a restore in these tests: a list of holds, and one without citation."""

from datetime import date
from typing import Any

from whistle.errors import NotThere, RuleRefused
from whistle.parties.member import require_fresh
from whistle.parties.restored import RestoreView
from whistle.vault.facts import CompanyFacts
from whistle.vault.guardlists import Answer, Item, Waiting
from whistle.vault.guards import Shown
from whistle.vault.hold_citing import Uncited

LIST = "cd" * 32
HOLD = b"h" * 16
NUMBER = "W-7KQ4-M2XC"
COMPANY = CompanyFacts(b"", "nordvakt-se", "Nordvakt AB", "SE", "Europe/Stockholm", "", "", 24, open=True)


class FakeRestored:
    def __init__(self) -> None:
        self.answers: list[tuple[str, str]] = []
        self.cited: list[str] = []

    def view(self, member: Any, role: str) -> RestoreView:
        if not member.has(role):
            raise NotThere("not yours")
        items = (Item(NUMBER, date(2028, 3, 2), HOLD.hex()), Item("W-9PD3-TT0A", None, "ee" * 16))
        said = Answer(b"l", "Lisa Lund", "legal", True, date(2028, 3, 4), {}, counts=True)
        stop = Shown("restore", COMPANY, date(2028, 3, 4), Waiting("restore", items), LIST, (said,), None)
        lost = Uncited(HOLD, NUMBER, COMPANY, "court_ruling", date(2028, 3, 1), date(2028, 9, 1))
        return RestoreView((stop,), (lost,) if role == "legal" else ())

    def waits(self, _member: Any, _role: str) -> bool:
        return False

    def answer(self, member: Any, role: str, company: str, digest: str, decision: str) -> None:
        require_fresh(member)
        self.view(member, role)
        if company != COMPANY.code:
            raise NotThere("not yours")
        if decision not in ("confirm", "wrong"):
            raise RuleRefused("restore_decision")
        if decision == "confirm" and digest != LIST:
            raise RuleRefused("list_changed")
        self.answers.append((role, decision))

    def cite(self, member: Any, hold_id: str, citation: str) -> None:
        self.view(member, "legal")
        if hold_id != HOLD.hex():
            raise NotThere("not yours")
        if not citation:
            raise RuleRefused("citation_empty")
        self.cited.append(citation)
