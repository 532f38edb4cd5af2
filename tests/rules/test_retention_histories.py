"""Over any history a case is purged on its day, never before, never while held, and the same everywhere."""

import json
import os
import subprocess
import sys
from collections import Counter
from hashlib import sha256

import pytest

from tests.rules.histories import Case, by_the_rules, histories
from tests.rules.naive import by_hand
from tests.source import ROOT
from whistle.rules.calendar import start_of_day
from whistle.rules.retention import decide

MANY = 100_000
SOME = 3_000


def test_the_rules_and_a_count_on_fingers_agree_on_a_hundred_thousand_histories() -> None:
    seen: Counter[str] = Counter()
    for history in histories(MANY, seed=1):
        said = by_the_rules(history)
        assert said == by_hand(history), history
        seen.update(why for _action, _due, why in said)
    assert min(seen[why] for why in ("open", "not_due", "due", "hold", "open_cap")) > MANY // 100, seen


def test_whatever_happened_the_last_minute_before_the_day_keeps_and_the_first_of_it_purges() -> None:
    found = 0
    for history in histories(SOME, seed=2):
        case = Case(history)
        for at, kind in history.steps:
            case.step(at, kind)
        due = case.facts.purge_due_on
        if due is None:
            continue
        begins = start_of_day(due, case.facts.zone)
        minutes = round((begins - start_of_day(due, "UTC")).total_seconds() / 60)
        assert minutes in (-60, -120, -180), "the zone's own midnight"
        held = any(hold.is_in_force for hold in case.holds)
        before, after = (decide(case.facts, case.holds, begins.replace(second=s)) for s in (0, 1))
        early = decide(case.facts, case.holds, begins.fromtimestamp(begins.timestamp() - 1, tz=begins.tzinfo))
        assert early.why == "not_due"
        assert before == after
        assert before.action == ("keep" if held else "purge")
        assert decide(case.facts, [], begins).action == "purge", "without its holds it goes in the same pass"
        found += 1
    assert found > SOME // 4


def test_a_hold_more_never_makes_a_purge_and_a_release_never_makes_a_later_day() -> None:
    for history in histories(SOME, seed=3):
        held = Case(history)
        held.step(history.received, "hold")
        free = Case(history)
        for at, kind in history.steps:
            if kind == "release":
                continue
            kept, went = held.step(at, kind), free.step(at, kind)
            if kept is not None and went is not None:
                assert kept[0] not in ("purge", "blocked")
                assert kept[1] == went[1]
                if went[0] == "purge":
                    break


def fingerprint(count: int) -> str:
    """One word for what the rules say of so many histories."""
    said = [by_the_rules(history) for history in histories(count, seed=4)]
    return sha256(json.dumps(said).encode()).hexdigest()


@pytest.mark.parametrize(
    ("zone", "locale"), [("Pacific/Kiritimati", "tr_TR.UTF-8"), ("America/Anchorage", "C")]
)
def test_every_machine_says_the_same_whatever_its_zone_and_language(zone: str, locale: str) -> None:
    script = f"from tests.rules.test_retention_histories import fingerprint; print(fingerprint({SOME}))"
    environ = os.environ | {"TZ": zone, "LC_ALL": locale, "LANG": locale, "PYTHONHASHSEED": "7"}
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, env=environ, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == fingerprint(SOME)
