"""A case opened by somebody who holds its keys: records read in order, each key believed for a reason."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from whistle.crypto.grants import open_any
from whistle.crypto.header import Compartment, Header
from whistle.crypto.keys import CompartmentKey, KeyPair
from whistle.crypto.records import open_json
from whistle.errors import NotThere, Tampered
from whistle.parties.views import FileView
from whistle.vault.facts import OpenedCase, StoredGrant, StoredRecord

EPOCH_RECORD = "epoch"
"""The type of the record that announces a higher key under the key before it (FORMAT.md, "Own grant")."""


ERASED = "erased"
"""Stands for a record that was erased and that a restore could not rebuild."""


@dataclass(frozen=True, slots=True)
class Opened:
    """A record's fields together with where it stands."""

    n: int
    day: date
    fields: dict[str, Any]


class CaseFile:
    """The keys a holder has for one case, and the records they open.

    The lowest key of a compartment is believed as it was granted; a higher one only after a record under a
    key believed before named it. So who merely writes the database puts no key of theirs under a case.
    """

    def __init__(self, case: OpenedCase, pair: KeyPair, *, own_only: bool = False) -> None:
        """`own_only`: believe an own grant only, as a reporter does, whose grants were own from the first."""
        self.case = case
        self.borrowed: list[CompartmentKey] = []
        self._keys: dict[tuple[int, int], CompartmentKey] = {}
        self._offered: dict[tuple[int, int], tuple[CompartmentKey, bool]] = {}
        self._read: dict[int, list[Opened]] = {}
        for grant in case.grants:
            self._offered[grant.compartment, grant.epoch] = open_grant(pair, grant, case.status.id)
        for compartment in {place[0] for place in self._offered}:
            self._believe_first(compartment, own_only=own_only)

    def holds(self, compartment: Compartment) -> bool:
        """Whether this compartment was granted."""
        return any(place[0] == compartment for place in self._keys)

    def key(self, compartment: Compartment) -> CompartmentKey:
        """The newest key of a compartment. Raises `NotThere` when it was not granted."""
        self.records(compartment)
        epochs = [epoch for part, epoch in self._keys if part == compartment]
        if not epochs:
            raise NotThere("this part of the case is sealed")
        return self._keys[compartment, max(epochs)]

    def key_of(self, compartment: int, epoch: int) -> CompartmentKey:
        """The key of one epoch. Raises `NotThere` when it was not granted, or nobody announced it."""
        if (compartment, epoch) not in self._keys:
            self.records(Compartment(compartment))
        try:
            return self._keys[compartment, epoch]
        except KeyError:
            raise NotThere("this part of the case is sealed") from None

    def keys_of_blob(self, object_id: bytes) -> tuple[CompartmentKey, CompartmentKey | None]:
        """The key of a stored file and, in the identity compartment, the content key mixed in."""
        stored = next((blob for blob in self.case.blobs if blob.object_id == object_id), None)
        if stored is None:
            raise NotThere("there is no such file")
        mixed = stored.compartment == Compartment.IDENTITY
        content = self.key_of(Compartment.CONTENT, stored.mixed_epoch) if mixed else None
        return self.key_of(stored.compartment, stored.epoch), content

    def learn(self, key: CompartmentKey) -> None:
        """Hold a key that was made here."""
        self._keys[key.compartment, key.epoch] = key
        self.records(Compartment(key.compartment))

    def records(self, compartment: Compartment) -> list[Opened]:
        """A compartment's records in order, each where it says. Raises `Tampered`, `SealBroken`."""
        if compartment not in self._read:
            self._read[compartment] = self._opened(compartment) if self.holds(compartment) else []
        return self._read[compartment]

    def _opened(self, compartment: Compartment) -> list[Opened]:
        found: list[Opened] = []
        stored = [record for record in self.case.records if record.compartment == compartment]
        first = min(epoch for part, epoch in self._keys if part == compartment)
        for position, record in enumerate(stored, start=1):
            if compartment == Compartment.INTERNAL and record.epoch < first:
                continue  # notes of handlers who have all left: nobody holds their keys any more
            if not record.sealed:
                found.append(_emptied(record))
                continue
            key = self._keys.get((compartment, record.epoch))
            if key is None:
                raise Tampered(f"case {self.case.status.number}: a record under a key that nobody announced")
            opened = open_record(key, record, position, self._mixed(record))
            if opened.fields["type"] == EPOCH_RECORD:
                self._believe_announced(compartment, opened.fields)
            found.append(opened)
        return found

    def _mixed(self, record: StoredRecord) -> CompartmentKey | None:
        if record.compartment != Compartment.IDENTITY:
            return None
        return self.key_of(Compartment.CONTENT, Header.parse(record.sealed).mixed_epoch)

    def _believe_first(self, compartment: int, *, own_only: bool) -> None:
        first = min(epoch for part, epoch in self._offered if part == compartment)
        key, own = self._offered[compartment, first]
        if own_only and not own:
            raise Tampered(f"case {self.case.status.number}: a grant that its holder did not make")
        self._believe(key, own=own)

    def _believe_announced(self, compartment: Compartment, fields: Mapping[str, Any]) -> None:
        offered = self._offered.get((compartment, fields["epoch"]))
        if fields["compartment"] != compartment or offered is None:
            return
        key, own = offered
        if key.key_id.hex() != fields["key_id"]:
            raise Tampered(f"case {self.case.status.number}: a key that is not the one announced")
        self._believe(key, own=own)

    def _believe(self, key: CompartmentKey, *, own: bool) -> None:
        self._keys[key.compartment, key.epoch] = key
        if not own:
            self.borrowed.append(key)

    def repeats(self, compartment: Compartment, wanted: Mapping[str, Any]) -> bool:
        """Whether the last thing the same writer wrote says the same: a form sent twice is one message."""
        mine = [
            record.fields
            for record in self.records(compartment)
            if _writer(record.fields) == _writer(wanted) and record.fields["type"] != EPOCH_RECORD
        ]
        return bool(mine) and _said(mine[-1]) == _said(wanted)

    def granted(self) -> dict[int, dict[int, CompartmentKey]]:
        """Every key that is held and believed, by compartment and epoch: what a colleague can be granted."""
        found: dict[int, dict[int, CompartmentKey]] = defaultdict(dict)
        for compartment in Compartment:
            self.records(compartment)
        for (part, epoch), key in self._keys.items():
            found[part][epoch] = key
        return found


def _emptied(record: StoredRecord) -> Opened:
    """A place whose words were erased, or whose name was taken back, before a restore; nothing rebuilds them.

    The vault hands out an empty place only where the case's inventory says so. A content key that was
    announced there is believed no more: what comes is sealed under a new one.
    """
    fields: dict[str, Any] = {
        "type": ERASED,
        "n": record.n,
        "by": "system",
        "day": record.day.isoformat(),
        "text": "",
    }
    if record.compartment == Compartment.IDENTITY:
        fields |= {"type": "identity", "name": "", "contact": ""}
    elif record.compartment == Compartment.CONTENT and record.n == 1:
        fields |= {"category": "", "relation": "", "meeting": "", "excluded": ()}
    return Opened(record.n, record.day, fields)


def _writer(fields: Mapping[str, Any]) -> tuple[Any, Any]:
    return fields["by"], fields.get("author")


def _said(fields: Mapping[str, Any]) -> tuple[Any, ...]:
    files = sorted(str(file.get("sha256")) for file in fields.get("files", ()))
    return fields["type"], fields.get("text", ""), fields.get("outcome"), files


def open_grant(pair: KeyPair, grant: StoredGrant, case_id: bytes) -> tuple[CompartmentKey, bool]:
    """The key inside a grant; the flag says that its holder made it."""
    compartment = Compartment(grant.compartment)
    return open_any(pair, grant.sealed, case_id=case_id, compartment=compartment, epoch=grant.epoch)


def open_record(
    key: CompartmentKey, stored: StoredRecord, position: int, mixed: CompartmentKey | None
) -> Opened:
    """A record that says of itself the place it stands in."""
    if not stored.sealed:
        return _emptied(stored)
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
    there = (f for f in fields.get("files", ()) if "id" in f)  # one that was erased has none
    return tuple(FileView(f["id"], f["name"], f["type"], f["size"], f.get("cleaned", "")) for f in there)
