"""A colleague who came to legal later is given the keys of older citations by one who holds them."""

import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, exists, insert, select

from whistle.crypto.header import Compartment, Header, Kind
from whistle.errors import NotAllowed, NotThere
from whistle.rules.calendar import local_day
from whistle.vault import directory, exclusions
from whistle.vault.facts import CompanyFacts, Recipient, SealedGrant
from whistle.vault.serverkeys import ServerKeys
from whistle.vault.store import Store
from whistle.vault.tables import cases, hold_grants, holds, people

AT_ONCE = 500
"""Citations given at once; the page says that there are more."""


@dataclass(frozen=True, slots=True)
class HeldKey:
    """The key of a citation as the one who asks holds it."""

    hold_id: bytes
    sealed: bytes


@dataclass(frozen=True, slots=True)
class Lacking:
    """Somebody of legal in a company, and citations that they cannot open and the one who asks can."""

    person: Recipient
    company: CompanyFacts
    keys: tuple[HeldKey, ...]


def lacking(store: Store, person_id: bytes, now: datetime) -> tuple[Lacking, ...]:
    """The colleagues who lack citations, of cases that both may see; at most `AT_ONCE` of each."""
    with store.reading() as db:
        return tuple(
            Lacking(colleague, company, tuple(HeldKey(bytes(r.hold_id), bytes(r.sealed)) for r in rows))
            for company, colleague in _colleagues(db, store.keys, person_id, now)
            if (rows := _without(db, store.keys, person_id, company, colleague))
        )


def give(
    store: Store,
    person_id: bytes,
    company_code: str,
    given: Sequence[tuple[bytes, SealedGrant]],
    now: datetime,
) -> int:
    """Keep the keys of citations (hold id, grant) for one colleague; returns how many were new.

    Raises `NotThere` for whoever does not hold such a key, `NotAllowed` for another receiver.
    """
    with store.writing() as work:
        receivers = {grant.holder_id for _hold, grant in given}
        for company, colleague in _colleagues(work.db, store.keys, person_id, now):
            if company.code != company_code or {colleague.person_id} != receivers:
                continue
            lacks = {bytes(r.hold_id) for r in _without(work.db, store.keys, person_id, company, colleague)}
            rows = [_row(hold_id, grant, colleague) for hold_id, grant in given if hold_id in lacks]
            if not lacks:
                break
            if rows:
                work.db.execute(insert(hold_grants), rows)
                by = work.db.execute(select(people.c.name).where(people.c.id == person_id)).scalar_one()
                # No count: beside lines of which some are hidden, it would tell an auditor of a case (L6).
                facts = {"person": colleague.name, "company": company.code}
                work.log("citations_granted", day=local_day(now, company.zone), actor=by, facts=facts)
            return len(rows)
    raise NotThere("there is no such colleague, or they lack nothing")


def _row(hold_id: bytes, grant: SealedGrant, colleague: Recipient) -> dict[str, Any]:
    header = Header.parse(grant.sealed)
    rightly = header.kind == Kind.GRANT and header.compartment == Compartment.CONTENT
    if not rightly or header.case_id != hold_id or not hmac.compare_digest(header.key_id, colleague.key_id):
        raise NotAllowed("the key of a citation goes to the colleague's own key only")
    return {"hold_id": hold_id, "person_id": colleague.person_id, "sealed": grant.sealed}


def _colleagues(
    db: Connection, keys: ServerKeys, person_id: bytes, now: datetime
) -> list[tuple[CompanyFacts, Recipient]]:
    return [
        (company, one)
        for company in directory.companies_served(db, keys, person_id, "legal", now)
        for one in directory.recipients(db, keys, company.id, ("legal",), local_day(now, company.zone))
        if one.person_id != person_id
    ]


def _without(
    db: Connection, keys: ServerKeys, person_id: bytes, company: CompanyFacts, colleague: Recipient
) -> list[Any]:
    theirs = hold_grants.alias("theirs")
    has = exists(
        select(theirs.c.hold_id).where(
            theirs.c.hold_id == holds.c.id, theirs.c.person_id == colleague.person_id
        )
    )
    query = (
        select(hold_grants.c.hold_id, hold_grants.c.sealed, cases.c.number, cases.c.excluded)
        .join_from(hold_grants, holds, holds.c.id == hold_grants.c.hold_id)
        .join(cases, cases.c.id == holds.c.case_id)
        .where(hold_grants.c.person_id == person_id, cases.c.company_id == company.id, ~has)
        .order_by(holds.c.review_on, holds.c.id)
    )
    found: list[Any] = []
    for row in db.execute(query):
        both = (person_id, colleague.person_id)
        if not any(exclusions.is_excluded(keys, row, one) for one in both):
            found.append(row)
        if len(found) == AT_ONCE:
            break
    return found
