"""Everything a handler does in a case besides speaking with its reporter, joined for the doors."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from whistle.parties.case_rights import RightsAnswered, RightsAsked
from whistle.parties.concerned import Concerned
from whistle.parties.minutes import Minutes, MinutesAnswers
from whistle.parties.on_behalf import OnBehalf
from whistle.parties.reporter import Reporter
from whistle.parties.work import Worksheet
from whistle.vault.store import Store


@dataclass(frozen=True, slots=True)
class Casework:
    """The parties of the work on a case; `answers` and `asked` are the reporter's, all others handlers'."""

    sheet: Worksheet
    concerned: Concerned
    minutes: Minutes
    answers: MinutesAnswers
    on_behalf: OnBehalf
    rights: RightsAnswered
    asked: RightsAsked

    @classmethod
    def joined(cls, store: Store, now: Callable[[], datetime], reporter: Reporter) -> "Casework":
        """All of them on one vault and one clock."""
        return cls(
            Worksheet(store, now), Concerned(store, now), Minutes(store, now), MinutesAnswers(store, now),
            OnBehalf(reporter, store, now), RightsAnswered(store, now), RightsAsked(store, now),
        )  # fmt: skip
