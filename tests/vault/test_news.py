"""With mail only where there is something to do, a letter tells nobody of a case that they may not see."""

from datetime import date

from sqlalchemy import insert

from tests.parties.test_holding import ask_of_two
from tests.vault.joining import joins
from tests.vault.scenes import held, person_id
from tests.vault.tampering import case_of, change, rows, write
from tests.world import FI, SE, World
from whistle.vault import reminders
from whistle.vault.tables import readers
from whistle.vault.worktables import identity_request_grants, identity_requests
from whistle.vault.worktables import mails as table

MONDAY = 1


def told(world: World) -> set[str]:
    """Who gets a letter at the hour that comes next."""
    world.later(1)
    rounds = reminders.Rounds(world.settings.mail_hours, only_news=True)
    reminders.queue(world.program.store, world.clock.now(), rounds)
    found = {row["address"].partition("@")[0].capitalize() for row in rows(world, table)}
    write(world, table.delete())
    return found


def test_nobody_is_written_to_while_nothing_waits(world: World) -> None:
    assert told(world) == set()


def test_a_new_report_brings_a_letter_to_its_handlers_alone_until_they_have_seen_it(world: World) -> None:
    number = world.send().number
    assert told(world) == {"Hanna", "Hugo"}
    hanna, hugo = world.member("Hanna"), world.member("Hugo")
    world.program.handler.acknowledge(hanna, number, "Received.")
    world.program.handler.case(hanna, number)
    assert told(world) == {"Hugo"}
    world.program.handler.case(hugo, number)
    assert told(world) == set()
    # A day that comes near brings one again
    world.later(25)
    assert told(world) == {"Hanna", "Hugo"}


def test_who_is_excluded_gets_the_letters_they_would_have_got_without_the_case(world: World) -> None:
    company = next(c for c in world.program.reporter.companies() if c.code == SE)
    [ref] = [person.ref for person in company.people if person.function == "Function of Hanna"]
    world.send(exclude=(ref,))
    assert told(world) == {"Hugo"}
    world.later(200)
    assert told(world) == {"Hugo"}


def test_a_case_that_stands_open_too_long_brings_a_letter_to_legal_who_are_not_excluded(world: World) -> None:
    joins(world, "Lars", "legal", FI)
    out = joins(world, "Lea", "legal", FI).pair.key_id.hex()
    world.send(company=FI, exclude=(out,))
    assert told(world) == {"Fia", "Hugo"}
    world.later(1800)
    while world.clock.now().isoweekday() != MONDAY:  # the day of the weekly list
        world.later(1)
    written = told(world)
    assert ("Lars" in written, "Lea" in written) == (True, False)


def test_what_somebody_once_worked_on_elsewhere_brings_no_letter(world: World) -> None:
    world.send()
    change(world, readers, {"person_id": person_id(world, "Hugo")}, person_id=person_id(world, "Nora"))
    assert told(world) == {"Hanna"}


def test_a_custodian_is_written_to_while_a_request_waits_for_them(world: World) -> None:
    case_id = case_of(world, world.send().number)["id"]
    asked = {"asked_by": person_id(world, "Hanna"), "asked_on": date(2026, 3, 2), "would_hinder": False}
    row = {"id": bytes(16), "case_id": case_id, "state": "waiting", "sealed": b"", "mac": bytes(32)}
    carl = {"request_id": bytes(16), "person_id": person_id(world, "Carl"), "sealed": b""}
    write(world, insert(identity_requests).values(**row, **asked))
    assert "Carl" not in told(world)
    write(world, insert(identity_request_grants).values(**carl))
    assert "Carl" in told(world)
    change(world, identity_requests, {"id": bytes(16)}, state="refused")
    assert "Carl" not in told(world)


def test_legal_is_written_to_when_a_hold_is_to_be_reviewed(world: World) -> None:
    held(world, world.closed()[0].number)
    assert told(world).isdisjoint({"Lisa", "Leo"})
    world.later((date(2027, 1, 10) - world.clock.now().date()).days)
    assert told(world) >= {"Lisa", "Leo"}


def test_on_mondays_the_weekly_list_waits_for_legal_whatever_is_on_it(world: World) -> None:
    world.later(5)
    assert told(world) == set()
    assert told(world) == {"Lisa", "Leo"}  # Monday 9 March 2026
    assert told(world) == set()


def test_legal_is_written_to_when_a_hold_on_many_cases_waits_for_them(world: World) -> None:
    ask_of_two(world, [world.closed()[0].number for _ in range(2)])
    assert told(world) & {"Lisa", "Leo"} == {"Leo"}


def test_legal_is_written_to_when_a_colleague_asks_for_a_release(world: World) -> None:
    hold = held(world, world.closed()[0].number)
    assert world.program.legal.release(world.member("Lisa"), hold, "The ruling fell.") is False
    assert told(world) & {"Lisa", "Leo"} == {"Leo"}
