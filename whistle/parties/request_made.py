"""An answer is made of what an officer chose and has looked at; what was not chosen goes nowhere."""

import hmac
from collections.abc import Sequence
from hashlib import sha256
from typing import Final

from whistle.connect.answers import kept
from whistle.crypto.header import Compartment
from whistle.errors import Conflict, NotThere, RuleRefused
from whistle.parties import answer_files, dates, request_decisions, request_fetched, request_portable
from whistle.parties.answer_files import Content, LeftOut, Made, Picked
from whistle.parties.casefile import CaseFile, Opened
from whistle.parties.member import Member
from whistle.parties.officer_work import BEFORE
from whistle.parties.request_answers import Answers
from whistle.parties.request_mailbox import facts_of, spoken
from whistle.parties.request_portable import Sorting
from whistle.parties.request_views import RequestFacts
from whistle.parties.source_views import MadeView, Preview
from whistle.rules.calendar import local_day
from whistle.rules.policy import load_policy
from whistle.rules.policy_codes import Category, Right
from whistle.vault.requests import OpenedRequest

KINDS: Final = (Right.ACCESS, Right.PORTABILITY)
"""The rights that are answered with what systems hold."""


class MadeAnswers(Answers):
    """What an officer makes of lines that were fetched, and sends."""

    def preview(self, member: Member, number: str, kind: str) -> Preview:
        """What an answer of this kind would hold. `NotThere` for a right that was not asked for."""
        file, found = self._known(member, number)
        kinds, content = kinds_of(file), self._content(file, kind)
        refused = ""
        made: tuple[Made, ...] = ()
        try:
            made = _made(content)
        except RuleRefused as error:
            refused = error.reason
        return Preview(
            self._facts(found), kind, kinds, content.language,
            tuple((one.category, one.system, one.line) for one in content.picked), content.left_out,
            tuple(MadeView(one.name, len(one.data)) for one in made), _seen(content), refused,
        )  # fmt: skip

    def send(self, member: Member, number: str, kind: str, text: str, *, seen: str) -> None:
        """Answer with the files of a preview. Raises `Conflict` when it would be others than were `seen`.

        `RuleRefused`: what an answer may be refused for, `nothing_chosen`, `answer_large`.
        """
        file, _found = self._known(member, number)
        content = self._content(file, kind)
        if not hmac.compare_digest(_seen(content).encode(), seen.encode()):
            raise Conflict("what was chosen has changed since it was looked at")
        made = _made(content)
        sending = self.writing(member, number)
        try:
            for one in made:
                sink = sending.open_file(one.name, "")
                sink.write(one.data)
                sink.finish()
            self.answer(member, number, sending, text)
        except BaseException:
            sending.abandon()
            raise

    def _known(self, member: Member, number: str) -> tuple[CaseFile, OpenedRequest]:
        file, found = self._file(member, number)
        if found.status.state in BEFORE or not found.case.grants:
            raise NotThere("there is no such page yet")
        return file, found

    def _facts(self, found: OpenedRequest) -> RequestFacts:
        case, now = found.status.case, self._now()
        today = local_day(now, case.company.zone)
        return facts_of(found.status, today, held=bool(found.case.holds), past=dates.is_past(case, now))

    def _content(self, file: CaseFile, kind: str) -> Content:
        if kind not in kinds_of(file):
            raise NotThere("this was not asked for")
        status, notes = file.case.status, file.records(Compartment.INTERNAL)
        policy = load_policy(status.received_on)
        picked, left = self._picked(file, notes), None
        if kind == Right.PORTABILITY:
            by = Sorting(
                status.company.country, policy,
                request_portable.decisions(request_decisions.decided(notes)), _answered(notes),
            )  # fmt: skip
            picked, left = request_portable.sort_out(picked, by)
        today = local_day(self._now(), status.company.zone)
        language = spoken(file)[0].fields["language"]
        return Content(status.number, status.company.name, today, language, policy, picked, left)

    def _picked(self, file: CaseFile, notes: Sequence[Opened]) -> tuple[Picked, ...]:
        """Every line that was chosen, system after system."""
        found: list[Picked] = []
        for one in request_fetched.standing(notes).values():
            if one.chosen:
                lines = request_fetched.lines_of(self._store, file, one.record)
                category, system = Category(one.fields["category"]), one.fields["name"]
                found += (Picked(category, system, lines[at]) for at in sorted(one.chosen))
        return tuple(found)


def kinds_of(file: CaseFile) -> tuple[str, ...]:
    """Which of the answers that can be made were asked for."""
    rights = spoken(file)[0].fields["rights"]
    return tuple(str(right) for right in KINDS if right in rights)


def _answered(notes: Sequence[Opened]) -> frozenset[Category]:
    return frozenset(Category(one.fields["category"]) for one in request_fetched.standing(notes).values())


def _made(content: Content) -> tuple[Made, ...]:
    """The files. Raises `RuleRefused`: `nothing_chosen`, `answer_large`.

    A portability answer of no line still says of everything why it is left out.
    """
    if not content.picked and content.left_out is None:
        raise RuleRefused("nothing_chosen", "Choose first what goes out.")
    return answer_files.make(content)


def _seen(content: Content) -> str:
    """Names what an answer holds, so that another is not taken for it; the day it is sent may be another."""
    lines = kept([one.line for one in content.picked])
    rows = repr([(one.category, one.system) for one in content.picked])
    return sha256(lines + rows.encode() + repr(_rows(content.left_out)).encode()).hexdigest()


def _rows(left: tuple[LeftOut, ...] | None) -> list[tuple[object, ...]] | None:
    if left is None:
        return None
    return [(one.category, one.bases, sorted(one.why.items()), one.source, one.count) for one in left]
