"""Whoever holds a case's key asks for their rights in it, without a name; its handlers answer there."""

from whistle.crypto.codes import CaseKey
from whistle.crypto.header import Compartment
from whistle.parties.casefile import CaseFile
from whistle.parties.desk_work import DeskWork
from whistle.parties.draft import Draft
from whistle.parties.mailbox import Mailbox
from whistle.parties.member import Member
from whistle.parties.report_form import checked_text
from whistle.vault import case_rights as vault
from whistle.vault.facts import Addition


class RightsAsked(Mailbox):
    """The side of whoever holds the key."""

    def ask(self, secret: bytes, text: str) -> None:
        """Ask, in words that name the rights. Sent twice it is one. Raises `FormRefused`, `NotThere`."""
        cleaned = checked_text("message", text)

        def seal(file: CaseFile, draft: Draft) -> bool:
            said = {"by": "reporter", "type": "message", "text": cleaned, "files": []}
            if file.repeats(Compartment.CONTENT, said):
                return False
            draft.record(Compartment.CONTENT, "message", text=cleaned, files=[])
            return True

        def store_it(key: CaseKey, addition: Addition) -> None:
            vault.ask(self._store, key.locator, addition, self._now())

        self._put(secret, seal, store_it)


class RightsAnswered(DeskWork):
    """The side of those who handle the case."""

    def answer(self, member: Member, number: str, text: str) -> None:
        """Answer what was asked for, in a closed case too. Raises `FormRefused`, `RuleRefused`."""
        cleaned = checked_text("rights", text)

        def seal(file: CaseFile, draft: Draft) -> bool:
            said = {"by": "handler", "author": member.name, "type": "message", "text": cleaned}
            if file.repeats(Compartment.CONTENT, said):
                return False
            draft.record(Compartment.CONTENT, "message", text=cleaned)
            return True

        def store_it(addition: Addition) -> None:
            vault.answer(self._store, member.person_id, number, addition, self._now())

        self.write(member, number, seal, store_it)
