"""Legal's list of cases costs the same at any length: per company a walk of an index, soonest purge first."""

import heapq
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import islice
from typing import Any

from sqlalchemy import BindParameter, Connection, Row, bindparam, exists, or_, select

from whistle.rules.calendar import local_day
from whistle.rules.states import State
from whistle.vault import casework, directory, exclusions
from whistle.vault.casework import NEVER
from whistle.vault.facts import COPY, CaseStatus, CompanyFacts
from whistle.vault.store import Store
from whistle.vault.tables import cases, holds
from whistle.vault.worktables import asked_holds

PAGE = 50
"""Rows on a page: what a person looks through at a time."""

STATES = ("", "open", *State)
"""What the list can be asked for; anything else finds nothing."""

HELD = ("", "yes", "no")

Place = tuple[date, str]
"""Where a case stands in the list: its day of purge (`NEVER` while it is open) and its number."""

_IDS: BindParameter[bytes] = bindparam("ids", expanding=True)
_HELD = (
    select(holds.c.case_id, asked_holds.c.ask_id)
    .join_from(holds, asked_holds, asked_holds.c.hold_id == holds.c.id, isouter=True)
    .where(holds.c.case_id.in_(_IDS), holds.c.released_on.is_(None))
)


@dataclass(frozen=True, slots=True)
class Asked:
    """What legal looks for; an empty field asks for nothing. `within`: days until the purge, or 0."""

    company: str = ""
    state: str = ""
    held: str = ""
    within: int | None = None


@dataclass(frozen=True, slots=True)
class ListedCase:
    """A line of the list; `waits`: a hold on it was asked for and waits for a second person."""

    status: CaseStatus
    held: bool
    waits: bool


@dataclass(frozen=True, slots=True)
class Page:
    """A page of the list, and where the next one begins."""

    rows: tuple[ListedCase, ...]
    after: Place | None


def page(
    store: Store,
    person_id: bytes,
    asked: Asked,
    now: datetime,
    *,
    after: Place | None = None,
    most: int = PAGE,
) -> Page:
    """The cases of the companies that somebody serves as legal, soonest purge first, then those still open.

    None from which they are excluded; to everybody else the list is empty.
    """
    with store.reading() as db:
        served = directory.companies_served(db, store.keys, person_id, "legal", now)
        chosen = [one for one in served if not asked.company or one.code == asked.company]
        if asked.state not in STATES or asked.held not in HELD:
            return Page((), None)
        walks = (_walk(db, one, asked, local_day(now, one.zone), after) for one in chosen)
        merged = heapq.merge(*walks, key=_place)
        seen = (row for row in merged if not exclusions.is_excluded(store.keys, row, person_id))
        rows = list(islice(seen, most + 1))
        known = {one.id: one for one in chosen}
        more = _place(rows[most - 1]) if len(rows) > most else None
        return Page(_listed(db, rows[:most], known), more)


def _place(row: Row[Any]) -> Place:
    return row.purge_on or NEVER, row.number


def _walk(
    db: Connection, company: CompanyFacts, asked: Asked, today: date, after: Place | None
) -> Iterator[Row[Any]]:
    """One company's cases in the order of the list, a page at a time, as far as somebody reads."""
    # The copy of a privacy request is held and erased with it, and nobody but its readers knows of it.
    query = select(cases).where(cases.c.company_id == company.id, cases.c.kind != COPY)
    held = exists(select(holds.c.id).where(holds.c.case_id == cases.c.id, holds.c.released_on.is_(None)))
    if asked.held:
        query = query.where(held if asked.held == "yes" else ~held)
    if asked.state not in ("open", *(state for state in State if state != State.CLOSED)):
        due = query.where(cases.c.purge_on.is_not(None))
        if asked.within is not None:
            due = due.where(cases.c.purge_on <= today + timedelta(days=asked.within))
        yield from _chunks(db, due, after if after is None or after[0] < NEVER else (NEVER, ""))
    if asked.within is None and asked.state != State.CLOSED:
        still = query.where(cases.c.purge_on.is_(None))
        if asked.state not in ("", "open"):
            still = still.where(cases.c.state == asked.state)
        yield from _open_chunks(db, still, after[1] if after is not None and after[0] == NEVER else "")


def _chunks(db: Connection, query: Any, after: Place | None) -> Iterator[Row[Any]]:
    ordered = query.order_by(cases.c.purge_on, cases.c.number).limit(PAGE + 1)
    while True:
        part = ordered
        if after is not None:
            day, number = after
            later = or_(cases.c.purge_on > day, cases.c.number > number)
            part = ordered.where(cases.c.purge_on >= day, later)
        rows = db.execute(part).all()
        yield from rows
        if len(rows) <= PAGE:
            return
        after = _place(rows[-1])


def _open_chunks(db: Connection, query: Any, after: str) -> Iterator[Row[Any]]:
    ordered = query.order_by(cases.c.number).limit(PAGE + 1)
    while True:
        rows = db.execute(ordered.where(cases.c.number > after)).all()
        yield from rows
        if len(rows) <= PAGE:
            return
        after = rows[-1].number


def _listed(
    db: Connection, rows: Sequence[Row[Any]], known: dict[bytes, CompanyFacts]
) -> tuple[ListedCase, ...]:
    held: dict[bytes, bool] = {}
    for case_id, ask in db.execute(_HELD, {"ids": [bytes(row.id) for row in rows]}):
        held[bytes(case_id)] = held.get(bytes(case_id), False) or ask is not None
    return tuple(
        ListedCase(
            casework.status_of(row, known[bytes(row.company_id)]),
            bytes(row.id) in held,
            held.get(bytes(row.id), False),
        )
        for row in rows
    )
