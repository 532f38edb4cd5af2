"""`connect`: what is configured, and whether it answers: counts, and content only when asked for."""

import io
from pathlib import Path

import pytest

from tests.parties.asking import verified
from tests.parties.connecting import newsletter, register
from tests.world import World
from whistle import app
from whistle.cli import main
from whistle.config import Settings
from whistle.connect.contract import Result

FILE = """
[[connector]]
code = "crm"
name = "Customer register"
company = "nordvakt-se"
category = "customer"
url = "{url}"
token_file = "{folder}/crm.token"

[[connector]]
code = "newsletter"
name = "Newsletter"
company = "nordvakt-se"
category = "marketing"
folder = "{folder}/newsletter"
"""


class Screen:
    """Runs the command on a site, with something typed."""

    def __init__(
        self, world: World, capsys: pytest.CaptureFixture[str], patch: pytest.MonkeyPatch, folder: Path
    ) -> None:
        self.data, self.capsys, self.patch, self.folder = world.settings.data, capsys, patch, folder

    def run(self, *words: str, typed: str = "", text: str = FILE, url: str = "") -> tuple[int, str, str]:
        path = self.folder / "connectors.toml"
        path.write_text(text.format(url=url or "http://127.0.0.1:1/person", folder=self.folder))
        self.patch.setattr("sys.stdin", io.StringIO(typed))
        code = main(["connect", *words, "--data", str(self.data)], {"WHISTLE_CONNECTORS": str(path)})
        out, error = self.capsys.readouterr()
        return code, out, error


@pytest.fixture
def screen(
    sqlite_world: World, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Screen:
    return Screen(sqlite_world, capsys, monkeypatch, tmp_path)


def test_both_examples_are_listed_and_answer_with_counts(screen: Screen) -> None:
    newsletter(screen.folder)
    with register(screen.folder) as url:
        code, out, _error = screen.run("list", url=url)
        assert (code, out.count("\n")) == (0, 2)
        code, out, error = screen.run("check", typed="eva.lind@mail.example\n", url=url)
        assert (code, error) == (0, "")
        assert out == (
            "nordvakt-se  crm: found, 4 lines, 0 files\nnordvakt-se  newsletter: found, 1 lines, 0 files\n"
        )
        code, out, _error = screen.run(
            "check", "--code", "crm", "--show", typed="bo.ek@mail.example", url=url
        )
        assert "Björkvägen 3" in out
        assert "Ekvägen" not in out
        assert screen.run("check", typed="nobody@mail.example", url=url)[1].count("nothing") == 2


def test_what_is_wrong_ends_with_one_and_keeps_the_others(screen: Screen) -> None:
    newsletter(screen.folder)
    code, out, _error = screen.run("list")
    assert code == 1
    assert "token_file cannot be read" in out
    (screen.folder / "crm.token").write_text("x")
    (screen.folder / "crm.token").chmod(0o600)
    code, out, _error = screen.run("check", typed="eva.lind@mail.example")
    assert code == 1
    assert "crm: no_answer\n" in out
    assert "newsletter: found, 1 lines" in out


def test_wrong_use_is_told_in_one_line(screen: Screen, sqlite_world: World) -> None:
    newsletter(screen.folder)
    for words, typed, text, says in (
        (("check",), "", FILE, "write an identifier"),
        (("check",), "a\x07b", FILE, "control character"),
        (("list", "--code", "other"), "", FILE, "no such connector"),
        (("list",), "", FILE.replace("nordvakt-se", "nordvakt-xx"), 'no company "nordvakt-xx"'),
    ):
        code, out, error = screen.run(*words, typed=typed, text=text)
        assert (code, out, error.count("\n")) == (2, "", 1)
        assert says in error
    assert main(["connect", "list", "--data", str(sqlite_world.settings.data)], {}) == 2
    assert "WHISTLE_CONNECTORS names no file" in screen.capsys.readouterr()[1]


def test_a_wrong_file_stops_every_start(screen: Screen, sqlite_world: World) -> None:
    path = screen.folder / "connectors.toml"
    path.write_text("[[connector]]\n")
    data = str(sqlite_world.settings.data)
    assert main(["holds", "--data", data], {"WHISTLE_CONNECTORS": str(path)}) == 2
    assert "connectors.toml, connector 1" in screen.capsys.readouterr()[1]


def test_a_site_that_names_the_file_has_its_systems_on_the_officers_page(
    screen: Screen, sqlite_world: World
) -> None:
    path = screen.folder / "connectors.toml"
    path.write_text(FILE.format(url="http://127.0.0.1:1/person", folder=newsletter(screen.folder).parent))
    settings = Settings.read({"WHISTLE_CONNECTORS": str(path)}, sqlite_world.settings.data, checkout=None)
    sources, olle = app.open_program(settings).privacy.sources, sqlite_world.member("Olle")
    number = verified(sqlite_world, rights=("access",)).number
    assert [one.name for one in sources.page(olle, number).sources] == ["Customer register", "Newsletter"]
    asked = sources.fetch(olle, number, "all", {"email": "eva.lind@mail.example"})
    assert asked == (Result.DENIED, Result.FOUND)
    assert sqlite_world.program.privacy.sources.page(olle, number).sources == ()
