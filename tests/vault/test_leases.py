"""One process leads at a time; one that died is replaced within a minute of machine time."""

import pytest

from tests.vault.workers import workers
from tests.world import World
from whistle.vault import leases
from whistle.vault.leases import LEASE_SECONDS, leading

NOON = 1_800_000_000
MINUTE = 60


def test_of_two_only_one_leads_and_the_next_may_at_once(world: World) -> None:
    store = world.program.store
    with leading(store, "one", NOON) as first:
        assert first
        with leading(store, "two", NOON + LEASE_SECONDS - 1) as second:
            assert not second
    with leading(store, "two", NOON) as second:
        assert second


def test_the_one_that_was_refused_does_not_end_the_others_lead(world: World) -> None:
    store = world.program.store
    with leading(store, "one", NOON) as first:
        for name in ("two", "three"):
            with leading(store, name, NOON) as second:
                assert (first, second) == (True, False)


def test_a_pass_that_fails_gives_the_lead_back(world: World) -> None:
    with pytest.raises(RuntimeError), leading(world.program.store, "one", NOON):
        raise RuntimeError("on the way")
    with leading(world.program.store, "two", NOON) as second:
        assert second


def test_a_leader_of_another_process_is_respected_and_when_killed_replaced_within_a_minute(
    world: World,
) -> None:
    with workers(world, 2) as (keeper, other):
        assert keeper.run("keep_leading", second=NOON) is True
        assert other.run("lead", second=NOON + 1) is False
        keeper.kill()
        world.program.store.engine.dispose()
        while not world.program.store.embedded and not other.run("lead", second=NOON + 1):
            pass  # the server notices by itself that the connection is gone
        assert other.run("lead", second=NOON + MINUTE) is True


def test_a_row_of_a_dead_leader_holds_until_it_runs_out_and_not_longer(sqlite_world: World) -> None:
    store = sqlite_world.program.store
    lost = leading(store, "dead", NOON)
    assert lost.__enter__()
    for second, leads in ((NOON + LEASE_SECONDS - 1, False), (NOON + LEASE_SECONDS, True)):
        with leading(store, "next", second) as now:
            assert now is leads
    assert LEASE_SECONDS < MINUTE


def test_a_lease_from_a_clock_that_was_ahead_does_not_lock_the_site(sqlite_world: World) -> None:
    store = sqlite_world.program.store
    lost = leading(store, "dead", NOON + 1_000_000)
    assert lost.__enter__()
    with leading(store, "next", NOON) as leads:
        assert leads
    assert int.from_bytes(b"WHIS", "big") == leases.ADVISORY_LOCK
