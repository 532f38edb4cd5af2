"""`demo` makes a site that anybody can try out, says who is on it, and can be made to grow old."""

import json
from pathlib import Path
from typing import Any

import pytest

from whistle.cli import main

SIX = {"handler", "custodian", "legal", "privacy_officer", "administrator", "auditor"}


@pytest.mark.slow
def test_demo_makes_a_rehearsal_with_people_and_cases_and_prints_the_same_the_second_time(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    def run(*words: object) -> tuple[int, list[Any]]:
        code = main([str(word) for word in words], {})
        out, error = capsys.readouterr()
        assert error == ""
        return code, [json.loads(line) for line in out.splitlines()]

    words = ("demo", "--json", "--no-serve", "--port", "8123", "--data", tmp_path / "demo")
    code, [card] = run(*words)
    assert code == 0
    assert card["url"] == "http://127.0.0.1:8123"
    assert len({case["company"] for case in card["cases"]}) == 3
    assert {case["state"] for case in card["cases"]} == {"received", "acknowledged", "in_progress", "closed"}
    assert len(card["cases"]) >= 12
    assert all(set(case) == {"number", "company", "state", "case_key"} for case in card["cases"])
    keys = {"name", "roles", "companies", "passphrase", "totp_secret"}
    assert all(set(person) >= keys for person in card["people"])
    roles = {role for person in card["people"] for role in person["roles"]}
    assert roles == {*SIX, "deputy"}
    assert run(*words) == (0, [card])
    site = ("--data", tmp_path / "demo")
    assert run("check", "--json", *site) == (0, [])
    assert run("holds", "--json", *site)[1]
    code, events = run("tick", "--now", "2031-01-01", *site)
    assert {event["event"] for event in events} >= {"purged", "kept"}
