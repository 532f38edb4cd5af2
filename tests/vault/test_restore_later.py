"""A restore long after the backup: by which time grants end, and what it tells as lost."""

from datetime import timedelta
from pathlib import Path

from tests.vault.restoring import backed_up, restored
from tests.vault.scenes import pass_at
from tests.vault.tampering import case_of, rows
from tests.vault.test_restore import people_of
from tests.world import World
from whistle.vault import designating
from whistle.vault.tables import grants


def test_a_clock_that_is_far_ahead_on_the_new_machine_takes_no_grant_away(
    sqlite_world: World, tmp_path: Path
) -> None:
    world = sqlite_world
    number, hanna = world.send().number, world.member("Hanna")
    role = next(row for row in people_of(world, "Hanna") if row.role == "handler")
    ends = world.clock.now().date() + timedelta(days=60)
    designating.end(world.program.store, world.member("Adam").person_id, role.id, ends, world.clock.now())
    file = backed_up(world, tmp_path / "site.tar")
    before = rows(world, grants, holder_id=hanna.person_id)
    world.later(400)
    with restored(world, file, tmp_path / "there") as (there, _said):
        assert case_of(there, number)["number"] == number
        assert rows(there, grants, holder_id=hanna.person_id) == before != []


def test_a_case_that_was_closed_and_purged_after_the_backup_is_not_told_as_lost(
    sqlite_world: World, tmp_path: Path
) -> None:
    world, hanna = sqlite_world, sqlite_world.member("Hanna")
    number = world.send().number
    file = backed_up(world, tmp_path / "site.tar")
    world.program.handler.acknowledge(hanna, number, "Received.")
    world.close(hanna, number, "The invoices were stopped.")
    world.closed()
    world.later(740)
    lost = world.closed()[0].number
    assert pass_at(world) == ["purged", "purged"]
    with restored(world, file, tmp_path / "there") as (_there, said):
        assert (said.purged, said.unknown) == (1, {lost})
