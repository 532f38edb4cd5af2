"""Whatever a person sends, none of it is in what the program says: not a word, not a name, not an hour."""

import logging
import re
from collections.abc import Iterator
from secrets import token_hex
from typing import Any

import pytest

from tests.found import files_below
from tests.journeys.inside import listening, sign_in
from tests.journeys.server import Server, Site, serving
from tests.journeys.visitor import Answer, Visitor
from tests.world import PASSPHRASE, World
from whistle import app

STAFF_LINE = re.compile(r"[a-z_]+(\.[a-z_]+){1,2} \d{3} (fast|slow|very slow)")
PUBLIC = (
    "/",
    "/report",
    "/mailbox",
    "/mailbox/case",
    "/mailbox/case/everything",
    "/privacy",
    "/leave",
    "/healthz",
    "/nowhere",
)
REPORT_FIELDS = (
    "company",
    "category",
    "description",
    "relation",
    "identity_name",
    "identity_contact",
    "exclude",
    "meeting",
)
DESK_FIELDS = {
    "acknowledge": ("message",),
    "messages": ("message",),
    "feedback": ("feedback",),
    "notes": ("note",),
    "close": ("outcome", "feedback"),
    "reopen": ("reason",),
}


class Marks:
    """Words that occur nowhere else; each is remembered with the place where it was planted."""

    def __init__(self) -> None:
        self.planted: dict[str, str] = {}

    def __call__(self, place: str) -> str:
        word = "zq" + token_hex(8)
        self.planted[word] = place
        return word

    def found_in(self, text: str) -> list[str]:
        return [place for word, place in self.planted.items() if word in text]


@pytest.fixture
def marks() -> Marks:
    return Marks()


def headers(marks: Marks, where: str) -> dict[str, str]:
    """Everything that a proxy or a browser may say of a person."""
    names = (
        "User-Agent",
        "Referer",
        "X-Forwarded-For",
        "X-Real-IP",
        "Forwarded",
        "Accept-Language",
        "From",
        "Via",
    )
    said = {name: marks(f"{name} at {where}") for name in names}
    return {
        **said,
        "Referer": f"http://127.0.0.1/{said['Referer']}",
        "Accept-Language": f"en, {said['Accept-Language']}",
    }


def visit_public_doors(visitor: Visitor, marks: Marks) -> None:
    for path in PUBLIC:
        visitor.raw(
            "GET", f"{path}?q={marks('query of ' + path)}&{marks('query name')}=1", None, headers(marks, path)
        )
        visitor.raw("GET", path, None, {**headers(marks, path), "Host": marks("host") + ".example"})
    visitor.get(f"/{marks('path')}/x")
    visitor.get(f"/mailbox/case/files/{marks('file id')}")
    # A report that is refused, one that is taken, a key that is wrong, and one that is right
    refused = send_report(visitor, marks, {name: marks(name) for name in REPORT_FIELDS})
    assert refused.status == 422
    answer = send_report(visitor, marks, {"company": "nordvakt-se"})
    assert answer.key is not None, answer.words
    marks.planted[answer.key] = "the case key"
    visitor.send("/mailbox", {"case_key": answer.key})
    visitor.get("/mailbox/case")
    marks.planted[visitor.cookies["visit"]] = "the case cookie"
    visitor.upload("/mailbox/case/messages", {"message": marks("message")}, [(marks("file name"), b"x")])
    visitor.get("/mailbox/case")
    visitor.send(
        "/mailbox/case/identity", {"identity_name": marks("name"), "identity_contact": marks("contact")}
    )
    visitor.get("/mailbox")
    visitor.send("/mailbox", {"case_key": marks("wrong key")})
    visitor.cookies["other"] = marks("cookie")
    visitor.post("/report", {"csrf_token": marks("token"), marks("field name"): "1"})
    visitor.raw("POST", "/report", marks("body").encode(), {"Content-Type": marks("content type")})
    visitor.raw(marks("method").upper(), "/", None, {})


def send_report(visitor: Visitor, marks: Marks, fields: dict[str, str]) -> Answer:
    visitor.get("/report")
    texts = ("description", "identity_name", "identity_contact", "meeting")
    file = (marks("file name") + ".pdf", marks("file content").encode())
    typed = {**fields, **{name: marks(name) for name in texts}}
    return visitor.upload("/report", typed, [file], **{"User-Agent": marks("agent")})


def visit_staff_doors(visitor: Visitor, marks: Marks, site: Site) -> None:
    for path in ("/desk", "/legal", "/admin", "/ledger", "/staff/account", "/staff/keys"):
        visitor.raw("GET", f"{path}?after={marks('query of ' + path)}", None, headers(marks, path))
        visitor.post(path, {"x": marks("posted to " + path)})
    visitor.get(f"/staff/activate/{marks('activation token')}")
    visitor.get("/staff/sign-in?next=/" + marks("next"))
    visitor.send(
        "/staff/sign-in", {"name": marks("name"), "passphrase": marks("passphrase"), "code": marks("code")}
    )
    visitor.get("/staff/sign-in")
    code = site.code("Hanna")
    answer = visitor.send("/staff/sign-in", {"name": "Hanna", "passphrase": PASSPHRASE, "code": code})
    assert answer.status == 303, answer.words
    marks.planted |= {PASSPHRASE: "the passphrase", visitor.cookies["staff"]: "the staff cookie"}
    number = re.search(r"W-[0-9A-Z]{4}-[0-9A-Z]{4}", visitor.get("/desk?number=" + marks("search")).text)
    number = number or re.search(r"W-[0-9A-Z]{4}-[0-9A-Z]{4}", visitor.get("/desk").text)
    assert number is not None
    marks.planted[number[0]] = "the case number"
    case = f"/desk/cases/{number[0]}"
    for door, fields in DESK_FIELDS.items():
        page = visitor.get(case)
        visitor.post(
            f"{case}/{door}", {**page.fields("/staff/sign-out"), **{name: marks(name) for name in fields}}
        )
    file = re.search(rf"{case}/files/[0-9a-f]+", visitor.get(case).text)
    assert file is not None
    visitor.get(file[0])
    visitor.get(f"{case}/files/{marks('file id')}")
    visitor.send("/staff/sign-out")


def test_the_real_server_says_nothing_of_what_anybody_sent(sqlite_site: Site, marks: Marks) -> None:
    with serving(sqlite_site) as server:
        visitor = Visitor(server.port)
        visit_public_doors(visitor, marks)
        said_of_reporters = lines(server)
        visit_staff_doors(Visitor(server.port), marks, sqlite_site)
    said = server.output()
    assert len(marks.planted) > 150
    assert marks.found_in(said) == []
    assert "127.0.0.1" not in said.replace(f"Serving on {server.base}", "")
    # Not a line for a reporter's request; at staff's doors a name, a status and a word for how long it took
    assert said_of_reporters == []
    staff = lines(server)
    assert "desk.file 200 fast" in staff
    assert [line for line in staff if not STAFF_LINE.fullmatch(line)] == []


def lines(server: Server) -> list[str]:
    """What was said, without the address that was asked for."""
    return [line for line in server.output().splitlines() if not line.startswith("Serving on ")]


@pytest.fixture
def broken(
    sqlite_world: World, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> Iterator[Visitor]:
    """Doors behind which everything fails, with the text that was sent in the error."""
    caplog.set_level(logging.DEBUG)

    def fail(*values: Any, **named: Any) -> Any:
        raise RuntimeError(f"cannot take {values!r} {named!r}")

    with listening(app.make_app(sqlite_world.program, "all")) as port:
        visitor = Visitor(port)
        sign_in(sqlite_world, visitor, "Hanna")
        visitor.get(f"/desk/cases/{sqlite_world.send().number}")
        monkeypatch.setattr(type(sqlite_world.program.reporter), "submit", fail)
        monkeypatch.setattr(type(sqlite_world.program.handler), "note", fail)
        yield visitor


def test_an_exception_is_told_by_type_and_place_and_at_a_public_door_only_the_day_after(
    sqlite_world: World,
    broken: Visitor,
    marks: Marks,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    caplog.clear()
    assert broken.last is not None
    page, number = broken.last, re.search(r"W-[0-9A-Z]{4}-[0-9A-Z]{4}", broken.last.text)
    assert number is not None
    broken.get("/report")
    answer = broken.send("/report", {"company": "nordvakt-se", "description": marks("description")})
    assert answer.status == 500
    assert next(iter(marks.planted)) in answer.text, "what was typed is still there"
    assert caplog.text == ""
    assert (
        broken.post(
            f"/desk/cases/{number[0]}/notes", {**page.fields("/staff/sign-out"), "note": marks("note")}
        ).status
        == 500
    )
    assert "desk.notes RuntimeError at whistle.web.desk:" in caplog.text
    sqlite_world.clock.wall = sqlite_world.clock.wall.replace(day=sqlite_world.clock.wall.day + 1)
    broken.get("/healthz")
    assert "report.take RuntimeError at whistle.web.report:" in caplog.text
    said = caplog.text + "".join(capfd.readouterr())
    assert marks.found_in(said) == []
    assert number[0] not in said
    assert "cannot take" not in said


def test_no_file_of_the_site_holds_what_a_log_must_not(sqlite_site: Site, marks: Marks) -> None:
    with serving(sqlite_site) as server:
        visit_public_doors(Visitor(server.port), marks)
        visit_staff_doors(Visitor(server.port), marks, sqlite_site)
    words = [word.encode() for word in marks.planted if not word.startswith("W-")]
    held = [
        (path.name, marks.planted[word.decode()])
        for path in files_below(sqlite_site.folder)
        for word in words
        if word in path.read_bytes()
    ]
    assert held == []
