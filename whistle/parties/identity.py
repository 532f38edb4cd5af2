"""What the records of a case say about its reporter's name: given, taken back, asked for, opened."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from whistle.crypto.header import Compartment, Header
from whistle.crypto.records import new_object_id, seal_json
from whistle.errors import RuleRefused
from whistle.parties import attachments, originals
from whistle.parties.casefile import CaseFile, Opened
from whistle.parties.custody_views import AskedView, IdentityDesk, IdentityMailbox, RequestView
from whistle.parties.identity_reasons import opened_request
from whistle.parties.member import Member
from whistle.parties.sending import YES
from whistle.parties.views import FileView
from whistle.vault.facts import SealedRecord, StoredRecord
from whistle.vault.identity_requests import APPROVED, WAITING, StoredRequest

ASKED, WITHDRAWN, READING = "identity_request", "identity_withdrawn", "identity_reading"
"""Types of records: two among the messages, and among the notes the reason of a reading."""

IDENTITY = "identity"
"""The type of the identity record that holds a name, or the places where none was given."""


@dataclass(frozen=True, slots=True)
class IdentityView:
    """Who the reporter is, opened once; `until` is None where there is no custodian."""

    number: str
    name: str
    contact: str
    given_on: date | None
    originals: tuple[FileView, ...]
    until: date | None


def given(content: Sequence[Opened]) -> Opened | None:
    """The content record that last said a name was given, unless it was taken back since."""
    last = None
    for record in content:
        if attachments.gives_identity(record):
            last = record
        elif record.fields["type"] == WITHDRAWN:
            last = None
    return last


def withdrawn_on(content: Sequence[Opened]) -> date | None:
    """The day on which a name was taken back, when none was given since."""
    if given(content) is not None:
        return None
    return next((one.day for one in reversed(content) if one.fields["type"] == WITHDRAWN), None)


def has_originals(content: Sequence[Opened]) -> bool:
    """Whether a file came with traces of its sender, which lie with the identity."""
    return any(file.get("cleaned") == YES for one in content for file in one.fields.get("files", ()))


def something_is_sealed(file: CaseFile) -> bool:
    """Whether the identity compartment holds more than the empty record it began with."""
    content = file.records(Compartment.CONTENT)
    return given(content) is not None or has_originals(content)


def until(file: CaseFile, person_id: bytes) -> date | None:
    """The day on which this person's approval ends."""
    return max(
        (
            one.ends_on
            for one in file.case.requests
            if one.asked_by == person_id and one.state == APPROVED and one.ends_on is not None
        ),
        default=None,
    )


def view(file: CaseFile, ends_on: date | None) -> IdentityView:
    """Who the reporter is. Raises `SealBroken`, `Tampered`, `NotThere` without the custodian's key."""
    file.key(Compartment.IDENTITY)
    names = [one for one in file.records(Compartment.IDENTITY) if one.fields["type"] == IDENTITY]
    last: dict[str, Any] = names[-1].fields if names else {}
    record = given(file.records(Compartment.CONTENT))
    return IdentityView(
        number=file.case.status.number, name=str(last.get("name", "")), contact=str(last.get("contact", "")),
        given_on=None if record is None else record.day, originals=originals.of(file), until=ends_on,
    )  # fmt: skip


def desk(file: CaseFile, member: Member) -> IdentityDesk:
    """What a case's page says before anything is opened: who asked, why, and what was answered."""
    content = file.records(Compartment.CONTENT)
    record, facts = given(content), file.case.identity
    asked = tuple(_request(file, member, one) for one in file.case.requests)
    return IdentityDesk(
        given_on=None if record is None else record.day, withdrawn_on=withdrawn_on(content),
        originals=has_originals(content), requests=asked, waiting=any(one.state == WAITING for one in asked),
        until=until(file, member.person_id), direct=facts.mine and not file.case.has_custodian,
        renewal_due=facts.renewal_due,
    )  # fmt: skip


def _request(file: CaseFile, member: Member, one: StoredRequest) -> RequestView:
    said = opened_request(member.pair, one, file.case.status.number)
    return RequestView(
        id=one.id.hex(), who=one.asked_name, mine=one.asked_by == member.person_id, asked_on=one.asked_on,
        would_hinder=one.would_hinder, state=one.state, decided_by=one.decided_name,
        decided_on=one.decided_on, ends_on=one.ends_on, reason=said["reason"],
        decision_reason=said["decision"],
    )  # fmt: skip


def mailbox(file: CaseFile) -> IdentityMailbox:
    """What the reporter is shown: that a name stands, and who asked for it when."""
    content = file.records(Compartment.CONTENT)
    asked = tuple(
        AskedView(one.state, one.asked_on, one.decided_on, one.ends_on) for one in file.case.requests
    )
    may = given(content) is not None and not file.case.identity.opened
    return IdentityMailbox(may, withdrawn_on(content), asked, file.case.has_custodian)


def told_of_reading_on(file: CaseFile, today: date) -> bool:
    """Whether the reporter was told today already that somebody reads who they are: once a day is enough."""
    return any(
        one.fields["type"] == ASKED and one.fields.get("direct") and one.day == today
        for one in file.records(Compartment.CONTENT)
    )


def emptied(file: CaseFile) -> tuple[SealedRecord, ...]:
    """Records without a name for the places of those that hold one; each says which it replaces.

    Raises `RuleRefused("opened")` when somebody has seen it, `RuleRefused("nothing_given")`.
    """
    if given(file.records(Compartment.CONTENT)) is None:
        raise RuleRefused("nothing_given", "There is no name to take back.")
    if file.case.identity.opened:
        raise RuleRefused("opened", "Somebody has seen the name already.")
    stored = [one for one in file.case.records if one.compartment == Compartment.IDENTITY]
    opened = file.records(Compartment.IDENTITY)
    return tuple(
        _empty(file, place, record)
        for place, record in zip(stored, opened, strict=True)
        if record.fields["type"] == IDENTITY and (record.fields["name"] or record.fields["contact"])
    )


def _empty(file: CaseFile, place: StoredRecord, record: Opened) -> SealedRecord:
    body = record.fields | {"name": "", "contact": "", "replaces": place.object_id.hex()}
    key = file.key_of(Compartment.IDENTITY, place.epoch)
    mixed = file.key_of(Compartment.CONTENT, Header.parse(place.sealed).mixed_epoch)
    return SealedRecord(place.compartment, place.n, seal_json(key, new_object_id(), body, mixed_with=mixed))
