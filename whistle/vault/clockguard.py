"""What a leap of the clock would purge waits for two people; a writer of the database alone hides no leap.

The site keeps what `rules.clock.Trust` says under a keyed hash (`keys/inventory.key`). It is read and written
by whoever leads a pass, so there is one for the site, whatever the number of machines: each machine's own
counter stands in it under the name of its run, and is compared with nothing but itself. A machine that takes
over brings no count of its own, so the minute since the last leader's pass is a leap of a minute; every leap
adds up until two people of the company confirm. Where the memory is missing or was not written by this
server, nothing is certain: all that is due waits, and `check` says so. An older state put back believes less,
never more: its counters count on from an older floor.

What ends by date for good beside purges goes by the same rule: `Weighed.believed` is the latest time that may
take a grant away because a designation or an approval ran out. Somebody retired or excluded loses theirs at
once: no date decides that.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Final

from sqlalchemy import Connection, and_, exists, func, or_, select

from whistle.rules import clock
from whistle.rules.calendar import start_of_day
from whistle.rules.clock import Due, Reading, Trust
from whistle.vault import clockmemory, directory, guards
from whistle.vault.facts import REPORT, REQUEST, CompanyFacts
from whistle.vault.findings import Finding
from whistle.vault.guardlists import Item, Waiting
from whistle.vault.store import Store
from whistle.vault.tables import cases, holds

KIND: Final = "clock"
AHEAD: Final = "ahead"
"""The fact that a confirmation binds beside the list: how many seconds ahead the clock was."""


@dataclass(frozen=True)
class Weighed:
    """What a pass may do: `held` are case ids that wait, `waiting` their numbers and days.

    `free` are those that were due, held by nobody and not to wait: a case that joins them after this look,
    because its hold was released just now, was weighed by nobody and stands until the next pass.

    `trust` is to be kept once the pass is through (`keep`), and `ended` names the companies whose whole list
    two people confirmed.
    """

    trust: Trust
    held: frozenset[bytes]
    waiting: tuple[tuple[str, date], ...]
    believed: datetime
    ended: tuple[str, ...]
    free: frozenset[bytes]


@dataclass(frozen=True, slots=True)
class _Case:
    id: bytes
    number: str
    due_on: date
    due: Due


def start(store: Store, reading: Reading) -> None:
    """A new site: the clock it is made by is where its count begins."""
    clockmemory.write(store, clock.founded(clockmemory.named(store.keys, reading)))


def weigh(store: Store, reading: Reading, now: datetime) -> Weighed:
    """Say what must wait at this pass, and keep the lists that people are shown."""
    with store.reading() as db:
        trust = clock.passed(
            clockmemory.read(db, store.keys) or Trust(), clockmemory.named(store.keys, reading)
        )
        companies = directory.all_companies(db)
        standing, peopled = _standing(db), _peopled(db)
        empty = [one.code for one in companies if one.id not in peopled]
        trust = clock.follow(trust, empty, reading.wall)
        come = _due(db, companies, now)
        stopped = guards.stopped(db, store.keys, KIND)
    asked = {item.case for _on, one in stopped.values() for item in one.items if item.what == clock.TOO_MANY}
    waits = clock.waits(trust, reading.wall, [one.due for one in come], standing, asked)
    codes = [one.code for one in companies]
    found = _lists(trust, reading.wall, codes, [(one, waits[one.due]) for one in come if one.due in waits])
    found = {code: _same(one, stopped.get(code)) for code, one in found.items()}
    settled = guards.settle(store, KIND, found, now) if found or stopped else {}
    free = {item.case for one in settled.values() for item in one.confirmed}
    whole = {code: one for code, one in settled.items() if one.whole is not None}
    for code, one in whole.items():
        trust = clock.accept(trust, code, one.waiting.facts.get(AHEAD, 0))
    held = [one for one in come if one.due in waits and one.number not in free]
    believed = min((clock.believed(trust, code, reading.wall) for code in codes), default=reading.wall)
    return Weighed(
        trust,
        frozenset(one.id for one in held),
        tuple((one.number, one.due_on) for one in held),
        datetime.fromtimestamp(believed, UTC),
        tuple(whole),
        frozenset(one.id for one in come) - {one.id for one in held},
    )


def keep(store: Store, weighed: Weighed) -> None:
    """The pass is through: what two people accepted counts from now on, and the next pass begins here."""
    with store.writing() as work:
        for code in weighed.ended:
            guards.forget(work, KIND, code)
        clockmemory.put(work.db, store.keys, weighed.trust)


def follow(store: Store, reading: Reading, now: datetime) -> None:
    """On a rehearsal: a time that was set counts as confirmed, whatever waited."""
    with store.reading() as db:
        trust = clock.passed(
            clockmemory.read(db, store.keys) or Trust(), clockmemory.named(store.keys, reading)
        )
        codes = [one.code for one in directory.all_companies(db)]
        stopped = guards.stopped(db, store.keys, KIND)
    if stopped:
        guards.settle(store, KIND, {}, now)
    clockmemory.write(store, clock.follow(trust, codes, reading.wall))


def last_pass(store: Store) -> datetime | None:
    """What the clock said when the scheduler last ran; None where nothing is remembered."""
    with store.reading() as db:
        trust = clockmemory.read(db, store.keys)
    return datetime.fromtimestamp(trust.last, UTC) if trust is not None else None


def look_at_clock(store: Store, db: Connection, _now: datetime) -> Iterator[Finding]:
    """A finding for each company where something waits, and one where the memory is not this server's."""
    if clockmemory.is_forged(db, store.keys):
        yield Finding("clock", "site", "what the clock guard remembers was changed past this program")
    for code, (since, waiting) in guards.stopped(db, store.keys, KIND).items():
        what = f"{len(waiting.items)} cases wait" if waiting.items else "the clock has leapt"
        said = f"{what}, since {since}; legal and an administrator confirm at /legal/clock, /admin/clock"
        yield Finding("clock", code, said)


def _passed(db: Connection, store: Store, reading: Reading) -> Trust:
    """What is certain now; without a memory, nothing."""
    trust = clockmemory.read(db, store.keys) or Trust()
    return clock.passed(trust, clockmemory.named(store.keys, reading))


def _lists(trust: Trust, wall: int, codes: list[str], held: list[tuple[_Case, str]]) -> dict[str, Waiting]:
    """By company what waits there; a leap is something to answer even before a case is due by it."""
    items: dict[str, list[Item]] = defaultdict(list)
    for case, why in held:
        items[case.due.company].append(Item(case.number, case.due_on, why))
    found = {}
    for code in codes:
        leapt = clock.leapt(trust, code, wall)
        if leapt or items[code]:
            why = clock.AHEAD if leapt else clock.TOO_MANY
            facts = {AHEAD: clock.ahead(trust, code, wall)} if leapt else {}
            found[code] = Waiting(why, tuple(sorted(items[code])), facts)
    return found


def _same(waiting: Waiting, stood: tuple[date, Waiting] | None) -> Waiting:
    """A leap that hardly changed is written down as it was, so that what was confirmed stays confirmed."""
    if AHEAD not in waiting.facts:
        return waiting
    before = stood[1].facts.get(AHEAD) if stood is not None else None
    return replace(waiting, facts={AHEAD: clock.same_leap(before, waiting.facts[AHEAD])})


def _standing(db: Connection) -> int:
    """How many cases stand: reports, and the privacy requests that have a day to be erased on.

    An open request counts for nothing, and a copy never: anybody can send as many as they like.
    """
    counts = or_(cases.c.kind == REPORT, and_(cases.c.kind == REQUEST, cases.c.purge_on.is_not(None)))
    return int(db.execute(select(func.count()).select_from(cases).where(counts)).scalar_one())


def _peopled(db: Connection) -> set[bytes]:
    """The companies in which anything stands at all: nowhere else is a leap of the clock believed at once."""
    return {bytes(found) for found in db.execute(select(cases.c.company_id).distinct()).scalars()}


def _due(db: Connection, companies: tuple[CompanyFacts, ...], now: datetime) -> list[_Case]:
    """What no hold protects and is due at `now`; whether it is purged, the purge itself decides."""
    known = {one.id: one for one in companies}
    held = exists().where(holds.c.case_id == cases.c.id, holds.c.released_on.is_(None))
    columns = (cases.c.id, cases.c.number, cases.c.company_id, cases.c.purge_on)
    near = select(*columns).where(cases.c.purge_on <= now.date() + timedelta(days=1), ~held)
    starts: dict[tuple[date, str], int] = {}
    found = []
    for row in db.execute(near.order_by(cases.c.purge_on, cases.c.number)):
        company = known[bytes(row.company_id)]
        day = (row.purge_on, company.zone)
        if day not in starts:
            starts[day] = int(start_of_day(*day).timestamp())
        due = Due(row.number, company.code, starts[day])
        found.append(_Case(bytes(row.id), row.number, row.purge_on, due))
    return [one for one in found if one.due.at <= now.timestamp()]
