"""Colleagues who lack cases: each is granted by somebody who holds it, one case or all that are open."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, exists, select

from whistle.vault import directory, exclusions
from whistle.vault.entitled import READING
from whistle.vault.facts import Bounded, CompanyFacts
from whistle.vault.listing import COUNT_BOUND
from whistle.vault.serverkeys import ServerKeys
from whistle.vault.store import Store
from whistle.vault.tables import cases, designations, readers


@dataclass(frozen=True, slots=True)
class Newcomer:
    """A handler of a company, and how many open cases of the one who asks they have not been granted."""

    person_id: bytes
    name: str
    company: CompanyFacts
    cases: Bounded


def newcomers(store: Store, actor_id: bytes, now: datetime) -> tuple[Newcomer, ...]:
    """The colleagues who lack open cases of this person's; from what they are excluded is not counted."""
    with store.reading() as db:
        found = []
        for person in _colleagues(db, store.keys, actor_id, now):
            numbers = _lacking(db, store.keys, actor_id, person)
            count = sum(1 for _number, _at in zip(numbers, range(COUNT_BOUND + 1), strict=False))
            if count:
                company = directory.company_by_id(db, person.company_id)
                bounded = Bounded(min(count, COUNT_BOUND), count > COUNT_BOUND)
                found.append(Newcomer(bytes(person.person_id), person.name, company, bounded))
        return tuple(found)


def lacking(
    store: Store, actor_id: bytes, person_id: bytes, company_code: str, now: datetime, *, most: int
) -> tuple[str, ...]:
    """The numbers of at most so many open cases that a colleague lacks, soonest due first."""
    with store.reading() as db:
        for person in _colleagues(db, store.keys, actor_id, now):
            company = directory.company_by_id(db, person.company_id)
            if person.person_id == person_id and company.code == company_code:
                numbers = _lacking(db, store.keys, actor_id, person)
                return tuple(number for number, _at in zip(numbers, range(most), strict=False))
        return ()


def _colleagues(db: Connection, keys: ServerKeys, actor_id: bytes, now: datetime) -> list[Row[Any]]:
    """Handlers, today, of the companies whose cases this person works on, by name."""
    general = designations.c.for_case_id.is_(None)
    mine = directory.RECIPIENTS.where(
        designations.c.person_id == actor_id, designations.c.role.in_(READING), general
    )
    companies = [row.company_id for row in directory.standing(db, keys, mine, now)]
    theirs = directory.RECIPIENTS.where(
        designations.c.person_id != actor_id,
        designations.c.company_id.in_(companies),
        designations.c.role == "handler",
        general,
    )
    return sorted(directory.standing(db, keys, theirs, now), key=lambda row: row.name)


def _lacking(db: Connection, keys: ServerKeys, actor_id: bytes, person: Row[Any]) -> Iterator[str]:
    mine, theirs = readers.alias("mine"), readers.alias("theirs")
    has = exists(
        select(theirs.c.case_id).where(
            theirs.c.case_id == mine.c.case_id, theirs.c.person_id == person.person_id
        )
    )
    query = (
        select(cases.c.number, cases.c.excluded)
        .join_from(mine, cases, cases.c.id == mine.c.case_id)
        .where(
            mine.c.person_id == actor_id, mine.c.open.is_(True), mine.c.company_id == person.company_id, ~has
        )
        .order_by(mine.c.due_on, mine.c.case_id)
    )
    for row in db.execute(query):
        if not exclusions.is_excluded(keys, row, bytes(person.person_id)):
            yield row.number
