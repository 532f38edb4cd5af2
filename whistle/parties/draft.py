"""What one command adds to a case: numbered, dated, sealed under the key that is due, never an older one."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from whistle.crypto.grants import seal_grant, seal_own_grant
from whistle.crypto.header import Compartment
from whistle.crypto.keys import CompartmentKey, KeyPair
from whistle.crypto.records import new_object_id, seal_json
from whistle.parties.casefile import EPOCH_RECORD, CaseFile
from whistle.parties.member import Member
from whistle.rules.calendar import local_day
from whistle.vault import epochs
from whistle.vault.facts import Addition, CaseStatus, SealedBlob, SealedGrant, SealedRecord
from whistle.vault.store import Store

_COUNTED = {
    Compartment.CONTENT: "n_content",
    Compartment.IDENTITY: "n_identity",
    Compartment.INTERNAL: "n_internal",
}


@dataclass(frozen=True, slots=True)
class Author:
    """Who writes: `holder_id` is a person's id or, for a reporter, the case's own; `by` stands in records."""

    holder_id: bytes
    pair: KeyPair = field(repr=False)
    by: str
    name: str = ""

    @classmethod
    def staff(cls, member: Member, by: str = "handler") -> "Author":
        """A member of staff, named in what they write."""
        return cls(member.person_id, member.pair, by, member.name)

    @classmethod
    def reporter(cls, case_id: bytes, pair: KeyPair) -> "Author":
        """The reporter, who is not."""
        return cls(case_id, pair, "reporter")


def due_epoch(status: CaseStatus, compartment: Compartment) -> int:
    """The epoch that what comes next is sealed under."""
    found: int = getattr(status, epochs.COLUMNS[compartment])
    return found


def key_for_files(file: CaseFile) -> CompartmentKey:
    """The key for files of a message that is not written yet: a new one where the circle has changed."""
    key, due = file.key(Compartment.CONTENT), due_epoch(file.case.status, Compartment.CONTENT)
    return key if key.epoch == due else CompartmentKey.new(file.case.status.id, Compartment.CONTENT, due)


def own_grant(member: Member, key: CompartmentKey) -> SealedGrant:
    """A grant that only this member can have made: what they hold from now on (FORMAT.md, "Own grant")."""
    return SealedGrant(member.person_id, seal_own_grant(member.pair.seed, member.pair.key_id, key))


class Draft:
    """Records and grants for one case, seen as `file` saw it; the vault takes all of it or nothing."""

    def __init__(self, store: Store, file: CaseFile, author: Author, now: datetime) -> None:
        self._store, self._file, self._author = store, file, author
        self.today: date = local_day(now, file.case.status.company.zone)
        self._counts = {part: getattr(file.case.status, name) for part, name in _COUNTED.items()}
        self._grants: list[SealedGrant] = []
        self._records: list[SealedRecord] = []
        self._blobs: tuple[SealedBlob, ...] = ()
        self._without: frozenset[bytes] = frozenset()
        self._at_least: dict[Compartment, int] = {}

    def record(self, compartment: Compartment, kind: str, /, **fields: Any) -> int:
        """Seal the next record of a compartment and return its number; `by`, `author`, `day` are added.

        Raises `NotThere` when the compartment was not granted, `Tampered`.
        """
        self.ready(compartment)
        return self._seal(compartment, self._file.key(compartment), kind, fields)

    def ready(self, compartment: Compartment, key: CompartmentKey | None = None) -> CompartmentKey:
        """The key that is due: made and handed round where it is new. `key` is one made before for files.

        The identity's is raised by its reporter, who alone writes there and alone can say so to all who read
        it: a custodian, who cannot open a word of it, could announce nothing either.
        """
        due = self._due(compartment)
        if compartment == Compartment.INTERNAL and not self._file.holds(compartment):
            self._begin_notes(due)
        standing = self._file.key(compartment)
        if standing.epoch < due:
            made = key if key is not None and key.epoch == due else None
            self._raise(compartment, made or CompartmentKey.new(self._file.case.status.id, compartment, due))
        return self._file.key(compartment)

    def shut_out(self, people: Collection[bytes]) -> None:
        """Seal what this draft says under keys that these people never had; they are about to leave."""
        self._without = frozenset(people)
        for part in (Compartment.CONTENT, Compartment.INTERNAL):
            if self._file.holds(part):
                self._at_least[part] = self._file.key(part).epoch + 1

    def _due(self, compartment: Compartment) -> int:
        return max(due_epoch(self._file.case.status, compartment), self._at_least.get(compartment, 0))

    def files(self, blobs: Sequence[SealedBlob]) -> None:
        """Take files that were sealed as they arrived."""
        self._blobs = (*self._blobs, *blobs)

    def addition(self) -> Addition:
        """All of it."""
        return Addition(tuple(self._grants), tuple(self._records), self._blobs)

    def _seal(self, compartment: Compartment, key: CompartmentKey, kind: str, fields: dict[str, Any]) -> int:
        self._counts[compartment] += 1
        n: int = self._counts[compartment]
        body = {"type": kind, "n": n, "by": self._author.by, "day": self.today.isoformat(), **fields}
        if self._author.name:
            body.setdefault("author", self._author.name)
        mixed = self._file.key(Compartment.CONTENT) if compartment == Compartment.IDENTITY else None
        self._records.append(
            SealedRecord(compartment, n, seal_json(key, new_object_id(), body, mixed_with=mixed))
        )
        return n

    def _raise(self, compartment: Compartment, key: CompartmentKey) -> None:
        """Announce a new key under the one before and give it to everybody who held that one."""
        said = {"compartment": int(compartment), "epoch": key.epoch, "key_id": key.key_id.hex()}
        self._seal(compartment, self._file.key(compartment), EPOCH_RECORD, said)
        self._hand_round(key, like=compartment)

    def _begin_notes(self, epoch: int) -> None:
        """The first note makes the key of its compartment, for all who read the case, never its reporter."""
        key = CompartmentKey.new(self._file.case.status.id, Compartment.INTERNAL, epoch)
        self._hand_round(key, like=Compartment.CONTENT)

    def _hand_round(self, key: CompartmentKey, *, like: Compartment) -> None:
        case_id = self._file.case.status.id
        for holder in epochs.holders(self._store, case_id, like):
            for_staff_only = key.compartment == Compartment.INTERNAL and holder.id == case_id
            if for_staff_only or holder.id in self._without:
                continue
            if holder.id == self._author.holder_id:
                pair = self._author.pair
                self._grants.append(SealedGrant(holder.id, seal_own_grant(pair.seed, pair.key_id, key)))
            else:
                self._grants.append(SealedGrant(holder.id, seal_grant(holder.public_key, key)))
        self._file.learn(key)
