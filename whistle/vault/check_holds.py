"""Every hold that the ledger says was asked for and not confirmed waits, and no longer than a week."""

import json
from collections.abc import Iterator
from datetime import datetime, timedelta

from sqlalchemy import Connection, select

from whistle.vault.findings import Finding
from whistle.vault.store import Store
from whistle.vault.tables import cases, holds, ledger
from whistle.vault.worktables import asked_holds, hold_asks

PATIENCE = timedelta(days=7)
"""A colleague is back by then; the holds protect meanwhile, and nothing ends them but a person."""

_SAID = (
    select(ledger.c.action, ledger.c.facts)
    .join_from(ledger, cases, cases.c.number == ledger.c.case_number)
    .where(ledger.c.action.in_(("hold_placed", "hold_confirmed")), ledger.c.facts.contains('"ask"'))
    .order_by(ledger.c.seq)
)
_WAITING = select(asked_holds.c.hold_id, hold_asks.c.asked_on).join_from(asked_holds, hold_asks)
_STANDING = select(holds.c.id, cases.c.number).join_from(holds, cases).where(holds.c.released_on.is_(None))


def look_at_asks(_store: Store, db: Connection, now: datetime) -> Iterator[Finding]:
    """Holds on many cases: none counts as confirmed without its line in the ledger."""
    unconfirmed: set[str] = set()
    for action, facts in db.execute(_SAID):
        hold = json.loads(facts)["hold"]
        (unconfirmed.add if action == "hold_placed" else unconfirmed.discard)(hold)
    waiting = {bytes(hold).hex(): asked_on for hold, asked_on in db.execute(_WAITING)}
    for hold_id, number in db.execute(_STANDING):
        hold = bytes(hold_id).hex()
        if (hold in unconfirmed) != (hold in waiting):
            yield Finding("hold", number, "a hold counts as confirmed, or not, otherwise than in the ledger")
    late = sorted(day for day in waiting.values() if now.date() - day > PATIENCE)
    if late:
        said = f"a hold on many cases waits since {late[0]}: somebody of legal confirms or refuses it"
        yield Finding("hold_ask", "", said)
