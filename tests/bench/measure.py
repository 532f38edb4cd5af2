"""CPU and memory of a process and its children; and A, by which a figure travels to other machines."""

import os
import statistics
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from argon2.low_level import Type, hash_secret_raw

PROC = Path("/proc")
TICKS = os.sysconf("SC_CLK_TCK")
KIB = 1024
MIB = 1024 * 1024

ARGON2_KIB, ARGON2_PASSES, ARGON2_LANES = 64 * KIB, 3, 1
"""What one lock of a member of staff costs to open."""


def argon2_ms(times: int = 5) -> float:
    """CPU milliseconds of one Argon2id run of 64 MiB, 3 passes, 1 lane: the median of `times`."""
    return statistics.median(_cpu_ms(_argon2) for _ in range(times))


def _argon2() -> None:
    hash_secret_raw(
        b"a passphrase of an invented person", b"sixteen of salt!",
        time_cost=ARGON2_PASSES, memory_cost=ARGON2_KIB,
        parallelism=ARGON2_LANES, hash_len=32, type=Type.ID,
    )  # fmt: skip


def _cpu_ms(work: Callable[[], None]) -> float:
    before = time.process_time()
    work()
    return (time.process_time() - before) * 1000


def family(pid: int) -> list[int]:
    """A process and everything it forked."""
    parents: dict[int, int] = {}
    for folder in PROC.iterdir():
        if folder.name.isdigit() and (stat := _stat(int(folder.name))) is not None:
            parents[int(folder.name)] = int(stat[1])
    found = [pid]
    for one in found:
        found += [child for child, parent in parents.items() if parent == one]
    return found


def cpu_ms(pid: int) -> float:
    """User and system CPU of a process, its children that live and those that ended, in milliseconds."""
    total = 0
    for one in family(pid):
        stat = _stat(one)
        if stat is not None:
            total += sum(int(part) for part in stat[11:15])  # utime, stime, cutime, cstime: proc(5)
    return total * 1000 / TICKS


def resident_kib(pid: int, name: str = "VmRSS") -> int:
    """Resident memory of a process and its children; `VmHWM` is the most there was since `forget_peak`."""
    total = 0
    for one in family(pid):
        for line in _lines(PROC / str(one) / "status"):
            if line.startswith(f"{name}:"):
                total += int(line.split()[1])
    return total


def forget_peak(pid: int) -> None:
    """Have the kernel begin anew with the peak of resident memory (proc(5), clear_refs)."""
    for one in family(pid):
        (PROC / str(one) / "clear_refs").write_text("5")


def _stat(pid: int) -> list[str] | None:
    text = "".join(_lines(PROC / str(pid) / "stat"))
    return text.rpartition(")")[2].split() if text else None


def _lines(path: Path) -> Iterator[str]:
    try:
        yield from path.read_text().splitlines()
    except (FileNotFoundError, ProcessLookupError):
        return


def percentile(values: list[float], part: float) -> float:
    """The value below which `part` of the values lie."""
    return sorted(values)[min(len(values) - 1, int(len(values) * part))]


@dataclass
class Figure:
    """One figure with its bound. `facts` say what was counted and how."""

    name: str
    bound: str
    ok: bool
    facts: dict[str, Any] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """As it is printed."""
        return {"name": self.name, "ok": self.ok, "bound": self.bound, **self.facts}


def in_a(name: str, runs: list[float], bound: float, a_ms: float, **facts: Any) -> Figure:
    """A figure of CPU: the median of `runs` (milliseconds each), in milliseconds and in A."""
    ms = statistics.median(runs)
    told = {"ms": round(ms, 2), "a": round(ms / a_ms, 4), "runs_ms": [round(run, 2) for run in runs]}
    return Figure(name, f"<= {bound} A", ms <= bound * a_ms, told | facts)
