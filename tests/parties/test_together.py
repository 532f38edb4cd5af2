"""People who work on a case at the same moment lose nothing, and every record stands under its own number."""

from collections.abc import Callable
from functools import partial
from typing import Any

from sqlalchemy import select

from tests.parties import apart
from tests.world import World
from whistle.errors import Conflict, WhistleError
from whistle.vault import check
from whistle.vault.tables import closings, grants, ledger, records

TIMES = 6


def numbers(world: World, compartment: int) -> list[int]:
    with world.program.store.reading() as db:
        query = select(records.c.n).where(records.c.compartment == compartment).order_by(records.c.n)
        return list(db.execute(query).scalars())


def sound(world: World) -> bool:
    return {found.kind for found in check.run(world.program.store, world.clock.now())} == set()


def often(act: Callable[[str], Any], who: str) -> Callable[[], list[str]]:
    def run() -> list[str]:
        for time in range(TIMES):
            act(f"{who} {time}")
        return [f"{who} {time}" for time in range(TIMES)]

    return run


def test_two_handlers_and_the_reporter_write_at_the_same_moment(world: World) -> None:
    receipt = world.send()
    secret, handler, reporter = world.enter(receipt), world.program.handler, world.program.reporter
    hanna, hugo = world.member("Hanna"), world.member("Hugo")

    def answer(text: str) -> None:
        sending = reporter.writing(secret)
        sink = sending.open_file(f"{text}.txt", "")
        sink.write(text.encode() * 99)
        sink.finish()
        reporter.message(secret, sending, text)

    said = apart.in_threads(
        [
            often(lambda text: handler.message(hanna, receipt.number, text), "Hanna"),
            often(lambda text: handler.message(hugo, receipt.number, text), "Hugo"),
            often(answer, "Reporter"),
        ]
    )

    assert not [refusal for refusal in said if isinstance(refusal, WhistleError)]
    entries = reporter.open(secret).entries
    assert sorted(entry.text for entry in entries[1:]) == sorted(text for texts in said for text in texts)
    # Each one's own words stand in the order in which they were said.
    for texts in said:
        assert [entry.text for entry in entries if entry.text in texts] == texts
    assert numbers(world, 1) == list(range(1, 3 * TIMES + 2))
    for file in reporter.open(secret).files:
        assert (
            b"".join(reporter.file(secret, file.id).chunks()) == file.name.removesuffix(".txt").encode() * 99
        )
    assert sound(world)


def test_two_processes_write_at_the_same_moment(world: World) -> None:
    receipt = world.send()
    given = [
        (name, world.secrets.seeds[name], world.member(name).person_id, receipt.number, f"From {name}")
        for name in ("Hanna", "Hugo")
    ]
    assert sorted(apart.in_processes(world, apart.write, given)) == ["From Hanna", "From Hugo"]
    assert numbers(world, 1) == [1, 2, 3]
    texts = {
        entry.text for entry in world.program.handler.case(world.member("Hanna"), receipt.number).entries
    }
    assert {"From Hanna", "From Hugo"} < texts
    assert sound(world)


def test_the_first_note_by_two_at_once_makes_one_compartment_that_both_read(world: World) -> None:
    receipt = world.send()
    handler, hanna, hugo = world.program.handler, world.member("Hanna"), world.member("Hugo")
    apart.in_threads(
        [
            lambda: handler.note(hanna, receipt.number, "Hanna's"),
            lambda: handler.note(hugo, receipt.number, "Hugo's"),
        ]
    )
    for member in (hanna, hugo):
        assert {note.text for note in handler.case(member, receipt.number).notes} == {"Hanna's", "Hugo's"}
    assert numbers(world, 3) == [1, 2]
    with world.program.store.reading() as db:
        keys = db.execute(select(grants.c.object_id).where(grants.c.compartment == 3)).scalars()
        assert len({bytes(key) for key in keys}) == 1
    assert sound(world)


def test_two_who_acknowledge_or_close_at_once_do_it_once(world: World) -> None:
    receipt = world.send()
    handler, hanna, hugo = world.program.handler, world.member("Hanna"), world.member("Hugo")

    answers = apart.in_threads(
        [
            partial(handler.acknowledge, member, receipt.number, f"Received, {member.name}.")
            for member in (hanna, hugo)
        ]
    )
    assert [type(answer) for answer in answers if answer is not None] == [Conflict]
    world.nobody_concerned(hanna, receipt.number)
    closed = apart.in_threads(
        [
            partial(handler.close, member, receipt.number, "no_misconduct_found", f"No, {member.name}.")
            for member in (hanna, hugo)
        ]
    )
    assert [getattr(answer, "reason", None) for answer in closed if answer is not None] == ["state"]

    kinds = [entry.kind for entry in handler.case(hanna, receipt.number).entries]
    assert kinds == ["report", "acknowledgement", "closing"]
    with world.program.store.reading() as db:
        assert len(db.execute(select(closings)).all()) == 1
        done = list(
            db.execute(select(ledger.c.action).where(ledger.c.case_number == receipt.number)).scalars()
        )
    assert (done.count("acknowledged"), done.count("closed")) == (1, 1)
    assert sound(world)


def test_both_open_a_case_for_the_first_time_at_once(world: World) -> None:
    receipt = world.send()
    handler, members = world.program.handler, [world.member("Hanna"), world.member("Hugo")]
    for _again in range(2):
        cases = apart.in_threads([partial(handler.case, member, receipt.number) for member in members * 2])
        assert [case.number for case in cases] == [receipt.number] * 4
    with world.program.store.reading() as db:
        kinds = [row.kind for row in db.execute(select(grants.c.kind).where(grants.c.compartment == 1))]
    assert kinds == [5, 5, 5]  # all of them own grants now
    assert sound(world)
