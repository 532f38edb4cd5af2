"""The designated handler: opens their company's cases with their own key, and nobody else's."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any

from whistle.crypto.header import Compartment
from whistle.errors import RuleRefused
from whistle.parties import attachments, desk_view
from whistle.parties.casefile import CaseFile
from whistle.parties.circle import Circle
from whistle.parties.desk_work import DeskWork, Seal
from whistle.parties.draft import Draft, own_grant
from whistle.parties.member import Member
from whistle.parties.redactions import Redactions
from whistle.parties.report_form import FormRefused, Problem, checked_text
from whistle.parties.views import DeskCase, DeskPage, Download
from whistle.rules.calendar import local_day
from whistle.rules.categories import load_categories
from whistle.rules.text import is_blank
from whistle.rules.triage import MEMORY, require
from whistle.vault import desk, listing
from whistle.vault.facts import Addition
from whistle.vault.store import Store

REPEATABLE = (desk.MESSAGE, desk.FEEDBACK)
"""Steps that the states would let happen twice: the same words of a double click are one message."""


class Handler:
    """What a handler does at the desk. Every method raises `NotThere` for a case that is not theirs."""

    def __init__(self, store: Store, now: Callable[[], datetime]) -> None:
        self._store = store
        self._now = now
        self._desk = DeskWork(store, now)
        self._circle = Circle(store, now)
        self._erasing = Redactions(store, now)

    def companies(self, member: Member) -> tuple[tuple[str, str], ...]:
        """The companies this member handles cases of: code and name."""
        return tuple((c.code, c.name) for c in listing.worked(self._store, member.person_id, self._now()))

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
        file, around = self._circle.open(member, number)
        view = self._linked(member, desk_view.case(file, member, self._now()))
        circle, erasures = self._circle.view(member, file, around), self._erasing.waiting(member, file)
        view = replace(view, circle=circle, erasures=erasures, erasable=self._erasing.erasable(file))
        if file.borrowed or file.case.unread:
            own = [own_grant(member, key) for key in file.borrowed]
            desk.mark_read(self._store, member.person_id, file.case.status.id, own, self._now())
        return view

    def _linked(self, member: Member, view: DeskCase) -> DeskCase:
        """Of the cases it is linked to, those that this member may open: a link tells of no other."""
        mine = tuple(
            number
            for number in view.work.linked
            if desk.may_open(self._store, member.person_id, number, self._now())
        )
        return replace(view, work=replace(view.work, linked=mine))

    def acknowledge(self, member: Member, number: str, text: str) -> None:
        """Confirm the receipt with a message that the reporter sees (L2)."""
        self._write(member, number, desk.ACKNOWLEDGE, "acknowledgement", checked_text("message", text))

    def message(self, member: Member, number: str, text: str) -> None:
        """Write to the reporter."""
        self._write(member, number, desk.MESSAGE, "message", checked_text("message", text))

    def feedback(self, member: Member, number: str, text: str) -> None:
        """Say what was done and why, long before closing if need be (L3)."""
        self._write(member, number, desk.FEEDBACK, "feedback", _feedback_text(text))

    def note(
        self, member: Member, number: str, text: str, kind: str = MEMORY, *, disclosed: bool = False
    ) -> None:
        """Add a note that only the handlers of the case read; its `kind` is one of the rules' (2018:218)."""
        cleaned = checked_text("note", text)
        known = require("note", kind, reason="note_kind")
        said_of_it = {"note_kind": known, "disclosed": "yes" if disclosed else "no"}

        def seal(file: CaseFile, draft: Draft) -> bool:
            said = {"by": "handler", "author": member.name, "type": "note", "text": cleaned}
            if file.repeats(Compartment.INTERNAL, said):
                return False
            draft.record(Compartment.INTERNAL, "note", text=cleaned, **said_of_it)
            return True

        self._add(member, number, desk.NOTE, seal)

    def close(
        self, member: Member, number: str, outcome: str, feedback_text: str, ground: str = "", why: str = ""
    ) -> None:
        """Close the case with its outcome and feedback, or the ground on which there is none (L3).

        Raises `RuleRefused`: `feedback_empty`, `no_feedback`, `concerned` while that is undecided (L13).
        """
        if outcome not in {choice.code for choice in load_categories().outcomes}:
            raise FormRefused((Problem("outcome", "unknown" if outcome else "missing"),))
        if ground and is_blank(feedback_text):
            self._close_without(member, number, outcome, ground, why)
            return
        self._write(member, number, desk.CLOSE, "closing", _feedback_text(feedback_text), outcome=outcome)

    def _close_without(self, member: Member, number: str, outcome: str, ground: str, why: str) -> None:
        cleaned = checked_text("no_feedback_why", why)
        require("no_feedback", ground, reason="no_feedback")

        def seal(_file: CaseFile, draft: Draft) -> None:
            draft.record(Compartment.CONTENT, "closing", text="", outcome=outcome)
            draft.record(Compartment.INTERNAL, "no_feedback", text=cleaned, ground=ground)

        self._add(member, number, desk.closing_without(ground), seal)

    def reopen(self, member: Member, number: str, reason: str) -> bool:
        """Reopen a closed case, or ask a second handler to near the day of purge. True when it is open."""
        cleaned = checked_text("reason", reason)
        status = self._desk.file(member, number).case.status
        today = local_day(self._now(), status.company.zone)

        def seal(_file: CaseFile, draft: Draft) -> None:
            draft.record(Compartment.INTERNAL, "reopening", text=cleaned)

        if desk.reopening_needs_second(status.purge_on, today):
            self._desk.write(
                member,
                number,
                seal,
                lambda addition: desk.ask_reopening(
                    self._store, member.person_id, number, addition, self._now()
                ),
            )
            return False
        self._add(member, number, desk.REOPEN, seal)
        return True

    def confirm_reopen(self, member: Member, number: str) -> None:
        """Agree to what a colleague asked for. Raises `RuleRefused("same_person")`."""
        self._add(member, number, desk.REOPEN, lambda _file, _draft: None)

    def file(self, member: Member, number: str, file_id: str) -> Download:
        """One file, verified to its end."""
        file = self._desk.file(member, number)
        known = attachments.described(file.records(Compartment.CONTENT))
        return attachments.download(self._store, file, known, file_id)

    def _write(
        self, member: Member, number: str, step: desk.Step, kind: str, text: str, **fields: Any
    ) -> None:
        said = {"text": text, "author": member.name, **fields}

        def seal(file: CaseFile, draft: Draft) -> bool:
            wanted = said | {"by": "handler", "type": kind}
            if step in REPEATABLE and file.repeats(Compartment.CONTENT, wanted):
                return False
            draft.record(Compartment.CONTENT, kind, **said)
            return True

        self._add(member, number, step, seal)

    def _add(self, member: Member, number: str, step: desk.Step, seal: Seal) -> None:
        def store_it(addition: Addition) -> None:
            desk.add(self._store, member.person_id, number, addition, self._now(), step=step)

        self._desk.write(member, number, seal, store_it)


def _feedback_text(text: str) -> str:
    if is_blank(text):
        raise RuleRefused("feedback_empty", "Say what was done and why.")
    return checked_text("feedback", text)
