"""The schema comes from migrations alone, and a check says whether it is the one the tables describe."""

from pathlib import Path
from typing import Any

from sqlalchemy import Engine

from whistle.vault import (  # noqa: F401 (their tables belong to the schema)
    guardtables,
    heldtables,
    requesttables,
    worktables,
)
from whistle.vault.tables import metadata

MIGRATIONS = Path(__file__).parent / "migrations"


def upgrade(engine: Engine) -> None:
    """Bring the database to the newest schema. Safe to repeat."""
    from alembic import command  # noqa: PLC0415 (a slow import that serving does not need)

    with engine.execution_options(whistle_write=True).begin() as connection:
        command.upgrade(_config(connection), "head")


def differences(engine: Engine) -> list[str]:
    """What the database and the tables do not agree on; empty when they do."""
    from alembic.autogenerate import compare_metadata  # noqa: PLC0415
    from alembic.migration import MigrationContext  # noqa: PLC0415

    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        return [str(difference) for difference in compare_metadata(context, metadata)]


def _config(connection: Any) -> Any:
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["connection"] = connection
    return config
