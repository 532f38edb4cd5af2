"""run.py in a checkout of its own, with locks that name no package: nothing is fetched, the rest is real."""

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.source import ROOT

PROGRAM = """\
import os, signal, sys
print(os.getcwd(), *sys.argv[1:])
if "stop-me" in sys.argv:
    os.kill(os.getpid(), signal.SIGTERM)
sys.exit(7)
"""


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    made = tmp_path / "checkout"
    (made / "whistle").mkdir(parents=True)
    (made / "whistle" / "__init__.py").touch()
    (made / "whistle" / "__main__.py").write_text(PROGRAM)
    (made / ".ci").mkdir()
    shutil.copy(ROOT / "run.py", made)
    (made / "requirements.lock").write_text("# one\n")
    (made / ".ci" / "requirements-test.lock").write_text("# two\n")
    return made


def start(checkout: Path, *words: str, cwd: Path | None = None) -> subprocess.Popen[str]:
    environ = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable, str(checkout / "run.py"), *words]
    return subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=cwd or "/", env=environ
    )


def run(checkout: Path, *words: str, cwd: Path | None = None) -> tuple[int, str, str]:
    started = start(checkout, *words, cwd=cwd)
    said, progress = started.communicate(timeout=120)
    return started.returncode, said, progress


@pytest.mark.slow
def test_two_first_starts_build_once_and_the_next_builds_nothing(checkout: Path) -> None:
    before = {path.name for path in checkout.iterdir()}
    both = [start(checkout, "demo", "--json"), start(checkout, "demo", "--json")]
    ended = [(*one.communicate(timeout=120), one.returncode) for one in both]
    assert [code for _said, _progress, code in ended] == [7, 7]
    assert [said for said, _progress, _code in ended] == ["/ demo --json\n"] * 2
    assert sum("Building" in progress for _said, progress, _code in ended) == 1
    assert {path.name for path in checkout.iterdir()} == before | {".venv"}
    assert run(checkout, "demo") == (7, "/ demo\n", "")


@pytest.mark.slow
def test_what_was_built_halfway_or_from_another_list_is_built_anew(checkout: Path) -> None:
    run(checkout, "tick")
    planted = checkout / ".venv" / "left-over"
    planted.touch()
    (checkout / ".venv" / "requirements.stamp").unlink()
    assert "Building" in run(checkout, "tick")[2]
    assert not planted.exists()
    planted.touch()
    (checkout / "requirements.lock").write_text("# three\n")
    assert "Building" in run(checkout, "tick")[2]
    assert not planted.exists()


@pytest.mark.slow
def test_the_program_is_found_after_a_move_and_never_taken_from_the_working_directory(
    checkout: Path, tmp_path: Path
) -> None:
    run(checkout, "tick")
    moved = checkout.rename(tmp_path / "moved")
    planted = tmp_path / "elsewhere" / "whistle"
    planted.mkdir(parents=True)
    (planted / "__main__.py").write_text("print('planted')")
    assert run(moved, "tick", cwd=planted.parent) == (7, f"{planted.parent} tick\n", "")


@pytest.mark.slow
def test_the_process_is_the_program_so_that_signals_reach_it(checkout: Path) -> None:
    assert run(checkout, "stop-me")[0] == -signal.SIGTERM


def test_without_a_word_it_says_which_words_there_are(checkout: Path) -> None:
    code, said, help_text = run(checkout)
    assert (code, said) == (2, "")
    assert "run.py demo" in help_text
    assert not (checkout / ".venv").exists()


def test_an_old_python_is_told_in_one_line() -> None:
    """The file must at least be readable to it: the check stands before everything else."""
    lines = (ROOT / "run.py").read_text().split("import fcntl", maxsplit=1)[0]
    old = lines.replace("(3, 11)", "(99, 0)")
    ended = subprocess.run([sys.executable, "-c", old], capture_output=True, text=True, check=False)
    assert ended.returncode == 1
    assert ended.stderr.startswith("Whistle needs Python 3.11 or newer; this is 3.")
    assert ended.stderr.count("\n") == 1
