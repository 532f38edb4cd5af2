"""A handler erases what does not belong in a case: seen before and after, then gone for good (L9)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from whistle.crypto.header import Compartment
from whistle.crypto.records import new_object_id, seal_json
from whistle.errors import NotThere, RuleRefused
from whistle.parties.casefile import CaseFile, Opened, files_of
from whistle.parties.desk_work import DeskWork, tried
from whistle.parties.member import Member
from whistle.parties.redaction_views import ErasableLine, WaitingErasure
from whistle.parties.report_form import FormRefused, Problem, checked_text
from whistle.parties.views import FileView
from whistle.rules import redaction
from whistle.rules.calendar import local_day
from whistle.rules.redaction import Erased, Piece
from whistle.rules.text import TEXT_LIMIT
from whistle.vault import redactions as vault
from whistle.vault.facts import StoredRecord
from whistle.vault.redactions import Cut, Replacement
from whistle.vault.store import Store

PARTS = {"content": Compartment.CONTENT, "internal": Compartment.INTERNAL}
"""How an address names the compartment of an entry: `content-3` is the third record of the dialogue."""


@dataclass(frozen=True, slots=True)
class EraseForm:
    """What a handler chose: an entry, a passage of its text or one of its files, and the ground.

    `which` counts the places of a passage that stands there more than once, from 1.
    """

    entry: str
    passage: str = ""
    which: str = ""
    file: str = ""
    ground: str = ""


@dataclass(frozen=True, slots=True)
class ErasableEntry:
    """One entry as the page shows it, from which something is to be erased."""

    number: str
    ref: str
    who: str
    author: str
    day: date
    pieces: tuple[Piece, ...]
    files: tuple[FileView, ...]


@dataclass(frozen=True, slots=True)
class Preview:
    """What would go, with the entry as it is and as it would be; `second`: a colleague must agree."""

    entry: ErasableEntry
    gone: str
    file: str
    after: tuple[Piece, ...]
    characters: int
    ground: str
    second: bool


class Redactions:
    """What handlers do. Every method raises `NotThere` for a case or an entry that is not theirs."""

    def __init__(self, store: Store, now: Callable[[], datetime]) -> None:
        self._store = store
        self._now = now
        self._desk = DeskWork(store, now)

    def entry(self, member: Member, number: str, ref: str) -> ErasableEntry:
        """The entry of which something is to be erased."""
        file = self._desk.standing_file(member, number)
        return _erasable(file, _found(file, ref)[1], ref)

    def preview(self, member: Member, number: str, form: EraseForm) -> Preview:
        """What erasing it would do. Raises `FormRefused`, `RuleRefused`."""
        file = self._desk.standing_file(member, number)
        record = _found(file, form.entry)[1]
        cut = _cut(record, form)
        others = any(person != member.person_id for person, _name in file.case.readers)
        characters = cut.characters + vault.erased_alone(self._store, number)
        large = redaction.needs_second(characters, is_file=cut.blob_id is not None)
        after = redaction.pieces(self._after(file, record, cut))
        gone, name = _gone(record, cut)
        entry = _erasable(file, record, form.entry)
        return Preview(entry, gone, name, after, cut.characters, cut.ground, second=large and others)

    def erase(self, member: Member, number: str, form: EraseForm) -> bool:
        """Erase it for good, or ask a colleague: False when it waits. Raises also `HoldInForce`."""
        done = True

        def attempt() -> None:
            nonlocal done
            file = self._desk.standing_file(member, number)
            stored, record = _found(file, form.entry)
            cut = _cut(record, form)
            new = self._replacement(file, stored, record, cut)
            try:
                vault.redact(self._store, member.person_id, number, cut, new, self._now())
            except RuleRefused as refused:
                if refused.reason != "second_person":
                    raise
                done = False
                vault.ask(self._store, member.person_id, number, cut, self._now())

        tried(attempt)
        return done

    def confirm(self, member: Member, number: str, request_id: str) -> None:
        """Erase what a colleague asked for. Raises `RuleRefused("same_person")`, `HoldInForce`."""
        file = self._desk.standing_file(member, number)
        asked = self._asked(file, request_id)
        stored, record = _at(file, asked.cut.compartment, asked.cut.n)
        new = self._replacement(file, stored, record, asked.cut)
        vault.confirm(self._store, member.person_id, number, asked.id, new, self._now())

    def withdraw(self, member: Member, number: str, request_id: str) -> None:
        """Do not erase what was asked for; every handler of the case may say so."""
        asked = self._asked(self._desk.standing_file(member, number), request_id)
        vault.withdraw(self._store, member.person_id, number, asked.id, self._now())

    def waiting(self, member: Member, file: CaseFile) -> tuple[WaitingErasure, ...]:
        """What waits for a second handler in an opened case, with what would go."""
        found = vault.waiting(self._store, file.case.status.id) if file.case.grants else ()
        return tuple(_waiting(file, one, member) for one in found)

    def erasable(self, file: CaseFile) -> tuple[ErasableLine, ...]:
        """Every entry of an opened case from which something can be erased, with messages first."""
        return tuple(
            ErasableLine(
                f"{name}-{one.n}",
                one.fields["type"],
                one.fields["by"],
                str(one.fields.get("author", "")),
                one.day,
            )
            for name, part in PARTS.items()
            for one in file.records(part)
            if file.case.grants and _is_erasable(one.fields)
        )

    def _asked(self, file: CaseFile, request_id: str) -> vault.Waiting:
        for one in vault.waiting(self._store, file.case.status.id):
            if one.id.hex() == request_id:
                return one
        raise NotThere("there is no such request")

    def _after(self, file: CaseFile, record: Opened, cut: Cut) -> dict[str, Any]:
        today = local_day(self._now(), file.case.status.company.zone)
        erased = Erased(cut.characters, cut.ground, today)
        if cut.blob_id is not None:
            return redaction.without_file(record.fields, cut.blob_id.hex(), erased)
        return redaction.without(record.fields, cut.start, erased)

    def _replacement(self, file: CaseFile, stored: StoredRecord, record: Opened, cut: Cut) -> Replacement:
        """The record without it, under the very key of the old one: whoever could read that reads this."""
        fields = self._after(file, record, cut) | {"replaces": stored.object_id.hex()}
        key = file.key_of(stored.compartment, stored.epoch)
        return Replacement(stored.object_id, seal_json(key, new_object_id(), fields), _blobs(record, cut))


def _found(file: CaseFile, ref: str) -> tuple[StoredRecord, Opened]:
    part, _, n = ref.partition("-")
    if part not in PARTS or not n.isascii() or not n.isdigit():
        raise NotThere("there is no such entry")
    return _at(file, PARTS[part], int(n))


def _at(file: CaseFile, compartment: int, n: int) -> tuple[StoredRecord, Opened]:
    stored = next((one for one in file.case.records if (one.compartment, one.n) == (compartment, n)), None)
    opened = next((one for one in file.records(Compartment(compartment)) if one.n == n), None)
    if stored is None or opened is None or not _is_erasable(opened.fields):
        raise NotThere("there is no such entry")
    return stored, opened


def _is_erasable(fields: Mapping[str, Any]) -> bool:
    return bool(redaction.prose(fields) or files_of(fields))


def _cut(record: Opened, form: EraseForm) -> Cut:
    """What the form means in this record. Raises `FormRefused`, `RuleRefused("redaction_ground")`."""
    ground = redaction.check_ground(form.ground)
    compartment = PARTS[form.entry.partition("-")[0]]
    if form.file:
        known = {one["id"] for one in record.fields.get("files", ()) if "id" in one}
        if form.file not in known:
            raise FormRefused((Problem("file", "unknown"),))
        return Cut(compartment, record.n, 0, 0, ground, bytes.fromhex(form.file))
    passage = form.passage.replace("\r\n", "\n")
    checked_text("passage", passage, TEXT_LIMIT)
    start, length = _place(record, passage, form.which)
    return Cut(compartment, record.n, start, length, ground)


def _place(record: Opened, passage: str, which: str) -> tuple[int, int]:
    """Where the passage stands; blanks around it, which copying adds, are left out when it is not found."""
    text = redaction.prose(record.fields)
    wanted = passage if passage in text else passage.strip()
    found = redaction.places(text, wanted)
    if not found:
        raise FormRefused((Problem("passage", "not_found"),))
    if len(found) > 1 and not which:
        raise FormRefused((Problem("which", "several"),))
    if which and not (which.isascii() and which.isdigit() and 1 <= int(which) <= len(found)):
        raise FormRefused((Problem("which", "unknown"),))
    return found[int(which) - 1 if which else 0], len(wanted)


def _blobs(record: Opened, cut: Cut) -> tuple[bytes, ...]:
    """The file that handlers had, and its original with the identity."""
    if cut.blob_id is None:
        return ()
    facts = next(one for one in record.fields["files"] if one.get("id") == cut.blob_id.hex())
    return (cut.blob_id, *(bytes.fromhex(facts[name]) for name in ("original",) if name in facts))


def _erasable(file: CaseFile, record: Opened, ref: str) -> ErasableEntry:
    fields = record.fields
    return ErasableEntry(
        file.case.status.number, ref, fields["by"], fields.get("author", ""), record.day,
        redaction.pieces(fields), files_of(fields),
    )  # fmt: skip


def _gone(record: Opened, cut: Cut) -> tuple[str, str]:
    """The passage, and the name of the file: one of the two is empty."""
    if cut.blob_id is None:
        return redaction.prose(record.fields)[cut.start : cut.start + cut.characters], ""
    names = [one.name for one in files_of(record.fields) if one.id == cut.blob_id.hex()]
    return "", names[0] if names else ""


def _waiting(file: CaseFile, one: vault.Waiting, member: Member) -> WaitingErasure:
    _stored, record = _at(file, one.cut.compartment, one.cut.n)
    gone, name = _gone(record, one.cut)
    return WaitingErasure(
        one.id.hex(), one.asked_name, one.asked_on, one.asked_by == member.person_id, gone, name,
        one.cut.characters, one.cut.ground,
    )  # fmt: skip
