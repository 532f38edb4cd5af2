"""The tables of privacy requests: days, states and counts beside a case of its own; every word is sealed."""

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
)

from whistle.vault.tables import DIGEST, ID, case_id, company_id, metadata, person_id

requests = Table(
    "requests",
    metadata,
    case_id(primary=True),
    Column("state", String(10), nullable=False),
    Column("child", Boolean, nullable=False),
    Column("is_copied", Boolean, nullable=False),
    Column("copy_id", ID, ForeignKey("cases.id", ondelete="SET NULL"), unique=True),
    Column("mail", String(10), nullable=False),
    Column("code_n", Integer, nullable=False),
    Column("asked_on", Date),
    Column("stood_still", Integer, nullable=False),
    Column("verified_on", Date),
    Column("access_tag", DIGEST),
    Column("extended_on", Date),
    Column("noticed_on", Date),
    Column("neutral_on", Date),
    Column("answered_on", Date),
    Column("review_on", Date),
    Column("tasks_open", Integer, nullable=False),
    Column("mac", DIGEST, nullable=False),
    CheckConstraint("state in ('sent', 'coded', 'verified', 'answered', 'closed')", name="state"),
    CheckConstraint("mail in ('none', 'queued', 'sent', 'refused')", name="mail"),
    Index(None, "access_tag"),
)
"""`is_copied`: it goes to those who handle reports, as `copy_id`, once the person is known. `access_tag`: a
keyed hash of company and address, written when the person was verified. `mac` covers the row."""

request_readers = Table(
    "request_readers",
    metadata,
    person_id(primary=True),
    case_id(primary=True),
    company_id(),
    Column("open", Boolean, nullable=False),
    Column("rank", Integer, nullable=False),
    Column("due_on", Date, nullable=False),
    Column("unread", Integer, nullable=False),
    Index(None, "case_id"),
    Index("ix_request_readers_list", "person_id", "open", "rank", "due_on", "case_id"),
)
"""Who works on which request, or on which copy of one: officers and handlers apart from the list of cases."""

request_tasks = Table(
    "request_tasks",
    metadata,
    Column("id", ID, primary_key=True),
    case_id(),
    Column("opened_on", Date, nullable=False),
    Column("outcome", String(16)),
    Column("done_on", Date),
    CheckConstraint("outcome in ('informed', 'impossible', 'disproportionate')", name="outcome"),
    Index(None, "case_id"),
)
"""One for each recipient that is to be told of a change (S37); who that is stands in the sealed records."""

request_mails = Table(
    "request_mails",
    metadata,
    case_id(primary=True),
    Column("sealed", LargeBinary, nullable=False),
    Column("due_at", BigInteger, nullable=False),
    Column("tries", Integer, nullable=False),
)
"""A code on its way: address and code sealed under the server's own key, gone once a mail server took it."""
