"""The real server on a site of the bench's own, in a process of its own."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.bench import measure
from tests.bench.client import Browser
from tests.source import ROOT

PATIENCE = 30
LOG = "servers.log"
"""What the servers say, beside their sites: lines about staff doors, and why one did not start."""

UPLOAD_MB = 2048
"""The largest file that these servers take: the figure for uploads sends 1 GiB."""


@dataclass(frozen=True)
class Served:
    """A server that runs: the process that was started, the port, and the seconds until it answered."""

    pid: int
    port: int
    started_in: float

    def cpu_ms(self) -> float:
        """CPU that the server's processes have used, in milliseconds."""
        return measure.cpu_ms(self.pid)


def whistle(*words: str, data: Path) -> list[str]:
    """A command of the program as run.py would call it."""
    return [sys.executable, "-P", "-m", "whistle", *words, "--data", str(data)]


def environment(**values: str) -> dict[str, str]:
    """What a command of the program is given: nothing of the caller's settings."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("WHISTLE_")}
    return kept | {"PYTHONPATH": str(ROOT)} | values


@contextmanager
def serving(data: Path, database: str | None = None) -> Iterator[Served]:
    """A server on a free port of this machine, ended with the block."""
    begun = time.perf_counter()
    values = {"WHISTLE_MAX_UPLOAD_MB": str(UPLOAD_MB)} | ({"WHISTLE_DATABASE": database} if database else {})
    with (data.parent / LOG).open("ab") as log:
        process = subprocess.Popen(
            whistle("serve", "--port", "0", data=data),
            env=environment(**values),
            cwd=data,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
        )
    try:
        port = _port(process, data.parent / LOG)
        assert Browser(port).get("/").status == 200
        yield Served(process.pid, port, time.perf_counter() - begun)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(PATIENCE)
        assert process.stdout is not None
        process.stdout.close()


def _port(process: "subprocess.Popen[str]", log: Path) -> int:
    assert process.stdout is not None
    for line in process.stdout:
        if line.startswith("Serving on "):
            return int(line.rstrip().rpartition(":")[2])
    raise RuntimeError(f"the server did not start; it said: {log.read_text()[-1000:]}")


@dataclass(frozen=True)
class Ended:
    """A command that ran to its end: seconds, peak of resident memory in KiB, code, output, CPU seconds."""

    seconds: float
    peak_kib: int
    code: int
    output: str
    cpu: float


def run(*words: str, data: Path, output: Path, database: str | None = None) -> Ended:
    """Run a command of the program; its output goes through a file, so that nobody has to read along."""
    begun = time.perf_counter()
    values = {"WHISTLE_DATABASE": database} if database else {}
    with output.open("w") as file:
        process = subprocess.Popen(
            whistle(*words, data=data), env=environment(**values), cwd=data, stdout=file
        )
        _pid, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    return Ended(
        time.perf_counter() - begun, usage.ru_maxrss, process.returncode, output.read_text(),
        usage.ru_utime + usage.ru_stime,
    )  # fmt: skip
