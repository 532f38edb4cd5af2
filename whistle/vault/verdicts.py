"""What a pass would do with cases, from their rows, their holds and the signed ledger; it changes nothing."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, TypeVar

from sqlalchemy import BindParameter, Connection, bindparam, select

from whistle.rules.retention import HoldFacts, Verdict, decide
from whistle.vault import directory, reading
from whistle.vault.facts import CompanyFacts
from whistle.vault.tables import cases, holds
from whistle.vault.tables import ledger as lines

One = TypeVar("One")

TOGETHER = 500
"""Cases that are decided with the same three queries: few enough for any database's list of parameters."""

_IDS: BindParameter[bytes] = bindparam("ids", expanding=True)
_NUMBERS: BindParameter[str] = bindparam("numbers", expanding=True)
TELLING = ("received", "request_received", "closed", "reopened", "hold_placed", "hold_released")
"""The lines of the ledger that a verdict rests on."""

CLOSED_ON = "closed_on"
"""In the facts of a closing that a restore did again: the day of the first."""

_CASES = select(
    cases.c.id, cases.c.number, cases.c.company_id, cases.c.state, cases.c.received_on, cases.c.closed_on,
    cases.c.purge_on,
).where(cases.c.id.in_(_IDS))  # fmt: skip
_HOLDS = select(
    holds.c.id, holds.c.case_id, holds.c.ground, holds.c.placed_on, holds.c.review_on, holds.c.released_on
).where(holds.c.case_id.in_(_IDS))
_LINES = (
    select(lines.c.case_number, lines.c.action, lines.c.on_day, lines.c.facts)
    .where(lines.c.case_number.in_(_NUMBERS), lines.c.action.in_(TELLING))
    .order_by(lines.c.seq)
)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a pass does with a case, or did: its number and company, the verdict, its id."""

    case_number: str
    company_code: str
    verdict: Verdict
    case_id: bytes = b""


@dataclass(slots=True)
class Told:
    """What the signed ledger knows: a hold deleted from its table protects, a day moved forward does not."""

    holds: frozenset[str] = frozenset()
    received_on: date | None = None
    closed_on: date | None = None
    purge_on: date | None = None

    def agrees(self, row: Any) -> bool:
        """Whether the days in the case's row are those of the ledger."""
        if self.received_on is not None and row.received_on != self.received_on:
            return False
        return row.closed_on == self.closed_on and self.purge_on in (None, row.purge_on)


NOTHING = Told()
"""What the ledger says of a case that it does not know."""


def decided(
    db: Connection, case_ids: Sequence[bytes], now: datetime, *, grounded: bool = False
) -> Iterator[Outcome]:
    """What a pass would do with each of these cases now, in their order; a case that is gone has none.

    `grounded` is for open cases: it keeps no closed one.
    """
    known = {company.id: company for company in directory.all_companies(db)}
    for part in _parts(case_ids):
        rows = {bytes(row.id): row for row in db.execute(_CASES, {"ids": part})}
        yield from of_rows(db, [rows[one] for one in part if one in rows], known, now, grounded=grounded)


def of_rows(
    db: Connection,
    rows: Sequence[Any],
    known: dict[bytes, CompanyFacts],
    now: datetime,
    *,
    grounded: bool = False,
) -> Iterator[Outcome]:
    """The same of cases whose rows were read, and locked where it is acted on."""
    told = by_ledger(db, [row.number for row in rows])
    standing: dict[bytes, list[Any]] = {}
    for hold in db.execute(_HOLDS, {"ids": [row.id for row in rows]}):
        standing.setdefault(bytes(hold.case_id), []).append(hold)
    for row in rows:
        case_id, company = bytes(row.id), known[bytes(row.company_id)]
        held, said = standing.get(case_id, []), told.get(row.number, NOTHING)
        yield Outcome(
            row.number, company.code, _verdict(row, company, held, said, now, grounded=grounded), case_id
        )


def verdict_of(db: Connection, case_id: bytes, now: datetime, *, grounded: bool = False) -> Outcome:
    """What a pass would do with one case now; `grounded`: legal recorded why an open one may stand longer."""
    return next(decided(db, [case_id], now, grounded=grounded))


def _verdict(
    row: Any, company: CompanyFacts, standing: Sequence[Any], told: Told, now: datetime, *, grounded: bool
) -> Verdict:
    if told.holds != {bytes(hold.id).hex() for hold in standing if hold.released_on is None}:
        said = "The ledger and the holds of the case do not agree; somebody must look."
        return Verdict("blocked", row.purge_on, "holds_disagree", said)
    if not told.agrees(row):
        said = "The ledger and the days of the case do not agree; somebody must look."
        return Verdict("blocked", row.purge_on, "days_disagree", said)
    held = [HoldFacts(one.ground, one.placed_on, one.review_on, one.released_on) for one in standing]
    return decide(reading.retention_facts(row, company), held, now, grounded=grounded)


def by_ledger(db: Connection, numbers: Sequence[str]) -> dict[str, Told]:
    """What the lines of each case in the ledger add up to; a case without lines is left out."""
    found: dict[str, Told] = {}
    for part in _parts(numbers):
        for number, action, day, facts in db.execute(_LINES, {"numbers": part}):
            _add(found.setdefault(number, Told()), action, day, facts)
    return found


def _add(told: Told, action: str, day: date, facts: str) -> None:
    match action:
        case "received" | "request_received":
            told.received_on = day
        case "closed":
            said = json.loads(facts)
            due, on = said.get("due_on"), said.get(CLOSED_ON)
            told.closed_on = date.fromisoformat(on) if on else day
            told.purge_on = date.fromisoformat(due) if due else None
        case "reopened":
            told.closed_on = told.purge_on = None
        case "hold_placed":
            told.holds |= {json.loads(facts)["hold"]}
        case _:
            told.holds -= {json.loads(facts)["hold"]}


def _parts(wanted: Sequence[One]) -> Iterator[Sequence[One]]:
    return (wanted[start : start + TOGETHER] for start in range(0, len(wanted), TOGETHER))
