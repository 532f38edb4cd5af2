"""What every figure is given: sizes, the site to copy, and A as it was measured in this run."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

from tests.bench.server import Served
from tests.world import Secrets


@dataclass(frozen=True)
class Sizes:
    """How much is done for each figure: `FULL` for the figures themselves, `QUICK` for work on the bench."""

    runs: int
    each: int
    lists: tuple[int, ...]
    upload_mib: int
    purge_few: int
    purge_many: int
    purge_served: int
    purge_held: int
    standing: int
    quiet: int
    starts: int


FULL = Sizes(
    runs=5, each=40, lists=(100, 1_000, 10_000, 100_000), upload_mib=1024, purge_few=500, purge_many=7_500,
    purge_served=2_000, purge_held=1_000, standing=89_000, quiet=300, starts=5,
)  # fmt: skip
QUICK = Sizes(
    runs=3, each=20, lists=(100, 1_000), upload_mib=128, purge_few=100, purge_many=500, purge_served=300,
    purge_held=100, standing=200, quiet=100, starts=3
)  # fmt: skip


@dataclass
class Bench:
    """One run of the bench."""

    template: Path
    folder: Path
    known: Secrets
    sizes: Sizes
    a_ms: float
    _numbers: Iterator[int] = field(default_factory=count)

    @contextmanager
    def site(self) -> Iterator[Path]:
        """A copy of the site, taken away afterwards."""
        folder = self.folder / f"site-{next(self._numbers)}"
        shutil.copytree(self.template, folder)
        try:
            yield folder
        finally:
            shutil.rmtree(folder)

    def cpu_runs(self, served: Served, one: Callable[[], object], each: int | None = None) -> list[float]:
        """CPU of the server for a call of `one`, in milliseconds: the mean of `each` calls, `runs` times."""
        number = each or self.sizes.each
        one()
        found = []
        for _run in range(self.sizes.runs):
            before = served.cpu_ms()
            for _call in range(number):
                one()
            found.append((served.cpu_ms() - before) / number)
        return found
