"""A site whose attachments rest in a bucket goes the whole way, and its check sees what happens to them."""

import secrets
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from tests.source import ROOT
from tests.vault.restoring import backed_up, restored
from tests.vault.s3 import ObjectStore, object_store
from tests.vault.tampering import rows
from tests.world import Secrets, World, open_world
from whistle.scheduler import tick
from whistle.vault import check
from whistle.vault.bucket import Bucket
from whistle.vault.objectblobs import PATIENCE, ObjectBlobs
from whistle.vault.tables import blobs

HOUR = timedelta(hours=1)


@pytest.fixture(scope="module")
def s3(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ObjectStore]:
    with object_store(tmp_path_factory.mktemp("s3")) as running:
        yield running


@pytest.fixture
def bucket(s3: ObjectStore) -> str:
    return s3.new_bucket()


FORKING = """
import os, sys
from whistle.vault.objectblobs import ObjectBlobs
blobs = ObjectBlobs(sys.argv[1])
blobs.recover(lambda _object_id: True)
worker = os.fork()
if worker == 0:
    blobs.scatter([])
    os._exit(7 if blobs.exists(bytes.fromhex(sys.argv[2])) else 1)
sys.exit(os.waitstatus_to_exitcode(os.waitpid(worker, 0)[1]))
"""


def test_a_server_that_recovered_before_its_fork_has_workers_that_reach_the_store(
    bucket: str,
) -> None:
    url, object_id = f"s3://{bucket}/sealed", secrets.token_bytes(16)
    staged = ObjectBlobs(url).stage(object_id)
    staged.write(b"sealed bytes")
    staged.seal()
    command = [sys.executable, "-c", FORKING, url, object_id.hex()]
    assert subprocess.run(command, check=False, timeout=60, cwd=ROOT).returncode == 7


@pytest.fixture
def bucket_world(template: tuple[Path, Secrets], tmp_path: Path, bucket: str) -> Iterator[World]:
    """A site whose attachments rest in a bucket."""
    with open_world(template[0], tmp_path / "site", template[1], None) as made:
        made.program.store.blobs = ObjectBlobs(f"s3://{bucket}/sealed")
        yield made


def findings(world: World) -> list[check.Finding]:
    """What is wrong; that the small site's other companies have too few handlers is not meant."""
    return [
        found
        for found in check.run(world.program.store, world.clock.now())
        if found.kind not in ("handlers", "journal_copy")
    ]


def test_a_report_with_a_file_is_read_moved_at_night_and_purged(
    bucket_world: World, s3: ObjectStore, bucket: str
) -> None:
    world, data = bucket_world, secrets.token_bytes(300_000)
    receipt, _secret = world.closed(files=[("photo.jpg", data), ("protocol.pdf", b"%PDF-1.7")])
    hanna, handler = world.member("Hanna"), world.program.handler
    photo = handler.case(hanna, receipt.number).files[0]
    assert b"".join(handler.file(hanna, receipt.number, photo.id).chunks()) == data
    assert findings(world) == []

    world.later(1)
    list(tick(world.program.store, world.clock.now(), lambda: None))
    assert len(list(world.program.store.blobs.ids())) == 2
    assert b"".join(handler.file(hanna, receipt.number, photo.id).chunks()) == data
    assert findings(world) == []

    world.later(1100)
    events = [event["event"] for event in tick(world.program.store, world.clock.now(), lambda: None)]
    assert events == ["purged"]
    assert findings(world) == []
    assert s3.keys(bucket) == {}


def test_a_report_that_was_killed_before_its_commit_is_no_finding_and_leaves_nothing(
    bucket_world: World, s3: ObjectStore, bucket: str
) -> None:
    world = bucket_world
    sending = world.program.reporter.start()
    sink = sending.open_file("photo.jpg", "image/jpeg")
    sink.write(bytes(70_000))
    sink.finish()
    assert findings(world) == []
    s3.later(PATIENCE + HOUR)
    world.program.store.blobs.recover(lambda _object_id: False)
    assert s3.keys(bucket) == {}


def test_a_file_lost_swapped_or_left_over_in_the_bucket_is_a_finding(
    bucket_world: World, s3: ObjectStore, bucket: str
) -> None:
    world = bucket_world
    world.send(files=[("one.txt", b"one"), ("two.txt", b"two")])
    world.later(1)
    list(tick(world.program.store, world.clock.now(), lambda: None))
    lost, swapped = list(world.program.store.blobs.ids())
    world.program.store.blobs.remove(lost)
    Bucket(f"s3://{bucket}/sealed").delete(f"{swapped.hex()[:2]}/{swapped.hex()}")
    s3.put(f"{bucket}/sealed/{swapped.hex()[:2]}/{swapped.hex()}", b"something else")
    s3.put(f"{bucket}/sealed/ab/{'ab' * 16}", b"left over")
    assert sorted(found.kind for found in findings(world)) == ["blob_missing", "blob_orphaned", "bytes"]


def test_a_backup_of_a_site_with_a_bucket_is_restored_into_another_bucket(
    bucket_world: World, s3: ObjectStore, tmp_path: Path
) -> None:
    receipt = bucket_world.send("See the file.", files=[("orders.pdf", b"%PDF" + b"x" * 400_000)])
    file = backed_up(bucket_world, tmp_path / "site.tar")
    there = f"s3://{s3.new_bucket()}/sealed"
    with restored(bucket_world, file, tmp_path / "there", blobs=there) as (back, _said):
        assert set(back.program.store.blobs.ids()) == {row["object_id"] for row in rows(back, blobs)}
        (shown,) = back.program.handler.case(back.member("Hanna"), receipt.number).files
        found = back.program.handler.file(back.member("Hanna"), receipt.number, shown.id)
        assert b"".join(found.chunks()).startswith(b"%PDF")
