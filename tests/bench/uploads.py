"""The figure for large files: how fast one comes through the door, and how little memory it takes."""

import os
import socket
import statistics
import time

from tests.bench import measure as proc
from tests.bench.client import CASE_KEY, Browser, content_type, ending, multipart_body
from tests.bench.measure import MIB, Figure
from tests.bench.runs import Bench
from tests.bench.server import Served, serving

RATE_BOUND = 200.0
MEMORY_BOUND_MIB = 16
PIECE = 256 * 1024
WARM_MIB = 4


def measure(bench: Bench) -> list[Figure]:
    """A report with one large file, after one with a small file."""
    with bench.site() as folder, serving(folder) as served:
        _upload(served, WARM_MIB)
        proc.forget_peak(served.pid)
        before = proc.resident_kib(served.pid)
        rates, cpu = [], []
        for _run in range(bench.sizes.runs):
            used = served.cpu_ms()
            seconds = _upload(served, bench.sizes.upload_mib)
            rates.append(bench.sizes.upload_mib * MIB / 1e6 / seconds)
            cpu.append((served.cpu_ms() - used) / bench.sizes.upload_mib)
        grown = (proc.resident_kib(served.pid, "VmHWM") - before) / 1024
    rate = statistics.median(rates)
    facts = {
        "mb_per_s": round(rate, 1), "runs_mb_per_s": [round(one, 1) for one in rates],
        "mib": bench.sizes.upload_mib, "memory_grown_mib": round(grown, 1),
        "cpu_ms_per_mib": round(statistics.median(cpu), 3),
    }  # fmt: skip
    ok = rate >= RATE_BOUND and grown <= MEMORY_BOUND_MIB
    return [Figure("upload", f">= {RATE_BOUND:g} MB/s, memory grows by <= {MEMORY_BOUND_MIB} MiB", ok, facts)]


def _upload(served: Served, mib: int) -> float:
    """Seconds from the first byte of the form to the page that shows the case key."""
    browser = Browser(served.port)
    form = browser.get("/report").hidden
    browser.close()
    boundary, fields = multipart_body(
        form | {"company": "nordvakt-se", "category": "", "relation": "", "description": "See the film."}
    )
    named = 'Content-Disposition: form-data; name="files"; filename="film.mp4"'
    part = f"--{boundary}\r\n{named}\r\nContent-Type: video/mp4\r\n\r\n"
    start, end = fields + part.encode(), b"\r\n" + ending(boundary)
    length = len(start) + mib * MIB + len(end)
    cookie = "".join(f"{name}: {value}\r\n" for name, value in browser.cookie_header().items())
    head = f"POST /report HTTP/1.1\r\nHost: 127.0.0.1:{served.port}\r\n{cookie}"
    head += f"Content-Type: {content_type(boundary)}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n"
    piece = os.urandom(PIECE)
    with socket.create_connection(("127.0.0.1", served.port)) as sock:
        begun = time.perf_counter()
        sock.sendall(head.encode() + start)
        for _piece in range(mib * MIB // PIECE):
            sock.sendall(piece)
        sock.sendall(end)
        answer = b"".join(iter(lambda: sock.recv(PIECE), b""))
        seconds = time.perf_counter() - begun
    if CASE_KEY.search(answer.decode()) is None:
        raise RuntimeError("the upload was not taken")
    return seconds
