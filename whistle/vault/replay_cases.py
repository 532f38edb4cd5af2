"""What the journal says of a case that stands: what was taken from it, what its day is.

The words of an erased entry's replacement are in no journal: an empty place stands where the entry stood.
"""

import secrets
from collections.abc import Callable
from datetime import date
from hashlib import sha256
from typing import Any

from sqlalchemy import and_, delete, insert, select, update

from whistle.crypto.header import Kind
from whistle.crypto.inventory import Entry
from whistle.vault import (
    circle,
    disclosures,
    exclusions,
    reading,
    replay_requests,
    scrubbing,
    verdicts,
    withdrawals,
)
from whistle.vault.casework import Change
from whistle.vault.facts import REQUEST
from whistle.vault.tables import blob_removals, blobs, closings, grants, people, readers, records
from whistle.vault.worktables import consents, redactions

Actor = tuple[bytes | None, str]

ERASED, PLAIN = "erased", ""
"""What of it somebody has to be told: an entry that is gone."""

NOTHING = b""
"""What is sealed in a place whose record is gone."""

EMPTIED = "emptied"
"""In the facts of a replayed erasure: the ids of the empty places that it left."""


def again(change: Change, line: dict[str, Any], actor: Actor) -> str:
    """Do what the line says to its case, where that is not so already."""
    return _STEPS[line["kind"]](change, line, actor)


def _withdrawn(change: Change, line: dict[str, Any], actor: Actor) -> str:
    named = [bytes.fromhex(one) for one in line["facts"]["people"]]
    held = set(
        change.db.execute(select(grants.c.holder_id).where(grants.c.case_id == change.row.id)).scalars()
    )
    reads = select(readers.c.person_id).where(readers.c.case_id == change.row.id)
    held |= set(change.db.execute(reads).scalars())
    gone = sorted({bytes(one) for one in held} & set(named))
    if gone:
        withdrawals.take_away(change, gone)
        _log(change, line, actor)
    return PLAIN


def _forwarded(change: Change, line: dict[str, Any], actor: Actor) -> str:
    if replay_requests.hand_on(change, line["facts"]):
        _log(change, line, actor)
    return PLAIN


def _excluded(change: Change, line: dict[str, Any], actor: Actor) -> str:
    """The tags as the line says them. Who is excluded loses what they have, a hold's citation too."""
    stored = bytes.fromhex(line["facts"]["excluded"])
    if stored == bytes(change.row.excluded):
        return PLAIN
    tags = exclusions.split(stored)
    keys, number = change.store.keys, change.row.number
    everybody = change.db.execute(select(people.c.id)).scalars().all()
    out = [bytes(one) for one in everybody if exclusions.tag(keys, number, bytes(one)) in tags]
    if out:
        withdrawals.take_away(change, sorted(out))
    for person in out:
        circle.forget(change, person)
    change.set(excluded=stored)
    _log(change, line, actor)
    return PLAIN


def _redacted(change: Change, line: dict[str, Any], actor: Actor) -> str:
    facts = line["facts"]
    files = _take_files(change, [bytes.fromhex(one) for one in facts.get("files", [])])
    emptied = _empty(change, [bytes.fromhex(facts["record"])])
    if not emptied and not files:
        return PLAIN
    change.db.execute(delete(redactions).where(redactions.c.case_id == change.row.id))
    _log(change, line, actor, **{EMPTIED: emptied})
    return ERASED


def _identity_withdrawn(change: Change, line: dict[str, Any], _actor: Actor) -> str:
    emptied = _empty(change, [bytes.fromhex(one) for one in line["facts"].get("records", [])])
    if emptied:
        change.log(line["kind"], "reporter", **_facts(line), **{EMPTIED: emptied})
    return ERASED if emptied else PLAIN


def _empty(change: Change, object_ids: list[bytes]) -> list[str]:
    """Destroy these records and leave an empty place for each, under a new id; returns the new ids."""
    mine = records.c.object_id.in_(object_ids) & (records.c.case_id == change.row.id)
    emptied = []
    for old in change.db.execute(select(records).where(mine)).all():
        new_id, digest = secrets.token_bytes(16), sha256(NOTHING).digest()
        values = {"object_id": new_id, "sha256": digest, "sealed": NOTHING}
        standing = and_(records.c.case_id == change.row.id, records.c.object_id == old.object_id)
        change.db.execute(update(records).where(standing).values(**values))
        change.entries = [one for one in change.entries if one.object_id != bytes(old.object_id)]
        change.entries.append(Entry(Kind.RECORD, new_id, bytes(old.key_id), digest))
        emptied.append(new_id.hex())
    if emptied:
        scrubbing.is_due(change.db)
    return emptied


def _take_files(change: Change, object_ids: list[bytes]) -> list[bytes]:
    mine = blobs.c.object_id.in_(object_ids) & (blobs.c.case_id == change.row.id)
    found = [bytes(one) for one in change.db.execute(select(blobs.c.object_id).where(mine)).scalars()]
    if found:
        change.db.execute(insert(blob_removals), [{"object_id": one} for one in found])
        change.db.execute(delete(blobs).where(mine))
        change.entries = [one for one in change.entries if one.object_id not in found]
    return found


def _closed(change: Change, line: dict[str, Any], actor: Actor) -> str:
    """Closed on the day it was closed, or it would stand longer than the law allows."""
    if change.row.state == "closed":
        return PLAIN
    facts = line["facts"]
    day, due = (
        date.fromisoformat(one) for one in (facts.get(verdicts.CLOSED_ON, line["day"]), facts["due_on"])
    )
    change.set(state="closed", closed_on=day, purge_on=due, reopen_asked_by=None)
    if change.row.kind == REQUEST:
        replay_requests.close(change, facts, day)
    else:
        n = len(reading.closings_of(change.db, change.row.id)) + 1
        change.db.execute(insert(closings).values(case_id=change.row.id, n=n, closed_on=day, purge_on=due))
    _log(change, line, actor, **{verdicts.CLOSED_ON: day.isoformat()})
    return PLAIN


def _reopened(change: Change, line: dict[str, Any], actor: Actor) -> str:
    """Reopened, or it would be purged on a day that no longer counts."""
    if change.row.state != "closed":
        return PLAIN
    change.set(state="in_progress", closed_on=None, purge_on=None, reopen_asked_by=None)
    _log(change, line, actor)
    return PLAIN


def _answered(change: Change, line: dict[str, Any], _actor: Actor) -> str:
    """A consent that was refused or taken back stands no more; one given since is asked for again."""
    if line["facts"]["agreed"]:
        return PLAIN
    query = select(consents).where(consents.c.id == bytes.fromhex(line["facts"]["id"]))
    row = change.db.execute(query).one_or_none()
    if row is None or row.state not in (disclosures.ASKED, disclosures.AGREED):
        return PLAIN
    state = disclosures.WITHDRAWN if row.state == disclosures.AGREED else disclosures.REFUSED
    values = {"state": state, "decided_on": date.fromisoformat(line["day"])}
    mac = disclosures.consent_mac(change.store.keys, {**row._mapping, **values})  # noqa: SLF001 (public name)
    change.db.execute(update(consents).where(consents.c.id == row.id).values(**values, mac=mac))
    change.log(line["kind"], "reporter", **_facts(line))
    return PLAIN


_STEPS: dict[str, Callable[[Change, dict[str, Any], Actor], str]] = {
    "closed": _closed, "reopened": _reopened,
    "grants_withdrawn": _withdrawn, "request_forwarded": _forwarded,
    "excluded": _excluded, "exclusion_lifted": _excluded, "redacted": _redacted,
    "identity_withdrawn": _identity_withdrawn, "disclosure_answered": _answered,
}  # fmt: skip
KINDS = frozenset(_STEPS)


def _log(change: Change, line: dict[str, Any], actor: Actor, **more: Any) -> None:
    change.log(line["kind"], actor[1], **(_facts(line) | more))


def _facts(line: dict[str, Any]) -> dict[str, Any]:
    """What the line said, but for the inventory's number."""
    return {name: value for name, value in line["facts"].items() if name not in ("n", EMPTIED)}
