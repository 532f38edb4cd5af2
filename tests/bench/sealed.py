"""Cases made in bulk, each with keys, grants, records and inventory of its own, as if sent by the door."""

import secrets
from dataclasses import dataclass
from datetime import date, timedelta
from hashlib import sha256
from typing import Any

from whistle.crypto.blobs import BlobSealer
from whistle.crypto.codes import CaseKey
from whistle.crypto.grants import seal_grant, seal_own_grant
from whistle.crypto.header import Compartment, Header
from whistle.crypto.inventory import Entry, inventory_mac
from whistle.crypto.keys import CompartmentKey, KeyPair
from whistle.crypto.records import new_object_id, seal_json
from whistle.rules.calendar import add_months
from whistle.rules.deadlines import CaseFacts, next_duty
from whistle.vault import casework, inventory
from whistle.vault.facts import CompanyFacts, Recipient, SealedBlob, SealedGrant, SealedRecord
from whistle.vault.intake import NUMBER_SYMBOLS

Rows = dict[str, list[dict[str, Any]]]

SPREAD_DAYS = 90
"""The cases came over so many days."""

ANSWERED_EVERY, FILE_EVERY = 4, 3
"""Every fourth open case was answered and noted on; every third closed one has a file."""

FILE_BYTES = 20_000
PURGE_MONTHS = 24
LATER = timedelta(days=400)
"""A closed case that is not due was closed so much later."""

TEXT = (
    "Invoice {number}: paid twice to a company nobody knows\n"
    + (
        "Our purchasing manager approved three invoices for work that nobody has seen. I asked, and was told "
        "let it rest. The orders are signed outside office hours, and the goods never came. "
    )
    * 20
)


@dataclass(frozen=True)
class Place:
    """What every case of a batch shares."""

    company: CompanyFacts
    handlers: tuple[Recipient, ...]
    custodians: tuple[Recipient, ...]
    inventory_key: bytes
    today: date


@dataclass(frozen=True)
class Wanted:
    """One case to be made: `closed_on` is None for an open one; `files` are sealed as well."""

    index: int
    closed_on: date | None = None


@dataclass
class Made:
    """The rows of one case, by table, and the sealed bytes of its file."""

    rows: Rows
    number: str
    received_on: date
    closed_on: date | None
    purge_on: str
    blob: tuple[bytes, bytes] | None = None


def make(task: tuple[Place, list[Wanted]]) -> list[Made]:
    """Seal the wanted cases; for a pool of processes."""
    place, wanted = task
    return [_Case(place, one).made() for one in wanted]


class _Case:
    def __init__(self, place: Place, wanted: Wanted) -> None:
        self.place, self.wanted = place, wanted
        self.id = new_object_id()
        self.keys = {part: CompartmentKey.new(self.id, part, 1) for part in Compartment}
        self.secret = CaseKey(secrets.token_bytes(15))
        self.pair = KeyPair.from_seed(self.secret.reporter_seed)
        self.answered = wanted.closed_on is not None or wanted.index % ANSWERED_EVERY == 0
        back = wanted.index % SPREAD_DAYS
        self.received = (wanted.closed_on or place.today) - timedelta(days=back)
        self.grants: list[SealedGrant] = []
        self.records: list[SealedRecord] = []
        self.blob: tuple[SealedBlob, bytes] | None = None

    def made(self) -> Made:
        if self.wanted.closed_on is not None and self.wanted.index % FILE_EVERY == 0:
            self.blob = _sealed_file(self.keys[Compartment.CONTENT])
        self._grant()
        self._record(
            Compartment.CONTENT, 1, "report", text=TEXT.format(number=self.wanted.index), **self._report()
        )
        self._record(Compartment.IDENTITY, 1, "identity", name="", contact="")
        if self.answered:
            kind = "closing" if self.wanted.closed_on else "acknowledgement"
            self._record(
                Compartment.CONTENT,
                2,
                kind,
                text="Thank you. The invoices were stopped.",
                author="Hugo",
                outcome="measures_taken",
            )
            self._record(
                Compartment.INTERNAL, 1, "note", text="Ask the auditors for the orders.", author="Hugo"
            )
        return self._rows()

    def _report(self) -> dict[str, Any]:
        files = (
            []
            if self.blob is None
            else [
                {
                    "id": self._blob_id(),
                    "name": "orders.pdf",
                    "type": "application/pdf",
                    "size": FILE_BYTES,
                    "sha256": "",
                }
            ]
        )
        return {
            "category": "",
            "relation": "",
            "meeting": "",
            "excluded": [],
            "identity_given": False,
            "files": files,
        }

    def _blob_id(self) -> str:
        assert self.blob is not None
        return Header.parse(self.blob[0].sealed_header).object_id.hex()

    def _grant(self) -> None:
        content, identity, internal = (self.keys[part] for part in Compartment)
        own = [
            SealedGrant(self.id, seal_own_grant(self.pair.seed, self.pair.key_id, key))
            for key in (content, identity)
        ]
        granted = [(person, content) for person in self.place.handlers] + [
            (person, identity) for person in self.place.custodians
        ]
        if self.answered:
            granted += [(person, internal) for person in self.place.handlers]
        self.grants = own + [
            SealedGrant(person.person_id, seal_grant(person.public_key, key)) for person, key in granted
        ]

    def _record(self, part: Compartment, n: int, kind: str, **fields: Any) -> None:
        body = {
            "type": kind,
            "n": n,
            "by": "reporter" if n == 1 else "handler",
            "day": self.received.isoformat(),
            **fields,
        }
        mixed = self.keys[Compartment.CONTENT] if part is Compartment.IDENTITY else None
        self.records.append(
            SealedRecord(part, n, seal_json(self.keys[part], new_object_id(), body, mixed_with=mixed))
        )

    def _rows(self) -> Made:
        sealed_bytes = [grant.sealed for grant in self.grants] + [record.sealed for record in self.records]
        entries = [inventory.entry_of(one) for one in sealed_bytes]
        split = len(self.grants)
        rows: Rows = {
            "grants": [
                casework.grant_row(self.id, grant, Header.parse(grant.sealed), entry)
                for grant, entry in zip(self.grants, entries[:split], strict=True)
            ],
            "records": [
                casework.record_row(self.id, record, Header.parse(record.sealed), entry, self.received)
                for record, entry in zip(self.records, entries[split:], strict=True)
            ],
            "blobs": [],
            "closings": [],
        }
        if self.blob is not None:
            sealed = self.blob[0]
            entries.append(inventory.entry_of(sealed.sealed_header, sealed.sha256))
            rows["blobs"] = [
                casework.blob_row(self.id, sealed, Header.parse(sealed.sealed_header), self.received)
            ]
        case = self._case_row(entries)
        rows["cases"] = [case]
        rows["readers"] = [self._reader(person, case) for person in self.place.handlers]
        if self.wanted.closed_on is not None:
            rows["closings"] = [
                {"case_id": self.id, "n": 1, "closed_on": case["closed_on"], "purge_on": case["purge_on"]}
            ]
        file = None if self.blob is None else (bytes.fromhex(self._blob_id()), self.blob[1])
        return Made(rows, case["number"], self.received, self.wanted.closed_on, str(case["purge_on"]), file)

    def _case_row(self, entries: list[Entry]) -> dict[str, Any]:
        symbols = "".join(secrets.choice(NUMBER_SYMBOLS) for _ in range(8))
        closed = self.wanted.closed_on
        row: dict[str, Any] = {
            "id": self.id, "number": f"W-{symbols[:4]}-{symbols[4:]}", "company_id": self.place.company.id,
            "locator_hash": sha256(self.secret.locator).digest(), "reporter_key": self.pair.public_key,
            "key_kept": True,
            "state": "closed" if closed else "acknowledged" if self.answered else "received",
            "received_on": self.received, "acknowledgement_waived": False, "meeting_wanted": False,
            "acknowledged_on": self.received if self.answered else None, "feedback_on": closed,
            "closed_on": closed, "purge_on": None if closed is None else add_months(closed, PURGE_MONTHS),
            "touched_on": closed or self.received, "unread": 0, "n_content": 2 if self.answered else 1,
            "n_identity": 1, "n_internal": int(self.answered), "reopen_asked_by": None, "assigned_to": None,
            "meeting_held_on": None, "epoch_content": 1, "epoch_identity": 1, "epoch_internal": 1,
            "excluded": secrets.token_bytes(128), "inventory_n": 1,
        }  # fmt: skip
        duty = next_duty(self._facts(row), self.place.today)
        row["next_kind"], row["next_on"] = (duty.kind, duty.due_on) if duty else (None, casework.NEVER)
        row["inventory_mac"] = inventory_mac(self.place.inventory_key, self.id, 1, entries)
        return row

    def _facts(self, row: dict[str, Any]) -> CaseFacts:
        company = self.place.company
        return CaseFacts(
            state=row["state"], country=company.country, zone=company.zone, received_on=row["received_on"],
            acknowledged_on=row["acknowledged_on"], feedback_given_on=row["feedback_on"],
            closed_on=row["closed_on"], purge_due_on=row["purge_on"], untouched_since=row["touched_on"],
        )  # fmt: skip

    def _reader(self, person: Recipient, case: dict[str, Any]) -> dict[str, Any]:
        return {
            "person_id": person.person_id, "case_id": self.id, "company_id": self.place.company.id,
            "open": self.wanted.closed_on is None, "due_on": case["next_on"],
            "unread": 0 if self.answered else 1,
        }  # fmt: skip


def _sealed_file(key: CompartmentKey) -> tuple[SealedBlob, bytes]:
    sealer = BlobSealer(key, new_object_id())
    data = sealer.header + sealer.update(bytes(FILE_BYTES)) + b"".join(sealer.finish())
    return SealedBlob(sealer.header, sealer.sealed_length, sealer.sealed_sha256), data
