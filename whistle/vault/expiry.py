"""Five years after a purge the ledger's lines of that case lose the name of who did it, and nothing else.

A line keeps its keyed hash of the name: the chain verifies as before, and nobody can put another name there.
The certificate stays: it names nobody. A line in the ledger says up to which day of purge names were struck
out, so that a name struck out too early, or left too long, is found.
"""

import json
from collections.abc import Iterator
from datetime import date, datetime

from sqlalchemy import Connection, select, update

from whistle.rules.expiry import load_kept
from whistle.vault import ledger, scrubbing, sites
from whistle.vault.findings import Finding
from whistle.vault.purge import fingerprint
from whistle.vault.store import Store
from whistle.vault.tables import certificates
from whistle.vault.tables import ledger as lines

ACTION = "names_struck"
KEY = "names_struck_until"
"""Where the site keeps the last day of purge whose names are gone, so that a pass looks at what is new."""

BATCH = 200
"""Cases in one transaction: a short one, so that nobody waits for it."""

SYSTEM = "system"


def strike(store: Store, now: datetime) -> int:
    """Strike out the names whose five years are over at `now`; returns in how many lines.

    UTC's day decides: in no company's zone is that early. Safe to repeat, and to be killed in: each
    transaction is whole and says in the ledger what it did.
    """
    until = load_kept().purged_until(now.date())
    if sites.value(store, KEY) >= until.isoformat():
        return 0
    numbers = _due(store, until)
    struck = sum(
        _strike(store, numbers[start : start + BATCH], until, now.date())
        for start in range(0, len(numbers), BATCH)
    )
    sites.remember(store, KEY, until.isoformat())
    return struck


def _due(store: Store, until: date) -> list[str]:
    done = sites.value(store, KEY)
    query = select(certificates.c.case_number).where(certificates.c.purged_on <= until)
    if done:
        query = query.where(certificates.c.purged_on > date.fromisoformat(done))
    with store.reading() as db:
        return list(db.execute(query.order_by(certificates.c.purged_on)).scalars())


def _strike(store: Store, numbers: list[str], until: date, today: date) -> int:
    theirs = lines.c.case_number.in_(numbers) & (lines.c.actor != "")
    with store.writing() as work:
        struck = work.db.execute(update(lines).where(theirs).values(actor="")).rowcount
        if struck:
            # How many lines is not said: who is excluded from one of the cases reads this line, too.
            work.log(ACTION, day=today, actor=SYSTEM, facts={"until": until.isoformat()})
            scrubbing.is_due(work.db)
        return struck


def look_at_names(_store: Store, db: Connection, now: datetime) -> Iterator[Finding]:
    """A line without a name had its five years, as the signed ledger says; none names somebody after them."""
    purged = _purged(db)
    told = db.execute(select(lines).where(lines.c.action == ACTION).order_by(lines.c.seq)).all()
    until = max((date.fromisoformat(ledger.line_of(row).facts["until"]) for row in told), default=date.min)
    bare = select(lines.c.seq, lines.c.case_number).where(lines.c.actor == "").order_by(lines.c.seq)
    for row in db.execute(bare):
        if purged.get(row.case_number, date.max) > until:
            yield Finding("name_gone", f"line {row.seq}", "the ledger's line lost its name before its time")
    yield from _left(db, purged, now)


def _purged(db: Connection) -> dict[str, date]:
    """On which day each case was purged, as the ledger says or the certificate that its line is bound to.

    A line that a restore wrote again has a later day than the purge; the certificate it names has the first.
    """
    query = (
        select(lines.c.case_number, lines.c.on_day, lines.c.facts, certificates.c.body)
        .join_from(lines, certificates, certificates.c.case_number == lines.c.case_number, isouter=True)
        .where(lines.c.action == "purged")
        .order_by(lines.c.seq)
    )
    found = {}
    for number, day, facts, body in db.execute(query):
        named = body is not None and fingerprint(body) == json.loads(facts).get("certificate")
        found[number] = date.fromisoformat(json.loads(body)["purged_on"]) if named else day
    return found


def _left(db: Connection, purged: dict[str, date], now: datetime) -> Iterator[Finding]:
    """A day is left for the pass, as with a purge."""
    over = {number for number, day in purged.items() if load_kept().ends(day) < now.date()}
    if not over:
        return
    named = select(lines.c.case_number).where(lines.c.actor != "", lines.c.case_number != "").distinct()
    for number in sorted(over & set(db.execute(named).scalars())):
        yield Finding("name_overdue", number, "five years after the purge the ledger still names people")
