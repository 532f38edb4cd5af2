#!/usr/bin/env python3
"""Prepares `.venv` from the hash-locked requirements and becomes the program; writes to `.venv` alone."""

import sys

if sys.version_info < (3, 11):  # first of all, so that an older Python says this and not a syntax error
    sys.exit("Whistle needs Python 3.11 or newer; this is %d.%d. Install a newer one." % sys.version_info[:2])

import fcntl
import hashlib
import importlib.util
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
RUNTIME_LOCK = ROOT / "requirements.lock"
# The second lock holds the first one's packages in the same versions, and what tests and checks need besides.
TEST_LOCK = ROOT / ".ci" / "requirements-test.lock"
# Python joins a line of a .pth file to the folder that holds it: four folders up from site-packages is the
# checkout, also after it was moved. So the program is found from any working directory under `python -P`.
PATH_FILE = "../../../..\n"

USAGE = """\
python3 run.py demo [...]     a rehearsal site on 127.0.0.1:8000
python3 run.py test [...]     the whole suite; arguments go to pytest
python3 run.py lint           style, types and templates
python3 run.py bench [...]    figures as JSON
python3 run.py WORD [...]     any other word goes to whistle
"""
LINTS = (
    ("ruff", "check", "."),
    ("ruff", "format", "--check", "."),
    ("mypy", "--strict", "whistle"),
    ("djlint", "templates", "--lint", "--quiet"),
)
FAILED, WRONG_USE = 1, 2


def say(line: str) -> None:
    """Progress goes to standard error: standard output belongs to the program (`demo --json`)."""
    print(line, file=sys.stderr, flush=True)


def stamp_of(lock: Path) -> str:
    """What `.venv` was built from: the lock's SHA-256 and the Python version, on one line."""
    digest = hashlib.sha256(lock.read_bytes()).hexdigest()
    return f"{digest} {sys.version_info.major}.{sys.version_info.minor}\n"


def stamp_file(lock: Path) -> Path:
    return VENV / f"{lock.stem}.stamp"


def installed(lock: Path) -> bool:
    """Whether `.venv` was built to its end from exactly this lock, and its Python is still there."""
    stamp = stamp_file(lock)
    return os.access(PYTHON, os.X_OK) and stamp.is_file() and stamp.read_text() == stamp_of(lock)


def outdated(lock: Path) -> bool:
    """Whether `.venv` holds another version of this lock: then it is built anew, nothing old stays."""
    return stamp_file(lock).exists() and not installed(lock)


@contextmanager
def alone() -> Iterator[None]:
    """Two starts at once build one after the other; what is locked is a file that is there anyway."""
    with RUNTIME_LOCK.open("rb") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield


def run(*command: str | Path) -> None:
    """Stops with a clear line if a step of building fails; its own output stands above that line."""
    if subprocess.run(command, cwd=ROOT, check=False).returncode != 0:
        sys.exit(f"Building {VENV} failed; see above. Run the same command again when the cause is mended.")


def create() -> None:
    """A new, empty `.venv`; what a broken or older one held is gone."""
    if importlib.util.find_spec("ensurepip") is None or importlib.util.find_spec("venv") is None:
        sys.exit(
            "This Python makes no virtual environments. On Debian or Ubuntu: apt-get install python3-venv"
        )
    run(sys.executable, "-m", "venv", "--clear", VENV)
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    (VENV / "lib" / version / "site-packages" / "whistle-checkout.pth").write_text(PATH_FILE)


def install(lock: Path) -> None:
    """Every package by its hash; the stamp comes last: a build cut short is never taken for whole."""
    pip = ("pip", "--disable-pip-version-check", "-qq", "install", "--require-hashes", "--no-deps")
    run(PYTHON, "-m", *pip, "-r", lock)
    stamp_file(lock).write_text(stamp_of(lock))


def prepare(*, with_tests: bool) -> None:
    """Makes `.venv` agree with the locks; does nothing, and takes milliseconds, when it already does."""
    wanted = TEST_LOCK if with_tests else RUNTIME_LOCK
    if installed(RUNTIME_LOCK) and installed(wanted):
        return
    with alone():
        if not installed(RUNTIME_LOCK) or outdated(wanted):
            say(f"Building {VENV} (once, about half a minute) ...")
            create()
            install(RUNTIME_LOCK)
        if not installed(wanted):
            say("Installing what tests need ...")
            install(wanted)


def hand_over(*arguments: str) -> None:
    """This process becomes the program: signals and exit codes go straight through."""
    sys.stdout.flush()
    # Without compiled modules every start reads the sources anew, which is most of a start.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    os.execv(PYTHON, [str(PYTHON), *arguments])


def lint() -> int:
    """Runs every check, also after one that failed, and says which ones did."""
    failed = [check[0] for check in LINTS if subprocess.run([PYTHON, "-m", *check], check=False).returncode]
    say(f"lint: {', '.join(failed)} failed" if failed else "lint: nothing found")
    return FAILED if failed else 0


def main(word: str, *rest: str) -> int:
    """Prepares what the word needs and hands over; returns only for `lint`."""
    prepare(with_tests=word in {"test", "lint", "bench"})
    if word in {"test", "lint", "bench"}:
        os.chdir(ROOT)
    if word == "lint":
        return lint()
    if word == "test":
        # Two workers: what most machines have cores for. A file's tests stay together and share their set-up;
        # tests/conftest.py says which files come first.
        spread = ("-n", "2", "--dist", "loadfile", "--no-loadscope-reorder")
        hand_over("-m", "pytest", *spread, *rest)
    if word == "bench":
        hand_over("-m", "tests.bench", *rest)
    hand_over("-P", "-m", "whistle", word, *rest)
    return FAILED


if __name__ == "__main__":
    if len(sys.argv) == 1:
        say(USAGE)
        sys.exit(WRONG_USE)
    sys.exit(main(*sys.argv[1:]))
