"""The way back in: a case key opens its own case and nothing else."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from whistle.crypto.codes import CaseKey, candidates
from whistle.crypto.header import Compartment, Header
from whistle.crypto.keys import KeyPair
from whistle.errors import NotThere, RuleRefused, SealBroken
from whistle.parties import archive, attachments, dates
from whistle.parties.casefile import CaseFile
from whistle.parties.report_form import LINE_LIMIT, FormRefused, ReportForm, checked_text, text_problems
from whistle.parties.sending import Sending
from whistle.parties.submission import NewReport, identity_fields
from whistle.parties.views import Download, Entry, MailboxCase
from whistle.rules.calendar import local_day
from whistle.rules.text import clean_text
from whistle.vault import intake
from whistle.vault import mailbox as vault
from whistle.vault.facts import Addition, OpenedCase
from whistle.vault.store import Store

ATTEMPTS = 25
"""How often a message is numbered anew when others write at the same moment: each time one gets through."""


@dataclass(frozen=True, slots=True)
class Entered:
    """A key that led to a case; `repaired` says that a symbol was wrong or two were swapped."""

    secret: bytes = field(repr=False)
    repaired: bool


class Mailbox:
    """What a reporter does with their key."""

    def __init__(self, store: Store, now: Callable[[], datetime]) -> None:
        self._store = store
        self._now = now

    def enter(self, text: str) -> Entered:
        """Find the case of a typed key, also with one wrong or two swapped symbols.

        Raises `SealBroken` when the check symbol says it was mistyped, `NotThere` when no case has it. The
        same work is done for a key that exists and one that does not.
        """
        possible = candidates(text)
        if not possible:
            raise SealBroken("something in the key is mistyped")
        try:
            which, status = intake.find(self._store, [key.locator for key in possible])
        except NotThere:
            CaseKey.parse(text)
            raise
        if not status.key_kept:
            intake.keep_key(self._store, possible[which].locator)
        return Entered(possible[which].secret, repaired=not _is_typed(text, possible[which]))

    def open(self, secret: bytes) -> MailboxCase:
        """The case as its reporter sees it; what was new is marked as seen. Raises `NotThere`."""
        file, key = self._file(secret)
        if file.case.status.unread:
            vault.mark_read(self._store, key.locator)
        return _view(file, local_day(self._now(), file.case.status.company.zone), self._now())

    def writing(self, secret: bytes) -> Sending:
        """Make room for a message's files. Raises `NotThere`."""
        file, _key = self._file(secret)
        return Sending(self._store, file.key(Compartment.CONTENT))

    def message(self, secret: bytes, sending: Sending, text: str) -> None:
        """Write to the handlers, words or files. Raises `FormRefused`, `NotThere`, `RuleRefused`."""
        files = sending.described()
        found = text_problems("message", text, 100_000, required=not files)
        if found:
            raise FormRefused(tuple(found))
        cleaned = clean_text(text).strip()

        def seal(file: CaseFile, today: date) -> Addition | None:
            if file.repeats(
                Compartment.CONTENT, {"by": "reporter", "type": "message", "text": cleaned, "files": files}
            ):
                return None
            n = file.case.status.n_content + 1
            record = file.seal(
                Compartment.CONTENT, n, today, "message", "reporter", text=cleaned, files=files
            )
            return Addition(records=(record,), blobs=sending.blobs())

        if self._add(secret, seal, "message_received"):
            sending.taken()
        else:
            sending.abandon()

    def add_what_is_new(self, case_key: CaseKey, form: ReportForm, sending: NewReport) -> None:
        """A form that arrives again, changed: its new words and files become a message; nothing is lost."""
        file, _key = self._file(case_key.secret)
        records = [
            record.fields for record in file.records(Compartment.CONTENT) if record.fields["by"] == "reporter"
        ]
        known = {one["sha256"] for fields in records for one in fields.get("files", ())}
        text = clean_text(form.description).strip()
        new_text = "" if any(fields.get("text") == text for fields in records) else text
        if not file.keys:
            sending.abandon()
            return
        added = sending.moved_to(file.key(Compartment.CONTENT), known)
        if new_text or added.described():
            self.message(case_key.secret, added, new_text)

    def identify(self, secret: bytes, name: str, contact: str) -> None:
        """Say who one is, sealed apart from the report. Raises `FormRefused` when both fields are empty."""
        checked_text("identity_name", name if name.strip() else contact, LINE_LIMIT)
        found = [
            *text_problems("identity_name", name, LINE_LIMIT),
            *text_problems("identity_contact", contact, LINE_LIMIT),
        ]
        if found:
            raise FormRefused(tuple(found))

        def seal(file: CaseFile, today: date) -> Addition:
            status = file.case.status
            fields = identity_fields(status.n_identity + 1, today, name, contact)
            kept = {key: fields[key] for key in ("name", "contact")}
            identity = file.seal(
                Compartment.IDENTITY, status.n_identity + 1, today, "identity", "reporter", **kept
            )
            told = file.seal(Compartment.CONTENT, status.n_content + 1, today, "identity_given", "reporter")
            return Addition(records=(identity, told))

        self._add(secret, seal, "identity_given")

    def file(self, secret: bytes, file_id: str) -> Download:
        """One file, verified to its end. Raises `NotThere`, `SealBroken`."""
        file, _key = self._file(secret)
        return attachments.download(self._store, file, _described(file), file_id)

    def everything(self, secret: bytes) -> Iterator[bytes]:
        """The whole case as a ZIP; each file is verified before the first byte. Raises `NotThere`."""
        file, _key = self._file(secret)
        described = _described(file)
        files = [attachments.download(self._store, file, described, file_id) for file_id in described]
        return archive.stream(file.case.status, _entries(file, 0), files)

    def _file(self, secret: bytes) -> tuple[CaseFile, CaseKey]:
        key = CaseKey(secret)
        case = vault.open_case(self._store, key.locator, self._now())
        return CaseFile(
            case, KeyPair.from_seed(key.reporter_seed, _reporter_key_id(case)), own_only=True
        ), key

    def _add(self, secret: bytes, seal: Callable[[CaseFile, date], Addition | None], action: str) -> bool:
        """Add what `seal` makes of the case as it stands; False when it finds it there already."""
        for left in reversed(range(ATTEMPTS)):
            file, key = self._file(secret)
            addition = seal(file, local_day(self._now(), file.case.status.company.zone))
            if addition is None:
                return False
            try:
                vault.add(self._store, key.locator, addition, self._now(), action=action)
            except RuleRefused as refused:
                if refused.reason != "number" or not left:
                    raise
            else:
                break
        return True


def _is_typed(text: str, key: CaseKey) -> bool:
    try:
        return CaseKey.parse(text) == key
    except SealBroken:
        return False


def _reporter_key_id(case: OpenedCase) -> bytes | None:
    return Header.parse(case.grants[0].sealed).key_id if case.grants else None


def _described(file: CaseFile) -> dict[str, dict[str, Any]]:
    return attachments.described(file.records(Compartment.CONTENT))


def _entries(file: CaseFile, unread: int) -> tuple[Entry, ...]:
    return attachments.entries(
        file.records(Compartment.CONTENT), attachments.SPOKEN, unread=unread, unread_of="handler"
    )


def _view(file: CaseFile, today: date, now: datetime) -> MailboxCase:
    status = file.case.status
    entries = _entries(file, status.unread)
    given = [entry for entry in file.records(Compartment.CONTENT) if attachments.gives_identity(entry)]
    left = None if status.purge_on is None else (status.purge_on - today).days
    return MailboxCase(
        number=status.number, company_code=status.company.code, company_name=status.company.name,
        country=status.company.country, state=status.state, received_on=status.received_on,
        acknowledged_on=status.acknowledged_on, feedback_on=status.feedback_on, closed_on=status.closed_on,
        purge_on=status.purge_on, past_day=dates.is_past(status, now), days_to_purge=left,
        held=bool(file.case.holds), next_duty=dates.next_of(file.case, today),
        feedback_due=dates.owed(status)["feedback"], entries=entries,
        new_entries=sum(entry.new for entry in entries), identity_given_on=given[-1].day if given else None,
        files=tuple(one for entry in entries for one in entry.files),
    )  # fmt: skip
