"""That a case was handed over is written down before a byte of it leaves; to whom and why is sealed."""

import secrets
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import insert

from whistle.crypto.header import Compartment, Header
from whistle.errors import NotAllowed, RuleRefused
from whistle.rules.calendar import local_day
from whistle.rules.handover import Kind
from whistle.vault import casework, consents, custody, desk, disclosures
from whistle.vault.facts import Addition
from whistle.vault.store import Store
from whistle.vault.worktables import exports

OFFERED = (Kind.AUTHORITY, Kind.ADVISER, Kind.IT_SUPPLIER)


@dataclass(frozen=True, slots=True)
class NewExport:
    """What leaves, and to whom; `consent_id`: the disclosure on which the identity goes along."""

    kind: str
    with_notes: bool
    with_identity: bool
    consent_id: bytes | None = None


def note(
    store: Store, person_id: bytes, number: str, new: NewExport, addition: Addition, now: datetime
) -> None:
    """Note an export of a case that this person works on; `addition` holds who gets it, and why, sealed.

    Raises `NotThere`, `RuleRefused`: `past_day`, `group_company`, `shared` and `no_approval` (identity leaves
    only on a disclosure that was carried out today, while the approval stands).
    """
    if new.kind not in OFFERED:
        raise RuleRefused("group_company", "A case does not go to another company of the group.")
    doing = consents.DOING if new.with_identity else "export"
    with desk.at_work(store, person_id, number, now, doing=doing) as (change, name):
        if {Header.parse(one.sealed).compartment for one in addition.records} != {Compartment.INTERNAL}:
            raise NotAllowed("an export says among the notes who got it")
        if new.with_identity:
            _require_disclosed(change, person_id, new.consent_id)
        desk.take(change, addition)
        change.db.execute(
            insert(exports).values(
                id=secrets.token_bytes(16), case_id=change.row.id, on_day=change.today, person_id=person_id,
                kind=new.kind, with_identity=new.with_identity, with_notes=new.with_notes,
            )
        )  # fmt: skip
        change.log("exported", name, kind=new.kind, notes=new.with_notes, identity=new.with_identity)


def _require_disclosed(change: casework.Change, person_id: bytes, consent_id: bytes | None) -> None:
    """A disclosure was carried out today, and this person opened the identity lawfully."""
    done = any(
        one.id == consent_id and one.state == disclosures.CARRIED_OUT and one.carried_out_on == change.today
        for one in disclosures.of_case(change.db, change.store.keys, change.row.id)
    )
    opens = custody.hands_over(change.db, change.store.keys, change.row, person_id, change.today)
    if not done or not opens:
        raise RuleRefused("no_approval", "A custodian has to approve first.")


def may_open_identity(store: Store, person_id: bytes, number: str, now: datetime) -> bool:
    """Whether who the reporter is may leave by this person today. Raises `NotThere`."""
    case = desk.open_case(store, person_id, number, now)
    with store.reading() as db:
        row = custody.read_by(db, person_id, number)
        day = local_day(now, case.status.company.zone)
        return custody.hands_over(db, store.keys, row, person_id, day)
