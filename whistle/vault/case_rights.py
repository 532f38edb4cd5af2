"""Rights asked for inside a case are owed an answer within a month; the ledger sees messages, and no more."""

from datetime import datetime
from secrets import token_bytes

from sqlalchemy import insert, select, update

from whistle.errors import RuleRefused
from whistle.rules import states
from whistle.vault import desk, mailbox
from whistle.vault.facts import Addition
from whistle.vault.registertables import case_rights
from whistle.vault.store import Store


def ask(store: Store, locator: bytes, addition: Addition, now: datetime) -> None:
    """Take what whoever holds the key asks for: a message like any other, and a day from which a month runs.

    Asked again on the same day it is one. Raises `NotThere`, `RuleRefused`.
    """
    with mailbox.writing(store, locator, addition, now, action="message_received") as change:
        waits = select(case_rights.c.id).where(
            case_rights.c.case_id == change.row.id,
            case_rights.c.asked_on == change.today,
            case_rights.c.answered_on.is_(None),
        )
        if change.db.execute(waits).first() is None:
            row = {"id": token_bytes(16), "case_id": change.row.id, "asked_on": change.today}
            change.db.execute(insert(case_rights).values(**row))


def answer(store: Store, person_id: bytes, number: str, addition: Addition, now: datetime) -> None:
    """Answer the rights that were asked for, in a closed case too: a message, and nothing is owed any more.

    Raises `NotThere`, `RuleRefused`: `rights_none` where nobody asked, and those of a message.
    """
    with desk.at_work(store, person_id, number, now, doing=desk.MESSAGE.doing) as (change, name):
        waits = (case_rights.c.case_id == change.row.id) & case_rights.c.answered_on.is_(None)
        done = change.db.execute(update(case_rights).where(waits).values(answered_on=change.today))
        if not done.rowcount:
            raise RuleRefused("rights_none", "Nobody waits for an answer about their rights here.")
        if change.row.state != states.State.CLOSED:
            change.set(state=str(states.after(change.row.state, states.Event.MESSAGE)))
        desk.take(change, addition, tells_reporter=True)
        change.log(desk.MESSAGE.action, name)
