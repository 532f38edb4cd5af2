"""The designated handler: opens their company's cases with their own key, and nobody else's."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from whistle.crypto.grants import seal_grant, seal_own_grant
from whistle.crypto.header import Compartment
from whistle.crypto.keys import CompartmentKey
from whistle.errors import RuleRefused
from whistle.parties import attachments, desk_view
from whistle.parties.casefile import CaseFile
from whistle.parties.member import Member
from whistle.parties.report_form import FormRefused, Problem, checked_text
from whistle.parties.views import DeskCase, DeskPage, Download
from whistle.rules.calendar import local_day
from whistle.rules.categories import load_categories
from whistle.vault import desk, listing, registry
from whistle.vault.facts import Addition, SealedGrant, SealedRecord
from whistle.vault.store import Store

ATTEMPTS = 25
"""How often a message is numbered anew when others write at the same moment: each time one gets through."""

INTERNAL_EPOCH = 1

REPEATABLE = (desk.MESSAGE, desk.FEEDBACK)
"""Steps that the states would let happen twice: the same words of a double click are one message."""

Seal = Callable[[CaseFile, date], Addition | None]


class Handler:
    """What a handler does at the desk. Every method raises `NotThere` for a case that is not theirs."""

    def __init__(self, store: Store, now: Callable[[], datetime]) -> None:
        self._store = store
        self._now = now

    def companies(self, member: Member) -> tuple[tuple[str, str], ...]:
        """The companies this member handles cases of: code and name."""
        return tuple(
            (c.code, c.name) for c in registry.served(self._store, member.person_id, "handler", self._now())
        )

    def cases(
        self, member: Member, *, company: str = "", state: str = "open", number: str = "", after: str = ""
    ) -> DeskPage:
        """A page of the list, most urgent first, each subject opened with the member's key."""
        found = listing.listing(
            self._store, member.person_id, self._now(),
            company=company, state=state, number=number, after=desk_view.cursor(after),
        )  # fmt: skip
        return desk_view.page(found, member, self._now())

    def case(self, member: Member, number: str) -> DeskCase:
        """A case with dialogue and notes; what was new is marked as seen, and borrowed grants become own."""
        file = self._file(member, number)
        view = desk_view.case(file, member, self._now())
        if file.borrowed or file.case.unread:
            own = [_own(member, key) for key in file.borrowed]
            desk.mark_read(self._store, member.person_id, file.case.status.id, own, self._now())
        return view

    def acknowledge(self, member: Member, number: str, text: str) -> None:
        """Confirm the receipt with a message that the reporter sees (L2)."""
        self._write(member, number, desk.ACKNOWLEDGE, "acknowledgement", checked_text("message", text))

    def message(self, member: Member, number: str, text: str) -> None:
        """Write to the reporter."""
        self._write(member, number, desk.MESSAGE, "message", checked_text("message", text))

    def feedback(self, member: Member, number: str, text: str) -> None:
        """Say what was done and why, long before closing if need be (L3)."""
        self._write(member, number, desk.FEEDBACK, "feedback", _feedback_text(text))

    def note(self, member: Member, number: str, text: str) -> None:
        """Add a note that only the handlers of the case read."""
        cleaned = checked_text("note", text)
        self._add(
            member,
            number,
            desk.NOTE,
            lambda file, today: self._internal(file, member, today, "note", cleaned),
        )

    def close(self, member: Member, number: str, outcome: str, feedback_text: str) -> None:
        """Close the case with its outcome and feedback; refused without either (L3)."""
        if outcome not in {choice.code for choice in load_categories().outcomes}:
            raise FormRefused((Problem("outcome", "unknown" if outcome else "missing"),))
        self._write(member, number, desk.CLOSE, "closing", _feedback_text(feedback_text), outcome=outcome)

    def reopen(self, member: Member, number: str, reason: str) -> bool:
        """Reopen a closed case, or ask a second handler to near the day of purge. True when it is open."""
        cleaned = checked_text("reason", reason)
        status = self._file(member, number).case.status
        today = local_day(self._now(), status.company.zone)

        def seal(file: CaseFile, day: date) -> Addition | None:
            return self._internal(file, member, day, "reopening", cleaned)

        if desk.reopening_needs_second(status.purge_on, today):
            self._tried(lambda: self._ask_reopening(member, number, seal))
            return False
        self._add(member, number, desk.REOPEN, seal)
        return True

    def _ask_reopening(self, member: Member, number: str, seal: Seal) -> None:
        addition = self._sealed(member, number, seal)
        if addition is not None:
            desk.ask_reopening(self._store, member.person_id, number, addition, self._now())

    def confirm_reopen(self, member: Member, number: str) -> None:
        """Agree to what a colleague asked for. Raises `RuleRefused("same_person")`."""
        self._add(member, number, desk.REOPEN, lambda _file, _today: Addition())

    def file(self, member: Member, number: str, file_id: str) -> Download:
        """One file, verified to its end."""
        file = self._file(member, number)
        known = attachments.described(file.records(Compartment.CONTENT))
        return attachments.download(self._store, file, known, file_id)

    def _file(self, member: Member, number: str) -> CaseFile:
        return CaseFile(desk.open_case(self._store, member.person_id, number, self._now()), member.pair)

    def _write(
        self, member: Member, number: str, step: desk.Step, kind: str, text: str, **fields: Any
    ) -> None:
        said = {"text": text, "author": member.name, **fields}

        def seal(file: CaseFile, today: date) -> Addition | None:
            if step in REPEATABLE and file.repeats(
                Compartment.CONTENT, said | {"by": "handler", "type": kind}
            ):
                return None
            n = file.case.status.n_content + 1
            return Addition(records=(file.seal(Compartment.CONTENT, n, today, kind, "handler", **said),))

        self._add(member, number, step, seal)

    def _add(self, member: Member, number: str, step: desk.Step, seal: Seal) -> None:
        def attempt() -> None:
            addition = self._sealed(member, number, seal)
            if addition is not None:
                desk.add(self._store, member.person_id, number, addition, self._now(), step=step)

        self._tried(attempt)

    def _sealed(self, member: Member, number: str, seal: Seal) -> Addition | None:
        file = self._file(member, number)
        if not file.keys:
            raise RuleRefused("past_day", "The day on which this case is erased has come.")
        return seal(file, local_day(self._now(), file.case.status.company.zone))

    def _tried(self, attempt: Callable[[], None]) -> None:
        """Seal again under the next number when a colleague wrote at the same moment."""
        for left in reversed(range(ATTEMPTS)):
            try:
                attempt()
            except RuleRefused as refused:
                if refused.reason != "number" or not left:
                    raise
            else:
                return

    def _internal(self, file: CaseFile, member: Member, today: date, kind: str, text: str) -> Addition | None:
        """A note; the first makes the key of its compartment and grants it to every handler of the case."""
        said = {"by": "handler", "author": member.name, "type": kind, "text": text}
        if kind == "note" and file.repeats(Compartment.INTERNAL, said):
            return None
        grants: tuple[SealedGrant, ...] = ()
        if Compartment.INTERNAL not in file.keys:
            if file.case.status.n_internal:
                raise RuleRefused("not_granted", "You have no part in the notes of this case.")
            grants = self._open_notes(file, member)
        n = file.case.status.n_internal + 1
        record: SealedRecord = file.seal(
            Compartment.INTERNAL, n, today, kind, "handler", text=text, author=member.name
        )
        return Addition(grants=grants, records=(record,))

    def _open_notes(self, file: CaseFile, member: Member) -> tuple[SealedGrant, ...]:
        status = file.case.status
        key = CompartmentKey.new(status.id, Compartment.INTERNAL, INTERNAL_EPOCH)
        file.keys[Compartment.INTERNAL] = key
        on_case = {person for person, _name in file.case.readers}
        people = registry.audience(self._store, status.company.code, ("handler",), self._now())
        others = [p for p in people if p.person_id in on_case and p.person_id != member.person_id]
        return (_own(member, key), *(SealedGrant(p.person_id, seal_grant(p.public_key, key)) for p in others))


def _own(member: Member, key: CompartmentKey) -> SealedGrant:
    return SealedGrant(member.person_id, seal_own_grant(member.pair.seed, member.pair.key_id, key))


def _feedback_text(text: str) -> str:
    if not text.strip():
        raise RuleRefused("feedback_empty", "Say what was done and why.")
    return checked_text("feedback", text)
