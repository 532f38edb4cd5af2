"""Whoever asks for a pass gets one of its own or waits; the lead is renewed while the pass works."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from tests.fakes import FakeClock
from tests.world import World
from whistle import scheduler
from whistle.errors import Conflict, NotThere
from whistle.leader import TRIES
from whistle.vault import leases, rehearsals, sites
from whistle.vault.leases import LEASE_SECONDS, leading


def second(clock: FakeClock) -> int:
    return int(clock.machine().timestamp())


def test_while_another_leads_a_plain_pass_does_nothing(world: World) -> None:
    world.closed()
    world.later(740)
    with leading(world.program.store, "other", second(world.clock)) as leads:
        assert leads
        assert list(world.program.leader.run()) == []
    assert [one["event"] for one in world.program.leader.run()] == ["blocked"]


def test_a_rehearsal_that_names_its_time_waits_for_the_lead_and_gets_it(world: World) -> None:
    number = world.closed()[0].number
    other = leading(world.program.store, "other", second(world.clock))
    assert other.__enter__()
    waited: list[float] = []

    def pause(seconds: float) -> None:
        waited.append(seconds)
        if len(waited) == 3:
            other.__exit__(None, None, None)

    leader = replace(world.program.leader, pause=pause)
    told = list(leader.run(world.clock.now() + timedelta(days=740)))
    assert [(one["event"], one["case"]) for one in told] == [("purged", number)]
    assert len(waited) == 3


def test_it_says_so_when_a_minute_was_not_enough(world: World) -> None:
    waited: list[float] = []
    leader = replace(world.program.leader, pause=waited.append)
    with leading(world.program.store, "other", second(world.clock)), pytest.raises(Conflict):
        list(leader.run(world.clock.now() + timedelta(days=1)))
    assert len(waited) == TRIES
    assert sum(waited) >= 60
    assert rehearsals.moved_to(world.program.store) is None


@pytest.fixture
def slow(monkeypatch: pytest.MonkeyPatch, sqlite_world: World) -> World:
    """A pass whose every event takes 20 seconds of machine time."""

    def tick(*_: Any) -> Iterator[scheduler.Event]:
        for n in range(4):
            sqlite_world.clock.advance(timedelta(seconds=20))
            yield {"event": "kept", "case": str(n), "due_on": None, "why": "hold"}

    monkeypatch.setattr(scheduler, "tick", tick)
    return sqlite_world


def test_a_pass_that_takes_longer_than_a_lease_stays_the_only_one(slow: World) -> None:
    for event in slow.program.leader.run():
        with leading(slow.program.store, "other", second(slow.clock)) as leads:
            assert not leads, event
    with leading(slow.program.store, "other", second(slow.clock)) as leads:
        assert leads


def test_a_leader_that_stood_still_for_longer_than_its_lease_stops_when_another_took_over(
    slow: World,
) -> None:
    under_way = slow.program.leader.run()
    next(under_way)
    slow.clock.advance(timedelta(seconds=LEASE_SECONDS))
    other = leading(slow.program.store, "other", second(slow.clock))
    assert other.__enter__()
    with pytest.raises(Conflict):
        list(under_way)
    assert not leases.renew(slow.program.store, "nobody", 0)
    with leading(slow.program.store, "third", second(slow.clock)) as leads:
        assert not leads


def test_time_is_moved_on_a_rehearsal_only(world: World) -> None:
    sites.remember(world.program.store, "rehearsal", "no")
    leader = replace(world.program.leader, rehearsal=False)
    with pytest.raises(NotThere):
        list(leader.run(datetime(2031, 5, 1, 12, tzinfo=world.clock.now().tzinfo)))
    assert rehearsals.moved_to(world.program.store) is None
