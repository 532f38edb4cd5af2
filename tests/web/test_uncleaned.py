"""A file that could not be cleaned is named before it is sent; it goes as it is when its sender says so."""

from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest

from tests.cleaning import samples
from tests.web.fakes import TOLD, Channel, fields_of, form, key_in
from tests.world import World
from whistle import app
from whistle.errors import TooMany
from whistle.parties.sending import Uncleaned

BROKEN = b"\xff\xd8\xff no picture"


def file(name: str, data: bytes) -> list[tuple[BytesIO, str]]:
    return [(BytesIO(data), name)]


def refuse(channel: Channel, *found: Uncleaned) -> None:
    """Have every sending from now on hold files that could not be cleaned."""
    start: Callable[[], Any] = channel.reporter.start
    writing: Callable[[bytes], Any] = channel.reporter.writing

    def refused(place: Any) -> Any:
        place.unclean = found
        return place

    channel.reporter.start = lambda: refused(start())  # type: ignore[method-assign]
    channel.reporter.writing = lambda secret: refused(writing(secret))  # type: ignore[method-assign]


def test_a_picture_that_could_not_be_cleaned_is_named_before_anything_is_sent(
    channel: Channel, browser: Any
) -> None:
    refuse(channel, Uncleaned("bild.jpg", "broken"), Uncleaned("stor.pdf", "too_large"))
    answer = browser.post(
        "/report", data=form(browser, **TOLD, uncleaned="ask", files=file("bild.jpg", BROKEN))
    )
    assert answer.status_code == 422
    assert "Nothing has been sent." in answer.text
    assert "&#34;bild.jpg&#34; cannot be cleaned: it is damaged" in answer.text
    assert "&#34;stor.pdf&#34; cannot be cleaned: it is larger than 25 MB." in answer.text
    assert 'href="#uncleaned"' in answer.text
    assert 'id="uncleaned" name="uncleaned" value="send"' in answer.text
    assert TOLD["description"].split("\n")[0] in answer.text
    assert channel.reporter.cases == {}
    assert all(sending.abandoned for sending in channel.reporter.sendings)


def test_who_says_send_it_as_it_is_is_not_asked_again(channel: Channel, browser: Any) -> None:
    refuse(channel, Uncleaned("bild.jpg", "broken"))
    first = browser.post(
        "/report", data=form(browser, **TOLD, uncleaned="ask", files=file("bild.jpg", BROKEN))
    )
    again = {**fields_of(first.text), **TOLD, "uncleaned": "send", "files": file("bild.jpg", BROKEN)}
    assert key_in(browser.post("/report", data=again))
    assert len(channel.reporter.cases) == 1


def test_the_same_form_without_the_file_goes(channel: Channel, browser: Any) -> None:
    assert key_in(browser.post("/report", data=form(browser, **TOLD, files=file("film.mov", b"\0"))))


def test_who_sends_at_once_is_not_asked(channel: Channel, browser: Any) -> None:
    refuse(channel, Uncleaned("bild.jpg", "broken"))
    page = browser.get("/report").text
    assert 'name="uncleaned"' not in page
    assert "“Send now” sends them as they are." in page
    assert key_in(browser.post("/report", data=form(browser, **TOLD, files=file("bild.jpg", BROKEN))))


def test_a_full_lane_of_cleaners_keeps_the_text_and_says_when_to_come_back(
    channel: Channel, browser: Any
) -> None:
    def full(_told: object) -> Any:
        raise TooMany(60)

    start: Callable[[], Any] = channel.reporter.start

    def busy() -> Any:
        place = start()
        place.uncleaned = full
        return place

    channel.reporter.start = busy  # type: ignore[method-assign]
    answer = browser.post("/report", data=form(browser, **TOLD))
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "60")
    assert TOLD["description"].split("\n")[0] in answer.text
    assert channel.reporter.cases == {}


def test_the_page_that_reads_it_through_names_what_cannot_be_cleaned(browser: Any) -> None:
    names = ["film.mov", "IMG_1.HEIC", "brev.docx", "bild.jpg", "lista.txt", "allt.zip"]
    page = browser.post("/report", data=form(browser, **TOLD, step="check", files=names)).text
    told = page.split("cannot be cleaned. Names")[1].split("</div>")[0]
    assert [name for name in names if name in told] == ["film.mov", "IMG_1.HEIC", "allt.zip"]
    assert "A file over 25 MB is not cleaned." in page
    assert 'name="uncleaned" value="send"' in page
    assert 'value="send" autocomplete="off" checked' not in page
    nothing = browser.post("/report", data=form(browser, **TOLD, step="check")).text
    assert "cannot be cleaned" not in nothing


def test_the_decision_goes_from_page_to_page(browser: Any) -> None:
    checked = {"uncleaned": "send", "files": ["film.mov"]}
    for step in ("check", "edit"):
        page = browser.post("/report", data=form(browser, **TOLD, **checked, step=step)).text
        assert 'value="send" autocomplete="off" checked' in page


def test_a_message_with_such_a_file_comes_back_with_its_words(channel: Channel, browser: Any) -> None:
    key = key_in(browser.post("/report", data=form(browser, **TOLD)))
    browser.post("/mailbox", data={**fields_of(browser.get("/mailbox").text), "case_key": key})
    refuse(channel, Uncleaned("bild.jpg", "broken"))
    fields = {**fields_of(browser.get("/mailbox/case").text), "message": "More of it", "uncleaned": "ask"}
    answer = browser.post("/mailbox/case/messages", data={**fields, "files": file("bild.jpg", BROKEN)})
    assert answer.status_code == 422
    assert "bild.jpg" in answer.text
    assert "More of it" in answer.text
    assert 'name="uncleaned"' in answer.text
    (case,) = channel.reporter.cases.values()
    assert len(case.entries) == 1
    sent = {**fields, "uncleaned": "send", "files": file("bild.jpg", BROKEN)}
    assert browser.post("/mailbox/case/messages", data=sent).status_code == 303
    assert len(case.entries) == 2


@pytest.mark.parametrize(
    ("name", "data", "status"),
    [
        ("bild.jpg", samples.jpeg(), 200), ("bild.jpg", BROKEN, 422), ("papper.pdf", b"%PDF-1.4 broken", 422),
        ("bild.jpg", b"words under a wrong name", 422), ("film.mov", b"\0\0\0\x18ftypqt", 422),
        ("lista.txt", b"words", 200), ("rutin.bin", bytes(9000), 422), ("ljud.wav", b"no sound", 422),
        ("ljud.wav", samples.wav(), 200),
    ],
)  # fmt: skip
def test_through_the_real_house_every_file_that_has_no_copy_is_asked_about(
    sqlite_world: World, name: str, data: bytes, status: int
) -> None:
    browser = app.make_app(sqlite_world.program, "public").test_client()
    told = {**form(browser, **TOLD, uncleaned="ask"), "files": file(name, data)}
    answer = browser.post("/report", data=told)
    assert answer.status_code == status
    blobs = list(sqlite_world.program.store.blobs.ids())
    assert bool(blobs) == (status == 200)


def test_who_chooses_a_file_again_that_the_page_named_is_not_asked_about_it(sqlite_world: World) -> None:
    browser = app.make_app(sqlite_world.program, "public").test_client()
    told = {**TOLD, "step": "check", "files": ["film.mov", "brev.docx"]}
    page = browser.post("/report", data=form(browser, **told)).text
    assert 'name="named" value="film.mov"' in page
    fields = {**fields_of(page), **TOLD, "uncleaned": "ask"}
    assert fields["named"] == "film.mov"
    late = {**fields, "files": file("sent.zip", b"PK\3\4 archive")}
    assert "&#34;sent.zip&#34; cannot be cleaned: nobody here" in browser.post("/report", data=late).text
    assert list(sqlite_world.program.store.blobs.ids()) == []
    chosen = {**fields, "files": file("film.mov", b"\0\0\0\x18ftypqt")}
    assert key_in(browser.post("/report", data=chosen))
