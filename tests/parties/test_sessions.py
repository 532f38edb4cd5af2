"""A session ends by itself, tells nothing while it rests, and is known to every process of one run only."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from tests.parties import apart
from tests.world import World
from whistle.crypto.keys import KeyPair
from whistle.errors import SealBroken
from whistle.vault import people
from whistle.vault.serverkeys import ServerKeys
from whistle.vault.tables import sessions as table

SECRET = bytes(range(15))


def rows(world: World) -> list[tuple[bytes, bytes, bytes]]:
    with world.program.store.reading() as db:
        return [(bytes(row.id), bytes(row.tag), bytes(row.sealed)) for row in db.execute(select(table)).all()]


def pass_minutes(world: World, minutes: float) -> None:
    world.clock.wall += timedelta(minutes=minutes)


def test_fifteen_idle_minutes_end_a_session_and_a_click_keeps_it(world: World) -> None:
    sessions = world.program.sessions
    case, staff = sessions.begin_case(SECRET), sessions.begin_staff(world.member("Hanna"))
    for _click in range(6):
        pass_minutes(world, 13.9)
        assert sessions.open_case(case) == SECRET
        member = sessions.open_staff(staff)
        assert member is not None
        assert member.pair.seed == world.secrets.seeds["Hanna"]
    assert len(rows(world)) == 2
    pass_minutes(world, 15)
    assert sessions.open_case(case) is None
    assert sessions.open_staff(staff) is None


def test_the_sites_own_clock_ends_no_session(sqlite_world: World) -> None:
    token = sqlite_world.program.sessions.begin_case(SECRET)
    sqlite_world.clock.site += timedelta(days=900)
    assert sqlite_world.program.sessions.open_case(token) == SECRET


def test_eight_hours_are_the_longest_that_anybody_of_staff_stays(sqlite_world: World) -> None:
    sessions = sqlite_world.program.sessions
    staff, case = sessions.begin_staff(sqlite_world.member("Hanna")), sessions.begin_case(SECRET)
    for _quarter in range(48):
        pass_minutes(sqlite_world, 10)
        assert sessions.open_staff(staff) is not None
        assert sessions.open_case(case) == SECRET
    pass_minutes(sqlite_world, 0.1)
    assert sessions.open_staff(staff) is None
    assert sessions.open_case(case) == SECRET
    assert len(rows(sqlite_world)) == 1


def test_who_is_retired_is_out_at_the_next_click(world: World) -> None:
    sessions = world.program.sessions
    hugo, hanna = sessions.begin_staff(world.member("Hugo")), sessions.begin_staff(world.member("Hanna"))
    people.retire(world.program.store, "Hugo", world.clock.now(), actor="Adam")
    assert sessions.open_staff(hugo) is None
    assert sessions.open_staff(hanna) is not None
    assert len(rows(world)) == 1


def test_a_cookie_of_the_other_kind_opens_nothing(sqlite_world: World) -> None:
    sessions = sqlite_world.program.sessions
    case, staff = sessions.begin_case(SECRET), sessions.begin_staff(sqlite_world.member("Hanna"))
    assert sessions.open_staff(case) is None
    assert sessions.open_case(staff) is None
    assert sessions.open_case(sessions.new_token()) is None
    assert sessions.open_case(case) == SECRET


def test_a_session_that_was_ended_stays_ended_also_for_a_click_under_way(
    sqlite_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    sessions = sqlite_world.program.sessions
    token = sessions.begin_case(SECRET)
    pass_minutes(sqlite_world, 2)
    # Another request of this browser read the session before the reporter left, and keeps it on after.
    seal = sessions._sealed

    def leave_meanwhile(given: str, content: dict[str, Any]) -> bytes:
        sessions.end(given)
        return seal(given, content)

    monkeypatch.setattr(sessions, "_sealed", leave_meanwhile)
    assert sessions.open_case(token) == SECRET
    assert rows(sqlite_world) == []
    assert sessions.open_case(token) is None
    sessions.end(token)
    for nothing in ("", "x", "\0", "\ud800", "é" * 43):
        sessions.end(nothing)
        assert sessions.open_case(nothing) is None
        assert sessions.open_staff(nothing) is None


def test_a_row_says_neither_whose_it_is_nor_when_nor_what(sqlite_world: World) -> None:
    world, sessions = sqlite_world, sqlite_world.program.sessions
    hanna = world.member("Hanna")
    case, staff = sessions.begin_case(SECRET), sessions.begin_staff(hanna)
    pass_minutes(world, 5)
    sessions.open_staff(staff)
    stored = b"".join(b"".join(row) for row in rows(world))
    now = int(world.clock.machine().timestamp())
    needles = [
        SECRET,
        hanna.pair.seed,
        hanna.person_id,
        b"Hanna",
        b"staff",
        b"case",
        case.encode(),
        staff.encode(),
    ]
    needles += [needle.hex().encode() for needle in (SECRET, hanna.pair.seed, hanna.person_id)]
    for moment in (now, now // 60, now - 300, (now - 300) // 60):
        needles += [str(moment).encode(), moment.to_bytes(4, "big"), moment.to_bytes(4, "little")]
    assert [needle for needle in needles if needle in stored] == []
    assert {column.name for column in table.columns} == {"id", "tag", "sealed"}

    # Two of one minute share a tag, which only the run key can name.
    tags = {tag for _id, tag, _sealed in rows(world)}
    assert len(tags) == 2


def test_every_process_of_a_run_knows_the_session(world: World) -> None:
    token = world.program.sessions.begin_staff(world.member("Hanna"))
    second = apart.beside(world.settings, world.clock)
    try:
        member = second.sessions.open_staff(token)
        assert member is not None
        assert member.pair.seed == world.secrets.seeds["Hanna"]
        second.sessions.end(token)
        assert world.program.sessions.open_staff(token) is None
    finally:
        second.store.engine.dispose()


def test_a_run_key_made_anew_ends_every_session(sqlite_world: World) -> None:
    world = sqlite_world
    token = world.program.sessions.begin_case(SECRET)
    (world.settings.keys / "run.key").unlink()  # as no process holds it any more, the next one makes its own
    restarted = apart.beside(world.settings, world.clock)
    try:
        assert restarted.store.keys.run != world.program.store.keys.run
        assert restarted.sessions.open_case(token) is None
        restarted.sessions.sweep()
        assert rows(world) == []
    finally:
        restarted.store.engine.dispose()


def test_the_run_key_is_shared_while_somebody_runs_and_made_anew_when_nobody_does(tmp_path: Path) -> None:
    ServerKeys.create(tmp_path / "keys")
    first = ServerKeys.load(tmp_path / "keys")
    assert ServerKeys.load(tmp_path / "keys").run == first.run
    assert len(first.run) == 32
    assert repr(first.run) not in repr(first)


def test_the_sweep_takes_what_is_over_and_nothing_else(world: World) -> None:
    sessions = world.program.sessions
    old = sessions.begin_case(SECRET)
    pass_minutes(world, 10)
    young = sessions.begin_case(SECRET[::-1])
    pass_minutes(world, 5)
    sessions.sweep()
    assert len(rows(world)) == 1
    assert sessions.open_case(old) is None
    assert sessions.open_case(young) == SECRET[::-1]


def test_a_session_copied_under_another_cookie_does_not_open(sqlite_world: World) -> None:
    sessions, store = sqlite_world.program.sessions, sqlite_world.program.store
    mine = sessions.begin_staff(sqlite_world.member("Carl"))
    sessions.begin_staff(sqlite_world.member("Hanna"))
    assert sessions.open_staff(mine) is not None
    own, other = rows(sqlite_world)
    with store.writing() as work:
        for taken, given in ((own, other), (other, own)):
            work.db.execute(table.update().where(table.c.id == taken[0]).values(sealed=given[2]))
    assert sessions.open_staff(mine) is None


@settings(max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text(alphabet=st.characters(exclude_categories=["Cs"])), garbage=st.text())
def test_typed_text_travels_sealed_and_comes_back_to_its_own_browser_only(
    sqlite_world: World, text: str, garbage: str
) -> None:
    sessions = sqlite_world.program.sessions
    token = sessions.new_token()
    sealed = sessions.seal_text(token, text)
    assert sessions.open_text(token, sealed) == text
    assert sessions.open_text(sessions.new_token(), sealed) is None
    assert sessions.open_text(token, garbage) is None
    assert sessions.open_text(garbage, sealed) is None
    assert len(text) < 4 or text not in sealed


def test_the_token_of_a_form_is_worked_out_from_the_cookie(sqlite_world: World) -> None:
    sessions = sqlite_world.program.sessions
    token = sessions.new_token()
    assert (
        sessions.csrf_secret(token)
        == sessions.csrf_secret(token)
        != sessions.csrf_secret(sessions.new_token())
    )
    assert token not in sessions.csrf_secret(token)
    for text in ("", token[:-1], token + "a", token[:-1] + "\n", token[:-1] + "!"):
        assert not sessions.looks_like_token(text)
        with pytest.raises(SealBroken):
            sessions.csrf_secret(text)


def test_a_session_gives_the_roles_that_count_now(sqlite_world: World) -> None:
    sessions = sqlite_world.program.sessions
    token = sessions.begin_staff(sqlite_world.member("Hugo"))
    member = sessions.open_staff(token)
    assert member is not None
    assert member.roles == (("handler", "nordvakt-se"), ("handler", "nordvakt-fi"))
    assert member.has("handler")
    assert not member.has("legal")
    assert KeyPair.from_seed(member.pair.seed).key_id == member.pair.key_id
    assert json.dumps(member.roles)
