"""Who is retired loses every grant and every case at once, and a row written back makes nobody a reader."""

import pytest
from sqlalchemy import func, select, update

from tests.vault.joining import joins
from tests.world import World
from whistle.errors import NotThere
from whistle.scheduler import tick
from whistle.vault import check, intake, people, withdrawals
from whistle.vault.tables import designations, grants, readers
from whistle.vault.tables import people as persons


def test_a_retired_handler_holds_no_grant_and_the_others_work_on(world: World) -> None:
    receipt = world.send()
    hanna, hugo, handler = world.member("Hanna"), world.member("Hugo"), world.program.handler
    handler.note(hanna, receipt.number, "Ask accounting.")
    people.retire(world.program.store, "Hanna", world.clock.now(), actor="command line")
    assert held(world, hanna.person_id) == (0, 0)
    with pytest.raises(NotThere):
        handler.case(hanna, receipt.number)
    assert [note.text for note in handler.case(hugo, receipt.number).notes] == ["Ask accounting."]
    handler.acknowledge(hugo, receipt.number, "Your report was received.")
    assert findings(world) == []


def test_a_withdrawal_that_was_interrupted_is_finished_by_the_next_pass(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    numbers = [world.send(text).number for text in ("One.", "Two.")]
    hanna = world.member("Hanna")
    with monkeypatch.context() as interrupted:
        interrupted.setattr(withdrawals, "withdraw_after_designations", lambda _store, _now: 0)
        people.retire(world.program.store, "Hanna", world.clock.now(), actor="command line")
    assert held(world, hanna.person_id) == (2, 2)
    assert {finding.about for finding in findings(world)} == set(numbers)
    list(tick(world.program.store, world.clock.now(), lambda: None))
    assert held(world, hanna.person_id) == (0, 0)
    assert findings(world) == []


def test_a_retirement_undone_in_the_database_gives_no_role_and_shows(world: World) -> None:
    store, hanna = world.program.store, world.member("Hanna")
    joins(world, "Hilda")
    people.retire(store, "Hanna", world.clock.now(), actor="command line")
    with store.writing() as work:
        work.db.execute(update(persons).where(persons.c.id == hanna.person_id).values(state="active"))
        work.db.execute(
            update(designations).where(designations.c.person_id == hanna.person_id).values(to_on=None)
        )
    receipt = world.send()
    assert held(world, hanna.person_id) == (0, 0)
    assert world.program.handler.case(world.member("Hugo"), receipt.number).handlers == ("Hilda",)
    assert {finding.kind for finding in findings(world)} >= {"retired"}


def test_a_handler_who_leaves_while_a_report_is_sealed_does_not_lose_it(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:

    joins(world, "Hilda")
    real, left = intake.receive, []

    def leaving(*args: object) -> object:
        if not left:
            left.append(people.retire(world.program.store, "Hanna", world.clock.now(), actor="command line"))
        return real(*args)  # type: ignore[arg-type]

    monkeypatch.setattr(intake, "receive", leaving)
    receipt = world.send(files=[("a.txt", b"first")])
    case = world.program.handler.case(world.member("Hugo"), receipt.number)
    assert [file.name for file in case.files] == ["a.txt"]
    assert findings(world) == []


def held(world: World, person_id: bytes) -> tuple[int, int]:
    with world.program.store.reading() as db:
        own = select(func.count()).select_from(grants).where(grants.c.holder_id == person_id)
        on = select(func.count()).select_from(readers).where(readers.c.person_id == person_id)
        return db.execute(own).scalar_one(), db.execute(on).scalar_one()


def findings(world: World) -> list[check.Finding]:
    return [
        f
        for f in check.run(world.program.store, world.clock.now())
        if f.kind not in ("handlers", "journal_copy")
    ]
