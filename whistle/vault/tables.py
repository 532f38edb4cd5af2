"""The tables: sealed bytes, days, counts and keyed hashes, and nothing that a person wrote in the clear.

Ids are 16 random bytes. Days are dates in the company's own time zone; no column of a case holds an hour.
"""

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
    MetaData,
    String,
    Table,
    Text,
)

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}
"""Constraint names that Alembic can alter on both databases."""

metadata = MetaData(naming_convention=NAMING)

ID = LargeBinary(16)
DIGEST = LargeBinary(32)


def case_id(*, primary: bool = False) -> Column[bytes]:
    """The column that ties a row to its case, and ends with it."""
    return Column(
        "case_id", ID, ForeignKey("cases.id", ondelete="CASCADE"), primary_key=primary, nullable=False
    )


def person_id(name: str = "person_id", *, primary: bool = False, nullable: bool = False) -> Column[bytes]:
    """A column that names a person."""
    return Column(name, ID, ForeignKey("people.id"), primary_key=primary, nullable=nullable)


def company_id() -> Column[bytes]:
    """The column that names a company."""
    return Column("company_id", ID, ForeignKey("companies.id"), nullable=False)


site = Table(
    "site", metadata, Column("key", String(40), primary_key=True), Column("value", Text, nullable=False)
)

companies = Table(
    "companies",
    metadata,
    Column("id", ID, primary_key=True),
    Column("code", String(40), nullable=False, unique=True),
    Column("name", String(200), nullable=False),
    Column("country", String(2), nullable=False),
    Column("zone", String(60), nullable=False),
    Column("contact", Text, nullable=False),
    Column("profile", Text, nullable=False),
    Column("position", Integer, nullable=False),
)

people = Table(
    "people",
    metadata,
    Column("id", ID, primary_key=True),
    Column("handle", String(200), nullable=False, unique=True),
    Column("name", String(200), nullable=False),
    Column("email", String(320), nullable=False),
    Column("function", String(200), nullable=False),
    Column("state", String(10), nullable=False),
    Column("public_key", LargeBinary),
    Column("key_id", ID),
    Column("lock", LargeBinary),
    Column("recovery_lock", LargeBinary),
    Column("auth_hash", DIGEST),
    Column("recovery_hash", DIGEST),
    Column("totp", LargeBinary),
    Column("totp_step", BigInteger, nullable=False),
    Column("signed_in", String(13)),
    Column("invite_hash", DIGEST, unique=True),
    Column("invite_until", BigInteger),
    Column("mac", DIGEST),
    CheckConstraint("state in ('invited', 'active', 'retired')", name="state"),
)

designations = Table(
    "designations",
    metadata,
    Column("id", ID, primary_key=True),
    person_id(),
    company_id(),
    Column("role", String(20), nullable=False),
    Column("from_on", Date, nullable=False),
    Column("to_on", Date),
    Column("key_id", ID),
    Column("mac", DIGEST),
    Column("shared", Boolean, nullable=False),
    Column("for_case_id", ID, ForeignKey("cases.id", ondelete="CASCADE")),
    Index(None, "person_id"),
    Index(None, "company_id", "role"),
)
"""`shared`: somebody of another company (5:3). `for_case_id`: an outside investigator, of this case alone."""

confirmations = Table(
    "confirmations",
    metadata,
    Column("designation_id", ID, ForeignKey("designations.id", ondelete="CASCADE"), primary_key=True),
    person_id("confirmer_id", primary=True),
    Column("key_id", ID, nullable=False),
    Column("on_day", Date, nullable=False),
    Column("mac", DIGEST, nullable=False),
)

cases = Table(
    "cases",
    metadata,
    Column("id", ID, primary_key=True),
    Column("number", String(11), nullable=False, unique=True),
    company_id(),
    Column("kind", String(8), nullable=False, server_default="report"),
    Column("locator_hash", DIGEST, nullable=False, unique=True),
    Column("reporter_key", LargeBinary, nullable=False),
    Column("key_kept", Boolean, nullable=False),
    Column("state", String(12), nullable=False),
    Column("received_on", Date, nullable=False),
    Column("acknowledgement_waived", Boolean, nullable=False),
    Column("meeting_wanted", Boolean, nullable=False),
    Column("acknowledged_on", Date),
    Column("feedback_on", Date),
    Column("closed_on", Date),
    Column("purge_on", Date),
    Column("touched_on", Date, nullable=False),
    Column("next_kind", String(20)),
    Column("next_on", Date, nullable=False),
    Column("unread", Integer, nullable=False),
    Column("n_content", Integer, nullable=False),
    Column("n_identity", Integer, nullable=False),
    Column("n_internal", Integer, nullable=False),
    person_id("reopen_asked_by", nullable=True),
    person_id("assigned_to", nullable=True),
    Column("meeting_held_on", Date),
    Column("epoch_content", Integer, nullable=False),
    Column("epoch_identity", Integer, nullable=False),
    Column("epoch_internal", Integer, nullable=False),
    Column("excluded", LargeBinary, nullable=False),
    Column("inventory_n", BigInteger, nullable=False),
    Column("inventory_mac", DIGEST, nullable=False),
    Index(None, "purge_on"),
    Index(None, "company_id", "purge_on", "number"),
)

"""`kind`: a `report`, a privacy `request`, or the `copy` of one that handlers get. `epoch_…`: the epoch that
what comes next is sealed under. `excluded`: keyed tags of those who see nothing of the case, filled up with
chance, so that without `keys/` it tells neither who nor how many."""

closings = Table(
    "closings",
    metadata,
    case_id(primary=True),
    Column("n", Integer, primary_key=True),
    Column("closed_on", Date, nullable=False),
    Column("purge_on", Date, nullable=False),
)

grants = Table(
    "grants",
    metadata,
    case_id(primary=True),
    Column("holder_id", ID, primary_key=True),
    Column("compartment", Integer, primary_key=True),
    Column("epoch", Integer, primary_key=True),
    Column("kind", Integer, nullable=False),
    Column("object_id", ID, nullable=False),
    Column("key_id", ID, nullable=False),
    Column("sha256", DIGEST, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
)

records = Table(
    "records",
    metadata,
    case_id(primary=True),
    Column("compartment", Integer, primary_key=True),
    Column("n", Integer, primary_key=True),
    Column("epoch", Integer, nullable=False),
    Column("object_id", ID, nullable=False, unique=True),
    Column("key_id", ID, nullable=False),
    Column("on_day", Date, nullable=False),
    Column("sha256", DIGEST, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
)

blobs = Table(
    "blobs",
    metadata,
    Column("object_id", ID, primary_key=True),
    case_id(),
    Column("compartment", Integer, nullable=False),
    Column("epoch", Integer, nullable=False),
    Column("mixed_epoch", Integer, nullable=False),
    Column("key_id", ID, nullable=False),
    Column("on_day", Date, nullable=False),
    Column("length", BigInteger, nullable=False),
    Column("sha256", DIGEST, nullable=False),
    Index(None, "case_id"),
    Index(None, "on_day"),
)

blob_removals = Table("blob_removals", metadata, Column("object_id", ID, primary_key=True))
"""Written by the transaction that purges; worked off after it, as often as it takes."""

readers = Table(
    "readers",
    metadata,
    person_id(primary=True),
    case_id(primary=True),
    company_id(),
    Column("open", Boolean, nullable=False),
    Column("due_on", Date, nullable=False),
    Column("unread", Integer, nullable=False),
    Index(None, "case_id"),
    Index("ix_readers_list", "person_id", "open", "due_on", "case_id", "company_id"),
    Index("ix_readers_all", "person_id", "due_on", "case_id", "company_id"),
)
"""Who works on which case, with the case's next day: so that a list of any length is one walk of an index."""

holds = Table(
    "holds",
    metadata,
    Column("id", ID, primary_key=True),
    case_id(),
    Column("ground", String(20), nullable=False),
    Column("placed_on", Date, nullable=False),
    person_id("placed_by"),
    Column("review_on", Date, nullable=False),
    Column("late", Boolean, nullable=False),
    Column("once", DIGEST, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    person_id("release_asked_by", nullable=True),
    Column("release_sealed", LargeBinary),
    Column("released_on", Date),
    person_id("released_by", nullable=True),
    Column("mac", DIGEST, nullable=False),
    Index(None, "case_id"),
)

hold_grants = Table(
    "hold_grants",
    metadata,
    Column("hold_id", ID, ForeignKey("holds.id", ondelete="CASCADE"), primary_key=True),
    person_id(primary=True),
    Column("sealed", LargeBinary, nullable=False),
)

certificates = Table(
    "certificates",
    metadata,
    Column("case_number", String(11), primary_key=True),
    company_id(),
    Column("purged_on", Date, nullable=False),
    Column("body", Text, nullable=False),
    Column("signature", LargeBinary(64), nullable=False),
    Index(None, "purged_on"),
)

ledger = Table(
    "ledger",
    metadata,
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("on_day", Date, nullable=False),
    Column("action", String(30), nullable=False),
    Column("case_number", String(11), nullable=False),
    Column("actor_hash", DIGEST, nullable=False),
    Column("actor", String(200), nullable=False),
    Column("facts", Text, nullable=False),
    Column("hash", DIGEST, nullable=False),
    Index(None, "case_number"),
)

ledger_head = Table(
    "ledger_head",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("seq", BigInteger, nullable=False),
    Column("hash", DIGEST, nullable=False),
    Column("signature", LargeBinary(64), nullable=False),
)

sessions = Table(
    "sessions",
    metadata,
    Column("id", DIGEST, primary_key=True),
    Column("tag", ID, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Index(None, "tag"),
)
"""The tag is a keyed hash of the quarter hour's minute: without the run key a row says nothing of when."""

throttles = Table(
    "throttles",
    metadata,
    Column("scope", DIGEST, primary_key=True),
    Column("count", Integer, nullable=False),
    Column("until", BigInteger, nullable=False),
)

leases = Table(
    "leases",
    metadata,
    Column("name", String(40), primary_key=True),
    Column("holder", String(40), nullable=False),
    Column("until", BigInteger, nullable=False),
)
