"""The work on a case as its page shows it, read from the records that the reader's own key opened."""

from datetime import date, timedelta

from whistle.crypto.header import Compartment
from whistle.parties.casefile import CaseFile, Opened
from whistle.parties.sheets import sheet
from whistle.parties.work import LINK, MEASURE, NOTE_MARK, PROTECTION, TRIAGE, YES
from whistle.parties.work_views import ConcernedView, MinutesView, Sheet, WorkView
from whistle.rules import redaction
from whistle.rules.concerned import Decision, is_settled
from whistle.rules.deadlines import MINUTES_DAYS
from whistle.rules.triage import MEMORY

CONCERNED = "concerned"
MINUTES, MINUTES_REPLY, MINUTES_LOCKED = "minutes", "minutes_reply", "minutes_locked"


def work(file: CaseFile) -> WorkView:
    """Everything that is recorded of the work on a case; `linked` are all the cases it names."""
    notes = file.records(Compartment.INTERNAL)
    content = file.records(Compartment.CONTENT)
    report = content[0].fields if content else {}
    assigned = file.case.status.assigned_to
    names = dict(file.case.readers)
    answers = assigned if assigned in names else None
    return WorkView(
        triage=sheet(notes, TRIAGE), measures=sheet(notes, MEASURE), protection=sheet(notes, PROTECTION),
        linked=tuple(one.id for one in sheet(notes, LINK).current if one["linked"] == YES),
        assigned_to="" if answers is None else answers.hex(),
        assigned_name="" if answers is None else names[answers],
        colleagues=tuple((person.hex(), name) for person, name in file.case.readers),
        notes=_marks(notes), came_by=str(report.get("on_behalf", "")),
        entered_by=str(report.get("entered_by", "")), recording_agreed="recording_agreed" in report,
    )  # fmt: skip


def _marks(notes: list[Opened]) -> dict[int, tuple[str, bool]]:
    """What each note is: as it was written, or as it was marked since."""
    found = {
        one.n: (str(one.fields.get("note_kind", MEMORY)), one.fields.get("disclosed") == YES)
        for one in notes
        if one.fields["type"] == "note"
    }
    for mark in sheet(notes, NOTE_MARK).current:
        found[int(mark.id)] = (mark["note_kind"], mark["disclosed"] == YES)
    return found


def concerned(file: CaseFile) -> ConcernedView:
    """The persons concerned and what was decided about each (L13)."""
    known = sheet(file.records(Compartment.INTERNAL), CONCERNED)
    return concerned_of(known)


def concerned_of(known: Sheet) -> ConcernedView:
    """The same, from the records."""
    people = tuple(one for one in known.current if one["decision"] != Decision.NONE_IDENTIFIED)
    nobody = None if people else known.last
    standing = people or known.current
    settled = is_settled([one["decision"] for one in standing])
    return ConcernedView(people, known.earlier, nobody, settled)


def minutes(file: CaseFile) -> tuple[MinutesView, ...]:
    """Minutes, oldest first, each with the reporter's last word on it (L4)."""
    records = file.records(Compartment.CONTENT)
    replaced = {one.fields.get("replaces_minutes") for one in records if one.fields["type"] == MINUTES}
    return tuple(_minutes(file, one, records, replaced) for one in records if one.fields["type"] == MINUTES)


def _minutes(file: CaseFile, record: Opened, records: list[Opened], replaced: set[str | None]) -> MinutesView:
    own = record.fields["id"]
    reply = _last(records, MINUTES_REPLY, own)
    locked = _last(records, MINUTES_LOCKED, own)
    return MinutesView(
        id=own, n=record.n, day=record.day, author=str(record.fields.get("author", "")),
        met=record.fields["met"], held_on=date.fromisoformat(record.fields["held_on"]),
        text=redaction.plain(record.fields), answer=str(reply.fields["answer"]) if reply else "",
        correction=redaction.plain(reply.fields) if reply else "", answered_on=reply.day if reply else None,
        locked_on=locked.day if locked else None, lock_from=_lock_from(file, own, reply),
        replaced=own in replaced,
    )  # fmt: skip


def _last(records: list[Opened], kind: str, own: str) -> Opened | None:
    found = [one for one in records if one.fields["type"] == kind and one.fields["id"] == own]
    return found[-1] if found else None


def _lock_from(file: CaseFile, own: str, reply: Opened | None) -> date | None:
    if reply is not None:
        return reply.day
    shown = next((one.shown_on for one in file.case.minutes if one.id.hex() == own), None)
    return None if shown is None else shown + timedelta(days=MINUTES_DAYS)
