"""What the migrations make is what the tables say, on both databases, and what differs is named."""

from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import Engine, insert
from sqlalchemy.exc import IntegrityError

from whistle.vault import schema
from whistle.vault.store import open_engine
from whistle.vault.tables import blob_removals, closings, metadata


@pytest.fixture
def engine(database: str | None, tmp_path: Path) -> Engine:
    return open_engine(database or f"sqlite:///{tmp_path / 'empty.db'}")


def run(engine: Engine, statement: str) -> None:
    with engine.execution_options(whistle_write=True).begin() as db:
        db.exec_driver_sql(statement)


def test_the_migrated_schema_is_that_of_the_tables(engine: Engine) -> None:
    schema.upgrade(engine)
    assert schema.differences(engine) == []
    schema.upgrade(engine)
    assert schema.differences(engine) == []
    engine.dispose()


def test_an_empty_database_differs_in_every_table(engine: Engine) -> None:
    said = " ".join(schema.differences(engine))
    assert all(f"'{table}'" in said for table in metadata.tables)
    engine.dispose()


@pytest.mark.parametrize(
    "change",
    [
        "drop table blob_removals",
        "create table strange (id integer primary key)",
        "alter table people add column note text",
        "drop index ix_cases_purge_on",
    ],
)
def test_a_schema_that_was_changed_is_named(engine: Engine, change: str) -> None:
    schema.upgrade(engine)
    run(engine, change)
    assert len(schema.differences(engine)) >= 1
    engine.dispose()


def test_a_row_without_its_case_is_refused_by_both_databases(engine: Engine) -> None:
    schema.upgrade(engine)
    with engine.execution_options(whistle_write=True).begin() as db:
        db.execute(insert(blob_removals).values(object_id=bytes(16)))
    row = {"case_id": bytes(16), "n": 1, "closed_on": date(2026, 3, 2), "purge_on": date(2028, 3, 2)}
    with pytest.raises(IntegrityError), engine.connect() as db:
        db.execute(insert(closings).values(**row))
    engine.dispose()
