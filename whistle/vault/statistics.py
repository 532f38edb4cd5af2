"""Figures of a quarter leave a case's readers once, suppressed, and stay as they were published.

Whoever reads totals sees the same ones, and they count no case from which anybody of the site is excluded. So
no statistic, and no difference of two (of one auditor's and another's, a company's and the group's, today's
and a later one's, or a statistic and the ledger), shows a case to somebody who must not know of it: people
change their roles, and what is published is published for good. Pages say that such cases are not counted.
Handlers see counts of the cases they hold, and never a total beside them. A purged case stays in the totals
that were published before, and in no others.
"""

import hmac
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Row, false, func, insert, select
from sqlalchemy.exc import IntegrityError

from whistle.crypto import chain
from whistle.errors import Conflict, NotThere, RuleRefused, Tampered
from whistle.rules import figures, suppression
from whistle.rules.calendar import local_day
from whistle.rules.figures import Counted, Quarter
from whistle.rules.states import State
from whistle.rules.suppression import Cell, Shown
from whistle.vault import directory, exclusions, listing, search
from whistle.vault.facts import REPORT, CompanyFacts, ListedCase
from whistle.vault.serverkeys import ServerKeys
from whistle.vault.store import Store
from whistle.vault.tables import cases, people, readers
from whistle.vault.worktables import statistics

LABEL = b"whistle/v1/statistics\0"
HANDLER, AUDITOR = "handler", "auditor"

MOST = 5_000
"""Cases of one company and quarter that a page counts: each is opened for its category."""


@dataclass(frozen=True, slots=True)
class Held:
    """A handler's cases of one quarter; `published_on`: the day its figures were published, if they were."""

    cases: tuple[ListedCase, ...]
    published_on: date | None
    is_closed: bool


@dataclass(frozen=True, slots=True)
class Published:
    """What was published of a company's quarter."""

    company_code: str
    company_name: str
    quarter: str
    made_on: date
    shown: Shown


@dataclass(frozen=True, slots=True)
class Totals:
    """What an auditor may see: `own` of the companies they audit, `group` of all, by quarter."""

    own: tuple[Published, ...]
    group: Mapping[str, Shown]


def held(store: Store, person_id: bytes, code: str, quarter: Quarter, now: datetime) -> Held:
    """The cases of a company's quarter that this person reads, inventories checked. Raises `NotThere`."""
    with store.reading() as db:
        company = directory.company_by_code(db, code)
        rows = _rows(db, store.keys, person_id, company, quarter, now)
        found = listing.listed(db, store, person_id, rows, {company.id: company}, now)
        return Held(found, _made_on(db, company, quarter), _is_closed(quarter, company, now))


def countable(
    store: Store, person_id: bytes, code: str, quarter: Quarter, now: datetime
) -> tuple[ListedCase, ...]:
    """Those of them that published totals count. Raises `NotThere`."""
    with store.reading() as db:
        company = _handled(db, store.keys, person_id, code, now)
        rows = _countable(db, store.keys, _rows(db, store.keys, person_id, company, quarter, now))
        return listing.listed(db, store, person_id, rows, {company.id: company}, now)


def publish(
    store: Store, person_id: bytes, code: str, quarter: Quarter, categories: Mapping[str, int], now: datetime
) -> None:
    """Keep the totals of a closed quarter, suppressed; the dates are counted here, the categories are sealed.

    Once for each company and quarter, by somebody who reads all that is counted. Raises `NotThere` for
    anybody but a handler of the company itself, `RuleRefused`: `quarter_open`, `not_all_cases`; `Conflict`
    when it was done, or when a case came or went meanwhile.
    """
    try:
        _publish(store, person_id, code, quarter, categories, now)
    except IntegrityError:
        raise Conflict("these figures were published at the same moment") from None


def _publish(
    store: Store, person_id: bytes, code: str, quarter: Quarter, categories: Mapping[str, int], now: datetime
) -> None:
    with store.writing() as work:
        company = _handled(work.db, store.keys, person_id, code, now)
        if not _is_closed(quarter, company, now):
            raise RuleRefused("quarter_open", "The quarter is not over yet.")
        if _made_on(work.db, company, quarter) is not None:
            raise Conflict("these figures were published already")
        rows = _countable(work.db, store.keys, _rows(work.db, store.keys, person_id, company, quarter, now))
        if sum(categories.values()) != len(rows):
            raise Conflict("a case came or went while these were counted")
        if len(rows) != len(_countable(work.db, store.keys, _all_rows(work.db, company, quarter, now))):
            raise RuleRefused("not_all_cases", "Somebody who reads all of the cases publishes them.")
        tables = figures.date_tables(quarter, map(counted, rows))
        tables["categories"] = list(categories.items())
        body = _body(suppression.suppress(tables))
        today = local_day(now, company.zone)
        row = {"company_id": company.id, "quarter": str(quarter), "made_on": today, "body": body}
        work.db.execute(insert(statistics).values(**row, mac=_mac(store.keys, row)))
        name = work.db.execute(select(people.c.name).where(people.c.id == person_id)).scalar_one()
        facts = {"company": company.code, "quarter": str(quarter)}
        work.log("statistics_published", day=today, actor=name, facts=facts)


def totals(store: Store, person_id: bytes, now: datetime) -> Totals:
    """Everything published that this auditor may see. Raises `NotThere` for anybody else, `Tampered`."""
    with store.reading() as db:
        audited = {c.id for c in directory.companies_served(db, store.keys, person_id, AUDITOR, now)}
        if not audited:
            raise NotThere("there is no such page")
        known = {company.id: company for company in directory.all_companies(db)}
        found = [
            (bytes(row.company_id), _published(store.keys, row, known[bytes(row.company_id)]))
            for row in db.execute(select(statistics).order_by(statistics.c.quarter.desc()))
        ]
    by_quarter: dict[str, list[Shown]] = {}
    for _company, one in found:
        by_quarter.setdefault(one.quarter, []).append(one.shown)
    return Totals(
        tuple(one for company, one in found if company in audited),
        {quarter: suppression.add_up(parts) for quarter, parts in by_quarter.items()},
    )


def counted(case: Any) -> Counted:
    """The dates of a case, from its row or its status."""
    return Counted(
        case.received_on, case.state, case.acknowledged_on, case.acknowledgement_waived, case.feedback_on
    )


def _rows(
    db: Connection, keys: ServerKeys, person_id: bytes, company: CompanyFacts, quarter: Quarter, now: datetime
) -> Sequence[Row[Any]]:
    mine = search.scope(db, keys, person_id, company, now)
    if mine is None:
        raise NotThere("there is no such page")
    within = cases.c.received_on.between(quarter.first, quarter.last)
    query = (
        select(cases, readers.c.due_on, readers.c.unread.label("mine"))
        .join_from(readers, cases)
        .where(readers.c.person_id == person_id, mine, within)
        .order_by(cases.c.received_on, cases.c.id)
        .limit(MOST + 1)
    )
    rows = db.execute(query).all()
    if len(rows) > MOST:
        raise RuleRefused("too_many_cases", "So many cases are not counted at once.")
    return rows


def _all_rows(db: Connection, company: CompanyFacts, quarter: Quarter, now: datetime) -> Sequence[Row[Any]]:
    """Every case of the company that was received in the quarter and stands, whoever reads it."""
    due = (cases.c.state == State.CLOSED) & (cases.c.purge_on <= local_day(now, company.zone))
    mine = (cases.c.company_id == company.id) & (cases.c.kind == REPORT) & ~func.coalesce(due, false())
    within = cases.c.received_on.between(quarter.first, quarter.last)
    return db.execute(select(cases).where(mine, within)).all()


def _countable(db: Connection, keys: ServerKeys, rows: Sequence[Row[Any]]) -> list[Row[Any]]:
    """The cases from which nobody of the site is excluded."""
    everybody = [bytes(one) for one in db.execute(select(people.c.id)).scalars()]
    return [row for row in rows if not any(exclusions.is_excluded(keys, row, one) for one in everybody)]


def _handled(db: Connection, keys: ServerKeys, person_id: bytes, code: str, now: datetime) -> CompanyFacts:
    """A company of which this person is a handler of its own."""
    company = directory.company_by_code(db, code)
    standing = directory.role_on(db, keys, person_id, company.id, local_day(now, company.zone))
    if standing is None or standing.role != HANDLER or standing.shared:
        raise NotThere("there is no such page")
    return company


def _is_closed(quarter: Quarter, company: CompanyFacts, now: datetime) -> bool:
    return quarter.is_closed(local_day(now, company.zone))


def _made_on(db: Connection, company: CompanyFacts, quarter: Quarter) -> date | None:
    place = (statistics.c.company_id == company.id) & (statistics.c.quarter == str(quarter))
    found: date | None = db.execute(select(statistics.c.made_on).where(place)).scalar_one_or_none()
    return found


def _body(shown: Shown) -> str:
    tables = {name: [[cell.key, cell.value] for cell in cells] for name, cells in shown.tables.items()}
    return json.dumps({"total": shown.total.value, "tables": tables}, sort_keys=True, separators=(",", ":"))


def _mac(keys: ServerKeys, row: Mapping[str, Any]) -> bytes:
    said = [bytes(row["company_id"]).hex(), row["quarter"], row["made_on"].isoformat(), row["body"]]
    return chain.keyed_hash(keys.inventory, LABEL, json.dumps(said).encode())


def _published(keys: ServerKeys, row: Row[Any], company: CompanyFacts) -> Published:
    if not hmac.compare_digest(_mac(keys, dict(row._mapping)), bytes(row.mac)):  # noqa: SLF001 (public name)
        raise Tampered(
            f"the figures of {company.code} for {row.quarter} are not the ones that were published"
        )
    body = json.loads(row.body)
    tables = {name: tuple(Cell(key, value) for key, value in cells) for name, cells in body["tables"].items()}
    return Published(
        company.code, company.name, row.quarter, row.made_on, Shown(Cell("total", body["total"]), tables)
    )
