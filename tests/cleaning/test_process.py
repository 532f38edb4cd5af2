"""The cleaner works between two pipes, within its limits, and whatever it tries beyond them ends it."""

import io
import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

from tests.cleaning import samples
from tests.cleaning.test_pictures import huge_png
from whistle.cleaning import process, worker
from whistle.cleaning.kinds import LIMIT, CannotClean
from whistle.errors import TooMany

ROOT = Path(__file__).resolve().parents[2]


def clean(data: bytes, name: str) -> bytes:
    found: list[bytes] = []
    process.clean([data[:1000], data[1000:]], name, found.append)
    return b"".join(found)


@pytest.mark.parametrize(
    ("name", "make"),
    [
        ("a.jpg", samples.jpeg), ("b.pdf", samples.pdf), ("c.docx", samples.docx), ("d.wav", samples.wav),
        ("e", samples.png),
    ],
)  # fmt: skip
def test_a_copy_made_apart_is_the_one_made_here(name: str, make: object) -> None:
    data = make()  # type: ignore[operator]
    assert clean(data, name) == worker.cleaned(data, name)


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.png", huge_png(60_000, 60_000)), ("a.pdf", b"%PDF-1.4\n1 0 obj " + b"[" * 100_000),
        ("a.docx", samples.zipped({"[Content_Types].xml": "<a/>", "a.xml": b"\0" * 160_000_000})),
        ("a.docx", samples.zipped({"[Content_Types].xml": "<a>" * 3_000_000})),
        ("a.txt", b"words"), ("a.jpg", b""), ("a.jpg", samples.jpeg() + bytes(LIMIT)),
    ],
    ids=["points", "depth", "zip", "tags", "text", "nothing", "size"],
)  # fmt: skip
def test_what_is_made_to_fill_memory_or_time_is_refused(name: str, data: bytes) -> None:
    with pytest.raises(CannotClean):
        clean(data, name)


TRIES = """
import json, os, sys
sys.path.insert(0, sys.argv[1])
from whistle.cleaning import worker
worker.confine()
found = {}
def attempt(name, action):
    try:
        action()
        found[name] = "done"
    except (OSError, MemoryError) as error:
        found[name] = type(error).__name__
def write():
    with open(sys.argv[2], "wb", buffering=0) as file:
        file.write(b"plain bytes")
held = []
attempt("write", write)
attempt("memory", lambda: bytearray(worker.MEMORY))
attempt("files", lambda: held.extend(open("/dev/null") for _ in range(100)))
found["nice"] = os.nice(0)
held.clear()
print(json.dumps(found))
"""


def test_the_cleaner_can_write_no_file_and_take_no_more_than_its_share(tmp_path: Path) -> None:
    target = tmp_path / "file"
    done = subprocess.run(
        [sys.executable, "-I", "-c", TRIES, str(ROOT), str(target)], capture_output=True, check=True
    )
    found = json.loads(done.stdout)
    assert found["write"] != "done"
    assert target.read_bytes() == b""
    assert (found["memory"], found["files"]) == ("MemoryError", "OSError")
    assert found["nice"] >= worker.NICENESS


LOOKS = """
import os, sys
sys.stdin.buffer.read()
paths = [f"/proc/self/fd/{n}" for n in range(200)]
held = sorted(os.readlink(path).split(":")[0] for path in paths if os.path.lexists(path))
words = (dict(os.environ).keys() - {"LC_CTYPE"}, held, sys.argv[1:], os.getcwd())
sys.stdout.buffer.write(b"DONE" + repr(words).encode())
"""


def test_the_cleaner_gets_two_pipes_and_nothing_else(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("WHISTLE_DATA", "/secret/place")
    monkeypatch.setattr(process, "_PROGRAM", LOOKS)
    with (tmp_path / "open").open("wb"):
        said = clean(b"data", "Anna Secretsson.annasecret").decode()
    assert said.startswith("(set(), ['/dev/null', 'pipe', 'pipe'")
    # Others on the machine see the arguments: no name, and no extension that only this file has.
    assert "ecret" not in said
    assert said.endswith(f"['{ROOT}', ''], '/')")


HANGS = """
import sys
sys.stdin.buffer.read()
sys.stdout.buffer.write(b"DONEpart")
sys.stdout.flush()
while True:
    pass
"""


def test_a_cleaner_that_does_not_come_to_its_end_is_ended_and_its_part_counts_for_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(process, "_PROGRAM", HANGS)
    monkeypatch.setattr(process, "WALL_SECONDS", 0.3)
    with pytest.raises(CannotClean):
        clean(b"data", "a.jpg")


def test_what_breaks_at_the_source_ends_the_cleaner_and_frees_its_place() -> None:
    def broken() -> Iterator[bytes]:
        yield samples.jpeg()[:50]
        raise OSError("the disk is gone")

    for _time in range(process.CLEANERS + 1):
        with pytest.raises(OSError, match="gone"):
            process.clean(broken(), "a.jpg", lambda _piece: None)
    assert Image.open(io.BytesIO(clean(samples.jpeg(), "a.jpg"))).size == (40, 60)


def test_no_more_cleaners_than_there_may_be_and_who_waits_too_long_is_told(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(process, "WAIT_SECONDS", 0)
    inside, leave = threading.Event(), threading.Event()

    def slow() -> Iterator[bytes]:
        inside.set()
        assert leave.wait(20)
        yield samples.jpeg()

    taken = [process._LANE.acquire() for _ in range(process.CLEANERS - 1)]
    one = threading.Thread(target=lambda: process.clean(slow(), "a.jpg", lambda _piece: None))
    one.start()
    try:
        assert inside.wait(20)
        with pytest.raises(TooMany):
            clean(samples.jpeg(), "a.jpg")
    finally:
        leave.set()
        one.join()
        for _place in taken:
            process._LANE.release()
    assert clean(samples.jpeg(), "a.jpg")
