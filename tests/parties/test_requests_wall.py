"""Whoever works on requests never learns whether a case exists: their pages are the same, to the byte."""

import re
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.parties.asking import WORDS, Asker, later, proved
from tests.vault.tampering import findings
from tests.world import Secrets, World, open_world
from whistle import app, scheduler
from whistle.vault import duties

REAL, INVENTED = "a real case", "an invented number"
NUMBER = re.compile(r"\b[WRC]-[0-9A-Z]{4}-[0-9A-Z]{4}\b")
CHANCE = re.compile(
    r'(name="(?:csrf_token|nonce|waiting|after)" value="|[?&;](?:before|after|at)=)[^"&]*|[0-9a-f]{32,64}'
)
PAGES = {
    "Olle": ("/privacy-desk", "/privacy-desk?shown=closed", "/privacy-desk/{number}"),
    "Adam": ("/admin", "/admin/people/new", "/admin/companies", "/admin/companies/nordvakt-se"),
    "Alma": ("/ledger", "/statistics", "/admin/documentation"),
    "Lisa": ("/legal",),
}


@dataclass
class Side:
    """One of two sites that are alike but for what the request names."""

    world: World
    case: str
    asker: Asker

    def seen(self) -> dict[str, str]:
        """Every page of those who must not know, and what commands say, without what is left to chance."""
        flask = app.make_app(self.world.program, "all")
        found = {}
        for name, addresses in PAGES.items():
            client = flask.test_client()
            client.set_cookie("staff", self.world.program.sessions.begin_staff(self.world.member(name)))
            for address in addresses:
                answer = client.get(address.format(number=self.asker.number))
                assert answer.status_code == 200, (name, address)
                page = answer.get_data(as_text=True)
                assert "C-" not in {number[:2] for number in NUMBER.findall(page)}, (name, address)
                found[f"{name} {address}"] = self.plain(page)
        store, now = self.world.program.store, self.world.clock.now()
        owed = [one for one in duties.falling_due(store, now, 400) if one.case.startswith("R")]
        return found | {"due": self.plain(repr(owed)), "check": repr(findings(self.world))}

    def plain(self, page: str) -> str:
        """The page with every number in the order in which it first stands there, and no tokens."""
        known: dict[str, str] = {}
        for number in NUMBER.findall(page):
            known.setdefault(number, f"{number[0]}-{len(known):04d}-0000")
        page = NUMBER.sub(lambda one: known[one[0]], page)
        return CHANCE.sub(lambda one: one[1] or "", page)

    def tick(self) -> list[str]:
        """What a pass tells."""
        store = self.world.program.store
        events = scheduler.tick(store, self.world.clock.now(), lambda: None)
        return [self.plain(repr(one)) for one in events]


@contextmanager
def both(template: tuple[Path, Secrets], folder: Path) -> Iterator[dict[str, Side]]:
    """Two sites in which somebody reported, and one asks who names a case: that one, or one that is not."""
    with ExitStack() as held:
        sides = {}
        for which in (REAL, INVENTED):
            world = held.enter_context(open_world(template[0], folder / which[2:6], template[1], None))
            case = world.send("Three invoices.").number
            named = case if which == REAL else "W-0000-0000"
            asker = proved(world, rights=("access", "erasure"), details=f"{WORDS} Case {named}.")
            sides[which] = Side(world, case, asker)
        yield sides


def same(sides: dict[str, Side]) -> None:
    real, invented = sides[REAL].seen(), sides[INVENTED].seen()
    assert real == invented
    assert {name: len(page) for name, page in real.items()} == {
        name: len(page) for name, page in invented.items()
    }


def test_no_page_time_count_size_or_line_tells_whether_the_case_that_is_named_exists(
    template: tuple[Path, Secrets], tmp_path: Path
) -> None:
    with both(template, tmp_path) as sides:
        same(sides)
        for side in sides.values():
            side.world.program.privacy.desk.verify(
                side.world.member("Olle"), side.asker.number, "Called back."
            )
        same(sides)
        # Those who handle reports read both copies, and answer the one that names a case of theirs
        for which, side in sides.items():
            hanna, copies = side.world.member("Hanna"), side.world.program.privacy.copies
            (row,) = copies.copies(hanna)
            copies.open(hanna, row.number)
            if which == REAL:
                sending = copies.writing(hanna, row.number)
                sink = sending.open_file("yours.pdf", "")
                sink.write(bytes(50_000))
                sink.finish()
                copies.answer(hanna, row.number, sending, "These are your messages. " * 200)
        same(sides)
        for side in sides.values():
            later(side.world, 20)
        assert sides[REAL].tick() == sides[INVENTED].tick()
        same(sides)
        # The person with the real one was answered, and only they know it
        entries = {
            which: [one.kind for one in side.world.program.privacy.mailbox.open(side.asker.secret).entries]
            for which, side in sides.items()
        }
        assert entries == {REAL: ["request", "handlers"], INVENTED: ["request"]}


def test_the_officer_who_made_a_copy_holds_no_key_of_what_is_answered_in_it(world: World) -> None:
    asker = proved(world)
    world.program.privacy.desk.verify(world.member("Olle"), asker.number, "Called back.")
    hanna, copies = world.member("Hanna"), world.program.privacy.copies
    (row,) = copies.copies(hanna)
    copies.answer(hanna, row.number, copies.writing(hanna, row.number), "Nothing here.")
    held = world.program.privacy.mailbox._beside(
        *reversed(world.program.privacy.mailbox._file(asker.secret)[::2])
    )
    assert held is not None
    assert [one.epoch for one in held.case.records] == [1, 1, 2]
    assert {one.epoch for one in held.case.grants} == {1, 2}
    hugo = world.member("Hugo")
    assert [one.text for one in copies.open(hugo, row.number).entries][-1] == "Nothing here."
    assert findings(world) == []


@pytest.mark.parametrize("rights", [("portability",), ("complaint", "objection")])
def test_a_request_for_other_rights_is_copied_to_nobody(world: World, rights: tuple[str, ...]) -> None:
    asker = proved(world, rights=rights)
    world.program.privacy.desk.verify(world.member("Olle"), asker.number, "Called back.")
    assert world.program.privacy.copies.copies(world.member("Hanna")) == ()
