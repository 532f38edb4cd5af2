"""From the officer's page to the person's download with real systems behind it, and what goes wrong."""

import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import pytest

from tests.parties.asking import Asker, proved, verified
from tests.parties.connecting import OTHERS, Fake, fetched_at, found, hung, line, settle, systems
from tests.web_staff.conftest import TOKEN, Browser
from tests.web_staff.test_privacy_doors import Doors
from tests.world import World
from whistle.connect.asking import Systems
from whistle.connect.contract import Outcome, Result
from whistle.parties import answer_files
from whistle.web import source_words

SEEN = re.compile(r'name="seen" value="([0-9a-f]+)"')
LINES = re.compile(r'href="(/privacy-desk/[^"]+/sources/\d+)"')
TEXT = "Everything that we found about you is in the files."


@pytest.fixture
def doors(sqlite_world: World) -> Doors:
    return Doors(sqlite_world)


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Systems]:
    with systems(tmp_path_factory.mktemp("systems")) as made:
        yield made


def at(doors: Doors, made: object, **fields: object) -> tuple[Asker, Browser, str]:
    """A request of a known person, its officer, and the address of its systems."""
    hung(doors.world, made)
    asker = verified(doors.world, **{"rights": ("access", "portability"), **fields})
    officer = doors.of("Olle")
    officer.get(f"/privacy-desk/{asker.number}")
    return asker, officer, f"/privacy-desk/{asker.number}/sources"


def ask(officer: Browser, base: str, source: str = "all", email: str = "eva.lind@mail.example") -> int:
    officer.get(base)
    return officer.post(base, **{"source": source, "identifier-email": email}).status_code


def seen_on(officer: Browser) -> str:
    """What a page of an answer says was looked at."""
    found = SEEN.search(officer.page)
    assert found is not None
    return found[1]


def test_an_officer_walks_from_the_systems_to_the_persons_download(doors: Doors, demo: Systems) -> None:
    asker, officer, base = at(doors, demo)
    assert f'href="{base}"' in officer.page
    officer.get(base)
    assert 'value="eva.lind@mail.example"' in officer.page
    assert "Not asked yet" in officer.words()
    assert ask(officer, base) == 303
    officer.get(f"{base}?done=asked")
    assert "0 of 4 chosen" in officer.words()
    crm, news = LINES.findall(officer.page)
    # One is chosen whole, of the other only what is ticked
    officer.get(news)
    assert officer.post(news, choice="all", first="0").status_code == 303
    officer.get(crm)
    assert "Ekvägen 1" in officer.words()
    token = TOKEN.search(officer.page)
    assert token is not None
    data = {"csrf_token": token[1], "first": "0", "line": ["0", "3"]}
    assert officer.client.post(crm, data=data).status_code == 303
    officer.get(f"{crm}?done=chosen")
    assert "2 of 4 chosen" in officer.words()
    # The answer is looked at, decided about, and sent
    settle(doors.world, asker)
    officer.get(f"{base}/answer?kind=access")
    assert "your-data.json" in officer.words()
    assert "Pays on time" in officer.words()
    seen = seen_on(officer)
    sent = officer.post(f"{base}/answer", kind="access", seen=seen, answer=TEXT)
    assert sent.status_code == 303
    # The person downloads three files with exactly their own lines
    person = doors.with_key(asker)
    person.get("/mailbox/case")
    links = re.findall(r'href="(/mailbox/case/files/[0-9a-f]+)"', person.page)
    bodies = [person.client.get(link).get_data(as_text=True) for link in dict.fromkeys(links)]
    assert len(bodies) == 3
    for body in bodies:
        assert "Ekvägen 1" in body
        assert "Pays on time" in body
        assert "N-1" not in body
        assert all(word not in body for word in OTHERS)


def test_the_other_answer_says_what_is_left_out(doors: Doors, demo: Systems) -> None:
    _asker, officer, base = at(doors, demo, rights=("portability",))
    ask(officer, base)
    officer.get(base)
    for place in LINES.findall(officer.page):
        officer.get(place)
        officer.post(place, choice="all", first="0")
    officer.get(f"{base}/answer")
    words = officer.words()
    assert "to-take-elsewhere.csv" in words
    assert "Reports of misconduct" in words
    assert "Nothing of this kind was looked up for this file." in words
    assert officer.get(f"{base}/answer?kind=access").status_code == 200
    assert "Answer to take elsewhere" in officer.words()


def test_every_failure_is_told_in_words_and_the_other_system_stays(doors: Doors) -> None:
    failures = [one for one in Result if one not in (Result.FOUND, Result.NOTHING)]
    told = [Outcome(one, place="records[0].source") for one in failures]
    _asker, officer, base = at(doors, Fake(told[0], found(line()), *told, found(line())))
    assert ask(officer, base) == 303
    for result in failures:
        assert ask(officer, base, "crm") == 303
        officer.get(base)
        assert len(LINES.findall(officer.page)) == 1
        assert str(source_words.RESULTS[result]._args[0]) in officer.words()
        assert "records[0].source" in officer.words()
        assert "tag-soon" in officer.page
    # It is asked again with one press, and answers
    assert ask(officer, base, "crm") == 303
    officer.get(base)
    assert len(LINES.findall(officer.page)) == 2


def test_what_is_missing_comes_back_at_its_field(doors: Doors) -> None:
    made = Fake()
    _asker, officer, base = at(doors, made)
    officer.get(base)
    assert officer.post(base, **{"source": "crm", "identifier-email": ""}).status_code == 422
    assert 'id="identifier-email-error"' in officer.page
    assert officer.post(base, **{"source": "crm", "identifier-email": "x" * 300}).status_code == 422
    assert "x" * 300 in officer.page
    assert officer.post(base, **{"source": "other", "identifier-email": "a"}).status_code == 422
    assert "Choose one of the systems that are shown." in officer.words()
    assert made.asked == []


def test_asking_takes_the_second_factor_and_a_person_who_is_known(doors: Doors) -> None:
    made = Fake()
    asker, _officer, base = at(doors, made)
    stale = doors.of("Olle", fresh=False)
    stale.get(base)
    assert stale.post(base, **{"source": "all", "identifier-email": "a@b.example"}).status_code == 401
    assert "a@b.example" in stale.page
    unknown = proved(doors.world, rights=("access",), email="c@mail.example")
    officer = doors.of("Olle")
    for path in ("", "/answer", "/1"):
        assert officer.get(f"/privacy-desk/{unknown.number}/sources{path}").status_code == 404
    officer.get(f"/privacy-desk/{unknown.number}")
    assert "/sources" not in officer.page
    for name in ("Hanna", "Lisa", "Adam", "Alma", "Nora"):
        assert doors.of(name).get(base).status_code == 404
    assert made.asked == []
    assert asker.number in base


def test_addresses_that_name_nothing_are_not_there(doors: Doors) -> None:
    _asker, officer, base = at(doors, Fake(Outcome(Result.NOTHING), found(line())))
    ask(officer, base)
    for path in ("/0", "/1", "/99999999999999", "/x", "/-1", "/٣", "/answer?kind=erasure", "/answer?kind="):
        assert officer.get(base + path).status_code == 404, path


def test_a_letter_that_cannot_go_comes_back_as_it_was_typed(
    doors: Doors, monkeypatch: pytest.MonkeyPatch
) -> None:
    _asker, officer, base = at(doors, Fake(found(line(), line(name="Two")), Outcome(Result.NOTHING)))
    ask(officer, base)
    officer.get(f"{base}/answer?kind=access")
    assert "Choose first what goes out" in officer.words()
    assert 'name="seen"' not in officer.page
    officer.get(base)
    (place,) = LINES.findall(officer.page)
    officer.get(place)
    officer.post(place, choice="all", first="0")
    officer.get(f"{base}/answer?kind=access")
    seen = seen_on(officer)
    form = {"kind": "access", "seen": seen}
    assert officer.post(f"{base}/answer", **form, answer="Too short.").status_code == 422
    assert "Too short." in officer.page
    assert officer.post(f"{base}/answer", **(form | {"seen": "0"}), answer=TEXT).status_code == 409
    assert "Somebody else changed this" in officer.words()
    assert TEXT in unescape(officer.page)
    monkeypatch.setattr(answer_files, "ANSWER_BYTES", 100)
    assert officer.post(f"{base}/answer", **form, answer=TEXT).status_code == 422
    assert "Your choice is kept." in officer.words()


def test_a_letter_survives_a_sign_out(doors: Doors) -> None:
    asker, officer, base = at(doors, Fake(found(line()), Outcome(Result.NOTHING)))
    ask(officer, base)
    officer.get(base)
    doors.world.program.sessions.end(officer.client.get_cookie("staff").value)  # type: ignore[union-attr]
    answer = officer.post(f"{base}/answer", kind="access", seen="0", answer="A long answer.")
    assert answer.status_code == 401
    assert "A long answer." not in officer.words()
    assert asker.number in base


def test_a_site_without_systems_says_so_and_is_otherwise_as_before(doors: Doors) -> None:
    asker = verified(doors.world, rights=("access",))
    officer = doors.of("Olle")
    officer.get(f"/privacy-desk/{asker.number}/sources")
    assert "No system is connected for Nordvakt AB." in officer.words()


def test_a_closed_request_shows_what_was_fetched_and_asks_no_more(doors: Doors, tmp_path: Path) -> None:
    asker, officer, base = at(doors, Fake(found(line()), Outcome(Result.NOTHING)))
    ask(officer, base)
    desk, olle = doors.world.program.privacy.desk, doors.world.member("Olle")
    settle(doors.world, asker)
    desk.answer(olle, asker.number, desk.writing(olle, asker.number), TEXT)
    desk.close(olle, asker.number)
    officer.get(base)
    assert 'name="source"' not in officer.page
    (place,) = LINES.findall(officer.page)
    officer.get(place)
    assert "Eva Lind" in officer.words()
    assert officer.post(place, choice="all", first="0").status_code == 422
    assert ask(officer, base) == 422


def test_a_file_of_a_line_is_looked_at_and_goes_along(doors: Doors) -> None:
    asker = verified(doors.world, rights=("access",))
    place = f"/privacy-desk/{asker.number}/sources/{fetched_at(doors.world, asker.number)}"
    officer = doors.of("Olle")
    officer.get(place)
    assert f'href="{place}/files/0-0"' in officer.page
    answer = officer.client.get(f"{place}/files/0-0")
    assert (answer.data, answer.mimetype) == (b"A deed.", "application/octet-stream")
    for wrong in ("0-1", "1-0", "0", "x-0", "0-0-0"):
        assert officer.client.get(f"{place}/files/{wrong}").status_code == 404
    officer.post(place, choice="all", first="0")
    # Sent before all is decided, the page names what is left, and nothing goes out
    officer.get(f"/privacy-desk/{asker.number}/sources/answer")
    early = seen_on(officer)
    refused = officer.post(f"/privacy-desk/{asker.number}/sources/answer", seen=early, answer=TEXT)
    assert refused.status_code == 422
    assert "Decide about this first" in officer.words()
    assert TEXT in officer.words()
    settle(doors.world, asker)
    officer.get(f"/privacy-desk/{asker.number}/sources/answer")
    seen = seen_on(officer)
    officer.post(f"/privacy-desk/{asker.number}/sources/answer", seen=seen, answer=TEXT)
    person = doors.with_key(asker)
    person.get("/mailbox/case")
    assert "0001-01-deed.txt" in person.page
