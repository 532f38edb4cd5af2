"""`tick` and the clock: a guarded pass ends with 3, a rehearsal's time is moved and stands still."""

import json
from datetime import datetime, timedelta
from typing import Any

import pytest

from tests.vault.guarding import both_confirm
from tests.vault.tampering import rows
from tests.world import PASSPHRASE, World
from whistle import app
from whistle.cli import main
from whistle.clock import SystemClock
from whistle.config import Settings
from whistle.crypto import totp
from whistle.errors import NotAllowed
from whistle.rules.clock import Reading
from whistle.vault import clockguard
from whistle.vault.tables import cases

ON = {"WHISTLE_CLOCK_GUARD": "on"}


@pytest.fixture
def database() -> None:
    """SQLite alone: the guard itself is tried on both in tests/vault."""


@pytest.fixture
def site(world: World) -> World:
    """A site whose count began when it was made, by this machine's own counter."""
    machine = SystemClock()
    reading = Reading(machine.boot(), int(machine.monotonic()), int(world.clock.now().timestamp()))
    clockguard.start(world.program.store, reading)
    return world


def tick(
    world: World, capsys: pytest.CaptureFixture[str], *words: str, **environ: str
) -> tuple[int, list[dict[str, Any]], str]:
    """Exit code, events, and what was said on standard error."""
    code = main(["tick", "--data", str(world.settings.data), *words], environ)
    out, error = capsys.readouterr()
    return code, [json.loads(line) for line in out.splitlines()], error


def at(world: World, days: float) -> str:
    return (world.clock.now() + timedelta(days=days)).isoformat()


def test_a_guarded_pass_says_what_waits_and_where_and_ends_with_three(
    site: World, capsys: pytest.CaptureFixture[str]
) -> None:
    number = site.closed()[0].number
    code, events, error = tick(site, capsys, "--now", at(site, 732), **ON)
    assert code == 3
    assert events == [{"event": "blocked", "case": number, "due_on": "2028-03-02", "why": "clock"}]
    assert error.count("\n") == 1
    assert "1 cases wait at /legal/clock and /admin/clock" in error
    both_confirm(site)
    code, events, error = tick(site, capsys, "--now", at(site, 732), **ON)
    assert (code, [event["event"] for event in events], error) == (0, ["purged"], "")


def test_a_rehearsals_clock_that_creeps_in_steps_of_forty_seven_hours_is_stopped(
    site: World, capsys: pytest.CaptureFixture[str]
) -> None:
    number = site.closed()[0].number
    codes = [tick(site, capsys, "--now", at(site, 728 + 47 / 24 * step), **ON)[0] for step in range(4)]
    assert codes == [0, 0, 3, 3]
    assert rows(site, cases, number=number)


@pytest.mark.parametrize("environ", [{}, {"WHISTLE_CLOCK_GUARD": "off"}])
def test_on_a_rehearsal_a_time_that_was_named_counts_as_confirmed(
    site: World, capsys: pytest.CaptureFixture[str], environ: dict[str, str]
) -> None:
    number = site.closed()[0].number
    code, events, _error = tick(site, capsys, "--now", at(site, 732), **environ)
    assert (code, [(e["event"], e["case"]) for e in events]) == (0, [("purged", number)])


def test_every_page_and_command_follows_the_last_time_that_was_named(
    site: World, capsys: pytest.CaptureFixture[str]
) -> None:
    with_time = app.open_program(site.settings)
    for days in (800, 400):
        moved = datetime.fromisoformat(at(site, days))
        assert tick(site, capsys, "--now", moved.isoformat())[0] == 0
        with_time.store.moves += 1  # a moment later: a move of another process is not asked for at once
        assert with_time.clock.now() == with_time.clock.now() == moved
        assert with_time.site.rehearsal_now == moved
        assert abs(with_time.clock.machine() - SystemClock().machine()) < timedelta(minutes=1)
    assert app.open_program(site.settings).clock.now() == moved
    page = app.make_app(with_time, "public").test_client().get("/").get_data(as_text=True)
    said = page.partition("Its clock stands at")[2].partition("</div>")[0]
    assert f"{moved:%B}" in said
    assert str(moved.year) in said


def test_the_setting_goes_before_what_was_named(site: World, capsys: pytest.CaptureFixture[str]) -> None:
    tick(site, capsys, "--now", at(site, 800))
    said = "2027-05-01T10:00:00+00:00"
    assert main(["due", "--json", "--data", str(site.settings.data)], {"WHISTLE_REHEARSAL_NOW": said}) == 0
    settings = Settings.read({"WHISTLE_REHEARSAL_NOW": said}, site.settings.data, checkout=None)
    program = app.open_program(settings)
    assert program.clock.now() == program.site.rehearsal_now == datetime.fromisoformat(said)


def test_signing_in_sessions_and_used_codes_go_by_the_machine_whatever_the_rehearsal(
    site: World, capsys: pytest.CaptureFixture[str]
) -> None:
    program = app.open_program(site.settings)
    step = totp.step_at(int(program.clock.machine().timestamp()))
    code = totp.code_at(site.secrets.totp["Hanna"], step)
    member = program.staff.sign_in("Hanna", PASSPHRASE, code)
    token = program.sessions.begin_staff(member)
    for days in (800, 1):
        assert tick(site, capsys, "--now", at(site, days))[0] == 0
        assert program.sessions.open_staff(token) is not None
        with pytest.raises(NotAllowed):
            program.staff.sign_in("Hanna", PASSPHRASE, code)
