"""A standing case changes only here: its row locked, its inventory checked before and renewed after."""

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Row, and_, bindparam, delete, insert, select, update

from whistle.crypto.header import Compartment, Header, Kind
from whistle.crypto.inventory import Entry
from whistle.errors import NotThere, RuleRefused
from whistle.rules.calendar import local_day
from whistle.rules.deadlines import next_duty
from whistle.vault import directory, epochs, inventory, journal, owed
from whistle.vault.facts import REPORT, Addition, CaseStatus, CompanyFacts, SealedGrant, SealedRecord
from whistle.vault.store import Store, Work
from whistle.vault.tables import blobs, cases, grants, readers, records

NEVER = date(9999, 12, 31)
"""Sorts after every day: a case with no duty left."""

_NUMBER = re.compile(r"[WR]-[0-9A-Z]{4}-[0-9A-Z]{4}")
"""W: a report. R: a privacy request. The copy of one has a number by which nobody can ask."""

_COUNTERS = {
    Compartment.CONTENT: "n_content",
    Compartment.IDENTITY: "n_identity",
    Compartment.INTERNAL: "n_internal",
}

_LOCKED_NUMBER = select(cases).where(cases.c.number == bindparam("case")).with_for_update()
_LOCKED_ID = select(cases).where(cases.c.id == bindparam("case")).with_for_update()
_GRANT_PLACE = ("case_id", "holder_id", "compartment", "epoch")
_IS_AT = and_(*(grants.c[name] == bindparam(f"at_{name}") for name in _GRANT_PLACE))
_GRANT_AT, _TAKE_GRANT, _PUT_GRANT = (
    select(grants.c.sha256).where(_IS_AT),
    delete(grants).where(_IS_AT),
    insert(grants),
)
_PUT_RECORD = insert(records)
_PLACE = (
    update(readers)
    .where(readers.c.case_id == bindparam("case"))
    .values(open=bindparam("is_open"), due_on=bindparam("due"))
)


@dataclass
class Change:
    """A case being changed in one unit of work."""

    work: Work
    store: Store
    row: Row[Any]
    company: CompanyFacts
    today: date
    entries: list[Entry]
    columns: dict[str, Any] = field(default_factory=dict)
    lines: list[tuple[str, str, dict[str, Any]]] = field(default_factory=list)

    @property
    def db(self) -> Connection:
        """The connection of the unit of work."""
        return self.work.db

    def now(self, column: str) -> Any:
        """A column's value as it will be written."""
        return self.columns.get(column, getattr(self.row, column))

    def set(self, **columns: Any) -> None:
        """Change columns of the case."""
        self.columns.update(columns)

    def log(self, action: str, actor: str, **facts: Any) -> None:
        """Leave a ledger line about this case."""
        self.lines.append((action, actor, facts))

    def add(self, addition: Addition, *, writes: Sequence[int], grants_in: Sequence[int] = ()) -> None:
        """Add sealed objects; each must say of itself that it belongs here, under the epoch that is due."""
        epochs.require_lawful(self, addition, writes=writes, grants_in=grants_in)
        for record in addition.records:
            self._add_record(record)
        for grant in addition.grants:
            self.put_grant(grant)
        if addition.blobs:
            self._add_blobs(addition)

    def put_grant(self, grant: SealedGrant) -> None:
        """Add a grant, or replace the one this holder has for the same key."""
        header = _header(grant.sealed, self.row.id, (Kind.GRANT, Kind.OWN_GRANT))
        entry = inventory.entry_of(grant.sealed)
        row = grant_row(self.row.id, grant, header, entry)
        place = {f"at_{name}": row[name] for name in _GRANT_PLACE}
        old = self.db.execute(_GRANT_AT, place).scalar_one_or_none()
        if old is not None:
            self.entries = [entry for entry in self.entries if entry.sealed_sha256 != bytes(old)]
            self.db.execute(_TAKE_GRANT, place)
        self.entries.append(entry)
        self.db.execute(_PUT_GRANT, row)

    def take_grants(self, holders: Sequence[bytes]) -> None:
        """Delete every grant of these people."""
        place = (grants.c.case_id == self.row.id) & grants.c.holder_id.in_(holders)
        gone = {bytes(found) for found in self.db.execute(select(grants.c.sha256).where(place)).scalars()}
        self.entries = [entry for entry in self.entries if entry.sealed_sha256 not in gone]
        self.db.execute(delete(grants).where(place))

    def _add_record(self, record: SealedRecord) -> None:
        header = _header(record.sealed, self.row.id, (Kind.RECORD,))
        counter = _COUNTERS[Compartment(header.compartment)]
        if record.n != self.now(counter) + 1:
            raise RuleRefused("number", "Somebody wrote at the same moment. Send it again.")
        self.columns[counter] = record.n
        entry = inventory.entry_of(record.sealed)
        self.entries.append(entry)
        self.db.execute(_PUT_RECORD, record_row(self.row.id, record, header, entry, self.today))

    def _add_blobs(self, addition: Addition) -> None:
        ids = []
        for blob in addition.blobs:
            header = _header(blob.sealed_header, self.row.id, (Kind.BLOB,))
            entry = inventory.entry_of(blob.sealed_header, blob.sha256)
            self.entries.append(entry)
            self.db.execute(insert(blobs).values(**blob_row(self.row.id, blob, header, self.today)))
            ids.append(header.object_id)
        self.work.after(lambda: self.store.blobs.publish(ids))


@contextmanager
def changing(store: Store, number_or_id: str | bytes, now: datetime) -> Iterator[Change]:
    """Lock a case, check it, and write what the block changed. Raises `NotThere`, `Tampered`."""
    with store.writing() as work, changing_in(work, store, number_or_id, now) as change:
        yield change


@contextmanager
def changing_in(work: Work, store: Store, number_or_id: str | bytes, now: datetime) -> Iterator[Change]:
    """The same in a unit of work that changes several cases: lock them in the order of their ids."""
    row = locked_case(work.db, number_or_id)
    company = directory.company_by_id(work.db, row.company_id)
    today = max(local_day(now, company.zone), row.touched_on)
    change = Change(work, store, row, company, today, inventory.checked(work.db, store.keys.inventory, row))
    before = list(change.entries)
    yield change
    _finish(change, changed=change.entries != before)


def _finish(change: Change, *, changed: bool) -> None:
    n = change.row.inventory_n + (1 if changed else 0)
    for action, actor, facts in change.lines:
        change.work.log(action, day=change.today, actor=actor, case=change.row.number, facts=facts | {"n": n})
    if change.lines:
        change.set(touched_on=change.today)
    if any(action in journal.JOURNALED for action, _actor, _facts in change.lines):
        change.work.after(lambda: _journal(change.store))
    if change.row.kind == REPORT:
        kind, due = next_day(change.db, change.row, change.columns, change.company, change.today)
        change.set(next_kind=kind, next_on=due)
    inventory.save(change.db, change.store.keys.inventory, change.row.id, n, change.entries, **change.columns)
    if any(change.now(column) != getattr(change.row, column) for column in ("state", "next_on")):
        place(change.db, change.row.id, open_=change.now("state") != "closed", due_on=change.now("next_on"))


def _journal(store: Store) -> None:
    journal.catch_up(store)


def locked_case(db: Connection, number_or_id: str | bytes) -> Row[Any]:
    """The case's row, locked until the unit of work ends; that it was purged only `holds` tells, to legal."""
    if isinstance(number_or_id, str) and not is_number(number_or_id):
        raise NotThere("there is no such case")
    query = _LOCKED_NUMBER if isinstance(number_or_id, str) else _LOCKED_ID
    row = db.execute(query, {"case": number_or_id}).one_or_none()
    if row is None:
        raise NotThere("there is no such case")
    return row


def is_number(text: str) -> bool:
    """Whether a case could have this number; anything else, which a database may choke on, is not asked."""
    return _NUMBER.fullmatch(text) is not None


def place(db: Connection, case_id: bytes, *, open_: bool, due_on: date) -> None:
    """Move the case in its readers' lists."""
    db.execute(_PLACE, {"case": case_id, "is_open": open_, "due": due_on})


def next_day(
    db: Connection, row: Any, columns: Mapping[str, Any], company: CompanyFacts, today: date
) -> tuple[str | None, date]:
    """The next duty of a case and its day, after the changes in `columns`."""
    duty = next_duty(owed.facts_of(db, row, columns, company), today)
    return (duty.kind, duty.due_on) if duty is not None else (None, NEVER)


def status_of(row: Any, company: CompanyFacts) -> CaseStatus:
    """The facts of a case row."""
    return CaseStatus(
        id=bytes(row.id),
        number=row.number,
        company=company,
        reporter_key=bytes(row.reporter_key),
        key_kept=row.key_kept,
        state=row.state,
        received_on=row.received_on,
        acknowledgement_waived=row.acknowledgement_waived,
        meeting_wanted=row.meeting_wanted,
        acknowledged_on=row.acknowledged_on,
        feedback_on=row.feedback_on,
        closed_on=row.closed_on,
        purge_on=row.purge_on,
        touched_on=row.touched_on,
        next_kind=row.next_kind,
        next_on=row.next_on,
        unread=row.unread,
        n_content=row.n_content,
        n_identity=row.n_identity,
        n_internal=row.n_internal,
        reopen_asked_by=row.reopen_asked_by,
        assigned_to=row.assigned_to,
        meeting_held_on=row.meeting_held_on,
        epoch_content=row.epoch_content,
        epoch_identity=row.epoch_identity,
        epoch_internal=row.epoch_internal,
        inventory_n=row.inventory_n,
        kind=row.kind,
    )


def grant_row(case_id: bytes, grant: SealedGrant, header: Header, entry: Entry) -> dict[str, Any]:
    """A row of `grants`."""
    return {
        "case_id": case_id, "holder_id": grant.holder_id, "compartment": header.compartment,
        "epoch": header.epoch, "kind": header.kind, "object_id": header.object_id, "key_id": header.key_id,
        "sha256": entry.sealed_sha256, "sealed": grant.sealed,
    }  # fmt: skip


def record_row(
    case_id: bytes, record: SealedRecord, header: Header, entry: Entry, day: date
) -> dict[str, Any]:
    """A row of `records`."""
    return {
        "case_id": case_id, "compartment": header.compartment, "n": record.n, "epoch": header.epoch,
        "object_id": header.object_id, "key_id": header.key_id, "on_day": day,
        "sha256": entry.sealed_sha256, "sealed": record.sealed,
    }  # fmt: skip


def blob_row(case_id: bytes, blob: Any, header: Header, day: date) -> dict[str, Any]:
    """A row of `blobs`."""
    return {
        "object_id": header.object_id, "case_id": case_id, "compartment": header.compartment,
        "epoch": header.epoch, "mixed_epoch": header.mixed_epoch, "key_id": header.key_id, "on_day": day,
        "length": blob.length, "sha256": blob.sha256,
    }  # fmt: skip


def _header(sealed: bytes, case_id: bytes, kinds: tuple[Kind, ...]) -> Header:
    header = Header.parse(sealed)
    if header.kind not in kinds or header.case_id != bytes(case_id):
        raise RuleRefused("header", "A sealed object belongs to another case.")
    return header
