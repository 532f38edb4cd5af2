"""CONNECT.md is true: its examples are taken as they stand, its tables are the program's own."""

import argparse
import json
import re
from pathlib import Path

import pytest

from tests.source import ROOT
from whistle.cli import build_parser
from whistle.connect.answers import parse
from whistle.connect.contract import Asked, Provenance, Result
from whistle.connect.systems import load_systems
from whistle.rules.policy_codes import Basis, Category
from whistle.web import source_words

TEXT = (ROOT / "deploy" / "CONNECT.md").read_text(encoding="utf-8")
ASKED = Asked("nordvakt-se", "customer", "email", "eva.lind@mail.example")


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", TEXT, re.DOTALL)


def test_the_question_and_the_answer_are_the_programs_own() -> None:
    question, answer = blocks("json")
    assert json.loads(question) == json.loads(ASKED.as_json())
    (line,) = parse(answer.encode(), ASKED)
    assert (line.provenance, line.basis, line.files[0].name) == (
        Provenance.HANDED_OVER, Basis.CONTRACT, "contract.pdf",
    )  # fmt: skip
    assert ASKED.document().startswith("5d199617")
    assert "5d199617…c930.json" in TEXT


def test_the_file_of_connectors_is_taken_and_its_defaults_are_so(tmp_path: Path) -> None:
    (text,) = blocks("toml")
    path = tmp_path / "connectors.toml"
    path.write_text(text, encoding="utf-8")
    one, two = load_systems(path, {"nordvakt-se"})
    assert (one.source.name, two.source.category) == ("Customer register", "marketing")
    defaults = dict(re.findall(r"^\| `(\w+)` \| (\w+) \|", TEXT, re.MULTILINE)) | dict(
        re.findall(r"^\| `(\w+)` \| `(\w+)` \|", TEXT, re.MULTILINE)
    )
    assert defaults["identifier"] == two.source.kind
    assert float(defaults["connect_seconds"]) == two.connect_seconds
    assert float(defaults["total_seconds"]) == two.total_seconds
    assert int(defaults["max_mb"]) * 1024 * 1024 == two.most_bytes


@pytest.mark.parametrize("word", [*Provenance, *Basis, *sorted(set(Category) - {Category.WHISTLEBLOWING})])
def test_every_word_that_a_connector_may_say_stands_in_it(word: str) -> None:
    assert f"`{word}`" in TEXT


def test_every_outcome_has_words_on_the_page() -> None:
    assert set(source_words.RESULTS) == set(Result)


def test_the_options_it_names_exist() -> None:
    (sub,) = (one for one in build_parser()._actions if isinstance(one, argparse._SubParsersAction))
    known = {option for one in sub.choices["connect"]._actions for option in one.option_strings}
    assert {"--show", "--company", "--code"} <= known
