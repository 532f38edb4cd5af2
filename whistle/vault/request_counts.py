"""The register of requests is counts by month of closing: it outlives the requests and names none."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Row, func, select

from whistle.errors import NotThere, RuleRefused
from whistle.rules import request_way as rules
from whistle.rules.calendar import local_day
from whistle.rules.request_counts import Counted, Line, shown_of, timing_of
from whistle.rules.request_way import State
from whistle.rules.suppression import Shown
from whistle.vault import directory
from whistle.vault.facts import REQUEST, CompanyFacts
from whistle.vault.registertables import request_counts
from whistle.vault.requests import OFFICER, RequestChange
from whistle.vault.requesttables import requests as table
from whistle.vault.store import Store
from whistle.vault.tables import cases
from whistle.vault.upsert import insert_of

PRINTS = ("administrator", "auditor")
"""Who prints the record of processing, and knows no request."""


@dataclass(frozen=True, slots=True)
class Register:
    """The counts of a company's year, as officers print them; `standing` are open now, `late` of those."""

    company: CompanyFacts
    year: int
    years: tuple[int, ...]
    lines: tuple[Line, ...]
    standing: int
    late: int
    today: date


@dataclass(frozen=True, slots=True)
class Told:
    """What those who know no request are shown of a company's year, once it is over."""

    company: CompanyFacts
    year: int
    requests: Shown
    rights: Shown


def count(request: RequestChange, counted: Counted) -> None:
    """Count a request that is being closed, by the month of this day. Raises `RuleRefused`."""
    first = counted.first_on
    if first is not None and not request.change.row.received_on <= first <= request.today:
        raise RuleRefused("number", "The first answer lies between the receipt and today.")
    due = rules.due_on(request.standing(), request.today)
    timing = timing_of(first, due, extended=request.now("extended_on") is not None)
    make = insert_of(request.change.db)
    for asked, outcome in counted.outcomes.items():
        place = {
            "company_id": request.change.company.id, "month": request.today.replace(day=1),
            "asked": asked, "outcome": str(outcome), "timing": str(timing), "charged": str(counted.charged),
        }  # fmt: skip
        one = make(request_counts).values(**place, count=1)
        more = {"count": request_counts.c.count + 1}
        request.change.db.execute(one.on_conflict_do_update(index_elements=list(place), set_=more))


def register(store: Store, person_id: bytes, code: str, year: int, now: datetime) -> Register:
    """A company's year with its true counts, for an officer of it: each was theirs. Raises `NotThere`.

    A `year` of 0 is the newest.
    """
    with store.reading() as db:
        served = directory.companies_served(db, store.keys, person_id, OFFICER, now)
        company = next((one for one in served if one.code == code), None)
        if company is None:
            raise NotThere("there is no such register, or it is not yours")
        today = local_day(now, company.zone)
        years = sorted({today.year} | {line.month.year for line in _lines(db, company)}, reverse=True)
        chosen = year if year in years else today.year
        lines = tuple(line for line in _lines(db, company) if line.month.year == chosen)
        standing, late = _standing(db, company, today)
        return Register(company, chosen, tuple(years), lines, standing, late, today)


def companies(store: Store, person_id: bytes, now: datetime) -> tuple[tuple[str, str], ...]:
    """Code and name of the companies whose register this person keeps as an officer."""
    with store.reading() as db:
        served = directory.companies_served(db, store.keys, person_id, OFFICER, now)
        return tuple((one.code, one.name) for one in served)


def told(store: Store, person_id: bytes, now: datetime) -> tuple[Told, ...]:
    """Every year that is over, newest first, with small counts left out, of the companies this person serves.

    Only a year that is over, so that no two looks differ by one request; nothing for anybody else.
    """
    with store.reading() as db:
        known: Mapping[bytes, CompanyFacts] = {
            one.id: one
            for role in PRINTS
            for one in directory.companies_served(db, store.keys, person_id, role, now)
        }
        found = [
            told_of(company, year, [line for line in lines if line.month.year == year])
            for company in known.values()
            for lines in [_lines(db, company)]
            for year in {line.month.year for line in lines}
            if year < local_day(now, company.zone).year
        ]
        return tuple(sorted(found, key=lambda one: (-one.year, one.company.name)))


def told_of(company: CompanyFacts, year: int, lines: list[Line]) -> Told:
    """What may be shown of a year."""
    requests, rights = shown_of(lines)
    return Told(company, year, requests, rights)


def _lines(db: Connection, company: CompanyFacts) -> list[Line]:
    query = select(request_counts).where(request_counts.c.company_id == company.id)
    return [_line(row) for row in db.execute(query.order_by(request_counts.c.month))]


def _line(row: Row[Any]) -> Line:
    # By its place: `count` of a row is a method of tuples.
    return Line(row.month, row.asked, row.outcome, row.timing, row.charged, int(row[-1]))


def _standing(db: Connection, company: CompanyFacts, today: date) -> tuple[int, int]:
    """How many requests of people who proved their address are open, and how many of those are late."""
    open_ = [
        cases.c.company_id == company.id,
        cases.c.kind == REQUEST,
        table.c.state.in_((State.CODED, State.VERIFIED, State.ANSWERED)),
    ]
    late = (table.c.state != State.ANSWERED) & (cases.c.next_on < today)
    query = select(func.count()).select_from(table).join(cases, cases.c.id == table.c.case_id).where(*open_)
    return db.execute(query).scalar_one(), db.execute(query.where(late)).scalar_one()
