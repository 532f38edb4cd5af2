"""A case is whole or absent, whatever moment the process is killed at; what was shown is there."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import func, select

from tests.found import files_below
from tests.vault.jobs import files_of
from tests.vault.workers import Worker, workers
from tests.world import World
from whistle import app
from whistle.crypto.codes import case_key_from_form
from whistle.errors import NotThere
from whistle.parties.sessions import token_bytes
from whistle.vault import check, nightly, sites
from whistle.vault.findings import Finding
from whistle.vault.tables import blobs, cases

THE_END = 28
"""The operations of a command's own transaction, its commit, and what is done after it."""

pytestmark = pytest.mark.slow


@pytest.fixture
def worker(world: World) -> Iterator[Worker]:
    with workers(world, 1) as (one,):
        yield one


def recovered(world: World, now: datetime | None = None) -> list[Finding]:
    """What `check` finds after the next start; a channel with one handler is not these tests' business."""
    app.recover(world.program.store)
    found = check.run(world.program.store, now or world.clock.now())
    return [finding for finding in found if finding.kind not in ("handlers", "journal_copy")]


def sampled(world: World, steps: int) -> Iterator[int]:
    """Every step of the end, where the transaction is; of the way there, every other or fourth."""
    stride = 2 if world.program.store.embedded else 4
    yield from range(1, steps - THE_END, stride)
    yield from range(max(1, steps - THE_END), steps + 2)


def strays(world: World) -> list[str]:
    """Files that lie where a process was receiving, without those that say that one is alive."""
    incoming = Path(world.settings.blobs) / "incoming"
    names = [path.name for path in files_below(incoming) if path.name not in ("lock", ".rewriting")]
    return names + [path.name for path in Path(world.settings.blobs).glob("??/*.new")]


def count(world: World, table: object) -> int:
    with world.program.store.reading() as db:
        found: int = db.execute(select(func.count()).select_from(table)).scalar_one()  # type: ignore[arg-type]
        return found


def read_all(world: World, secret: bytes) -> list[tuple[str, bytes]]:
    """Every file of a case as its reporter downloads it."""
    case = world.program.reporter.open(secret)
    return [(f.name, b"".join(world.program.reporter.file(secret, f.id).chunks())) for f in case.files]


def test_a_report_that_is_killed_on_the_way_is_whole_or_absent(world: World, worker: Worker) -> None:
    reporter, tokens = world.program.reporter, world.program.sessions.new_token
    steps = worker.steps_of("send", text="report 0000", token=tokens(), nonce=tokens())
    absent = whole = 0
    printed = None
    for step in sampled(world, steps):
        text, token, nonce = f"report {step:04d}", tokens(), tokens()
        printed = worker.killed_at(step, "send", text=text, token=token, nonce=nonce)
        assert recovered(world) == [], step
        assert strays(world) == [], step
        key = case_key_from_form(token_bytes(token), token_bytes(nonce))
        try:
            reporter.enter(key.text)
        except NotThere:
            assert printed is None, "a case key was shown, and there is no case"
            absent += 1
            continue
        whole += 1
        assert reporter.open(key.secret).entries[0].text == text
        assert read_all(world, key.secret) == files_of(text)
        assert len(world.program.handler.case(world.member("Hanna"), number_of(world, key.secret)).files) == 2
        if printed is not None:
            assert printed["done"]["case_key"] == key.text
    assert printed is not None, "the last child was killed right after it had printed the key"
    assert steps > 40
    assert absent > 10
    assert whole > 3
    assert count(world, cases) == whole + 1


def number_of(world: World, secret: bytes) -> str:
    return world.program.reporter.open(secret).number


def test_the_same_form_sent_again_after_a_kill_makes_one_case(world: World, worker: Worker) -> None:
    tokens = world.program.sessions.new_token
    steps = worker.steps_of("send", text="report 0000", token=tokens(), nonce=tokens())
    for step in range(steps - 20, steps + 2, 4):
        form = {"text": "report 0000", "token": tokens(), "nonce": tokens()}
        worker.killed_at(step, "send", **form)
        before = count(world, cases)
        app.recover(world.program.store)
        key = worker.run("send", **form)["case_key"]
        assert key == case_key_from_form(token_bytes(form["token"]), token_bytes(form["nonce"])).text
        assert count(world, cases) <= before + 1
        assert worker.run("send", **form)["case_key"] == key
        assert recovered(world) == []


def test_a_message_that_is_killed_on_the_way_is_whole_or_absent(world: World, worker: Worker) -> None:
    secret = world.enter(world.send("The first words."))
    steps = worker.steps_of("write_back", secret=secret.hex(), text="message 0000")
    said = ["The first words.", "message 0000"]
    text, printed = "", None
    for step in sampled(world, steps):
        text = f"message {step:04d}"
        printed = worker.killed_at(step, "write_back", secret=secret.hex(), text=text)
        assert recovered(world) == [], step
        assert strays(world) == [], step
        entries = world.program.reporter.open(secret).entries
        if len(entries) > len(said):
            said.append(text)
        else:
            assert printed is None, "the reporter was told that it was sent"
        assert [entry.text for entry in entries] == said
        assert count(world, blobs) == 2 * (len(said) - 1)
    assert printed is not None
    assert read_all(world, secret)[-2:] == files_of(text)
    assert 3 < len(said) < THE_END


def test_a_night_that_is_killed_on_the_way_loses_no_file(world: World, worker: Worker) -> None:
    sent = [world.enter(world.send(f"case {n}", files=files_of(f"case {n}"))) for n in range(3)]
    world.later(1)
    now = world.clock.now().isoformat()
    steps = worker.steps_of("scatter", now=now)
    for step in range(1, steps + 2, 2 if world.program.store.embedded else 4):
        sites.remember(world.program.store, nightly.KEY, "")
        worker.killed_at(step, "scatter", now=now)
        assert recovered(world) == [], step
        assert strays(world) == [], step
    for n, secret in enumerate(sent):
        assert read_all(world, secret) == files_of(f"case {n}")
    assert steps > 30
