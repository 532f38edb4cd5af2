"""Tables of what is owed or kept beside requests: rights asked for in a case, counts, incidents."""

from sqlalchemy import (
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

from whistle.vault.tables import DIGEST, ID, case_id, company_id, metadata, person_id

case_rights = Table(
    "case_rights",
    metadata,
    Column("id", ID, primary_key=True),
    case_id(),
    Column("asked_on", Date, nullable=False),
    Column("answered_on", Date),
    Index(None, "case_id"),
)
"""That whoever holds a case's key asked for rights in it, and when they were answered; not which."""

request_counts = Table(
    "request_counts",
    metadata,
    Column("company_id", ID, ForeignKey("companies.id"), primary_key=True),
    Column("month", Date, primary_key=True),
    Column("asked", String(20), primary_key=True),
    Column("outcome", String(12), primary_key=True),
    Column("timing", String(12), primary_key=True),
    Column("charged", String(12), primary_key=True),
    Column("count", Integer, nullable=False),
)
"""How many requests that were closed in a month ended how: no id, no day, nothing that leads to one."""

incidents = Table(
    "incidents",
    metadata,
    Column("id", ID, primary_key=True),
    Column("number", String(12), nullable=False, unique=True),
    company_id(),
    Column("opened_on", Date, nullable=False),
    Column("due_on", Date),
    Column("closed_on", Date),
    Column("lines", Integer, nullable=False),
    Column("mac", DIGEST, nullable=False),
    Index(None, "company_id", "opened_on"),
)
"""A personal data breach: days alone. `due_on`: the day on which the 72 hours end, until that is settled."""

incident_lines = Table(
    "incident_lines",
    metadata,
    Column("incident_id", ID, ForeignKey("incidents.id"), primary_key=True),
    Column("n", Integer, primary_key=True),
    Column("sealed", LargeBinary, nullable=False),
    CheckConstraint("n > 0", name="n"),
)
"""What the officers wrote, line after line: a new one says what changed, and none is altered."""

incident_grants = Table(
    "incident_grants",
    metadata,
    Column("incident_id", ID, ForeignKey("incidents.id"), primary_key=True),
    person_id(primary=True),
    Column("sealed", LargeBinary, nullable=False),
)
