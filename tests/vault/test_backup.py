"""A backup is one consistent file, made while others work: sealed bytes alone, whole or not there."""

import io
import os
import tarfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.postgres import new_database
from tests.vault.restoring import backed_up, everything, restored
from tests.vault.scenes import FILE, case_with_all, first_blob, held, pass_at, purged_case
from tests.vault.tampering import blob_path, findings, kinds, rows
from tests.world import PASSPHRASE, World
from whistle.errors import SettingsWrong
from whistle.vault import backup, parts
from whistle.vault.tables import blobs, cases, certificates


@pytest.fixture
def other_database(database: str | None, request: pytest.FixtureRequest) -> Iterator[str | None]:
    """The other kind of database, empty: moving past one machine, and back."""
    if database is not None:
        yield None
        return
    server = request.getfixturevalue("postgres_server")
    if server is None:
        pytest.skip("no PostgreSQL on this machine")
    with new_database(server) as url:
        yield url


def test_a_site_moves_to_the_other_database_row_by_row_and_file_by_file(
    world: World, other_database: str | None, tmp_path: Path
) -> None:
    receipt, _secret = case_with_all(world)
    held(world, receipt.number)
    purged_case(world)
    before = everything(world)
    file = backed_up(world, tmp_path / "site.tar")
    with restored(world, file, tmp_path / "there", other_database) as (there, said):
        after = everything(there)
        assert (said.purged, said.lost_lines, said.unknown) == (0, 0, set())
        differing = {name for name in before if before[name] != after[name]}
        assert differing <= {"ledger", "ledger_head", "site"}  # the restore left its line
        assert kinds(there) == {"restore", "hold_review", "untouched"}
        assert (
            there.program.handler.case(there.member("Hanna"), receipt.number).notes[0].text.startswith("Ask")
        )


def test_a_backup_holds_no_key_and_no_word_and_only_its_owner_reads_it(world: World, tmp_path: Path) -> None:
    world.send("The fire doors are locked.", files=[FILE], identity_name="Eva Testberg")
    file = backed_up(world, tmp_path / "site.tar")
    data = file.read_bytes()
    keys = world.program.store.keys
    for word in (b"fire doors", b"Eva Testberg", FILE[0].encode(), PASSPHRASE.encode()):
        assert word not in data
    for name in ("lock.key", "inventory.key", "sign.key"):
        assert (keys.folder / name).read_bytes() not in data
    assert file.stat().st_mode & 0o777 == 0o600
    with tarfile.open(fileobj=io.BytesIO(data)) as listed:
        members = listed.getmembers()
    assert {member.name.split("/")[0] for member in members} == {
        "tables",
        "blobs",
        parts.MANIFEST,
        parts.SIGNATURE,
    }
    assert {(m.mtime, m.uid, m.gid, m.uname, m.mode) for m in members} == {(0, 0, 0, "", 0o600)}


def test_what_is_purged_while_the_backup_is_made_is_purged_after_its_restore(
    world: World, tmp_path: Path
) -> None:
    case_with_all(world)
    going, _secret = world.closed(files=[FILE])
    world.later(740)
    passed: list[str] = []

    def purge_in_the_middle(said: str) -> None:
        if said.startswith("site:"):  # the last table: the snapshot is done, no file was read yet
            passed.extend(pass_at(world))

    made = backup.make(world.program.store, tmp_path / "site.tar", world.clock.now(), purge_in_the_middle)
    assert passed.count("purged") == 1
    assert made.lacking == ()
    assert made.cases == 2  # the snapshot is from before
    with restored(world, tmp_path / "site.tar", tmp_path / "there") as (there, said):
        assert said.purged == 1
        assert rows(there, cases, number=going.number) == []
        assert rows(there, certificates) == rows(world, certificates)
        assert sorted(there.program.store.blobs.ids()) == sorted(world.program.store.blobs.ids())


def test_a_purge_that_ended_before_the_snapshot_is_in_the_backup_as_its_certificate(
    sqlite_world: World, tmp_path: Path
) -> None:
    world = sqlite_world
    number = purged_case(world)
    with restored(world, backed_up(world, tmp_path / "site.tar"), tmp_path / "there") as (there, said):
        assert said.purged == 0
        assert [row["case_number"] for row in rows(there, certificates)] == [number]


def test_a_file_that_is_missing_is_told_and_the_rest_is_saved(sqlite_world: World, tmp_path: Path) -> None:
    world = sqlite_world
    case_with_all(world)
    case_with_all(world)
    lost = first_blob(world)
    blob_path(world, lost).unlink()
    made = backup.make(world.program.store, tmp_path / "site.tar", world.clock.now())
    assert made.lacking == (lost.hex(),)
    assert made.files == len(rows(world, blobs)) - 1
    with restored(world, tmp_path / "site.tar", tmp_path / "there") as (there, _said):
        assert "blob_missing" in kinds(there)
        assert sum(finding.kind == "blob_missing" for finding in findings(there)) == 1


def test_a_file_that_was_changed_is_not_saved_as_if_it_were_whole(
    sqlite_world: World, tmp_path: Path
) -> None:
    case_with_all(sqlite_world)
    path = blob_path(sqlite_world, first_blob(sqlite_world))
    path.write_bytes(path.read_bytes()[:-1] + b"?")
    made = backup.make(sqlite_world.program.store, tmp_path / "site.tar", sqlite_world.clock.now())
    assert made.lacking == (first_blob(sqlite_world).hex(),)


def test_a_backup_that_fails_leaves_the_one_before_it_and_nothing_else(
    sqlite_world: World, tmp_path: Path
) -> None:
    file = backed_up(sqlite_world, tmp_path / "site.tar")
    before = file.read_bytes()
    case_with_all(sqlite_world)

    def full(said: str) -> None:
        if said.startswith("files"):
            raise OSError(28, "No space left on device")

    with pytest.raises(OSError, match="No space"):
        backup.make(sqlite_world.program.store, file, sqlite_world.clock.now(), full)
    assert file.read_bytes() == before
    assert sorted(one.name for one in tmp_path.iterdir()) == ["site", "site.tar"]


def test_two_backups_do_not_write_one_file(sqlite_world: World, tmp_path: Path) -> None:
    writer = parts.Writer(tmp_path / "site.tar")
    with pytest.raises(SettingsWrong, match="another backup"):
        backed_up(sqlite_world, tmp_path / "site.tar")
    writer.drop()
    backed_up(sqlite_world, tmp_path / "site.tar")


def test_what_a_killed_backup_left_is_written_over(sqlite_world: World, tmp_path: Path) -> None:
    (tmp_path / ".site.tar.unfinished").write_bytes(b"x" * 5_000_000)
    file = backed_up(sqlite_world, tmp_path / "site.tar")
    assert file.stat().st_size < 5_000_000
    assert not (tmp_path / ".site.tar.unfinished").exists()


def test_a_large_site_is_cut_into_parts_that_fit_in_memory(
    sqlite_world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(backup, "PART_BYTES", 8_000)
    sqlite_world.closed(files=[("large.pdf", b"%PDF" + os.urandom(700_000))])
    case_with_all(sqlite_world)
    before = everything(sqlite_world)
    file = backed_up(sqlite_world, tmp_path / "site.tar")
    with tarfile.open(file) as listed:
        sizes = {member.name: member.size for member in listed}
    assert len(sizes) > 30
    assert max(sizes.values()) < 8_000 + 256 * 1024 + backup.FRAME.size + 1
    with restored(sqlite_world, file, tmp_path / "there") as (there, _said):
        after = everything(there)
        assert (after["files"], after["records"]) == (before["files"], before["records"])


def test_nobody_signed_in_comes_back_with_a_site(sqlite_world: World, tmp_path: Path) -> None:
    world = sqlite_world
    data = backed_up(world, tmp_path / "site.tar").read_bytes()
    for table in (b"sessions", b"throttles", b"leases", b"guard_answers"):
        assert b"tables/" + table not in data
