"""Where a purge meets a hold that ends just now, another purge, or a restore, it does no more and no less."""

from datetime import timedelta
from pathlib import Path

import pytest

from tests.vault.guarding import closed_on_days, days_to, hold, off_for, passing, told
from tests.vault.restoring import backed_up, restored
from tests.vault.scenes import pass_at
from tests.vault.tampering import kinds, rows
from tests.vault.test_expiry import OVER, strike_at
from tests.world import World
from whistle import app, scheduler
from whistle.scheduler import Guard
from whistle.vault import purge, scrubbing, sites
from whistle.vault.tables import cases


def test_a_case_whose_hold_ends_while_a_pass_goes_on_is_weighed_before_it_is_purged(world: World) -> None:
    [number] = closed_on_days(world, 1)
    legal, lisa, leo = world.program.legal, world.member("Lisa"), world.member("Leo")
    held = hold(world, number)
    world.later(days_to(world, number) - 9)
    passing(world)
    off_for(world, 30)

    def released() -> None:
        """What happens between the guard's look and the purge."""
        if not legal.release(lisa, held, "The trial is over, says the court."):
            legal.confirm_release(leo, held)

    guard, store, now = Guard(app.reading(world.clock)), world.program.store, world.clock.now()
    events = list(scheduler.tick(store, now, released, None, guard))
    assert number not in {one["case"] for one in events if one["event"] == "purged"}
    assert rows(world, cases, number=number)
    assert told(world) == [("blocked", number)]  # the next pass weighs it: the clock has leapt


def test_bytes_of_a_purge_that_came_while_another_was_scrubbed_stay_due(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = world.program.store
    first, second = world.closed()[0].number, world.closed()[0].number
    ids = {row["number"]: row["id"] for row in rows(world, cases)}
    world.later(740)
    purge.purge(store, [ids[first]], world.clock.now())
    which = "_emptied" if store.embedded else "_vacuum"
    whole = getattr(scrubbing, which)

    def meanwhile(*facts: object, **more: object) -> object:
        """Another process purges once this one has begun."""
        if rows(world, cases):
            purge.purge(store, [ids[second]], world.clock.now())
        return whole(*facts, **more)

    with monkeypatch.context() as patched:
        patched.setattr(scrubbing, which, meanwhile)
        scrubbing.scrub(store)
    assert sites.value(store, scrubbing.KEY).startswith(scrubbing.DUE)
    assert scrubbing.scrub(store)
    assert sites.value(store, scrubbing.KEY) == scrubbing.DONE


def test_names_of_a_purge_that_a_restore_did_again_are_struck_in_time_and_not_claimed_to_be_gone(
    sqlite_world: World, tmp_path: Path
) -> None:
    world = sqlite_world
    world.closed()
    file = backed_up(world, tmp_path / "site.tar")
    world.later(740)
    assert pass_at(world) == ["purged"]
    world.clock.advance(timedelta(days=400))
    with restored(world, file, tmp_path / "there") as (there, said):
        assert said.purged == 1
        assert strike_at(there, OVER) > 0
        assert not {"name_gone", "name_overdue"} & kinds(there)
