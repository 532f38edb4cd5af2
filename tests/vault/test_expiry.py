"""Five years after a purge the ledger's lines of the case name nobody, and the chain holds as before."""

import io
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from sqlalchemy import select, update

from tests.vault.scenes import pass_at, purged_case
from tests.vault.tampering import change, findings, rows
from tests.world import World
from whistle.vault import book, expiry, ledger, purge
from whistle.vault.tables import certificates
from whistle.vault.tables import ledger as lines

PURGED = date(2028, 3, 11)
"""The day on which `purged_case` is purged."""

EVE, OVER = datetime(2033, 3, 10, 23, 59, tzinfo=UTC), datetime(2033, 3, 11, 0, 0, tzinfo=UTC)
STRANGER = "Zebulon Quimby-Nowhere"


def kinds(world: World) -> set[str]:
    return {finding.kind for finding in findings(world)}


def actors(world: World, number: str) -> set[str]:
    return {row["actor"] for row in rows(world, lines, case_number=number)}


def strike_at(world: World, now: datetime) -> int:
    world.clock.site = now
    return expiry.strike(world.program.store, now)


def test_a_name_stands_until_the_last_minute_of_its_five_years_and_then_is_gone(world: World) -> None:
    number = purged_case(world)
    assert rows(world, certificates)[0]["purged_on"] == PURGED
    before = rows(world, lines, case_number=number)
    assert strike_at(world, EVE) == 0
    assert "Hanna" in actors(world, number)
    assert findings(world) == []
    assert strike_at(world, OVER) == len(before)
    after = rows(world, lines, case_number=number)
    assert after == [row | {"actor": ""} for row in before], "all else stands, the keyed hash too"
    assert findings(world) == []


def test_the_chain_its_copy_and_the_certificate_still_verify(world: World) -> None:
    number = purged_case(world)
    strike_at(world, OVER)
    store, key = world.program.store, world.program.store.keys.verifying
    with store.reading() as db:
        assert ledger.verify(db, store.keys) == len(rows(world, lines))
    copy = io.BytesIO("".join(line + "\n" for line in book.copy_out(store)).encode())
    assert book.verify_copy(copy, key) == len(rows(world, lines))
    assert purge.verify_certificate(purge.certificate(store, number), key)["case"] == number


def test_a_pass_strikes_once_and_the_ledger_says_up_to_which_day(world: World) -> None:
    purged_case(world)
    world.clock.site = OVER
    assert pass_at(world) == []
    assert pass_at(world) == []
    (line,) = rows(world, lines, action=expiry.ACTION)
    assert (line["facts"], line["case_number"]) == ('{"until":"2028-03-11"}', "")


def test_lines_of_other_cases_and_of_no_case_keep_their_names(world: World) -> None:
    number = purged_case(world)
    open_ = world.send().number
    world.program.handler.acknowledge(world.member("Hanna"), open_, "Received.")
    others = [row for row in rows(world, lines) if row["case_number"] != number]
    strike_at(world, OVER)
    assert [row for row in rows(world, lines) if row["case_number"] != number][: len(others)] == others


def test_many_are_struck_in_several_transactions(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(expiry, "BATCH", 2)
    numbers = [world.closed()[0].number for _ in range(5)]
    world.later(740)
    assert pass_at(world) == ["purged"] * 5
    assert strike_at(world, OVER) > 20
    assert all(actors(world, number) == {""} for number in numbers)
    assert len(rows(world, lines, action=expiry.ACTION)) == 3
    assert findings(world) == []


def test_a_name_struck_out_before_its_time_is_found(world: World) -> None:
    number = purged_case(world)
    change(world, lines, {"case_number": number, "action": "closed"}, actor="")
    assert kinds(world) == {"name_gone"}


def test_a_name_that_was_struck_out_of_a_line_of_no_case_is_found(world: World) -> None:
    change(world, lines, {"action": "person_invited"}, actor="")
    assert kinds(world) == {"name_gone"}


def test_a_name_that_stands_past_its_time_is_found_and_another_name_too(world: World) -> None:
    number = purged_case(world)
    world.clock.site = OVER.replace(day=12)
    assert kinds(world) == {"name_overdue"}
    strike_at(world, OVER)
    change(world, lines, {"case_number": number, "action": "closed"}, actor="Mallory")
    world.clock.site = OVER.replace(day=12)
    assert kinds(world) == {"ledger", "name_overdue"}


def test_a_death_between_the_strike_and_its_mark_is_made_good(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    purged_case(world)
    world.clock.site = OVER
    with monkeypatch.context() as dying:
        dying.setattr(expiry.sites, "remember", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            expiry.strike(world.program.store, OVER)
    assert expiry.strike(world.program.store, OVER) == 0
    assert len(rows(world, lines, action=expiry.ACTION)) == 1
    assert findings(world) == []


def test_no_byte_of_the_name_is_left_in_any_file(sqlite_world: World) -> None:
    world = sqlite_world
    receipt, _secret = world.closed()
    with world.program.store.writing() as work:
        work.log("opened", day=world.clock.now().date(), actor=STRANGER, case=receipt.number)
    world.later(740)
    assert pass_at(world) == ["purged"]
    assert holding(world, STRANGER), "the search sees what is there"
    world.clock.site = OVER
    assert pass_at(world) == []
    assert holding(world, STRANGER) == []
    assert findings(world) == []


def holding(world: World, name: str) -> list[str]:
    """The files of the site in which the name stands."""
    folder = Path(world.settings.data)
    return [p.name for p in sorted(folder.rglob("*")) if p.is_file() and name.encode() in p.read_bytes()]


def test_nobody_can_put_a_name_into_a_struck_line(world: World) -> None:
    number = purged_case(world)
    strike_at(world, OVER)
    store = world.program.store
    with store.writing() as work:
        row = work.db.execute(select(lines).where(lines.c.case_number == number)).first()
        assert row is not None
        work.db.execute(update(lines).where(lines.c.seq == row.seq).values(actor="Hugo"))
    assert {finding.said for finding in findings(world)} >= {f"ledger line {row.seq} names another actor"}
