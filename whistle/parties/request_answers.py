"""Answers, extensions, notices and refusals go out whole or not at all; recipients are ticked off."""

from whistle.crypto.chain import keyed_hash
from whistle.crypto.header import Compartment
from whistle.crypto.records import new_object_id
from whistle.errors import NotThere, RuleRefused
from whistle.parties import request_sending
from whistle.parties.casefile import CaseFile
from whistle.parties.draft import Draft, key_for_files
from whistle.parties.member import Member
from whistle.parties.officer_work import OFFICER, OfficerWork, letter_of, note, require_known
from whistle.parties.report_form import LINE_LIMIT, FormRefused, Problem, checked_text
from whistle.parties.request_finding import require_decided
from whistle.parties.sending import Sending
from whistle.rules import letters
from whistle.rules.calendar import add_days
from whistle.rules.letters import LetterKind
from whistle.rules.policy_codes import Right
from whistle.rules.request_way import RequestDates, due_on
from whistle.rules.requests import REASONS_LIMIT, check_excessive
from whistle.vault import request_work
from whistle.vault.facts import Addition
from whistle.vault.request_work import Ended

EXCESSIVE = "GDPR 12(5)"
"""On what a fee, or declining a request as excessive, stands."""


TASK_LABEL = b"whistle/v1/request-task\0"
TASK_BYTES = 16
"""An id as long as any other (FORMAT.md)."""

NONCE_MOST = 100
"""A form's number is shorter: what is longer is none of ours."""

REPLY_DAYS = 14
"""So long whoever is told of a fee can narrow the request or say why it is not so (own choice)."""


class Answers(OfficerWork):
    """What an officer sends, and whom they tell."""

    def writing(self, member: Member, number: str) -> Sending:
        """Make room for the files of an answer. Raises `RuleRefused("not_verified")`."""
        file, found = self._file(member, number)
        require_known(found)
        return Sending(self._store, key_for_files(file))

    def answer(self, member: Member, number: str, sending: Sending, text: str) -> None:
        """Answer with words and files, sealed to the person, and with all that the law wants in the letter.

        What was decided makes it a refusal, or not. Raises `Undecided` while something that was asked for
        is not decided, `RuleRefused`.
        """
        if len(text) > REASONS_LIMIT:
            raise RuleRefused("answer_long", "Put a long answer in a file.")

        def attempt() -> bool:
            file, found = self._file(member, number)
            require_known(found)
            require_decided(file)
            letter = letter_of(file, LetterKind.ANSWER, text, refusing=True)
            composed = letters.compose(letter)
            kind = "refusal" if letter.kind is LetterKind.REFUSAL else "answer"
            said = {"by": OFFICER, "author": member.name, "type": kind, "text": composed}
            if file.repeats(Compartment.CONTENT, said | {"files": sending.described()}):
                return False
            draft = self._draft(member, file)
            request_sending.put(draft, sending, kind, composed)
            request_work.answer(self._store, member.person_id, number, draft.addition(), self._now())
            return True

        request_sending.settled(sending, attempt)

    def refuse_as_excessive(self, member: Member, number: str, reasons: str) -> None:
        """Decline a request that is manifestly excessive: after a notice and the days to reply to it.

        Raises `RuleRefused("notice_first", "reasons")`.
        """

        def seal(file: CaseFile, draft: Draft) -> None:
            _file, found = self._file(member, number)
            require_known(found)
            noticed = found.status.noticed_on
            reply_by = None if noticed is None else add_days(noticed, REPLY_DAYS)
            check_excessive(reply_by, reasons, draft.today)
            letter = letter_of(file, LetterKind.REFUSAL, reasons, grounds=(EXCESSIVE,))
            text = letters.compose(letter)
            draft.record(Compartment.CONTENT, "refusal", text=text, files=[], excessive=True)

        self._write(member, number, seal, request_work.answer)

    def extend(self, member: Member, number: str, reasons: str) -> None:
        """Take two further months, and tell the person why. Raises `RuleRefused("extension", "reasons")`."""

        def seal(file: CaseFile, draft: Draft) -> None:
            _file, found = self._file(member, number)
            require_known(found)
            status = found.status
            until = due_on(
                RequestDates(
                    status.case.received_on,
                    status.case.company.country,
                    status.days_stood_still,
                    None,
                    draft.today,
                ),
                draft.today,
            )
            letter = letter_of(file, LetterKind.EXTENSION, reasons, until=until)
            draft.record(Compartment.CONTENT, "extension", text=letters.compose(letter))

        self._write(member, number, seal, request_work.extend)

    def notice(self, member: Member, number: str, reasons: str, fee: str) -> None:
        """Tell the person of a fee, or that the request is held to be excessive, before that is decided."""
        cost = checked_text("fee", fee, LINE_LIMIT)

        def seal(file: CaseFile, draft: Draft) -> None:
            require_known(self._file(member, number)[1])
            until = add_days(draft.today, REPLY_DAYS)
            letter = letter_of(
                file, LetterKind.FEE_NOTICE, reasons, grounds=(EXCESSIVE,), until=until, fee=cost
            )
            draft.record(Compartment.CONTENT, "notice", text=letters.compose(letter))

        self._write(member, number, seal, request_work.give_notice)

    def open_task(self, member: Member, number: str, recipient: str, what: str, nonce: str = "") -> None:
        """Note somebody who had the data and is to be told of the change (S37).

        `nonce` is the form's own: the same form sent twice is one task.
        """
        task = self._task_of(number, nonce)
        said = {"task": task.hex(), "recipient": checked_text("recipient", recipient, LINE_LIMIT)}
        if what not in set(Right):
            raise FormRefused((Problem("what", "unknown"),))

        def store_it(addition: Addition) -> None:
            request_work.open_task(self._store, member.person_id, number, task, addition, self._now())

        self._put(member, number, note("task", what=what, **said), store_it)

    def _task_of(self, number: str, nonce: str) -> bytes:
        if not nonce:
            return new_object_id()
        said = f"{number}\0{nonce[:NONCE_MOST]}".encode("utf-8", "replace")
        return keyed_hash(self._store.keys.lock, TASK_LABEL, said)[:TASK_BYTES]

    def end_task(self, member: Member, number: str, task: str, outcome: str, reason: str) -> None:
        """Say what came of it: `informed`, `impossible`, `disproportionate`, the last two with a reason."""
        if outcome not in request_work.OUTCOMES:
            raise FormRefused((Problem("outcome", "unknown" if outcome else "missing"),))
        told = outcome == "informed"
        said = "" if told and not reason.strip() else checked_text("task_reason", reason, LINE_LIMIT)
        ended = Ended(id_of(task), outcome)

        def store_it(addition: Addition) -> None:
            request_work.end_task(self._store, member.person_id, number, ended, addition, self._now())

        self._put(member, number, note("task_outcome", task=task, outcome=outcome, reason=said), store_it)


def id_of(text: str) -> bytes:
    """An id out of an address. Raises `NotThere`."""
    try:
        return bytes.fromhex(text)
    except ValueError:
        raise NotThere("there is no such task") from None
