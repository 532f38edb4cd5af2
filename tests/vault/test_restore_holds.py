"""What became of a hold after a backup: asked for with many, confirmed, withdrawn, reviewed, kept."""

from datetime import date
from pathlib import Path

import pytest

from tests.parties.test_holding import actions, ask_of_two
from tests.vault.restoring import backed_up, restored
from tests.vault.scenes import held
from tests.vault.tampering import kinds, rows
from tests.world import World
from whistle.errors import Conflict
from whistle.vault.tables import holds
from whistle.vault.worktables import asked_holds, hold_asks


@pytest.fixture
def asked(sqlite_world: World) -> list[str]:
    """Two closed cases with a hold that waits for a second person."""
    numbers = [sqlite_world.closed()[0].number for _ in range(2)]
    ask_of_two(sqlite_world, numbers)
    return numbers


def test_many_holds_that_were_confirmed_after_the_backup_wait_for_nobody(
    sqlite_world: World, asked: list[str], tmp_path: Path
) -> None:
    world, leo = sqlite_world, sqlite_world.member("Leo")
    file = backed_up(world, tmp_path / "site.tar")
    (ask,) = world.program.legal.holding.asks(leo)
    world.program.legal.holding.confirm(leo, ask.id, ask.list_hash)
    with restored(world, file, tmp_path / "there") as (there, _said):
        assert rows(there, asked_holds) == rows(there, hold_asks) == []
        assert len(rows(there, holds, released_on=None)) == len(asked)
        assert kinds(there) == {"restore"}


def test_many_holds_that_were_withdrawn_after_the_backup_can_be_asked_for_again(
    sqlite_world: World, asked: list[str], tmp_path: Path
) -> None:
    world, lisa = sqlite_world, sqlite_world.member("Lisa")
    file = backed_up(world, tmp_path / "site.tar")
    (ask,) = world.program.legal.holding.asks(lisa)
    world.program.legal.holding.end(lisa, ask.id, "It was the wrong list.")
    with restored(world, file, tmp_path / "there") as (there, _said):
        assert rows(there, holds, released_on=None) == rows(there, hold_asks) == []
        ask_of_two(there, asked)
        assert len(rows(there, holds, released_on=None)) == len(asked)
        assert kinds(there) == {"restore"}


def test_many_holds_that_were_placed_and_confirmed_after_the_backup_stand_confirmed_once(
    sqlite_world: World, tmp_path: Path
) -> None:
    world, leo = sqlite_world, sqlite_world.member("Leo")
    numbers = [world.closed()[0].number for _ in range(2)]
    file = backed_up(world, tmp_path / "site.tar")
    ask_of_two(world, numbers)
    (ask,) = world.program.legal.holding.asks(leo)
    world.program.legal.holding.confirm(leo, ask.id, ask.list_hash)
    with (
        restored(world, file, tmp_path / "first") as (first, _said),
        restored(first, file, tmp_path / "second") as (there, said),
    ):
        assert said.uncited == sorted(numbers)
        for number in numbers:
            assert actions(there, number) == ["hold_placed", "hold_confirmed"]
        assert kinds(there) == {"restore", "hold_uncited"}


def test_a_hold_whose_release_nobody_asks_for_any_more_is_not_released_by_one_person_after_a_restore(
    sqlite_world: World, tmp_path: Path
) -> None:
    world, leo = sqlite_world, sqlite_world.member("Leo")
    hold = held(world, world.closed()[0].number)
    assert not world.program.legal.release(world.member("Lisa"), hold, "The court has ruled.")
    file = backed_up(world, tmp_path / "site.tar")
    world.program.legal.withdraw_release(leo, hold)
    with restored(world, file, tmp_path / "there") as (there, _said):
        with pytest.raises(Conflict):
            there.program.legal.confirm_release(leo, hold)
        assert kinds(there) == {"restore"}


def test_a_hold_that_was_reviewed_after_the_backup_keeps_its_new_day(
    sqlite_world: World, tmp_path: Path
) -> None:
    world, lisa = sqlite_world, sqlite_world.member("Lisa")
    number = world.closed()[0].number
    hold = held(world, number)
    file = backed_up(world, tmp_path / "site.tar")
    world.program.legal.holding.review(lisa, hold, "2027-01-15", "2027-02-15", "It goes on.")
    with restored(world, file, tmp_path / "there") as (there, _said):
        assert rows(there, holds)[0]["review_on"] == date(2027, 2, 15)
        there.program.legal.holding.review(lisa, hold, "2027-02-15", "2027-02-20", "It goes on still.")
        assert kinds(there) == {"restore"}
