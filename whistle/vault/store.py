"""One place opens the database, and only a unit of work commits to it."""

import fcntl
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, Protocol

from sqlalchemy import Connection, Engine, create_engine, event

from whistle.errors import SettingsWrong
from whistle.vault import ledger
from whistle.vault.serverkeys import ServerKeys

BUSY_MS = 20_000
"""How long a writer waits for another process's write lock: longer than any command takes."""

POOL = 8
"""Connections kept open; more are made for a while when every thread asks at once."""

OVERFLOW = 64


class BlobStore(Protocol):
    """Where sealed blobs rest. `stage` gives a file to write; nothing counts before `publish`."""

    def stage(self, object_id: bytes) -> "StagedBlob":
        """A blob of that id to write."""

    def publish(self, object_ids: list[bytes]) -> None:
        """What was sealed under these ids counts from now on. Safe to repeat."""

    def read(self, object_id: bytes) -> Iterator[bytes]:
        """The blob in pieces. Raises `FileNotFoundError`."""

    def exists(self, object_id: bytes) -> bool:
        """Whether the blob is there."""

    def remove(self, object_id: bytes) -> None:
        """Take the blob away. Safe to repeat."""

    def ids(self) -> Iterator[bytes]:
        """The ids of every blob that counts."""

    def recover(self, referenced: Callable[[bytes], bool]) -> None:
        """Finish what a killed process left: what a case refers to counts, the rest goes."""

    def scatter(self, object_ids: list[bytes]) -> None:
        """Write blobs anew in the order given, so that nothing tells when one came."""


class StagedBlob(Protocol):
    """A blob being written: `seal` makes it durable, `drop` leaves no trace of it."""

    def write(self, data: bytes) -> None:
        """Add to its end."""

    def seal(self) -> None:
        """Make it durable; it counts once it is published."""

    def drop(self) -> None:
        """Leave no trace of it."""


@dataclass
class Work:
    """A transaction under way: its connection, the ledger lines it leaves, what to do once it is durable."""

    db: Connection
    entries: list[ledger.Entry] = field(default_factory=list)
    afterwards: list[Callable[[], None]] = field(default_factory=list)

    def log(
        self, action: str, *, day: date, actor: str, case: str = "", facts: Mapping[str, Any] | None = None
    ) -> None:
        """Leave a ledger line: who (`actor`, a name) did what, to which case, on which day; never content."""
        self.entries.append(ledger.Entry(day, action, case, actor, dict(facts or {})))

    def after(self, step: Callable[[], None]) -> None:
        """Run `step` after the commit is on disk; it must be safe to repeat."""
        self.afterwards.append(step)


@dataclass
class Store:
    """The vault's hands: the database, the blobs, the server's own keys."""

    engine: Engine
    blobs: BlobStore
    keys: ServerKeys
    moves: int = 0
    """How often this process moved the time of a rehearsal."""

    def __post_init__(self) -> None:
        self.embedded = self.engine.dialect.name == "sqlite"
        self._writers = threading.Lock()

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """One snapshot, however many queries: what somebody else commits meanwhile is not half in it."""
        with self.engine.connect() as db:
            if not self.embedded:
                db.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
            yield db
            db.rollback()

    @contextmanager
    def writing(self) -> Iterator[Work]:
        """One unit of work: all of it is on disk when the block ends, or none of it is."""
        with self.turn(), self._transaction() as work:
            yield work
        for step in work.afterwards:
            step()

    @contextmanager
    def turn(self) -> Iterator[None]:
        """On SQLite, whoever wants to write queues here: its own waiting is a look now and then.

        A pass that writes one batch after another would keep a reporter waiting for many of them.
        """
        if not self.embedded:
            yield
            return
        with self._writers, Path(f"{self.engine.url.database}-turn").open("ab") as queue:
            fcntl.flock(queue, fcntl.LOCK_EX)  # whoever dies gives it up
            try:
                yield
            finally:
                fcntl.flock(queue, fcntl.LOCK_UN)  # a child that was born meanwhile has the file too

    @contextmanager
    def _transaction(self) -> Iterator[Work]:
        with self.engine.connect().execution_options(whistle_write=True) as db:
            work = Work(db)
            try:
                yield work
                head = ledger.append(db, self.keys, work.entries) if work.entries else None
            except BaseException:
                db.rollback()
                raise
            db.commit()
        if head is not None:
            self.keys.keep_head(head)


def open_engine(url: str) -> Engine:
    """The engine for `url`: `sqlite:///file` with its safeguards, or `postgresql+psycopg://…`."""
    if url.startswith("sqlite"):
        engine = create_engine(
            url, pool_size=POOL, max_overflow=OVERFLOW, pool_timeout=30, hide_parameters=True
        )
        event.listen(engine, "connect", _guard_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        return engine
    if url.startswith("postgresql+psycopg"):
        return create_engine(
            url, pool_size=POOL, max_overflow=OVERFLOW, pool_pre_ping=True, hide_parameters=True
        )
    raise SettingsWrong("WHISTLE_DATABASE must begin with sqlite:/// or postgresql+psycopg://")


def _guard_sqlite(connection: Any, _record: Any) -> None:
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in (
        "journal_mode=WAL",
        "foreign_keys=ON",
        "secure_delete=ON",
        "synchronous=FULL",
        f"busy_timeout={BUSY_MS}",
        "temp_store=MEMORY",
        "cache_size=-16000",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(db: Connection) -> None:
    db.exec_driver_sql("BEGIN IMMEDIATE" if db.get_execution_options().get("whistle_write") else "BEGIN")
