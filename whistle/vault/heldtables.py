"""The tables of cases that stand longer than their day, or open too long: days and keyed hashes, no words."""

from sqlalchemy import (
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
)

from whistle.vault.tables import DIGEST, ID, case_id, metadata, person_id


def hold_id() -> Column[bytes]:
    """The column that ties a row to its hold, and ends with it."""
    return Column("hold_id", ID, ForeignKey("holds.id", ondelete="CASCADE"), nullable=False)


held_openings = Table(
    "held_openings",
    metadata,
    Column("id", ID, primary_key=True),
    case_id(),
    hold_id(),
    person_id(),
    Column("on_day", Date, nullable=False),
    Column("doing", String(8), nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Column("mac", DIGEST, nullable=False),
    CheckConstraint("doing in ('read', 'export')", name="doing"),
    Index(None, "case_id"),
)
"""Who opened a held case past its day, on which day, and under which hold; why is sealed to legal."""

hold_sentences = Table(
    "hold_sentences",
    metadata,
    Column("id", ID, primary_key=True),
    hold_id(),
    Column("n", Integer, nullable=False),
    person_id(),
    Column("on_day", Date, nullable=False),
    Column("withheld", Boolean, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Column("mac", DIGEST, nullable=False),
    Index(None, "hold_id", "n", unique=True),
)
"""Each time legal withheld a hold's sentence from the mailbox, or let it be shown again: the last counts."""

open_grounds = Table(
    "open_grounds",
    metadata,
    Column("id", ID, primary_key=True),
    case_id(),
    Column("ground", String(20), nullable=False),
    Column("placed_on", Date, nullable=False),
    person_id("placed_by"),
    Column("review_on", Date, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Column("reviewed_on", Date),
    person_id("reviewed_by", nullable=True),
    Column("review_sealed", LargeBinary),
    Column("ended_on", Date),
    person_id("ended_by", nullable=True),
    Column("end_sealed", LargeBinary),
    Column("mac", DIGEST, nullable=False),
    Index(None, "case_id"),
)
"""Why an open case may stand past its country's longest time (1171/2022 § 29); the citation is sealed."""

kept_grants = Table(
    "kept_grants",
    metadata,
    Column("object_id", ID, primary_key=True),
    person_id(primary=True),
    case_id(),
    Column("sealed", LargeBinary, nullable=False),
    Index(None, "case_id"),
)
"""Who of legal may open what `held_openings` and `open_grounds` keep sealed."""
