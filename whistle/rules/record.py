"""The record of processing, the impact assessment and the list of processors are sourced facts."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Final

from whistle.rules.policy_words import Cited, Worded
from whistle.rules.reading import cited, labelled, worded
from whistle.rules.tables import Label, Table, packaged_text, parse

FILE: Final = "record.toml"


@dataclass(frozen=True)
class Record:
    """The facts that hold for every company of the site, each list in the order to print it."""

    transfer: Label
    transfer_cited: Cited
    processors: tuple[Worded, ...]
    measures: tuple[Worded, ...]
    assessment: tuple[Worded, ...]


@cache
def load_record() -> Record:
    """Return the facts that travel with the program; SettingsWrong names the first faulty entry."""
    return parse_record(packaged_text(FILE), FILE)


def parse_record(text: str, where: str = FILE) -> Record:
    """Read the facts from TOML; unknown words, missing labels or sources and empty lists are refused."""
    root = parse(text, where)
    transfer = root.table("transfer")
    record = Record(
        transfer.label("text"),
        cited(transfer),
        _list(root, "processor", worded),
        _list(root, "measure", labelled),
        _list(root, "assessment", worded),
    )
    for table in (transfer, root):
        table.finish()
    return record


def _list(root: Table, key: str, read: Callable[[Table, str], Worded]) -> tuple[Worded, ...]:
    found = []
    for table in root.tables(key):
        found.append(read(table, table.text("code")))
        table.finish()
    if not found or len({one.code for one in found}) != len(found):
        raise root.wrong(f"[[{key}]] has entries, and each code stands in it once.")
    return tuple(found)
