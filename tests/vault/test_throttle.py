"""Guessing becomes slow; the rightful person is never kept out for more than one pause."""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from tests.parties import apart
from tests.world import World
from whistle.vault import throttle
from whistle.vault.tables import throttles

START = 1_700_000_000


def attempt(world: World, second: int, scope: str = "sign-in hanna") -> int:
    return throttle.attempt(world.program.store, scope, free=5, pause=20, second=START + second)


def test_five_are_free_then_one_in_twenty_seconds(world: World) -> None:
    assert [attempt(world, 0) for _try in range(8)] == [0, 0, 0, 0, 0, 20, 20, 20]
    assert [attempt(world, 1), attempt(world, 19)] == [19, 1]
    assert [attempt(world, 20), attempt(world, 20), attempt(world, 39), attempt(world, 40)] == [0, 20, 1, 0]
    # Another name waits for nothing, and being turned away does not make the wait longer.
    assert attempt(world, 40, "sign-in hugo") == 0
    throttle.forget(world.program.store, "sign-in hanna")
    assert [attempt(world, 41) for _try in range(6)] == [0, 0, 0, 0, 0, 20]


def test_a_quiet_time_halves_what_was_counted(sqlite_world: World) -> None:
    for _try in range(5):
        attempt(sqlite_world, 0)
    # 200 seconds after the pause the count of five is two: three more are free.
    assert [attempt(sqlite_world, 220) for _try in range(4)] == [0, 0, 0, 20]
    for _try in range(40):
        attempt(sqlite_world, 20 * _try + 240)
    assert [attempt(sqlite_world, 1_000_000) for _try in range(6)] == [0, 0, 0, 0, 0, 20]


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(gaps=st.lists(st.integers(0, 400), max_size=40))
def test_however_often_somebody_tries_the_wait_is_one_pause_at_most(
    sqlite_world: World, gaps: list[int]
) -> None:
    throttle.forget(sqlite_world.program.store, "sign-in hanna")
    second, let_in = 0, []
    for gap in gaps:
        second += gap
        wait = attempt(sqlite_world, second)
        assert 0 <= wait <= 20
        if not wait:
            let_in.append(second)
    # Six in a row take one pause at least, whatever quiet time gave back.
    for first in range(len(let_in) - 6):
        assert let_in[first + 6] - let_in[first] >= 20


def test_the_first_attempts_of_a_name_at_the_same_moment_are_all_answered(world: World) -> None:
    found = apart.in_threads([lambda: attempt(world, 0, "sign-in nobody")] * 8)
    assert sorted(found)[:5] == [0] * 5
    assert sum(wait == 0 for wait in found) == 5


def test_the_table_names_nobody(sqlite_world: World) -> None:
    attempt(sqlite_world, 0)
    with sqlite_world.program.store.reading() as db:
        (row,) = db.execute(select(throttles)).all()
    assert b"hanna" not in bytes(row.scope)
    assert len(row.scope) == 32
