"""What was said in a call or meeting is put before the reporter, who approves, corrects or declines it."""

from collections.abc import Callable
from datetime import date, datetime

from whistle.crypto.header import Compartment
from whistle.crypto.records import new_object_id
from whistle.errors import NotThere
from whistle.parties.casefile import CaseFile
from whistle.parties.desk_work import DeskWork, tried
from whistle.parties.draft import Draft
from whistle.parties.mailbox import Mailbox
from whistle.parties.member import Member
from whistle.parties.report_form import FormRefused, Problem, checked_text
from whistle.parties.work import optional_text, typed_day
from whistle.parties.work_view import MINUTES, MINUTES_LOCKED, MINUTES_REPLY, minutes
from whistle.parties.work_views import MinutesView
from whistle.rules.calendar import local_day
from whistle.rules.triage import require
from whistle.vault import minutes as vault
from whistle.vault.facts import Addition
from whistle.vault.store import Store

ANSWERS = ("approve", "correct", "decline")
"""What a reporter may say of minutes."""


class Minutes:
    """The handlers' side. Every method raises `NotThere` for a case that is not theirs."""

    def __init__(self, store: Store, now: Callable[[], datetime]) -> None:
        self._store = store
        self._now = now
        self._desk = DeskWork(store, now)

    def write(
        self, member: Member, number: str, text: str, met: str, held_on: str, replaces: str = ""
    ) -> None:
        """Write minutes, or a new version of ones that are not locked; the old version stays readable.

        The same minutes sent twice are one. Raises `FormRefused`, `RuleRefused`.
        """
        cleaned = checked_text("minutes", text)
        require("met", met)
        day = typed_day("held_on", held_on) or self._today(member, number)
        own_id = new_object_id()
        said = {"text": cleaned, "met": met, "held_on": day.isoformat()}

        def seal(file: CaseFile, draft: Draft) -> bool:
            if _repeats(minutes(file), cleaned, met, day.isoformat()):
                return False
            fields = said | ({"replaces_minutes": _of(minutes(file), replaces).id} if replaces else {})
            draft.record(Compartment.CONTENT, MINUTES, id=own_id.hex(), **fields)
            return True

        def store_it(addition: Addition) -> None:
            vault.write(
                self._store, member.person_id, number, addition, self._now(),
                entry_id=own_id, replaces=bytes.fromhex(replaces) if replaces else None, held_on=day,
            )  # fmt: skip

        self._desk.write(member, number, seal, store_it)

    def met(self, member: Member, number: str, held_on: str) -> None:
        """Note that the reporter was met or spoken with, without minutes; empty: today."""
        day = typed_day("held_on", held_on) or self._today(member, number)
        vault.note_meeting(self._store, member.person_id, number, day, self._now())

    def lock(self, member: Member, number: str, minutes_id: str) -> None:
        """Lock minutes once the reporter had their chance. Raises `RuleRefused("minutes_wait")`."""

        def seal(file: CaseFile, draft: Draft) -> None:
            found = _of(minutes(file), minutes_id)
            draft.record(Compartment.CONTENT, MINUTES_LOCKED, id=found.id, answer=found.answer)

        def store_it(addition: Addition) -> None:
            own_id = bytes.fromhex(minutes_id)
            vault.lock(self._store, member.person_id, number, addition, self._now(), entry_id=own_id)

        self._desk.write(member, number, seal, store_it)

    def _today(self, member: Member, number: str) -> date:
        return local_day(self._now(), self._desk.standing_file(member, number).case.status.company.zone)


class MinutesAnswers(Mailbox):
    """The reporter's side, with their key."""

    def answer(self, secret: bytes, minutes_id: str, answer: str, correction: str) -> None:
        """Say of minutes that they are right, what is wrong in them, or that one does not approve them.

        Raises `FormRefused`, `NotThere`, `RuleRefused("minutes_locked")`. The same answer twice is one.
        """
        if answer not in ANSWERS:
            raise FormRefused((Problem("answer", "unknown" if answer else "missing"),))
        wanted = checked_text if answer == "correct" else optional_text
        said = {"answer": answer, "text": wanted("correction", correction)}

        def attempt() -> None:
            file, key, author = self._file(secret)
            found = _of(minutes(file), minutes_id)
            if (found.answer, found.correction) == (answer, said["text"]):
                return
            draft = Draft(self._store, file, author, self._now())
            draft.record(Compartment.CONTENT, MINUTES_REPLY, id=minutes_id, **said)
            vault.answer(
                self._store, key.locator, draft.addition(), self._now(), entry_id=bytes.fromhex(minutes_id)
            )

        tried(attempt)


def _of(known: tuple[MinutesView, ...], minutes_id: str) -> MinutesView:
    """The minutes of that id that still stand. Raises `NotThere`."""
    for one in known:
        if one.id == minutes_id and not one.replaced:
            return one
    raise NotThere("there are no such minutes")


def _repeats(known: tuple[MinutesView, ...], text: str, met: str, held_on: str) -> bool:
    return any(
        (one.text, one.met, one.held_on.isoformat(), one.replaced) == (text, met, held_on, False)
        for one in known
    )
