"""The register of incidents is sealed to its company's officers, keeps every line, and is never in a case."""

from datetime import timedelta

import pytest
from sqlalchemy import delete

from tests.parties.breaches import breach, whole
from tests.parties.newcomers import colleague
from tests.parties.test_invited_again import begin_anew
from tests.vault.tampering import change, findings, rows
from tests.world import SE, World
from whistle.errors import NotThere, Tampered
from whistle.parties.incidents import Incidents
from whistle.parties.report_form import FormRefused
from whistle.vault import duties
from whistle.vault.registertables import incident_grants, incident_lines, incidents
from whistle.vault.tables import cases, designations, ledger


@pytest.fixture
def register(world: World) -> Incidents:
    return world.program.privacy.incidents


def test_an_incident_is_written_down_added_to_and_closed_and_every_line_stays(
    world: World, register: Incidents
) -> None:
    olle = world.member("Olle")
    number = register.report(olle, SE, breach(world))
    seen = register.open(olle, number)
    assert (seen.left.over, seen.left.days, seen.left.hours) == (False, 2, 23)
    assert seen.said["what"].startswith("A list of customers")
    assert [one.kind for one in duties.falling_due(world.program.store, world.clock.now(), 10)] == [
        "incident"
    ]
    with pytest.raises(FormRefused) as refused:
        register.add(olle, number, breach(world), closing=True)
    assert {one.field for one in refused.value.problems} == {"consequences", "measures", "told", "subjects"}
    register.add(olle, number, whole(world), closing=True)
    seen = register.open(olle, number)
    assert seen.facts.closed_on is not None
    assert [sorted(one.changed)[:2] for one in seen.lines] == [
        ["data", "found_at"],
        ["consequences", "measures"],
    ]
    assert duties.falling_due(world.program.store, world.clock.now(), 10) == []
    # A new line opens it again
    register.add(olle, number, whole(world, note="One more was found."), closing=False)
    assert register.open(olle, number).facts.closed_on is None
    assert findings(world) == []


def test_told_after_the_hours_takes_a_reason_and_says_so(world: World, register: Incidents) -> None:
    olle = world.member("Olle")
    number = register.report(olle, SE, breach(world))
    first = breach(world)
    world.clock.advance(timedelta(hours=100))
    assert register.open(olle, number).left.over
    assert ("incident_late", number) in {(one.kind, one.about) for one in findings(world)}
    late = whole(world) | {"found_on": first["found_on"], "found_at": first["found_at"]}
    with pytest.raises(FormRefused) as refused:
        register.add(olle, number, late, closing=True)
    assert [(one.field, one.reason) for one in refused.value.problems] == [("late_reason", "late")]
    register.add(olle, number, late | {"late_reason": "It was not clear whose it was."}, closing=True)
    assert register.open(olle, number).told_late
    assert findings(world) == []


def test_nobody_but_the_companys_officers_finds_the_register(world: World, register: Incidents) -> None:
    number = register.report(world.member("Olle"), SE, breach(world))
    for name in ("Hanna", "Lisa", "Adam", "Alma", "Carl", "Disa", "Nora"):
        member = world.member(name)
        assert register.listing(member) == ()
        for attempt in (
            lambda member=member: register.open(member, number),
            lambda member=member: register.report(member, SE, breach(world)),
            lambda member=member: register.add(member, number, breach(world), closing=False),
            lambda member=member: register.let_in(member, number),
        ):
            with pytest.raises(NotThere):
                attempt()


def test_no_word_of_it_rests_in_the_clear_and_no_case_is_made(world: World, register: Incidents) -> None:
    register.report(world.member("Olle"), SE, breach(world))
    assert rows(world, cases) == []
    (line,) = rows(world, incident_lines)
    assert b"customers" not in line["sealed"]
    said = [row["facts"] for row in rows(world, ledger) if row["action"] == "incident_opened"]
    assert len(said) == 1
    assert "customers" not in said[0]


def test_an_officer_who_came_later_is_let_in_by_one_who_can_open_it(
    world: World, register: Incidents
) -> None:
    olle = world.member("Olle")
    number = register.report(olle, SE, breach(world))
    colleague(world, "Ottilia", SE, "Olle", "privacy_officer")
    ottilia = world.member("Ottilia")
    assert [one.may_open for one in register.listing(ottilia)] == [False]
    for attempt in (register.open, register.let_in):
        with pytest.raises(NotThere):
            attempt(ottilia, number)
    assert register.open(olle, number).lacking == ("Ottilia",)
    register.let_in(olle, number)
    assert register.open(ottilia, number).said["what"].startswith("A list of customers")
    assert register.open(olle, number).lacking == ()
    # Once she is an officer no more, the next line takes the key away
    with world.program.store.writing() as work:
        theirs = designations.c.person_id == ottilia.person_id
        work.db.execute(delete(designations).where(theirs))
    with pytest.raises(NotThere):
        register.open(ottilia, number)
    register.add(olle, number, breach(world, note="More."), closing=False)
    assert [row["person_id"] for row in rows(world, incident_grants)] == [olle.person_id]


def test_a_row_or_a_line_that_was_changed_shows(world: World, register: Incidents) -> None:
    olle = world.member("Olle")
    number = register.report(olle, SE, breach(world))
    register.add(olle, number, breach(world, note="More."), closing=False)
    first, second = (row["sealed"] for row in rows(world, incident_lines))
    change(world, incident_lines, {"n": 1}, sealed=second)
    change(world, incident_lines, {"n": 2}, sealed=first)
    with pytest.raises(Tampered):
        register.open(olle, number)
    change(world, incidents, {"number": number}, due_on=None)
    assert ("incident", number) in {(one.kind, one.about) for one in findings(world)}
    with pytest.raises(Tampered):
        register.open(olle, number)


def test_an_officer_who_begins_anew_reads_the_register_once_a_colleague_handed_it_over(
    sqlite_world: World,
) -> None:
    world, program = sqlite_world, sqlite_world.program
    register = program.privacy.incidents
    colleague(world, "Orvar", SE, by="Olle", role="privacy_officer")
    number = register.report(world.member("Olle"), SE, breach(world))
    token = program.staff.invite_again(world.member("Adam"), world.member("Olle").person_id.hex())
    olle = begin_anew(world, "Olle", token)
    orvar = world.member("Orvar")
    (waiting,) = program.keys.pending(orvar)
    program.keys.confirm(orvar, waiting.designation, program.staff.fingerprint(olle))
    assert [one.may_open for one in register.listing(olle)] == [False]
    assert register.open(orvar, number).lacking == ("Olle",)
    register.let_in(orvar, number)
    assert register.open(olle, number).said["what"].startswith("A list of customers")
