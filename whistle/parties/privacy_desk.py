"""The privacy officer: knows who asks before anything opens, decides, and answers sealed to the person."""

from datetime import date

from whistle.crypto.grants import seal_grant
from whistle.crypto.header import Compartment
from whistle.crypto.records import new_object_id
from whistle.errors import NotThere
from whistle.parties import attachments, dates, request_copying, request_decisions
from whistle.parties.casefile import CaseFile
from whistle.parties.desk_work import tried
from whistle.parties.draft import Draft, own_grant
from whistle.parties.member import Member, require_fresh
from whistle.parties.officer_work import BEFORE, content, emptied_of, letter_of, proofs_kept
from whistle.parties.officer_work import shown as shown_of
from whistle.parties.report_form import LINE_LIMIT, checked_text
from whistle.parties.request_answers import Answers
from whistle.parties.request_codes import access_tag
from whistle.parties.request_finding import Finding
from whistle.parties.request_list_view import count_of, cursor_of, row_of, sealed_view, tasks_of, text_of
from whistle.parties.request_mailbox import entries_of, facts_of, said_identity, spoken
from whistle.parties.request_register import counted_of
from whistle.parties.request_views import DeskRequest, RequestPage
from whistle.parties.sending import Sending
from whistle.parties.views import Download
from whistle.rules import letters
from whistle.rules.calendar import local_day
from whistle.rules.letters import LetterKind
from whistle.rules.policy_codes import Right
from whistle.rules.request_way import State, is_copied
from whistle.rules.rights import check_restriction
from whistle.vault import request_identity, request_list, request_work
from whistle.vault.facts import Addition, SealedGrant
from whistle.vault.request_desk import Emptied
from whistle.vault.request_identity import HandedOn, Verified
from whistle.vault.requests import OpenedRequest

NOT_KNOWN = "GDPR 12(6)"
"""On what it stands that nothing is answered: who asks could not be known, though they were asked."""

LEGAL = "legal"
"""The recipient of a task that is opened by itself: a claim for compensation goes to legal."""


LET_IN_AT_ONCE = 50
"""Requests opened to colleagues with one press: each is sealed for them while the page waits."""


class PrivacyDesk(Finding, Answers):
    """What a privacy officer does. Every method raises `NotThere` for a request that is not theirs."""

    def desk(self, member: Member, *, shown: str = "open", after: str = "") -> RequestPage:
        """A page of the list: a child's request first, then what is due first. Raises `NotThere`."""
        if not member.has("privacy_officer"):
            raise NotThere("there is no such page")
        now = self._now()
        found = request_list.listing(self._store, member.person_id, now, shown=shown, after=cursor_of(after))
        lacking = request_list.lacking(self._store, member.person_id, now, most=LET_IN_AT_ONCE)
        rows = tuple(row_of(one, now) for one in found.rows)
        today = rows[0][1] if rows else now.date()
        return RequestPage(
            tuple(row for row, _day in rows), count_of(found.total), count_of(found.late),
            count_of(found.soon), count_of(found.unproved), text_of(found.after),
            tuple(dict.fromkeys(name for _id, name, _n in lacking)),
            today,
        )  # fmt: skip

    def open(self, member: Member, number: str) -> DeskRequest:
        """The request, as far as its officer may read it now.

        What a hold kept of a proof of identity goes with the first look after the hold.
        """
        file, found = self._file(member, number)
        if proofs_kept(file, found) and not found.case.holds:
            place = (self._store, member.person_id, number)
            request_identity.leave_no_proof(*place, emptied_of(file), self._now())
            file, found = self._file(member, number)
        view = self._view(member, file, found)
        if file.borrowed or file.case.unread:
            own = [own_grant(member, key) for key in file.borrowed]
            request_work.mark_read(self._store, member.person_id, number, own, self._now())
        return view

    def ask(self, member: Member, number: str, what: str, why: str) -> None:
        """Ask what is needed to know the person; both texts are kept, and the clock stands still."""
        said = {"text": checked_text("what", what), "why": checked_text("why", why)}
        self._write(member, number, content("asked", **said), request_identity.ask)

    def verify(self, member: Member, number: str, how: str) -> None:
        """Say that the person is known, and how; what came as proof is destroyed. Raises `StepUpNeeded`."""
        require_fresh(member)
        cleaned = checked_text("how", how, LINE_LIMIT)
        copying: list[Sending] = []

        def attempt() -> None:
            file, _found = self._file(member, number)
            draft = self._draft(member, file)
            asked = spoken(file)[0].fields
            copy = None
            if is_copied(asked["rights"]):
                copy, sending = request_copying.made(self._store, file, self._now())
                copying.append(sending)
                key_id = request_copying.key_id_of(copy)
                draft.record(Compartment.CONTENT, "copied", copy=copy.case_id.hex(), key_id=key_id.hex())
            draft.record(Compartment.INTERNAL, "verified", text=cleaned)
            task = _task_for_legal(draft) if Right.COMPENSATION in asked["rights"] else None
            email = said_identity(file)["email"]
            company = file.case.status.company.code
            is_access = Right.ACCESS in asked["rights"] and bool(email)
            tag = access_tag(self._store.keys, company, email) if is_access else None
            new = Verified(draft.addition(), emptied_of(file), tag, copy, task)
            request_identity.verify(self._store, member.person_id, number, new, self._now())

        try:
            tried(attempt)
        except BaseException:
            for sending in copying:
                sending.abandon()
            raise
        for sending in copying[:-1]:
            sending.abandon()

    def decide(self, member: Member, number: str, said: request_decisions.Said) -> None:
        """Keep what was decided of one right over one category; it may differ from the rules, with reasons.

        Raises `FormRefused`, `RuleRefused`.
        """
        review: date | None = None
        others: date | None = None

        def seal(file: CaseFile, draft: Draft) -> None:
            nonlocal review, others
            checked = request_decisions.checked(said, file.case.status, self._known(file))
            notes, place = file.records(Compartment.INTERNAL), (said.right, said.category)
            review, others = None, request_decisions.reviewed_on(notes, besides=place)
            if checked.get("review_on"):
                review = check_restriction(date.fromisoformat(checked["review_on"]), draft.today)
            draft.record(Compartment.INTERNAL, "decision", **checked)

        def store_it(addition: Addition) -> None:
            place = (self._store, member.person_id, number, addition, self._now())
            request_work.decide(*place, review_on=review, others_on=others)

        self._put(member, number, seal, store_it)

    def write(self, member: Member, number: str, text: str) -> None:
        """Write to the person, a question or a word on the way: that is no answer."""
        self._write(
            member, number, content("message", text=checked_text("message", text)), request_work.write
        )

    def close(self, member: Member, number: str) -> None:
        """Close what was answered: its day of erasure is fixed. Raises `RuleRefused`."""
        self._close(member, number, "", unproved=False)

    def turn_away(self, member: Member, number: str, reason: str) -> None:
        """Close a request of somebody who could not be known, and say why, as every refusal has to.

        Where no code was ever typed nothing opens, so there is nobody to tell and no reason is asked for.
        Raises `FormRefused`, `RuleRefused("reasons")`.
        """
        self._close(member, number, reason, unproved=True)

    def _close(self, member: Member, number: str, text: str, *, unproved: bool) -> None:
        emptied: tuple[Emptied, ...] = ()

        def attempt() -> None:
            nonlocal emptied
            file, found = self._file(member, number)
            addition, counted = Addition(), None
            if found.status.state != State.SENT:
                said = _turning_away(file, text) if unproved else text
                draft = self._draft(member, file)
                draft.record(Compartment.CONTENT, "closing", text=said)
                addition, emptied = draft.addition(), emptied_of(file)
                counted = counted_of(file, turned_away=unproved)
            place = (self._store, member.person_id, number, addition, emptied, self._now())
            request_work.close(*place, unproved=unproved, counted=counted)

        tried(attempt)

    def forward(self, member: Member, number: str, company: str) -> None:
        """Hand a request on to the company that it is for; it is gone from here. Raises `StepUpNeeded`."""
        require_fresh(member)

        def attempt() -> None:
            file, _found = self._file(member, number)
            people = request_identity.officers_of(self._store, member.person_id, number, company, self._now())
            draft = self._draft(member, file)
            draft.record(Compartment.CONTENT, "forwarded", company=company)
            held = file.granted()
            granted = tuple(
                SealedGrant(one.person_id, seal_grant(one.public_key, key))
                for one in people
                for part in held.values()
                for key in part.values()
            )
            request_identity.forward(
                self._store,
                member.person_id,
                number,
                HandedOn(company, granted),
                draft.addition(),
                self._now(),
            )

        tried(attempt)

    def let_in(self, member: Member) -> int:
        """Open to colleagues who came later what they lack; returns how many requests."""
        done = 0
        lacking = request_list.lacking(self._store, member.person_id, self._now(), most=LET_IN_AT_ONCE)
        for colleague, _name, number in lacking:
            file, found = self._file(member, number)
            people = request_identity.officers_of(
                self._store, member.person_id, number, found.status.case.company.code, self._now()
            )
            theirs = next((one for one in people if one.person_id == colleague), None)
            if theirs is None:
                continue
            granted = tuple(
                SealedGrant(colleague, seal_grant(theirs.public_key, key))
                for part in file.granted().values()
                for key in part.values()
            )
            place = (self._store, member.person_id, number, colleague)
            request_identity.let_in(*place, granted, self._now())
            done += 1
        return done

    def file(self, member: Member, number: str, file_id: str) -> Download:
        """One file of a request, verified to its end; before the person is known only of what proves that."""
        file, found = self._file(member, number)
        known = attachments.described(shown_of(file, found))
        return attachments.download(self._store, file, known, file_id)

    def _view(self, member: Member, file: CaseFile, found: OpenedRequest) -> DeskRequest:
        del member
        status = found.status
        today = local_day(self._now(), status.case.company.zone)
        facts = facts_of(
            status, today, held=bool(found.case.holds), past=dates.is_past(status.case, self._now())
        )
        if not found.case.grants:
            return sealed_view(facts)
        asked, who = spoken(file)[0].fields, said_identity(file)
        notes = file.records(Compartment.INTERNAL)
        shown = {record.n for record in shown_of(file, found)}
        decided = request_decisions.decided(notes)
        rights, categories = tuple(asked["rights"]), tuple(asked["categories"])
        known = status.state not in BEFORE
        return DeskRequest(
            facts=facts, rights=rights, categories=categories if known else (), name=who["name"],
            email=who["email"], unsure=asked["unsure"], language=asked["language"],
            entries=tuple(
                one for one in entries_of(file, file.case.unread, "reporter") if one.n in shown
            ),
            verdicts=request_decisions.verdicts(asked, status.case, notes, self._known(file))
            if known else (),
            decisions=decided, tasks=tasks_of(found, notes), repeats=found.repeats,
            to_handlers=is_copied(rights), proofs_kept=proofs_kept(file, found),
            parts=self._parts(file) if known else (),
        )  # fmt: skip


def _task_for_legal(draft: Draft) -> bytes:
    """A claim for damages goes to legal with the check itself: its task, noted in the same draft."""
    task = new_object_id()
    said = {"task": task.hex(), "recipient": LEGAL, "what": str(Right.COMPENSATION)}
    draft.record(Compartment.INTERNAL, "task", **said)
    return task


def _turning_away(file: CaseFile, reason: str) -> str:
    """The letter to somebody who could not be known, with all that the law wants in a refusal."""
    text = checked_text("reason", reason)
    return letters.compose(letter_of(file, LetterKind.REFUSAL, text, grounds=(NOT_KNOWN,)))
