"""A hold that came back from the journal without its citation protects; legal cites it again, once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Connection, Row, insert, select, update

from whistle.crypto.header import Header, Kind
from whistle.errors import Conflict, NotThere, RuleRefused
from whistle.vault import casework, directory, exclusions
from whistle.vault.facts import CompanyFacts, SealedGrant
from whistle.vault.serverkeys import ServerKeys
from whistle.vault.store import Store
from whistle.vault.tables import cases, hold_grants, holds, people

LEGAL = "legal"

_UNCITED = (
    select(holds, cases.c.number, cases.c.company_id, cases.c.excluded)
    .join_from(holds, cases)
    .where(holds.c.sealed == b"", holds.c.released_on.is_(None))
    .order_by(holds.c.placed_on, holds.c.id)
)


@dataclass(frozen=True, slots=True)
class Uncited:
    """A hold in force whose citation was lost in a restore."""

    id: bytes
    number: str
    company: CompanyFacts
    ground: str
    placed_on: date
    review_on: date


def uncited(store: Store, person_id: bytes, now: datetime) -> tuple[Uncited, ...]:
    """Those of the companies that this person serves as legal, without the cases hidden from them."""
    with store.reading() as db:
        found = list(db.execute(_UNCITED))
        if not found:
            return ()
        return _seen(db, store.keys, person_id, found, now)


def _seen(
    db: Connection,
    keys: ServerKeys,
    person_id: bytes,
    found: Sequence[Row[tuple[object, ...]]],
    now: datetime,
) -> tuple[Uncited, ...]:
    served = {one.id: one for one in directory.companies_served(db, keys, person_id, LEGAL, now)}
    return tuple(
        Uncited(
            bytes(row.id), row.number, served[bytes(row.company_id)], row.ground, row.placed_on, row.review_on
        )
        for row in found
        if bytes(row.company_id) in served and not exclusions.is_excluded(keys, row, person_id)
    )


def require_uncited(store: Store, person_id: bytes, hold_id: bytes, now: datetime) -> Uncited:
    """One of them. Raises `Conflict` where this person may see that it lacks nothing, else `NotThere`."""
    for one in uncited(store, person_id, now):
        if one.id == hold_id:
            return one
    query = select(cases.c.number, cases.c.company_id, cases.c.excluded).join_from(holds, cases)
    with store.reading() as db:
        found = db.execute(query.where(holds.c.id == hold_id)).one_or_none()
        served = {one.id for one in directory.companies_served(db, store.keys, person_id, LEGAL, now)}
    seen = found is not None and bytes(found.company_id) in served
    if not seen or exclusions.is_excluded(store.keys, found, person_id):
        raise NotThere("there is no such hold, or it is not yours")
    raise Conflict("the hold has its citation, or holds no more")


def cite(
    store: Store,
    person_id: bytes,
    hold_id: bytes,
    sealed: bytes,
    granted: Sequence[SealedGrant],
    now: datetime,
) -> None:
    """Give a hold the citation it lost. Raises `NotThere`, `Conflict` where it has one or is released."""
    with store.reading() as db:
        case_id = db.execute(select(holds.c.case_id).where(holds.c.id == hold_id)).scalar_one_or_none()
    if case_id is None:
        raise NotThere("there is no such hold")
    header = Header.parse(sealed)
    if header.kind != Kind.RECORD or header.case_id != hold_id:
        raise RuleRefused("header", "The sealed citation belongs to another hold.")
    with casework.changing(store, bytes(case_id), now) as change:
        name = _require_may(change, person_id)
        lost = (holds.c.id == hold_id) & (holds.c.sealed == b"") & holds.c.released_on.is_(None)
        if change.db.execute(select(holds.c.id).where(lost)).first() is None:
            raise Conflict("the hold has its citation, or holds no more")
        change.db.execute(update(holds).where(lost).values(sealed=sealed))
        rows = [
            {"hold_id": hold_id, "person_id": one.holder_id, "sealed": one.sealed}
            for one in granted
            if not exclusions.is_excluded(store.keys, change.row, one.holder_id)
        ]
        change.db.execute(insert(hold_grants), rows)
        change.log("hold_cited", name, hold=hold_id.hex())


def _require_may(change: casework.Change, person_id: bytes) -> str:
    keys, row = change.store.keys, change.row
    serves = directory.serves(change.db, keys, person_id, change.company.id, LEGAL, change.today)
    if exclusions.is_excluded(keys, row, person_id) or not serves:
        raise NotThere("there is no such hold, or it is not yours")
    name: str = change.db.execute(select(people.c.name).where(people.c.id == person_id)).scalar_one()
    return name
