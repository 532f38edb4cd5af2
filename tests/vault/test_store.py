"""Only a unit of work commits, all of it or nothing; a reader sees one moment."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import insert, select, update
from sqlalchemy.exc import DatabaseError, IntegrityError

from tests.vault.tampering import rows
from tests.world import World
from whistle.errors import SettingsWrong
from whistle.vault.store import open_engine
from whistle.vault.tables import ledger, site


def remembered(world: World, key: str) -> list[str]:
    return [row["value"] for row in rows(world, site, key=key)]


def write(world: World, key: str, then: Callable[[], None]) -> None:
    with world.program.store.writing() as work:
        work.db.execute(insert(site).values(key=key, value="x"))
        work.log("tried", day=date(2026, 3, 2), actor="x")
        work.after(then)


def test_a_unit_of_work_is_durable_when_its_block_ends_and_only_then_goes_on(world: World) -> None:
    seen: list[list[str]] = []
    write(world, "one", lambda: seen.append(remembered(world, "one")))
    assert seen == [["x"]]


def test_a_unit_of_work_that_fails_leaves_nothing_and_takes_no_further_step(world: World) -> None:
    before, seen = len(rows(world, ledger)), []

    def fail() -> None:
        with world.program.store.writing() as work:
            work.after(lambda: seen.append("after"))
            work.db.execute(insert(site).values(key="one", value="x"))
            work.log("tried", day=date(2026, 3, 2), actor="x")
            work.db.execute(insert(site).values(key="one", value="again"))

    with pytest.raises(IntegrityError):
        fail()
    assert (remembered(world, "one"), seen, len(rows(world, ledger))) == ([], [], before)


def test_a_later_step_that_fails_undoes_nothing(world: World) -> None:
    def fail() -> None:
        raise OSError("disk")

    with pytest.raises(OSError, match="disk"):
        write(world, "one", fail)
    assert remembered(world, "one") == ["x"]


def test_what_is_done_in_a_reading_block_is_not_kept(world: World) -> None:
    with world.program.store.reading() as db:
        try:
            db.execute(insert(site).values(key="one", value="x"))
        except DatabaseError:  # PostgreSQL says so at once
            db.rollback()
    assert remembered(world, "one") == []


def test_a_reader_sees_one_moment_however_long_it_looks(world: World) -> None:
    query = select(site.c.value).where(site.c.key == "name")
    with world.program.store.reading() as db:
        before = db.execute(query).scalar_one()
        with world.program.store.writing() as work:
            work.db.execute(update(site).where(site.c.key == "name").values(value="changed"))
        assert db.execute(query).scalar_one() == before
    assert remembered(world, "name") == ["changed"]


def test_every_sqlite_connection_has_its_safeguards(sqlite_world: World) -> None:
    wanted = {
        "journal_mode": "wal", "foreign_keys": 1, "secure_delete": 1, "synchronous": 2,
        "busy_timeout": 20_000, "temp_store": 2,
    }  # fmt: skip
    connections = [sqlite_world.program.store.engine.connect() for _ in range(3)]
    for connection in connections:
        for pragma, value in wanted.items():
            assert connection.exec_driver_sql(f"PRAGMA {pragma}").scalar_one() == value, pragma
        connection.close()


def test_an_error_of_the_database_does_not_repeat_what_was_to_be_stored(world: World) -> None:
    twice = [{"key": "marker-key", "value": "marker-value"}] * 2
    with pytest.raises(IntegrityError) as refused, world.program.store.writing() as work:
        work.db.execute(insert(site), twice)
    assert "marker-value" not in str(refused.value)


@pytest.mark.parametrize("url", ["mysql://x/y", "postgresql://x/y", "", "sqlit"])
def test_another_database_is_refused(url: str) -> None:
    with pytest.raises(SettingsWrong):
        open_engine(url)


def test_the_database_file_is_readable_by_its_owner_alone(sqlite_world: World) -> None:
    sqlite_world.send()
    files = list(Path(sqlite_world.settings.data).glob("whistle.db*"))
    assert len(files) >= 2
    assert {path.stat().st_mode & 0o777 for path in files} == {0o600}
