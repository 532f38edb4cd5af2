"""Privacy requests: cases of their own beside the reports."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make every table, and tell reports from requests."""
    with op.batch_alter_table("cases", schema=None) as batch_op:
        batch_op.add_column(sa.Column("kind", sa.String(length=8), nullable=False, server_default="report"))
    op.create_table(
        "requests",
        sa.Column("case_id", sa.LargeBinary(length=16), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("child", sa.Boolean(), nullable=False),
        sa.Column("is_copied", sa.Boolean(), nullable=False),
        sa.Column("copy_id", sa.LargeBinary(length=16), nullable=True),
        sa.Column("mail", sa.String(length=10), nullable=False),
        sa.Column("code_n", sa.Integer(), nullable=False),
        sa.Column("asked_on", sa.Date(), nullable=True),
        sa.Column("stood_still", sa.Integer(), nullable=False),
        sa.Column("verified_on", sa.Date(), nullable=True),
        sa.Column("access_tag", sa.LargeBinary(length=32), nullable=True),
        sa.Column("extended_on", sa.Date(), nullable=True),
        sa.Column("noticed_on", sa.Date(), nullable=True),
        sa.Column("neutral_on", sa.Date(), nullable=True),
        sa.Column("answered_on", sa.Date(), nullable=True),
        sa.Column("review_on", sa.Date(), nullable=True),
        sa.Column("tasks_open", sa.Integer(), nullable=False),
        sa.Column("mac", sa.LargeBinary(length=32), nullable=False),
        sa.CheckConstraint(
            "state in ('sent', 'coded', 'verified', 'answered', 'closed')", name=op.f("ck_requests_state")
        ),
        sa.CheckConstraint("mail in ('none', 'queued', 'sent', 'refused')", name=op.f("ck_requests_mail")),
        sa.ForeignKeyConstraint(
            ["case_id"], ["cases.id"], name=op.f("fk_requests_case_id_cases"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["copy_id"], ["cases.id"], name=op.f("fk_requests_copy_id_cases"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("case_id", name=op.f("pk_requests")),
        sa.UniqueConstraint("copy_id", name=op.f("uq_requests_copy_id")),
    )
    with op.batch_alter_table("requests", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_requests_access_tag"), ["access_tag"], unique=False)

    op.create_table(
        "request_readers",
        sa.Column("person_id", sa.LargeBinary(length=16), nullable=False),
        sa.Column("case_id", sa.LargeBinary(length=16), nullable=False),
        sa.Column("company_id", sa.LargeBinary(length=16), nullable=False),
        sa.Column("open", sa.Boolean(), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("unread", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id"], ["cases.id"], name=op.f("fk_request_readers_case_id_cases"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["company_id"], ["companies.id"], name=op.f("fk_request_readers_company_id_companies")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_request_readers_person_id_people")
        ),
        sa.PrimaryKeyConstraint("person_id", "case_id", name=op.f("pk_request_readers")),
    )
    with op.batch_alter_table("request_readers", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_request_readers_case_id"), ["case_id"], unique=False)
        batch_op.create_index(
            "ix_request_readers_list", ["person_id", "open", "rank", "due_on", "case_id"], unique=False
        )

    op.create_table(
        "request_tasks",
        sa.Column("id", sa.LargeBinary(length=16), nullable=False),
        sa.Column("case_id", sa.LargeBinary(length=16), nullable=False),
        sa.Column("opened_on", sa.Date(), nullable=False),
        sa.Column("outcome", sa.String(length=16), nullable=True),
        sa.Column("done_on", sa.Date(), nullable=True),
        sa.CheckConstraint(
            "outcome in ('informed', 'impossible', 'disproportionate')",
            name=op.f("ck_request_tasks_outcome"),
        ),
        sa.ForeignKeyConstraint(
            ["case_id"], ["cases.id"], name=op.f("fk_request_tasks_case_id_cases"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_request_tasks")),
    )
    with op.batch_alter_table("request_tasks", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_request_tasks_case_id"), ["case_id"], unique=False)

    op.create_table(
        "request_mails",
        sa.Column("case_id", sa.LargeBinary(length=16), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("due_at", sa.BigInteger(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id"], ["cases.id"], name=op.f("fk_request_mails_case_id_cases"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("case_id", name=op.f("pk_request_mails")),
    )


def downgrade() -> None:
    """Take them away again."""
    op.drop_table("request_mails")
    op.drop_table("request_tasks")
    op.drop_table("request_readers")
    op.drop_table("requests")
    # Not by copying the table: everything of a case goes with its row.
    op.execute("ALTER TABLE cases DROP COLUMN kind")
