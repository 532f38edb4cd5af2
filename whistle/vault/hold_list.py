"""Holds as legal reads them: by case, by review date, by ask; and what became of many numbers."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256
from itertools import islice
from typing import Any

from sqlalchemy import Connection, Row, Select, or_, select

from whistle.errors import NotThere
from whistle.rules.holds import release_needs_second
from whistle.rules.retention import HoldFacts
from whistle.vault import casework, directory, exclusions, reading
from whistle.vault.facts import CaseStatus, CompanyFacts
from whistle.vault.holds import LISTED, served_of
from whistle.vault.store import Store
from whistle.vault.tables import cases, certificates, hold_grants, holds, people
from whistle.vault.worktables import asked_holds


@dataclass(frozen=True, slots=True)
class StoredHold:
    """A hold as it stands, with the grant of the person who asked.

    `waits`: it was asked for with many others, protects, and nobody has confirmed it yet.
    """

    id: bytes
    status: CaseStatus
    ground: str
    placed_on: date
    placed_by: str
    review_on: date
    late: bool
    sealed: bytes
    grant: bytes | None
    needs_second: bool
    release_asked_by: bytes | None
    release_asked_name: str
    release_sealed: bytes | None
    released_on: date | None
    waits: bool = False


def seen_of(hold: StoredHold) -> str:
    """What binds a confirmation to the reason that was read: a hash over its sealed bytes, in hex."""
    return "" if hold.release_sealed is None else sha256(bytes(hold.release_sealed)).hexdigest()


@dataclass(frozen=True, slots=True)
class Sought:
    """Which holds: of a case, by id, of an ask, standing or ended; what is None or empty is not asked.

    `asked`: those that somebody asked to release.
    """

    number: str = ""
    hold: bytes | None = None
    standing: bool | None = None
    review_until: date | None = None
    ask: bytes | None = None
    asked: bool = False
    after: tuple[date, bytes] | None = None
    most: int = LISTED


EVERY_HOLD = Sought()

LEGAL = "legal"


def of_companies(
    store: Store, person_id: bytes, companies: list[bytes], now: datetime, sought: Sought = EVERY_HOLD
) -> tuple[StoredHold, ...]:
    """The holds of these companies, as far as this person is legal there, earliest review first.

    Each with the grant of the person who asks; those that ended come latest first.
    """
    with store.reading() as db:
        known = served_of(db, store.keys, person_id, companies, now)
        found = db.execute(_query(person_id, sought).where(cases.c.company_id.in_(list(known))))
        seen = (
            row
            for row in found
            if not exclusions.is_excluded(store.keys, _CaseColumns(row._mapping), person_id)  # noqa: SLF001 (SQLAlchemy's public name)
        )
        return tuple(_stored(row._mapping, known, now) for row in islice(seen, sought.most))  # noqa: SLF001 (as above)


def has_second(store: Store, person_id: bytes, hold_id: bytes, now: datetime) -> bool:
    """Whether anybody else of legal may confirm what this person asks about a hold. Raises `NotThere`."""
    query = select(cases).join_from(cases, holds, holds.c.case_id == cases.c.id).where(holds.c.id == hold_id)
    with store.reading() as db:
        case = db.execute(query).one_or_none()
        if case is None:
            raise NotThere("there is no such hold")
        legal = directory.holders(db, store.keys, LEGAL, now, bytes(case.company_id))
        may = {one for one in legal if not exclusions.is_excluded(store.keys, case, one)}
        if person_id not in may:
            raise NotThere("there is no such hold")
        return len(may) > 1


def _query(person_id: bytes, sought: Sought) -> Select[Any]:
    asked = people.alias("asked")
    query = (
        select(
            holds,
            cases,
            people.c.name.label("placed_name"),
            asked.c.name.label("asked_name"),
            hold_grants.c.sealed.label("own"),
            asked_holds.c.ask_id.label("waits"),
        )
        .join_from(holds, cases)
        .join(people, people.c.id == holds.c.placed_by)
        .outerjoin(asked, asked.c.id == holds.c.release_asked_by)
        .outerjoin(asked_holds, asked_holds.c.hold_id == holds.c.id)
        .outerjoin(
            hold_grants, (hold_grants.c.hold_id == holds.c.id) & (hold_grants.c.person_id == person_id)
        )
    )
    if sought.number:
        query = query.where(cases.c.number == (sought.number if casework.is_number(sought.number) else "-"))
    if sought.hold is not None:
        query = query.where(holds.c.id == sought.hold)
    if sought.asked:
        query = query.where(holds.c.release_asked_by.is_not(None))
    if sought.ask is not None:
        query = query.where(asked_holds.c.ask_id == sought.ask)
    if sought.standing is not None:
        stands = holds.c.released_on.is_(None)
        query = query.where(stands if sought.standing else ~stands)
    if sought.review_until is not None:
        query = query.where(holds.c.review_on <= sought.review_until)
    if sought.after is not None:
        day, last = sought.after
        query = query.where(or_(holds.c.review_on > day, (holds.c.review_on == day) & (holds.c.id > last)))
    if sought.standing is False:
        return query.order_by(holds.c.released_on.desc(), holds.c.id)
    return query.order_by(holds.c.review_on, holds.c.id)


def _stored(row: Any, known: dict[bytes, CompanyFacts], now: datetime) -> StoredHold:
    case = _CaseColumns(row)
    company = known[bytes(case.company_id)]
    standing = HoldFacts(
        row[holds.c.ground], row[holds.c.placed_on], row[holds.c.review_on], row[holds.c.released_on]
    )
    needs = release_needs_second(standing, reading.retention_facts(case, company), now)
    return StoredHold(
        id=bytes(row[holds.c.id]),
        status=casework.status_of(case, company),
        ground=row[holds.c.ground],
        placed_on=row[holds.c.placed_on],
        placed_by=row["placed_name"],
        review_on=row[holds.c.review_on],
        late=row[holds.c.late],
        sealed=bytes(row[holds.c.sealed]),
        grant=None if row["own"] is None else bytes(row["own"]),
        needs_second=needs,
        release_asked_by=row[holds.c.release_asked_by],
        release_asked_name=row["asked_name"] or "",
        release_sealed=row[holds.c.release_sealed],
        released_on=row[holds.c.released_on],
        waits=row["waits"] is not None,
    )


class _CaseColumns:
    """The columns of a case inside a joined row, read by their plain names."""

    def __init__(self, row: Any) -> None:
        for column in cases.c:
            setattr(self, column.name, row[column])

    def __getattr__(self, name: str) -> Any:
        raise AttributeError(name)


@dataclass(frozen=True, slots=True)
class LookedUp:
    """What became of many numbers: cases that stand, those purged (with the day), and what is not there."""

    found: tuple[CaseStatus, ...]
    gone: tuple[tuple[str, date], ...]
    absent: tuple[str, ...]


def look_up(store: Store, person_id: bytes, numbers: Sequence[str], now: datetime) -> LookedUp:
    """Each of these numbers as legal may know it: a case of another company's, or hidden, is not there."""
    found: list[CaseStatus] = []
    gone: list[tuple[str, date]] = []
    absent: list[str] = []
    with store.reading() as db:
        known = {one.id: one for one in directory.companies_served(db, store.keys, person_id, "legal", now)}
        wanted = [number for number in numbers if casework.is_number(number)]
        rows = {row.number: row for row in _in_parts(db, select(cases), cases.c.number, wanted)}
        purged = {
            row.case_number: row
            for row in _in_parts(db, select(certificates), certificates.c.case_number, wanted)
        }
        hidden = exclusions.hidden(db, store.keys, person_id, wanted)
        for number in numbers:
            row = rows.get(number) or purged.get(number)
            if row is None or number in hidden or bytes(row.company_id) not in known:
                absent.append(number)
            elif number in rows:
                found.append(casework.status_of(row, known[bytes(row.company_id)]))
            else:
                gone.append((number, row.purged_on))
    return LookedUp(tuple(found), tuple(gone), tuple(absent))


def _in_parts(db: Connection, query: Any, column: Any, wanted: Sequence[str]) -> Iterator[Row[Any]]:
    for start in range(0, len(wanted), exclusions.AT_ONCE):
        yield from db.execute(query.where(column.in_(wanted[start : start + exclusions.AT_ONCE])))
