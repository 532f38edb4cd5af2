"""The scenarios of RULES section 5 about a case's last day, through the doors that people use."""

import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from tests.vault.scenes import appointed_since, case_with_all, pass_at
from tests.vault.tampering import rows
from tests.web_staff.conftest import Browser
from tests.world import World
from whistle import app
from whistle.vault.tables import certificates

STOCKHOLM = ZoneInfo("Europe/Stockholm")
HOLD = {"ground": "court_ruling", "citation": "Svea hovrätt, T 77-26", "review_on": "2026-12-01"}


class Doors:
    """Browsers of staff who have just shown their second factor, and of reporters, before one site."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.site = app.make_app(world.program, "all")

    def of(self, name: str) -> Browser:
        browser, sessions = Browser(self.site.test_client()), self.world.program.sessions
        token = sessions.begin_staff(self.world.member(name))
        sessions.freshen(token)
        browser.client.set_cookie("staff", token)
        return browser

    def mailbox(self, case_key: str) -> Browser:
        browser = Browser(self.site.test_client())
        browser.get("/mailbox")
        assert browser.post("/mailbox", case_key=case_key).status_code == 303, browser.words()
        return browser

    def at(self, *moment: int) -> None:
        """The clock of the site, in Stockholm."""
        self.world.clock.site = datetime(*moment, tzinfo=STOCKHOLM).astimezone(UTC)  # type: ignore[misc,arg-type]


@pytest.fixture
def doors(sqlite_world: World) -> Doors:
    made = Doors(sqlite_world)
    made.at(2024, 1, 15, 12)
    appointed_since(sqlite_world, datetime(2023, 12, 1, tzinfo=UTC).date())
    return made


def closed_on(doors: Doors, *moment: int) -> tuple[str, str]:
    """A case with a file, messages and a note, closed at its desk on that day; its number and case key."""
    receipt, _secret = case_with_all(doors.world)
    doors.at(*moment)
    doors.world.nobody_concerned(doors.world.member("Hanna"), receipt.number)
    hanna = doors.of("Hanna")
    hanna.get(f"/desk/cases/{receipt.number}")
    closing = {"outcome": "measures_taken", "feedback": "The doors were opened."}
    assert hanna.post(f"/desk/cases/{receipt.number}/close", **closing).status_code == 303, hanna.words()
    assert receipt.case_key is not None
    return receipt.number, receipt.case_key


def test_1_closed_on_a_leap_day_it_stands_on_the_27th_and_is_gone_on_the_28th(doors: Doors) -> None:
    number, key = closed_on(doors, 2024, 2, 29, 12)
    doors.at(2026, 2, 27, 23, 59)
    assert pass_at(doors.world) == ["warned"]
    assert "The fire doors are locked." in doors.mailbox(key).client.get("/mailbox/case").text
    doors.at(2026, 2, 28, 0, 0)
    assert pass_at(doors.world) == ["purged"]
    browser = Browser(doors.site.test_client())
    browser.get("/mailbox")
    assert browser.post("/mailbox", case_key=key).status_code == 422
    assert doors.of("Hanna").get(f"/desk/cases/{number}").status_code == 404
    assert [row["case_number"] for row in rows(doors.world, certificates)] == [number]


def test_2_it_is_readable_until_the_last_minute_of_the_day_before_and_then_by_nobody(doors: Doors) -> None:
    number, key = closed_on(doors, 2024, 2, 28, 12)
    hanna = doors.of("Hanna")
    doors.at(2026, 2, 27, 23, 59)
    hanna.get(f"/desk/cases/{number}")
    assert "Ask the caretaker." in hanna.words()
    assert "Everything in this case is erased on" in hanna.words()
    file = re.search(r'href="(/desk/cases/[^"]+/files/[0-9a-f]{32})"', hanna.page)
    assert file is not None
    assert hanna.client.get(file[1]).status_code == 200
    reporter = doors.mailbox(key)
    assert b"PK" in reporter.client.get("/mailbox/case/everything").data[:4]
    # No pass has run, and the day has come
    doors.at(2026, 2, 28, 0, 0)
    hanna.get(f"/desk/cases/{number}")
    assert "Ask the caretaker." not in hanna.page
    assert "fire doors" not in hanna.page
    assert hanna.client.get(file[1]).status_code == 404
    hanna.get("/desk?state=all")
    assert "fire doors" not in hanna.page
    reporter.get("/mailbox/case")
    assert "fire doors" not in reporter.page
    assert reporter.client.get("/mailbox/case/everything").status_code == 404
    for door, fields in (("notes", {"note": "Late."}), ("reopen", {"reason": "Late."})):
        hanna.get(f"/desk/cases/{number}")
        assert hanna.post(f"/desk/cases/{number}/{door}", **fields).status_code == 422
    assert pass_at(doors.world) == ["purged"]


def held_past_its_day(doors: Doors) -> tuple[str, str]:
    number, key = closed_on(doors, 2024, 2, 29, 12)
    doors.at(2026, 1, 29, 12)  # day 700
    lisa = doors.of("Lisa")
    lisa.get(f"/legal/cases/{number}")
    assert lisa.post(f"/legal/cases/{number}/holds", **HOLD).status_code == 303, lisa.words()
    doors.at(2026, 3, 1, 12)
    assert pass_at(doors.world) == ["kept"]
    return number, key


def test_3_held_on_day_700_it_says_past_due_held_ground_review_and_opens_for_a_reason(doors: Doors) -> None:
    number, key = held_past_its_day(doors)
    hanna = doors.of("Hanna")
    hanna.get(f"/desk/cases/{number}")
    for said in (
        "Past its day",
        "Held",
        "A court ruling. Reviewed by",
        "28 February 2026",
        "1 December 2026",
    ):
        assert said in hanna.words(), said
    assert "T 77-26" not in hanna.page
    assert "fire doors" not in hanna.page
    # A reason and a hold; then it is read, and nothing in it can be written
    door = f"/desk/cases/{number}/held"
    assert hanna.post(door, reason="The court asks.").status_code == 422
    assert "The court asks." in hanna.page
    hold = re.search(r'name="hold" value="([0-9a-f]{32})"', hanna.page)
    assert hold is not None
    assert hanna.post(door, reason="The court asks.", hold=hold[1]).location.startswith(door)
    hanna.get(door)
    assert "The fire doors are locked." in hanna.words()
    assert "Ask the caretaker." in hanna.words()
    link = re.search(rf'href="({door}/files/[0-9a-f]{{32}})"', hanna.page)
    assert link is not None
    assert hanna.client.get(link[1]).data[:4] == b"%PDF"
    for other, field in (("notes", "note"), ("messages", "message"), ("reopen", "reason")):
        hanna.get(door)
        assert hanna.post(f"/desk/cases/{number}/{other}", **{field: "x"}).status_code == 422
    assert hanna.get(f"/desk/cases/{number}/export").status_code == 200
    assert "Nothing more can be done in it" in hanna.words()
    hanna.get(door)
    to_court = {"recipient": "Svea hovrätt", "ground": "T 77-26", "hold": hold[1], "with_notes": "yes"}
    token = re.search(r'name="csrf_token" value="([^"]+)"', hanna.page)
    assert token is not None
    answer = hanna.client.post(f"{door}/export", data={"csrf_token": token[1], **to_court})
    assert answer.data[:2] == b"PK"
    legal_and_reporter_see(doors, number, key)


def legal_and_reporter_see(doors: Doors, number: str, key: str) -> None:
    """Legal reads who opened it, why, and to whom it went; the mailbox says it is kept, until withheld."""
    lisa, reporter = doors.of("Lisa"), doors.mailbox(key)
    lisa.get(f"/legal/cases/{number}/kept")
    assert "Hanna (A court ruling): The court asks." in lisa.words()
    assert "handed over: Svea hovrätt , T 77-26" in lisa.words()
    assert "fire doors" not in lisa.page
    reporter.get("/mailbox/case")
    assert "a law, a court or an authority requires it" in reporter.words()
    assert "T 77-26" not in reporter.page
    assert "fire doors" not in reporter.page
    form = re.search(r'action="(/legal/cases/[^"]+/sentence/[0-9a-f]{32})"', lisa.page)
    assert form is not None
    assert lisa.post(form[1], reason="").status_code == 422
    assert lisa.post(form[1], reason="The inquiry is secret.").status_code == 303
    reporter.get("/mailbox/case")
    assert "requires it" not in reporter.page
    assert "kept" not in reporter.words()
    reporter.get("/mailbox/case")
    assert reporter.post("/mailbox/case/messages", message="Hello?").status_code == 422
    alma = doors.of("Alma")
    alma.get("/ledger")
    assert "Hanna opened a held case past its day" in alma.words()
    assert "Lisa withheld from the mailbox why the case is kept" in alma.words()


def test_4_of_two_holds_one_is_released_and_it_is_still_held(doors: Doors) -> None:
    number, _key = held_past_its_day(doors)
    lisa, leo = doors.of("Lisa"), doors.of("Leo")
    lisa.get(f"/legal/cases/{number}")
    second = HOLD | {"ground": "authority_decision", "citation": "IMY dnr 2026-77"}
    assert lisa.post(f"/legal/cases/{number}/holds", **second).status_code == 303
    lisa.get(f"/legal/cases/{number}")
    releases = sorted(set(re.findall(r'href="(/legal/holds/[0-9a-f]{32}/release)"', lisa.page)))
    assert len(releases) == 2
    for at, release in enumerate(releases):
        lisa.get(release)
        assert lisa.post(release, reason="It is over.").status_code == 303
        leo.get(release)
        assert leo.post(release + "/confirm").status_code == 303
        assert pass_at(doors.world) == [["kept"], ["purged"]][at]


def test_15_a_message_on_the_eve_moves_nothing(doors: Doors) -> None:
    number, key = closed_on(doors, 2024, 2, 29, 12)
    doors.at(2026, 2, 27, 23, 50)
    reporter = doors.mailbox(key)
    reporter.get("/mailbox/case")
    assert "Everything in this case is erased on" in reporter.words()
    assert reporter.post("/mailbox/case/messages", message="Wait, there is more.").status_code == 303
    hanna = doors.of("Hanna")
    hanna.get("/desk")
    assert (
        f"These closed cases are erased within 30 days. Until then they can be read and reopened. {number}"
        in (hanna.words())
    )
    # One handler alone cannot put it off so late
    hanna.get(f"/desk/cases/{number}")
    assert hanna.post(f"/desk/cases/{number}/reopen", reason="There is more.").status_code == 303
    assert hanna.post(f"/desk/cases/{number}/reopen/confirm").status_code == 422
    doors.world.clock.advance(timedelta(minutes=10))
    hugo = doors.of("Hugo")
    hugo.get(f"/desk/cases/{number}")
    assert hugo.post(f"/desk/cases/{number}/reopen/confirm").status_code == 422
    assert pass_at(doors.world) == ["purged"]


def test_closing_twice_is_one_event_and_all_closings_stay_listed(doors: Doors) -> None:
    number, _key = closed_on(doors, 2024, 2, 29, 12)
    hanna = doors.of("Hanna")
    closing = {"outcome": "measures_taken", "feedback": "Once more."}
    hanna.get(f"/desk/cases/{number}")
    assert hanna.post(f"/desk/cases/{number}/close", **closing).status_code == 422
    hanna.get(f"/desk/cases/{number}")
    assert hanna.post(f"/desk/cases/{number}/reopen", reason="").status_code == 422
    assert hanna.post(f"/desk/cases/{number}/reopen", reason="There is more.").status_code == 303
    doors.at(2024, 4, 1, 12)
    hanna.get(f"/desk/cases/{number}")
    assert hanna.post(f"/desk/cases/{number}/close", **closing).status_code == 303, hanna.words()
    hanna.get(f"/desk/cases/{number}")
    assert "Closed Thursday 29 February 2024" in hanna.words()
    assert "Closed Monday 1 April 2024" in hanna.words()
