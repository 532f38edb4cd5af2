"""A handler's list costs the same whatever the number of cases: a walk of an index, and counts that stop."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import BindParameter, Connection, Row, Select, and_, bindparam, func, literal, or_, select

from whistle.crypto.header import Compartment, Kind
from whistle.crypto.inventory import Entry
from whistle.errors import Tampered
from whistle.rules.calendar import local_day
from whistle.rules.retention import closed_for_work
from whistle.rules.states import State
from whistle.vault import casework, directory, inventory, reading
from whistle.vault.entitled import READING
from whistle.vault.facts import Bounded, CompanyFacts, ListedCase, Listing, StoredGrant, StoredRecord
from whistle.vault.serverkeys import ServerKeys
from whistle.vault.store import Store
from whistle.vault.tables import blobs, cases, designations, grants, holds, people, readers, records

PAGE = 50
"""Rows on a page: what a person looks through at a time."""

COUNT_BOUND = 1000
"""Where counting stops: past it nobody reads the digits, and the page must not grow slower."""

SOON_DAYS = 7
"""What falls due within so many days is listed as soon."""

FILTERS = ("open", "all", *State)
"""What the list can be asked for; anything else is no case at all, and never a question to the database."""

FIRST_EPOCH = 1

_IDS: BindParameter[bytes] = bindparam("ids", expanding=True)
_FIRST_GRANTS: Select[Any] = select(
    grants.c.case_id, grants.c.compartment, grants.c.epoch, grants.c.sealed
).where(
    grants.c.case_id.in_(_IDS),
    grants.c.holder_id == bindparam("holder"),
    grants.c.compartment == int(Compartment.CONTENT),
    grants.c.epoch == FIRST_EPOCH,
)
_FIRST_RECORDS = select(records).where(
    records.c.case_id.in_(_IDS), records.c.compartment == int(Compartment.CONTENT), records.c.n == 1
)
_HELD = select(holds.c.case_id).where(holds.c.case_id.in_(_IDS), holds.c.released_on.is_(None))
_NAMES = (
    select(readers.c.case_id, people.c.id, people.c.name)
    .join_from(readers, people)
    .where(readers.c.case_id.in_(_IDS))
    .order_by(people.c.name)
)
_ENTRIES = tuple(
    select(table.c.case_id, kind, table.c.object_id, table.c.key_id, table.c.sha256).where(
        table.c.case_id.in_(_IDS)
    )
    for table, kind in (
        (grants, grants.c.kind),
        (records, literal(int(Kind.RECORD))),
        (blobs, literal(int(Kind.BLOB))),
    )
)


def listing(
    store: Store, person_id: bytes, now: datetime, *, company: str = "", state: str = "open",
    number: str = "", after: tuple[date, bytes] | None = None,
) -> Listing:  # fmt: skip
    """A page of a handler's cases, most urgent first. `state`: `open`, `closed`, `all` or one state."""
    with store.reading() as db:
        served, single = _worked(db, store.keys, person_id, now)
        chosen = [c for c in served if not company or c.code == company]
        if not chosen or state not in FILTERS or (number and not casework.is_number(number)):
            return Listing((), _none(), _none(), _none(), None)
        today = local_day(now, chosen[0].zone)
        where = _conditions(person_id, [c.id for c in chosen], single, state=state, number=number)
        columns = (cases, readers.c.due_on, readers.c.unread.label("mine"))
        query = select(*columns).join_from(readers, cases).where(*where)
        page = query if after is None else query.where(_beyond(after))
        rows = db.execute(page.order_by(readers.c.due_on, readers.c.case_id).limit(PAGE + 1)).all()
        more = (rows[PAGE - 1].due_on, bytes(rows[PAGE - 1].id)) if len(rows) > PAGE else None
        until = today + timedelta(days=SOON_DAYS)
        return Listing(
            rows=listed(db, store, person_id, rows[:PAGE], {c.id: c for c in chosen}, now),
            total=_count(db, *where),
            late=_count(db, *where, readers.c.due_on < today),
            soon=_count(db, *where, readers.c.due_on >= today, readers.c.due_on <= until),
            after=more,
        )


def worked(store: Store, person_id: bytes, now: datetime) -> tuple[CompanyFacts, ...]:
    """The companies in which a person works on cases today: as handler, deputy, or on a single one."""
    with store.reading() as db:
        return _worked(db, store.keys, person_id, now)[0]


def _worked(
    db: Connection, keys: ServerKeys, person_id: bytes, now: datetime
) -> tuple[tuple[CompanyFacts, ...], dict[bytes, list[bytes]]]:
    """The same, and in which of them only the named cases are this person's (an investigator's)."""
    query = directory.RECIPIENTS.where(
        designations.c.person_id == person_id, designations.c.role.in_((*READING, "investigator"))
    )
    rows = directory.standing(db, keys, query, now)
    general = {bytes(row.company_id) for row in rows if row.role in READING and row.for_case_id is None}
    single: dict[bytes, list[bytes]] = defaultdict(list)
    for row in rows:
        if row.role == "investigator" and row.for_case_id is not None and row.company_id not in general:
            single[bytes(row.company_id)].append(bytes(row.for_case_id))
    ids = general | set(single)
    return tuple(one for one in directory.all_companies(db) if one.id in ids), single


def _none() -> Bounded:
    return Bounded(0, more=False)


def _conditions(
    person_id: bytes, companies: Sequence[bytes], single: dict[bytes, list[bytes]], *, state: str, number: str
) -> list[Any]:
    """What a row of `readers` must fulfil; the case itself is looked at only where the filter names it."""
    conditions = [readers.c.person_id == person_id, readers.c.company_id.in_(companies)]
    if single:
        whole = [company for company in companies if company not in single]
        named = [case for company in companies for case in single.get(company, ())]
        conditions.append(or_(readers.c.company_id.in_(whole), readers.c.case_id.in_(named)))
    if number:
        return [*conditions, readers.c.case_id.in_(select(cases.c.id).where(cases.c.number == number))]
    if state == "all":
        return conditions
    conditions.append(readers.c.open.is_(state != "closed"))
    if state not in ("open", "closed"):
        exact = select(cases.c.id).where(cases.c.id == readers.c.case_id, cases.c.state == state)
        conditions.append(exact.correlate(readers).exists())
    return conditions


def _beyond(after: tuple[date, bytes]) -> Any:
    due, case_id = after
    return and_(readers.c.due_on >= due, or_(readers.c.due_on > due, readers.c.case_id > case_id))


def _count(db: Connection, *conditions: Any) -> Bounded:
    bounded = select(readers.c.case_id).where(*conditions).limit(COUNT_BOUND + 1).subquery()
    value = db.execute(select(func.count()).select_from(bounded)).scalar_one()
    return Bounded(min(value, COUNT_BOUND), value > COUNT_BOUND)


def listed(
    db: Connection,
    store: Store,
    person_id: bytes,
    rows: Sequence[Row[Any]],
    companies: dict[bytes, CompanyFacts],
    now: datetime,
) -> tuple[ListedCase, ...]:
    """Rows of `cases` (with `mine`, the reader's unread) as lines, each after its inventory agreed."""
    ids = [row.id for row in rows]
    standing = _entries(db, ids)
    own = {bytes(r.case_id): r for r in db.execute(_FIRST_GRANTS, {"ids": ids, "holder": person_id})}
    first = {bytes(r.case_id): r for r in db.execute(_FIRST_RECORDS, {"ids": ids})}
    held = {bytes(r[0]) for r in db.execute(_HELD, {"ids": ids})}
    names = _names(db, ids)
    listed = []
    for row in rows:
        case_id = bytes(row.id)
        inventory.require(store.keys.inventory, row, standing[case_id])
        company = companies[bytes(row.company_id)]
        past = closed_for_work(reading.retention_facts(row, company), now)
        listed.append(
            ListedCase(
                status=casework.status_of(row, company),
                subject=None
                if past
                else _subject(person_id, own.get(case_id), first.get(case_id), standing[case_id]),
                held=case_id in held,
                unread=row.mine,
                readers=tuple(names[case_id]),
            )
        )
    return tuple(listed)


def _subject(
    person_id: bytes, grant: Row[Any] | None, record: Row[Any] | None, standing: list[Entry]
) -> tuple[StoredGrant, StoredRecord]:
    """What opens a case's first line. Raises `Tampered` when the list names a case not theirs to open."""
    if grant is None or record is None:
        raise Tampered("the list names a case whose grant or report is not there")
    inventory.same_bytes(standing, bytes(grant.sealed))
    inventory.same_bytes(standing, bytes(record.sealed))
    return (
        StoredGrant(person_id, grant.compartment, grant.epoch, bytes(grant.sealed)),
        StoredRecord(
            record.compartment,
            record.n,
            record.epoch,
            bytes(record.object_id),
            record.on_day,
            bytes(record.sealed),
        ),
    )


def _entries(db: Connection, ids: Sequence[bytes]) -> dict[bytes, list[Entry]]:
    found: dict[bytes, list[Entry]] = defaultdict(list)
    for query in _ENTRIES:
        for case_id, kind, *entry in db.execute(query, {"ids": ids}):
            found[bytes(case_id)].append(Entry(kind, *map(bytes, entry)))
    return found


def _names(db: Connection, ids: Sequence[bytes]) -> dict[bytes, list[tuple[bytes, str]]]:
    found: dict[bytes, list[tuple[bytes, str]]] = defaultdict(list)
    for row in db.execute(_NAMES, {"ids": ids}):
        found[bytes(row[0])].append((bytes(row[1]), row[2]))
    return found
