"""What points to a reporter leaves the circle on their consent, or where a law that is cited demands it."""

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

from sqlalchemy import Connection, exists, insert, select, update

from whistle.crypto.header import Compartment, Header
from whistle.errors import Conflict, NotAllowed, NotThere, RuleRefused, Tampered
from whistle.vault import casework, custody, desk, disclosures, reading
from whistle.vault import identity_requests as requests
from whistle.vault.facts import Addition
from whistle.vault.mailbox import OPEN_TO_REPORTER
from whistle.vault.serverkeys import ServerKeys
from whistle.vault.store import Store
from whistle.vault.tables import cases, designations, grants, readers
from whistle.vault.worktables import consents

DOING = "consent_request"
"""What a shared handler leaves to the company's own people (2021:890 5:3)."""

_HELD_BY_CUSTODIANS = (
    select(grants.c.holder_id)
    .join_from(grants, cases)
    .where(
        grants.c.compartment == int(Compartment.IDENTITY),
        exists(
            select(designations.c.id).where(
                designations.c.person_id == grants.c.holder_id,
                designations.c.company_id == cases.c.company_id,
                designations.c.role == custody.CUSTODIAN,
            )
        ),
    )
)


@dataclass(frozen=True, slots=True)
class NewConsent:
    """A disclosure that is asked for; `told`: the reporter reads of it at once."""

    id: bytes
    basis: str
    told: bool


def ask(
    store: Store, person_id: bytes, number: str, new: NewConsent, addition: Addition, now: datetime
) -> None:
    """Ask the reporter's consent, or record a disclosure that a law demands and tell them of it.

    Where telling would endanger the follow-up, the inquiry or the trial, the reason is in the notes.
    Raises `NotThere`, `RuleRefused("shared")`.
    """
    with desk.at_work(store, person_id, number, now, doing=DOING) as (change, name):
        _require_words(addition, told=new.told)
        if new.basis == disclosures.CONSENT and not new.told:
            raise NotAllowed("nobody agrees to what they were not asked")
        by_law = new.basis == disclosures.LAW
        row = {
            "id": new.id, "case_id": change.row.id, "basis": new.basis, "asked_on": change.today,
            "asked_by": person_id, "state": disclosures.ASKED,
            "decided_on": change.today if by_law and new.told else None, "carried_out_on": None,
        }  # fmt: skip
        row["mac"] = disclosures.consent_mac(store.keys, row)
        change.db.execute(insert(consents).values(**row))
        desk.take(change, addition, tells_reporter=new.told)
        change.log("disclosure_asked", name, id=new.id.hex(), by_law=by_law, told=new.told)


def tell(
    store: Store, person_id: bytes, number: str, consent_id: bytes, addition: Addition, now: datetime
) -> None:
    """Tell the reporter now what could not be told before. Raises `NotThere`, `Conflict`."""
    with desk.at_work(store, person_id, number, now, doing=DOING) as (change, name):
        row = _standing_row(change, consent_id)
        if row.basis != disclosures.LAW or row.decided_on is not None:
            raise Conflict("the reporter was told already")
        _require_words(addition, told=True)
        desk.take(change, addition, tells_reporter=True)
        _write(change, row, {"decided_on": change.today})
        change.log("disclosure_told", name, id=consent_id.hex())


def carry_out(
    store: Store, person_id: bytes, number: str, consent_id: bytes, now: datetime, *, with_identity: bool
) -> None:
    """Note that it was handed over. From here on the reporter cannot take their consent back.

    Raises `NotThere`, `RuleRefused`: `shared`, `no_consent`, `no_approval` (who they are leaves only while a
    custodian's approval stands).
    """
    with desk.at_work(store, person_id, number, now, doing=DOING) as (change, name):
        row = _standing_row(change, consent_id)
        if not disclosures.may_be_carried_out(row.basis, row.state):
            raise RuleRefused("no_consent", "Nobody agreed to this, or it was done already.")
        if with_identity and not allows_identity(change.db, store.keys, change.row.id, consent_id):
            raise RuleRefused("no_approval", "A custodian has to approve first.")
        _write(change, row, {"state": disclosures.CARRIED_OUT, "carried_out_on": change.today})
        change.log("disclosure_done", name, id=consent_id.hex(), identity=with_identity)


def answer(
    store: Store, locator: bytes, consent_id: bytes, addition: Addition, now: datetime, *, agrees: bool
) -> None:
    """Take the reporter's answer. Raises `NotThere`, `RuleRefused("carried_out")` once it was handed over."""
    with store.reading() as db:
        case_id = _case_of(db, locator)
    with casework.changing(store, case_id, now) as change:
        reading.require_standing(change.row, change.company, now)
        row = _standing_row(change, consent_id)
        if row.basis != disclosures.CONSENT:
            raise NotThere("there is nothing to agree to")
        if row.state == disclosures.CARRIED_OUT:
            raise RuleRefused("carried_out", "It has been handed over already.")
        change.add(addition, writes=OPEN_TO_REPORTER, grants_in=(Compartment.CONTENT,))
        state = _answered(row.state, agrees=agrees)
        _write(change, row, {"state": state, "decided_on": change.today})
        change.log("disclosure_answered", "reporter", id=consent_id.hex(), agreed=agrees)
        change.db.execute(
            update(readers).where(readers.c.case_id == case_id).values(unread=readers.c.unread + 1)
        )


def standing(
    store: Store, person_id: bytes, number: str, now: datetime
) -> tuple[disclosures.StoredConsent, ...]:
    """What may be handed over of this handler's case today. Raises `NotThere`."""
    case = desk.open_case(store, person_id, number, now)
    return tuple(one for one in case.consents if one.may_be_carried_out)


def allows_identity(db: Connection, keys: ServerKeys, case_id: bytes, consent_id: bytes) -> bool:
    """Whether who the reporter is may leave on this ground: agreed to or demanded by law, and approved.

    The approval is a custodian's, which stands; where the company has none, there is no second person to ask.
    """
    found = next((one for one in disclosures.of_case(db, keys, case_id) if one.id == consent_id), None)
    if found is None or not found.may_be_carried_out:
        return False
    kept = db.execute(_HELD_BY_CUSTODIANS.where(grants.c.case_id == case_id)).first() is not None
    return not kept or bool(requests.standing(db, keys, case_id))


def _answered(state: str, *, agrees: bool) -> str:
    if agrees:
        return disclosures.AGREED
    return disclosures.WITHDRAWN if state == disclosures.AGREED else disclosures.REFUSED


def _require_words(addition: Addition, *, told: bool) -> None:
    """Who is told reads it among the messages; of what is not told the notes keep the reason."""
    parts = {Header.parse(record.sealed).compartment for record in addition.records}
    if (Compartment.CONTENT if told else Compartment.INTERNAL) not in parts:
        raise NotAllowed("a disclosure says to whom and why")
    if not told and Compartment.CONTENT in parts:
        raise NotAllowed("this would tell the reporter")


def _standing_row(change: casework.Change, consent_id: bytes) -> Any:
    query = select(consents).where(consents.c.id == consent_id, consents.c.case_id == change.row.id)
    row = change.db.execute(query).one_or_none()
    if row is None:
        raise NotThere("there is no such disclosure")
    if not disclosures.is_as_answered(change.store.keys, row):
        raise Tampered("the disclosure was changed past its page")
    return row


def _write(change: casework.Change, row: Any, values: dict[str, Any]) -> None:
    mac = disclosures.consent_mac(change.store.keys, {**row._mapping, **values})  # noqa: SLF001 (public name)
    change.db.execute(update(consents).where(consents.c.id == row.id).values(**values, mac=mac))


def _case_of(db: Connection, locator: bytes) -> bytes:
    query = select(cases.c.id).where(cases.c.locator_hash == sha256(locator).digest())
    found = db.execute(query).scalar_one_or_none()
    if found is None:
        raise NotThere("no case has this key")
    return bytes(found)
