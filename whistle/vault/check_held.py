"""What keeps a case longer is as legal's and handlers' own hands made it; what stands too long rings."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection, select

from whistle.rules.calendar import local_day
from whistle.rules.deadlines import UNTOUCHED_DAYS
from whistle.rules.states import State
from whistle.vault import directory, held_openings, ledger, longest, reading, sentences, statutory
from whistle.vault.facts import REPORT
from whistle.vault.findings import Finding
from whistle.vault.heldtables import held_openings as opening_table
from whistle.vault.heldtables import hold_sentences, open_grounds
from whistle.vault.store import Store
from whistle.vault.tables import cases, holds
from whistle.vault.tables import ledger as ledger_table

CAP_TOLD_DAYS: Final = 30
"""So long before the longest time is over `check` begins to say so: as the second reminder (own choice)."""

OPENED, WITHHELD, SHOWN = "held_opened", "sentence_withheld", "sentence_shown"
RECORDED, REVIEWED, ENDED = "ground_recorded", "ground_reviewed", "ground_ended"


def look_at_kept(store: Store, db: Connection, _now: datetime) -> Iterator[Finding]:
    """Openings, withheld sentences and grounds: keyed by this server, and the same ones as in the ledger."""
    said = _said(db)
    yield from _openings(store, db, said)
    yield from _sentences(store, db, said)
    yield from _grounds(store, db, said)


def look_at_open(store: Store, db: Connection, now: datetime) -> Iterator[Finding]:
    """Open cases that nobody worked on for 90 days, or that stand open past what their country allows.

    The latter are told of from `CAP_TOLD_DAYS` before, unless a hold or a ground of the law keeps them.
    """
    for one in longest.near(db, now):
        row = db.execute(select(cases).where(cases.c.id == one.case_id)).one()
        company = directory.company_by_id(db, row.company_id)
        if one.left <= 0 and reading.is_blocked(db, store.keys, row, company, now):
            said = f"open past {one.last_on}: close it, or have legal record a ground"
            yield Finding("open_cap", one.number, said)
        elif 0 < one.left <= CAP_TOLD_DAYS and not _may_stand(db, store, one.case_id):
            said = f"may stand open until {one.last_on}: close it, or have legal record a ground"
            yield Finding("open_cap_near", one.number, said)
    for company in directory.all_companies(db):
        today = local_day(now, company.zone)
        long_ago = today - timedelta(days=UNTOUCHED_DAYS)
        query = select(cases.c.number, cases.c.touched_on).where(
            cases.c.purge_on.is_(None), cases.c.company_id == company.id, cases.c.state != State.CLOSED,
            cases.c.touched_on <= long_ago, cases.c.kind == REPORT,
        )  # fmt: skip
        for row in db.execute(query.order_by(cases.c.touched_on, cases.c.number)):
            yield Finding("untouched", row.number, f"open, and nobody worked on it since {row.touched_on}")
        passed = (
            select(cases.c.number, open_grounds.c.review_on)
            .join_from(open_grounds, cases)
            .where(
                cases.c.company_id == company.id, cases.c.state != State.CLOSED,
                open_grounds.c.ended_on.is_(None), open_grounds.c.review_on < today,
            )
            .order_by(cases.c.number)
        )  # fmt: skip
        for row in db.execute(passed):
            said = f"the ground for standing open was to be reviewed by {row.review_on}"
            yield Finding("open_ground_review", row.number, said)


def _may_stand(db: Connection, store: Store, case_id: bytes) -> bool:
    """Whether a hold or a ground of the law lets an open case stand past its country's longest time."""
    if statutory.is_grounded(db, store.keys, case_id):
        return True
    return bool(reading.holds_in_force(db, store.keys, case_id))


def _said(db: Connection) -> dict[str, list[ledger.Line]]:
    actions = (OPENED, WITHHELD, SHOWN, RECORDED, REVIEWED, ENDED)
    query = select(ledger_table).where(ledger_table.c.action.in_(actions)).order_by(ledger_table.c.seq)
    found: dict[str, list[ledger.Line]] = defaultdict(list)
    for row in db.execute(query):
        found[row.case_number].append(ledger.line_of(row))
    return found


def _openings(store: Store, db: Connection, said: dict[str, list[Any]]) -> Iterator[Finding]:
    there: dict[str, set[str]] = defaultdict(set)
    for row in db.execute(select(opening_table, cases.c.number).join_from(opening_table, cases)):
        there[row.number].add(bytes(row.id).hex())
        if held_openings.opening_mac(store.keys, row._mapping) != bytes(row.mac):  # noqa: SLF001 (public name)
            yield Finding("held_opening", row.number, "an opening of the held case was changed past its page")
    for number in db.execute(select(cases.c.number)).scalars():
        told = {line.facts["opening"] for line in said.get(number, ()) if line.action == OPENED}
        if told != there.get(number, set()):
            yield Finding("held_opening", number, "who opened the held case is not what the ledger says")


def _sentences(store: Store, db: Connection, said: dict[str, list[Any]]) -> Iterator[Finding]:
    query = select(hold_sentences, cases.c.number).join_from(hold_sentences, holds).join(cases)
    for row in db.execute(query):
        if not sentences.is_genuine(store.keys, row):
            yield Finding(
                "sentence", row.number, "the mailbox's sentence was withheld or shown past its page"
            )
    for row in db.execute(select(holds.c.id, cases.c.number).join_from(holds, cases)):
        lines = [
            line.action
            for line in said.get(row.number, ())
            if line.action in (WITHHELD, SHOWN) and line.facts["hold"] == bytes(row.id).hex()
        ]
        is_told = bool(lines) and lines[-1] == WITHHELD
        if is_told != bool(sentences.silent(db, store.keys, [bytes(row.id)])):
            yield Finding(
                "sentence", row.number, "what the mailbox says of the hold is not the ledger's word"
            )


def _grounds(store: Store, db: Connection, said: dict[str, list[Any]]) -> Iterator[Finding]:
    there: dict[str, dict[str, str]] = defaultdict(dict)
    for row in db.execute(select(open_grounds, cases.c.number).join_from(open_grounds, cases)):
        if not statutory.is_genuine(store.keys, row):
            yield Finding("open_ground", row.number, "a ground for standing open was changed past its page")
        if row.ended_on is None:
            there[row.number][bytes(row.id).hex()] = row.review_on.isoformat()
    for number in db.execute(select(cases.c.number)).scalars():
        if _told_grounds(said.get(number, [])) != there.get(number, {}):
            yield Finding("open_ground", number, "the grounds for standing open are not those of the ledger")


def _told_grounds(lines: list[Any]) -> dict[str, str]:
    told: dict[str, str] = {}
    for line in lines:
        if line.action in (RECORDED, REVIEWED):
            told[line.facts["id"]] = line.facts["review_on"]
        elif line.action == ENDED:
            told.pop(line.facts["id"], None)
    return told
