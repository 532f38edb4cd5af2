"""A disclosure counts only as it was asked for and answered here: an edited row agrees to nothing."""

import hmac
import json
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import BindParameter, Connection, bindparam, select

from whistle.crypto import chain
from whistle.vault.serverkeys import ServerKeys
from whistle.vault.tables import people
from whistle.vault.worktables import consents

LABEL = b"whistle/v1/consent\0"

CONSENT, LAW = "consent", "law"
ASKED, AGREED, REFUSED, WITHDRAWN, CARRIED_OUT = "asked", "agreed", "refused", "withdrawn", "carried_out"

_CASE: BindParameter[bytes] = bindparam("case")
_OF_CASE = (
    select(consents, people.c.name)
    .join_from(consents, people, people.c.id == consents.c.asked_by)
    .where(consents.c.case_id == _CASE)
    .order_by(consents.c.asked_on, consents.c.id)
)


@dataclass(frozen=True, slots=True)
class StoredConsent:
    """A disclosure as it stands; to whom, why and what is sealed in the case's own records.

    `decided_on`: the day of the reporter's answer; where a law demands it, the day on which they were told,
    or None while telling them would endanger the follow-up, the inquiry or the trial.
    """

    id: bytes
    basis: str
    state: str
    asked_on: date
    asked_name: str
    decided_on: date | None
    carried_out_on: date | None

    @property
    def may_be_carried_out(self) -> bool:
        """Whether nothing but doing it is left."""
        return may_be_carried_out(self.basis, self.state)

    @property
    def owes_telling(self) -> bool:
        """Whether the reporter has not been told yet."""
        return self.basis == LAW and self.decided_on is None


def may_be_carried_out(basis: str, state: str) -> bool:
    """Whether a disclosure only waits to be done: agreed to, or demanded by a law that was cited."""
    return state == (ASKED if basis == LAW else AGREED)


def of_case(db: Connection, keys: ServerKeys, case_id: bytes) -> tuple[StoredConsent, ...]:
    """A case's disclosures, oldest first."""
    rows = db.execute(_OF_CASE, {"case": case_id})
    return tuple(_stored(row) for row in rows if is_as_answered(keys, row))


def _stored(row: Any) -> StoredConsent:
    return StoredConsent(
        bytes(row.id), row.basis, row.state, row.asked_on, row.name, row.decided_on, row.carried_out_on
    )


def consent_mac(keys: ServerKeys, row: Any) -> bytes:
    """The keyed hash over all that a disclosure's row says (a mapping of its columns)."""
    fields = [
        *(bytes(row[name]).hex() for name in ("id", "case_id", "asked_by")), row["basis"], row["state"],
        *(_day(row[name]) for name in ("asked_on", "decided_on", "carried_out_on")),
    ]  # fmt: skip
    return chain.keyed_hash(keys.inventory, LABEL, json.dumps(fields).encode())


def is_as_answered(keys: ServerKeys, row: Any) -> bool:
    """Whether a row is as its page wrote it."""
    wanted = consent_mac(keys, row._mapping)  # noqa: SLF001 (SQLAlchemy's public name)
    return hmac.compare_digest(wanted, bytes(row.mac))


def _day(day: date | None) -> str:
    return "" if day is None else day.isoformat()
