"""Takes every figure once and prints them as one JSON object; exit code 1 when a bound is not kept."""

import argparse
import json
import os
import statistics
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from tests.bench import desk, place, reporters, scheduling, search, uploads, waiting
from tests.bench.measure import Figure, argon2_ms
from tests.bench.runs import FULL, QUICK, Bench

GROUPS: dict[str, Callable[[Bench], list[Figure]]] = {
    "reports": reporters.measure,
    "desk": desk.measure,
    "search": search.measure,
    "waiting": waiting.measure,
    "upload": uploads.measure,
    "purge": scheduling.purges,
    "start": scheduling.starts,
}


def main(arguments: list[str]) -> int:
    """Measure and print."""
    options = _parser().parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="whistle-bench-", dir=options.folder) as folder:
        template = Path(folder) / "template"
        template.mkdir(mode=0o700)
        _tell("making a site")
        known = place.make(template)
        bench = Bench(template, Path(folder), known, QUICK if options.quick else FULL, argon2_ms())
        answer = _answer(bench, options.only or list(GROUPS), quick=options.quick)
    print(json.dumps(answer, indent=1))
    return 0 if answer["ok"] else 1


def _answer(bench: Bench, names: list[str], *, quick: bool) -> dict[str, object]:
    figures: list[Figure] = []
    for name in names:
        _tell(name)
        bench.a_ms = argon2_ms()
        figures += GROUPS[name](bench)
    return {
        "ok": all(figure.ok for figure in figures),
        "quick": quick,
        "what": "quick: smaller sizes, not the figures of the project"
        if quick
        else "every figure at its full size",
        "a_ms": round(statistics.median([bench.a_ms, argon2_ms()]), 1),
        "cores": os.cpu_count(),
        "figures": [figure.as_json() for figure in figures],
    }


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m tests.bench", description="Figures of the program as JSON."
    )
    parser.add_argument("--quick", action="store_true", help="smaller sizes, for work on the bench itself")
    parser.add_argument("--only", nargs="+", choices=sorted(GROUPS), help="these groups of figures only")
    parser.add_argument(
        "--folder", type=Path, default=None, help="where the sites are made (default: the temporary folder)"
    )
    return parser


def _tell(line: str) -> None:
    sys.stderr.write(f"bench: {line}\n")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
