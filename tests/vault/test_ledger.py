"""The ledger is one signed chain: a line that was changed, taken out or cut off is named."""

import json
from datetime import date

import pytest
from sqlalchemy import delete, select, update

from tests.vault.scenes import case_with_all, held
from tests.vault.tampering import change, findings, kinds, photograph, rows, write
from tests.world import World
from whistle import app
from whistle.crypto import chain
from whistle.errors import Tampered
from whistle.vault import ledger
from whistle.vault.serverkeys import ServerKeys
from whistle.vault.tables import ledger as lines
from whistle.vault.tables import ledger_head


def said(world: World) -> str:
    """Why the ledger does not hold; empty when it does."""
    with world.program.store.reading() as db:
        try:
            ledger.verify(db, world.program.store.keys)
        except Tampered as broken:
            return str(broken)
    return ""


def last(world: World) -> int:
    found: int = max(row["seq"] for row in rows(world, lines))
    return found


def test_what_is_written_verifies_and_names_its_length(world: World) -> None:
    case_with_all(world)
    with world.program.store.reading() as db:
        assert ledger.verify(db, world.program.store.keys) == last(world) == len(rows(world, lines))


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("on_day", date(2020, 1, 1)),
        ("action", "received"),
        ("case_number", "W-0000-0000"),
        ("actor", "Nora"),
        ("actor_hash", bytes(32)),
        ("facts", "{}"),
        ("hash", bytes(32)),
    ],
)
def test_a_changed_line_is_named(world: World, column: str, value: object) -> None:
    case_with_all(world)
    seq = max(row["seq"] for row in rows(world, lines) if row["action"] == "acknowledged")
    change(world, lines, {"seq": seq}, **{column: value})
    assert said(world).startswith(f"ledger line {seq}")
    assert "ledger" in kinds(world)


def test_a_line_that_was_changed_together_with_all_that_follow_is_found_by_the_head(world: World) -> None:
    """Somebody without the signing key works the whole chain out again."""
    case_with_all(world)
    with world.program.store.writing() as work:
        work.db.execute(update(lines).where(lines.c.action == "received").values(facts='{"n":7}'))
        previous = ledger.GENESIS
        for row in work.db.execute(select(lines).order_by(lines.c.seq)).all():
            fields = ledger._fields(
                row.seq, row.on_day, row.action, row.case_number, bytes(row.actor_hash), row.facts
            )
            previous = chain.link(previous, fields)
            work.db.execute(update(lines).where(lines.c.seq == row.seq).values(hash=previous))
        work.db.execute(update(ledger_head).values(hash=previous))
    assert said(world) == "the ledger's head is not signed by this site's key"


def test_a_line_taken_out_of_the_middle_is_named(world: World) -> None:
    case_with_all(world)
    write(world, delete(lines).where(lines.c.seq == 5))
    assert said(world) == "ledger line 5 is missing"


def test_a_tail_that_was_cut_is_found(world: World) -> None:
    case_with_all(world)
    end = last(world)
    write(world, delete(lines).where(lines.c.seq > end - 2))
    assert said(world) == f"the ledger ends at line {end - 2}, its head says {end}"


def test_a_tail_that_was_cut_is_found_also_with_the_head_that_once_was_signed(world: World) -> None:
    world.send()
    old = rows(world, ledger_head)[0]
    case_with_all(world)
    end = last(world)
    write(world, delete(lines).where(lines.c.seq > old["seq"]))
    change(world, ledger_head, {}, seq=old["seq"], hash=old["hash"], signature=old["signature"])
    assert (
        said(world) == f"the ledger was cut: it ends at line {old['seq']}, the copy in keys/ knows line {end}"
    )
    assert "ledger" in kinds(world)


def test_a_head_that_was_forged_is_found_and_never_copied_into_the_keys(world: World) -> None:
    case_with_all(world)
    copy = (world.settings.keys / "head").read_bytes()
    change(world, ledger_head, {}, seq=last(world) + 5)
    assert said(world) == "the ledger's head is not signed by this site's key"
    app.recover(world.program.store)
    assert (world.settings.keys / "head").read_bytes() == copy


def test_a_copy_of_the_head_that_was_put_back_is_found_and_the_next_start_renews_it(world: World) -> None:
    world.send()
    head = world.settings.keys / "head"
    old = head.read_bytes()
    case_with_all(world)
    new = head.read_bytes()
    head.write_bytes(old)
    assert [(f.kind, f.about) for f in findings(world)] == [("ledger", "head")]
    app.recover(world.program.store)
    assert head.read_bytes() == new
    assert findings(world) == []


def test_a_copy_of_the_head_that_is_missing_or_unreadable_is_found_and_the_next_line_renews_it(
    world: World,
) -> None:
    world.send()
    head = world.settings.keys / "head"
    for damage in (b"", b"{}", b'{"seq":"1","hash":"","signature":""}', b"[]", None):
        if damage is None:
            head.unlink()
        else:
            head.write_bytes(damage)
        assert kinds(world) == {"ledger"}, damage
        world.send()
        assert json.loads(head.read_bytes())["seq"] == last(world)
        assert findings(world) == []


def test_a_copy_of_the_head_that_was_forged_is_found(world: World) -> None:
    world.send()
    head = world.settings.keys / "head"
    head.write_text(json.dumps(json.loads(head.read_text()) | {"signature": "00" * 64}))
    assert said(world) == "the copied head is not signed by this site's key"


def test_a_chain_of_another_site_does_not_pass_for_this_one(world: World) -> None:
    world.send()
    with world.program.store.reading() as db:
        folder = world.settings.data / "others"
        ServerKeys.create(folder)
        with pytest.raises(Tampered):
            ledger.verify(db, ServerKeys.load(folder))


def test_lines_hold_days_and_no_word_that_a_person_wrote(world: World) -> None:
    receipt, _secret = case_with_all(world)
    held(world, receipt.number)
    written = json.dumps([row["facts"] for row in rows(world, lines)]) + json.dumps(
        [row["actor"] for row in rows(world, lines)]
    )
    for word in ("fire", "doors", "Eva", "orders", "caretaker", "January", "T 1234-26"):
        assert word not in written
    own = [row for row in rows(world, lines) if row["case_number"] == receipt.number]
    assert {row["actor"] for row in own if row["action"] in ("received", "message_received")} == {"reporter"}
    for row in own:
        assert type(row["on_day"]) is date
        assert set(json.loads(row["facts"])) <= {
            "n",
            "company",
            "hold",
            "ground",
            "review_on",
            "late",
            "due_on",
            "excluded",  # keyed tags, filled up with chance
        }


def test_a_transaction_that_fails_leaves_no_line_and_no_new_head(world: World) -> None:
    before, head = last(world), (world.settings.keys / "head").read_bytes()

    def fail() -> None:
        with world.program.store.writing() as work:
            work.log("tried", day=date(2026, 3, 2), actor="x")
            raise RuntimeError("on the way")

    with pytest.raises(RuntimeError):
        fail()
    assert (last(world), (world.settings.keys / "head").read_bytes()) == (before, head)


def test_pages_of_the_ledger_come_newest_first_and_join(world: World) -> None:
    receipt, _secret = case_with_all(world)
    with world.program.store.reading() as db:
        everything = [line.seq for line in ledger.lines(db, None, 1000)]
        first = ledger.lines(db, None, 4)
        second = ledger.lines(db, first[-1].seq, 1000)
        mine = [line.action for line in ledger.of_case(db, receipt.number)]
    assert everything == list(range(last(world), 0, -1))
    assert [line.seq for line in (*first, *second)] == everything
    assert mine == ["received", "acknowledged", "note_added", "opened", "message_received"]
    assert photograph(world, receipt.number)["cases"][0]["inventory_n"] == 5
