"""People confirm each other's keys by what they read aloud to one another; nobody makes a reader alone."""

from collections.abc import Callable
from datetime import datetime

from whistle.crypto.keys import public_key_id
from whistle.errors import NotThere, RuleRefused, Tampered
from whistle.parties.fingerprints import is_fingerprint
from whistle.parties.member import Member, require_fresh
from whistle.parties.views import LedgerLine, LedgerPage, PendingKey, PersonView
from whistle.vault import confirmations, ledger, people, registry
from whistle.vault.store import Store

LEDGER_PAGE = 100


class Keyholders:
    """The pages about people's keys, and the ledger."""

    def __init__(self, store: Store, now: Callable[[], datetime]) -> None:
        self._store = store
        self._now = now

    def pending(self, member: Member) -> tuple[PendingKey, ...]:
        """The keys that this member may confirm."""
        return tuple(
            PendingKey(
                item.id.hex(), item.person_name, item.role, item.company_name, len(item.confirmed_by),
                item.needed, member.person_id in item.confirmed_by, item.from_on, item.to_on, item.shared,
            )
            for item in confirmations.waiting(self._store, member.person_id, self._now())
        )  # fmt: skip

    def confirm(self, member: Member, designation: str, fingerprint_text: str) -> bool:
        """Confirm a key by the fingerprint its owner read aloud. True when it counts from now on.

        A role counts by it, so the second factor is shown again: a screen left open lets nobody in. Raises
        `StepUpNeeded`, `RuleRefused("fingerprint")` when it is not the key that the server holds, `NotThere`.
        """
        require_fresh(member)
        now = self._now()
        for item in confirmations.waiting(self._store, member.person_id, now):
            if item.id.hex() == designation:
                break
        else:
            raise NotThere("there is no such key to confirm")
        if not is_fingerprint(fingerprint_text, item.public_key):
            raise RuleRefused("fingerprint", "That is not the fingerprint of the key the server holds.")
        return confirmations.confirm(
            self._store, member.person_id, item.id, public_key_id(item.public_key), now
        )

    def people(self, member: Member) -> tuple[PersonView, ...]:
        """Everybody, for administrators."""
        self._require(member, "administrator")
        now = self._now()
        return tuple(
            PersonView(
                person.id.hex(), person.name, person.email, person.state,
                tuple((d.role, d.company_code) for d in person.designations),
                bool(person.designations) and all(d.confirmed for d in person.designations), person.signed_in,
            )
            for person in people.everybody(self._store, now)
        )  # fmt: skip

    def ledger(self, member: Member, before: int | None) -> LedgerPage:
        """The ledger, newest first, and whether its chain holds, for auditors."""
        self._require(member, "auditor")
        with self._store.reading() as db:
            found = ledger.lines(db, before, LEDGER_PAGE)
            try:
                ledger.verify(db, self._store.keys)
                intact = True
            except Tampered:
                intact = False
        lines = tuple(
            LedgerLine(line.seq, line.day, line.actor, line.action, line.case, _facts(line)) for line in found
        )
        return LedgerPage(lines, intact, found[-1].seq if found and found[-1].seq > 1 else None)

    def _require(self, member: Member, role: str) -> None:
        """The vault is asked anew: what a session says of a role may be older than the role's end."""
        if not registry.served(self._store, member.person_id, role, self._now()):
            raise NotThere("there is no such page")


def _facts(line: ledger.Line) -> tuple[tuple[str, str], ...]:
    return tuple((name, str(value)) for name, value in sorted(line.facts.items()) if name != "n")
