"""After the night no file's time, and no folder's, says in which order things came."""

from pathlib import Path

import pytest

from tests.vault.jobs import files_of
from tests.vault.scenes import pass_at
from tests.vault.tampering import blob_path, findings, rows
from tests.world import World
from whistle.scheduler import tick
from whistle.vault import nightly
from whistle.vault.tables import blobs


def arrived(world: World, count: int) -> list[bytes]:
    """The ids of so many files, in the order in which they came."""
    order = []
    for n in range(count):
        known = {row["object_id"] for row in rows(world, blobs)}
        world.send(files=files_of(f"{n:03d}")[:1])
        order += [row["object_id"] for row in rows(world, blobs) if row["object_id"] not in known]
    return order


def content(world: World, ids: list[bytes]) -> list[bytes]:
    return [blob_path(world, object_id).read_bytes() for object_id in ids]


def by_time(world: World, ids: list[bytes], name: str) -> list[bytes]:
    """The ids in the order of a file time; two of one instant stand as they came."""
    return sorted(ids, key=lambda object_id: getattr(blob_path(world, object_id).stat(), name))


def test_file_times_follow_the_order_of_arrival_by_day_and_no_more_after_the_night(
    sqlite_world: World,
) -> None:
    world = sqlite_world
    ids = arrived(world, 12)
    before = content(world, ids)
    assert by_time(world, ids, "st_mtime_ns") == ids
    inodes = [blob_path(world, object_id).stat().st_ino for object_id in ids]
    world.later(1)
    pass_at(world)
    for name in ("st_mtime_ns", "st_ctime_ns"):
        assert by_time(world, ids, name) != ids, "one order in 479 001 600 would be the same by chance"
    assert [blob_path(world, object_id).stat().st_ino for object_id in ids] != inodes
    assert content(world, ids) == before
    assert findings(world) == []


def test_no_folder_and_no_copy_of_the_head_keeps_the_hour_of_the_last_report(sqlite_world: World) -> None:
    world = sqlite_world
    arrived(world, 3)
    places = [p for p in Path(world.settings.blobs).rglob("*") if p.is_dir()] + [world.settings.keys / "head"]
    last = max(path.stat().st_mtime_ns for path in places)
    world.later(1)
    list(tick(world.program.store, world.clock.now(), lambda: None))
    assert [path.name for path in places if path.stat().st_mtime_ns <= last] == []


def test_it_is_done_once_a_day_and_leaves_today_alone(world: World) -> None:
    store = world.program.store
    arrived(world, 2)
    assert nightly.scatter(store, world.clock.now().date()) == 0, "today's come tonight"
    world.later(1)
    arrived(world, 3)
    assert nightly.scatter(store, world.clock.now().date()) == 2
    assert nightly.scatter(store, world.clock.now().date()) == 0
    world.later(1)
    assert nightly.scatter(store, world.clock.now().date()) == 3
    world.later(5)
    assert nightly.scatter(store, world.clock.now().date()) == 0


def test_a_night_that_was_missed_is_made_up_for(world: World) -> None:
    arrived(world, 2)
    world.later(1)
    arrived(world, 1)
    world.later(3)
    assert nightly.scatter(world.program.store, world.clock.now().date()) == 3


def test_a_night_that_broke_off_is_done_again(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    ids = arrived(world, 4)
    before = content(world, ids)
    world.later(1)
    done: list[Path] = []
    replace = Path.replace

    def full_disk(self: Path, target: Path) -> Path:
        if done:
            raise OSError(28, "No space left on device")
        done.append(target)
        return replace(self, target)

    with monkeypatch.context() as patched:
        patched.setattr(Path, "replace", full_disk)
        with pytest.raises(OSError, match="No space"):
            nightly.scatter(world.program.store, world.clock.now().date())
    assert content(world, ids) == before
    assert nightly.scatter(world.program.store, world.clock.now().date()) == 4
    assert content(world, ids) == before
    assert findings(world) == []
