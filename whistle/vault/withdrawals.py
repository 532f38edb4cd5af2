"""Who is retired loses every grant, case by case; a pass that is interrupted goes on where it stopped."""

from datetime import datetime

from sqlalchemy import delete, select, union

from whistle.vault import casework
from whistle.vault.store import Store
from whistle.vault.tables import grants, people, readers


def withdraw_from_retired(store: Store, now: datetime) -> int:
    """Delete the grants of retired people and take them off their cases; returns how many cases changed.

    They could have copied what they read: this ends what they can read from now on. Safe to repeat.
    """
    with store.reading() as db:
        gone = [
            bytes(found)
            for found in db.execute(select(people.c.id).where(people.c.state == "retired")).scalars()
        ]
        if not gone:
            return 0
        held = select(grants.c.case_id).where(grants.c.holder_id.in_(gone))
        read = select(readers.c.case_id).where(readers.c.person_id.in_(gone))
        cases = [bytes(found) for found in db.execute(union(held, read)).scalars()]
    for case_id in cases:
        with casework.changing(store, case_id, now) as change:
            change.take_grants(gone)
            change.db.execute(
                delete(readers).where(readers.c.case_id == case_id, readers.c.person_id.in_(gone))
            )
            change.log("grants_withdrawn", "system")
    return len(cases)
