"""The journal repeats what a restored backup must live through again, each line once, chained and signed."""

import json
from pathlib import Path

import pytest

from tests.vault.scenes import held, pass_at, purged_case
from tests.vault.tampering import findings, rows
from tests.world import World
from whistle.errors import Tampered
from whistle.vault import journal, people
from whistle.vault.serverkeys import ServerKeys
from whistle.vault.tables import ledger


def path_of(world: World) -> Path:
    return world.settings.keys / "journal"


def told(world: World) -> list[tuple[str, str]]:
    """Kind and case of every line."""
    keys = world.program.store.keys
    return [(line["kind"], line["case"]) for line in journal.read(path_of(world), keys.verifying)]


def test_holds_releases_purges_and_retirements_are_in_it_in_their_order(world: World) -> None:
    receipt, _secret = world.closed()
    hold = held(world, receipt.number)
    world.later(2)
    world.program.legal.release(world.member("Lisa"), hold, "Settled.")
    world.later(740)
    pass_at(world)
    people.retire(world.program.store, "Leo", world.clock.now(), actor="Adam")
    number = receipt.number
    assert told(world) == [
        ("closed", number), ("hold_placed", number), ("hold_released", number), ("purged", number),
        ("person_retired", ""),
    ]  # fmt: skip
    assert findings(world) == []


def test_what_is_not_in_it_yet_is_caught_up_with_once(world: World) -> None:
    purged_case(world)
    whole = path_of(world).read_bytes()
    path_of(world).unlink()
    assert [journal.catch_up(world.program.store) for _ in range(3)] == [2, 0, 0]
    assert path_of(world).read_bytes() == whole


@pytest.mark.parametrize("cut", [1, 7, 60, -1])
def test_a_line_that_a_power_cut_left_half_is_written_anew(world: World, cut: int) -> None:
    purged_case(world)
    purged_case(world)
    whole = path_of(world).read_bytes()
    first = whole.splitlines(keepends=True)[0]
    path_of(world).write_bytes(whole[: len(first) + cut] if cut > 0 else whole[:cut])
    journal.catch_up(world.program.store)
    assert path_of(world).read_bytes() == whole


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda lines: [lines[0], lines[2]], "line 2 was changed, or one before it is missing"),
        (lambda lines: [lines[1], lines[2]], "line 1 was changed, or one before it is missing"),
        (lambda lines: [lines[1], lines[0], lines[2]], "line 1 was changed"),
        (
            lambda lines: [lines[0], lines[1].replace(b'"closed"', b'"edited"'), lines[2]],
            "line 2 was changed",
        ),
        (lambda lines: [lines[0], lines[1], b"nonsense\n"], "line 3 cannot be read"),
        (lambda lines: [lines[0], lines[1], b"[]\n"], "line 3 cannot be read"),
        (lambda lines: [*lines, lines[2]], "line 4 was changed"),
    ],
)
def test_a_line_that_was_changed_moved_or_taken_out_is_named(
    sqlite_world: World, change: object, said: str
) -> None:
    for _ in range(3):
        sqlite_world.closed()
    path = path_of(sqlite_world)
    path.write_bytes(b"".join(change(path.read_bytes().splitlines(keepends=True))))  # type: ignore[operator]
    with pytest.raises(Tampered, match=said):
        told(sqlite_world)


def test_a_journal_signed_by_another_key_is_refused(sqlite_world: World, tmp_path: Path) -> None:
    purged_case(sqlite_world)
    ServerKeys.create(tmp_path / "others")
    with pytest.raises(Tampered, match="not signed"):
        list(journal.read(path_of(sqlite_world), ServerKeys.load(tmp_path / "others").verifying))


@pytest.mark.parametrize("ruin", [b"nonsense\n", b"{}\n", b'{"n":1,"ledger_seq":"a","hash":"00"}\n'])
def test_nothing_is_appended_to_a_journal_whose_last_line_cannot_be_read(
    sqlite_world: World, ruin: bytes
) -> None:
    purged_case(sqlite_world)
    with path_of(sqlite_world).open("ab") as file:
        file.write(ruin)
    before = path_of(sqlite_world).read_bytes()
    with pytest.raises(Tampered):
        journal.catch_up(sqlite_world.program.store)
    assert path_of(sqlite_world).read_bytes() == before


def test_it_holds_days_numbers_and_no_word_of_content(world: World) -> None:
    receipt, _secret = world.closed(text="The fire doors are locked.", identity_name="Eva")
    held(world, receipt.number)
    text = path_of(world).read_text()
    assert not any(word in text for word in ("fire", "Eva", "1234-26", "Lisa"))
    line = json.loads(text.splitlines()[-1])
    assert set(line) == {"n", "ledger_seq", "day", "kind", "case", "facts", "by", "hash", "signature"}
    assert line["ledger_seq"] == max(row["seq"] for row in rows(world, ledger))
    assert path_of(world).stat().st_mode & 0o777 == 0o600
