"""The way back in: a case key opens its own case and nothing else."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from whistle.crypto.codes import CaseKey, candidates
from whistle.crypto.header import Compartment, Header
from whistle.crypto.keys import KeyPair
from whistle.errors import NotThere, SealBroken
from whistle.parties import archive, attachments, consents, dates, identity, letting_in, work_view
from whistle.parties.casefile import CaseFile
from whistle.parties.desk_work import Seal, tried
from whistle.parties.draft import Author, Draft, key_for_files
from whistle.parties.report_form import LINE_LIMIT, FormRefused, ReportForm, checked_text, text_problems
from whistle.parties.sending import Sending
from whistle.parties.submission import NewReport
from whistle.parties.views import Download, Entry, MailboxCase
from whistle.rules import redaction
from whistle.rules.calendar import local_day
from whistle.rules.deadlines import RIGHTS
from whistle.rules.text import clean_text
from whistle.vault import consents as consents_vault
from whistle.vault import identity_withdrawals, intake, minutes
from whistle.vault import mailbox as vault
from whistle.vault.facts import Addition, OpenedCase, SealedRecord
from whistle.vault.store import Store


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
        file, key, _author = self._file(secret)
        if file.case.status.unread:
            vault.mark_read(self._store, key.locator)
        if any(one.shown_on is None for one in file.case.minutes):
            minutes.mark_shown(self._store, key.locator, self._now())
        view = _view(file, local_day(self._now(), file.case.status.company.zone), self._now())
        return replace(view, nobody_reads=letting_in.nobody_reads(self._store, file, key, self._now()))

    def writing(self, secret: bytes) -> Sending:
        """Make room for a message's files. Raises `NotThere`."""
        file, _key, _author = self._file(secret)
        return Sending(self._store, key_for_files(file), file.key(Compartment.IDENTITY))

    def message(self, secret: bytes, sending: Sending, text: str) -> None:
        """Write to the handlers, words or files. Raises `FormRefused`, `NotThere`, `RuleRefused`."""
        found = text_problems("message", text, 100_000, required=not sending.has_files())
        if found:
            raise FormRefused(tuple(found))
        cleaned = clean_text(text).strip()

        def seal(file: CaseFile, draft: Draft) -> bool:
            said = {"by": "reporter", "type": "message", "text": cleaned, "files": sending.described()}
            if file.repeats(Compartment.CONTENT, said):
                return False
            key, beside = draft.ready(Compartment.CONTENT, sending.key), file.key(Compartment.IDENTITY)
            if not sending.fits(key, beside):  # somebody left, or a new key came, while the files did
                sending.become(sending.moved_to(key, (), beside))
            draft.record(Compartment.CONTENT, "message", text=cleaned, files=sending.described())
            if originals := sending.originals():
                draft.record(Compartment.IDENTITY, "originals", files=originals)
            draft.files(sending.blobs())
            return True

        if self._add(secret, seal, "message_received"):
            sending.taken()
        else:
            sending.abandon()

    def add_what_is_new(self, case_key: CaseKey, form: ReportForm, sending: NewReport) -> None:
        """A form that arrives again, changed: its new words and files become a message; nothing is lost.

        What was erased since is nothing new: neither words nor files come back by the form's second way.
        """
        file, _key, _author = self._file(case_key.secret)
        records = [
            record.fields for record in file.records(Compartment.CONTENT) if record.fields["by"] == "reporter"
        ]
        known = attachments.known_hashes(file)
        text = clean_text(form.description).strip()
        unchanged = any(redaction.may_be_of(fields, text) for fields in records)
        new_text = "" if unchanged else text
        erased = unchanged and any(redaction.erased_files(fields) for fields in records)
        if erased or not file.case.grants:
            sending.abandon()
            return
        added = sending.moved_to(key_for_files(file), known, file.key(Compartment.IDENTITY))
        if new_text or added.has_files():
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

        kept = {"name": clean_text(name).strip(), "contact": clean_text(contact).strip()}

        def seal(_file: CaseFile, draft: Draft) -> None:
            draft.record(Compartment.CONTENT, "identity_given")
            draft.record(Compartment.IDENTITY, "identity", **kept)

        self._add(secret, seal, "identity_given")

    def withdraw_identity(self, secret: bytes) -> None:
        """Take a name back that nobody has seen: its bytes are destroyed. Raises `RuleRefused("opened")`."""
        empty: tuple[SealedRecord, ...] = ()

        def seal(file: CaseFile, draft: Draft) -> None:
            nonlocal empty
            empty = identity.emptied(file)
            draft.record(Compartment.CONTENT, identity.WITHDRAWN)

        def store_it(key: CaseKey, addition: Addition) -> None:
            identity_withdrawals.withdraw(self._store, key.locator, empty, addition, self._now())

        self._put(secret, seal, store_it)

    def consent(self, secret: bytes, consent_id: str, decision: str) -> None:
        """Agree to a disclosure or not (`yes`, `no`), until it was carried out. Raises `RuleRefused`."""
        seal = consents.answer(consent_id, decision)
        agrees = decision == consents.YES

        def store_it(key: CaseKey, addition: Addition) -> None:
            place = (self._store, key.locator, consents.id_of(consent_id))
            consents_vault.answer(*place, addition, self._now(), agrees=agrees)

        self._put(secret, seal, store_it)

    def file(self, secret: bytes, file_id: str) -> Download:
        """One file, verified to its end. Raises `NotThere`, `SealBroken`."""
        file, _key, _author = self._file(secret)
        return attachments.download(self._store, file, attachments.as_sent(file), file_id)

    def everything(self, secret: bytes) -> Iterator[bytes]:
        """The whole case as a ZIP; each file is verified before the first byte. Raises `NotThere`.

        From its day on there is nothing to take along: whoever wanted it was told for 30 days.
        """
        file, _key, _author = self._file(secret)
        if not file.case.grants:
            raise NotThere("the day of this case has come")
        described = attachments.as_sent(file)
        files = [attachments.download(self._store, file, described, file_id) for file_id in described]
        return archive.stream(file.case.status, _entries(file, 0), files)

    def _file(self, secret: bytes) -> tuple[CaseFile, CaseKey, Author]:
        key = CaseKey(secret)
        case = vault.open_case(self._store, key.locator, self._now())
        pair = KeyPair.from_seed(key.reporter_seed, _reporter_key_id(case))
        return CaseFile(case, pair, own_only=True), key, Author.reporter(case.status.id, pair)

    def _add(self, secret: bytes, seal: Seal, action: str) -> bool:
        """Add what `seal` makes of the case as it stands; False when it finds it there already."""

        def store_it(key: CaseKey, addition: Addition) -> None:
            vault.add(self._store, key.locator, addition, self._now(), action=action)

        return self._put(secret, seal, store_it)

    def _put(self, secret: bytes, seal: Seal, store_it: Callable[[CaseKey, Addition], None]) -> bool:
        """The same for a command of the vault's own."""
        done = True

        def attempt() -> None:
            nonlocal done
            file, key, author = self._file(secret)
            draft = Draft(self._store, file, author, self._now())
            done = seal(file, draft) is not False
            if done:
                store_it(key, draft.addition())

        tried(attempt)
        return done


def _is_typed(text: str, key: CaseKey) -> bool:
    try:
        return CaseKey.parse(text) == key
    except SealBroken:
        return False


def _reporter_key_id(case: OpenedCase) -> bytes | None:
    return Header.parse(case.grants[0].sealed).key_id if case.grants else None


def _entries(file: CaseFile, unread: int) -> tuple[Entry, ...]:
    return attachments.entries(
        file.records(Compartment.CONTENT), attachments.SPOKEN, unread=unread, unread_of="handler",
        sent=attachments.originals(file),
    )  # fmt: skip


def _view(file: CaseFile, today: date, now: datetime) -> MailboxCase:
    status = file.case.status
    entries = _entries(file, status.unread)
    given = identity.given(file.records(Compartment.CONTENT))
    left = None if status.purge_on is None else (status.purge_on - today).days
    return MailboxCase(
        number=status.number, company_code=status.company.code, company_name=status.company.name,
        country=status.company.country, state=status.state, received_on=status.received_on,
        acknowledged_on=status.acknowledged_on, feedback_on=status.feedback_on, closed_on=status.closed_on,
        purge_on=status.purge_on, past_day=dates.is_past(status, now), days_to_purge=left,
        held=any(not hold.withheld for hold in file.case.holds), next_duty=dates.next_of(file.case, today),
        feedback_due=dates.owed(status)["feedback"], entries=entries,
        new_entries=sum(entry.new for entry in entries), identity_given_on=given.day if given else None,
        files=tuple(one for entry in entries for one in entry.files), minutes=work_view.minutes(file),
        identity=identity.mailbox(file), consents=consents.told(file),
        rights_due=next((one.due_on for one in dates.standing(file.case, today) if one.kind == RIGHTS), None),
    )  # fmt: skip
