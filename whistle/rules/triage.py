"""What a handler chooses from while working on a case comes from lists with a source and words for each."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Final

from whistle.errors import RuleRefused
from whistle.rules.categories import Choice
from whistle.rules.tables import Table, packaged_text, parse

FILE: Final = "triage.toml"

#: The lists a page or a command asks for by name.
LISTS: Final = ("scope", "severity", "priority", "note", "no_feedback", "came_by", "met")

#: 2018:218 5:2: what a handler notes for their own work; a note that says nothing of itself is one.
MEMORY: Final = "memory"

#: The ground that holds only where feedback was given while the case was open (L3).
GIVEN_BEFORE: Final = "given_before"

Lists = Mapping[str, tuple[Choice, ...]]


@dataclass(frozen=True)
class Chosen:
    """How a case was sorted; each is a code of its list, or empty where nobody has decided."""

    scope: str
    severity: str
    priority: str


@cache
def load_lists() -> Lists:
    """Return the lists that travel with the program; SettingsWrong names the first faulty entry."""
    return parse_lists(packaged_text(FILE), FILE)


def parse_lists(text: str, where: str = FILE) -> Lists:
    """Read the lists from TOML; unknown words, missing labels, lists and sources are refused."""
    root = parse(text, where)
    lists = {name: _choices(root.table(name)) for name in LISTS}
    root.finish()
    return lists


def _choices(section: Table) -> tuple[Choice, ...]:
    section.text("source")
    section.day("effective_from")
    found = []
    for one in section.tables("choice"):
        found.append(Choice(one.text("code"), one.label("label")))
        one.finish()
    section.finish()
    if not found or len({choice.code for choice in found}) != len(found):
        raise section.wrong("a list has entries, and each code stands in it once.")
    return tuple(found)


def require(name: str, code: str, *, reason: str = "") -> str:
    """Return `code` when it stands in the list `name`; RuleRefused(`reason` or `name`) when it does not."""
    if code not in {choice.code for choice in load_lists()[name]}:
        raise RuleRefused(reason or name, "Choose one of the list.")
    return code


def check_triage(chosen: Chosen) -> None:
    """Refuse a sorting without a scope, or with a word that no list has: RuleRefused names the list."""
    require("scope", chosen.scope)
    for name in ("severity", "priority"):
        if getattr(chosen, name):
            require(name, getattr(chosen, name))


def check_no_feedback(ground: str, *, given: bool) -> None:
    """Refuse closing without feedback on a ground that is not one, or that does not hold (L3)."""
    require("no_feedback", ground, reason="no_feedback")
    if ground == GIVEN_BEFORE and not given:
        raise RuleRefused("no_feedback", "No feedback has been given in this case.")
