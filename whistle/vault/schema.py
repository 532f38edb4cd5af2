"""The schema comes from migrations alone, and a check says whether it is the one the tables describe."""

from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, MetaData, inspect

from whistle.vault import (  # noqa: F401 (their tables belong to the schema)
    guardtables,
    heldtables,
    registertables,
    requesttables,
    worktables,
)
from whistle.vault.tables import metadata

MIGRATIONS = Path(__file__).parent / "migrations"


def upgrade(engine: Engine, to: str = "head") -> None:
    """Bring the database to the newest schema, or to an older one on the way. Safe to repeat."""
    from alembic import command  # noqa: PLC0415 (a slow import that serving does not need)

    with engine.execution_options(whistle_write=True).begin() as connection:
        command.upgrade(_config(connection), to)


def revision(db: Connection) -> str:
    """Which migration the database was brought to last; empty before the first."""
    from alembic.migration import MigrationContext  # noqa: PLC0415

    return MigrationContext.configure(db).get_current_revision() or ""


def is_known(wanted: str) -> bool:
    """Whether there is a migration of this name here: a newer program's is not."""
    from alembic.script import ScriptDirectory  # noqa: PLC0415

    known = ScriptDirectory.from_config(_config(None))
    return any(one.revision == wanted for one in known.walk_revisions())


def is_empty(engine: Engine) -> bool:
    """Whether no table stands in the database."""
    return not inspect(engine).get_table_names()


def drop_all(engine: Engine) -> None:
    """Take every table away: for a place that a restore found empty and then did not finish."""
    found = MetaData()
    with engine.execution_options(whistle_write=True).begin() as connection:
        found.reflect(connection)
        found.drop_all(connection)


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
