"""What stands behind the doors of held cases in these tests: one past its day, opened once a reason came."""

from datetime import date
from types import SimpleNamespace
from typing import Any

from tests.web_staff.samples import TODAY
from whistle.errors import NotThere, RuleRefused, StepUpNeeded
from whistle.parties.held_views import GroundView, HeldPage, HoldSentence, KeptHold, KeptPage, OpeningView
from whistle.vault.leaving import Leaving

HELD = "W-HE1D-0001"
HOLD = "ab" * 16


class FakeHeldDesk:
    """`HELD` is past its day; `opened` says whether a reason was given."""

    def __init__(self, handler: Any) -> None:
        self._handler = handler
        self.opened = False
        self.leaving: tuple[Leaving, ...] = ()

    def page(self, member: Any, number: str) -> HeldPage:
        if number != HELD or not member.has("handler"):
            raise NotThere("not yours")
        hold = KeptHold(HOLD, "court_ruling", date(2026, 1, 8), date(2026, 12, 1))
        days = (date(2024, 1, 2), date(2024, 3, 2), date(2026, 3, 2))
        case = next(iter(self._handler.held.values())) if self.opened else None
        return HeldPage(number, "Nordvakt AB", *days, ((days[1], days[2]),), (hold,), case)

    def open(self, member: Any, number: str, hold: str, reason: str) -> None:
        self.page(member, number)
        if not hold:
            raise RuleRefused("which_hold")
        if not member.fresh:
            raise StepUpNeeded("show it again")
        self.opened = bool(reason)

    def file(self, member: Any, number: str, _file_id: str) -> Any:
        self.page(member, number)
        raise RuleRefused("not_opened")

    def export(self, member: Any, number: str, _hold: str, _form: Any) -> Any:
        self.page(member, number)
        raise RuleRefused("not_opened")

    def let_in(self, member: Any, number: str, _colleague: str) -> None:
        self.page(member, number)
        raise RuleRefused("not_opened")

    def erased_soon(self, _member: Any) -> tuple[Leaving, ...]:
        return self.leaving


class FakeLegalKept:
    """What keeps one Finnish case that stands open too long."""

    def withhold(self, member: Any, number: str, _hold: str, _reason: str) -> None:
        self.page(member, number)

    def page(self, member: Any, number: str) -> KeptPage:
        if not member.has("legal"):
            raise NotThere("not yours")
        told = (True, "Lisa Ek", TODAY, "The inquiry is secret.")
        sentence = HoldSentence(HOLD, "court_ruling", "T 1-26", date(2026, 12, 1), True, (told,))
        openings = (
            OpeningView(TODAY, "Hanna Berg", "court_ruling", False, "The court asks for the dates.", "", ""),
            OpeningView(TODAY, "Hanna Berg", "court_ruling", True, "", "Svea hovrätt", "T 1-26"),
        )
        ground = GroundView(
            "cd" * 16, "legal_claim", "L 26/77", TODAY, "Lisa Ek", TODAY, True, TODAY, "It goes on.", None, ""
        )
        return KeptPage(
            number,
            "Nordvakt Oy",
            "FI",
            "in_progress",
            False,
            (sentence,),
            openings,
            (ground,),
            TODAY,
            0,
            TODAY,
        )


def fake_kept(handler: Any) -> Any:
    """Both sides."""
    return SimpleNamespace(desk=FakeHeldDesk(handler), legal=FakeLegalKept())
