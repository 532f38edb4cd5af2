"""Whatever the vault writes into the ledger is a sentence on its page, in both languages."""

import ast
from collections.abc import Iterator
from datetime import date

import pytest

from tests.source import program
from whistle.parties.book import BookLine
from whistle.vault import accounts, exclusions, identity_requests, work
from whistle.web import catalog, ledger_words
from whistle.web import staff_words as words

NAMED = {
    *accounts._RENEWED.values(), exclusions.ADDED, exclusions.LIFTED, work.TRIAGED, work.MEASURED,
    work.PROTECTED, work.LINKED, work.MARKED, "message_received", "identity_given", "company_added",
    "company_changed", f"identity_{identity_requests.APPROVED}", f"identity_{identity_requests.REFUSED}",
}  # fmt: skip
"""Actions that a command is given by name; the rest stand in the calls themselves."""


def logged() -> Iterator[str]:
    """Every action that a call of `log`, or a step at the desk, names in so many letters."""
    for module in program():
        if not module.name.startswith("whistle.vault"):
            continue
        for node in ast.walk(module.tree):
            if not isinstance(node, ast.Call) or not node.args:
                continue
            called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            first = node.args[0]
            if called in {"log", "Step"} and isinstance(first, ast.Constant) and isinstance(first.value, str):
                yield first.value


ACTIONS = sorted({*logged(), *NAMED})


def test_the_vault_is_really_read() -> None:
    assert {"received", "exported", "hold_placed", "closed", "statistics_published"} <= set(ACTIONS)


def test_every_action_has_a_sentence() -> None:
    known = {**words.LEDGER_ACTIONS, **ledger_words.ACTIONS}
    assert [action for action in ACTIONS if action not in known] == []


@pytest.mark.parametrize("language", catalog.TRANSLATED)
def test_every_sentence_stands_in_the_other_language(language: str) -> None:
    known = catalog.joined(language)
    tables = (words.LEDGER_ACTIONS, ledger_words.ACTIONS, words.LEDGER_FACTS, ledger_words.FACTS)
    said = {text._args[0] for table in tables for text in table.values()}
    assert [text for text in said if known.get(text) is None or not known.get(text).string] == []


def test_ids_and_tags_are_never_shown_beside_a_line() -> None:
    line = BookLine(date(2026, 3, 2), "", "received", "W-0000-0000", (("excluded", "ab" * 128), ("n", "1")))
    assert ledger_words.facts(line) == ""
