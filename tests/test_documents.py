"""README says what there is: every setting and every command, and nothing that is not there."""

import argparse
import re
from pathlib import Path

import pytest

from tests.source import ROOT
from whistle.cli import build_parser
from whistle.config import SETTINGS

README = ROOT / "README.md"
OPERATE = ROOT / "deploy" / "OPERATE.md"
ROW = re.compile(r"^\| *`(WHISTLE_[A-Z_]+)` *\|([^|]*)\|([^|]*)\|", re.MULTILINE)
VARIABLE = re.compile(r"\bWHISTLE_[A-Z_]*[A-Z]\b")
# `whistle tick` or `python3 run.py tick`, within backticks or at the head of a line of an example.
COMMAND = re.compile(r"(?:`|^\s*(?:\$ )?)(?:whistle|python3 run\.py) ([a-z-]+)(?: ([a-z-]+))?", re.MULTILINE)
LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
# Words of run.py itself, which never reach the program.
RUN_WORDS = frozenset({"test", "lint", "bench"})


def text_of(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def plain(cell: str) -> str:
    return cell.strip().strip("`")


def children(parser: argparse.ArgumentParser) -> dict[str, argparse.ArgumentParser]:
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            return dict(action.choices)
    return {}


def commands() -> set[str]:
    """Every command a person can type: `tick`, and where a command has commands of its own `person add`."""
    found = set()
    for name, parser in children(build_parser()).items():
        below = children(parser)
        found |= {f"{name} {word}" for word in below} if below else {name}
    return found


def mentioned(text: str) -> set[str]:
    """Every command a text names; a second word counts only where the first has commands of its own."""
    families = {command.split()[0] for command in commands() if " " in command}
    found = set()
    for first, second in COMMAND.findall(text):
        if first not in RUN_WORDS:
            found.add(f"{first} {second}" if first in families and second else first)
    return found


def test_the_table_of_settings_is_the_programs_own() -> None:
    written = {name: (plain(default), plain(unit)) for name, default, unit in ROW.findall(text_of(README))}
    assert written == {setting.name: (setting.default, setting.unit) for setting in SETTINGS}


@pytest.mark.parametrize("path", [README, OPERATE], ids=lambda path: path.name)
def test_no_text_names_a_setting_that_does_not_exist(path: Path) -> None:
    known = {setting.name for setting in SETTINGS} | {
        f"{setting.name}_FILE" for setting in SETTINGS if setting.secret
    }
    assert set(VARIABLE.findall(text_of(path))) - known - {"WHISTLE_TEST_PG"} == set()


def test_readme_names_every_command() -> None:
    assert commands() - mentioned(text_of(README)) == set()


@pytest.mark.parametrize("path", [README, OPERATE], ids=lambda path: path.name)
def test_every_command_that_a_text_names_exists(path: Path) -> None:
    assert mentioned(text_of(path)) - commands() == set()


@pytest.mark.parametrize("path", [README, OPERATE], ids=lambda path: path.name)
def test_every_link_and_picture_is_there(path: Path) -> None:
    relative = [
        link.partition("#")[0] for link in LINK.findall(text_of(path)) if "://" not in link and link[0] != "#"
    ]
    assert [link for link in relative if not (path.parent / link).exists()] == []
