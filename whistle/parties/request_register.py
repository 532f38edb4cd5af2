"""How a closed request is counted, from what its officer can read; and the register, as its pages show it."""

from collections.abc import Callable
from datetime import datetime

from whistle.crypto.header import Compartment
from whistle.parties import request_decisions
from whistle.parties.casefile import CaseFile
from whistle.parties.member import Member
from whistle.parties.request_mailbox import spoken
from whistle.rules.request_counts import Charged, Counted, counted
from whistle.vault import request_counts as vault
from whistle.vault.request_counts import Register, Told
from whistle.vault.store import Store

ANSWERS = ("answer", "refusal")


class Registers:
    """The register of requests: true counts for officers, what may be shown to whoever prints it."""

    def __init__(self, store: Store, now: Callable[[], datetime]) -> None:
        self._store, self._now = store, now

    def companies(self, member: Member) -> tuple[tuple[str, str], ...]:
        """The companies whose register this officer keeps: code and name."""
        return vault.companies(self._store, member.person_id, self._now())

    def register(self, member: Member, code: str, year: int) -> Register:
        """A company's year; 0 is the newest. Raises `NotThere`."""
        return vault.register(self._store, member.person_id, code, year, self._now())

    def told(self, member: Member) -> tuple[Told, ...]:
        """Every year that is over, small counts left out."""
        return vault.told(self._store, member.person_id, self._now())


def counted_of(file: CaseFile, *, turned_away: bool) -> Counted:
    """How a request that is being closed is counted."""
    records = file.records(Compartment.CONTENT)
    notes = file.records(Compartment.INTERNAL) if file.holds(Compartment.INTERNAL) else []
    last = {(one.right, one.category): one.verdict for one in request_decisions.decided(notes)}
    answers = [one for one in records if one.fields["type"] in ANSWERS]
    charged = Charged.NOTHING
    if any(one.fields["type"] == "notice" for one in records):
        charged = Charged.NOTICE
    if any(one.fields.get("excessive") for one in answers):
        charged = Charged.EXCESSIVE
    first = min((one.day for one in answers), default=None)
    rights = spoken(file)[0].fields["rights"]
    return counted(last, rights, first, charged=charged, turned_away=turned_away)
