"""A privacy request that was closed or handed on after a backup is so again after the restore."""

from pathlib import Path

import pytest

from tests.parties.asking import answered, later, proved
from tests.vault.joining import joins
from tests.vault.restoring import backed_up, restored
from tests.vault.tampering import case_of, kinds, rows
from tests.world import NO, World
from whistle.errors import NotThere
from whistle.parties.report_form import UNSURE
from whistle.vault.requesttables import request_readers, requests
from whistle.vault.tables import closings, grants


def test_a_request_that_was_answered_and_closed_after_the_backup_is_closed(
    sqlite_world: World, tmp_path: Path
) -> None:
    world, olle = sqlite_world, sqlite_world.member("Olle")
    asker = answered(world)
    file = backed_up(world, tmp_path / "site.tar")
    later(world, 3)
    world.program.privacy.desk.close(olle, asker.number)
    later(world, 3)
    with restored(world, file, tmp_path / "there") as (there, _said):
        (mine,), (theirs,) = rows(there, requests), rows(world, requests)
        for name in ("state", "answered_on", "asked_on", "stood_still", "review_on"):
            assert mine[name] == theirs[name], name
        for name in ("state", "closed_on", "purge_on", "next_kind", "next_on"):
            assert case_of(there, asker.number)[name] == case_of(world, asker.number)[name], name
        (place,) = rows(there, request_readers, person_id=olle.person_id)
        assert not place["open"]
        assert rows(there, closings) == rows(world, closings)
        assert kinds(there) == {"restore"}


def test_a_request_that_was_handed_on_after_the_backup_is_closed_to_who_lost_its_keys(
    sqlite_world: World, tmp_path: Path
) -> None:
    world, olle = sqlite_world, sqlite_world.member("Olle")
    joins(world, "Otto", "privacy_officer", company=NO)
    asker = proved(world, company=UNSURE)
    file = backed_up(world, tmp_path / "site.tar")
    world.program.privacy.desk.forward(olle, asker.number, NO)
    with restored(world, file, tmp_path / "there") as (there, _said):
        assert rows(there, grants, holder_id=olle.person_id) == []
        with pytest.raises(NotThere):
            there.program.privacy.desk.open(olle, asker.number)
        assert case_of(there, asker.number)["company_id"] == case_of(world, asker.number)["company_id"]
        assert kinds(there) == {"restore", "no_officer"}
