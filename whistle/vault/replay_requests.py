"""A privacy request that was closed, or handed on, after a backup is closed and handed on again.

The keys that the officers of the other company got are in no journal, and nobody else may have them: `check`
says that nobody can answer it, until the person, who still reads it, comes back and lets them in.
"""

from datetime import date
from typing import Any

from sqlalchemy import select, update

from whistle.errors import NotThere, Tampered
from whistle.rules import request_way as rules
from whistle.rules.request_way import State
from whistle.vault import directory, epochs, request_mails, requests, withdrawals
from whistle.vault.casework import Change
from whistle.vault.facts import REQUEST
from whistle.vault.requests import RequestChange
from whistle.vault.requesttables import request_readers
from whistle.vault.tables import grants

ANSWERED_ON = "answered_on"
"""In the facts of a request that was closed: the day from which it is kept."""


def close(change: Change, facts: dict[str, Any], day: date) -> None:
    """Close the request's own row, as on the day it was closed. Raises `Tampered`."""
    request = _of(change)
    answered = date.fromisoformat(facts.get(ANSWERED_ON, day.isoformat()))
    stood_still = request.now("stood_still") + rules.added_by_asking(request.standing(), day)
    request.set(
        state=State.CLOSED, answered_on=answered, asked_on=None, stood_still=stood_still, review_on=None
    )
    request_mails.taken(change.db, bytes(change.row.id))
    request.write()


def hand_on(change: Change, facts: dict[str, Any]) -> bool:
    """Move a request to its company; who lost its keys then loses them again. False where that is so."""
    company = directory.company_by_code(change.db, facts["company"])
    if change.row.kind != REQUEST or bytes(change.row.company_id) == company.id:
        return False
    _of(change)
    held = select(grants.c.holder_id).where(grants.c.case_id == change.row.id)
    named = {bytes.fromhex(one) for one in facts["people"]}
    gone = {bytes(one) for one in change.db.execute(held).scalars()} & named
    if gone:
        withdrawals.take_away(change, sorted(gone))
    epochs.raise_for_what_comes(change, tuple(epochs.COLUMNS))
    place = request_readers.c.case_id == change.row.id
    change.db.execute(update(request_readers).where(place).values(company_id=company.id))
    change.set(company_id=company.id)
    return True


def _of(change: Change) -> RequestChange:
    try:
        return RequestChange(change, requests.checked(change.db, change.store.keys, bytes(change.row.id)))
    except NotThere as error:
        raise Tampered("a request has lost its row") from error
