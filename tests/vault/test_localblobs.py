"""Files rest under random names, readable by their owner alone, and count only once their case does."""

import fcntl
import os
from pathlib import Path

import pytest

from whistle.vault import localblobs
from whistle.vault.localblobs import INCOMING, READ_BYTES, LocalBlobs

ONE, TWO = b"\x11" * 16, b"\x22" * 16


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    os.umask(0o022)  # what the program must not rely on
    return tmp_path / "blobs"


@pytest.fixture
def blobs(folder: Path) -> LocalBlobs:
    return LocalBlobs(folder)


def stored(blobs: LocalBlobs, object_id: bytes, data: bytes, *, publish: bool = True) -> None:
    staged = blobs.stage(object_id)
    staged.write(data)
    staged.seal()
    if publish:
        blobs.publish([object_id])


def data_of(blobs: LocalBlobs, object_id: bytes) -> bytes:
    return b"".join(blobs.read(object_id))


def abandoned(folder: Path, object_id: bytes, data: bytes) -> Path:
    """What a process that was killed leaves: a folder whose lock nobody holds."""
    own = folder / INCOMING / "0123456789abcdef"
    own.mkdir(exist_ok=True)
    (own / "lock").touch()
    (own / object_id.hex()).write_bytes(data)
    return own


def test_a_blob_reads_back_in_pieces_that_the_sealing_library_can_take(blobs: LocalBlobs) -> None:
    data = os.urandom(READ_BYTES * 2 + 5)
    stored(blobs, ONE, data)
    pieces = list(blobs.read(ONE))
    assert b"".join(pieces) == data
    assert [len(piece) for piece in pieces] == [READ_BYTES, READ_BYTES, 5]


def test_everything_is_readable_by_its_owner_alone_whatever_the_umask(
    blobs: LocalBlobs, folder: Path
) -> None:
    stored(blobs, ONE, b"x")
    stored(blobs, TWO, b"x", publish=False)
    blobs.scatter([ONE])
    modes = {p.stat().st_mode & 0o777 for p in folder.rglob("*") if p.is_file()}
    folders = {p.stat().st_mode & 0o777 for p in (folder, *folder.rglob("*")) if p.is_dir()}
    assert (modes, folders) == ({0o600}, {0o700})
    assert list(blobs.exposed()) == []
    (folder / "11").chmod(0o711)
    assert list(blobs.exposed()) == ["11"]


def test_a_blob_that_is_not_published_is_read_but_not_listed(blobs: LocalBlobs) -> None:
    stored(blobs, ONE, b"staged", publish=False)
    stored(blobs, TWO, b"published")
    assert (data_of(blobs, ONE), blobs.exists(ONE)) == (b"staged", True)
    assert list(blobs.ids()) == [TWO]


def test_publishing_and_removing_are_safe_to_repeat(blobs: LocalBlobs) -> None:
    stored(blobs, ONE, b"x")
    blobs.publish([ONE])
    assert list(blobs.ids()) == [ONE]
    blobs.remove(ONE)
    blobs.remove(ONE)
    assert (list(blobs.ids()), blobs.exists(ONE)) == ([], False)
    with pytest.raises(FileNotFoundError):
        data_of(blobs, ONE)


def test_a_blob_that_was_dropped_leaves_no_file(blobs: LocalBlobs, folder: Path) -> None:
    staged = blobs.stage(ONE)
    staged.write(b"half")
    staged.drop()
    staged.drop()
    sealed = blobs.stage(TWO)
    sealed.seal()
    sealed.drop()
    assert [p for p in folder.rglob("*") if p.is_file() and p.name != "lock"] == []


def test_a_blob_is_never_written_over_another(blobs: LocalBlobs) -> None:
    blobs.stage(ONE)
    with pytest.raises(FileExistsError):
        blobs.stage(ONE)


def test_a_write_that_takes_less_than_it_is_given_goes_on(
    blobs: LocalBlobs, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = os.write
    monkeypatch.setattr(os, "write", lambda handle, data: write(handle, bytes(data)[:7]))
    stored(blobs, ONE, b"a piece that is longer than seven")
    blobs.scatter([ONE])
    assert data_of(blobs, ONE) == b"a piece that is longer than seven"


def test_recovering_keeps_what_a_case_names_and_takes_the_rest(blobs: LocalBlobs, folder: Path) -> None:
    own = abandoned(folder, ONE, b"of a case")
    abandoned(folder, TWO, b"of nobody")
    blobs.recover(lambda object_id: object_id == ONE)
    assert (data_of(blobs, ONE), list(blobs.ids())) == (b"of a case", [ONE])
    assert not own.exists()
    blobs.recover(lambda _object_id: False)
    assert list(blobs.ids()) == [ONE], "a blob in its place is not looked at again"


def test_recovering_touches_nothing_of_a_process_that_lives(blobs: LocalBlobs, folder: Path) -> None:
    stored(blobs, ONE, b"under way", publish=False)
    other = LocalBlobs(folder)
    other.recover(lambda _object_id: False)
    blobs.recover(lambda _object_id: False)
    assert data_of(blobs, ONE) == b"under way"


def test_recovering_clears_the_beginnings_of_a_folder_but_not_one_being_made(
    blobs: LocalBlobs, folder: Path
) -> None:
    begun, being_made = folder / INCOMING / ".aa", folder / INCOMING / ".bb"
    begun.mkdir()
    (begun / "lock").touch()
    being_made.mkdir()
    blobs.recover(lambda _object_id: False)
    assert (begun.exists(), being_made.exists()) == (False, True)


def test_recovering_takes_away_a_copy_that_a_night_left_half(blobs: LocalBlobs, folder: Path) -> None:
    stored(blobs, ONE, b"whole")
    half = folder / "11" / f"{ONE.hex()}.new"
    half.write_bytes(b"wh")
    assert list(blobs.ids()) == [ONE]
    blobs.recover(lambda _object_id: True)
    assert not half.exists()


def test_a_night_goes_on_where_an_earlier_one_left_half_a_copy(blobs: LocalBlobs, folder: Path) -> None:
    stored(blobs, ONE, b"whole")
    (folder / "11" / f"{ONE.hex()}.new").write_bytes(b"wh")
    blobs.scatter([ONE, TWO])
    assert data_of(blobs, ONE) == b"whole"
    assert [path.name for path in (folder / "11").iterdir()] == [ONE.hex()]


def test_nothing_is_removed_while_it_is_written_anew(blobs: LocalBlobs, folder: Path) -> None:
    """A purge in another process waits for the copy: else the copy would bring the blob back."""
    stored(blobs, ONE, b"x")
    handle = os.open(folder / INCOMING / localblobs.REWRITING, os.O_CREAT | os.O_RDWR, 0o600)
    fcntl.flock(handle, fcntl.LOCK_EX)
    here, there = os.pipe()
    child = os.fork()
    if not child:
        os.close(handle)  # a lock belongs to the open file, and a fork shares it
        wait = fcntl.flock
        fcntl.flock = lambda file, how: (os.write(there, b"waits"), wait(file, how))  # type: ignore[assignment]
        LocalBlobs(folder).remove(ONE)
        os._exit(0)
    os.close(there)
    assert os.read(here, 5) == b"waits"
    assert blobs.exists(ONE)
    os.close(handle)
    assert os.waitpid(child, 0)[1] == 0
    assert not blobs.exists(ONE)
    os.close(here)


def test_a_blob_that_gets_its_place_between_the_look_and_the_opening_is_read(
    blobs: LocalBlobs, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stored(blobs, ONE, b"x")
    gone = folder / INCOMING / "gone" / ONE.hex()
    monkeypatch.setattr(blobs, "_find", lambda _object_id: gone)
    assert data_of(blobs, ONE) == b"x"


def test_a_forked_process_receives_into_a_folder_of_its_own(blobs: LocalBlobs, folder: Path) -> None:
    stored(blobs, ONE, b"parent", publish=False)
    child = os.fork()
    if not child:
        stored(blobs, TWO, b"child", publish=False)
        os._exit(0)
    assert os.waitpid(child, 0)[1] == 0
    owners = {
        path.parent.name for path in (folder / INCOMING).rglob("*") if path.name in (ONE.hex(), TWO.hex())
    }
    assert len(owners) == 2
    blobs.recover(lambda _object_id: False)
    assert (blobs.exists(ONE), blobs.exists(TWO)) == (True, False)
