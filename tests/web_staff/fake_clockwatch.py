"""What stands behind the pages of the clock in these tests: one list that waits, on a site that is real."""

from datetime import date
from typing import Any

from tests.fakes import EPOCH
from whistle.errors import NotThere, RuleRefused
from whistle.parties.clockwatch import ClockView
from whistle.parties.member import require_fresh
from whistle.vault.facts import CompanyFacts
from whistle.vault.guardlists import Answer, Item, Waiting
from whistle.vault.guards import Shown

LIST = "ab" * 32
NUMBERS = ("W-7KQ4-M2XC", "W-9PD3-TT0A")


class FakeClockwatch:
    def __init__(self) -> None:
        self.answers: list[tuple[str, str]] = []

    def view(self, member: Any, role: str) -> ClockView:
        if not member.has(role):
            raise NotThere("not yours")
        company = CompanyFacts(
            b"", "nordvakt-se", "Nordvakt AB", "SE", "Europe/Stockholm", "", "", 24, open=True
        )
        items = tuple(Item(number, date(2028, 3, day), "ahead") for day, number in enumerate(NUMBERS, 2))
        said = Answer(b"l", "Lisa Lund", "legal", True, date(2028, 3, 4), {}, counts=True)
        waiting = Waiting("ahead", items, {"ahead": 30 * 86_400})
        stop = Shown("clock", company, date(2028, 3, 4), waiting, LIST, (said,), None)
        return ClockView(EPOCH, EPOCH, (stop,))

    def waits(self, _member: Any, _role: str) -> bool:
        return False

    def answer(self, member: Any, role: str, company: str, digest: str, decision: str) -> None:
        require_fresh(member)
        self.view(member, role)
        if company != "nordvakt-se":
            raise NotThere("not yours")
        if decision not in ("confirm", "wrong"):
            raise RuleRefused("clock_decision")
        if decision == "confirm" and digest != LIST:
            raise RuleRefused("list_changed")
        self.answers.append((role, decision))

    def rehearsal(self, _member: Any) -> None:
        raise NotThere("this site is real")

    def rehearse(self, _member: Any, _step: str) -> None:
        raise NotThere("this site is real")
