"""The pages of the register of incidents, with the real site behind them."""

import re
from datetime import timedelta
from html import unescape

import pytest

from tests.parties.breaches import breach, whole
from tests.web_staff.test_privacy_doors import Doors
from tests.world import World

REGISTER = "/privacy-desk/incidents"


@pytest.fixture
def doors(sqlite_world: World) -> Doors:
    return Doors(sqlite_world)


def test_an_incident_is_written_down_and_closed_from_its_pages(doors: Doors) -> None:
    officer, company = doors.of("Olle"), {"company": "nordvakt-se"}
    officer.get(f"{REGISTER}/new")
    # Refused, it comes back with what was typed
    assert officer.post(REGISTER, **company, **breach(doors.world, found_at="")).status_code == 422
    assert "Write the day and the time." in officer.words()
    assert "A list of customers went to the wrong address." in unescape(officer.page)
    answer = officer.post(REGISTER, **company, **breach(doors.world))
    assert answer.status_code == 303
    place = answer.location.partition("?")[0]
    officer.get(place)
    assert "2 days and 23 hours are left." in officer.words()
    assert re.search(r"The 72 hours end on Thursday 5 March 2026 at \d\d:\d\d\.", officer.words())
    # To close it, all that the register wants has to be there
    assert officer.post(place, step="close", **breach(doors.world)).status_code == 422
    for field in ("consequences", "measures", "told", "subjects"):
        assert f'href="#{field}"' in officer.page
    assert officer.post(place, step="close", **whole(doors.world)).status_code == 303
    officer.get(f"{place}?done=closed")
    assert "The incident is closed. It stays in the register." in officer.words()
    officer.get(REGISTER)
    assert "Closed on 2 March 2026" in officer.words()


def test_the_hours_that_are_over_are_said_in_words_without_a_script(doors: Doors) -> None:
    number = doors.world.program.privacy.incidents.report(
        doors.world.member("Olle"), "nordvakt-se", breach(doors.world)
    )
    doors.world.clock.advance(timedelta(hours=73))
    officer = doors.of("Olle")
    officer.get(f"{REGISTER}/{number}")
    assert "The 72 hours ended 2 hours ago." in officer.words()


def test_the_auditor_reads_that_there_is_an_incident_and_nothing_of_it(doors: Doors) -> None:
    doors.world.program.privacy.incidents.report(
        doors.world.member("Olle"), "nordvakt-se", breach(doors.world)
    )
    auditor = doors.of("Alma")
    auditor.get("/ledger")
    assert "Olle wrote an incident down" in auditor.words()
    assert "list of customers" not in auditor.page


def test_others_find_no_door_and_an_invented_number_leads_nowhere(doors: Doors) -> None:
    for name in ("Hanna", "Lisa", "Adam", "Alma", "Disa"):
        assert doors.of(name).get(REGISTER).status_code == 404
    officer = doors.of("Olle")
    for number in ("I-0000-0000", "W-0000-0000", "all"):
        assert officer.get(f"{REGISTER}/{number}").status_code == 404
    officer.get(f"{REGISTER}/new")
    assert officer.post(REGISTER, company="nordvakt-fi", **breach(doors.world)).status_code == 422
    assert "Choose one of the answers that are offered." in officer.words()
