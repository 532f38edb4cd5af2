"""Alembic runs on the connection it is given; nothing is read from a file."""

from alembic import context

from whistle.vault import heldtables, worktables  # noqa: F401 (their tables belong to the schema)
from whistle.vault.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,
    compare_type=True,
)
with context.begin_transaction():
    context.run_migrations()
