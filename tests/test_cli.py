"""Each command does what the README says, and says in one line on standard error what is wrong."""

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.source import ROOT
from tests.vault.tampering import change, rows
from tests.world import SE, World
from whistle.cli import main
from whistle.demo.people import SITE_TOML
from whistle.vault.tables import cases, people

DUE = "2028-03-03T09:00:00+00:00"


@dataclass
class Said:
    """What a command answered."""

    code: int
    out: str
    error: str

    @property
    def lines(self) -> list[Any]:
        """The answer as JSON lines."""
        return [json.loads(line) for line in self.out.splitlines()]


Run = Callable[..., Said]


@pytest.fixture
def database() -> None:
    """SQLite alone: a command is a thin shell around functions that are tested on both."""


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    def command(*words: object, **environ: str) -> Said:
        try:
            code = main([str(word) for word in words], environ)
        except SystemExit as stopped:
            code = int(str(stopped.code))
        out, error = capsys.readouterr()
        return Said(code, out, error)

    return command


@pytest.fixture
def here(world: World, run: Run) -> Run:
    """A command on the suite's site, a rehearsal, at the suite's time."""

    def command(*words: object, **environ: str) -> Said:
        now = {"WHISTLE_REHEARSAL_NOW": world.clock.now().isoformat()}
        return run(*words, "--data", world.settings.data, **(now | environ))

    return command


def refused(said: Said, code: int = 2) -> str:
    """The one line that says what is wrong; nothing else was printed."""
    assert (said.code, said.out) == (code, ""), said
    assert said.error.endswith("\n")
    assert said.error.count("\n") == 1, said.error
    assert said.error.startswith("whistle: ")
    return said.error


@pytest.fixture
def site_file(tmp_path: Path) -> Path:
    path = tmp_path / "site.toml"
    path.write_text(SITE_TOML)
    return path


def test_init_makes_a_site_and_prints_the_first_activation_link_once(
    run: Run, site_file: Path, tmp_path: Path
) -> None:
    data = tmp_path / "new"
    said = run("init", "--site", site_file, "--data", data, WHISTLE_BASE_URL="https://report.example")
    assert said.code == 0
    assert "\nhttps://report.example/staff/activate/" in said.out
    assert {path.name for path in (data / "keys").iterdir()} >= {
        "lock.key",
        "inventory.key",
        "sign.key",
        "head",
    }
    for path in (data, *data.rglob("*")):
        wanted = 0o700 if path.is_dir() else 0o600
        assert path.stat().st_mode & 0o777 == wanted, path
    assert "holds a site already" in refused(run("init", "--site", site_file, "--data", data))
    assert run("db", "check", "--data", data).code == 0
    found = [finding["kind"] for finding in run("check", "--json", "--data", data).lines]
    assert found == ["handlers", "deputy"] * 3


def test_a_site_that_is_no_rehearsal_refuses_to_have_its_time_set(
    run: Run, site_file: Path, tmp_path: Path
) -> None:
    data = tmp_path / "new"
    now = {"WHISTLE_REHEARSAL_NOW": DUE}
    assert "WHISTLE_REHEARSAL_NOW" in refused(run("init", "--site", site_file, "--data", data, **now))
    assert not data.exists()
    assert run("init", "--site", site_file, "--data", data).code == 0
    site = ("--data", data)
    for command in (
        ["tick"], ["due"], ["holds"], ["check"], ["person", "list"], ["apply", site_file],
        ["certificate", "W-0000-0000"], ["journal", "copy", tmp_path], ["serve", "--port", "0"],
    ):  # fmt: skip
        assert "WHISTLE_REHEARSAL_NOW" in refused(run(*command, *site, **now)), command
    assert "rehearsal" in refused(run("tick", "--now", DUE, *site))
    assert run("tick", *site).code == 0


def test_apply_says_what_it_would_change_then_changes_it_then_has_nothing_to_say(
    here: Run, site_file: Path
) -> None:
    site_file.write_text(SITE_TOML.replace('name = "Nordvakt AB"', 'name = "Nordvakt Sverige AB"'))
    dry = here("apply", site_file, "--dry-run")
    assert (dry.code, dry.out) == (0, "nordvakt-se: name changed\n")
    assert here("apply", site_file, "--dry-run").out == dry.out
    assert here("apply", site_file).out == dry.out
    assert here("apply", site_file).out == ""


def test_apply_refuses_a_file_that_is_wrong(here: Run, tmp_path: Path) -> None:
    assert "cannot be read" in refused(here("apply", tmp_path / "none.toml"))
    (tmp_path / "wrong.toml").write_text("[site\n")
    refused(here("apply", tmp_path / "wrong.toml"))


def test_people_are_added_listed_and_retired(here: Run, world: World) -> None:
    added = here("person", "add", "Ulla", "--email", "u@x.example", "--role", "auditor", "--company", SE)
    assert added.code == 0
    assert added.out.startswith("http://127.0.0.1:8000/staff/activate/")
    listed = here("person", "list").out.splitlines()
    assert "Ulla\tinvited\tauditor@nordvakt-se (waits)" in listed
    assert "Hanna\tactive\thandler@nordvakt-se" in listed
    assert here("person", "retire", "Ulla").code == 0
    assert "there is no Ulla" in refused(here("person", "retire", "Ulla"))
    assert rows(world, people, name="Ulla")[0]["state"] == "retired"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["add"], "name the person"),
        (["add", "Ulla"], "--email"),
        (
            ["add", "Ulla", "--email", "u@x.example", "--role", "auditor", "--company", "none"],
            "no such company",
        ),
        (["add", "Hanna", "--email", "h@x.example", "--role", "auditor", "--company", SE], "account already"),
        (["add", "Ulla", "--email", "u@x.example", "--role", "handler", "legal", "--company", SE], "L14"),
        (["add", "Ulla", "--role", "boss"], "invalid choice"),
    ],
)
def test_a_person_who_cannot_be_added_is_refused(here: Run, words: list[str], said: str) -> None:
    assert said in refused(here("person", *words))


def test_due_lists_the_next_duty_of_each_case(here: Run, world: World) -> None:
    number = world.send().number
    said = here("due", "--json", "--within", "7")
    assert said.code == 0
    [line] = said.lines
    assert {"kind", "case", "due_on", "last_legal_day", "overdue"} <= set(line)
    assert (line["kind"], line["case"], line["overdue"]) == ("acknowledgement", number, False)
    assert line["due_on"] == "2026-03-09"
    assert number in here("due").out
    assert here("due", "--within", "6").out == ""
    world.later(10)
    assert here("due", "--json").lines[0]["overdue"] is True


def test_holds_are_listed_without_their_citation(here: Run, world: World) -> None:
    receipt, _secret = world.closed()
    hold = world.program.legal.place(
        world.member("Lisa"), receipt.number, "court_ruling", "Svea T 1234-26", "a note", "2027-01-15"
    )
    wanted = {"case": receipt.number, "ground": "court_ruling", "review_on": "2027-01-15"}
    assert here("holds", "--json").lines == [{"id": hold, "placed_on": "2026-03-02"} | wanted]
    plain = here("holds").out
    assert receipt.number in plain
    assert "Svea" not in plain


def test_check_is_silent_on_a_healthy_site_and_ends_with_1_on_a_finding(here: Run, world: World) -> None:
    number = world.send().number
    kinds = [line["kind"] for line in here("check", "--json").lines]
    assert kinds == []
    change(world, cases, {"number": number}, inventory_n=7)
    said = here("check", "--json")
    assert said.code == 1
    assert {"kind": "inventory", "about": number} in [
        {k: line[k] for k in ("kind", "about")} for line in said.lines
    ]
    assert here("check").out.startswith(f"inventory: {number}: ")


def test_tick_purges_what_is_due_at_a_time_that_a_rehearsal_sets(here: Run, world: World) -> None:
    number = world.closed()[0].number
    assert here("tick").lines == []
    said = here("tick", "--now", DUE)
    assert said.code == 0
    assert said.lines == [{"event": "purged", "case": number, "due_on": "2028-03-02", "why": "due"}]
    assert here("tick", WHISTLE_REHEARSAL_NOW=DUE).lines == []
    assert "write a time" in refused(here("tick", "--now", "tomorrow"))


def test_two_passes_in_one_minute_both_look(here: Run, world: World) -> None:
    number = world.closed()[0].number
    assert here("tick").lines == []
    assert [line["case"] for line in here("tick", WHISTLE_REHEARSAL_NOW=DUE).lines] == [number]


def test_a_certificate_is_verified_on_another_machine_with_the_public_key_alone(
    here: Run, run: Run, world: World, tmp_path: Path
) -> None:
    number = world.closed()[0].number
    here("tick", "--now", DUE)
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "certificate.json").write_text(here("certificate", number).out)
    shutil.copy(world.settings.keys / "sign.pub", elsewhere)
    words = ("verify-certificate", elsewhere / "certificate.json", "--key", elsewhere / "sign.pub")
    said = run(*words, "--data", elsewhere / "none")
    assert said.code == 0
    assert said.lines[0]["case"] == number
    assert said.lines[0]["due_on"] == "2028-03-02"
    assert not (elsewhere / "none").exists()
    for changed in (
        '{"body": 1}',
        "[]",
        "no json",
        (elsewhere / "certificate.json").read_text().replace("2028", "2027"),
    ):
        (elsewhere / "certificate.json").write_text(changed)
        refused(run(*words), code=1)
    assert "there is no certificate" in refused(here("certificate", "W-0000-0000"))
    assert "none.pub" in refused(run(*words[:2], "--key", elsewhere / "none.pub"))


def test_the_journal_is_copied_and_the_copy_verified(here: Run, world: World, tmp_path: Path) -> None:
    world.closed()
    world.closed()
    here("tick", "--now", DUE)
    copy = tmp_path / "journal-copy"
    assert here("journal", "copy", copy) == Said(0, "", "")
    assert here("journal", "verify", copy) == Said(0, "4 lines, all in order\n", "")
    assert copy.stat().st_mode & 0o777 == 0o600
    assert here("journal", "copy", tmp_path).code == 0
    assert (tmp_path / "journal").read_bytes() == copy.read_bytes()
    copy.write_bytes(copy.read_bytes().replace(b"purged", b"edited", 1))
    assert "line 3 was changed" in refused(here("journal", "verify", copy), code=1)
    assert "none" in refused(here("journal", "verify", tmp_path / "none"))
    assert "away" in refused(here("journal", "copy", tmp_path / "away" / "journal"))


def test_the_schema_is_upgraded_and_compared(run: Run, tmp_path: Path) -> None:
    data = tmp_path / "new"
    empty = run("db", "check", "--data", data)
    assert empty.code == 1
    assert "cases" in empty.out
    assert run("db", "upgrade", "--data", data) == Said(0, "", "")
    assert run("db", "upgrade", "--data", data) == Said(0, "", "")
    assert run("db", "check", "--data", data) == Said(0, "", "")


def test_a_folder_without_a_site_is_refused(run: Run, tmp_path: Path) -> None:
    for command in (
        ["tick"],
        ["check"],
        ["due"],
        ["holds"],
        ["person", "list"],
        ["serve"],
        ["certificate", "x"],
    ):
        assert "lock.key cannot be read" in refused(run(*command, "--data", tmp_path / "none")), command
    assert not (tmp_path / "none").exists()


def test_keys_without_a_database_are_refused(run: Run, world: World, tmp_path: Path) -> None:
    shutil.copytree(world.settings.keys, tmp_path / "keys")
    said = refused(run("check", "--data", tmp_path))
    assert "db upgrade" in said


def test_a_database_that_does_not_answer_is_refused_without_its_password(run: Run, world: World) -> None:
    url = "postgresql+psycopg://whistle:the-password@127.0.0.1:1/whistle"
    said = refused(run("check", "--data", world.settings.data, WHISTLE_DATABASE=url))
    assert "WHISTLE_DATABASE" in said
    assert "the-password" not in said


@pytest.mark.parametrize(
    ("environ", "said"),
    [
        ({"WHISTLE_DATABASE": "mysql://x/y"}, "WHISTLE_DATABASE: write sqlite:///FILE"),
        ({"WHISTLE_MAX_UPLOAD_MB": "many"}, "WHISTLE_MAX_UPLOAD_MB: write a whole number"),
        ({"WHISTLE_COLOUR": "red"}, "WHISTLE_COLOUR: no setting has this name"),
        ({"WHISTLE_BASE_URL": "http://report.example"}, "WHISTLE_BASE_URL: write https://HOST"),
        ({"WHISTLE_REHEARSAL_NOW": "soon"}, "WHISTLE_REHEARSAL_NOW: write a time"),
    ],
)
def test_a_wrong_setting_stops_every_command(here: Run, environ: dict[str, str], said: str) -> None:
    for command in (["check"], ["tick"], ["db", "check"]):
        assert said in refused(here(*command, **environ))


@pytest.mark.parametrize(
    "words", [[], ["nonsense"], ["tick", "--then"], ["due", "--within", "soon"], ["init"]]
)
def test_wrong_use_is_said_in_one_line(run: Run, words: list[str]) -> None:
    assert "--help" in refused(run(*words))


def test_the_program_itself_ends_with_the_same_codes(world: World, tmp_path: Path) -> None:
    def ended(*words: object) -> tuple[int, str, str]:
        command = [sys.executable, "-P", "-m", "whistle", *map(str, words)]
        environ = {"PATH": "/usr/bin:/bin", "PYTHONPATH": str(ROOT)}
        done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=tmp_path, env=environ)
        return done.returncode, done.stdout, done.stderr

    code, out, error = ended("holds", "--data", world.settings.data)
    assert (code, out, error) == (0, "", "")
    assert ended("person", "retire", "Nils", "--data", world.settings.data) == (0, "", "")
    code, out, error = ended("check", "--data", world.settings.data)
    assert (code, out.count("handlers: "), error) == (1, 1, "")
    code, out, error = ended("tick", "--data", tmp_path / "none")
    assert (code, out, error.count("\n")) == (2, "", 1)
