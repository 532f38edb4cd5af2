"""A site is backed up, lives on, and is brought back somewhere else with its journal."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from sqlalchemy import select

from tests.world import World
from whistle import app
from whistle.config import Settings
from whistle.vault import backup, journal, portable, restore, schema, sites
from whistle.vault.replay import Replayed
from whistle.vault.serverkeys import ServerKeys
from whistle.vault.store import Store, open_engine
from whistle.vault.tables import metadata


def backed_up(world: World, path: Path) -> Path:
    made = backup.make(world.program.store, path, world.clock.now())
    assert made.lacking == ()
    return path


def keys_of(world: World, folder: Path) -> ServerKeys:
    """The site's keys and its journal as they are now, in a new place."""
    journal.catch_up(world.program.store)
    shutil.copytree(world.settings.keys, folder / "keys", ignore=shutil.ignore_patterns("run.key"))
    return ServerKeys.load(folder / "keys")


def settings_of(folder: Path, database: str | None = None, blobs: str = "") -> Settings:
    environ = {"WHISTLE_DATABASE": database or "", "WHISTLE_BLOBS": blobs}
    return Settings.read(environ, folder, checkout=None)


@contextmanager
def empty_place(keys: ServerKeys, database: str | None = None, blobs: str = "") -> Iterator[Store]:
    """An empty database and an empty store of files, with these keys."""
    settings = settings_of(keys.folder.parent, database, blobs)
    app.make_folders(settings)
    store = Store(open_engine(settings.database_url), app.open_blobs(settings), keys)
    try:
        yield store
    finally:
        store.engine.dispose()


@contextmanager
def restored(
    world: World, file: Path, folder: Path, database: str | None = None, blobs: str = ""
) -> Iterator[tuple[World, Replayed]]:
    """The site as a restore brings it back: its keys and its journal are those of now."""
    keys = keys_of(world, folder)
    with empty_place(keys, database, blobs) as store:
        said = restore.restore(store, restore.verified(file, keys), world.clock.now())
        settings = settings_of(folder, database, blobs)
        program = app.join(settings, store, world.clock, sites.values(store), rehearsal=True)
        yield replace(world, program=program), said


def everything(world: World) -> dict[str, Any]:
    """Every row of every table that a backup holds, and every file."""
    store = world.program.store
    with store.reading() as db:
        found: dict[str, Any] = {
            table.name: sorted(
                map(repr, (tuple(_plain(v) for v in row) for row in db.execute(select(table))))
            )
            for table in metadata.sorted_tables
            if table.name not in portable.PASSING
        }
    found["files"] = {one: b"".join(store.blobs.read(one)) for one in store.blobs.ids()}
    return found


def _plain(value: object) -> object:
    return bytes(value) if isinstance(value, memoryview) else value


def is_untouched(store: Store) -> bool:
    """Whether a place is as empty as it was: no row, no table, no file, no mark."""
    return schema.is_empty(store.engine) and not list(store.blobs.ids()) and not _marks(store.keys)


def _marks(keys: ServerKeys) -> list[str]:
    return [name for name in ("restoring", "unconfirmed") if (keys.folder / name).exists()]
