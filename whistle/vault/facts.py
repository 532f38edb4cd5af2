"""What leaves the vault: frozen facts and sealed bytes, never a table row."""

from dataclasses import dataclass
from datetime import date

from whistle.rules.deadlines import CaseFacts
from whistle.vault.disclosures import StoredConsent
from whistle.vault.identity_requests import NO_IDENTITY, IdentityFacts, StoredRequest

REPORT, REQUEST, COPY = "report", "request", "copy"
"""What a case is: a report, a privacy request, or the copy of one that goes to those who handle reports."""


@dataclass(frozen=True, slots=True)
class CompanyFacts:
    """A company of the group; `open`: the channel takes reports today (`registry` and `channels` say so)."""

    id: bytes
    code: str
    name: str
    country: str
    zone: str
    contact: str
    meeting: str
    retention_months: int
    open: bool


@dataclass(frozen=True, slots=True)
class Recipient:
    """A person whose confirmed key something may be sealed to (1216-byte public key, 16-byte key id)."""

    person_id: bytes
    name: str
    function: str
    role: str
    public_key: bytes
    key_id: bytes


@dataclass(frozen=True, slots=True)
class SealedGrant:
    """A grant or own grant; `holder_id` is a person's id, or the case's own id for its reporter."""

    holder_id: bytes
    sealed: bytes


@dataclass(frozen=True, slots=True)
class SealedRecord:
    """A record: running number `n` in its compartment, the day, and the sealed bytes."""

    compartment: int
    n: int
    sealed: bytes


@dataclass(frozen=True, slots=True)
class SealedBlob:
    """A blob whose bytes are already staged in the blob store; `sha256` over all sealed bytes."""

    sealed_header: bytes
    length: int
    sha256: bytes


@dataclass(frozen=True, slots=True)
class NewCase:
    """All of a report, sealed: taken in one transaction or not at all."""

    case_id: bytes
    company_code: str
    locator_hash: bytes
    reporter_key: bytes
    acknowledgement_waived: bool
    meeting_wanted: bool
    grants: tuple[SealedGrant, ...]
    records: tuple[SealedRecord, ...]
    blobs: tuple[SealedBlob, ...]
    excluded: tuple[bytes, ...] = ()


@dataclass(frozen=True, slots=True)
class Addition:
    """Sealed objects that one command adds to a standing case, at the inventory number it was read at."""

    grants: tuple[SealedGrant, ...] = ()
    records: tuple[SealedRecord, ...] = ()
    blobs: tuple[SealedBlob, ...] = ()


@dataclass(frozen=True, slots=True)
class CaseStatus:
    """Everything about a case that is not sealed."""

    id: bytes
    number: str
    company: CompanyFacts
    reporter_key: bytes
    key_kept: bool
    state: str
    received_on: date
    acknowledgement_waived: bool
    meeting_wanted: bool
    acknowledged_on: date | None
    feedback_on: date | None
    closed_on: date | None
    purge_on: date | None
    touched_on: date
    next_kind: str | None
    next_on: date
    unread: int
    n_content: int
    n_identity: int
    n_internal: int
    reopen_asked_by: bytes | None
    assigned_to: bytes | None
    meeting_held_on: date | None
    epoch_content: int
    epoch_identity: int
    epoch_internal: int
    inventory_n: int
    kind: str = REPORT


@dataclass(frozen=True, slots=True)
class StoredGrant:
    """A grant as it stands."""

    holder_id: bytes
    compartment: int
    epoch: int
    sealed: bytes


@dataclass(frozen=True, slots=True)
class StoredRecord:
    """A record as it stands."""

    compartment: int
    n: int
    epoch: int
    object_id: bytes
    day: date
    sealed: bytes


@dataclass(frozen=True, slots=True)
class StoredBlob:
    """A blob as it stands; its bytes are read through the blob store."""

    object_id: bytes
    compartment: int
    epoch: int
    mixed_epoch: int
    length: int


@dataclass(frozen=True, slots=True)
class HoldInForceFacts:
    """A hold as anybody who may open the case sees it: ground and review date, never the citation.

    `withheld`: legal keeps from the reporter that it is why the case is still there.
    """

    id: bytes
    ground: str
    placed_on: date
    review_on: date
    withheld: bool = False


@dataclass(frozen=True, slots=True)
class MinutesFacts:
    """Minutes as their row knows them: the day the reporter's mailbox first showed them, if it did."""

    id: bytes
    shown_on: date | None


@dataclass(frozen=True, slots=True)
class OpenedCase:
    """A case whose inventory was checked: its status and every sealed object the caller asked for."""

    status: CaseStatus
    grants: tuple[StoredGrant, ...]
    records: tuple[StoredRecord, ...]
    blobs: tuple[StoredBlob, ...]
    closings: tuple[tuple[date, date], ...]
    holds: tuple[HoldInForceFacts, ...]
    readers: tuple[tuple[bytes, str], ...]
    unread: int
    has_custodian: bool
    deadlines: CaseFacts
    minutes: tuple[MinutesFacts, ...] = ()
    requests: tuple[StoredRequest, ...] = ()
    consents: tuple[StoredConsent, ...] = ()
    identity: IdentityFacts = NO_IDENTITY
    blocked: bool = False


@dataclass(frozen=True, slots=True)
class ListedCase:
    """One line of a handler's list: what opens its subject (nothing from the day of purge), and no more."""

    status: CaseStatus
    subject: tuple[StoredGrant, StoredRecord] | None
    held: bool
    unread: int
    readers: tuple[tuple[bytes, str], ...]


@dataclass(frozen=True, slots=True)
class Bounded:
    """A count that stops at a bound; `more` says that there are more than `value`."""

    value: int
    more: bool


@dataclass(frozen=True, slots=True)
class Listing:
    """A page of a handler's list."""

    rows: tuple[ListedCase, ...]
    total: Bounded
    late: Bounded
    soon: Bounded
    after: tuple[date, bytes] | None


@dataclass(frozen=True, slots=True)
class Designation:
    """That a person holds a role in a company from one day until before another (None: no end is set).

    `shared`: they are another company's (2021:890 5:3). `one_case`: an outside investigator's.
    """

    id: bytes
    person_id: bytes
    company_code: str
    role: str
    confirmed: bool
    from_on: date
    to_on: date | None
    shared: bool
    one_case: bool


@dataclass(frozen=True, slots=True)
class PersonFacts:
    """A person without a secret; `signed_in` is the last hour they did, as 2026-11-23T07 in UTC, or empty."""

    id: bytes
    name: str
    email: str
    function: str
    state: str
    key_id: bytes | None
    designations: tuple[Designation, ...]
    signed_in: str


@dataclass(frozen=True, slots=True)
class SignInFacts:
    """What a sign-in needs before anything is known about who asks; the same shape for an unknown name."""

    person_id: bytes
    lock: bytes
    known: bool


@dataclass(frozen=True, slots=True)
class Unlocked:
    """What an account hands out once its auth value was right."""

    person_id: bytes
    name: str
    lock: bytes
    totp: bytes
    totp_step: int
    public_key: bytes
    roles: tuple[tuple[str, str], ...]
