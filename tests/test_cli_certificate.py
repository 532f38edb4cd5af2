"""A certificate is checked on a machine that has nothing of the site but the file and the public key."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.source import ROOT
from tests.test_cli import DUE, Run, database, here, refused, run  # noqa: F401 (fixtures)
from tests.world import World
from whistle.crypto.chain import sign
from whistle.vault import purge
from whistle.vault.serverkeys import ServerKeys


@pytest.fixture
def elsewhere(here: Run, world: World, tmp_path: Path) -> Path:  # noqa: F811
    """A folder with two certificates and the public key, as if carried to another machine."""
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    for name in ("one", "other"):
        number = world.closed()[0].number
        here("tick", "--now", DUE)
        (folder / f"{name}.json").write_text(here("certificate", number).out)
        (folder / f"{name}.number").write_text(number)
    (folder / "sign.pub").write_bytes((world.settings.keys / "sign.pub").read_bytes())
    return folder


def test_a_process_with_an_empty_environment_and_folder_verifies_it(elsewhere: Path, tmp_path: Path) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    command = [sys.executable, "-P", "-m", "whistle", "verify-certificate", str(elsewhere / "one.json")]
    environ = {
        "PYTHONPATH": str(ROOT),
        "PATH": os.defpath,
        "HOME": str(empty),
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    done = subprocess.run(
        [*command, "--key", str(elsewhere / "sign.pub"), "--data", str(empty / "data")],
        cwd=empty, env=environ, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout)["case"] == (elsewhere / "one.number").read_text()
    assert list(empty.iterdir()) == []


def test_the_key_may_be_written_as_the_page_shows_it(run: Run, elsewhere: Path) -> None:  # noqa: F811
    key = elsewhere / "key.txt"
    key.write_text((elsewhere / "sign.pub").read_bytes().hex() + "\n")
    assert run("verify-certificate", elsewhere / "one.json", "--key", key).code == 0
    key.write_text("no key")
    assert "is no public key" in refused(run("verify-certificate", elsewhere / "one.json", "--key", key))


def test_a_certificate_of_another_case_is_refused_by_name(run: Run, elsewhere: Path) -> None:  # noqa: F811
    numbers = {name: (elsewhere / f"{name}.number").read_text() for name in ("one", "other")}
    words = ("verify-certificate", elsewhere / "one.json", "--key", elsewhere / "sign.pub", "--case")
    assert run(*words, numbers["one"]).code == 0
    said = refused(run(*words, numbers["other"]), code=1)
    assert f"this is the certificate of {numbers['one']}, not of {numbers['other']}" in said


def test_what_was_changed_cut_mixed_or_forged_is_refused_in_one_line(run: Run, elsewhere: Path) -> None:  # noqa: F811
    whole = (elsewhere / "one.json").read_text()
    one, other = (json.loads((elsewhere / f"{name}.json").read_text()) for name in ("one", "other"))
    ServerKeys.create(elsewhere / "others")
    stranger = ServerKeys.load(elsewhere / "others").sign
    forged = sign(stranger, purge.LABEL, one["body"].encode()).hex()
    wrong = [
        whole[: len(whole) // 2], "", "[]", "[" * 50_000, '{"body": 1}',
        whole.replace("2028-03-02", "2028-03-01"),
        json.dumps(one | {"signature": other["signature"]}), json.dumps(one | {"signature": forged}),
        json.dumps(one | {"signature": one["signature"][:-2]}), json.dumps(one | {"body": one["body"] + " "}),
        json.dumps(one | {"body": "{}"}), json.dumps(one | {"signature": 7}),
    ]  # fmt: skip
    words = ("verify-certificate", elsewhere / "wrong.json", "--key", elsewhere / "sign.pub")
    for text in wrong:
        (elsewhere / "wrong.json").write_text(text)
        assert "certificate" in refused(run(*words), code=1), text[:80]
    (elsewhere / "wrong.json").write_bytes(b"\xff\x00\xfe")
    refused(run(*words), code=1)
    assert "cannot be read" in refused(run("verify-certificate", elsewhere / "none.json", *words[2:]))
