"""After a purge the database's own files let go of what was deleted, as far as the database allows.

The transaction that deletes writes that this is due: a process that dies before it is done leaves it to the
next pass. SQLite: the indexes are built anew and the log is emptied, so that no page keeps a purged byte.
PostgreSQL: the rows are vacuumed; how long their bytes may last in its files, log and archive stands in
OPERATE.md.
"""

import secrets

from sqlalchemy import Connection, Table, update

from whistle.vault import sites
from whistle.vault.store import BUSY_MS, Store
from whistle.vault.tables import blob_removals, cases, ledger, metadata, site

KEY = "scrub"
"""Where the site keeps whether purged bytes may be left in the database's files: `DUE` and a mark; `DONE`."""

DUE, DONE = "due", "done"

MARK_BYTES = 8
"""Each deletion leaves a mark of its own: enough that two are never the same."""

CHECKPOINT_MS = 5_000
"""How long the log waits for readers before the pass reports that one keeps it from emptying itself."""


def scrub(store: Store) -> bool:
    """Do what is due; False when a reader kept SQLite's log from emptying: the next pass tries again."""
    asked = sites.value(store, KEY)
    if not asked.startswith(DUE):
        return True
    if not store.embedded:
        _vacuum(store)
    elif not _emptied(store, reindex=True):
        return False
    _done(store, asked)
    return not store.embedded or _emptied(store, reindex=False)


def is_due(db: Connection) -> None:
    """Say, in the transaction that deletes, that what it deletes is to leave the database's files."""
    sites.put(db, KEY, f"{DUE} {secrets.token_hex(MARK_BYTES)}")


def _done(store: Store, asked: str) -> None:
    """It is done unless somebody deleted something meanwhile: that has a mark of its own, and stays due."""
    with store.writing() as work:
        work.db.execute(update(site).where(site.c.key == KEY, site.c.value == asked).values(value=DONE))


def _vacuum(store: Store) -> None:
    """Let go of the rows now: left alone, a large table would be vacuumed when a fifth of it is dead.

    Nobody waits for it, and it waits for nobody; where it is not allowed, PostgreSQL's own log says so.
    """
    with store.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as db:
        db.exec_driver_sql(f"VACUUM (SKIP_LOCKED) {', '.join(_tables())}")


def _tables() -> list[str]:
    """The tables that hold cases, what goes with one, or the list of files that go."""
    return sorted(table.name for table in metadata.sorted_tables if _holds_cases(table))


def _holds_cases(table: Table) -> bool:
    return table in (cases, ledger, blob_removals) or any(
        _holds_cases(key.column.table) for key in table.foreign_keys
    )


def _emptied(store: Store, *, reindex: bool) -> bool:
    with store.engine.connect() as connection:
        raw = connection.connection.driver_connection
        assert raw is not None  # noqa: S101 (a pooled connection always has one)
        connection.rollback()
        if reindex:
            # In one turn: whoever writes waits once and not for one table after another.
            with store.turn():
                for name in _tables():
                    raw.execute(f"REINDEX {name}")
            # Copies what it can while others write, so that little is left for what keeps them waiting.
            raw.execute("PRAGMA wal_checkpoint(PASSIVE)")
        raw.execute(f"PRAGMA busy_timeout={CHECKPOINT_MS}")
        try:
            busy, _log, _done = raw.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        finally:
            raw.execute(f"PRAGMA busy_timeout={BUSY_MS}")
    return not busy
