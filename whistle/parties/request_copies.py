"""Those who handle reports answer a privacy request past the officer: sealed to the person, and untold."""

from collections.abc import Callable
from datetime import date, datetime, timedelta

from whistle.crypto.grants import seal_grant
from whistle.crypto.header import Compartment
from whistle.errors import NotThere
from whistle.parties import attachments, request_sending
from whistle.parties.casefile import CaseFile
from whistle.parties.draft import Author, Draft, key_for_files, own_grant
from whistle.parties.member import Member
from whistle.parties.report_form import FormRefused, text_problems
from whistle.parties.request_mailbox import FROM_HANDLERS, SPOKEN, spoken
from whistle.parties.request_views import CopyRow, CopyView
from whistle.parties.sending import Sending
from whistle.parties.views import Download
from whistle.rules.calendar import local_day
from whistle.rules.text import TEXT_LIMIT, clean_text
from whistle.vault import request_copies as vault
from whistle.vault.facts import SealedGrant
from whistle.vault.store import Store

READS = ("handler", "deputy")


class RequestCopies:
    """What those who handle reports do with copies of requests. Raises `NotThere` for everybody else."""

    def __init__(self, store: Store, now: Callable[[], datetime]) -> None:
        self._store, self._now = store, now

    def copies(self, member: Member) -> tuple[CopyRow, ...]:
        """The copies of this member's companies, those that wait first."""
        if not any(member.has(role) for role in READS):
            raise NotThere("there is no such page")
        return tuple(
            _row(one, self._now()) for one in vault.copies(self._store, member.person_id, self._now())
        )

    def open(self, member: Member, number: str) -> CopyView:
        """A copy, opened."""
        file = self._file(member, number)
        if file.borrowed or file.case.unread:
            own = [own_grant(member, key) for key in file.borrowed]
            vault.mark_read(self._store, member.person_id, number, own, self._now())
        asked = spoken(file)[0].fields
        row = next(one for one in self.copies(member) if one.number == number)
        status = file.case.status
        return CopyView(
            number=number, company_name=status.company.name, country=status.company.country,
            received_on=date.fromisoformat(asked["received_on"]), due_on=row.due_on,
            rights=tuple(asked["rights"]), name=asked["name"], email=asked["email"],
            entries=attachments.entries(
                file.records(Compartment.CONTENT), SPOKEN, unread=0, unread_of="reporter"
            ),
            answered_on=row.answered_on,
        )  # fmt: skip

    def writing(self, member: Member, number: str) -> Sending:
        """Make room for the files of an answer."""
        return Sending(self._store, key_for_files(self._file(member, number)))

    def answer(self, member: Member, number: str, sending: Sending, text: str) -> None:
        """Write to the person, with words or files. Raises `FormRefused`."""
        problems = text_problems("message", text, TEXT_LIMIT, required=not sending.has_files())
        if problems:
            raise FormRefused(tuple(problems))
        cleaned = clean_text(text).strip()

        def attempt() -> bool:
            file = self._file(member, number)
            said = {"by": "handler", "author": member.name, "type": FROM_HANDLERS, "text": cleaned}
            if file.repeats(Compartment.CONTENT, said | {"files": sending.described()}):
                return False
            draft = Draft(self._store, file, Author.staff(member), self._now())
            request_sending.put(draft, sending, FROM_HANDLERS, cleaned)
            vault.answer(self._store, member.person_id, number, draft.addition(), self._now())
            return True

        request_sending.settled(sending, attempt)

    def file(self, member: Member, number: str, file_id: str) -> Download:
        """One file of a copy, verified to its end."""
        file = self._file(member, number)
        return attachments.download(self._store, file, attachments.described(spoken(file)), file_id)

    def let_in(self, member: Member, number: str) -> int:
        """Open a copy to colleagues who came later; returns to how many."""
        file = self._file(member, number)
        keys = [key for part in file.granted().values() for key in part.values()]
        came = vault.lacking(self._store, member.person_id, number, self._now())
        for one in came:
            given = tuple(SealedGrant(one.person_id, seal_grant(one.public_key, key)) for key in keys)
            vault.let_in(self._store, member.person_id, number, one.person_id, given, self._now())
        return len(came)

    def _file(self, member: Member, number: str) -> CaseFile:
        case = vault.open_copy(self._store, member.person_id, number, self._now())
        if not case.grants:
            raise NotThere("the day of this request has come")
        return CaseFile(case, member.pair)


def _row(one: vault.CopyFacts, now: datetime) -> CopyRow:
    company = one.case.company
    left = (one.due_on - local_day(now, company.zone)) // timedelta(days=1)
    return CopyRow(one.case.number, company.name, one.due_on, left, one.answered_on, bool(one.unread))
