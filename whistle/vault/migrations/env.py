"""Alembic runs on the connection it is given; nothing is read from a file."""

from alembic import context

from whistle.vault import worktables  # noqa: F401 (its tables belong to the schema)
from whistle.vault.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,
    compare_type=True,
)
with context.begin_transaction():
    context.run_migrations()
