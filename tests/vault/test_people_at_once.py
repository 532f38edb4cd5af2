"""Two people change who holds what at once: nothing is lost, nobody comes back, and the second is told."""

import threading
from functools import partial
from typing import Any

import pytest

from tests.parties.apart import in_threads, outcome
from tests.parties.test_activation import MEANWHILE
from tests.vault.joining import joins
from tests.vault.tampering import change, findings, rows
from tests.world import NO, SE, World
from whistle.errors import Conflict, RuleRefused
from whistle.parties.administration_views import RoleForm
from whistle.vault import accounts, confirmations, designating, desk
from whistle.vault.designating import Wanted
from whistle.vault.tables import designations, people


def test_nobody_is_named_from_outside_in_the_moment_in_which_they_get_a_role(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A handler names Axel for a case while an administrator makes him the company's auditor (L14)."""
    axel, number, hanna = joins(world, "Axel", "auditor", NO), world.send().number, world.member("Hanna")
    give, told = partial(designating.designate, world.program.store), []
    rest = (world.member("Bea").person_id, axel.person_id, Wanted("auditor", SE), world.clock.now())
    giving = threading.Thread(target=lambda: told.append(outcome(partial(give, *rest))))
    take = desk.take

    def meanwhile(*given: Any) -> None:
        giving.start()
        giving.join(MEANWHILE)
        take(*given)

    monkeypatch.setattr(desk, "take", meanwhile)
    world.program.circle.name_investigator(hanna, number, axel.person_id.hex(), "2026-05-01", "Agreement 17")
    giving.join()
    here = [row["role"] for row in rows(world, designations, person_id=axel.person_id)]
    assert (sorted(here), [type(one) for one in told]) == (["auditor", "investigator"], [RuleRefused])


def test_nobody_who_is_retired_comes_back_by_a_link_that_is_made_at_the_same_moment(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    hanna, bea, site = world.member("Hanna"), world.member("Bea"), world.program.administration
    told: list[Any] = []
    retire = partial(site.retire, bea, hanna.person_id.hex())
    retiring = threading.Thread(target=lambda: told.append(outcome(retire)))
    forget_key = accounts._forget_key

    def meanwhile(*given: Any) -> None:
        retiring.start()
        retiring.join(MEANWHILE)
        forget_key(*given)

    monkeypatch.setattr(accounts, "_forget_key", meanwhile)
    world.program.staff.invite_again(world.member("Adam"), hanna.person_id.hex())
    retiring.join()
    (person,) = rows(world, people, name="Hanna")
    assert (person["state"], person["invite_hash"], told) == ("retired", None, [None])
    assert {one.kind for one in findings(world)} <= {"handlers"}


def test_of_two_who_invite_one_name_or_publish_one_quarter_at_once_the_second_is_told(world: World) -> None:
    site, figures = world.program.administration, world.program.overview.statistics
    role = RoleForm("auditor", SE)
    invite = [
        partial(site.invite, world.member(name), "Nova Ek", "nova@nordvakt.example", "Audit", role)
        for name in ("Adam", "Bea")
    ]
    told = [one for one in in_threads(invite) if not isinstance(one, str)]
    assert [type(one) for one in told] in ([], [Conflict])
    assert len(rows(world, people, name="Nova Ek")) == 1
    world.later(60)
    publish = [partial(figures.publish, world.member(name), SE, "2026-Q1") for name in ("Hanna", "Hugo")]
    assert sum(isinstance(one, Conflict) for one in in_threads(publish)) == 1


def test_two_administrators_who_confirm_a_first_key_at_once_make_it_count(world: World) -> None:
    """The first auditor of Norway takes two administrators, and neither could press a second time."""
    joins(world, "Axel", "auditor", NO)
    store, (row,) = world.program.store, rows(world, designations, person_id=world.member("Axel").person_id)
    change(world, designations, {"id": row["id"]}, mac=None, key_id=None)
    confirm = partial(confirmations.confirm, store)
    rest = (row["id"], row["key_id"], world.clock.now())
    outcomes = in_threads([partial(confirm, world.member(name).person_id, *rest) for name in ("Adam", "Bea")])
    assert sorted(outcomes) == [False, True]
    assert world.member("Axel").roles == (("auditor", NO),)
