"""Everything a party can say reads as a sentence in both languages; nothing of it is shown as a code."""

import ast
import re
from pathlib import Path

import pytest
from flask import Flask
from flask_babel import force_locale

from whistle.rules.categories import load_categories
from whistle.web import privacy_words
from whistle.web import staff_words as words
from whistle.web.desk_case import outcomes
from whistle.web.staff_forms import ABOUT_NO_FIELD, FIELD_OF_REASON, case_number

WHISTLE = Path(words.__file__).parents[1]
#: Reasons that stop a programmer, an operator or a reporter, and never reach a page of the staff doors.
NEVER_HERE = {"naive_time", "date_range", "compartment", "header", "incompatible", "shares"}
TABLES = [
    words.STATES,
    words.STATE_FILTERS,
    words.DUTIES,
    words.DUTY_SENTENCES,
    words.DUTY_BUTTONS,
    words.GROUNDS,
    words.GROUND_HINTS,
    words.ROLES,
    words.PERSON_STATES,
    words.FORM_PROBLEMS,
    words.REFUSALS,
    words.DONE,
    words.LEDGER_ACTIONS,
    words.LEDGER_FACTS,
]
ACTIONS = [
    "received",
    "acknowledged",
    "message_sent",
    "message_received",
    "feedback_given",
    "note_added",
    "closed",
    "reopen_asked",
    "reopened",
    "opened_file",
    "hold_placed",
    "release_asked",
    "hold_released",
    "purged",
    "person_invited",
    "person_activated",
    "key_confirmed",
    "person_retired",
    "role_given",
    "role_ended",
    "function_changed",
    "company_added",
    "company_changed",
    "signed_in",
    "identity_given",
    "key_kept",
]


def reasons_in_the_program() -> set[str]:
    """Every reason that code under `rules`, `vault` and `parties` hands to RuleRefused as a plain word."""
    found = set()
    for room in ("rules", "vault", "parties"):
        for path in (WHISTLE / room).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "RuleRefused" and node.args:
                    reason = node.args[0]
                    if isinstance(reason, ast.Constant):
                        found.add(str(reason.value))
    return found


def test_every_reason_for_a_refusal_has_a_sentence_of_its_own() -> None:
    reasons = reasons_in_the_program()
    assert {"state", "ground", "citation_number", "review_far", "same_person"} <= reasons
    assert (
        reasons - NEVER_HERE - set(words.REFUSALS) - set(words.FORM_PROBLEMS) - set(privacy_words.REFUSALS)
        == set()
    )


@pytest.mark.parametrize("language", ["en", "sv"])
def test_every_word_of_every_table_is_there_in_both_languages(app: Flask, language: str) -> None:
    with app.test_request_context("/", headers={"Host": "localhost"}), force_locale(language):
        for table in TABLES:
            for key in table:
                assert words.word(table, key).strip()
                assert words.word(table, key) != key


def test_swedish_is_not_english(app: Flask) -> None:
    same = {"Legal"}
    with app.test_request_context("/", headers={"Host": "localhost"}), force_locale("en"):
        english = [{key: words.word(table, key) for key in table} for table in TABLES]
    with app.test_request_context("/", headers={"Host": "localhost"}), force_locale("sv"):
        for table, said in zip(TABLES, english, strict=True):
            for key, text in said.items():
                assert words.word(table, key) != text or text in same | {"Person"}, text


@pytest.mark.parametrize(
    ("language", "days", "said"),
    [
        ("en", -1, "1 day late"),
        ("en", -2, "2 days late"),
        ("en", 0, "Today"),
        ("en", 1, "Tomorrow"),
        ("en", 13, "In 13 days"),
        ("en", 14, "In 2 weeks"),
        ("en", 89, "In 12 weeks"),
        ("en", 90, "In 3 months"),
        ("sv", -1, "1 dag försenat"),
        ("sv", 1, "I morgon"),
        ("sv", 20, "Om 2 veckor"),
    ],
)
def test_how_far_a_day_is_away_is_said_in_words(app: Flask, language: str, days: int, said: str) -> None:
    with app.test_request_context("/", headers={"Host": "localhost"}), force_locale(language):
        assert words.days_away(days) == said


def test_an_unknown_reason_or_word_is_never_a_fault(app: Flask) -> None:
    with app.test_request_context("/", headers={"Host": "localhost"}):
        assert words.refusal("never heard of") == "This cannot be done as things stand. Read the page again."
        assert words.word(words.STATES, "molten") == "molten"
        assert words.done("molten") == ""
        assert words.ledger_sentence("molten", "") == "Somebody: molten"


@pytest.mark.parametrize("action", ACTIONS)
def test_every_action_of_the_ledger_is_a_sentence(app: Flask, action: str) -> None:
    with app.test_request_context("/", headers={"Host": "localhost"}):
        sentence = words.ledger_sentence(action, "Maja 100% Berg")
        assert sentence != f"Maja 100% Berg: {action}"
        assert "_" not in sentence
        assert "%(" not in sentence


def test_a_percent_sign_in_a_name_does_not_break_a_sentence(app: Flask) -> None:
    with app.test_request_context("/", headers={"Host": "localhost"}):
        assert words.ledger_sentence("closed", "100%(x)s Berg") == "100%(x)s Berg closed the case"


def test_every_outcome_of_the_rules_is_offered(app: Flask) -> None:
    with app.test_request_context("/", headers={"Host": "localhost"}):
        offered = outcomes()
    assert offered[0][0] == ""
    assert [code for code, _ in offered[1:]] == [one.code for one in load_categories().outcomes]


def test_fields_of_reasons_are_reasons() -> None:
    known = set(words.REFUSALS) | set(words.FORM_PROBLEMS)
    assert set(FIELD_OF_REASON) <= known
    assert known >= ABOUT_NO_FIELD


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("W-7KQ4-M2XC", "W-7KQ4-M2XC"),
        (" w7kq4m2xc ", "W-7KQ4-M2XC"),
        ("w-OiL0-0000", "W-0110-0000"),
        ("nonsense", "nonsense"),
        ("", ""),
        ("W-7KQ4-M2XU", "W-7KQ4-M2XU"),
        ("x" * 10_000, "x" * 40),
    ],
)
def test_a_case_number_is_found_however_it_was_typed(typed: str, number: str) -> None:
    assert case_number(typed) == number


def test_the_longest_number_of_days_has_words_too(app: Flask) -> None:
    with app.test_request_context("/", headers={"Host": "localhost"}):
        assert re.fullmatch(r"In \d+ months", words.days_away(365 * 70))
