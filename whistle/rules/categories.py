"""The choices a form offers come from one list, with words for each in every language."""

from dataclasses import dataclass
from functools import cache
from typing import Final

from whistle.errors import RuleRefused
from whistle.rules.tables import Label, Table, packaged_text, parse

FILE: Final = "categories.toml"

#: What a reporter is who did not say.
RELATION_UNSAID: Final = "unsaid"
#: The category that fits whatever fits no other.
CATEGORY_OTHER: Final = "other"


@dataclass(frozen=True)
class Choice:
    """One entry of a list: the code that is stored and the words that are shown."""

    code: str
    label: Label


@dataclass(frozen=True)
class Catalogue:
    """The lists of choices, each in the order to show it, and what they rest on."""

    categories: tuple[Choice, ...]
    relations: tuple[Choice, ...]
    outcomes: tuple[Choice, ...]


def chosen(choices: tuple[Choice, ...], code: str) -> Choice:
    """Return the choice of that code; RuleRefused("choice") for a code that is not in the list."""
    for choice in choices:
        if choice.code == code:
            return choice
    raise RuleRefused("choice", "Choose one of the list.")


@cache
def load_categories() -> Catalogue:
    """Return the catalogue that travels with the program; SettingsWrong names the first faulty entry."""
    return parse_categories(packaged_text(FILE), FILE)


def parse_categories(text: str, where: str = FILE) -> Catalogue:
    """Read a catalogue from TOML; unknown words, missing labels and doubled codes are refused."""
    root = parse(text, where)
    catalogue = Catalogue(
        categories=_choices(root, "category", CATEGORY_OTHER),
        relations=_choices(root, "relation", RELATION_UNSAID),
        outcomes=_choices(root, "outcome", "other"),
    )
    root.finish()
    return catalogue


def _choices(root: Table, key: str, must_hold: str) -> tuple[Choice, ...]:
    section = root.table(key)
    # The source and its day are read so that no list stands in the file without them.
    section.text("source")
    section.day("effective_from")
    choices = tuple(_choice(one) for one in section.tables("choice"))
    section.finish()
    codes = [choice.code for choice in choices]
    if len(set(codes)) != len(codes):
        raise section.wrong("a code is used twice.")
    if must_hold not in codes:
        raise section.wrong(f'the code "{must_hold}" is missing.')
    return choices


def _choice(table: Table) -> Choice:
    choice = Choice(code=table.text("code"), label=table.label("label"))
    table.finish()
    return choice
