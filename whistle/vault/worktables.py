"""The tables of the work at the desk: dates, states, keyed hashes; every word of it is sealed elsewhere."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
)

from whistle.vault.tables import DIGEST, ID, case_id, metadata, person_id

passkeys = Table(
    "passkeys",
    metadata,
    Column("id", DIGEST, primary_key=True),
    person_id(),
    Column("credential", LargeBinary, nullable=False),
    Column("public_key", LargeBinary, nullable=False),
    Column("sign_count", BigInteger, nullable=False),
    Column("name", String(80), nullable=False),
    Column("added_on", Date, nullable=False),
    Column("mac", DIGEST, nullable=False),
    Index(None, "person_id"),
)
"""`id` is the SHA-256 of the credential's own id; without its keyed hash a row is no second factor."""

identity_requests = Table(
    "identity_requests",
    metadata,
    Column("id", ID, primary_key=True),
    case_id(),
    person_id("asked_by"),
    Column("asked_on", Date, nullable=False),
    Column("would_hinder", Boolean, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Column("state", String(10), nullable=False),
    person_id("decided_by", nullable=True),
    Column("decided_on", Date),
    Column("decision_sealed", LargeBinary),
    Column("ends_on", Date),
    Column("mac", DIGEST, nullable=False),
    CheckConstraint("state in ('waiting', 'approved', 'refused', 'ended')", name="state"),
    Index(None, "case_id"),
)
"""A reasoned request to learn who the reporter is; reasons are sealed to the custodians and to who asked."""

identity_request_grants = Table(
    "identity_request_grants",
    metadata,
    Column("request_id", ID, ForeignKey("identity_requests.id", ondelete="CASCADE"), primary_key=True),
    person_id(primary=True),
    Column("sealed", LargeBinary, nullable=False),
)

consents = Table(
    "consents",
    metadata,
    Column("id", ID, primary_key=True),
    case_id(),
    Column("basis", String(10), nullable=False),
    Column("asked_on", Date, nullable=False),
    person_id("asked_by"),
    Column("state", String(11), nullable=False),
    Column("decided_on", Date),
    Column("carried_out_on", Date),
    Column("mac", DIGEST, nullable=False),
    CheckConstraint("basis in ('consent', 'law')", name="basis"),
    CheckConstraint("state in ('asked', 'agreed', 'refused', 'withdrawn', 'carried_out')", name="state"),
    Index(None, "case_id"),
)
"""A disclosure beyond the designated people: to whom and why is sealed in the case's own records."""

concerned = Table(
    "concerned",
    metadata,
    Column("id", ID, primary_key=True),
    case_id(),
    Column("decision", String(16), nullable=False),
    Column("decided_on", Date, nullable=False),
    Column("review_on", Date),
    CheckConstraint(
        "decision in ('undecided', 'informed', 'deferred', 'none_identified', 'lasting_ground')",
        name="decision",
    ),
    Index(None, "case_id"),
)
"""One row for each person a report holds responsible, without a word of who: that is sealed (L13)."""

minutes = Table(
    "minutes",
    metadata,
    Column("id", ID, primary_key=True),
    case_id(),
    Column("written_on", Date, nullable=False),
    Column("shown_on", Date),
    Column("answered_on", Date),
    Column("locked_on", Date),
    Index(None, "case_id"),
)
"""Minutes of a call or meeting: when the reporter could read them, answered, and when they were locked."""

redactions = Table(
    "redactions",
    metadata,
    Column("id", ID, primary_key=True),
    case_id(),
    Column("compartment", Integer, nullable=False),
    Column("n", Integer, nullable=False),
    Column("blob_id", ID),
    Column("start", Integer, nullable=False),
    Column("characters", Integer, nullable=False),
    Column("ground", String(20), nullable=False),
    person_id("asked_by"),
    Column("asked_on", Date, nullable=False),
    Column("mac", DIGEST, nullable=False),
    Index(None, "case_id"),
)
"""An erasure that waits for a second handler; the row goes when it is done or taken back."""

exports = Table(
    "exports",
    metadata,
    Column("id", ID, primary_key=True),
    case_id(),
    Column("on_day", Date, nullable=False),
    person_id(),
    Column("kind", String(12), nullable=False),
    Column("with_identity", Boolean, nullable=False),
    Column("with_notes", Boolean, nullable=False),
    Index(None, "case_id"),
)
"""That a case was handed over, when and by whom; recipient and ground are sealed in the case's notes."""

statistics = Table(
    "statistics",
    metadata,
    Column("company_id", ID, ForeignKey("companies.id"), primary_key=True),
    Column("quarter", String(7), primary_key=True),
    Column("made_on", Date, nullable=False),
    Column("body", Text, nullable=False),
    Column("mac", DIGEST, nullable=False),
)
"""Totals of a closed quarter (`2026-Q3`), suppressed before they were stored; they outlive the cases."""

mails = Table(
    "mails",
    metadata,
    Column("id", ID, primary_key=True),
    Column("address", String(320), nullable=False),
    Column("kind", String(12), nullable=False),
    Column("due_at", BigInteger, nullable=False),
    Column("tries", Integer, nullable=False),
    Index(None, "due_at"),
)
"""Mail that waits to be sent: an address and a kind; what it says is the same for everybody."""

person_settings = Table(
    "person_settings",
    metadata,
    person_id(primary=True),
    Column("key", String(20), primary_key=True),
    Column("value", String(80), nullable=False),
)
"""What somebody chose for themselves."""

MAIL_LANGUAGE = "language"
"""The key of the language in which they want their mail."""

hold_asks = Table(
    "hold_asks",
    metadata,
    Column("id", ID, primary_key=True),
    person_id("asked_by"),
    Column("asked_on", Date, nullable=False),
    Column("ground", String(20), nullable=False),
    Column("review_on", Date, nullable=False),
    Column("list_hash", DIGEST, nullable=False),
    Column("once", DIGEST, nullable=False),
    Column("mac", DIGEST, nullable=False),
    Index(None, "asked_by"),
)
"""A hold on more cases than one person places alone, while it waits; `list_hash` binds it to the list."""

asked_holds = Table(
    "asked_holds",
    metadata,
    Column("hold_id", ID, ForeignKey("holds.id", ondelete="CASCADE"), primary_key=True),
    Column("ask_id", ID, ForeignKey("hold_asks.id"), nullable=False),
    Index(None, "ask_id"),
)
"""The holds of an ask: they protect like every other; a row here says that nobody has confirmed them yet."""

hold_reviews = Table(
    "hold_reviews",
    metadata,
    Column("hold_id", ID, ForeignKey("holds.id", ondelete="CASCADE"), primary_key=True),
    Column("n", Integer, primary_key=True, autoincrement=False),
    Column("on_day", Date, nullable=False),
    person_id("reviewed_by"),
    Column("due_on", Date, nullable=False),
    Column("review_on", Date, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
)
"""That somebody looked at a hold and it stands: when it was due, until when now; the reason is sealed."""
