"""A case opened by somebody who holds its keys: records read in order, new ones sealed as the next."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from whistle.crypto.grants import open_any
from whistle.crypto.header import Compartment
from whistle.crypto.keys import CompartmentKey, KeyPair
from whistle.crypto.records import new_object_id, open_json, seal_json
from whistle.errors import NotThere, Tampered
from whistle.parties.views import FileView
from whistle.vault.facts import OpenedCase, SealedRecord, StoredGrant, StoredRecord

FIRST_EPOCH = 1


@dataclass(frozen=True, slots=True)
class Opened:
    """A record's fields together with where it stands."""

    n: int
    day: date
    fields: dict[str, Any]


class CaseFile:
    """The keys a holder has for one case, and the records they open."""

    def __init__(self, case: OpenedCase, pair: KeyPair, *, own_only: bool = False) -> None:
        """`own_only`: believe own grants only, as a reporter does, whose grants were own from the first."""
        self.case = case
        self.keys: dict[int, CompartmentKey] = {}
        self.borrowed: list[CompartmentKey] = []
        for grant in case.grants:
            key, own = open_grant(pair, grant, case.status.id)
            if own_only and not own:
                raise Tampered(f"case {case.status.number}: a grant that its holder did not make")
            self.keys[grant.compartment] = key
            if not own:
                self.borrowed.append(key)

    def key(self, compartment: Compartment) -> CompartmentKey:
        """The key of a compartment. Raises `NotThere` when it was not granted."""
        try:
            return self.keys[compartment]
        except KeyError:
            raise NotThere("this part of the case is sealed") from None

    def records(self, compartment: Compartment) -> list[Opened]:
        """A compartment's records in order, each where it says. Raises `Tampered`, `SealBroken`."""
        if compartment not in self.keys:
            return []
        found = []
        for position, stored in enumerate(
            (r for r in self.case.records if r.compartment == compartment), start=1
        ):
            found.append(open_record(self.key(compartment), stored, position, self._mixed(compartment)))
        return found

    def seal(
        self, compartment: Compartment, n: int, day: date, kind: str, by: str, **fields: Any
    ) -> SealedRecord:
        """The next record: number `n` of its compartment."""
        body = {"type": kind, "n": n, "by": by, "day": day.isoformat(), **fields}
        key = self.key(compartment)
        return SealedRecord(
            compartment, n, seal_json(key, new_object_id(), body, mixed_with=self._mixed(compartment))
        )

    def repeats(self, compartment: Compartment, wanted: Mapping[str, Any]) -> bool:
        """Whether the last thing the same writer wrote says the same: a form sent twice is one message."""
        mine = [
            record.fields for record in self.records(compartment) if _writer(record.fields) == _writer(wanted)
        ]
        return bool(mine) and _said(mine[-1]) == _said(wanted)

    def _mixed(self, compartment: int) -> CompartmentKey | None:
        return self.keys[Compartment.CONTENT] if compartment == Compartment.IDENTITY else None


def _writer(fields: Mapping[str, Any]) -> tuple[Any, Any]:
    return fields["by"], fields.get("author")


def _said(fields: Mapping[str, Any]) -> tuple[Any, ...]:
    files = sorted(str(file["sha256"]) for file in fields.get("files", ()))
    return fields["type"], fields.get("text", ""), fields.get("outcome"), files


def open_grant(pair: KeyPair, grant: StoredGrant, case_id: bytes) -> tuple[CompartmentKey, bool]:
    """The key inside a grant; the flag says that its holder made it. Only the first epoch exists yet."""
    if grant.epoch != FIRST_EPOCH:
        raise Tampered("a key of an epoch that nobody announced")
    compartment = Compartment(grant.compartment)
    return open_any(pair, grant.sealed, case_id=case_id, compartment=compartment, epoch=grant.epoch)


def open_record(
    key: CompartmentKey, stored: StoredRecord, position: int, mixed: CompartmentKey | None
) -> Opened:
    """A record that says of itself the place it stands in."""
    fields = open_json(key, stored.sealed, object_id=stored.object_id, mixed_with=mixed)
    if not fields["n"] == stored.n == position:
        raise Tampered("a record does not stand where it says it belongs")
    try:
        day = date.fromisoformat(fields["day"])  # the one that was sealed: a row's can be changed
    except (TypeError, ValueError):
        raise Tampered("a record carries no day") from None
    return Opened(stored.n, day, fields)


def files_of(fields: Mapping[str, Any]) -> tuple[FileView, ...]:
    """The files that a record names."""
    return tuple(FileView(f["id"], f["name"], f["type"], f["size"]) for f in fields.get("files", ()))
