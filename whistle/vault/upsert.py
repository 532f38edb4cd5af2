"""An INSERT that says what happens on a conflict is each database's own; only that one is loaded."""

from collections.abc import Callable
from typing import Any

from sqlalchemy import Connection


def insert_of(db: Connection) -> Callable[..., Any]:
    """The `insert` of the database in use, with its `on_conflict_…`."""
    if db.dialect.name == "sqlite":
        from sqlalchemy.dialects.sqlite import insert  # noqa: PLC0415 (one of the two)

        return insert
    from sqlalchemy.dialects.postgresql import insert as of_postgresql  # noqa: PLC0415

    return of_postgresql
