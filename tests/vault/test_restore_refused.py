"""A restore that cannot be right changes nothing; one that is killed serves nothing and is begun anew."""

import io
import shutil
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from tests.vault.restoring import (
    backed_up,
    empty_place,
    everything,
    is_untouched,
    keys_of,
    restored,
    settings_of,
)
from tests.vault.scenes import case_with_all, held, pass_at, purged_case
from tests.vault.tampering import case_of, kinds, rows
from tests.vault.workers import workers
from tests.world import Secrets, World, open_world
from whistle import app
from whistle.errors import GuardRefused
from whistle.vault import backup, parts, replay_cases, replay_purges, restore, schema
from whistle.vault.serverkeys import ServerKeys
from whistle.vault.store import Store
from whistle.vault.tables import cases, holds


@pytest.fixture(scope="module")
def made(
    template: tuple[Path, Secrets], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[World, Path]]:
    """A site and its backup, on SQLite: what is refused is refused before a database is asked."""
    folder = tmp_path_factory.mktemp("refused")
    with open_world(template[0], folder / "site", template[1], None) as world:
        purged_case(world)
        held_in_2028(world, case_with_all(world)[0].number)
        yield world, backed_up(world, folder / "site.tar")


@contextmanager
def place(world: World, folder: Path) -> Iterator[Store]:
    with empty_place(keys_of(world, folder)) as store:
        yield store


def refused(store: Store, file: Path) -> str:
    """Why a restore of the file is refused; the place is as empty as before."""
    with pytest.raises(GuardRefused) as why:
        restore.verified(file, store.keys)
    assert is_untouched(store)
    return str(why.value)


def test_a_backup_that_is_cut_anywhere_is_refused(made: tuple[World, Path], tmp_path: Path) -> None:
    world, file = made
    data, cut = file.read_bytes(), tmp_path / "cut.tar"
    with place(world, tmp_path) as store:
        for length in (
            0,
            1,
            511,
            512,
            700,
            5120,
            len(data) // 2,
            len(data) - 1500,
            len(data) - 1024,
            len(data) - 1,
        ):
            cut.write_bytes(data[:length])
            assert "not a whole backup" in refused(store, cut), length


def test_a_byte_that_was_changed_anywhere_is_refused(made: tuple[World, Path], tmp_path: Path) -> None:
    world, file = made
    data, path = file.read_bytes(), tmp_path / "flipped.tar"
    keys = world.program.store.keys

    @settings(max_examples=120)
    @given(at=st.integers(0, len(data) - 1), bit=st.integers(0, 7))
    def flip(at: int, bit: int) -> None:
        changed = bytearray(data)
        changed[at] ^= 1 << bit
        path.write_bytes(changed)
        with pytest.raises(GuardRefused):
            restore.verified(path, keys)

    flip()
    assert restore.verified(file, keys).manifest["rows"]["cases"] == 1


@pytest.mark.parametrize(
    "name", ["../../escape", "/etc/passwd", "tables/../../x", "blobs/1", "tables/cases/00000099"]
)
def test_a_tar_with_another_member_is_refused_and_no_name_becomes_a_path(
    made: tuple[World, Path], tmp_path: Path, name: str
) -> None:
    world, file = made
    member = tarfile.TarInfo(name)
    member.size = 3
    evil = io.BytesIO()
    with tarfile.open(fileobj=evil, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        archive.addfile(member, io.BytesIO(b"abc"))
    path = tmp_path / "evil.tar"
    with place(world, tmp_path) as store:
        path.write_bytes(evil.getvalue()[:1024] + file.read_bytes())
        refused(store, path)
        path.write_bytes(file.read_bytes()[:-1024] + evil.getvalue())
        refused(store, path)
    assert not list(tmp_path.parent.rglob("escape"))


def test_a_file_that_is_no_backup_or_another_site_s_is_refused(
    made: tuple[World, Path], tmp_path: Path
) -> None:
    world, file = made
    with place(world, tmp_path) as store:
        (tmp_path / "words").write_bytes(b"This is no tar at all." * 100)
        refused(store, tmp_path / "words")
    other = tmp_path / "other"
    ServerKeys.create(other / "keys")
    with empty_place(ServerKeys.load(other / "keys")) as store:
        assert "another site's key signed it" in refused(store, file)


def test_a_backup_of_a_newer_program_is_refused(made: tuple[World, Path], tmp_path: Path) -> None:
    world, file = made
    keys = world.program.store.keys
    manifest = restore.verified(file, keys).manifest
    for name, value in (("schema", "9999"), ("format", 2)):
        writer = parts.Writer(tmp_path / "newer.tar")
        for part, data in parts.read(file, manifest):
            writer.add(part, data)
        writer.finish(
            {key: found for key, found in manifest.items() if key != "parts"} | {name: value}, keys.sign
        )
        with place(world, tmp_path / str(name)) as store:
            assert "newer" in refused(store, tmp_path / "newer.tar")


def test_a_place_that_is_not_empty_is_refused_and_stays_as_it_is(
    made: tuple[World, Path], tmp_path: Path
) -> None:
    world, file = made
    before = everything(world)
    source = restore.verified(file, world.program.store.keys)
    with pytest.raises(GuardRefused, match="not empty"):
        restore.restore(world.program.store, source, world.clock.now())
    assert everything(world) == before
    with place(world, tmp_path) as store:
        staged = store.blobs.stage(b"o" * 16)
        staged.write(b"whatever")
        staged.seal()
        store.blobs.publish([b"o" * 16])
        with pytest.raises(GuardRefused, match="files"):
            restore.restore(store, source, world.clock.now())
        assert schema.is_empty(store.engine)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda lines: lines[:-1], "older than the backup"),
        (lambda _lines: [], "older than the backup"),
        (lambda lines: [lines[0], *lines[2:]], "line 2 was changed, or one before it is missing"),
        (lambda lines: [*lines[:-1], lines[-1][:50]], "cannot be read"),
        (lambda lines: [lines[0].replace(b'"day"', b'"dax"'), *lines[1:]], "line 1 was changed"),
    ],
)
def test_a_journal_that_was_cut_changed_or_rolled_back_is_refused_with_its_line(
    made: tuple[World, Path], tmp_path: Path, change: object, said: str
) -> None:
    world, file = made
    with place(world, tmp_path) as store:
        path = store.keys.folder / "journal"
        lines = path.read_bytes().splitlines(keepends=True)
        path.write_bytes(b"".join(change(lines)))  # type: ignore[operator]
        before = path.read_bytes()
        assert said in refused(store, file)
        assert path.read_bytes() == before


def test_a_journal_of_another_life_of_the_site_is_refused(
    made: tuple[World, Path], template: tuple[Path, Secrets], tmp_path: Path
) -> None:
    _world, file = made
    with open_world(template[0], tmp_path / "site", template[1], None) as twin:  # the same keys
        for _ in range(3):
            purged_case(twin)
        with place(twin, tmp_path / "there") as store:
            assert "not the one that the backup knows" in refused(store, file)


def test_a_backup_that_is_older_than_the_journal_says_so(sqlite_world: World, tmp_path: Path) -> None:
    number = sqlite_world.closed()[0].number
    file = backed_up(sqlite_world, tmp_path / "site.tar")
    assert "end at the same line" in restore.verified(file, sqlite_world.program.store.keys).said
    held(sqlite_world, number)
    said = restore.verified(file, sqlite_world.program.store.keys).said
    assert said == "The backup of 2026-03-02 is older than the journal by 1 lines; they are replayed."


def test_a_restore_that_is_killed_on_the_way_serves_nothing_and_is_begun_anew(
    sqlite_world: World, tmp_path: Path
) -> None:
    world = sqlite_world
    going = world.closed(files=[("a.pdf", b"%PDF" + b"x" * 9000)])[0].number
    number = case_with_all(world)[0].number
    file = backed_up(world, tmp_path / "site.tar")
    world.later(740)
    assert pass_at(world) == ["purged"]
    held_in_2028(world, number)
    with restored(world, file, tmp_path / "whole") as (there, _said):
        wanted = [(row["number"], row["state"]) for row in rows(there, cases)]
    keys_of(world, tmp_path / "there")
    facts = {"file": str(file), "folder": str(tmp_path / "there"), "now": world.clock.now().isoformat()}
    with workers(world, 1) as (worker,):
        steps = worker.steps_of(
            "restore", **facts | {"folder": str(shutil.copytree(tmp_path / "there", tmp_path / "count"))}
        )
        assert steps > 200
        for step in (2, 7, *range(20, steps, steps // 6), steps - 2):
            worker.killed_at(step, "restore", **facts)
            with pytest.raises((GuardRefused, OperationalError)):  # half a site, or nothing at all
                app.open_program(settings_of(tmp_path / "there"))
    with empty_place(ServerKeys.load(tmp_path / "there" / "keys")) as store:
        source = restore.verified(file, store.keys)
        said = restore.restore(store, source, world.clock.now())
        assert (said.purged, said.uncited) == (1, [number])
    with empty_place(ServerKeys.load(tmp_path / "there" / "keys")) as store:
        program = app.open_program(settings_of(tmp_path / "there"))
        there = World(program, world.clock, world.secrets)
        assert [(row["number"], row["state"]) for row in rows(there, cases)] == wanted
        assert going not in {row["number"] for row in rows(there, cases)}
        assert len(rows(there, holds)) == 1
        assert kinds(there) == {"restore", "hold_uncited"}


def held_in_2028(world: World, number: str) -> None:
    world.program.legal.place(world.member("Lisa"), number, "court_ruling", "T 1234-26", "", "2028-12-01")


def test_a_restore_of_another_file_does_not_go_on_where_one_broke_off(
    made: tuple[World, Path], tmp_path: Path
) -> None:
    world, file = made
    with place(world, tmp_path) as store:
        (store.keys.folder / "restoring").write_text("0" * 64)
        with pytest.raises(GuardRefused, match="another file"):
            restore.restore(store, restore.verified(file, store.keys), world.clock.now())
        assert schema.is_empty(store.engine)
        assert backup.FORMAT == 1


def test_a_restore_that_is_begun_anew_takes_its_own_half_done_lines_for_no_later_event(
    sqlite_world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    world, hanna = sqlite_world, sqlite_world.member("Hanna")
    number = world.closed()[0].number
    file = backed_up(world, tmp_path / "site.tar")
    world.program.handler.reopen(hanna, number, "A new witness.")
    world.later(1)
    world.close(hanna, number, "The witness knew nothing new.")
    wanted = case_of(world, number)
    once = replay_cases.again

    def killed(change: Any, line: dict[str, Any], actor: Any) -> str:
        if line["kind"] == "closed":
            raise KeyboardInterrupt
        return once(change, line, actor)

    keys = keys_of(world, tmp_path / "there")
    with empty_place(keys) as store:
        for _ in range(2):
            source = restore.verified(file, keys)
            with monkeypatch.context() as patch:
                patch.setattr(replay_cases, "again", killed)
                with pytest.raises(KeyboardInterrupt):
                    restore.restore(store, source, world.clock.now())
        restore.restore(store, restore.verified(file, keys), world.clock.now())
        with store.reading() as db:
            found = db.execute(select(cases.c.state, cases.c.purge_on)).one()
        assert tuple(found) == (wanted["state"], wanted["purge_on"])


def test_a_newer_journal_that_takes_the_place_of_a_half_done_run_s_is_played_whole(
    sqlite_world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = sqlite_world
    number = world.closed()[0].number
    file = backed_up(world, tmp_path / "site.tar")
    keys = keys_of(world, tmp_path / "there")

    def killed(*_all: Any) -> int:
        raise KeyboardInterrupt

    with empty_place(keys) as store:
        source = restore.verified(file, keys)
        with monkeypatch.context() as patch:
            patch.setattr(replay_purges, "purge", killed)
            with pytest.raises(KeyboardInterrupt):
                restore.restore(store, source, world.clock.now())
        held(world, number)
        shutil.copy(world.settings.keys / "journal", keys.folder / "journal")
        said = restore.restore(store, restore.verified(file, keys), world.clock.now())
        assert said.uncited == [number]
