"""What stands behind the doors of search, export, figures and the ledger in these tests."""

from types import SimpleNamespace
from typing import Any

from whistle.errors import NotThere, StepUpNeeded
from whistle.parties.book import BookLine, BookPage
from whistle.parties.export import ExportPage
from whistle.parties.search import Found
from whistle.vault.statistics import Totals


class FakeBook:
    """The ledger of `FakeKeys`, ten lines to a page."""

    def __init__(self, keys: Any) -> None:
        self._keys = keys

    def page(self, member: Any, _asked: Any, before: str) -> BookPage:
        number = int(before) if before.isascii() and before.isdigit() else None
        found = self._keys.ledger(member, number)
        lines = (BookLine(one.day, one.actor, one.action, one.case_number, one.facts) for one in found.lines)
        return BookPage(tuple(lines), found.intact, "" if found.before is None else str(found.before))


class FakeSearch:
    def companies(self, _member: Any) -> tuple[tuple[str, str], ...]:
        return (("nordvakt-se", "Nordvakt AB"),)

    def run(self, _member: Any, _question: Any, _after: str) -> Found:
        return Found((), 0, 0, "")


class FakeExport:
    def __init__(self, handler: Any) -> None:
        self._handler = handler

    def page(self, member: Any, number: str) -> ExportPage:
        if not member.has("handler"):
            raise NotThere("not yours")
        found = self._handler.case(member, number)
        return ExportPage(found.number, found.company_name, found.past_day, False, (), ())

    def prepare(self, member: Any, number: str, _form: Any) -> Any:
        self.page(member, number)
        raise StepUpNeeded("show it again")


class FakeStatistics:
    def companies(self, _member: Any) -> tuple[tuple[str, str], ...]:
        return ()

    def quarters(self) -> tuple[str, ...]:
        return ("2026-Q2", "2026-Q1")

    def publish(self, _member: Any, _company: str, _quarter: str) -> None:
        return None

    def totals(self, _member: Any) -> Totals:
        return Totals((), {})


def fake_overview(keys: Any, handler: Any) -> SimpleNamespace:
    """All of them."""
    return SimpleNamespace(
        book=FakeBook(keys), search=FakeSearch(), export=FakeExport(handler), statistics=FakeStatistics()
    )
