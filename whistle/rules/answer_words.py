"""The words in the files of an answer, in the person's language: a word that is missing stops the start."""

from collections.abc import Mapping
from enum import StrEnum
from functools import cache
from types import MappingProxyType
from typing import Final

from whistle.rules.tables import Label, packaged_text, parse

FILE: Final = "answer_words.toml"


class Term(StrEnum):
    """What a file of an answer has to say."""

    ACCESS_TITLE = "access_title"
    ACCESS_INTRO = "access_intro"
    ACCESS_NAME = "access_name"
    PORTABILITY_TITLE = "portability_title"
    PORTABILITY_INTRO = "portability_intro"
    PORTABILITY_NAME = "portability_name"
    REQUEST = "request"
    COMPANY = "company"
    MADE_ON = "made_on"
    PART = "part"
    CATEGORY = "category"
    SYSTEM = "system"
    SOURCE = "source"
    DATE = "date"
    NO_DATE = "no_date"
    PROVENANCE = "provenance"
    HANDED_OVER = "handed_over"
    OBSERVED = "observed"
    DERIVED = "derived"
    BASIS = "basis"
    NO_BASIS = "no_basis"
    FILES = "files"
    NO_LINES = "no_lines"
    LEFT_TITLE = "left_title"
    LEFT_INTRO = "left_intro"
    WHY = "why"
    COUNT = "count"
    NOTHING_FOUND = "nothing_found"
    NOT_ASKED = "not_asked"
    NOT_SETTLED = "not_settled"
    SILENT = "silent"


@cache
def load_answer_words() -> Mapping[Term, Label]:
    """Return the words that travel with the program; SettingsWrong names the first that is missing."""
    return parse_answer_words(packaged_text(FILE), FILE)


def parse_answer_words(text: str, where: str = FILE) -> Mapping[Term, Label]:
    """Read the words from TOML; each has its place in the file, and there is no other."""
    root = parse(text, where)
    found = {term: root.label(str(term)) for term in Term}
    root.finish()
    return MappingProxyType(found)
