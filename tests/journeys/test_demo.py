"""The rehearsal site is printed as scripts read it, and what it prints opens what it says."""

import base64
import json
import re
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.journeys.server import Site, serving
from tests.journeys.visitor import Visitor
from tests.world import Secrets
from whistle.app import Program
from whistle.cli import main
from whistle.clock import SystemClock
from whistle.crypto import totp
from whistle.parties.member import Member
from whistle.parties.views import DeskCase

STATES = {"received", "acknowledged", "in_progress", "closed"}
ROLES = {"handler", "deputy", "custodian", "legal", "privacy_officer", "administrator", "auditor"}
COMPANIES = {"nordvakt-se", "nordvakt-no", "nordvakt-fi"}
NUMBER = re.compile(r"W-[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}")
AGAIN = 2.0
"""Seconds in which a second start has printed the same."""

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    return Site(tmp_path_factory.mktemp("demo"), None, Secrets())


@pytest.fixture(scope="module")
def printed(site: Site) -> str:
    return site.run("demo", "--no-serve", "--json", quiet=True)


@pytest.fixture(scope="module")
def card(printed: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(printed)
    return found


def test_the_card_has_the_shape_that_was_promised(card: dict[str, Any]) -> None:
    assert set(card) == {"url", "people", "cases", "requests"}
    assert card["url"] == "http://127.0.0.1:8000"
    for person in card["people"]:
        assert set(person) == {"name", "roles", "companies", "passphrase", "totp_secret"}
        assert set(person["roles"]) <= ROLES
        assert set(person["companies"]) <= COMPANIES
        assert len(base64.b32decode(person["totp_secret"])) == 20
    for case in card["cases"]:
        assert set(case) == {"number", "company", "state", "case_key"}
        assert NUMBER.fullmatch(case["number"])
    assert {role for person in card["people"] for role in person["roles"]} == ROLES
    assert {case["company"] for case in card["cases"]} == COMPANIES
    assert {case["state"] for case in card["cases"]} == STATES
    assert len(card["cases"]) >= 12


def test_a_second_call_prints_the_same_at_once(site: Site, printed: str) -> None:
    began = time.perf_counter()
    assert site.run("demo", "--no-serve", "--json") == printed
    assert time.perf_counter() - began < AGAIN


def test_every_case_key_opens_its_case(site: Site, card: dict[str, Any]) -> None:
    with site.program() as program:
        for case in card["cases"]:
            found = program.reporter.open(program.reporter.enter(case["case_key"]).secret)
            assert (found.number, found.company_code, found.state) == (
                case["number"],
                case["company"],
                case["state"],
            )


@contextmanager
def served(site: Site) -> Iterator[Visitor]:
    with serving(site, "--no-scheduler") as server:
        yield Visitor(server.port)


def test_people_sign_in_with_what_was_printed_and_a_key_opens_at_the_door(
    site: Site, card: dict[str, Any]
) -> None:
    with served(site) as visitor:
        for role, home in (("handler", "/desk"), ("legal", "/legal")):
            person = next(one for one in card["people"] if role in one["roles"])
            visitor.get("/staff/sign-in")
            code = code_of(person)
            answer = visitor.send(
                "/staff/sign-in", {"name": person["name"], "passphrase": person["passphrase"], "code": code}
            )
            assert (answer.status, answer.headers["Location"]) == (303, home), answer.words
            visitor.get(home)
            assert visitor.send("/staff/sign-out").status == 303
        case = card["cases"][0]
        visitor.get("/mailbox")
        visitor.send("/mailbox", {"case_key": case["case_key"].lower()})
        assert case["number"] in visitor.get("/mailbox/case").words


def code_of(person: dict[str, Any]) -> str:
    return totp.code_at(
        base64.b32decode(person["totp_secret"]), totp.step_at(int(SystemClock().machine().timestamp()))
    )


@pytest.fixture(scope="module")
def desk(site: Site, card: dict[str, Any]) -> dict[str, DeskCase]:
    """Every case as one of its handlers sees it, with both at work who between them read them all."""
    with site.program() as program:
        members = [signed_in(program, card, name) for name in ("Johan Ek", "Sanna Korhonen")]
        found = {}
        for case in card["cases"]:
            for member in members:
                if program.circle.is_mine(member, case["number"]):
                    found[case["number"]] = program.handler.case(member, case["number"])
    assert len(found) == len(card["cases"])
    return found


def test_open_cases_are_sorted_assigned_measured_and_linked(desk: dict[str, DeskCase]) -> None:
    work = [case.work for case in desk.values()]
    assert sum(bool(one.triage.last) for one in work) >= 6
    assert sum(bool(one.assigned_to) for one in work) >= 6
    measures = [measure for one in work for measure in one.measures.current]
    assert {bool(measure["done_on"]) for measure in measures} == {True, False}
    assert any(one.protection.last for one in work)
    linked = {case.number: case.work.linked for case in desk.values() if case.work.linked}
    [(one, [other]), *back] = linked.items()
    assert back == [(other, (one,))]
    assert {kind for one in work for kind, _out in one.notes.values()} >= {"memory", "draft"}
    assert [one.came_by for one in work if one.came_by] == ["phone"]


def test_one_decision_about_persons_is_late_and_one_is_reviewed_soon(desk: dict[str, DeskCase]) -> None:
    owed = [
        (duty, case)
        for case in desk.values()
        for duty in case.owed
        if duty.kind == "persons_concerned" and duty.due_on <= case.today + timedelta(14)
    ]
    assert sorted(duty.due_on < case.today for duty, case in owed) == [False, True]
    assert all(case.concerned.settled for case in desk.values() if case.closed_on and not case.past_day)


def test_minutes_requests_consents_and_erasures_stand_where_people_find_them(
    site: Site, card: dict[str, Any], desk: dict[str, DeskCase]
) -> None:
    minutes = [one for case in desk.values() for one in case.minutes]
    assert any(one.locked_on and one.answer == "approve" for one in minutes)
    assert any(one.replaced and one.answer == "correct" for one in minutes)
    assert any(one.lock_from and not one.answer and not one.replaced for one in minutes)
    requests = [one for case in desk.values() for one in case.identity.requests]
    assert sorted(one.state for one in requests) == ["approved", "refused", "waiting"]
    assert all(one.decision_reason for one in requests if one.state == "refused")
    assert {one.state for case in desk.values() for one in case.consents} == {
        "agreed",
        "asked",
        "carried_out",
    }
    erased = {case.number for case in desk.values() if any(one.pieces[1:] for one in case.entries)}
    with site.program() as program:
        secrets = {one["number"]: program.reporter.enter(one["case_key"]).secret for one in card["cases"]}
        boxes = {number: program.reporter.open(secret) for number, secret in secrets.items()}
        custodian = signed_in(program, card, "Karin Holm")
        assert len(program.custody.desk(custodian).waiting) == 1
    assert erased == {number for number, box in boxes.items() if any(one.pieces[1:] for one in box.entries)}
    assert erased
    assert any(one.may_answer and not one.decided_on for box in boxes.values() for one in box.consents)


def signed_in(program: Program, card: dict[str, Any], name: str) -> Member:
    person = next(one for one in card["people"] if one["name"] == name)
    return program.staff.sign_in(name, person["passphrase"], code_of(person))


def test_check_finds_nothing_before_a_tick_and_after_it(site: Site, card: dict[str, Any]) -> None:
    assert site.run("check", "--json") == ""
    events = [json.loads(line) for line in site.run("tick").splitlines()]
    assert {event["event"] for event in events} <= {"purged", "kept", "warned", "reminded", "blocked"}
    assert all({"case", "due_on", "why"} <= set(event) for event in events)
    assert site.run("check", "--json") == ""
    assert site.run("due", "--json")
    holds = [json.loads(line) for line in site.run("holds", "--json").splitlines()]
    assert {hold["case"] for hold in holds} <= {case["number"] for case in card["cases"]}
    assert len(holds) >= 1


def test_what_the_demo_made_is_whole_grows_old_and_says_the_same_for_another_port(
    site: Site, card: dict[str, Any], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "demo"
    shutil.copytree(site.folder, folder)

    def run(*words: str) -> tuple[int, list[Any]]:
        code = main([*words, "--data", str(folder)], {})
        out, error = capsys.readouterr()
        assert error == ""
        return code, [json.loads(line) for line in out.splitlines()]

    there = card | {"url": "http://127.0.0.1:8123"}
    assert run("demo", "--json", "--no-serve", "--port", "8123") == (0, [there])
    assert run("check", "--json") == (0, [])
    assert run("holds", "--json")[1]
    _code, events = run("tick", "--now", "2031-01-01")
    assert {event["event"] for event in events} >= {"purged", "kept"}
