"""The recovery key from the command line: shares on paper, proof without the site, a case given back."""

import io
import re
import stat
from pathlib import Path

import pytest

from tests.world import World
from whistle.cli import main
from whistle.crypto.keys import KeyPair
from whistle.parties import site_recovery
from whistle.parties.fingerprints import fingerprint_of


class Terminal:
    """A command line at which shares are typed."""

    def __init__(self, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
        self.capsys, self.monkeypatch = capsys, monkeypatch
        self.error = ""

    def run(self, *words: object, typed: str = "", code: int = 0) -> str:
        """What the command says; `code` is the exit code that it must have."""
        self.monkeypatch.setattr("sys.stdin", io.StringIO(typed))
        assert main([str(word) for word in words], {}) == code
        out, self.error = self.capsys.readouterr()
        assert self.error.count("\n") == (1 if code else 0)
        return out


@pytest.fixture
def terminal(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Terminal:
    return Terminal(capsys, monkeypatch)


def shares_in(said: str) -> list[str]:
    parts = re.split(r"Share \d of 3\.[^\n]*\n", said.partition("Fingerprint")[0])[1:]
    return [" ".join(part.split()) for part in parts]


def everything_in(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file())


def test_a_key_is_made_on_a_machine_without_a_site_and_its_seed_is_in_no_file(
    terminal: Terminal, tmp_path: Path
) -> None:
    said = terminal.run("recovery", "new", "--data", tmp_path)
    shares = shares_in(said)
    assert [len(share.split()) for share in shares] == [33, 33, 33]
    pair = site_recovery.pair_of(shares[1:])
    public = tmp_path / "keys" / "recovery.pub"
    assert public.read_bytes() == pair.public_key
    assert fingerprint_of(pair.public_key) in said
    assert [path.name for path in tmp_path.rglob("*") if path.is_file()] == ["recovery.pub"]
    assert stat.S_IMODE(public.stat().st_mode) == 0o600
    rest = everything_in(tmp_path)
    assert pair.seed not in rest
    assert all(word not in rest for word in (shares[0].encode(), pair.seed.hex().encode()))
    # A key that cases were sealed to is not written over.
    terminal.run("recovery", "new", "--data", tmp_path, code=2)
    assert "not overwritten" in terminal.error
    assert public.read_bytes() == KeyPair.from_seed(pair.seed).public_key


def test_proof_is_given_offline_and_taken_on_the_server(
    terminal: Terminal, sqlite_world: World, tmp_path: Path
) -> None:
    data = sqlite_world.settings.data
    shares = shares_in(terminal.run("recovery", "new", "--data", data))
    program, adam = sqlite_world.program, sqlite_world.member("Adam")
    assert program.recovery.view(adam).overdue
    question = tmp_path / "question"
    terminal.run("recovery", "challenge", question, "--data", data)
    # The machine that answers has neither the site nor its keys.
    answer = terminal.run(
        "recovery", "prove", question, "--data", tmp_path, typed="\n".join(shares[:2])
    ).strip()
    assert re.fullmatch(r"([0-9A-Z]{5}-){4}[0-9A-Z]{5}", answer)
    terminal.run("recovery", "proved", answer, "--data", data)
    seen = program.recovery.view(adam)
    assert (seen.overdue, seen.proved_by) == (False, "command line")
    for wrong in (answer, "x"):
        terminal.run("recovery", "proved", wrong, "--data", data, code=2)


def test_a_case_is_given_back_to_a_confirmed_handler(terminal: Terminal, sqlite_world: World) -> None:
    data = sqlite_world.settings.data
    shares = shares_in(terminal.run("recovery", "new", "--data", data))
    number = sqlite_world.send().number
    typed = f"\n{shares[2].upper()}\n{shares[0]}\n"
    said = terminal.run("recovery", "open", number, "--for", "Hanna", "--data", data, typed=typed)
    assert said == f"Hanna can open {number} again.\n"
    assert sqlite_world.program.handler.case(sqlite_world.member("Hanna"), number).number == number


def test_what_is_wrong_is_said_in_one_line(terminal: Terminal, sqlite_world: World, tmp_path: Path) -> None:
    data = sqlite_world.settings.data
    garbage = tmp_path / "garbage"
    garbage.write_bytes(b"\xff\xfe")
    for words in (
        ("challenge",),
        ("prove", garbage),
        ("prove", tmp_path / "nothing"),
        ("prove",),
        ("proved",),
        ("open",),
        ("open", "W-0000-0000"),
        ("open", "W-0000-0000", "--for", "Hanna"),
    ):
        terminal.run("recovery", *words, "--data", data, typed="abc\ndef\n", code=2)
        assert "abc" not in terminal.error
