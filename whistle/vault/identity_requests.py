"""A request to learn who a reporter is counts only as it was made here: an edited row does not."""

import hmac
import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from typing import Any

from sqlalchemy import BindParameter, Connection, bindparam, literal, select, union_all

from whistle.crypto import chain
from whistle.crypto.header import Compartment
from whistle.vault.serverkeys import ServerKeys
from whistle.vault.tables import ledger as ledger_table
from whistle.vault.tables import people
from whistle.vault.worktables import exports, identity_request_grants, identity_requests

LABEL = b"whistle/v1/identity-request\0"

WAITING, APPROVED, REFUSED, ENDED = "waiting", "approved", "refused", "ended"

_CASE: BindParameter[bytes] = bindparam("case")
_decider = people.alias("decider")
SHOWN = (
    select(
        identity_requests,
        people.c.name.label("asked_name"),
        _decider.c.name.label("decided_name"),
        identity_request_grants.c.sealed.label("own"),
    )
    .join_from(identity_requests, people, people.c.id == identity_requests.c.asked_by)
    .outerjoin(_decider, _decider.c.id == identity_requests.c.decided_by)
    .outerjoin(
        identity_request_grants,
        (identity_request_grants.c.request_id == identity_requests.c.id)
        & (identity_request_grants.c.person_id == bindparam("holder")),
    )
    .order_by(identity_requests.c.asked_on, identity_requests.c.id)
)
"""Requests with the names in them and the grant of one `holder`."""

_OF_CASE = SHOWN.where(identity_requests.c.case_id == _CASE)
_APPROVED = select(identity_requests).where(
    identity_requests.c.case_id == _CASE, identity_requests.c.state == APPROVED
)

_SEEN = union_all(
    select(literal(1)).where(
        ledger_table.c.case_number == bindparam("number"), ledger_table.c.action == "identity_opened"
    ),
    select(literal(1)).where(exports.c.case_id == _CASE, exports.c.with_identity),
)
"""A line for every time that somebody saw who the reporter is: on a page, and in an export."""


@dataclass(frozen=True, slots=True)
class StoredRequest:
    """A request as it stands, its reason sealed; `grant` is the reader's own, if they have one."""

    id: bytes
    case_id: bytes
    asked_by: bytes
    asked_name: str
    asked_on: date
    would_hinder: bool
    state: str
    decided_name: str
    decided_on: date | None
    ends_on: date | None
    sealed: bytes
    decision_sealed: bytes | None
    grant: bytes | None


@dataclass(frozen=True, slots=True)
class IdentityFacts:
    """Whether anybody has seen who the reporter is, and whether the reader holds a key of it.

    `newest`: the newest epoch of which anybody holds a key. `renewal_due`: a custodian left, and the next
    name is sealed under a new key.
    """

    opened: bool = False
    mine: bool = False
    renewal_due: bool = False
    newest: int = 0


NO_IDENTITY = IdentityFacts()


def facts_of(db: Connection, case: Any, holder: bytes, grants: Iterable[Any]) -> IdentityFacts:
    """The same, for a row of `cases`, whoever reads it, and the rows of all the grants in the case."""
    held = [row for row in grants if row.compartment == Compartment.IDENTITY]
    newest = max((row.epoch for row in held), default=0)
    return IdentityFacts(
        was_opened(db, bytes(case.id), case.number),
        any(row.holder_id == holder for row in held),
        case.epoch_identity > newest > 0,
        newest,
    )


def of_case(db: Connection, keys: ServerKeys, case_id: bytes, holder: bytes) -> tuple[StoredRequest, ...]:
    """A case's requests, oldest first, as `holder` may see them: a reporter not those that would hinder."""
    rows = db.execute(_OF_CASE, {"case": case_id, "holder": holder})
    return tuple(
        stored(row)
        for row in rows
        if is_as_decided(keys, row) and not (row.would_hinder and holder == case_id)
    )


def stored(row: Any) -> StoredRequest:
    """A row of `SHOWN` as a fact."""
    return StoredRequest(
        id=bytes(row.id), case_id=bytes(row.case_id), asked_by=bytes(row.asked_by),
        asked_name=row.asked_name, asked_on=row.asked_on, would_hinder=row.would_hinder, state=row.state,
        decided_name=row.decided_name or "", decided_on=row.decided_on, ends_on=row.ends_on,
        sealed=bytes(row.sealed),
        decision_sealed=None if row.decision_sealed is None else bytes(row.decision_sealed),
        grant=None if row.own is None else bytes(row.own),
    )  # fmt: skip


def stands(db: Connection, keys: ServerKeys, case_id: bytes, person_id: bytes, today: date) -> bool:
    """Whether an approval lets this person see who the reporter is on `today`."""
    return person_id in standing(db, keys, case_id, today)


def standing(db: Connection, keys: ServerKeys, case_id: bytes, today: date | None = None) -> set[bytes]:
    """Whom an approval of this case names today; without a day, until the pass that ends it."""
    return {
        bytes(row.asked_by)
        for row in db.execute(_APPROVED, {"case": case_id})
        if is_as_decided(keys, row) and (today is None or row.ends_on > today)
    }


def was_opened(db: Connection, case_id: bytes, number: str) -> bool:
    """Whether anybody has seen who the reporter is, on a page or in an export."""
    return db.execute(_SEEN, {"case": case_id, "number": number}).first() is not None


def request_mac(keys: ServerKeys, row: Any) -> bytes:
    """The keyed hash over all that a request's row says (a mapping of its columns)."""
    fields = [
        *(bytes(row[name] or b"").hex() for name in ("id", "case_id", "asked_by", "decided_by")),
        bool(row["would_hinder"]), row["state"],
        *(_day(row[name]) for name in ("asked_on", "decided_on", "ends_on")),
        *(sha256(bytes(row[name] or b"")).hexdigest() for name in ("sealed", "decision_sealed")),
    ]  # fmt: skip
    return chain.keyed_hash(keys.inventory, LABEL, json.dumps(fields).encode())


def is_as_decided(keys: ServerKeys, row: Any) -> bool:
    """Whether a row is as its page wrote it."""
    wanted = request_mac(keys, row._mapping)  # noqa: SLF001 (SQLAlchemy's public name)
    return hmac.compare_digest(wanted, bytes(row.mac))


def _day(day: date | None) -> str:
    return "" if day is None else day.isoformat()
