"""One hold on many cases through the doors: chosen from a list, refused whole when a field is wrong."""

import json
import re
from collections.abc import Callable
from html import unescape

import pytest

from tests.parties.test_holding import ask_of_two
from tests.vault.scenes import purged_case
from tests.vault.tampering import rows
from tests.web_staff.conftest import Browser
from tests.world import World
from whistle import app
from whistle.vault import purge
from whistle.vault.tables import holds

RIGHT = {
    "ground": "court_ruling",
    "citation": "Svea hovrätt, T 77-26",
    "review_on": "2026-12-01",
    "note": "Kept.",
}


@pytest.fixture
def enter(sqlite_world: World) -> Callable[[str], Browser]:
    """Somebody who signed in and has just shown the second factor."""
    web = app.make_app(sqlite_world.program, "staff")

    def begin(name: str) -> Browser:
        browser, sessions = Browser(web.test_client()), sqlite_world.program.sessions
        token = sessions.begin_staff(sqlite_world.member(name))
        sessions.freshen(token)
        browser.client.set_cookie("staff", token)
        return browser

    return begin


def listed(browser: Browser) -> list[str]:
    """What stands in the field for the numbers."""
    found = re.search(r'<textarea id="numbers"[^>]*>\s*(.*?)</textarea>', browser.page, re.DOTALL)
    assert found is not None
    return unescape(found[1]).split()


def test_what_is_chosen_on_two_pages_comes_into_the_form_and_is_held(
    sqlite_world: World, enter: Callable[[str], Browser], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("whistle.vault.legal_list.PAGE", 2)
    monkeypatch.setattr("whistle.vault.legal_list.page.__kwdefaults__", {"after": None, "most": 2})
    numbers, lisa = sorted(sqlite_world.send().number for _ in range(3)), enter("Lisa")
    lisa.get("/legal/cases?state=open")
    assert [number in lisa.words() for number in numbers] == [True, True, False]
    assert lisa.post("/legal/cases", state="open", case_number=numbers[0]).status_code == 200
    assert "1 case on another page is chosen." in lisa.words()
    assert numbers[2] in lisa.words()
    assert f'type="hidden" name="case_number" value="{numbers[0]}"' in lisa.page
    both = {"case_number": [numbers[0], numbers[2]]}
    lisa.post("/legal/holds/many", step="choose", **both)  # type: ignore[arg-type]
    assert listed(lisa) == [numbers[0], numbers[2]]
    text = f"{numbers[0]}\r\n {numbers[2].lower().replace('-', ' ')}, {numbers[0]} {numbers[2]}"
    assert lisa.post("/legal/holds/many", numbers=text, **RIGHT).status_code == 200
    assert "The hold is in force on 2 cases." in lisa.words()
    assert lisa.post("/legal/holds/many", numbers=text, **RIGHT).status_code == 200
    assert "Held by the very same hold already" in lisa.words()
    lisa.get("/legal/cases?held=yes")
    lisa.post("/legal/holds/many", step="all", held="no")
    assert listed(lisa) == [numbers[1]]


def test_a_form_with_anything_wrong_comes_back_whole_and_nothing_is_held(
    sqlite_world: World, enter: Callable[[str], Browser]
) -> None:
    number, lisa = sqlite_world.send().number, enter("Lisa")
    lisa.get("/legal/holds/many")
    wrong = [
        (
            {"numbers": f"{number}\nrubbish <b>\nW-12"},
            "numbers",
            "This is no case number: rubbish, <b>, W-12",
        ),
        ({"numbers": "\n".join(f"W-{n:04}-0000" for n in range(5000))}, "numbers", "At most 500 cases"),
        ({"numbers": " \n "}, "numbers", "Name at least one case."),
        ({"numbers": "W-0000-0000"}, "numbers", "No case of your companies has this number: W-0000-0000"),
        ({"citation": "We might be sued 2026"}, "citation", '"We might be sued" is not a ground.'),
        ({"citation": "A ruling"}, "citation", "has a number in it"),
        ({"ground": ""}, "ground", "another law, a court ruling"),
        ({"review_on": "2026-02-30"}, "review_on", "as year, month and day"),
        ({"review_on": "2026-03-02"}, "review_on", "after today"),
        ({"review_on": "2027-03-03"}, "review_on", "twelve months"),
    ]
    for changed, field, said in wrong:
        answer = lisa.post("/legal/holds/many", **({"numbers": number} | RIGHT | changed))
        assert answer.status_code == 422, changed
        assert said in lisa.words()
        assert f'href="#{field}"' in lisa.page
        assert "Kept.</textarea>" in lisa.page
    assert rows(sqlite_world, holds) == []


def test_a_second_person_confirms_the_list_that_they_read(
    sqlite_world: World, enter: Callable[[str], Browser]
) -> None:
    numbers = [sqlite_world.send().number for _ in range(2)]
    ask, leo, lisa = ask_of_two(sqlite_world, numbers), enter("Leo"), enter("Lisa")
    lisa.get(f"/legal/asks/{ask}")
    assert "Confirm the hold" not in lisa.words()
    assert lisa.post(f"/legal/asks/{ask}/confirm", list="00" * 32).status_code == 422
    leo.get(f"/legal/asks/{ask}")
    assert all(number in leo.words() for number in (*numbers, "Svea hovrätt, T 9-27", "Lisa"))
    read = re.search(r'name="list" value="(\w+)"', leo.page)
    assert read is not None
    assert leo.post(f"/legal/asks/{ask}/confirm", list="00" * 32).status_code == 409
    assert leo.post(f"/legal/asks/{ask}/confirm", list=read[1]).status_code == 303
    assert leo.get(f"/legal/asks/{ask}").status_code == 404
    # A typed number that nobody means is a page, too
    for page in (
        "/legal/holds?after=x",
        "/legal/holds?after=2026-01-01 zz",
        "/legal/cases?after=%00&within=9",
    ):
        assert leo.get(page).status_code == 200


def test_the_signed_file_is_the_certificate_and_the_page_says_how_to_verify_it(
    sqlite_world: World, enter: Callable[[str], Browser]
) -> None:
    number, alma, keys = purged_case(sqlite_world), enter("Alma"), sqlite_world.program.store.keys
    alma.get("/ledger/certificates")
    assert number in alma.words()
    alma.get(f"/ledger/certificates/{number}")
    assert "whistle verify-certificate" in alma.words()
    answer = alma.get(f"/ledger/certificates/{number}/file")
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert purge.verify_certificate(json.loads(answer.data), keys.verifying)["case"] == number
    assert alma.get("/ledger/certificates/W-0000-0000/file").status_code == 404
