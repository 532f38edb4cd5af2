"""A hold is a row that legal's own hand made, and only legal's own hand ends."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from sqlalchemy import select, update

from tests.world import World
from whistle.crypto.header import Compartment
from whistle.crypto.keys import CompartmentKey
from whistle.crypto.records import new_object_id, seal_json
from whistle.errors import NotThere, RuleRefused, Tampered
from whistle.vault import check, duties, holds
from whistle.vault.tables import holds as table

BODY = {"type": "hold", "n": 1, "by": "Lisa", "day": ""}


def new_hold(once: bytes = bytes(32)) -> holds.NewHold:
    hold_id = new_object_id()
    key = CompartmentKey.new(hold_id, Compartment.CONTENT, 1)
    sealed = seal_json(key, new_object_id(), BODY)
    return holds.NewHold(hold_id, "court_ruling", date(2026, 9, 1), once, sealed, ())


def test_only_legal_of_the_company_places_and_releases(world: World) -> None:
    store, now, number = world.program.store, world.clock.now(), world.send().number
    hold = world.program.legal.place(world.member("Lisa"), number, "court_ruling", "T 1-26", "", "2026-09-01")
    for name in ("Hanna", "Hugo", "Nora", "Carl", "Adam", "Olle", "Alma"):
        person = world.member(name).person_id
        for act in (
            lambda p=person: holds.place(store, p, number, new_hold(), now),
            lambda p=person: holds.release(store, p, bytes.fromhex(hold), b"", now),
            lambda p=person: holds.confirm_release(store, p, bytes.fromhex(hold), now),
            lambda p=person: holds.legal_case(store, p, number, now),
        ):
            with pytest.raises(NotThere):
                act()
    assert [line.id for line in duties.holds_standing(store)] == [hold]


def test_a_citation_sealed_for_another_hold_is_refused(sqlite_world: World) -> None:
    world = sqlite_world
    store, now, lisa = world.program.store, world.clock.now(), world.member("Lisa").person_id
    number = world.send().number
    with pytest.raises(RuleRefused) as refused:
        holds.place(store, lisa, number, replace(new_hold(), sealed=new_hold().sealed), now)
    assert refused.value.reason == "header"
    assert duties.holds_standing(store) == []


CHANGES: list[dict[str, Any]] = [
    {"ground": "authority_decision"},
    {"review_on": date(2027, 1, 1)},
    {"placed_on": date(2026, 1, 1)},
    {"released_on": date(2026, 3, 2)},
    {"mac": bytes(32)},
]


def test_a_hold_that_was_edited_in_the_database_shows_and_cannot_be_released(sqlite_world: World) -> None:
    world = sqlite_world
    store, lisa, legal = world.program.store, world.member("Lisa"), world.program.legal
    for change in CHANGES:
        hold = legal.place(lisa, world.send().number, "court_ruling", "T 1-26", "", "2026-09-01")
        with store.reading() as db:
            before = dict(db.execute(select(table).where(table.c.id == bytes.fromhex(hold))).one()._mapping)
        with store.writing() as work:
            work.db.execute(update(table).where(table.c.id == bytes.fromhex(hold)).values(**change))
        assert "hold" in {found.kind for found in check.run(store, world.clock.now())}, change
        if "released_on" not in change:
            with pytest.raises(Tampered):
                holds.release(store, lisa.person_id, bytes.fromhex(hold), b"", world.clock.now())
        with store.writing() as work:
            work.db.execute(update(table).where(table.c.id == bytes.fromhex(hold)).values(**before))
        assert "hold" not in {found.kind for found in check.run(store, world.clock.now())}


def test_a_hold_says_nothing_in_the_clear_but_ground_and_days(sqlite_world: World) -> None:
    world = sqlite_world
    number = world.send().number
    hold = world.program.legal.place(
        world.member("Lisa"), number, "court_ruling", "T 1234-26, Svea", "a note", "2026-09-01"
    )
    (line,) = duties.holds_standing(world.program.store)
    assert (line.id, line.case, line.ground, line.review_on) == (
        hold,
        number,
        "court_ruling",
        date(2026, 9, 1),
    )
    assert "Svea" not in repr(line)
    with pytest.raises(NotThere):
        holds.release(world.program.store, world.member("Lisa").person_id, bytes(16), b"", world.clock.now())
