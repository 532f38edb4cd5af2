"""Compiled pages are kept for the next start; what was made of anything else is made anew."""

import sys
from pathlib import Path
from typing import Any

import pytest

from tests.web.fakes import Channel
from whistle.web import templates
from whistle.web.compile import compile_all, for_nobody
from whistle.web.templates import SpokenEnvironment

PAGE = "/other-ways"


@pytest.fixture(autouse=True)
def writing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "dont_write_bytecode", False)


class Start:
    """One start of the program: what its pages say, and which templates it had to compile for that."""

    def __init__(self, kept: Path) -> None:
        self.channel = Channel()
        self.compiled: list[str] = []
        environment: Any = self.channel.app.jinja_env
        assert isinstance(environment, SpokenEnvironment)
        environment.kept_in = kept
        generate, compiled = SpokenEnvironment._generate, self.compiled

        class Counting(SpokenEnvironment):
            def _generate(self, source: Any, name: str, *rest: Any, **options: Any) -> str:
                compiled.append(name)
                return generate(self, source, name, *rest, **options)

        environment.__class__ = Counting

    def page(self, language: str = "en") -> str:
        said: str = (
            self.channel.browser().get(PAGE, headers={"Accept-Language": language}).get_data(as_text=True)
        )
        return said


def test_the_next_start_compiles_nothing(tmp_path: Path) -> None:
    first, second = Start(tmp_path / "kept"), Start(tmp_path / "kept")
    english, swedish = first.page(), first.page("sv")
    assert english != swedish
    assert "other_ways.html" in first.compiled
    assert (second.page(), second.page("sv"), second.compiled) == (english, swedish, [])
    # The program's files may belong to root: whoever serves it reads them.
    assert {path.stat().st_mode & 0o777 for path in (tmp_path / "kept").iterdir()} == {0o644}


@pytest.mark.parametrize("changed", ["source", "words", "compiler", "options"])
def test_what_was_made_of_anything_else_is_made_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, changed: str
) -> None:
    monkeypatch.setattr(templates, "TRANSLATIONS", tmp_path)
    monkeypatch.setattr(templates, "HERE", tmp_path / "templates.py")
    words = tmp_path / "sv" / "LC_MESSAGES" / "messages.mo"
    words.parent.mkdir(parents=True)
    for file in (words, templates.HERE):
        file.write_bytes(b"as it was")
    kept = tmp_path / "kept"
    before = Start(kept).page("sv")
    start = Start(kept)
    environment: Any = start.channel.app.jinja_env
    if changed == "source":
        loader, read = environment.loader, environment.loader.get_source
        monkeypatch.setattr(
            loader,
            "get_source",
            lambda *which: (read(*which)[0].replace("<h1>", '<h1 class="new">'), *read(*which)[1:]),
        )
    elif changed == "options":
        environment.trim_blocks = False
    else:
        (words if changed == "words" else templates.HERE).write_bytes(b"otherwise")
    after = start.page("sv")
    assert "other_ways.html" in start.compiled
    assert ('<h1 class="new">' in after) == (changed == "source")
    if changed in {"words", "compiler"}:
        assert after == before


def test_a_broken_file_is_made_anew(tmp_path: Path) -> None:
    before = Start(tmp_path).page()
    for path in tmp_path.iterdir():
        path.write_bytes(path.read_bytes()[:60])
    start = Start(tmp_path)
    assert start.page() == before
    assert "other_ways.html" in start.compiled


def test_where_nothing_may_be_written_pages_are_served_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken = tmp_path / "taken"
    taken.write_text("a file stands where the folder would be")
    assert "<h1" in Start(taken).page()
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    assert "<h1" in Start(tmp_path / "kept").page()
    assert not (tmp_path / "kept").exists()


def test_all_can_be_compiled_beforehand(tmp_path: Path) -> None:
    beforehand, start = for_nobody(), Start(tmp_path)
    beforehand.jinja_env.kept_in = tmp_path  # type: ignore[attr-defined]
    compile_all(beforehand)
    start.page()
    start.page("sv")
    assert start.compiled == []
