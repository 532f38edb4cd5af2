"""What a guard holds back, and what two people said to it."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "guards",
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("company_code", sa.String(length=40), nullable=False),
        sa.Column("company_id", sa.LargeBinary(length=16), nullable=False),
        sa.Column("why", sa.String(length=20), nullable=False),
        sa.Column("since_on", sa.Date(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("mac", sa.LargeBinary(length=32), nullable=False),
        sa.CheckConstraint("kind in ('clock', 'restore')", name=op.f("ck_guards_kind")),
        sa.ForeignKeyConstraint(
            ["company_id"], ["companies.id"], name=op.f("fk_guards_company_id_companies")
        ),
        sa.PrimaryKeyConstraint("kind", "company_code", name=op.f("pk_guards")),
    )
    op.create_table(
        "guard_answers",
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("company_code", sa.String(length=40), nullable=False),
        sa.Column("person_id", sa.LargeBinary(length=16), nullable=False),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("confirmed", sa.Boolean(), nullable=False),
        sa.Column("digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("on_day", sa.Date(), nullable=False),
        sa.Column("facts", sa.Text(), nullable=False),
        sa.Column("mac", sa.LargeBinary(length=32), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_guard_answers_person_id_people")),
        sa.PrimaryKeyConstraint("kind", "company_code", "person_id", name=op.f("pk_guard_answers")),
    )


def downgrade() -> None:
    """Take the tables away."""
    op.drop_table("guard_answers")
    op.drop_table("guards")
