"""Who a report holds responsible is sealed, decided about one by one, and nothing closes before that."""

from datetime import date
from functools import partial

import pytest
from sqlalchemy import select

from tests.parties import apart
from tests.world import NO, World
from whistle.errors import Conflict, NotThere, RuleRefused
from whistle.parties.concerned import Said
from whistle.parties.report_form import FormRefused
from whistle.parties.work_views import ConcernedView
from whistle.vault.tables import ledger
from whistle.vault.worktables import concerned

MARKER = "Bo Ek, purchasing"


def decide(world: World, number: str, said: Said, *, who: str = "Hanna", seen: int | None = None) -> None:
    world.program.casework.concerned.decide(world.member(who), number, said, seen)


def view(world: World, number: str) -> ConcernedView:
    return world.program.handler.case(world.member("Hugo"), number).concerned


def rows(world: World) -> list[tuple[str, date | None]]:
    with world.program.store.reading() as db:
        return [(row.decision, row.review_on) for row in db.execute(select(concerned))]


def refused(act: object) -> str:
    with pytest.raises(RuleRefused) as refusal:
        act()  # type: ignore[operator]
    return refusal.value.reason


def close(world: World, number: str) -> None:
    world.program.handler.close(world.member("Hanna"), number, "measures_taken", "It was stopped.")


def test_a_case_closes_once_everybody_concerned_is_decided_about(world: World) -> None:
    # Given a person who is named and not decided about, the case does not close
    number = world.send().number
    assert refused(partial(close, world, number)) == "concerned"
    decide(world, number, Said("undecided", person=MARKER))
    assert refused(partial(close, world, number)) == "concerned"
    # When it is put off, it does not close either
    decide(world, number, Said("deferred", ground="secrecy", review_on="2026-05-31"))
    assert rows(world) == [("deferred", date(2026, 5, 31))]
    assert refused(partial(close, world, number)) == "concerned"
    # Then a lasting ground lets it, and every decision stays readable
    world.later(3)
    decide(world, number, Said("lasting_ground", ground="2018:218 5:1"))
    close(world, number)
    found = view(world, number)
    assert [one["decision"] for one in (*found.earlier, *found.people)] == [
        "undecided", "deferred", "lasting_ground"
    ]  # fmt: skip
    assert (found.people[0]["person"], found.people[0]["ground"]) == (MARKER, "secrecy")
    assert found.people[0].author == "Hanna"
    assert found.settled


def test_nothing_readable_of_a_person_rests_and_the_ledger_says_who_decided_what(world: World) -> None:
    number = world.send().number
    decide(world, number, Said("informed", person=MARKER, how="By letter", answer="It was an error."))
    with world.program.store.reading() as db:
        lines = db.execute(select(ledger).where(ledger.c.case_number == number)).all()
    said = [(line.action, line.actor, line.facts) for line in lines if line.action == "concerned_decided"]
    assert len(said) == 1
    assert said[0][1] == "Hanna"
    assert '"decision":"informed"' in said[0][2].replace(" ", "")
    for line in lines:
        assert "Bo Ek" not in line.facts
    secret = world.program.handler.case(world.member("Hanna"), number)
    assert "Bo Ek" not in repr(secret.entries)


def test_the_reporter_sees_nothing_of_it(sqlite_world: World) -> None:
    receipt = sqlite_world.send()
    secret = sqlite_world.enter(receipt)
    decide(sqlite_world, receipt.number, Said("informed", person=MARKER, how="In writing"))
    mailbox = sqlite_world.program.reporter.open(secret)
    assert "Bo Ek" not in repr(mailbox)
    assert len(mailbox.entries) == 1


def test_without_a_name_it_is_about_the_only_person_there_is(sqlite_world: World) -> None:
    world = sqlite_world
    number = world.send().number
    decide(world, number, Said("undecided"))
    decide(world, number, Said("informed"))
    assert rows(world) == [("informed", None)]
    decide(world, number, Said("undecided", person="Somebody else"))
    assert refused(lambda: decide(world, number, Said("informed"))) == "concerned_which"
    assert refused(lambda: decide(world, number, Said("informed", person=""))) == "concerned_which"
    decide(world, number, Said("informed", person="Somebody else"))
    assert sorted(rows(world)) == [("informed", None), ("informed", None)]


def test_nobody_is_concerned_only_where_nobody_is_named(world: World) -> None:
    number = world.send().number
    decide(world, number, Said("none_identified"))
    decide(world, number, Said("none_identified"))
    assert rows(world) == [("none_identified", None)]
    decide(world, number, Said("undecided", person=MARKER))
    assert rows(world) == [("undecided", None)], "somebody is named, so the word that nobody is goes"
    assert refused(lambda: decide(world, number, Said("none_identified"))) == "concerned_named"
    assert view(world, number).nobody is None


def test_the_day_on_which_somebody_was_told_lies_between_report_and_today(sqlite_world: World) -> None:
    world = sqlite_world
    number = world.send().number
    world.later(9)
    for day in ("2026-03-01", "2026-03-12"):
        assert refused(lambda day=day: decide(world, number, Said("informed", informed_on=day))) == (
            "informed_on"
        )
    decide(world, number, Said("informed", person=MARKER, informed_on="2026-03-04"))
    assert view(world, number).people[0]["informed_on"] == "2026-03-04"
    decide(world, number, Said("informed", id=view(world, number).people[0].id, answer="They deny it."))
    person = view(world, number).people[0]
    assert (person["informed_on"], person["answer"], person["person"]) == (
        "2026-03-04", "They deny it.", MARKER
    )  # fmt: skip


def test_an_answer_is_recorded_after_closing_and_nothing_is_reopened_by_it(sqlite_world: World) -> None:
    world = sqlite_world
    number = world.send().number
    decide(world, number, Said("informed", person=MARKER))
    close(world, number)
    own_id = view(world, number).people[0].id
    assert refused(lambda: decide(world, number, Said("undecided", id=own_id))) == "state"
    decide(world, number, Said("informed", id=own_id, answer="They have left."))
    assert view(world, number).people[0]["answer"] == "They have left."


def test_another_country_has_another_ground(sqlite_world: World) -> None:
    world = sqlite_world
    number = world.send(company=NO).number
    put_off = Said("deferred", ground="secrecy", review_on="2026-04-01")
    assert refused(lambda: decide(world, number, put_off, who="Nora")) == "concerned_ground"
    decide(world, number, Said("deferred", ground="§ 16", review_on="2026-04-01"), who="Nora")


@pytest.mark.parametrize(
    "said",
    [
        Said("deferred", ground="secrecy", review_on="soon"),
        Said("deferred", ground="secrecy", review_on="2026-13-40"),
        Said("informed", informed_on="\0"),
        Said("informed", person="a\0b"),
        Said("informed", person="x" * 1001),
        Said("informed", remark="x" * 100_001),
        Said("informed", answer="\ud800"),
    ],
    ids=lambda said: f"{said.decision}-{len(repr(said))}",
)
def test_a_form_that_cannot_be_read_changes_nothing(sqlite_world: World, said: Said) -> None:
    number = sqlite_world.send().number
    with pytest.raises(FormRefused):
        decide(sqlite_world, number, said)
    assert rows(sqlite_world) == []


def test_somebody_of_another_case_is_nobody_here(sqlite_world: World) -> None:
    world = sqlite_world
    first, second = world.send().number, world.send().number
    decide(world, first, Said("undecided", person=MARKER))
    theirs = view(world, first).people[0].id
    for wrong in (theirs, "ff" * 16, "zz", "'"):
        with pytest.raises(NotThere):
            decide(world, second, Said("informed", id=wrong))
    assert rows(world) == [("undecided", None)]


def test_of_two_who_decide_at_once_the_second_is_told(world: World) -> None:
    number = world.send().number
    decide(world, number, Said("undecided", person=MARKER))
    person = view(world, number).people[0]
    answers = apart.in_threads(
        [
            partial(
                decide, world, number, Said(decision, id=person.id, ground="secrecy"), who=who, seen=person.n
            )
            for who, decision in (("Hanna", "informed"), ("Hugo", "lasting_ground"))
        ]
    )
    assert [type(answer) for answer in answers if answer is not None] == [Conflict]
    assert len(rows(world)) == 1
    found = view(world, number)
    assert [len(found.people), len(found.earlier)] == [1, 1]
