"""The work on a case with nothing behind it: all is done for who may open the case, others find no door."""

from collections.abc import Callable
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

from tests.web_staff.fake_desks import FakeHandler
from tests.web_staff.samples import FakeMember
from whistle.parties.reporter import FormRefused, Problem


@dataclass
class FakePart:
    """Takes any command of a handler about a case of theirs."""

    handler: FakeHandler

    def __getattr__(self, name: str) -> Callable[..., None]:
        def command(member: FakeMember, number: str, *_said: Any, **_more: Any) -> None:
            self.handler.case(member, number)

        return command


class FakeOnBehalf:
    """Offers no company."""

    def start(self) -> Any:
        return SimpleNamespace(abandon=lambda: None)

    def new_nonce(self) -> str:
        return "n" * 43

    def enter(self, *_said: Any, **_more: Any) -> None:
        raise FormRefused((Problem("company", "missing"),))

    def companies(self, _member: FakeMember) -> tuple[()]:
        return ()


class FakeCasework:
    """The parties of the work on a case."""

    def __init__(self, handler: FakeHandler) -> None:
        self.sheet = self.concerned = self.minutes = self.rights = FakePart(handler)
        self.on_behalf = FakeOnBehalf()
