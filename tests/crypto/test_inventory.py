"""The inventory: any row that is missing, old, swapped or invented shows."""

import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.crypto.objects import CASE, OBJECT
from whistle.crypto.inventory import Entry, inventory_holds, inventory_mac

KEY = b"m" * 32
IDS = st.binary(min_size=16, max_size=16)
ENTRIES = st.builds(Entry, st.integers(2, 5), IDS, IDS, st.binary(min_size=32, max_size=32))
ENTRY = Entry(3, OBJECT, CASE, b"s" * 32)


@given(st.lists(ENTRIES, max_size=6), st.randoms())
def test_the_order_of_rows_does_not_matter(entries: list[Entry], order: object) -> None:
    mac = inventory_mac(KEY, CASE, 1, entries)
    order.shuffle(entries)  # type: ignore[attr-defined]
    assert inventory_holds(KEY, CASE, 1, iter(entries), mac)


@given(st.lists(ENTRIES, min_size=2, max_size=6, unique=True))
def test_a_missing_doubled_or_swapped_row_shows(entries: list[Entry]) -> None:
    mac = inventory_mac(KEY, CASE, 1, entries)
    first, second, *rest = entries
    swapped = [
        dataclasses.replace(first, sealed_sha256=second.sealed_sha256),
        dataclasses.replace(second, sealed_sha256=first.sealed_sha256),
    ]
    changed = {tuple(entries[1:]), (*entries, first), tuple(swapped + rest)} - {tuple(entries)}
    for rows in changed:
        if sorted(entry.pack() for entry in rows) != sorted(entry.pack() for entry in entries):
            assert not inventory_holds(KEY, CASE, 1, rows, mac)


def test_an_older_number_another_case_or_another_key_shows() -> None:
    mac = inventory_mac(KEY, CASE, 7, [ENTRY])
    assert inventory_holds(KEY, CASE, 7, [ENTRY], mac)
    assert not inventory_holds(KEY, CASE, 6, [ENTRY], mac)
    assert not inventory_holds(KEY, OBJECT, 7, [ENTRY], mac)
    assert not inventory_holds(b"n" * 32, CASE, 7, [ENTRY], mac)
    assert not inventory_holds(KEY, CASE, 7, [], mac)


def test_no_byte_of_the_mac_may_change() -> None:
    mac = inventory_mac(KEY, CASE, 1, [ENTRY])
    for at in range(len(mac)):
        assert not inventory_holds(KEY, CASE, 1, [ENTRY], mac[:at] + bytes([mac[at] ^ 1]) + mac[at + 1 :])
    for other in (b"", mac[:-1], mac + b"\0"):
        assert not inventory_holds(KEY, CASE, 1, [ENTRY], other)


@pytest.mark.parametrize(
    "part",
    [
        {"kind": 0},
        {"kind": 256},
        {"object_id": b""},
        {"key_id": bytes(17)},
        {"sealed_sha256": bytes(31)},
    ],
    ids=str,
)
def test_a_row_of_another_size_is_not_signed_for(part: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="inventory row"):
        inventory_mac(KEY, CASE, 1, [dataclasses.replace(ENTRY, **part)])


def test_a_case_id_of_another_size_is_not_signed_for() -> None:
    with pytest.raises(ValueError, match="case id"):
        inventory_mac(KEY, CASE[1:], 1, [])
