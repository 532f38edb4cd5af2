"""The privacy officer: knows who asks before anything is opened, decides, and answers sealed to the person."""

from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from whistle.crypto.grants import seal_grant
from whistle.crypto.header import Compartment
from whistle.crypto.records import new_object_id, seal_json
from whistle.errors import NotThere, RuleRefused
from whistle.parties import attachments, dates, request_copying, request_decisions
from whistle.parties.casefile import CaseFile, Opened
from whistle.parties.desk_work import Seal, StoreIt, tried
from whistle.parties.draft import Author, Draft, key_for_files, own_grant
from whistle.parties.member import Member, require_fresh
from whistle.parties.report_form import LINE_LIMIT, FormRefused, Problem, checked_text
from whistle.parties.request_codes import access_tag
from whistle.parties.request_mailbox import entries_of, facts_of, said_identity, spoken
from whistle.parties.request_views import DeskRequest, RequestPage, RequestRow, TaskView
from whistle.parties.sending import Sending
from whistle.parties.views import Count, Download
from whistle.rules import letters
from whistle.rules.calendar import add_days, local_day
from whistle.rules.letters import Letter, LetterKind
from whistle.rules.policy_codes import Right
from whistle.rules.request_way import RequestDates, State, due_on, is_copied
from whistle.rules.requests import REASONS_LIMIT, check_excessive
from whistle.rules.rights import check_restriction
from whistle.vault import request_list, request_work
from whistle.vault.facts import Addition, Bounded, SealedGrant
from whistle.vault.request_work import Emptied, Ended, HandedOn, Verified
from whistle.vault.requests import OpenedRequest
from whistle.vault.store import Store

OFFICER = "officer"
"""What stands as the writer in an officer's records."""

LEGAL = "legal"
"""The recipient of a task that is opened by itself: a claim for compensation goes to legal."""

EXCESSIVE = "GDPR 12(5)"
"""On what a fee, or declining a request as excessive, stands."""

REPLY_DAYS = 14
"""So long whoever is told of a fee can narrow the request or say why it is not so (own choice)."""

LET_IN_AT_ONCE = 50
"""Requests opened to colleagues with one press: each is sealed for them while the page waits."""

BEFORE = frozenset({State.SENT, State.CODED})
"""The person is not known yet."""


class PrivacyDesk:
    """What a privacy officer does. Every method raises `NotThere` for a request that is not theirs."""

    def __init__(self, store: Store, now: Callable[[], datetime]) -> None:
        self._store, self._now = store, now

    def desk(self, member: Member, *, shown: str = "open", after: str = "") -> RequestPage:
        """A page of the list: a child's request first, then what is due first. Raises `NotThere`."""
        if not member.has("privacy_officer"):
            raise NotThere("there is no such page")
        now = self._now()
        found = request_list.listing(self._store, member.person_id, now, shown=shown, after=_cursor(after))
        lacking = request_list.lacking(self._store, member.person_id, now, most=LET_IN_AT_ONCE)
        rows = tuple(_row(one, now) for one in found.rows)
        today = rows[0][1] if rows else now.date()
        return RequestPage(
            tuple(row for row, _day in rows), _count(found.total), _count(found.late), _count(found.soon),
            _count(found.unproved), _text(found.after), tuple(dict.fromkeys(name for _id, name, _n in lacking)),
            today,
        )  # fmt: skip

    def open(self, member: Member, number: str) -> DeskRequest:
        """The request, as far as its officer may read it now."""
        file, found = self._file(member, number)
        view = self._view(member, file, found)
        if file.borrowed or file.case.unread:
            own = [own_grant(member, key) for key in file.borrowed]
            request_work.mark_read(self._store, member.person_id, number, own, self._now())
        return view

    def ask(self, member: Member, number: str, what: str, why: str) -> None:
        """Ask what is needed to know the person; both texts are kept, and the clock stands still."""
        said = {"text": checked_text("what", what), "why": checked_text("why", why)}
        self._write(member, number, _seal("asked", **said), request_work.ask)

    def verify(self, member: Member, number: str, how: str) -> None:
        """Say that the person is known, and how; what was sent as proof is destroyed. Raises `StepUpNeeded`."""
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
            email = said_identity(file)["email"]
            company = file.case.status.company.code
            is_access = Right.ACCESS in asked["rights"] and bool(email)
            tag = access_tag(self._store.keys, company, email) if is_access else None
            new = Verified(draft.addition(), _emptied(file), tag, copy)
            request_work.verify(self._store, member.person_id, number, new, self._now())

        try:
            tried(attempt)
        except BaseException:
            for sending in copying:
                sending.abandon()
            raise
        for sending in copying[:-1]:
            sending.abandon()
        self._pass_to_legal(member, number)

    def _pass_to_legal(self, member: Member, number: str) -> None:
        file, _found = self._file(member, number)
        if Right.COMPENSATION in spoken(file)[0].fields["rights"]:
            self.open_task(member, number, LEGAL, Right.COMPENSATION)

    def decide(self, member: Member, number: str, said: request_decisions.Said) -> None:
        """Keep what was decided of one right over one category; it may differ from the rules, with reasons.

        Raises `FormRefused`, `RuleRefused`.
        """
        review: date | None = None

        def seal(file: CaseFile, draft: Draft) -> None:
            nonlocal review
            checked = request_decisions.checked(said, file.case.status)
            review = None
            if checked.get("review_on"):
                review = check_restriction(date.fromisoformat(checked["review_on"]), draft.today)
            draft.record(Compartment.INTERNAL, "decision", **checked)

        def store_it(addition: Addition) -> None:
            request_work.decide(
                self._store,
                member.person_id,
                number,
                addition,
                self._now(),
                review_on=review,
                lifts=said.right == Right.RESTRICTION and said.verdict == request_decisions.NO,
            )

        self._put(member, number, seal, store_it)

    def write(self, member: Member, number: str, text: str) -> None:
        """Write to the person, a question or a word on the way: that is no answer."""
        self._write(member, number, _seal("message", text=checked_text("message", text)), request_work.write)

    def writing(self, member: Member, number: str) -> Sending:
        """Make room for the files of an answer. Raises `RuleRefused("not_verified")`."""
        file, found = self._file(member, number)
        _require_known(found)
        return Sending(self._store, key_for_files(file))

    def answer(self, member: Member, number: str, sending: Sending, text: str) -> None:
        """Answer with words and files, sealed to the person, and with all that the law wants in the letter.

        What was decided makes it a refusal, or not. Raises `RuleRefused`.
        """
        if len(text) > REASONS_LIMIT:
            raise RuleRefused("answer_long", "Put a long answer in a file.")
        stored = False

        def attempt() -> None:
            nonlocal stored
            file, found = self._file(member, number)
            _require_known(found)
            letter = _letter(file, LetterKind.ANSWER, text, refusing=True)
            composed = letters.compose(letter)
            kind = "refusal" if letter.kind is LetterKind.REFUSAL else "answer"
            said = {"by": OFFICER, "author": member.name, "type": kind, "text": composed}
            if file.repeats(Compartment.CONTENT, said | {"files": sending.described()}):
                return
            draft = self._draft(member, file)
            due = draft.ready(Compartment.CONTENT, sending.key)
            if due.key_id != sending.key.key_id:  # somebody left while the files came
                sending.become(sending.moved_to(due, ()))
            draft.record(Compartment.CONTENT, kind, text=composed, files=sending.described())
            draft.files(sending.blobs())
            request_work.answer(self._store, member.person_id, number, draft.addition(), self._now())
            stored = True

        tried(attempt)
        if stored:
            sending.taken()
        else:
            sending.abandon()

    def refuse_as_excessive(self, member: Member, number: str, reasons: str) -> None:
        """Decline a request that is manifestly excessive: only after a notice. Raises `RuleRefused`."""

        def seal(file: CaseFile, draft: Draft) -> None:
            _file, found = self._file(member, number)
            _require_known(found)
            check_excessive(found.status.noticed_on, reasons, draft.today)
            letter = _letter(file, LetterKind.REFUSAL, reasons, grounds=(EXCESSIVE,))
            draft.record(Compartment.CONTENT, "refusal", text=letters.compose(letter), files=[])

        self._write(member, number, seal, request_work.answer)

    def extend(self, member: Member, number: str, reasons: str) -> None:
        """Take two further months, and tell the person why. Raises `RuleRefused("extension", "reasons")`."""

        def seal(file: CaseFile, draft: Draft) -> None:
            _file, found = self._file(member, number)
            _require_known(found)
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
            letter = _letter(file, LetterKind.EXTENSION, reasons, until=until)
            draft.record(Compartment.CONTENT, "extension", text=letters.compose(letter))

        self._write(member, number, seal, request_work.extend)

    def notice(self, member: Member, number: str, reasons: str, fee: str) -> None:
        """Tell the person of a fee, or that the request is held to be excessive, before anything is decided."""
        cost = checked_text("fee", fee, LINE_LIMIT)

        def seal(file: CaseFile, draft: Draft) -> None:
            _require_known(self._file(member, number)[1])
            until = add_days(draft.today, REPLY_DAYS)
            letter = _letter(
                file, LetterKind.FEE_NOTICE, reasons, grounds=(EXCESSIVE,), until=until, fee=cost
            )
            draft.record(Compartment.CONTENT, "notice", text=letters.compose(letter))

        self._write(member, number, seal, request_work.give_notice)

    def open_task(self, member: Member, number: str, recipient: str, what: str) -> None:
        """Note somebody who had the data and is to be told of the change (S37)."""
        task = new_object_id()
        said = {"task": task.hex(), "recipient": checked_text("recipient", recipient, LINE_LIMIT)}
        if what not in set(Right):
            raise FormRefused((Problem("what", "unknown"),))

        def store_it(addition: Addition) -> None:
            request_work.open_task(self._store, member.person_id, number, task, addition, self._now())

        self._put(member, number, _note("task", what=what, **said), store_it)

    def end_task(self, member: Member, number: str, task: str, outcome: str, reason: str) -> None:
        """Say what came of it: `informed`, `impossible`, `disproportionate`, the last two with a reason."""
        if outcome not in request_work.OUTCOMES:
            raise FormRefused((Problem("outcome", "unknown" if outcome else "missing"),))
        told = outcome == "informed"
        said = "" if told and not reason.strip() else checked_text("task_reason", reason, LINE_LIMIT)
        ended = Ended(_id(task), outcome)

        def store_it(addition: Addition) -> None:
            request_work.end_task(self._store, member.person_id, number, ended, addition, self._now())

        self._put(member, number, _note("task_outcome", task=task, outcome=outcome, reason=said), store_it)

    def close(self, member: Member, number: str) -> None:
        """Close what was answered; its day of erasure is fixed. Raises `RuleRefused`: `unanswered`, `tasks_open`."""
        self._close(member, number, "", unproved=False)

    def turn_away(self, member: Member, number: str, reason: str) -> None:
        """Close a request of somebody who could not be known, and say why."""
        self._close(member, number, checked_text("reason", reason), unproved=True)

    def _close(self, member: Member, number: str, text: str, *, unproved: bool) -> None:
        emptied: tuple[Emptied, ...] = ()

        def attempt() -> None:
            nonlocal emptied
            file, found = self._file(member, number)
            addition = Addition()
            if found.status.state != State.SENT:
                draft = self._draft(member, file)
                draft.record(Compartment.CONTENT, "closing", text=text)
                addition, emptied = draft.addition(), _emptied(file)
            request_work.close(
                self._store, member.person_id, number, addition, emptied, self._now(), unproved=unproved
            )

        tried(attempt)

    def forward(self, member: Member, number: str, company: str) -> None:
        """Hand a request on to the company that it is for; it is gone from here. Raises `StepUpNeeded`."""
        require_fresh(member)

        def attempt() -> None:
            file, _found = self._file(member, number)
            people = request_work.officers_of(self._store, member.person_id, number, company, self._now())
            draft = self._draft(member, file)
            draft.record(Compartment.CONTENT, "forwarded", company=company)
            held = file.granted()
            granted = tuple(
                SealedGrant(one.person_id, seal_grant(one.public_key, key))
                for one in people
                for part in held.values()
                for key in part.values()
            )
            request_work.forward(
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
            people = request_work.officers_of(
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
            request_work.let_in(*place, granted, self._now())
            done += 1
        return done

    def file(self, member: Member, number: str, file_id: str) -> Download:
        """One file of a request, verified to its end; before the person is known only what proves who they are."""
        file, found = self._file(member, number)
        known = attachments.described(_shown(file, found))
        return attachments.download(self._store, file, known, file_id)

    def _file(self, member: Member, number: str) -> tuple[CaseFile, OpenedRequest]:
        found = request_work.open_request(self._store, member.person_id, number, self._now())
        return CaseFile(found.case, member.pair), found

    def _draft(self, member: Member, file: CaseFile) -> Draft:
        return Draft(self._store, file, Author.staff(member, OFFICER), self._now())

    def _write(self, member: Member, number: str, seal: Seal, command: Callable[..., None]) -> None:
        def store_it(addition: Addition) -> None:
            command(self._store, member.person_id, number, addition, self._now())

        self._put(member, number, seal, store_it)

    def _put(self, member: Member, number: str, seal: Seal, store_it: StoreIt) -> None:
        def attempt() -> None:
            file, found = self._file(member, number)
            if not found.case.grants:
                raise RuleRefused("not_verified", "The address is not proved yet.")
            draft = self._draft(member, file)
            seal(file, draft)
            store_it(draft.addition())

        tried(attempt)

    def _view(self, member: Member, file: CaseFile, found: OpenedRequest) -> DeskRequest:
        del member
        status = found.status
        today = local_day(self._now(), status.case.company.zone)
        facts = facts_of(
            status, today, held=bool(found.case.holds), past=dates.is_past(status.case, self._now())
        )
        if not found.case.grants:
            return _sealed(facts)
        asked, who = spoken(file)[0].fields, said_identity(file)
        notes = file.records(Compartment.INTERNAL)
        shown = {record.n for record in _shown(file, found)}
        decided = request_decisions.decided(notes)
        rights, categories = tuple(asked["rights"]), tuple(asked["categories"])
        known = status.state not in BEFORE
        return DeskRequest(
            facts=facts, rights=rights, categories=categories if known else (), name=who["name"],
            email=who["email"], unsure=asked["unsure"], language=asked["language"],
            entries=tuple(
                one for one in entries_of(file, file.case.unread, "reporter") if one.n in shown
            ),
            verdicts=request_decisions.verdicts(asked, status.case, notes) if known else (),
            decisions=decided, tasks=_tasks(found, notes), repeats=found.repeats,
            to_handlers=is_copied(rights),
        )  # fmt: skip


def _sealed(facts: Any) -> DeskRequest:
    return DeskRequest(facts, (), (), "", "", False, "", (), (), (), (), (), False)


def _shown(file: CaseFile, found: OpenedRequest) -> list[Opened]:
    """What an officer reads of the dialogue: all of it once the person is known, before that who they are."""
    if found.status.state not in BEFORE:
        return spoken(file)
    return [one for one in spoken(file) if one.fields["type"] in ("asked", "proof", "message", "closing")]


def _require_known(found: OpenedRequest) -> None:
    if found.status.state in BEFORE:
        raise RuleRefused("not_verified", "Who asks is not known yet, so nothing can be answered.")


def _seal(kind: str, **fields: Any) -> Seal:
    def seal(_file: CaseFile, draft: Draft) -> None:
        draft.record(Compartment.CONTENT, kind, **fields)

    return seal


def _note(kind: str, **fields: Any) -> Seal:
    def seal(_file: CaseFile, draft: Draft) -> None:
        draft.record(Compartment.INTERNAL, kind, **fields)

    return seal


def _letter(
    file: CaseFile, kind: LetterKind, reasons: str, *, grounds: Sequence[str] = (), until: date | None = None,
    fee: str = "", refusing: bool = False,
) -> Letter:  # fmt: skip
    """A letter in the person's language; with `refusing` what was decided may make an answer a refusal."""
    status, asked = file.case.status, spoken(file)[0].fields
    refused = request_decisions.refused(file.records(Compartment.INTERNAL)) if refusing else ()
    if refused:
        kind, grounds = LetterKind.REFUSAL, refused
    return Letter(
        kind,
        asked["language"],
        status.company.country,
        status.received_on,
        reasons,
        tuple(grounds),
        until,
        fee,
    )


def _emptied(file: CaseFile) -> tuple[Emptied, ...]:
    """Records of what was sent as proof, without a word or a file of it."""
    found = []
    stored = [one for one in file.case.records if one.compartment == Compartment.CONTENT]
    for place, record in zip(stored, file.records(Compartment.CONTENT), strict=True):
        if record.fields["type"] == "proof" and not record.fields.get("gone"):
            files = tuple(bytes.fromhex(one["id"]) for one in record.fields["files"])
            body = record.fields | {"text": "", "files": [], "gone": True, "replaces": place.object_id.hex()}
            key = file.key_of(Compartment.CONTENT, place.epoch)
            found.append(Emptied(place.object_id, seal_json(key, new_object_id(), body), files))
    return tuple(found)


def _tasks(found: OpenedRequest, notes: Sequence[Opened]) -> tuple[TaskView, ...]:
    said = {one.fields["task"]: one.fields for one in notes if one.fields["type"] == "task"}
    came = {one.fields["task"]: one.fields for one in notes if one.fields["type"] == "task_outcome"}
    return tuple(
        TaskView(
            one.id.hex(), said[one.id.hex()]["recipient"], said[one.id.hex()]["what"], one.opened_on,
            one.outcome, one.done_on, came.get(one.id.hex(), {}).get("reason", ""),
        )
        for one in found.tasks
        if one.id.hex() in said
    )  # fmt: skip


def _row(one: request_list.ListedRequest, now: datetime) -> tuple[RequestRow, date]:
    status = one.status
    today = local_day(now, status.case.company.zone)
    left = (status.due_on - today) // timedelta(days=1)
    row = RequestRow(
        status.case.number, status.case.company.name, status.state, status.child, status.case.received_on,
        status.due_on, status.last_legal_day, left, one.unread, status.asked_on,
    )  # fmt: skip
    return row, today


def _count(bounded: Bounded) -> Count:
    return Count(bounded.value, bounded.more)


def _text(cursor: request_list.Cursor | None) -> str | None:
    return None if cursor is None else f"{cursor[0]}.{cursor[1].isoformat()}.{cursor[2].hex()}"


def _cursor(text: str) -> request_list.Cursor | None:
    try:
        rank, day, case_id = text.split(".")
        return int(rank), date.fromisoformat(day), bytes.fromhex(case_id)
    except ValueError:
        return None


def _id(text: str) -> bytes:
    try:
        return bytes.fromhex(text)
    except ValueError:
        raise NotThere("there is no such task") from None
