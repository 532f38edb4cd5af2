"""A pass does what is due, says each thing in one event, and doing it twice changes nothing."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.vault.scenes import held, pass_at
from tests.vault.tampering import case_of, findings, remove, rows
from tests.world import World
from whistle import scheduler
from whistle.errors import Tampered
from whistle.scheduler import Event
from whistle.vault import purge
from whistle.vault.tables import cases, certificates, holds, ledger


def events(world: World) -> list[Event]:
    return list(scheduler.tick(world.program.store, world.clock.now(), world.program.sessions.sweep))


def days_before_purge(world: World, number: str, days: int) -> None:
    """Let it be so many days before the case's day of purge."""
    due = case_of(world, number)["purge_on"] - timedelta(days=days)
    world.clock.site = datetime(due.year, due.month, due.day, 12, tzinfo=UTC)


def test_an_event_says_what_was_done_to_which_case_due_when_and_why(world: World) -> None:
    gone, kept = world.closed()[0].number, world.closed()[0].number
    held(world, kept)
    world.later(732)
    told = {event["case"]: event for event in events(world)}
    due = case_of(world, kept)["purge_on"].isoformat()
    assert told[gone] == {"event": "purged", "case": gone, "due_on": due, "why": "due"}
    assert told[kept] == {"event": "kept", "case": kept, "due_on": due, "why": "hold"}


def test_a_second_pass_changes_nothing(world: World) -> None:
    world.closed()
    kept = world.closed()[0].number
    held(world, kept)
    world.later(732)
    assert sorted(pass_at(world)) == ["kept", "purged"]
    before = (rows(world, ledger), rows(world, certificates), rows(world, cases))
    assert pass_at(world) == ["kept"]
    assert (rows(world, ledger), rows(world, certificates), rows(world, cases)) == before


def test_nothing_is_said_of_cases_that_are_not_due(world: World) -> None:
    world.send()
    world.closed()
    assert events(world) == []
    world.later(300)
    assert events(world) == []


@pytest.mark.parametrize("days", [30, 7, 1])
def test_it_warns_thirty_seven_and_one_days_before_on_every_pass_of_the_day(world: World, days: int) -> None:
    number = world.closed()[0].number
    days_before_purge(world, number, days + 1)
    assert events(world) == []
    days_before_purge(world, number, days)
    due = case_of(world, number)["purge_on"].isoformat()
    warned = {"event": "warned", "case": number, "due_on": due, "why": f"purged in {days} days"}
    assert events(world) == [warned]
    assert events(world) == [warned]
    days_before_purge(world, number, days - 1) if days > 1 else None
    assert days == 1 or events(world) == []


def test_a_warning_whose_day_had_no_pass_is_given_on_the_next(world: World) -> None:
    number = world.closed()[0].number
    days_before_purge(world, number, 40)
    assert events(world) == []
    days_before_purge(world, number, 26)
    assert [event["why"] for event in events(world)] == ["purged in 26 days"]
    assert [event["why"] for event in events(world)] == ["purged in 26 days"]
    days_before_purge(world, number, 25)
    assert events(world) == []
    days_before_purge(world, number, 3)
    assert [event["why"] for event in events(world)] == ["purged in 3 days"]
    days_before_purge(world, number, 1)
    assert [event["why"] for event in events(world)] == ["purged in 1 days"]


def test_a_rehearsal_that_goes_back_in_time_forgets_nothing(world: World) -> None:
    number = world.closed()[0].number
    days_before_purge(world, number, 7)
    assert pass_at(world) == ["warned"]
    days_before_purge(world, number, 30)
    assert pass_at(world) == ["warned"]
    days_before_purge(world, number, 29)
    assert pass_at(world) == []
    days_before_purge(world, number, 7)
    assert pass_at(world) == ["warned"]


def test_a_case_whose_ledger_and_holds_disagree_is_blocked_and_said_to_be(world: World) -> None:
    number = world.closed()[0].number
    held(world, number)
    remove(world, holds)
    world.later(732)
    assert [(e["event"], e["why"]) for e in events(world)] == [("blocked", "holds_disagree")]


def test_what_a_pass_that_died_left_undone_is_done_first(world: World) -> None:
    receipt, secret = world.closed(files=[("a.txt", b"x" * 5000)])
    file_id = bytes.fromhex(world.program.reporter.open(secret).files[0].id)
    world.later(732)
    with pytest.MonkeyPatch.context() as patched:

        def dies(*_arguments: object) -> None:
            raise OSError("killed")

        patched.setattr(purge, "work_off_removals", dies)
        with pytest.raises(OSError, match="killed"):
            purge.purge(world.program.store, [case_of(world, receipt.number)["id"]], world.clock.now())
    assert world.program.store.blobs.exists(file_id)
    assert events(world) == []
    assert not world.program.store.blobs.exists(file_id)
    assert findings(world) == []


def test_a_broken_journal_stops_the_pass_before_it_purges(world: World) -> None:
    """What is not journaled would come back with an old backup."""
    number = world.closed()[0].number
    (world.settings.keys / "journal").write_bytes(b"nonsense\n")
    world.later(732)
    with pytest.raises(Tampered):
        events(world)
    assert rows(world, cases, number=number)


def test_it_sweeps_what_has_run_out(world: World) -> None:
    swept: list[str] = []
    list(scheduler.tick(world.program.store, world.clock.now(), lambda: swept.append("swept")))
    assert swept == ["swept"]
