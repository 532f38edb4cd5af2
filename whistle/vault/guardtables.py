"""The tables of the guards: what was stopped, and who answered; numbers and days, each under a keyed hash."""

from sqlalchemy import Boolean, CheckConstraint, Column, Date, LargeBinary, String, Table, Text

from whistle.vault.tables import DIGEST, company_id, metadata, person_id


def _kind() -> Column[str]:
    return Column("kind", String(10), primary_key=True)


guards = Table(
    "guards",
    metadata,
    _kind(),
    Column("company_code", String(40), primary_key=True),
    company_id(),
    Column("why", String(20), nullable=False),
    Column("since_on", Date, nullable=False),
    Column("body", Text, nullable=False),
    Column("mac", DIGEST, nullable=False),
    CheckConstraint("kind in ('clock', 'restore')", name="kind"),
)
"""What a guard holds back in a company, as JSON; written anew by every pass that still holds it back."""

guard_answers = Table(
    "guard_answers",
    metadata,
    _kind(),
    Column("company_code", String(40), primary_key=True),
    person_id(primary=True),
    Column("role", String(20), nullable=False),
    Column("confirmed", Boolean, nullable=False),
    Column("digest", LargeBinary(32), nullable=False),
    Column("on_day", Date, nullable=False),
    Column("facts", Text, nullable=False),
    Column("mac", DIGEST, nullable=False),
)
"""One answer of one person to one list: it binds to the hash of the list that they were shown."""
