"""A guard holds back what cannot be undone until two people of two roles confirmed the very list shown.

Whoever guards (the clock, a restore) calls `settle` on every pass with all that it would hold back now, by
company; what comes back says which of it two people have confirmed. A confirmation binds to the hash of the
list as that person was shown it: what is hidden from them (L6) is not in it and is not confirmed by it, and a
list that changed has to be confirmed anew. A refusal stands for the company whatever becomes of the list,
until the same person confirms. Rows carry a keyed hash: who writes the database alone confirms nothing.
"""

import hmac
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import product
from typing import Any, Final

from sqlalchemy import Connection, delete, insert, select

from whistle.errors import NotThere, RuleRefused
from whistle.vault import directory
from whistle.vault.facts import CompanyFacts
from whistle.vault.guardlists import Answer, Item, Place, Waiting, answer_mac, body_of, stop_mac, waiting_of
from whistle.vault.guardtables import guard_answers, guards
from whistle.vault.serverkeys import ServerKeys
from whistle.vault.store import Store, Work
from whistle.vault.tables import people

ROLES: Final = ("legal", "administrator")
"""One of each has to confirm: who knows the holds, and who knows the machine."""


@dataclass(frozen=True, slots=True)
class Settled:
    """How it stands with one company's list.

    `confirmed`: what two people agreed to. `whole`: if that is all of it, two who confirmed.
    """

    company: CompanyFacts
    waiting: Waiting
    confirmed: frozenset[Item]
    whole: tuple[Answer, Answer] | None
    refused: bool


@dataclass(frozen=True, slots=True)
class Shown:
    """A company's list as one person may see it; `digest` (hex) is what their answer has to name."""

    kind: str
    company: CompanyFacts
    since_on: date
    waiting: Waiting
    digest: str
    answers: tuple[Answer, ...]
    mine: Answer | None


@dataclass(frozen=True, slots=True)
class Given:
    """An answer as it is given: in which role, for which company, to the list of which hash (hex)."""

    kind: str
    role: str
    code: str
    digest: str
    confirmed: bool


def settle(store: Store, kind: str, found: Mapping[str, Waiting], now: datetime) -> dict[str, Settled]:
    """Keep what a guard holds back now, by company code, in the place of what it did; say what may go.

    A company that `found` does not name is free again: its list and the answers to it are forgotten. Leaves
    `guard_stopped` in the ledger whenever there is something new to answer.
    """
    with store.writing() as work:
        known = {company.code: company for company in directory.all_companies(work.db)}
        stood = stopped(work.db, store.keys, kind)
        for code in stood.keys() - found.keys():
            forget(work, kind, code)
        settled = {}
        for code, waiting in found.items():
            place = Place(work.db, store.keys, kind, known[code], now)
            _put(work, place, stood.get(code), waiting)
            settled[code] = _settled(place, waiting)
        return settled


def forget(work: Work, kind: str, code: str) -> None:
    """Let a company go: what was held back there, and what was said to it."""
    for table in (guard_answers, guards):
        work.db.execute(delete(table).where(table.c.kind == kind, table.c.company_code == code))


def shown(store: Store, person_id: bytes, kind: str, role: str, now: datetime) -> tuple[Shown, ...]:
    """What is held back in the companies that this person serves in `role` (one of `ROLES`)."""
    with store.reading() as db:
        served = directory.companies_served(db, store.keys, person_id, role, now) if role in ROLES else ()
        stops = stopped(db, store.keys, kind)
        return tuple(
            _shown(Place(db, store.keys, kind, company, now), stops[company.code], person_id)
            for company in served
            if company.code in stops
        )


def answer(store: Store, person_id: bytes, given: Given, now: datetime) -> None:
    """Confirm the list of this hash, or refuse it. It takes the place of what the person said before.

    Raises `NotThere` where nothing waits for them, `RuleRefused("list_changed")` when a confirmation names
    another list than the one that they would be shown now.
    """
    with store.writing() as work:
        served = directory.companies_served(work.db, store.keys, person_id, given.role, now)
        company = next((one for one in served if given.role in ROLES and one.code == given.code), None)
        stop = stopped(work.db, store.keys, given.kind).get(given.code)
        if company is None or stop is None:
            raise NotThere("nothing waits for your answer")
        place = Place(work.db, store.keys, given.kind, company, now)
        theirs = place.digest(place.visible(person_id, stop[1]))
        if given.confirmed and theirs.hex() != given.digest:
            raise RuleRefused("list_changed", "The list has changed; read it again before you confirm it.")
        _note(work, place, person_id, given, (theirs, stop[1].facts))


def stopped(db: Connection, keys: ServerKeys, kind: str) -> dict[str, tuple[date, Waiting]]:
    """By company code: since when and what is held back, as the last pass left it.

    A row that this server did not write is none; the next pass writes it anew.
    """
    found = {}
    query = select(guards).where(guards.c.kind == kind).order_by(guards.c.company_code)
    for row in db.execute(query).mappings().all():
        if hmac.compare_digest(stop_mac(keys, row), bytes(row["mac"])):
            found[row["company_code"]] = (row["since_on"], waiting_of(row["why"], row["body"]))
    return found


def _put(work: Work, place: Place, stood: tuple[date, Waiting] | None, waiting: Waiting) -> None:
    if stood is not None and stood[1] == waiting:
        return
    since = place.today if stood is None else stood[0]
    row = {
        "kind": place.kind, "company_code": place.company.code, "company_id": place.company.id,
        "why": waiting.why, "since_on": since, "body": body_of(waiting),
    }  # fmt: skip
    work.db.execute(delete(guards).where(place.of(guards)))
    work.db.execute(insert(guards).values(**row, mac=stop_mac(place.keys, row)))
    if waiting.items and (stood is None or stood[1].items != waiting.items):
        # No count: beside a list from which a case is hidden, it would tell of that case (L6).
        facts = {"why": waiting.why, "list": place.digest(waiting).hex()}
        _log(work, place, "guard_stopped", "system", facts)


def _log(work: Work, place: Place, action: str, actor: str, facts: dict[str, Any]) -> None:
    facts = {"guard": place.kind, "company": place.company.code} | facts
    work.log(action, day=place.today, actor=actor, facts=facts)


def _settled(place: Place, waiting: Waiting) -> Settled:
    answers = place.answers(waiting)
    if any(not one.confirmed for one in answers):
        return Settled(place.company, waiting, frozenset(), None, refused=True)
    confirmed: set[Item] = set()
    for pair in _pairs(answers):
        seen = [frozenset(place.visible(one.person_id, waiting).items) for one in pair]
        confirmed |= seen[0] & seen[1]
    # Where each may see only a part, several pairs cover it together: hidden cases stop nothing for good.
    whole = next(_pairs(answers), None) if confirmed == frozenset(waiting.items) else None
    return Settled(place.company, waiting, frozenset(confirmed), whole, refused=False)


def _pairs(answers: Sequence[Answer]) -> Iterator[tuple[Answer, Answer]]:
    """Two different people, one of each role, whose confirmations count."""
    first, second = ([one for one in answers if one.counts and one.role == role] for role in ROLES)
    return ((one, other) for one, other in product(first, second) if one.person_id != other.person_id)


def _shown(place: Place, stop: tuple[date, Waiting], person_id: bytes) -> Shown:
    since, waiting = stop
    theirs = place.visible(person_id, waiting)
    answers = place.answers(waiting)
    mine = next((one for one in answers if one.person_id == person_id), None)
    return Shown(place.kind, place.company, since, theirs, place.digest(theirs).hex(), answers, mine)


def _note(
    work: Work, place: Place, person_id: bytes, given: Given, to: tuple[bytes, Mapping[str, Any]]
) -> None:
    digest, facts = to
    row = {
        "kind": place.kind, "company_code": place.company.code, "person_id": person_id, "role": given.role,
        "confirmed": given.confirmed, "digest": digest, "on_day": place.today,
        "facts": json.dumps(dict(facts), sort_keys=True),
    }  # fmt: skip
    theirs = place.of(guard_answers) & (guard_answers.c.person_id == person_id)
    work.db.execute(delete(guard_answers).where(theirs))
    work.db.execute(insert(guard_answers).values(**row, mac=answer_mac(place.keys, row)))
    name = work.db.execute(select(people.c.name).where(people.c.id == person_id)).scalar_one()
    said = "guard_confirmed" if given.confirmed else "guard_refused"
    _log(work, place, said, name, {"role": given.role, "list": digest.hex()})
