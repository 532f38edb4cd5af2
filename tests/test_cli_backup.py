"""A backup taken, a site lost, and brought back with its journal: through the commands, on both databases."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from tests.postgres import new_database
from tests.test_cli import Run, Said, run
from tests.vault.scenes import FILE, held, pass_at
from tests.vault.test_restore import confirm
from tests.world import World
from whistle import app, backup_commands
from whistle.config import Settings
from whistle.vault import sites
from whistle.vault.store import open_engine

assert run is not None

LATER = 740


@pytest.fixture
def empty_database(database: str | None, request: pytest.FixtureRequest) -> Iterator[str]:
    """Where the site is brought back: an empty database of the same kind."""
    if database is None:
        yield ""
        return
    with new_database(request.getfixturevalue("postgres_server")) as url:
        yield url


class Commands:
    """Commands on one place, at the suite's time; their databases are let go of after each."""

    def __init__(self, run: Run, monkeypatch: pytest.MonkeyPatch, world: World) -> None:
        self._run, self._world = run, world
        self._opened: list[Engine] = []
        for module in (app, backup_commands):
            monkeypatch.setattr(module, "open_engine", self._open)

    def _open(self, url: str) -> Engine:
        self._opened.append(open_engine(url))
        return self._opened[-1]

    def __call__(self, *words: object, data: Path, database: str | None) -> Said:
        now = self._world.clock.now().isoformat()
        said = self._run(*words, "--data", data, WHISTLE_REHEARSAL_NOW=now, WHISTLE_DATABASE=database or "")
        for engine in self._opened:
            engine.dispose()
        return said


@pytest.fixture
def commands(run: Run, monkeypatch: pytest.MonkeyPatch, world: World) -> Commands:
    return Commands(run, monkeypatch, world)


def test_an_old_backup_that_is_restored_purges_before_it_serves_and_waits_for_two_people(
    world: World, commands: Commands, tmp_path: Path, database: str | None, empty_database: str
) -> None:
    purged, held_since, held_too = (world.closed(files=[FILE])[0].number for _ in range(3))
    here: dict[str, Any] = {"data": world.settings.data, "database": database}
    there: dict[str, Any] = {"data": tmp_path / "there", "database": empty_database}
    file = tmp_path / "site.tar"
    made = commands("backup", file, **here)
    assert (made.code, made.out.split(" bytes")[0].rsplit(" ", 1)[0]) == (0, "3 cases, 3 files,")
    assert "cases: 3 rows" in made.error

    # After the backup: two are held, one is purged. Then the machine is lost; a copy of the journal is not.
    held(world, held_since)
    world.program.legal.place(world.member("Leo"), held_too, "authority_decision", "IMY-7", "", "2027-01-15")
    world.later(LATER)
    assert sorted(pass_at(world)) == ["kept", "kept", "purged"]
    assert commands("journal", "copy", tmp_path / "journal", **here) == Said(0, "", "")
    keys = tmp_path / "there" / "keys"
    shutil.copytree(world.settings.keys, keys, ignore=shutil.ignore_patterns("run.key", "journal"))
    shutil.copy(tmp_path / "journal", keys)

    back = commands("restore", file, **there)
    assert back.code == 0, back.error
    assert "1 cases were purged again." in back.out
    assert commands("certificate", purged, **there).out == commands("certificate", purged, **here).out
    assert {line["case"] for line in commands("holds", "--json", **there).lines} == {held_since, held_too}
    waits_until_confirmed(world, commands, there)
    found = {line["kind"] for line in commands("check", "--json", **there).lines}
    assert found == {"hold_uncited", "hold_review", "journal_copy"}
    again = commands("restore", file, **there)
    assert (again.code, again.out) == (3, "")
    assert "not empty" in again.error.splitlines()[-1]


def waits_until_confirmed(world: World, commands: Commands, there: dict[str, Any]) -> None:
    """`tick` ends with 3 until legal and an administrator have confirmed the holds, and with 0 after that."""
    waits = commands("tick", **there)
    assert waits.code == 3
    assert "/legal/restore" in waits.error
    assert {line["why"] for line in waits.lines} == {"restore"}
    settings = Settings.read({"WHISTLE_DATABASE": there["database"]}, there["data"], checkout=None)
    store = app.open_store(settings)
    program = app.join(settings, store, world.clock, sites.values(store), rehearsal=True)
    people = World(program, world.clock, world.secrets)
    assert confirm(people, ("Lisa", "legal"), ("Adam", "administrator")) == set()
    store.engine.dispose()
    passed = commands("tick", **there)
    assert (passed.code, [line["event"] for line in passed.lines]) == (0, ["kept", "kept"])
