"""An officer finds out what the rules ask for, decides as they say, and answers once all is decided."""

from collections.abc import Mapping, Sequence
from typing import Final

from whistle.crypto.header import Compartment
from whistle.errors import RuleRefused
from whistle.parties import request_decisions, request_facts
from whistle.parties.casefile import CaseFile
from whistle.parties.draft import Draft
from whistle.parties.member import Member
from whistle.parties.officer_work import OfficerWork, note, require_known
from whistle.parties.request_facts import Known
from whistle.parties.request_mailbox import facts_of, spoken
from whistle.parties.request_views import FactsView, VerdictView
from whistle.rules.asked_facts import choices
from whistle.rules.calendar import local_day
from whistle.rules.policy import load_policy
from whistle.rules.policy_codes import Category, Right
from whistle.rules.rights import Answer
from whistle.vault import request_facts as vault

CLEAR: Final = frozenset({Answer.YES, Answer.NO})
"""Answers of the rules that leave nothing to weigh."""


class Undecided(RuleRefused):
    """An answer that would go out before all of it is decided; `places` names what is left."""

    def __init__(self, places: Sequence[tuple[str, str]]) -> None:
        super().__init__("undecided", "Decide about everything that was asked for first.")
        self.places = tuple(places)


class Finding(OfficerWork):
    """What an officer finds out before they decide."""

    def _known(self, file: CaseFile) -> Known:
        today = local_day(self._now(), file.case.status.company.zone)
        named = request_decisions.is_named(spoken(file))
        return request_facts.known_of(file.records(Compartment.INTERNAL), today, named=named)

    def _parts(self, file: CaseFile) -> tuple[tuple[str, bool], ...]:
        policy = load_policy(file.case.status.received_on)
        return request_facts.parts_of(spoken(file)[0].fields, self._known(file), policy)

    def facts(self, member: Member, number: str, part: str) -> FactsView:
        """What the rules ask about a part of the request, and what was found. Raises `NotThere`."""
        file, found = self._file(member, number)
        require_known(found)
        asked, status = spoken(file)[0].fields, found.status
        policy = load_policy(status.case.received_on)
        facts = request_facts.asked_of(part, asked, policy)
        kind = None if part == request_facts.PERSON else policy.categories[Category(part)]
        notes = request_facts.entered(file.records(Compartment.INTERNAL))
        last = next((one for one in reversed(notes) if one.fields["part"] == part), None)
        known = self._known(file)
        return FactsView(
            facts=facts_of(status, known.today, held=bool(found.case.holds), past=False), part=part,
            rights=tuple(asked["rights"]), asked=tuple(str(one) for one in facts),
            offered={str(one): choices(one, kind) for one in facts}, days=request_facts.days_of(part, facts),
            found=known.parts.get(part, {}), by="" if last is None else last.fields.get("author", ""),
            day=None if last is None else last.day,
        )  # fmt: skip

    def keep_facts(self, member: Member, number: str, part: str, typed: Mapping[str, Sequence[str]]) -> None:
        """Keep what was found out; what was entered before stays in the notes. Raises `FormRefused`."""

        def seal(file: CaseFile, draft: Draft) -> None:
            require_known(self._file(member, number)[1])
            policy = load_policy(file.case.status.received_on)
            facts = request_facts.asked_of(part, spoken(file)[0].fields, policy)
            said = request_facts.checked(part, typed, facts, policy, draft.today)
            note("facts", part=part, found=said)(file, draft)

        self._write(member, number, seal, vault.note)

    def decide_as_the_rules(self, member: Member, number: str) -> None:
        """Decide as the rules say wherever they say yes or no and nothing is decided yet.

        A restriction is left: its officer says when it is looked at again.
        Raises `RuleRefused("nothing_clear")`.
        """

        def seal(file: CaseFile, draft: Draft) -> None:
            require_known(self._file(member, number)[1])
            known = self._known(file)
            clear = clear_of(file, known)
            if not clear:
                raise RuleRefused("nothing_clear", "The rules leave what is left to you.")
            for one in clear:
                ground = one.source if one.answer == Answer.NO else ""
                said = request_decisions.Said(one.right, one.category, one.answer, ground)
                checked = request_decisions.checked(said, file.case.status, known)
                draft.record(Compartment.INTERNAL, "decision", **checked)

        self._write(member, number, seal, vault.decide_more)


def clear_of(file: CaseFile, known: Known) -> list[VerdictView]:
    """What is not decided, where the rules say yes or no by themselves."""
    notes, asked = file.records(Compartment.INTERNAL), spoken(file)[0].fields
    waits = request_decisions.undecided(asked, notes)
    return [
        one
        for one in request_decisions.verdicts(asked, file.case.status, notes, known)
        if (one.right, one.category) in waits and one.answer in CLEAR and one.right != Right.RESTRICTION
    ]


def require_decided(file: CaseFile) -> None:
    """Raise `Undecided` while a right that an officer decides has no decision over some category."""
    asked = spoken(file)[0].fields
    left = request_decisions.undecided(asked, file.records(Compartment.INTERNAL))
    if left:
        raise Undecided(left)
