"""Who left a case reads nothing of what comes: an epoch is raised, and its key goes to those who are left."""

import hmac
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from sqlalchemy import BindParameter, Connection, bindparam, func, select

from whistle.crypto.header import Compartment, Header
from whistle.errors import NotAllowed, NotThere, RuleRefused
from whistle.vault import directory, recovery
from whistle.vault.facts import Addition, SealedGrant
from whistle.vault.serverkeys import ServerKeys
from whistle.vault.store import Store
from whistle.vault.tables import cases, grants, people, records

COLUMNS = {
    Compartment.CONTENT: "epoch_content",
    Compartment.IDENTITY: "epoch_identity",
    Compartment.INTERNAL: "epoch_internal",
}
"""Where a case keeps the epoch that what comes next is sealed under."""

_HELD = select(grants.c.compartment, grants.c.epoch, grants.c.holder_id).where(
    grants.c.case_id == bindparam("case")
)
_IDS: BindParameter[bytes] = bindparam("ids", expanding=True)
_KEYS = select(people.c.id, people.c.public_key, people.c.mac).where(
    people.c.id.in_(_IDS), people.c.state == "active"
)
_CASE = select(cases).where(cases.c.id == bindparam("case"))
_WRITTEN = (
    select(records.c.compartment, func.max(records.c.epoch))
    .where(records.c.case_id == bindparam("case"))
    .group_by(records.c.compartment)
)

Held = dict[int, dict[int, set[bytes]]]
"""Compartment, epoch, and who holds a grant of it."""


@dataclass(frozen=True, slots=True)
class Holder:
    """Somebody with a part in a case, and their public key; the id of a reporter is the case's own."""

    id: bytes
    public_key: bytes


class Changing(Protocol):
    """A case being changed, as far as its epochs go (`casework.Change`)."""

    store: Store
    row: Any

    @property
    def db(self) -> Connection:
        """The connection of the unit of work."""
        ...

    def now(self, column: str) -> Any:
        """A column's value as it will be written."""
        ...

    def set(self, **columns: Any) -> None:
        """Change columns of the case."""
        ...


def holders(store: Store, case_id: bytes, compartment: int) -> tuple[Holder, ...]:
    """Who holds the newest key of a compartment, each with the public key that counts. Raises `NotThere`."""
    with store.reading() as db:
        row = db.execute(_CASE, {"case": case_id}).one_or_none()
        if row is None:
            raise NotThere("there is no such case")
        return _holders(db, store.keys, row, held(db, case_id), compartment)


def held(db: Connection, case_id: bytes) -> Held:
    """Every grant of a case by compartment and epoch."""
    found: Held = defaultdict(lambda: defaultdict(set))
    for compartment, epoch, holder in db.execute(_HELD, {"case": case_id}):
        found[compartment][epoch].add(bytes(holder))
    return found


def raise_for_what_comes(change: Changing, compartments: Sequence[Compartment]) -> None:
    """Let what comes be sealed under keys that whoever left never had. Safe to repeat.

    An epoch in which something was written counts also when nobody holds its key any more, as with notes
    whose last reader left: two keys never share one.
    """
    standing = held(change.db, change.row.id)
    written = {row[0]: row[1] for row in change.db.execute(_WRITTEN, {"case": change.row.id})}
    for compartment in compartments:
        newest = max((*standing[compartment], written.get(compartment, 0)))
        if newest:
            change.set(**{COLUMNS[compartment]: newest + 1})


def require_lawful(
    change: Changing, addition: Addition, *, writes: Sequence[int], grants_in: Sequence[int]
) -> None:
    """Check the epochs and grants of an addition; its author `writes` in some compartments, grants in others.

    What is written is under the epoch that is due. Who raises it says so in a record under the key before,
    and gives the new key to everybody who held that one, to nobody else. Raises `RuleRefused("epoch")` where
    that is not so, as when the author saw the case as it was before, `NotAllowed` for what nobody may do.
    """
    standing = held(change.db, change.row.id)
    given = _given(addition.grants)
    for compartment, epochs in given.items():
        if compartment not in grants_in:
            raise NotAllowed("a grant in a compartment that is not its author's")
        _require_grants(change, compartment, epochs, standing)
    sealed = [record.sealed for record in addition.records]
    _require_epochs(change, sealed, standing, set(given), writes, announces=True)
    headers = [blob.sealed_header for blob in addition.blobs]
    _require_epochs(change, headers, standing, set(given), writes, announces=False)


def _given(granted: Sequence[SealedGrant]) -> dict[int, dict[int, list[bytes]]]:
    found: dict[int, dict[int, list[bytes]]] = defaultdict(lambda: defaultdict(list))
    for grant in granted:
        header = Header.parse(grant.sealed)
        found[header.compartment][header.epoch].append(grant.holder_id)
    return found


def _require_grants(
    change: Changing, compartment: int, epochs: dict[int, list[bytes]], standing: Held
) -> None:
    due = change.now(COLUMNS[Compartment(compartment)])
    newest = max(standing[compartment], default=0)
    if list(epochs) != [due] or due <= newest:
        raise RuleRefused("epoch", "Somebody changed who reads this case at the same moment.")
    like = compartment if newest else Compartment.CONTENT
    entitled = {one.id for one in _holders(change.db, change.store.keys, change.row, standing, like)}
    if compartment == Compartment.INTERNAL:
        entitled.discard(bytes(change.row.id))
    if sorted(epochs[due]) != sorted(entitled):
        # Refused whoever it names; sealed again it is right where somebody left, or was let in, since then.
        raise RuleRefused("epoch", "A new key goes to those who held the one before, and to nobody else.")


def _require_epochs(
    change: Changing,
    sealed: Sequence[bytes],
    standing: Held,
    raising: set[int],
    writes: Sequence[int],
    *,
    announces: bool,
) -> None:
    announced: set[int] = set()
    for item in sealed:
        header = Header.parse(item)
        part = header.compartment
        if part not in writes:
            raise NotAllowed("a record in a compartment that is not its author's")
        due, newest = change.now(COLUMNS[Compartment(part)]), max(standing[part], default=0)
        if part == Compartment.IDENTITY and header.epoch == newest and not (announces and part in raising):
            continue  # raised by the reporter when they next say who they are; files before that count
        if announces and part in raising and newest and part not in announced:
            announced.add(part)
            due = newest
        elif due > newest and part not in raising:
            raise RuleRefused("epoch", "Who reads this case has changed. Send it again.")
        if header.epoch != due:
            raise RuleRefused("epoch", "Who reads this case has changed. Send it again.")


def _holders(
    db: Connection, keys: ServerKeys, case: Any, standing: Held, compartment: int
) -> tuple[Holder, ...]:
    ids = standing[compartment].get(max(standing[compartment], default=0), set())
    found = [Holder(bytes(case.id), bytes(case.reporter_key))] if bytes(case.id) in ids else []
    spare = recovery.holder(keys)
    if spare is not None and spare.person_id in ids:
        found.append(Holder(spare.person_id, spare.public_key))
    for row in db.execute(_KEYS, {"ids": sorted(ids)}):
        mac = directory.person_mac(keys, bytes(row.id), bytes(row.public_key))
        if row.mac is not None and hmac.compare_digest(mac, bytes(row.mac)):
            found.append(Holder(bytes(row.id), bytes(row.public_key)))
    return tuple(found)
