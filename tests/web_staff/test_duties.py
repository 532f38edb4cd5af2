"""What is owed stands on one page and beside each case, with the rule behind every day."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest

from tests.web_staff.conftest import Browser
from tests.web_staff.fake_duties import CONCERNED, FEEDBACK, ROWS
from tests.web_staff.fakes import House
from tests.web_staff.samples import LATE, NUMBER
from tests.web_staff.test_real import Doors
from tests.world import World
from whistle.rules.deadlines import CaseFacts, duties_of
from whistle.web import duty_words


@pytest.fixture
def maja(signed_in: Callable[[str], Browser]) -> Browser:
    return signed_in("handler")


def test_each_duty_stands_with_its_day_and_its_rule(maja: Browser) -> None:
    assert maja.get("/desk/duties").status_code == 200
    said = maja.words()
    assert "Late (1)" in said
    assert f"2 days late Mon 8 June {LATE}" in said
    assert "Decide about the persons concerned L13: receipt + 1 month" in said
    assert (
        "Then: Give feedback, 11 June 2026 L3: receipt + 3 months; last legal day Monday 15 June 2026" in said
    )
    assert said.index("Late") < said.index("Within 7 days") < said.index("Later")
    assert "W-0000-NONE" in said
    assert "Nothing" in said


def test_it_speaks_swedish(maja: Browser) -> None:
    maja.get("/desk/duties", language="sv")
    assert "L3: mottagandet + 3 månader; sista lagliga dag måndag 15 juni 2026" in maja.words()
    assert "L13: mottagandet + 1 månad" in maja.words()


def test_it_is_filtered_by_kind_and_company_and_goes_on(maja: Browser, house: House) -> None:
    house.duties.after = "cursor-50"
    maja.get("/desk/duties?kind=feedback&company=nordvakt-larm&after=cursor-1")
    assert house.duties.asked == {"kind": "feedback", "company": "nordvakt-larm", "after": "cursor-1"}
    assert LATE not in maja.words()
    assert 'href="/desk/duties?kind=feedback&amp;company=nordvakt-larm&amp;after=cursor-50"' in maja.page
    assert 'href="/desk/duties?kind=feedback&amp;company=nordvakt-larm"' in maja.page
    maja.get("/desk/duties?kind=everything&company=elsewhere")
    assert house.duties.asked == {"kind": "", "company": "", "after": ""}


def test_an_empty_page_says_so(maja: Browser, house: House) -> None:
    house.duties.rows = ()
    maja.get("/desk/duties")
    assert "Nothing is owed." in maja.words()
    maja.get("/desk/duties?kind=meeting")
    assert "No case fits the filter." in maja.words()


def test_the_bar_leads_to_it_and_marks_one_place_only(maja: Browser) -> None:
    maja.get("/desk/duties")
    assert '<a href="/desk/duties" aria-current="page">' in maja.page
    assert '<a href="/desk" aria-current' not in maja.page
    maja.get(f"/desk/cases/{NUMBER}")
    assert '<a href="/desk" aria-current="page">' in maja.page


def test_the_rail_of_a_case_shows_what_is_owed_with_its_rule(maja: Browser, house: House) -> None:
    case = house.handler.held[NUMBER]
    untouched = duties_of(
        CaseFacts(
            "in_progress", "SE", "Europe/Stockholm", date(2026, 3, 9), untouched_since=date(2026, 3, 11)
        ),
        date(2026, 6, 10),
    )
    review = next(duty for duty in untouched if duty.key == "untouched")
    house.handler.held[NUMBER] = replace(case, duties=(FEEDBACK,), owed=(CONCERNED, review, FEEDBACK))
    maja.get(f"/desk/cases/{NUMBER}")
    said = maja.words()
    rail = said[said.index("Dates Received") :]
    assert "by Monday 8 June 2026 2 days late L13: receipt + 1 month" in rail
    assert "by Tuesday 9 June 2026 1 day late Our own rule: nobody has worked on the case for 90 days" in rail
    assert "Tomorrow L3: receipt + 3 months; last legal day Monday 15 June 2026" in rail


def test_the_duty_box_leads_to_where_the_persons_concerned_are_decided(maja: Browser, house: House) -> None:
    case = house.handler.held[NUMBER]
    house.handler.held[NUMBER] = replace(case, next_duty=CONCERNED, days_left=-2)
    maja.get(f"/desk/cases/{NUMBER}")
    assert '<a class="button" href="#concerned">Decide</a>' in maja.page


def test_every_rule_has_its_words(maja: Browser, house: House) -> None:
    del maja, house
    every = CaseFacts(
        "in_progress", "FI", "Europe/Helsinki", date(2026, 3, 9), meeting_wanted=True,
        untouched_since=date(2026, 3, 9), hold_review_on=date(2026, 3, 9), minutes_shown_on=date(2026, 3, 9),
        concerned_undecided=True, concerned_review_on=date(2026, 3, 9), identity_ends_on=date(2026, 3, 9),
        rights_asked_on=date(2026, 3, 9),
    )  # fmt: skip
    closed = replace(every, state="closed", purge_due_on=date(2028, 3, 9), hold_review_on=None)
    grounded = replace(every, ground_review_on=date(2026, 3, 9))
    every_kind = (every, grounded, closed)
    keys = {duty.key for facts in every_kind for duty in duties_of(facts, date(2031, 3, 1))}
    assert keys == set(duty_words.RULES)
    assert ROWS


def test_a_case_of_the_real_site_stands_on_the_real_page(sqlite_world: World) -> None:
    number = sqlite_world.send(meeting="Yes, by telephone.").number
    doors = Doors(sqlite_world)
    hanna = doors.of("Hanna")
    assert hanna.get("/desk/duties").status_code == 200
    said = hanna.words()
    assert f"In 7 days Mon 9 March {number}" in said
    assert "Confirm receipt L2: receipt + 7 days" in said
    assert (
        "Then: Give feedback, 2 June 2026 L3: receipt + 3 months; last legal day Tuesday 9 June 2026" in said
    )
    hanna.get(f"/desk/cases/{number}")
    assert "L4: receipt + 14 days, our own target" in hanna.words()
    # Somebody else's duties are not there for them, and the page is not there for other roles
    nora = doors.of("Nora")
    nora.get("/desk/duties")
    assert number not in nora.page
    assert doors.of("Lisa").get("/desk/duties").status_code == 404
