"""What an approval gave ends by deletion, on its day or when who asked has left; safe to repeat."""

from collections import defaultdict
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, and_, delete, exists, select

from whistle.crypto.header import Compartment
from whistle.errors import NotThere, Tampered
from whistle.rules.calendar import local_day
from whistle.rules.disclosure import UNTOLD_DAYS
from whistle.vault import casework, custody, directory, disclosures, recovery
from whistle.vault import identity_requests as requests
from whistle.vault.facts import REPORT
from whistle.vault.findings import Finding
from whistle.vault.serverkeys import ServerKeys
from whistle.vault.store import Store
from whistle.vault.tables import cases, designations, grants
from whistle.vault.worktables import consents, identity_requests

IDENTITY = int(Compartment.IDENTITY)

_EVER_CUSTODIAN = exists(
    select(designations.c.id).where(
        designations.c.person_id == grants.c.holder_id,
        designations.c.company_id == cases.c.company_id,
        designations.c.role == custody.CUSTODIAN,
    )
)
# A custodian's grants end with their designation, elsewhere; a reporter's with the case.
_OF_OTHERS = (
    select(grants.c.case_id, grants.c.holder_id)
    .join_from(grants, cases)
    .where(grants.c.compartment == IDENTITY, grants.c.holder_id != grants.c.case_id, ~_EVER_CUSTODIAN)
    .where(cases.c.kind == REPORT)  # who asks about their own data is known to whoever answers
    .distinct()
)
_RUNNING = select(identity_requests).where(
    identity_requests.c.state.in_((requests.WAITING, requests.APPROVED))
)


def end_due(store: Store, now: datetime) -> int:
    """Delete the identity keys of whoever may not have them any more; returns how many cases changed.

    An approval ends on its day, when its handler's designation ended, and when they were excluded from the
    case; so does a request that waits. One transaction for each case, and `identity_ended` in the ledger.
    """
    with store.reading() as db:
        doomed = _doomed(db, store.keys, now)
    done = 0
    for case_id in doomed:
        # A case that was changed past its page is for `check` to name; the others, and the pass, go on.
        with suppress(NotThere, Tampered), casework.changing(store, case_id, now) as change:
            _end(change)
            done += 1
    return done


def _doomed(db: Connection, keys: ServerKeys, now: datetime) -> list[bytes]:
    """The cases in which something has ended, each once."""
    found: dict[bytes, set[bytes]] = defaultdict(set)
    for row in db.execute(_OF_OTHERS):
        found[bytes(row.case_id)].add(bytes(row.holder_id))
    for row in db.execute(_RUNNING):
        found[bytes(row.case_id)].add(bytes(row.asked_by))
    return [case_id for case_id in sorted(found) if _ended_in(db, keys, case_id, now)]


def _ended_in(db: Connection, keys: ServerKeys, case_id: bytes, now: datetime) -> bool:
    case = db.execute(select(cases).where(cases.c.id == case_id)).one_or_none()
    if case is None:
        return False
    today = max(local_day(now, directory.company_by_id(db, case.company_id).zone), case.touched_on)
    return bool(_strangers(db, keys, case, today) or _over(db, keys, case, today))


def _strangers(db: Connection, keys: ServerKeys, case: Any, today: Any) -> set[bytes]:
    """Who holds an identity key of the case and may not: no approval names them today."""
    holders = {bytes(row.holder_id) for row in db.execute(_OF_OTHERS.where(grants.c.case_id == case.id))}
    spare = recovery.holder(keys)
    holders -= {spare.person_id} if spare is not None else set()
    approved = requests.standing(db, keys, bytes(case.id), today)
    allowed = approved if _kept_by_a_custodian(db, case.id) else holders
    return {one for one in holders if one not in allowed or not custody.works(db, keys, case, one, today)}


def _kept_by_a_custodian(db: Connection, case_id: bytes) -> bool:
    """Whether a custodian has a key of the case. If none does, its handlers' keys are all there is."""
    kept = (
        select(grants.c.holder_id)
        .join_from(grants, cases)
        .where(grants.c.case_id == case_id, grants.c.compartment == IDENTITY, _EVER_CUSTODIAN)
    )
    return db.execute(kept).first() is not None


def _over(db: Connection, keys: ServerKeys, case: Any, today: Any) -> list[Any]:
    """The requests that run and should not any more."""
    return [
        row
        for row in db.execute(_RUNNING.where(identity_requests.c.case_id == case.id))
        if requests.is_as_decided(keys, row)
        and (
            (row.ends_on is not None and row.ends_on <= today)
            or not custody.works(db, keys, case, bytes(row.asked_by), today)
        )
    ]


def _end(change: casework.Change) -> None:
    db, keys = change.db, change.store.keys
    over = _over(db, keys, change.row, change.today)
    strangers = _strangers(db, keys, change.row, change.today)
    for row in over:
        custody.write(change, row, {"state": requests.ENDED})
        change.log("identity_ended", "system", id=bytes(row.id).hex())
    if strangers and not over:
        change.log("identity_ended", "system")
    for holder in strangers | {bytes(row.asked_by) for row in over if row.state == requests.APPROVED}:
        take_identity(change, holder)


def take_identity(change: casework.Change, holder: bytes) -> None:
    """Delete somebody's keys of the identity compartment and leave the others."""
    place = and_(
        grants.c.case_id == change.row.id, grants.c.holder_id == holder, grants.c.compartment == IDENTITY
    )
    gone = {bytes(found) for found in change.db.execute(select(grants.c.sha256).where(place)).scalars()}
    change.entries = [entry for entry in change.entries if entry.sealed_sha256 not in gone]
    change.db.execute(delete(grants).where(place))


def look_at_custody(store: Store, db: Connection, now: datetime) -> Iterator[Finding]:
    """Every request and disclosure is as its page wrote it, and nobody has an identity key beyond its day."""
    joined = select(identity_requests, cases.c.number).join_from(identity_requests, cases)
    for row in db.execute(joined.order_by(cases.c.number)).all():
        if not requests.is_as_decided(store.keys, row):
            yield Finding("identity_request", row.number, "a request was changed past its page")
    for row in db.execute(select(consents, cases.c.number).join_from(consents, cases)).all():
        yield from _disclosure(store, row, now)
    numbers = {bytes(row.id): row.number for row in db.execute(select(cases.c.id, cases.c.number))}
    for case_id in _doomed(db, store.keys, now):
        yield Finding("identity_overdue", numbers[case_id], "an identity key stands past its day")


def _disclosure(store: Store, row: Any, now: datetime) -> Iterator[Finding]:
    if not disclosures.is_as_answered(store.keys, row):
        yield Finding("consent", row.number, "a disclosure was changed past its page")
    untold = row.basis == disclosures.LAW and row.decided_on is None
    if untold and (now.date() - row.asked_on).days >= UNTOLD_DAYS:
        yield Finding("disclosure_untold", row.number, "the reporter has not been told of a disclosure")
