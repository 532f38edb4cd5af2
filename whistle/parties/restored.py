"""After a restore legal and administrators confirm which holds are in force, and legal cites them again."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from whistle.crypto.grants import seal_grant
from whistle.crypto.header import Compartment
from whistle.crypto.keys import CompartmentKey
from whistle.crypto.records import new_object_id, seal_json
from whistle.errors import NotThere, RuleRefused
from whistle.parties.member import Member, require_fresh
from whistle.rules.calendar import add_days, local_day
from whistle.rules.holds import check_hold
from whistle.vault import guards, hold_citing, registry
from whistle.vault.facts import SealedGrant
from whistle.vault.guards import Given, Shown
from whistle.vault.hold_citing import Uncited
from whistle.vault.restoreguard import KIND
from whistle.vault.store import Store

LEGAL: Final = "legal"
EPOCH: Final = 1


@dataclass(frozen=True, slots=True)
class RestoreView:
    """What waits for two people, and the holds whose citation this person can give again."""

    stops: tuple[Shown, ...]
    uncited: tuple[Uncited, ...]


def checked_id(text: str) -> bytes:
    """An id as an address names it. Raises `NotThere` for anything else."""
    try:
        return bytes.fromhex(text)
    except ValueError:
        raise NotThere("there is no such hold") from None


class Restored:
    """What both roles see and say after a restore."""

    def __init__(self, store: Store, now: Callable[[], datetime]) -> None:
        self._store = store
        self._now = now

    def view(self, member: Member, role: str) -> RestoreView:
        """What waits in the companies that this person serves in `role`. Raises `NotThere` for others."""
        now = self._now()
        if role not in guards.ROLES or not registry.served(self._store, member.person_id, role, now):
            raise NotThere("there is no such page")
        stops = guards.shown(self._store, member.person_id, KIND, role, now)
        found = hold_citing.uncited(self._store, member.person_id, now) if role == LEGAL else ()
        return RestoreView(stops, found)

    def waits(self, member: Member, role: str) -> bool:
        """Whether something waits for this person: an answer, or a citation."""
        now = self._now()
        stops = guards.shown(self._store, member.person_id, KIND, role, now)
        unanswered = any(one.mine is None or (one.mine.confirmed and not one.mine.counts) for one in stops)
        return unanswered or (role == LEGAL and bool(hold_citing.uncited(self._store, member.person_id, now)))

    def answer(self, member: Member, role: str, company: str, digest: str, decision: str) -> None:
        """Confirm that these holds are all (`confirm`), or say that one is missing (`wrong`).

        Raises `StepUpNeeded`, `NotThere`, `RuleRefused("list_changed")`, `RuleRefused("restore_decision")`.
        """
        require_fresh(member)
        if decision not in ("confirm", "wrong"):
            raise RuleRefused("restore_decision", "Choose one of the two.")
        given = Given(KIND, role, company, digest, confirmed=decision == "confirm")
        guards.answer(self._store, member.person_id, given, self._now())

    def cite(self, member: Member, hold_id: str, citation: str) -> None:
        """Cite a hold again, sealed to the company's legal. Raises as `rules.holds.check_hold` does."""
        now = self._now()
        hold = hold_citing.require_uncited(self._store, member.person_id, checked_id(hold_id), now)
        today = local_day(now, hold.company.zone)
        terms = check_hold(hold.ground, citation, add_days(today, 1), today)
        key = CompartmentKey.new(hold.id, Compartment.CONTENT, EPOCH)
        body = {
            "type": "hold", "n": 1, "by": member.name, "day": "", "case": hold.number,
            "ground": hold.ground, "citation": terms.citation, "note": "",
        }  # fmt: skip
        people = registry.audience(self._store, hold.company.code, (LEGAL,), now)
        granted = [SealedGrant(one.person_id, seal_grant(one.public_key, key)) for one in people]
        sealed = seal_json(key, new_object_id(), body)
        hold_citing.cite(self._store, member.person_id, hold.id, sealed, granted, now)
