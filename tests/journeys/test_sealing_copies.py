"""Copies are cleaned between pipes: of neither file nor copy can a word be read on any disk meanwhile."""

import io
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from secrets import token_hex

import pytest
from PIL import Image

from tests.cleaning import samples
from tests.journeys.server import Site, serving
from tests.journeys.test_sealing_upload import (
    GROWTH,
    MIB,
    Upload,
    Watch,
    contains,
    downloads_the_same,
    files_in,
    is_writable_file,
    listed,
    send,
)
from tests.journeys.visitor import Visitor

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="needs /proc"),
]

LARGE = 60 * MIB
SHARED = ("/tmp", "/var/tmp", "/dev/shm")  # noqa: S108 - looked at, not written to
COPIES = 6
"""Files of each kind in one sending: each has a cleaner of its own, so that the watch meets some of them."""


def children(pids: list[int]) -> Iterator[int]:
    """The processes that these ones started."""
    for pid in pids:
        for task in listed(Path(f"/proc/{pid}/task")):
            try:
                yield from (int(word) for word in (task / "children").read_text().split())
            except OSError:
                continue


@contextmanager
def watched_children(watch: Watch) -> Iterator[set[int]]:
    """Look at what the server's own children hold open, again and again, until the block ends."""
    seen: set[int] = set()
    over = threading.Event()

    def look() -> None:
        while not over.is_set():
            for pid in children(list(watch.server.pids)):
                seen.add(pid)
                for entry in listed(Path(f"/proc/{pid}/fd")):
                    if is_writable_file(pid, entry) and contains(entry, watch.words):
                        watch.found.add(str(entry))

    watcher = threading.Thread(target=look)
    watcher.start()
    try:
        yield seen
    finally:
        over.set()
        watcher.join()


def test_no_word_of_a_file_or_its_copy_rests_while_it_is_cleaned(sqlite_site: Site, tmp_path: Path) -> None:
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    shown = token_hex(20)
    body = samples.XML + f'<w:document xmlns:w="{samples.W}"><w:t>{shown}</w:t></w:document>'
    document = samples.docx(**{"word/document.xml": body, "word/media/image2.jpeg": large_photo()})
    before = {path for folder in SHARED for path in files_in(Path(folder), deep=False)}
    with serving(sqlite_site, TMPDIR=str(scratch)) as server:
        visitor = Visitor(server.port)
        words = (shown.encode(), samples.SECRET.encode(), b"Fjell F3")
        watch = Watch(server, words, (sqlite_site.folder, scratch), before)
        visitor.get("/report")
        told = {"company": "nordvakt-se", "description": "With papers."}
        files = [(f"{n}.docx", document) for n in range(COPIES)]
        photos = [(f"{n}.jpg", large_photo()) for n in range(COPIES)]  # their words are not packed
        with watched_children(watch) as cleaners:
            answer = visitor.upload("/report", told, [*files, *photos])
        watch.look()
        assert answer.key is not None, answer.words
        assert cleaners - set(server.pids)
        assert watch.found == set()
        assert list(scratch.iterdir()) == []
        assert set(children(list(server.pids))) <= set(server.pids)
    with sqlite_site.program() as program:
        hanna = sqlite_site.member(program, "Hanna")
        case = program.handler.case(hanna, program.handler.cases(hanna).rows[0].number)
        assert [one.cleaned for one in case.files] == ["yes"] * COPIES * 2
        copy = b"".join(program.handler.file(hanna, case.number, case.files[0].id).chunks())
        assert samples.SECRET.encode() not in copy


def large_photo() -> bytes:
    """A picture that takes its cleaner a moment."""
    picture = Image.effect_noise((1500, 1200), 90).convert("RGB")
    file = io.BytesIO()
    picture.save(file, "JPEG", exif=samples.exif(), quality=90)
    return file.getvalue()


def test_a_paper_too_large_to_clean_takes_no_memory_and_goes_as_it_is(
    sqlite_site: Site, tmp_path: Path
) -> None:
    marker = token_hex(20).encode()
    before = {path for folder in SHARED for path in files_in(Path(folder), deep=False)}
    with serving(sqlite_site) as server:
        visitor = Visitor(server.port)
        watch = Watch(server, (marker,), (sqlite_site.folder,), before)
        small = Upload(token_hex(20).encode(), begins=b"%PDF-1.7")
        send(visitor, small, 2 * MIB, "small.pdf", "Warm.", None, uncleaned="send")
        resident = watch.memory()
        upload = Upload(marker, begins=b"%PDF-1.7")
        asked, _peak = send(visitor, upload, LARGE, "large.pdf", "Too large.", watch, uncleaned="ask")
        # It is named before it is sent, and nothing of it is left.
        assert asked.status == 422
        assert "it is larger than 25 MB" in asked.words
        answer, peak = send(visitor, upload, LARGE, "large.pdf", "Too large.", watch, uncleaned="send")
        watch.look()
        assert answer.key is not None, answer.words
        assert watch.found == set()
        print(f"memory grew by {(peak - resident) / MIB:.1f} MiB at the peak for {LARGE // MIB} MiB")
        assert max(peak, watch.memory()) - resident <= GROWTH
        downloads_the_same(sqlite_site, "large.pdf", upload, LARGE)
