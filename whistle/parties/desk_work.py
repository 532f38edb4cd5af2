"""A handler's command is sealed for the case as it stands, and anew when somebody else was faster."""

from collections.abc import Callable
from datetime import datetime

from whistle.errors import RuleRefused
from whistle.parties.casefile import CaseFile
from whistle.parties.draft import Author, Draft
from whistle.parties.member import Member
from whistle.vault import desk
from whistle.vault.facts import Addition
from whistle.vault.store import Store

ATTEMPTS = 25
"""How often a message is numbered anew when others write at the same moment: each time one gets through."""

STALE = ("number", "epoch")
"""Refusals that mean: the case is not as it was when this was sealed."""

Seal = Callable[[CaseFile, Draft], bool | None]
"""Writes a draft; False says that there is nothing to do, for instance because it was done before."""

StoreIt = Callable[[Addition], None]


def tried(attempt: Callable[[], None]) -> None:
    """Attempt again as long as somebody else was faster."""
    for left in reversed(range(ATTEMPTS)):
        try:
            attempt()
        except RuleRefused as refused:
            if refused.reason not in STALE or not left:
                raise
        else:
            return


class DeskWork:
    """The way from a handler's words to a sealed addition that the vault takes."""

    def __init__(self, store: Store, now: Callable[[], datetime]) -> None:
        self._store = store
        self._now = now

    def file(self, member: Member, number: str) -> CaseFile:
        """A case of this member's, opened. Raises `NotThere`."""
        return CaseFile(desk.open_case(self._store, member.person_id, number, self._now()), member.pair)

    def standing_file(self, member: Member, number: str) -> CaseFile:
        """The same, for work on it. Raises `RuleRefused("past_day")` once there is nothing left to open."""
        file = self.file(member, number)
        if not file.case.grants:
            raise RuleRefused("past_day", "The day on which this case is erased has come.")
        return file

    def write(self, member: Member, number: str, seal: Seal, store_it: StoreIt) -> bool:
        """Seal what `seal` writes and hand it to the vault; False when there was nothing to do."""
        done = True

        def attempt() -> None:
            nonlocal done
            file = self.standing_file(member, number)
            draft = Draft(self._store, file, Author.staff(member), self._now())
            done = seal(file, draft) is not False
            if done:
                store_it(draft.addition())

        tried(attempt)
        return done
