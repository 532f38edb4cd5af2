"""A handler erases a passage at the page of its entry; a colleague confirms; the reporter reads the mark."""

import re
from html import unescape

import pytest

from tests.web_staff.conftest import Browser
from tests.web_staff.test_real import Doors
from tests.world import World
from whistle import app

TEXT = "She paid.\nHer son Olle is in hospital. Her son Olle is in hospital."
PASSAGE = "Her son Olle is in hospital."


@pytest.fixture
def doors(sqlite_world: World) -> Doors:
    return Doors(sqlite_world)


def mark(browser: Browser) -> list[str]:
    """The marks on the page that is shown."""
    return re.findall(r"\[(?:Erased|Raderat): [^\]]+\]", unescape(browser.page))


def test_a_passage_is_seen_before_and_after_and_then_gone(doors: Doors) -> None:
    number = doors.world.send(TEXT).number
    hanna, base = doors.of("Hanna"), f"/desk/cases/{number}"
    hanna.get(base)
    assert f'href="{base}/redactions/content-1"' in hanna.page
    assert hanna.get(f"{base}/redactions/content-1").status_code == 200
    assert "Her son Olle" in hanna.words()

    said = {"entry": "content-1", "passage": PASSAGE, "ground": "sensitive"}
    assert hanna.post(f"{base}/redactions", **said, step="check").status_code == 422
    assert "This stands in the text more than once." in hanna.words()
    assert hanna.page.count(PASSAGE) >= 2

    assert hanna.post(f"{base}/redactions", **said, which="2", step="check").status_code == 200
    day = doors.world.clock.now().date()
    expected = f"[Erased: 28 characters, sensitive and not relevant, {day.day} March {day.year}]"
    assert mark(hanna) == [expected]
    for name, value in (*said.items(), ("which", "2")):
        assert f'type="hidden" name="{name}" value="{value}"' in hanna.page
    assert "Erase for good" in hanna.words()
    # Nothing is erased yet; the way back shows what was chosen.
    assert hanna.post(f"{base}/redactions", **said, which="2", step="edit").status_code == 200
    assert f">\n{PASSAGE}</textarea>" in hanna.page

    answer = hanna.post(f"{base}/redactions", **said, which="2")
    assert answer.headers["Location"].endswith("done=erased")
    hanna.get(base + "?done=erased")
    assert "It is erased for good." in hanna.words()
    assert mark(hanna) == [expected]
    assert hanna.page.count(PASSAGE) == 1


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"passage": "Something else"}, "Copy the passage exactly as it is."),
        ({"ground": ""}, "Choose why it is erased."),
        ({"file": "ab" * 16}, "Choose one of the files of this entry."),
    ],
)  # fmt: skip
def test_a_refused_form_comes_back_with_what_was_chosen(
    doors: Doors, fields: dict[str, str], sentence: str
) -> None:
    number = doors.world.send(TEXT).number
    hanna = doors.of("Hanna")
    hanna.get(f"/desk/cases/{number}/redactions/content-1")
    sent = {"entry": "content-1", "passage": PASSAGE, "which": "1", "ground": "not_relevant"} | fields
    assert hanna.post(f"/desk/cases/{number}/redactions", **sent).status_code == 422
    assert sentence in hanna.words()
    assert "Nothing was erased" in hanna.words()


def test_a_colleague_confirms_a_long_passage_or_leaves_it(doors: Doors) -> None:
    number = doors.world.send(f"{'x' * 501} and {'y' * 501}").number
    hanna, base = doors.of("Hanna"), f"/desk/cases/{number}"
    for passage in ("x" * 501, "y" * 501):
        hanna.get(f"{base}/redactions/content-1")
        said = {"entry": "content-1", "passage": passage, "ground": "not_relevant"}
        hanna.post(f"{base}/redactions", **said, step="check")
        assert "Ask a colleague" in hanna.words()
        assert hanna.post(f"{base}/redactions", **said).headers["Location"].endswith("done=erasure_asked")
    hanna.get(base)
    assert "/confirm" not in hanna.page.split('id="redact"')[1].split("</details>")[0]

    hugo = doors.of("Hugo")
    hugo.get(base)
    assert "Hanna asks you to erase this:" in hugo.words()
    keep, take = re.findall(rf'action="({base}/redactions/[0-9a-f]+)/confirm"', hugo.page)
    assert hugo.post(f"{keep}/withdraw").headers["Location"].endswith("done=erasure_withdrawn")
    hugo.get(base)
    assert hugo.post(f"{take}/confirm").headers["Location"].endswith("done=erased")
    hugo.get(base)
    assert len(mark(hugo)) == 1
    assert hugo.post(f"{take}/confirm").status_code == 404


def test_the_reporter_reads_the_mark_in_their_own_language(doors: Doors) -> None:
    receipt = doors.world.send(TEXT)
    secret_key = receipt.case_key
    hanna, base = doors.of("Hanna"), f"/desk/cases/{receipt.number}"
    hanna.get(f"{base}/redactions/content-1")
    said = {"entry": "content-1", "passage": PASSAGE, "which": "1", "ground": "other_person"}
    assert hanna.post(f"{base}/redactions", **said).status_code == 303
    public = Browser(app.make_app(doors.world.program, "public").test_client())
    public.get("/mailbox")
    assert public.post("/mailbox", case_key=str(secret_key)).status_code == 303
    public.get("/mailbox/case", "sv")
    (found,) = mark(public)
    assert found.startswith("[Raderat: 28 tecken, om någon som ärendet inte rör, ")


def test_nobody_else_finds_the_page(doors: Doors) -> None:
    number = doors.world.send(TEXT).number
    for name in ("Nora", "Lisa"):
        assert doors.of(name).get(f"/desk/cases/{number}/redactions/content-1").status_code == 404
    hanna = doors.of("Hanna")
    for ref in ("content-9", "identity-1", "x"):
        assert hanna.get(f"/desk/cases/{number}/redactions/{ref}").status_code == 404
