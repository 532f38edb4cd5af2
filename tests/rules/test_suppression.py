"""No count under five can be worked out: not from a total, nor another table, nor by who knows the rule."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from whistle.rules.suppression import LEAST, Cell, Shown, add_up, suppress

VALUES = st.lists(st.integers(0, 30), min_size=1, max_size=8)


def table(values: Sequence[int]) -> list[tuple[str, int]]:
    return [(f"k{n}", value) for n, value in enumerate(values)]


def seen(values: Sequence[int]) -> tuple[int | None, ...]:
    shown = suppress({"one": table(values)})
    return (shown.total.value, *(cell.value for cell in shown.tables["one"]))


def two(parts: Mapping[str, Sequence[int]]) -> Shown:
    return suppress({name: table(values) for name, values in parts.items()})


@given(VALUES)
def test_a_shown_cell_is_the_true_one_and_at_least_five(values: list[int]) -> None:
    total, *cells = seen(values)
    assert total in (None, sum(values))
    assert all(cell is None or (cell == value >= LEAST) for cell, value in zip(cells, values, strict=True))


@pytest.mark.parametrize(("cells", "most"), [(1, 24), (2, 16), (3, 11), (4, 7)])
def test_who_knows_the_rule_still_finds_two_values_for_every_cell_left_out(cells: int, most: int) -> None:
    # Every table up to `most` in a cell; those on the edge have siblings outside of it and are not asked.
    behind: dict[tuple[int | None, ...], list[tuple[int, ...]]] = defaultdict(list)
    for values in product(range(most + 1), repeat=cells):
        behind[seen(values)].append(values)
    for shown, possible in behind.items():
        if max(max(values) for values in possible) > most - LEAST:
            continue
        for position, cell in enumerate(shown[1:]):
            if cell is None:
                assert len({values[position] for values in possible}) > 1, (shown, possible)


@given(VALUES)
def test_what_is_left_out_is_together_no_number_under_five_either(values: list[int]) -> None:
    total, *cells = seen(values)
    left = 0 if total is None else total - sum(cell for cell in cells if cell is not None)
    assert left == 0 or left >= LEAST, (total, cells)


@given(VALUES, st.randoms(use_true_random=False))
def test_what_is_left_out_does_not_depend_on_the_order(values: list[int], chance: object) -> None:
    order = list(range(len(values)))
    chance.shuffle(order)  # type: ignore[attr-defined]
    shown, turned = seen(values), seen([values[n] for n in order])
    assert turned == (shown[0], *(shown[1 + n] for n in order))


@pytest.mark.parametrize(
    ("values", "shown"),
    [
        ([9, 8, 7], (24, 9, 8, 7)),
        ([9, 8, 3], (20, 9, None, None)),  # three alone is the total less the others
        ([9, 2, 3], (14, 9, None, None)),
        ([9, 8, 1, 2], (20, 9, None, None, None)),  # one and two are three, and the total says so
        ([9, 7, 0, 0], (16, 9, None, None, None)),  # nought and nought are no secret beside a total
        ([9, 7, 4, 4], (24, 9, None, None, None)),  # nor are four and four, the most they can be
        ([8, 5, 5, 4], (22, 8, None, None, None)),  # equals go together, or the order would tell
        ([3], (None, None)),
        ([2, 2], (None, None, None)),
        ([4, 4], (None, None, None)),
        ([7], (7, 7)),
    ],
)
def test_examples(values: list[int], shown: tuple[int | None, ...]) -> None:
    assert seen(values) == shown


def test_one_table_that_its_total_would_give_away_hides_all_of_them() -> None:
    shown = two({"months": [8, 0, 0], "states": [4, 4]})
    assert shown.total.value is None
    assert {cell.value for cells in shown.tables.values() for cell in cells} == {None}


def test_tables_of_different_cases_are_no_set() -> None:
    with pytest.raises(ValueError, match="same cases"):
        two({"months": [8], "states": [9]})


def summed(*tables: Sequence[int]) -> Shown:
    return add_up([suppress({"one": table(values)}) for values in tables])


def test_a_groups_total_is_made_of_what_its_companies_show() -> None:
    shown = summed([9, 8, 7], [9, 8, 3], [1, 1, 1])
    assert shown.total == Cell("total", 44, at_least=True)
    assert shown.tables["one"] == (
        Cell("k0", 18, at_least=True), Cell("k1", 8, at_least=True), Cell("k2", 7, at_least=True)
    )  # fmt: skip


@given(st.lists(st.lists(st.integers(0, 12), min_size=3, max_size=3), min_size=1, max_size=4))
def test_the_groups_total_is_the_same_whatever_a_company_left_out(companies: list[list[int]]) -> None:
    """So no difference of a company and the group tells anything: it follows from what was shown."""
    parts = [suppress({"one": table(values)}) for values in companies]
    again = [
        Shown(
            Cell("total", part.total.value),
            {"one": tuple(Cell(cell.key, cell.value) for cell in part.tables["one"])},
        )
        for part in parts
    ]
    assert add_up(parts) == add_up(again)
    for position, cell in enumerate(add_up(parts).tables["one"]):
        known = [part.tables["one"][position].value for part in parts]
        assert cell.value is None or cell.value == sum(value or 0 for value in known)
        assert cell.at_least == (cell.value is not None and None in known)


def test_nothing_adds_up_to_nothing() -> None:
    with pytest.raises(ValueError, match="nothing"):
        add_up([])
