"""What the desk shows: opened with the handler's own key, in the order in which things fall due."""

import base64
import binascii
from datetime import date, datetime
from typing import Any

from whistle.crypto.header import Compartment
from whistle.parties import attachments, consents, dates, identity, work_view
from whistle.parties.casefile import ERASED, CaseFile, Opened, open_grant, open_record
from whistle.parties.member import Member
from whistle.parties.views import Count, DeskCase, DeskPage, DeskRow
from whistle.rules import redaction
from whistle.rules.calendar import local_day
from whistle.rules.deadlines import Duty
from whistle.vault.facts import Bounded, ListedCase, Listing
from whistle.vault.listing import SOON_DAYS

SUBJECT_LETTERS = 90
"""How much of a report's first line stands in the list."""

NOTES = ("note", "reopening", "no_feedback", ERASED)

NOTHING: dict[str, Any] = {"text": "", "category": "", "relation": "", "meeting": "", "excluded": ()}
"""What a report says to whom its content is not open."""

FAR = date(9000, 1, 1)
"""From here on a day is no day: the case has no duty left."""


def cursor(text: str) -> tuple[date, bytes] | None:
    """Where a page begins, read from an address; anything else begins at the start."""
    try:
        raw = base64.urlsafe_b64decode(text.encode("ascii"))
        return (date.fromordinal(int.from_bytes(raw[:4], "big")), raw[4:]) if len(raw) == 20 else None  # noqa: PLR2004
    except (ValueError, binascii.Error, OverflowError):
        return None


def page(found: Listing, member: Member, now: datetime) -> DeskPage:
    """A page of the list."""
    rows = tuple(_row(listed, member, now) for listed in found.rows)
    zone = found.rows[0].status.company.zone if found.rows else "Europe/Stockholm"
    after = None
    if found.after is not None:
        due, case_id = found.after
        after = base64.urlsafe_b64encode(due.toordinal().to_bytes(4, "big") + case_id).decode()
    return DeskPage(
        rows, _count(found.total), _count(found.late), _count(found.soon), after, local_day(now, zone)
    )


def _count(bounded: Bounded) -> Count:
    return Count(bounded.value, bounded.more)


def _row(listed: ListedCase, member: Member, now: datetime) -> DeskRow:
    status = listed.status
    report = _report(listed, member)
    today = local_day(now, status.company.zone)
    due = None if status.next_on >= FAR else status.next_on
    left = None if due is None else (due - today).days
    return DeskRow(
        number=status.number,
        company_name=status.company.name,
        state=status.state,
        subject=subject_of(redaction.short(report)),
        category=report["category"],
        duty=status.next_kind,
        due_on=due,
        days_left=left,
        group=_group(left),
        held=listed.held,
        new=listed.unread,
        handlers=tuple(name for person, name in listed.readers if person != member.person_id),
        mine=any(person == member.person_id for person, _name in listed.readers),
        assigned=next((name for person, name in listed.readers if person == status.assigned_to), ""),
    )


def _report(listed: ListedCase, member: Member) -> dict[str, Any]:
    """The report's fields; from the day of purge on there is nothing to open."""
    if listed.subject is None:
        return {"text": "", "category": ""}
    grant, record = listed.subject
    key, _own = open_grant(member.pair, grant, listed.status.id)
    return open_record(key, record, 1, None).fields


def _group(left: int | None) -> str:
    if left is None or left > SOON_DAYS:
        return "later"
    return "late" if left < 0 else "soon"


def subject_of(text: str) -> str:
    """The first line of a report, cut at a word."""
    line = text.strip().split("\n", 1)[0]
    if len(line) <= SUBJECT_LETTERS:
        return line
    cut = line[:SUBJECT_LETTERS].rsplit(" ", 1)[0]
    return f"{cut or line[:SUBJECT_LETTERS]} …"


def case(file: CaseFile, member: Member, now: datetime) -> DeskCase:
    """A case as its handler sees it; past its day only what is not sealed."""
    status, standing = file.case.status, file.case
    today = local_day(now, status.company.zone)
    content = file.records(Compartment.CONTENT)
    report = content[0].fields if content else NOTHING
    entries = attachments.entries(content, attachments.SPOKEN, unread=standing.unread, unread_of="reporter")
    owed = dates.standing(standing, today)
    duty = next(iter(owed), None)
    asked = status.reopen_asked_by
    past = dates.is_past(status, now)
    return DeskCase(
        number=status.number, company_code=status.company.code, company_name=status.company.name,
        country=status.company.country, state=status.state, subject=subject_of(redaction.short(report)),
        category=report["category"], relation=report["relation"], outcome=_outcome(content),
        meeting=report["meeting"], received_on=status.received_on, acknowledged_on=status.acknowledged_on,
        acknowledgement_waived=status.acknowledgement_waived, feedback_on=status.feedback_on,
        closed_on=status.closed_on, purge_on=status.purge_on, closings=standing.closings,
        held=bool(standing.holds), holds=tuple((hold.ground, hold.review_on) for hold in standing.holds),
        past_day=past, next_duty=duty, days_left=None if duty is None else (duty.due_on - today).days,
        duties=_duties(file), entries=entries,
        notes=attachments.entries(file.records(Compartment.INTERNAL), NOTES, unread=0, unread_of=""),
        files=tuple(one for entry in entries for one in entry.files),
        identity_given=identity.given(content) is not None,
        has_custodian=standing.has_custodian,
        handlers=tuple(name for person, name in standing.readers if person != member.person_id),
        excluded=tuple(f"{out['function']} ({out['name']})" for out in report["excluded"]),
        may_work=not past, reopening_asked=asked is not None,
        reopening_asked_by_me=asked is not None and bytes(asked) == member.person_id, today=today, owed=owed,
        work=work_view.work(file), concerned=work_view.concerned(file), minutes=work_view.minutes(file),
        meeting_held_on=status.meeting_held_on, identity=identity.desk(file, member),
        consents=consents.views(file), blocked=standing.blocked,
    )  # fmt: skip


def _duties(file: CaseFile) -> tuple[Duty, ...]:
    return tuple(duty for duty in dates.owed(file.case.status).values() if duty.kind != "persons_concerned")


def _outcome(content: list[Opened]) -> str:
    closings = [record for record in content if record.fields["type"] == "closing"]
    return str(closings[-1].fields["outcome"]) if closings else ""
