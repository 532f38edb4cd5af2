"""While a report is received, nothing of it can be read on any disk, and memory does not grow with it."""

import os
import random
import socket
import stat
import threading
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from secrets import token_hex

import pytest

from tests.journeys.server import Server, Site, serving
from tests.journeys.visitor import Answer, Visitor, file_head, head, multipart, read_answer

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="needs /proc"),
]

MIB = 1024 * 1024
LARGE = 300 * MIB
GROWTH = 16 * MIB
PIECE = 256 * 1024
WINDOW = 8 * MIB
"""How much of a file is searched at a time."""
"""What is looked through after each: often enough that a copy of a part would be seen."""
LOOK_EVERY = 30 * MIB


@dataclass
class Watch:
    """Looks at everything a server's processes could write to, for words that must not be there."""

    server: Server
    words: tuple[bytes, ...]
    folders: tuple[Path, ...]
    there_before: set[Path]
    found: set[str] = field(default_factory=set)
    looked_at: set[str] = field(default_factory=set)

    def look(self) -> None:
        """Look through open files and folders once."""
        for path in (*self._open_files(), *self._new_files()):
            self.looked_at.add(str(path))
            if contains(path, self.words):
                self.found.add(str(path))

    def memory(self) -> int:
        """Resident bytes of all processes."""
        return sum(figure(pid, "VmRSS") for pid in self.server.pids)

    def _open_files(self) -> Iterator[Path]:
        # Through /proc also a file that has no name any more can be read.
        for pid in self.server.pids:
            for entry in listed(Path(f"/proc/{pid}/fd")):
                if is_writable_file(pid, entry):
                    yield entry

    def _new_files(self) -> Iterator[Path]:
        for folder in self.folders:
            yield from files_in(folder)
        for folder in (Path("/tmp"), Path("/var/tmp"), Path("/dev/shm")):  # noqa: S108 - what a library may choose
            yield from (path for path in files_in(folder, deep=False) if path not in self.there_before)


def figure(pid: int, name: str) -> int:
    """A figure of /proc/PID/status, in bytes."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith(name + ":"):
            return int(line.split()[1]) * 1024
    raise AssertionError(name)


def listed(folder: Path) -> list[Path]:
    try:
        return list(folder.iterdir())
    except OSError:
        return []


def files_in(folder: Path, *, deep: bool = True) -> Iterator[Path]:
    for path in listed(folder):
        try:
            kind = path.lstat().st_mode
        except OSError:
            continue
        if stat.S_ISREG(kind):
            yield path
        elif deep and stat.S_ISDIR(kind):
            yield from files_in(path)


def is_writable_file(pid: int, entry: Path) -> bool:
    try:
        flags = Path(f"/proc/{pid}/fdinfo/{entry.name}").read_text().split("flags:")[1].split()[0]
        return stat.S_ISREG(entry.stat().st_mode) and int(flags, 8) & os.O_ACCMODE != os.O_RDONLY
    except (OSError, IndexError):
        return False


def contains(path: Path, words: tuple[bytes, ...]) -> bool:
    """Whether a file holds one of the words; it is read piece by piece, with an overlap."""
    overlap = max(len(word) for word in words)
    try:
        with path.open("rb") as file:
            before = b""
            while piece := file.read(WINDOW):
                if any(word in before + piece for word in words):
                    return True
                before = piece[-overlap:]
    except OSError:
        return False
    return False


@dataclass
class Upload:
    """A large file that is made while it is sent, with a marker again and again, and never twice the same."""

    marker: bytes
    seed: int = 94
    begins: bytes = b""

    def pieces(self, size: int) -> Iterator[bytes]:
        source = random.Random(self.seed)  # noqa: S311 - the same noise every time; nothing secret
        for piece in range(size // PIECE):
            noise = source.randbytes(PIECE // 2)
            noise = noise if piece else self.begins + noise[len(self.begins) :]
            yield noise + (self.marker * (PIECE // 2 // len(self.marker) + 1))[: PIECE // 2]


def send(
    visitor: Visitor, upload: Upload, size: int, name: str, text: str, watch: Watch | None, **more: str
) -> tuple[Answer, int]:
    """Send a report with one file; the answer, and the most memory that was seen."""
    visitor.get("/report")
    assert visitor.last is not None
    fields = {**visitor.last.fields("/report"), "company": "nordvakt-se", "description": text, **more}
    kind, start = multipart(fields, (), "edge")
    start = start.removesuffix(b"--edge--\r\n") + file_head("edge", name, "application/x-secret-kind")
    end = b"\r\n--edge--\r\n"
    peak, sent = 0, 0
    with closing(socket.create_connection(("127.0.0.1", visitor.port), timeout=60)) as sock:
        sock.sendall(head(visitor, "/report", kind, len(start) + size + len(end)) + start)
        for piece in upload.pieces(size):
            sock.sendall(piece)
            sent += len(piece)
            if watch is not None and sent % MIB == 0:
                peak = max(peak, watch.memory())
            if watch is not None and sent % LOOK_EVERY == 0:
                watch.look()
        sock.sendall(end)
        answer = read_answer(sock)
    visitor._keep_cookies(answer)
    return answer, peak


@pytest.mark.parametrize("own_tmpdir", [True, False], ids=["own-tmpdir", "system-tmpdir"])
def test_a_large_file_is_sealed_while_it_arrives(
    sqlite_site: Site, tmp_path: Path, *, own_tmpdir: bool
) -> None:
    # Given a server that is watched, and a first small upload that loads what uploads need
    size = LARGE if own_tmpdir else LARGE // 5
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    marker = token_hex(20).encode()
    name, text = f"{token_hex(12)}.secretkind", f"Words {token_hex(12)}"
    shared = ("/tmp", "/var/tmp", "/dev/shm")  # noqa: S108 - looked at, not written to
    before = {path for folder in shared for path in files_in(Path(folder), deep=False)}
    with serving(sqlite_site, **({"TMPDIR": str(scratch)} if own_tmpdir else {})) as server:
        visitor = Visitor(server.port)
        words = (marker, name.encode(), b"secretkind", b"x-secret-kind", text.encode())
        watch = Watch(server, words, (sqlite_site.folder, scratch), before)
        send(visitor, Upload(token_hex(20).encode()), 4 * MIB, "small.bin", "Warm.", None)
        resident = watch.memory()
        # When a large file with a marker in it is sent
        upload = Upload(marker)
        answer, peak = send(visitor, upload, size, name, text, watch)
        watch.look()
        # Then nothing that the server could write holds a word of it, and memory has not grown with it
        assert answer.key is not None, answer.words
        assert watch.found == set()
        assert any("/blobs/incoming/" in str(Path(path)) or "/fd/" in path for path in watch.looked_at)
        print(f"memory grew by {(peak - resident) / MIB:.1f} MiB at the peak for {size // MIB} MiB")
        assert peak - resident <= GROWTH
        assert watch.memory() - resident <= GROWTH
        assert list(scratch.iterdir()) == []
        # And a handler downloads the very same bytes
        downloads_the_same(sqlite_site, name, upload, size)
        assert all(word.decode() not in server.output() for word in words)
    watch.look()
    assert watch.found == set()


def downloads_the_same(site: Site, name: str, upload: Upload, size: int) -> None:
    with site.program() as program:
        hanna = site.member(program, "Hanna")
        numbers = [row.number for row in program.handler.cases(hanna).rows]
        case = next(
            found
            for found in (program.handler.case(hanna, number) for number in numbers)
            if any(one.name == name for one in found.files)
        )
        file = program.handler.file(hanna, case.number, case.files[0].id)
        sent = b"".join(upload.pieces(size)) if size < 100 * MIB else None
        if sent is not None:
            assert b"".join(file.chunks()) == sent
        else:
            assert same_stream(file.chunks(), upload.pieces(size))


def same_stream(found: Iterator[bytes], sent: Iterator[bytes]) -> bool:
    """Whether both give the same bytes, however they are cut."""
    have = bytearray()
    for piece in sent:
        while len(have) < len(piece):
            have += next(found, b"") or b"\0" * len(piece)
        if have[: len(piece)] != piece:
            return False
        del have[: len(piece)]
    return not have and next(found, None) is None


def test_a_file_over_the_limit_is_refused_before_it_has_arrived(sqlite_site: Site) -> None:
    with serving(sqlite_site, WHISTLE_MAX_UPLOAD_MB="1") as server:
        visitor = Visitor(server.port)
        visitor.get("/report")
        assert visitor.last is not None
        fields = {
            **visitor.last.fields("/report"),
            "company": "nordvakt-se",
            "description": "Typed for an hour.",
        }
        kind, start = multipart(fields, (), "edge")
        start = start.removesuffix(b"--edge--\r\n") + file_head("edge", "film.mp4")
        with closing(socket.create_connection(("127.0.0.1", server.port), timeout=60)) as sock:
            # Given a body that never ends, the answer comes while it is still being sent
            sock.sendall(head(visitor, "/report", kind, 40 * MIB) + start)
            sender = threading.Thread(target=keep_sending, args=(sock, 20 * MIB))
            sender.start()
            answer = read_answer(sock)
            sender.join()
        assert answer.status == 422
        assert "Typed for an hour." in answer.fields("/report")["description"]
        assert '"film.mp4" is too large. The largest size is 1.0 MB.' in answer.words.replace(
            "1 MB", "1.0 MB"
        )
        assert [path for path in files_in(sqlite_site.folder / "blobs") if path.stat().st_size] == []


def keep_sending(sock: socket.socket, size: int) -> None:
    """Send half of what was announced; the rest never comes."""
    for _piece in range(size // PIECE):
        sock.sendall(b"x" * PIECE)
