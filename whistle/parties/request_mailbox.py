"""The way back in to a privacy request: its key opens it, and what those who handle reports wrote."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from whistle.crypto.codes import CaseKey
from whistle.crypto.header import Compartment, Header
from whistle.crypto.keys import KeyPair
from whistle.errors import NotThere, RuleRefused, Tampered, TooMany
from whistle.parties import archive, attachments, dates, request_codes, request_return, request_sending
from whistle.parties.casefile import CaseFile, Opened
from whistle.parties.draft import Author, Draft, key_for_files
from whistle.parties.report_form import FormRefused, text_problems
from whistle.parties.request_form import email_problems
from whistle.parties.request_views import RequestFacts, RequestMailbox
from whistle.parties.sending import Sending
from whistle.parties.views import Download, Entry
from whistle.rules.calendar import local_day
from whistle.rules.request_way import State, is_offered
from whistle.rules.text import TEXT_LIMIT, clean_text
from whistle.vault import request_mailbox as vault
from whistle.vault.facts import CompanyFacts
from whistle.vault.requests import OpenedRequest, RequestStatus
from whistle.vault.store import Store

SPOKEN = (
    "request", "message", "proof", "asked", "answer", "refusal", "extension", "notice", "closing",
    "forwarded",
    "handlers",
)  # fmt: skip
"""The content records that are part of the dialogue."""

ANSWERS = ("answer", "handlers")
"""What is offered for 30 days, and then only said to have been there."""

FROM_HANDLERS = "handlers"

HANDLERS_FROM = 100_000
"""Entries of the copy are numbered from here on the person's page, so that no two are called alike."""


class RequestSending(Sending):
    """The files of a message under a request."""


class RequestMailboxes:
    """What somebody does with the key of a privacy request. Every method raises `NotThere` for other keys."""

    def __init__(self, store: Store, now: Callable[[], datetime], machine: Callable[[], datetime]) -> None:
        self._store, self._now, self._machine = store, now, machine

    def open(self, secret: bytes) -> RequestMailbox:
        """The request as the person sees it; what was new is marked as seen.

        From its day on a held one shows that it is kept, and nothing in it, unless legal withholds that.
        """
        key, found = self._found(secret)
        kept = self._kept(found)
        if kept is not None:
            return kept
        file = _filed(key, found)
        beside = self._beside(key, file)
        unread = found.case.status.unread + (0 if beside is None else beside.case.status.unread)
        if unread:
            vault.mark_read(self._store, key.locator)
        alone = request_return.nobody_reads(self._store, key.locator, file, beside, self._now())
        return replace(self._view(file, beside, found), nobody_reads=alone)

    def confirm(self, secret: bytes, code: str) -> None:
        """Prove the address. Raises `TooMany`, `RuleRefused("code")`."""
        file, _found, key = self._file(secret)
        second = int(self._machine().timestamp())
        wait = request_codes.wait_for_try(self._store, file.case.status.id, second)
        if wait:
            raise TooMany(wait)
        typed = "".join(symbol for symbol in code[:100] if symbol.isdecimal())
        vault.confirm(self._store, key.locator, typed, self._now())
        request_codes.forget_tries(self._store, file.case.status.id)

    def send_again(self, secret: bytes, email: str, language: str) -> None:
        """Have a new code sent to the address that is typed. Raises `FormRefused`, `RuleRefused`."""
        problems = email_problems(email, required=True)
        if problems:
            raise FormRefused(tuple(problems))
        address, second = email.strip(), int(self._machine().timestamp())
        file, found, key = self._file(secret)
        if not request_codes.may_send(self._store, address, second):
            raise RuleRefused("letters", "This address has been sent enough letters for now.")
        n, case_id = found.status.code_n + 1, file.case.status.id
        mail = request_codes.sealed_letter(self._store.keys, case_id, n, address, language)
        name = said_identity(file)["name"]
        draft = Draft(self._store, file, Author.reporter(case_id, _pair(key, file)), self._now())
        draft.record(Compartment.IDENTITY, "identity", name=name, email=address)
        vault.send_again(self._store, key.locator, draft.addition(), mail, self._now())

    def writing(self, secret: bytes) -> RequestSending:
        """Make room for a message's files."""
        file, _found, _key = self._file(secret)
        return RequestSending(self._store, key_for_files(file))

    def message(self, secret: bytes, sending: Sending, text: str, *, is_proof: bool = False) -> None:
        """Write to the officers, words or files. `is_proof`: it says who one is, and goes once that is known.

        Raises `FormRefused`, `RuleRefused`: `proof_late` once the check is done, as nothing would destroy it.
        """
        found = text_problems("message", text, TEXT_LIMIT, required=not sending.has_files())
        if found:
            raise FormRefused(tuple(found))
        cleaned, kind = clean_text(text).strip(), "proof" if is_proof else "message"

        def attempt() -> bool:
            file, opened, key = self._file(secret)
            if is_proof and opened.status.state not in (State.SENT, State.CODED):
                raise RuleRefused("proof_late", "Who asks is known already: no proof is taken any more.")
            said = {"by": "reporter", "type": kind, "text": cleaned, "files": sending.described()}
            if file.repeats(Compartment.CONTENT, said):
                return False
            author = Author.reporter(file.case.status.id, _pair(key, file))
            draft = Draft(self._store, file, author, self._now())
            request_sending.put(draft, sending, kind, cleaned)
            vault.add(self._store, key.locator, draft.addition(), self._now())
            return True

        request_sending.settled(sending, attempt)

    def file(self, secret: bytes, file_id: str) -> Download:
        """One file, verified to its end; one of an answer while it is offered."""
        file, _found, key = self._file(secret)
        for one in (file, self._beside(key, file)):
            if one is not None and file_id in (known := self._known(one)):
                return attachments.download(self._store, one, known, file_id)
        raise NotThere("there is no such file")

    def everything(self, secret: bytes) -> Iterator[bytes]:
        """The whole request as a ZIP, with the answers that are still offered."""
        file, found, key = self._file(secret)
        beside = self._beside(key, file)
        files = [
            attachments.download(self._store, one, self._known(one), file_id)
            for one in (file, beside) if one is not None
            for file_id in self._known(one)
        ]  # fmt: skip
        return archive.stream(file.case.status, self._view(file, beside, found).entries, files)

    def _file(self, secret: bytes) -> tuple[CaseFile, OpenedRequest, CaseKey]:
        key, found = self._found(secret)
        return _filed(key, found), found, key

    def _found(self, secret: bytes) -> tuple[CaseKey, OpenedRequest]:
        key = CaseKey(secret)
        return key, vault.open_request(self._store, key.locator, self._now())

    def _kept(self, found: OpenedRequest) -> RequestMailbox | None:
        held = any(not hold.withheld for hold in found.case.holds)
        if found.case.grants or not held:
            return None
        today = self._today(found.status.case.company)
        return RequestMailbox(facts_of(found.status, today, held=held, past=True), (), (), "", (), 0, ())

    def _beside(self, key: CaseKey, file: CaseFile) -> CaseFile | None:
        """The copy that went to those who handle reports, believed because the request names it."""
        copy = vault.open_copy(self._store, key.locator, self._now())
        if copy is None or not copy.grants:
            return None
        beside = CaseFile(copy, _pair(key, file))
        for record in file.records(Compartment.CONTENT):
            fields = record.fields
            said = (copy.status.id.hex(), beside.key_of(Compartment.CONTENT, 1).key_id.hex())
            if fields["type"] == "copied" and (fields["copy"], fields["key_id"]) == said:
                return beside
        raise Tampered("the copy of a request is not the one that was made of it")

    def _known(self, file: CaseFile) -> dict[str, dict[str, Any]]:
        today = self._today(file.case.status.company)
        return attachments.described(
            [
                record
                for record in spoken(file)
                if record.fields["type"] not in ANSWERS or is_offered(record.day, today)
            ]
        )

    def _today(self, company: CompanyFacts) -> date:
        return local_day(self._now(), company.zone)

    def _view(self, file: CaseFile, beside: CaseFile | None, found: OpenedRequest) -> RequestMailbox:
        today = self._today(file.case.status.company)
        entries = list(entries_of(file, found.case.status.unread, "officer"))
        if beside is not None:
            theirs = entries_of(beside, beside.case.status.unread, "handler")
            entries += [replace(one, n=one.n + HANDLERS_FROM) for one in theirs if one.kind == FROM_HANDLERS]
        entries.sort(key=lambda one: (one.day, one.n))
        shown = tuple(_offered(one, today) for one in entries)
        asked = spoken(file)[0].fields
        past = dates.is_past(found.case.status, self._now())
        held = any(not hold.withheld for hold in found.case.holds)
        return RequestMailbox(
            facts_of(found.status, today, held=held, past=past),
            tuple(asked["rights"]), tuple(asked["categories"]), asked["language"], shown,
            sum(one.new for one in shown), tuple(one for entry in shown for one in entry.files),
        )  # fmt: skip


def _filed(key: CaseKey, found: OpenedRequest) -> CaseFile:
    if not found.case.grants:
        raise NotThere("the day of this request has come")
    pair = KeyPair.from_seed(key.reporter_seed, Header.parse(found.case.grants[0].sealed).key_id)
    return CaseFile(found.case, pair, own_only=True)


def _offered(entry: Entry, today: date) -> Entry:
    if entry.kind not in ANSWERS or is_offered(entry.day, today):
        return entry
    return replace(entry, text="", files=())


def spoken(file: CaseFile) -> list[Opened]:
    """The records that are part of the dialogue, in order; the request itself is the first."""
    return [one for one in file.records(Compartment.CONTENT) if one.fields["type"] in SPOKEN]


def entries_of(file: CaseFile, unread: int, unread_of: str) -> tuple[Entry, ...]:
    """The dialogue as a page shows it; the last `unread` entries of `unread_of` are new."""
    return attachments.entries(file.records(Compartment.CONTENT), SPOKEN, unread=unread, unread_of=unread_of)


def said_identity(file: CaseFile) -> dict[str, str]:
    """Who asks, as they said last: `name` and `email`."""
    found: Sequence[Opened] = [
        one for one in file.records(Compartment.IDENTITY) if one.fields["type"] == "identity"
    ]
    last = found[-1].fields if found else {}
    return {name: str(last.get(name, "")) for name in ("name", "email")}


def facts_of(status: RequestStatus, today: date, *, held: bool, past: bool) -> RequestFacts:
    """The days and states of a request, for its pages."""
    case = status.case
    return RequestFacts(
        number=case.number, company_code=case.company.code, company_name=case.company.name,
        country=case.company.country, state=status.state, child=status.child, received_on=case.received_on,
        due_on=status.due_on, last_legal_day=status.last_legal_day, days_stood_still=status.days_stood_still,
        asked_on=status.asked_on, extended_on=status.extended_on, noticed_on=status.noticed_on,
        verified_on=status.verified_on, answered_on=status.answered_on, closed_on=case.closed_on,
        purge_on=case.purge_on, review_on=status.review_on, mail=status.mail, held=held, past_day=past,
        may_extend=status.may_extend, neutral_on=status.neutral_on, today=today,
    )  # fmt: skip


def _pair(key: CaseKey, file: CaseFile) -> KeyPair:
    return KeyPair.from_seed(key.reporter_seed, Header.parse(file.case.grants[0].sealed).key_id)
