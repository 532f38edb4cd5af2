"""The forms around a case as a browser without JavaScript meets them: each says what it does, and does it."""

from datetime import timedelta

import pytest

from tests.vault.joining import joins
from tests.web_staff.test_real import Doors
from tests.world import PASSPHRASE, World
from whistle import app


@pytest.fixture
def doors(sqlite_world: World) -> Doors:
    return Doors(sqlite_world)


def ref(world: World, name: str) -> str:
    return world.member(name).person_id.hex()


def test_a_colleague_is_let_in_shut_out_and_let_in_again_on_the_cases_page(doors: Doors) -> None:
    world, number = doors.world, doors.world.send("Three invoices.").number
    joins(world, "Helga Lind")
    base, hanna = f"/desk/cases/{number}", doors.of("Hanna")
    hanna.get(base)
    assert "Let a colleague in" in hanna.words()
    refused = hanna.post(f"{base}/handlers", action="grant", person="")
    assert refused.status_code == 422
    assert 'id="grant" open' in hanna.page
    helga = ref(world, "Helga Lind")
    assert hanna.post(f"{base}/handlers", action="grant", person=helga).status_code == 303
    hanna.get(f"{base}?done=granted")
    assert "Your colleague can now read the whole case." in hanna.words()
    assert "Helga Lind" in hanna.words()
    refused = hanna.post(f"{base}/handlers", action="exclude", person=helga, reason=" ")
    assert refused.status_code == 422
    assert 'href="#exclude-reason"' in hanna.page
    said = "She sold <b>them</b> the pumps."
    assert hanna.post(f"{base}/handlers", action="exclude", person=helga, reason=said).status_code == 303
    hanna.get(base)
    assert "a conflict of interest, declared by Hanna" in hanna.words()
    assert "<b>them</b>" not in hanna.page
    again = hanna.post(f"{base}/handlers", action="lift", person=helga, reason="A mistake.")
    assert again.status_code == 422
    assert "Somebody else has to confirm this" in hanna.words()
    hugo = doors.of("Hugo")
    hugo.get(base)
    assert hugo.post(f"{base}/handlers", action="lift", person=helga, reason="A mistake.").status_code == 303
    hugo.get(base)
    gone = hugo.post(f"{base}/handlers", action="grant", person="00" * 16)
    assert gone.status_code == 422
    assert "This person cannot be chosen any more" in hugo.words()


def test_who_declares_a_conflict_is_told_to_whom_the_case_goes_and_sees_it_no_more(doors: Doors) -> None:
    world = doors.world
    number = world.send("About Hugo.", exclude=(world.member("Hugo").pair.key_id.hex(),)).number
    base, hanna, hugo = f"/desk/cases/{number}", doors.of("Hanna"), doors.of("Hugo")
    hanna.get(base)
    assert "In the same step it goes to Disa." in hanna.words()
    answer = hanna.post(f"{base}/conflict", reason="My sister.")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/desk/newcomers?done=left")
    hanna.get("/desk/newcomers?done=left")
    assert "You have left the case." in hanna.words()
    assert hanna.get(base).status_code == 404
    assert hugo.get("/desk/newcomers").status_code == 200
    for door in ("handlers", "conflict", "investigators"):
        fields = {"person": ref(world, "Disa"), "reason": "Hm.", "to_on": "2026-04-01", "reference": "1"}
        sent = hugo.post(f"{base}/{door}", **fields)
        assert sent.status_code == 404
    disa = doors.of("Disa")
    disa.get("/desk")
    assert number in disa.words()
    disa.get(base)
    assert "Deputy" in disa.words()
    assert "My sister." in disa.words()


def test_all_open_cases_are_granted_with_one_button_and_the_page_says_how_many_are_left(
    doors: Doors, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("whistle.parties.circle.BATCH", 2)
    world = doors.world
    for at in range(3):
        world.send(f"Case {at}.")
    joins(world, "Helga")
    hanna = doors.of("Hanna")
    hanna.get("/desk/newcomers")
    assert "They lack 3 of your open cases." in hanna.words()
    assert "Grant all 3 open cases" in hanna.words()
    fields = {"person": ref(world, "Helga"), "company": "nordvakt-se"}
    assert hanna.post("/desk/newcomers", **fields).status_code == 200
    assert "2 cases were granted. 1 are left." in hanna.words()
    hanna.post("/desk/newcomers", **fields)
    assert "Nobody lacks a case that you have." in hanna.words()
    assert len(world.program.handler.cases(world.member("Helga")).rows) == 3
    for name in ("Lisa", "Adam"):
        other = doors.of(name)
        assert other.get("/desk/newcomers").status_code == 404


def test_an_investigator_is_named_on_the_case(doors: Doors) -> None:
    world, number = doors.world, doors.world.send("Three invoices.").number
    base, hanna = f"/desk/cases/{number}", doors.fresh("Hanna")
    hanna.get(base)
    assert "Name an outside investigator" in hanna.words()
    fields = {"person": ref(world, "Nora"), "to_on": "2026-05-01", "reference": "Agreement 17"}
    for field, wrong in (("to_on", "2020-01-01"), ("to_on", "x"), ("reference", "")):
        assert hanna.post(f"{base}/investigators", **(fields | {field: wrong})).status_code == 422
        assert f'href="#investigator-{field}"' in hanna.page
    assert hanna.post(f"{base}/investigators", **fields).status_code == 303


def test_a_reporter_whose_case_nobody_reads_is_told_so(sqlite_world: World) -> None:
    world = sqlite_world
    refs = tuple(world.member(name).pair.key_id.hex() for name in ("Hanna", "Hugo", "Disa"))
    receipt = world.send("About all of them.", exclude=refs)
    client = app.make_app(world.program, "public").test_client()
    page = client.get("/mailbox").get_data(as_text=True)
    token = page.split('name="csrf_token" value="', 1)[1].split('"', 1)[0]
    client.post("/mailbox", data={"csrf_token": token, "case_key": receipt.case_key or ""})
    text = client.get("/mailbox/case", headers={"Accept-Language": "en"}).get_data(as_text=True)
    assert "Nobody can read your report yet." in text


def test_a_reason_typed_before_the_time_ran_out_is_back_in_its_form_after_the_sign_in(doors: Doors) -> None:
    world, number = doors.world, doors.world.send("Three invoices.").number
    base, hanna = f"/desk/cases/{number}", doors.of("Hanna")
    hanna.get(base)
    world.clock.advance(timedelta(hours=1))
    hanna.post(f"{base}/handlers", action="exclude", person=ref(world, "Lisa"), reason="Her brother.")
    hanna.post("/staff/return", name="Hanna", passphrase=PASSPHRASE, code=world.code("Hanna"))
    assert 'id="exclude" open' in hanna.page
    assert "Her brother." in hanna.page
    assert world.program.handler.case(world.member("Hugo"), number).circle.excluded == ()
