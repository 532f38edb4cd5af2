"""Counts are shown only where no small one can be worked out, not even by somebody who knows this rule.

Cells under five are left out. Where what is left out would follow from the total (one cell alone, or all of
them at the least or the most they can be), or is itself under five all together, the smallest count that is
shown goes too, with every cell equal to it. What is left out depends on the values alone and never on their
order, so exchanging two values that were left out gives the very same table: none of them can be told from
another.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

#: Cells under this are not shown (policy of the channel, RULES L15 "Statistics").
LEAST: Final = 5

Counts = Sequence[tuple[str, int]]


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell: `value` is None where it is left out; `at_least`: there may be more than `value`."""

    key: str
    value: int | None
    at_least: bool = False


@dataclass(frozen=True, slots=True)
class Shown:
    """What may be shown of a set of cases: total and tables; every value None when it is too small."""

    total: Cell
    tables: Mapping[str, tuple[Cell, ...]]


def suppress(tables: Mapping[str, Counts]) -> Shown:
    """What may be shown of tables that each divide the same cases; ValueError when their totals differ."""
    totals = {sum(value for _key, value in counts) for counts in tables.values()}
    if len(totals) != 1:
        raise ValueError("the tables do not divide the same cases")
    total = totals.pop()
    shown = {name: _table(counts) for name, counts in tables.items()}
    if total < LEAST or any(table is None for table in shown.values()):
        nothing = {name: tuple(Cell(key, None) for key, _ in counts) for name, counts in tables.items()}
        return Shown(Cell("total", None), nothing)
    return Shown(Cell("total", total), {name: table for name, table in shown.items() if table is not None})


def _table(counts: Counts) -> tuple[Cell, ...] | None:
    """One table beside its total; None when its total would give it away."""
    small = [value for _key, value in counts if value < LEAST]
    bound = LEAST - 1
    if small and not _is_hidden(small):
        larger = [value for _key, value in counts if value >= LEAST]
        if not larger:
            return None
        bound = min(larger)
    return tuple(Cell(key, None if value <= bound else value) for key, value in counts)


def _is_hidden(small: Sequence[int]) -> bool:
    """Whether small counts are not given away by their sum, nor a small one of them together."""
    return len(small) > 1 and LEAST <= sum(small) < len(small) * (LEAST - 1)


def add_up(parts: Sequence[Shown]) -> Shown:
    """The sum of what is shown already, which tells nothing new; a cell that lacks a part is "at least".

    The tables of all parts have the same names and keys. ValueError without a part.
    """
    if not parts:
        raise ValueError("there is nothing to add up")
    tables = {
        name: tuple(
            _sum(key, [_value(part.tables[name], key) for part in parts]) for key in _keys(parts, name)
        )
        for name in parts[0].tables
    }
    return Shown(_sum("total", [part.total.value for part in parts]), tables)


def _keys(parts: Sequence[Shown], name: str) -> list[str]:
    """Every key of a table in the order in which the parts have them."""
    return list(dict.fromkeys(cell.key for part in parts for cell in part.tables[name]))


def _value(cells: Sequence[Cell], key: str) -> int | None:
    return next((cell.value for cell in cells if cell.key == key), 0)


def _sum(key: str, values: Sequence[int | None]) -> Cell:
    known = [value for value in values if value is not None]
    if not any(known):
        return Cell(key, None if len(known) < len(values) else 0)
    return Cell(key, sum(known), at_least=len(known) < len(values))
