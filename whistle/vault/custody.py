"""Who a reporter is opens to nobody alone: a handler asks with a reason, a custodian's key answers."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, insert, select, update

from whistle.crypto.header import Compartment, Header, Kind
from whistle.errors import Conflict, NotAllowed, NotThere, RuleRefused, Tampered
from whistle.rules.disclosure import IDENTITY_DAYS
from whistle.vault import casework, desk, directory, exclusions, reading
from whistle.vault import identity_requests as requests
from whistle.vault.facts import Addition, OpenedCase, SealedGrant
from whistle.vault.serverkeys import ServerKeys
from whistle.vault.store import Store
from whistle.vault.tables import cases, grants, people, readers
from whistle.vault.worktables import identity_request_grants, identity_requests

CUSTODIAN = "custodian"
OPEN_TO_BOTH = (Compartment.CONTENT, Compartment.IDENTITY)


@dataclass(frozen=True, slots=True)
class NewRequest:
    """A request with its reason sealed under a key of its own to custodians and to the case's readers."""

    id: bytes
    would_hinder: bool
    sealed: bytes
    grants: tuple[SealedGrant, ...]


@dataclass(frozen=True, slots=True)
class Decision:
    """A custodian's answer, sealed to the same people; an approval brings the identity keys with it.

    `grants` are for who asked, `own` the custodian's own in place of those that were made for them.
    """

    approved: bool
    sealed: bytes
    grants: tuple[SealedGrant, ...] = ()
    own: tuple[SealedGrant, ...] = ()


def ask(
    store: Store, person_id: bytes, number: str, new: NewRequest, addition: Addition, now: datetime
) -> None:
    """Ask to learn who the reporter is; `addition` tells them, unless that would hinder the follow-up.

    Raises `NotThere`, `RuleRefused`: `waiting`, `standing`, `no_custodian`.
    """
    with desk.at_work(store, person_id, number, now) as (change, name):
        _require_nothing_asked(change, person_id)
        _require_readers(change, new)
        if bool(addition.records) == new.would_hinder:
            raise NotAllowed("a request tells the reporter, or says why it does not")
        row = {
            "id": new.id, "case_id": change.row.id, "asked_by": person_id, "asked_on": change.today,
            "would_hinder": new.would_hinder, "sealed": new.sealed, "state": requests.WAITING,
            "decided_by": None, "decided_on": None, "decision_sealed": None, "ends_on": None,
        }  # fmt: skip
        row["mac"] = requests.request_mac(store.keys, row)
        change.db.execute(insert(identity_requests).values(**row))
        given = [{"request_id": new.id, "person_id": g.holder_id, "sealed": g.sealed} for g in new.grants]
        change.db.execute(insert(identity_request_grants), given)
        desk.take(change, addition, tells_reporter=not new.would_hinder)
        change.log("identity_requested", name, id=new.id.hex(), told=not new.would_hinder)


def decide(store: Store, person_id: bytes, request_id: bytes, decision: Decision, now: datetime) -> None:
    """Approve a request with one's own key, for 30 days, or refuse it.

    Raises `NotThere` for anybody but a custodian of the company, `RuleRefused`: `same_person`, `asker_left`,
    `past_day`, `no_key`; `Conflict` when it was answered already.
    """
    with casework.changing(store, _case_of(store, request_id), now) as change:
        name = _require_custodian(change, person_id)
        reading.require_standing(change.row, change.company, now)
        row = _waiting(change, request_id)
        if bytes(row.asked_by) == person_id:
            raise RuleRefused("same_person", "Somebody else must answer what you asked for.")
        if not _works(change, bytes(row.asked_by)):
            raise RuleRefused("asker_left", "Who asked has no part in the case any more.")
        _require_sealed(decision.sealed, request_id)
        values: dict[str, Any] = {
            "state": requests.REFUSED, "decided_by": person_id, "decided_on": change.today,
            "decision_sealed": decision.sealed,
        }  # fmt: skip
        facts = {"id": request_id.hex()}
        if decision.approved:
            _hand_over(change, bytes(row.asked_by), person_id, decision)
            ends_on = change.today + timedelta(days=IDENTITY_DAYS)
            values |= {"state": requests.APPROVED, "ends_on": ends_on}
            facts |= {"ends_on": ends_on.isoformat()}
        write(change, row, values)
        change.log(f"identity_{values['state']}", name, **facts)


def open_case(
    store: Store, person_id: bytes, number: str, now: datetime, *, to_hand_over: bool = False
) -> OpenedCase:
    """A case together with who its reporter is, for a handler whom an approval names; it is logged.

    `to_hand_over`: for an export, which leaves its own ground among the notes, a company without a custodian
    needs no approval. Raises `NotThere` for anybody else, and from the day on which the approval ends.
    """
    with desk.at_work(store, person_id, number, now) as (change, name):
        opens = hands_over if to_hand_over else _is_approved
        if not opens(change.db, store.keys, change.row, person_id, change.today):
            raise NotThere("this part of the case is sealed")
        change.log("identity_opened", name)
    return _opened(store, person_id, number, now)


def open_directly(
    store: Store, person_id: bytes, number: str, addition: Addition, now: datetime, *, tells_reporter: bool
) -> OpenedCase:
    """The same in a company without a custodian: each reading leaves its reason among the notes.

    Raises `NotThere` where there is a custodian, `RuleRefused("reason_empty")` without a reason.
    """
    with desk.at_work(store, person_id, number, now) as (change, name):
        if not opens_directly(change.db, store.keys, change.row, person_id, change.today):
            raise NotThere("this part of the case is sealed")
        parts = {Header.parse(record.sealed).compartment for record in addition.records}
        if Compartment.INTERNAL not in parts or tells_reporter != (Compartment.CONTENT in parts):
            raise RuleRefused("reason_empty", "Each reading needs a reason.")
        desk.take(change, addition, tells_reporter=tells_reporter)
        change.log("identity_opened", name, told=tells_reporter)
    return _opened(store, person_id, number, now)


def hands_over(db: Connection, keys: ServerKeys, case: Any, person_id: bytes, today: date) -> bool:
    """Whether the identity may leave by this person: an approval names them, or nobody could give one."""
    return _is_approved(db, keys, case, person_id, today) or opens_directly(db, keys, case, person_id, today)


def _is_approved(db: Connection, keys: ServerKeys, case: Any, person_id: bytes, today: date) -> bool:
    return requests.stands(db, keys, bytes(case.id), person_id, today)


def opens_directly(db: Connection, keys: ServerKeys, case: Any, person_id: bytes, today: date) -> bool:
    """Whether the company has no custodian, so that its handlers hold the identity key themselves."""
    if directory.recipients(db, keys, bytes(case.company_id), (CUSTODIAN,), today):
        return False
    mine = select(grants.c.epoch).where(
        grants.c.case_id == case.id,
        grants.c.holder_id == person_id,
        grants.c.compartment == int(Compartment.IDENTITY),
    )
    return db.execute(mine).first() is not None


def write(change: casework.Change, row: Any, values: dict[str, Any]) -> None:
    """Write what became of a request, with the keyed hash over it."""
    mac = requests.request_mac(change.store.keys, {**row._mapping, **values})  # noqa: SLF001 (public name)
    change.db.execute(
        update(identity_requests).where(identity_requests.c.id == row.id).values(**values, mac=mac)
    )


def _opened(store: Store, person_id: bytes, number: str, now: datetime) -> OpenedCase:
    with store.reading() as db:
        row = read_by(db, person_id, number)
        return reading.opened(db, store, row, OPEN_TO_BOTH, holder=person_id, now=now)


def read_by(db: Connection, person_id: bytes, number: str) -> Any:
    """The row of a case that this person works on. Raises `NotThere`."""
    mine = (
        select(cases)
        .join_from(cases, readers)
        .where(cases.c.number == number, readers.c.person_id == person_id)
    )
    row = db.execute(mine).one_or_none() if casework.is_number(number) else None
    if row is None:
        raise NotThere("there is no such case, or it is not yours")
    return row


def _require_nothing_asked(change: casework.Change, person_id: bytes) -> None:
    standing = select(identity_requests.c.state).where(
        identity_requests.c.case_id == change.row.id, identity_requests.c.state == requests.WAITING
    )
    if change.db.execute(standing).first() is not None:
        raise RuleRefused("waiting", "A request waits for an answer already.")
    if requests.stands(change.db, change.store.keys, change.row.id, person_id, change.today):
        raise RuleRefused("standing", "An approval stands already.")


def _require_readers(change: casework.Change, new: NewRequest) -> None:
    """The reason is readable to custodians who are not excluded and to the case's readers; to nobody else."""
    _require_sealed(new.sealed, new.id)
    company, keys = change.company, change.store.keys
    asked = {
        one.person_id: one.key_id
        for one in directory.recipients(change.db, keys, company.id, (CUSTODIAN,), change.today)
        if not exclusions.is_excluded(keys, change.row, one.person_id)
    }
    named = {grant.holder_id for grant in new.grants}
    if not asked or not set(asked) & named:
        raise RuleRefused("no_custodian", "Nobody may approve this in this case.")
    working = {bytes(found) for found, _name in reading.readers_of(change.db, change.row.id)}
    if named - set(asked) - working:
        raise NotAllowed("a reason is sealed to somebody who has no part in it")
    for grant in new.grants:
        _require_sealed(grant.sealed, new.id, (Kind.GRANT, Kind.OWN_GRANT))


def _require_sealed(sealed: bytes, request_id: bytes, kinds: tuple[Kind, ...] = (Kind.RECORD,)) -> None:
    header = Header.parse(sealed)
    if header.kind not in kinds or header.case_id != request_id:
        raise RuleRefused("header", "A sealed object belongs to another request.")


def _require_custodian(change: casework.Change, person_id: bytes) -> str:
    """The custodian's name; somebody excluded from the case learns not even that it exists (L6)."""
    db, keys = change.db, change.store.keys
    serves = directory.serves(db, keys, person_id, change.company.id, CUSTODIAN, change.today)
    if not serves or exclusions.is_excluded(keys, change.row, person_id):
        raise NotThere("there is no such request")
    name: str = db.execute(select(people.c.name).where(people.c.id == person_id)).scalar_one()
    return name


def _waiting(change: casework.Change, request_id: bytes) -> Any:
    row = change.db.execute(
        select(identity_requests).where(identity_requests.c.id == request_id)
    ).one_or_none()
    if row is None:
        raise NotThere("there is no such request")
    if not requests.is_as_decided(change.store.keys, row):
        raise Tampered("the request was changed past its page")
    if row.state != requests.WAITING:
        raise Conflict("the request was answered already")
    return row


def _works(change: casework.Change, person_id: bytes) -> bool:
    return works(change.db, change.store.keys, change.row, person_id, change.today)


def works(db: Connection, keys: ServerKeys, case: Any, person_id: bytes, today: date) -> bool:
    """Whether somebody works on this case today: designated, on its list, and not excluded."""
    listed = select(readers.c.person_id).where(readers.c.case_id == case.id, readers.c.person_id == person_id)
    return (
        directory.role_on(db, keys, person_id, bytes(case.company_id), today, case_id=bytes(case.id))
        is not None
        and db.execute(listed).first() is not None
        and not exclusions.is_excluded(keys, case, person_id)
    )


def _hand_over(change: casework.Change, asker: bytes, custodian: bytes, decision: Decision) -> None:
    """Take the grants of an approval: every identity key of the case, to the key of who asked."""
    key_id = change.db.execute(select(people.c.key_id).where(people.c.id == asker)).scalar_one()
    given = {_key_given(change, grant, asker, bytes(key_id)) for grant in decision.grants}
    held = select(grants.c.epoch).where(
        grants.c.case_id == change.row.id,
        grants.c.holder_id == custodian,
        grants.c.compartment == int(Compartment.IDENTITY),
    )
    if not given or given != set(change.db.execute(held).scalars()):
        raise RuleRefused("no_key", "A colleague has to grant you this case first.")
    for grant in decision.own:
        require_identity_key(change, grant, custodian)
    for grant in (*decision.grants, *decision.own):
        change.put_grant(grant)


def _key_given(change: casework.Change, grant: SealedGrant, asker: bytes, key_id: bytes) -> int:
    header = require_identity_key(change, grant, asker)
    if header.kind != Kind.GRANT or header.key_id != key_id:
        raise NotAllowed("an approval goes to the key of who asked")
    return header.epoch


def require_identity_key(change: casework.Change, grant: SealedGrant, holder: bytes) -> Header:
    """Check that a grant hands a key of this case's identity compartment, none made up, to `holder`."""
    header = Header.parse(grant.sealed)
    known = select(grants.c.object_id).where(
        grants.c.case_id == change.row.id,
        grants.c.compartment == int(Compartment.IDENTITY),
        grants.c.epoch == header.epoch,
        grants.c.object_id == header.object_id,
    )
    if (
        grant.holder_id != holder
        or header.compartment != Compartment.IDENTITY
        or change.db.execute(known).first() is None
    ):
        raise NotAllowed("a grant of another key, or for somebody else")
    return header


def _case_of(store: Store, request_id: bytes) -> bytes:
    query = select(identity_requests.c.case_id).where(identity_requests.c.id == request_id)
    with store.reading() as db:
        case_id = db.execute(query).scalar_one_or_none()
    if case_id is None:
        raise NotThere("there is no such request")
    return bytes(case_id)
