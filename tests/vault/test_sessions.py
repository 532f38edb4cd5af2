"""The table of sessions keeps what it is given, forgets what it is told to, and never brings one back."""

from tests.world import World
from whistle.vault import sessions

ONE, TWO = b"1" * 32, b"2" * 32
OLD, NEW = b"o" * 16, b"n" * 16


def test_a_session_is_kept_kept_on_and_dropped(world: World) -> None:
    store = world.program.store
    assert sessions.get(store, ONE) is None
    sessions.put(store, ONE, OLD, b"sealed")
    assert sessions.get(store, ONE) == (OLD, b"sealed")
    sessions.keep_on(store, ONE, NEW, b"anew")
    assert sessions.get(store, ONE) == (NEW, b"anew")
    sessions.drop(store, ONE)
    sessions.drop(store, ONE)
    assert sessions.get(store, ONE) is None
    sessions.keep_on(store, ONE, NEW, b"again")
    assert sessions.get(store, ONE) is None


def test_a_sweep_leaves_the_living_tags_alone(world: World) -> None:
    store = world.program.store
    sessions.put(store, ONE, OLD, b"sealed")
    sessions.put(store, TWO, NEW, b"sealed")
    sessions.sweep(store, [NEW, b"x" * 16])
    assert sessions.get(store, ONE) is None
    assert sessions.get(store, TWO) is not None
    sessions.sweep(store, [])
    assert sessions.get(store, TWO) is None
