"""Large bodies keep to their lane, a refusal of one is readable, and nothing of a body touches a disk."""

import json
import shutil
import stat
import subprocess
from pathlib import Path
from typing import Any

import pytest

LARGE = 300 * 1024
MARKER = b"MARKER-of-the-upload"


def occupy(served: Any, wire: Any, count: int) -> None:
    """Fill the large lane with clients whose files go on and on."""
    for _ in range(count):
        served.connect(wire.head("/form", LARGE * 100) + wire.start() + b"x" * LARGE)
    for _ in range(1000):
        if served.ask("GET", "/lane")[1] == b"full":
            return
    raise AssertionError("the lane never filled")


def large_form(served: Any, wire: Any) -> tuple[int, Any]:
    """The answer to a whole large form."""
    body = wire.start("words that must stay") + b"x" * LARGE + wire.end()
    status, _, answer = wire.answer(served.connect(wire.head("/form", len(body)) + body))
    return status, json.loads(answer)


def test_a_large_form_arrives_whole_and_the_connection_can_be_used_again(start: Any, wire: Any) -> None:
    served = start()
    size = 3_000_000
    for _ in range(2):
        sock = served.connect(wire.head("/form", len(wire.start() + wire.end()) + size))
        sock.sendall(wire.start() + b"x" * size + wire.end() + b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        facts = json.loads(wire.answer(sock)[2])
        assert (facts["problem"], facts["sizes"], facts["full"]) == (None, [size], False)
        assert wire.answer(sock)[2] == b"ok "


def test_a_full_lane_tells_the_application_which_still_reads_the_text(start: Any, wire: Any) -> None:
    served = start(threads=4)
    occupy(served, wire, 2)
    status, facts = large_form(served, wire)
    assert (status, facts["problem"], facts["full"]) == (422, "lane_full", True)
    assert facts["fields"] == {"what": "words that must stay"}
    assert served.ask("GET", "/download")[0] == 429


def test_large_bodies_hold_at_most_half_of_the_threads(start: Any, wire: Any) -> None:
    served = start(threads=4)
    occupy(served, wire, 20)
    assert served.ask("POST", "/", b"words") == (200, b"ok words")


def test_a_refusal_is_readable_while_hundreds_of_megabytes_are_still_coming(start: Any, wire: Any) -> None:
    served = start()
    sock = served.connect(wire.head("/form?1000000", 600_000_000) + wire.start())
    block = b"x" * 1_000_000
    for _ in range(590):
        sock.sendall(block)
    status, headers, body = wire.answer(sock)
    assert (status, headers["connection"]) == (422, "close")
    assert json.loads(body)["fields"] == {"what": "typed words"}
    assert served.ask("GET", "/") == (200, b"ok ")


def test_curl_reads_the_refusal_too(start: Any, tmp_path: Path) -> None:
    curl = shutil.which("curl")
    if curl is None:
        pytest.skip("curl is not on this machine")
    served, large = start(), tmp_path / "large"
    with large.open("wb") as file:
        file.truncate(600_000_000)
    command = [curl, "-s", "-F", "what=words", "-F", f"file=@{large}", "-w", "%{http_code}"]
    told = subprocess.run(
        [*command, f"http://127.0.0.1:{served.port}/form?1000000"], capture_output=True, check=True
    )
    assert told.stdout.endswith(b"422")
    assert b"words" in told.stdout


def test_no_thread_waits_for_a_refused_client_to_finish(start: Any, wire: Any) -> None:
    served = start(threads=2)
    for _ in range(20):
        sock = served.connect(wire.head("/form?1000", 600_000_000) + wire.start() + b"x" * LARGE)
        assert wire.answer(sock)[0] == 422
    assert served.ask("GET", "/") == (200, b"ok ")


def test_a_client_that_waits_to_be_told_to_send_is_told(start: Any, wire: Any) -> None:
    served = start()
    body = wire.start() + b"x" * LARGE + wire.end()
    sock = served.connect(wire.head("/form", len(body), "Expect: 100-continue"))
    assert sock.recv(100) == b"HTTP/1.1 100 Continue\r\n\r\n"
    sock.sendall(body)
    assert json.loads(wire.answer(sock)[2])["sizes"] == [LARGE]


def test_a_body_that_stops_half_way_is_a_body_that_stops_half_way(start: Any, wire: Any) -> None:
    served = start()
    sock = served.connect(wire.head("/form", LARGE * 3) + wire.start() + b"x" * LARGE)
    sock.shutdown(1)
    status, _, body = wire.answer(sock)
    assert (status, json.loads(body)["problem"]) == (422, "truncated")
    assert json.loads(body)["fields"] == {"what": "typed words"}


def open_files(pid: int) -> list[tuple[str, int]]:
    """Regular files that a process holds open, with their sizes."""
    found = []
    for entry in Path(f"/proc/{pid}/fd").iterdir():
        try:
            facts = entry.stat()
        except FileNotFoundError:
            continue
        if stat.S_ISREG(facts.st_mode):
            found.append((str(entry.readlink()), facts.st_size))
    return found


@pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="needs /proc")
def test_an_upload_lies_in_no_file(start: Any, wire: Any) -> None:
    served = start(tell_at=len(MARKER) * 999_000)
    pid = int(served.ask("GET", "/pid")[1])
    before = open_files(pid)
    sock = served.connect(wire.head("/form", 50_000_000) + wire.start())
    sock.sendall(MARKER * 1_000_000)
    served.wait_for("received")  # All but the tail of what goes on was read: a file would be there.
    stderr = str(served.folder / "stderr")
    assert [one for one in open_files(pid) if one[0] != stderr and one[1]] == [
        one for one in before if one[0] != stderr and one[1]
    ]
    assert list(served.scratch.iterdir()) == []
    assert MARKER.decode() not in served.errors()


def resident(pid: int) -> int:
    """Most memory a process ever held, in bytes."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmHWM"):
            return int(line.split()[1]) * 1024
    raise AssertionError("no figure for memory")


@pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="needs /proc")
def test_memory_does_not_grow_with_the_upload(start: Any, wire: Any) -> None:
    served = start()
    pid = int(served.ask("GET", "/pid")[1])
    before, size, block = resident(pid), 300_000_000, b"x" * 1_000_000
    sock = served.connect(wire.head("/form", len(wire.start() + wire.end()) + size) + wire.start())
    for _ in range(300):
        sock.sendall(block)
    sock.sendall(wire.end())
    assert json.loads(wire.answer(sock)[2])["sizes"] == [size]
    assert resident(pid) - before <= 16 * 1024 * 1024
