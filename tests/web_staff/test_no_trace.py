"""Whoever is excluded finds no trace of the case: each of their pages stays the same, letter for letter."""

import re
from difflib import unified_diff

import pytest

from tests.parties.newcomers import newcomer
from tests.vault.role_writing import confirm
from tests.web_staff.test_real import Doors
from tests.world import World
from whistle import scheduler

UNKNOWN = "W-0000-0000"
EXCLUDED = ("Hanna", "Disa", "Carl", "Lisa", "Olle", "Alma")
PAGES = {
    "Hanna": (
        "/desk", "/desk?state=all", "/desk?state=closed", "/desk/duties", "/desk/newcomers", "/desk/search",
    ),
    "Disa": ("/desk", "/desk?state=all", "/desk/duties", "/desk/newcomers"),
    "Carl": ("/custody",),
    "Lisa": ("/legal",),
    "Olle": ("/staff/account",),
    "Alma": ("/ledger", "/statistics", "/documentation"),
}  # fmt: skip
CHANGES = re.compile(
    r'name="(?:csrf_token|question|challenge|setup|kept)" value="[^"]*"|nonce-[\w-]+|before=[\w-]+'
)
"""Tokens, and the sealed place where the ledger's next page begins."""


def page(browser: object, address: str, number: str = UNKNOWN) -> tuple[int, str]:
    """An answer without what is new in each, and with the number of the case that was asked for left out."""
    answer = browser.get(address)  # type: ignore[attr-defined]
    text = CHANGES.sub("", answer.get_data(as_text=True)).replace(number, UNKNOWN)
    return answer.status_code, text


def seen(browsers: dict[str, object]) -> dict[tuple[str, str], tuple[int, str]]:
    """Every page of everybody who is excluded."""
    return {(name, address): page(browsers[name], address) for name in EXCLUDED for address in PAGES[name]}


def worked_through(world: World) -> str:
    """A case that excludes them all, from the report to the closing, with a hold on it."""
    refs = tuple(world.member(name).pair.key_id.hex() for name in EXCLUDED)
    receipt = world.send("About all of them.", exclude=refs, identity_name="Eva", meeting="Please call.")
    secret, hugo, leo = world.enter(receipt), world.member("Hugo"), world.member("Leo")
    handler, reporter = world.program.handler, world.program.reporter
    handler.acknowledge(hugo, receipt.number, "Received.")
    handler.note(hugo, receipt.number, "Keep it from all of them.")
    reporter.message(secret, reporter.writing(secret), "Thank you.")
    ruling = ("court_ruling", "Svea hovrätt, T 77-26", "", "2026-12-01")
    world.program.legal.place(leo, receipt.number, *ruling)
    return receipt.number


@pytest.fixture
def browsers(sqlite_world: World) -> tuple[World, dict[str, object]]:
    doors = Doors(sqlite_world)
    sqlite_world.send("Another matter that everybody works on.")
    return sqlite_world, {name: doors.of(name) for name in (*EXCLUDED, "Leo")}


def test_no_page_of_the_excluded_changes_by_the_case_and_its_address_is_nobodys(
    browsers: tuple[World, dict[str, object]],
) -> None:
    world, of = browsers
    before = seen(of)
    assert {status for status, _text in before.values()} <= {200, 404}
    number = worked_through(world)
    after = seen(of)
    differ = {
        place: list(unified_diff(before[place][1].split("<tr"), after[place][1].split("<tr"), n=0))
        for place in before
        if before[place] != after[place]
    }
    assert differ == {}, "\n".join(map(str, differ.items()))[:6000]
    for name in EXCLUDED:
        for address in ("/desk/cases/{}", "/legal/cases/{}", "/legal/certificates/{}", "/desk?number={}"):
            theirs = page(of[name], address.format(number), number)
            assert theirs == page(of[name], address.format(UNKNOWN)), (name, address)
    of["Leo"].get("/legal")
    assert number in of["Leo"].words(), of["Leo"].words()


def test_the_ledger_tells_no_excluded_auditor_that_a_case_has_an_investigator(sqlite_world: World) -> None:
    world, circle = sqlite_world, sqlite_world.program.circle
    newcomer(world, "Ivar", [])
    alma, hanna = world.member("Alma"), world.member("Hanna")
    before = world.program.overview.book.page(alma).lines
    number, ivar = world.send(exclude=(alma.pair.key_id.hex(),)).number, world.member("Ivar")
    circle.name_investigator(hanna, number, ivar.person_id.hex(), "2026-05-01", "Agreement 17")
    assert confirm(world, "Hugo", "Ivar")
    circle.grant(hanna, number, ivar.person_id.hex())
    assert world.program.overview.book.page(alma).lines == before


def test_the_certificate_of_a_purged_case_hides_as_the_case_did(sqlite_world: World) -> None:
    world = sqlite_world
    lisa, leo, legal = world.member("Lisa"), world.member("Leo"), world.program.legal
    refs = (lisa.pair.key_id.hex(), world.member("Alma").pair.key_id.hex())
    number = world.closed(exclude=refs)[0].number
    before = legal.desk(lisa)
    world.later(730)
    assert number not in str(legal.desk(lisa))
    world.later(2)
    events = list(scheduler.tick(world.program.store, world.clock.now(), lambda: None))
    assert "purged" in {event["event"] for event in events}
    assert [one.case_number for one in legal.desk(leo).certificates] == [number]
    assert legal.desk(lisa).certificates == before.certificates == ()
    with pytest.raises(Exception, match="no such case"):
        legal.case(lisa, number)
