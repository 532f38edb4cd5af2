"""Held cases past their day, and cases that stand open too long."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make every table."""
    _openings()
    _sentences()
    _grounds()
    op.create_table(
        "kept_grants",
        sa.Column("object_id", sa.LargeBinary(length=16), nullable=False),
        sa.Column("person_id", sa.LargeBinary(length=16), nullable=False),
        sa.Column("case_id", sa.LargeBinary(length=16), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_kept_grants_person_id_people")),
        _of_case("kept_grants"),
        sa.PrimaryKeyConstraint("object_id", "person_id", name=op.f("pk_kept_grants")),
    )
    for table in ("held_openings", "open_grounds", "kept_grants"):
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.create_index(batch_op.f(f"ix_{table}_case_id"), ["case_id"], unique=False)
    with op.batch_alter_table("hold_sentences", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_hold_sentences_hold_id_n"), ["hold_id", "n"], unique=True)


def _of_case(table: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_case_id_cases")
    return sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=name, ondelete="CASCADE")


def _of_hold(table: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_hold_id_holds")
    return sa.ForeignKeyConstraint(["hold_id"], ["holds.id"], name=name, ondelete="CASCADE")


def _openings() -> None:
    op.create_table(
        "held_openings",
        sa.Column("id", sa.LargeBinary(length=16), nullable=False),
        sa.Column("case_id", sa.LargeBinary(length=16), nullable=False),
        sa.Column("hold_id", sa.LargeBinary(length=16), nullable=False),
        sa.Column("person_id", sa.LargeBinary(length=16), nullable=False),
        sa.Column("on_day", sa.Date(), nullable=False),
        sa.Column("doing", sa.String(length=8), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("mac", sa.LargeBinary(length=32), nullable=False),
        sa.CheckConstraint("doing in ('read', 'export')", name=op.f("ck_held_openings_doing")),
        _of_case("held_openings"),
        _of_hold("held_openings"),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_held_openings_person_id_people")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_held_openings")),
    )


def _sentences() -> None:
    op.create_table(
        "hold_sentences",
        sa.Column("id", sa.LargeBinary(length=16), nullable=False),
        sa.Column("hold_id", sa.LargeBinary(length=16), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.LargeBinary(length=16), nullable=False),
        sa.Column("on_day", sa.Date(), nullable=False),
        sa.Column("withheld", sa.Boolean(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("mac", sa.LargeBinary(length=32), nullable=False),
        _of_hold("hold_sentences"),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_hold_sentences_person_id_people")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hold_sentences")),
    )


def _grounds() -> None:
    people = [
        sa.ForeignKeyConstraint([name], ["people.id"], name=op.f(f"fk_open_grounds_{name}_people"))
        for name in ("placed_by", "reviewed_by", "ended_by")
    ]
    op.create_table(
        "open_grounds",
        sa.Column("id", sa.LargeBinary(length=16), nullable=False),
        sa.Column("case_id", sa.LargeBinary(length=16), nullable=False),
        sa.Column("ground", sa.String(length=20), nullable=False),
        sa.Column("placed_on", sa.Date(), nullable=False),
        sa.Column("placed_by", sa.LargeBinary(length=16), nullable=False),
        sa.Column("review_on", sa.Date(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("reviewed_on", sa.Date(), nullable=True),
        sa.Column("reviewed_by", sa.LargeBinary(length=16), nullable=True),
        sa.Column("review_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("ended_by", sa.LargeBinary(length=16), nullable=True),
        sa.Column("end_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("mac", sa.LargeBinary(length=32), nullable=False),
        _of_case("open_grounds"),
        *people,
        sa.PrimaryKeyConstraint("id", name=op.f("pk_open_grounds")),
    )
