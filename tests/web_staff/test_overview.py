"""Search, export, figures, ledger and proof through the real doors, as a browser without scripts does it."""

import io
import re
import zipfile
from dataclasses import dataclass
from datetime import timedelta

import pytest

from tests.web_staff.conftest import TOKEN, Browser
from tests.web_staff.test_real import Doors
from tests.world import SE, World
from whistle import app


@pytest.fixture
def doors(sqlite_world: World) -> Doors:
    return Doors(sqlite_world)


EXPORT = {"kind": "authority", "recipient": "Polismyndigheten", "ground": "Beslut dnr A 77-26"}


def test_a_search_stands_in_no_address_and_leads_to_the_case(doors: Doors) -> None:
    receipt = doors.world.send("Three invoices at Café Ö.")
    doors.world.send("Nothing of that.")
    hanna = doors.of("Hanna")
    assert hanna.get("/desk").status_code == 200
    assert 'href="/desk/search"' in hanna.page
    hanna.get("/desk/search")
    answer = hanna.post("/desk/search", text="INVOICES café", state="all")
    assert answer.status_code == 200
    assert "1 case found" in hanna.words()
    assert f'href="/desk/cases/{receipt.number}"' in hanna.page
    assert "Three invoices at Café Ö." in hanna.words()
    assert "invoices" not in str(answer.request.url).lower()
    assert hanna.get("/desk/search?text=invoices").status_code == 200
    assert "found" not in hanna.words()


def test_a_search_that_cannot_be_made_comes_back_as_it_was_typed(doors: Doors) -> None:
    hanna = doors.of("Hanna")
    hanna.get("/desk/search")
    assert hanna.post("/desk/search", text="invoices", from_on="soon").status_code == 422
    assert "Write the date as year, month and day." in hanna.words()
    assert 'value="invoices"' in hanna.page
    assert hanna.post("/desk/search", text="a b c d e f g h i j k").status_code == 422


def test_the_rest_of_a_long_search_is_one_button_away(doors: Doors, monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(3):
        doors.world.send()
    monkeypatch.setattr("whistle.parties.search.PAGE", 2)
    hanna = doors.of("Hanna")
    hanna.get("/desk/search")
    hanna.post("/desk/search", text="invoices", state="all")
    assert "2 cases in this part" in hanna.words()
    assert "Searched 2 of 3 cases, newest first." in hanna.words()
    assert '<progress max="3" value="2"' in hanna.page
    after = re.search(r'name="after" value="([^"]+)"', hanna.page)
    assert after is not None
    hanna.post("/desk/search", text="invoices", state="all", after=after[1], seen="2")
    assert "1 case in this part" in hanna.words()
    assert "All 3 cases that fit the filter were searched." in hanna.words()


@dataclass
class Lane:
    """Room for so many large answers."""

    room: int
    inside: int = 0

    def try_enter_large(self) -> bool:
        self.inside += self.inside < self.room
        return bool(self.room)

    def leave_large(self) -> None:
        self.inside -= 1


def test_a_case_is_handed_over_after_the_second_factor(doors: Doors) -> None:
    receipt = doors.world.send("Three invoices <b>bold</b>.", files=[("år.txt", b"orders")])
    hanna = doors.of("Hanna")
    path = f"/desk/cases/{receipt.number}"
    hanna.get(path)
    assert f'href="{path}/export"' in hanna.page
    hanna.get(f"{path}/export")
    assert "Who the reporter is stays here." in hanna.words()
    for changed, said in (
        ({"kind": "group_company"}, "does not go to another company of the group"),
        ({"recipient": "Nordvakt Norge"}, "does not go to another company of the group"),
        ({"ground": "They asked"}, "A reference has a number in it"),
        ({"outside_eea": "yes"}, "Cite what protects the data"),
    ):
        answer = hanna.post(f"{path}/export", **(EXPORT | changed))
        assert answer.status_code == 422, hanna.words()
        assert said in hanna.words()
        assert "Polismyndigheten" in hanna.page or "recipient" in changed
    assert hanna.post(f"{path}/export", **EXPORT).status_code == 401
    assert "Show your second factor again" in hanna.words()
    token = TOKEN.search(hanna.page)
    assert token is not None
    doors.world.clock.advance(timedelta(seconds=31))
    shown = {"step_up": "yes", "code": doors.world.code("Hanna"), "csrf_token": token[1]}
    answer = hanna.client.post(f"{path}/export", data=EXPORT | shown)
    assert answer.status_code == 200
    assert answer.headers["Content-Disposition"].startswith('attachment; filename="download.zip"')
    with zipfile.ZipFile(io.BytesIO(answer.data)) as archive:
        page = archive.read("index.html").decode()
        assert archive.namelist()[-1] == "manifest.json"
    assert "&lt;b&gt;bold&lt;/b&gt;" in page
    assert "<script" not in page
    assert "files/01%20" in page
    hanna.get(f"{path}/export")
    assert "Polismyndigheten (An authority), Beslut dnr A 77-26" in hanna.words()


def test_a_case_is_noted_as_handed_over_only_once_there_is_room_to_send_it(doors: Doors) -> None:
    path = f"/desk/cases/{doors.world.send().number}/export"
    hanna = doors.of("Hanna")
    hanna.get(path)
    assert hanna.post(path, **EXPORT).status_code == 401
    token = TOKEN.search(hanna.page)
    assert token is not None
    doors.world.clock.advance(timedelta(seconds=31))
    form = EXPORT | {"step_up": "yes", "code": doors.world.code("Hanna"), "csrf_token": token[1]}
    # A lane that was taken is left whatever comes of it
    for lane, status in ((Lane(0), 429), (Lane(1), 200), (Lane(1), 422)):
        sent = form | ({"ground": "They asked"} if status == 422 else {})
        answer = hanna.client.post(path, data=sent, environ_overrides={"whistle.lanes": lane}, buffered=True)
        assert (answer.status_code, lane.inside) == (status, 0)
        form = EXPORT | {"csrf_token": token[1]}
    actions = [
        line.action for line in doors.world.program.keys.ledger(doors.world.member("Alma"), None).lines
    ]
    assert actions.count("exported") == 1


def test_nobody_else_reaches_these_doors(doors: Doors) -> None:
    receipt = doors.world.send()
    lisa = doors.of("Lisa")
    for path in ("/desk/search", "/desk/statistics", "/statistics", f"/desk/cases/{receipt.number}/export"):
        assert lisa.get(path).status_code == 404, path
    lisa.get("/legal")
    for path in ("/desk/search", "/desk/statistics/publish", f"/desk/cases/{receipt.number}/export"):
        assert lisa.post(path, **EXPORT).status_code == 404, path
    stranger = doors.browser()
    assert stranger.get("/desk/search").status_code == 303


def test_a_handler_publishes_a_quarter_and_an_auditor_reads_it(doors: Doors) -> None:
    for _month in range(3):
        doors.world.later(31)
        for _case in range(5):
            doors.world.send()
    doors.world.later(40)
    hanna = doors.of("Hanna")
    address = f"/desk/statistics?company={SE}&quarter=2026-Q2"
    hanna.get(address)
    assert "Cases received: 15." in hanna.words()
    # Only the months have numbers that may be shown, and what has none is not drawn
    assert hanna.page.count('<svg role="img"') == 1
    assert hanna.post("/desk/statistics/publish", company=SE, quarter="2026-Q2").status_code == 303
    hanna.get(address)
    assert "Published for the auditors on" in hanna.words()
    assert hanna.post("/desk/statistics/publish", company=SE, quarter="2026-Q2").status_code == 409
    alma = doors.of("Alma")
    alma.get("/statistics")
    assert "Nordvakt AB, 2026-Q2" in alma.words()
    assert "Cases received: 15." in alma.words()
    assert "The whole group, 2026-Q2" in alma.words()


def test_garbage_asked_of_the_figures_shows_the_quarter_that_is(doors: Doors) -> None:
    doors.world.send()
    hanna = doors.of("Hanna")
    assert hanna.get("/desk/statistics?quarter=x&company=").status_code == 200
    assert hanna.get("/desk/statistics?company=nobody").status_code == 404
    assert doors.of("Alma").get("/statistics").status_code == 200


def test_the_ledger_is_filtered_and_says_that_it_is_intact(doors: Doors) -> None:
    receipt = doors.world.send()
    alma = doors.of("Alma")
    alma.get("/ledger")
    assert "The ledger is intact." in alma.words()
    assert "A report was received" in alma.words()
    alma.get(f"/ledger?case={receipt.number.lower()}")
    assert receipt.number in alma.words()
    alma.get("/ledger?case=W-0000-0000")
    assert "Nothing fits the filter." in alma.words()
    for garbage in ("before=x", "from_on=soon", "action=burnt", "before=" + "9" * 40):
        assert alma.get(f"/ledger?{garbage}").status_code == 200
        assert "A report was received" in alma.words()


def test_a_reporter_takes_their_proof_and_anybody_can_read_how_to_check_it(sqlite_world: World) -> None:
    flask = app.make_app(sqlite_world.program, "public")
    receipt = sqlite_world.send(files=[("a.txt", b"orders")])
    visitor = Browser(flask.test_client())
    assert visitor.get("/mailbox/case/proof").status_code == 303
    visitor.get("/mailbox")
    assert visitor.post("/mailbox", case_key=receipt.case_key or "").status_code == 303, visitor.words()
    visitor.get("/mailbox/case")
    assert 'href="/mailbox/case/proof"' in visitor.page
    answer = visitor.client.get("/mailbox/case/proof")
    assert answer.status_code == 200
    assert answer.headers["Content-Disposition"].startswith('attachment; filename="download.zip"')
    with zipfile.ZipFile(io.BytesIO(answer.data)) as archive:
        readable = archive.read("proof.txt").decode()
    assert "A report to Nordvakt AB was received on" in readable
    assert "1 file came with it." in readable
    assert receipt.number not in readable
    assert visitor.get("/proof").status_code == 200
    assert sqlite_world.program.overview.proof.fingerprint in visitor.words()
    visitor.get("/protect")
    assert sqlite_world.program.overview.proof.fingerprint in visitor.words()
