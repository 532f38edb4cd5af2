"""Legal's desk: holds on many cases at once, reviews, and lists of any length."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

ID = sa.LargeBinary(length=16)
DIGEST = sa.LargeBinary(length=32)


def upgrade() -> None:
    """Make the tables and the index."""
    op.create_table(
        "hold_asks",
        sa.Column("id", ID, nullable=False),
        sa.Column("asked_by", ID, nullable=False),
        sa.Column("asked_on", sa.Date(), nullable=False),
        sa.Column("ground", sa.String(length=20), nullable=False),
        sa.Column("review_on", sa.Date(), nullable=False),
        sa.Column("list_hash", DIGEST, nullable=False),
        sa.Column("once", DIGEST, nullable=False),
        sa.Column("mac", DIGEST, nullable=False),
        sa.ForeignKeyConstraint(["asked_by"], ["people.id"], name=op.f("fk_hold_asks_asked_by_people")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hold_asks")),
    )
    op.create_index(op.f("ix_hold_asks_asked_by"), "hold_asks", ["asked_by"], unique=False)
    op.create_table(
        "asked_holds",
        sa.Column("hold_id", ID, nullable=False),
        sa.Column("ask_id", ID, nullable=False),
        sa.ForeignKeyConstraint(
            ["hold_id"], ["holds.id"], name=op.f("fk_asked_holds_hold_id_holds"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["ask_id"], ["hold_asks.id"], name=op.f("fk_asked_holds_ask_id_hold_asks")),
        sa.PrimaryKeyConstraint("hold_id", name=op.f("pk_asked_holds")),
    )
    op.create_index(op.f("ix_asked_holds_ask_id"), "asked_holds", ["ask_id"], unique=False)
    op.create_table(
        "hold_reviews",
        sa.Column("hold_id", ID, nullable=False),
        sa.Column("n", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("on_day", sa.Date(), nullable=False),
        sa.Column("reviewed_by", ID, nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("review_on", sa.Date(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["hold_id"], ["holds.id"], name=op.f("fk_hold_reviews_hold_id_holds"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["reviewed_by"], ["people.id"], name=op.f("fk_hold_reviews_reviewed_by_people")
        ),
        sa.PrimaryKeyConstraint("hold_id", "n", name=op.f("pk_hold_reviews")),
    )
    op.create_index(
        op.f("ix_cases_company_id_purge_on_number"), "cases", ["company_id", "purge_on", "number"],
        unique=False,
    )  # fmt: skip


def downgrade() -> None:
    """Take them away."""
    op.drop_index(op.f("ix_cases_company_id_purge_on_number"), table_name="cases")
    op.drop_table("hold_reviews")
    op.drop_index(op.f("ix_asked_holds_ask_id"), table_name="asked_holds")
    op.drop_table("asked_holds")
    op.drop_index(op.f("ix_hold_asks_asked_by"), table_name="hold_asks")
    op.drop_table("hold_asks")
