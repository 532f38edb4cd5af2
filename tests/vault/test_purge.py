"""A closed case is purged on its day, not before and not while it is held; a certificate stays."""

import json
from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from tests.vault.jobs import files_of
from tests.vault.scenes import appointed_since, case_with_all, held, pass_at
from tests.vault.tampering import case_of, change, findings, rows
from tests.world import FI, NO, SE, World
from whistle.crypto.chain import sign
from whistle.errors import Gone, NotThere, RuleRefused, Tampered
from whistle.vault import check, ledger, purge
from whistle.vault.serverkeys import ServerKeys
from whistle.vault.tables import (
    blobs,
    cases,
    certificates,
    closings,
    companies,
    grants,
    records,
)

STOCKHOLM, HELSINKI = ZoneInfo("Europe/Stockholm"), ZoneInfo("Europe/Helsinki")


def at(world: World, instant: datetime) -> World:
    """The site's time is `instant`."""
    world.clock.site = instant.astimezone(UTC)
    return world


def closed_on(world: World, day: date, **fields: object) -> str:
    """A case that came and was closed at noon of a day in Stockholm, by people appointed long before."""
    appointed_since(world, date(2020, 1, 1))
    at(world, datetime(day.year, day.month, day.day, 12, tzinfo=STOCKHOLM))
    return world.closed(**fields)[0].number


def stands(world: World, number: str) -> bool:
    return bool(rows(world, cases, number=number))


def pass_on(world: World, *moment: int, zone: ZoneInfo = STOCKHOLM) -> list[str]:
    at(world, datetime(*moment, tzinfo=zone))  # type: ignore[arg-type, misc]
    return pass_at(world)


def test_s1_closed_on_a_leap_day_it_stands_the_day_before_and_is_gone_on_the_28th(world: World) -> None:
    number = closed_on(world, date(2024, 2, 29))
    assert case_of(world, number)["purge_on"] == date(2026, 2, 28)
    assert pass_on(world, 2026, 2, 27, 23, 59) == ["warned"]
    assert stands(world, number)
    assert pass_on(world, 2026, 2, 28, 0, 0) == ["purged"]
    assert not stands(world, number)
    assert json.loads(rows(world, certificates)[0]["body"])["purged_on"] == "2026-02-28"


def test_s2_closed_on_28_february_2024_it_is_readable_until_the_last_minute_and_not_after(
    world: World,
) -> None:
    number = closed_on(world, date(2024, 2, 28))
    hanna = world.member("Hanna")
    at(world, datetime(2026, 2, 27, 23, 59, tzinfo=STOCKHOLM))
    assert world.program.handler.case(hanna, number).entries[0].text
    assert pass_at(world) == ["warned"]
    at(world, datetime(2026, 2, 28, 0, 0, tzinfo=STOCKHOLM))
    assert world.program.handler.case(hanna, number).entries == ()
    with pytest.raises(RuleRefused):
        world.program.handler.message(hanna, number, "One more thing.")
    assert stands(world, number)
    assert pass_at(world) == ["purged"]


def test_s3_a_hold_placed_on_day_700_keeps_the_case_past_its_day(world: World) -> None:
    number = closed_on(world, date(2026, 3, 2))
    world.later(700)
    world.program.legal.place(world.member("Lisa"), number, "court_ruling", "T 1234-26", "", "2028-12-01")
    world.later(60)
    events = pass_at(world)
    assert events == ["kept"]
    assert pass_at(world) == ["kept"]
    assert stands(world, number)
    case = world.program.legal.case(world.member("Lisa"), number)
    assert (case.held, case.purge_on) == (True, date(2028, 3, 2))
    assert findings(world) == []


def test_s4_of_two_holds_one_is_released_and_the_case_is_still_held(world: World) -> None:
    number = closed_on(world, date(2026, 3, 2))
    first = held(world, number)
    world.program.legal.place(
        world.member("Leo"), number, "authority_decision", "IMY DI-2026-77", "", "2027-01-15"
    )
    world.later(2)
    assert world.program.legal.release(world.member("Lisa"), first, "Settled.") is True
    world.later(730)
    assert pass_at(world) == ["kept"]
    second = world.program.legal.desk(world.member("Leo")).holds[0].id
    world.program.legal.release(world.member("Lisa"), second, "Withdrawn.")
    assert pass_at(world) == ["kept"], "one person alone releases nothing that is past its day"
    world.program.legal.confirm_release(world.member("Leo"), second)
    assert pass_at(world) == ["purged"]


def test_s15_a_message_on_the_eve_postpones_nothing(world: World) -> None:
    at(world, datetime(2026, 3, 2, 12, tzinfo=STOCKHOLM))
    receipt, secret = world.closed()
    at(world, datetime(2028, 3, 1, 23, 50, tzinfo=STOCKHOLM))
    world.program.reporter.message(secret, world.program.reporter.writing(secret), "Wait, there is more.")
    assert pass_on(world, 2028, 3, 2, 0, 0) == ["purged"]
    assert not stands(world, receipt.number)


def test_at_one_instant_it_is_the_day_in_helsinki_and_not_yet_in_stockholm(world: World) -> None:
    swedish = closed_on(world, date(2026, 3, 2))
    hugo, receipt = world.member("Hugo"), world.send(company=FI)
    world.program.handler.acknowledge(hugo, receipt.number, "Received.")
    world.close(hugo, receipt.number, "It was stopped.")
    events = pass_on(world, 2028, 3, 2, 0, 30, zone=HELSINKI)
    assert sorted(events) == ["purged", "warned"]
    assert (stands(world, receipt.number), stands(world, swedish)) == (False, True)
    assert pass_on(world, 2028, 3, 2, 0, 0) == ["purged"]


def test_the_day_that_was_stored_at_closing_stays_when_the_zone_is_changed(world: World) -> None:
    number = closed_on(world, date(2026, 3, 2))
    change(world, companies, {"code": SE}, zone="Europe/Helsinki")
    assert case_of(world, number)["purge_on"] == date(2028, 3, 2)
    assert pass_on(world, 2028, 3, 1, 23, 0) == ["purged"], "and begins when it begins there"


def test_a_case_that_was_reopened_and_closed_again_counts_from_its_last_closing(world: World) -> None:
    number = closed_on(world, date(2026, 3, 2))
    hanna = world.member("Hanna")
    world.later(30)
    world.program.handler.reopen(hanna, number, "A witness came.")
    world.later(30)
    world.program.handler.close(hanna, number, "measures_taken", "It was stopped again.")
    assert case_of(world, number)["purge_on"] == date(2028, 5, 1)
    assert len(rows(world, closings)) == 2
    assert pass_on(world, 2028, 4, 30, 12) == ["warned"]
    assert findings(world) == []
    assert pass_on(world, 2028, 5, 1, 12) == ["purged"]


def test_an_open_case_is_never_purged(world: World) -> None:
    receipt = world.send()
    world.later(5000)
    assert pass_at(world) == []
    assert stands(world, receipt.number)


def test_the_certificate_counts_what_was_destroyed_and_stands_in_the_ledger(world: World) -> None:
    receipt, _secret = case_with_all(world)
    world.close(world.member("Hanna"), receipt.number, "It was stopped.")
    other, _ = world.closed(files=files_of("x"), company=SE)
    case_id = case_of(world, receipt.number)["id"]
    counts = {table.name: len(rows(world, table, case_id=case_id)) for table in (grants, records, blobs)}
    world.later(731)
    assert pass_at(world) == ["purged", "purged"]
    fields = json.loads(purge.certificate(world.program.store, receipt.number)["body"])
    assert fields["destroyed"] == counts
    assert counts["records"] == 7
    assert counts["blobs"] == 1
    assert (fields["case"], fields["company"]) == (receipt.number, SE)
    assert (fields["closed_on"], fields["due_on"]) == ("2026-03-02", "2028-03-02")
    assert set(fields) == {
        "case", "company", "company_name", "closed_on", "due_on", "purged_on", "destroyed", "ledger_seq"
    }  # fmt: skip
    with world.program.store.reading() as db:
        lines = {line.seq: line for line in ledger.lines(db, None, 100)}
        assert ledger.verify(db, world.program.store.keys) == max(lines)
    for number in (receipt.number, other.number):
        said = json.loads(purge.certificate(world.program.store, number)["body"])
        line = lines[said["ledger_seq"]]
        assert (line.action, line.case, line.actor) == ("purged", number, "system")


def test_a_certificate_is_verified_with_the_public_key_alone(world: World, tmp_path: Path) -> None:
    number = closed_on(world, date(2024, 2, 29))
    pass_on(world, 2026, 3, 1, 0, 0)
    document = purge.certificate(world.program.store, number)
    key = (world.settings.keys / "sign.pub").read_bytes()
    assert purge.verify_certificate(document, key)["case"] == number
    ServerKeys.create(tmp_path / "others")
    stranger = ServerKeys.load(tmp_path / "others")
    edited = {**document, "body": document["body"].replace("2026-02-28", "2026-02-27")}
    forged = {**document, "signature": sign(stranger.sign, purge.LABEL, document["body"].encode()).hex()}
    for wrong, against in ((edited, key), (forged, key), (document, stranger.verifying), ({}, key)):
        with pytest.raises(Tampered):
            purge.verify_certificate(wrong, against)


def test_after_the_purge_nobody_finds_the_case_and_legal_is_told_that_it_is_gone(world: World) -> None:
    at(world, datetime(2026, 3, 2, 12, tzinfo=STOCKHOLM))
    receipt, secret = world.closed()
    pass_on(world, 2028, 3, 2, 9)
    with pytest.raises(NotThere):
        world.program.reporter.open(secret)
    with pytest.raises(NotThere):
        world.program.handler.case(world.member("Hanna"), receipt.number)
    with pytest.raises(Gone):
        held(world, receipt.number)
    with pytest.raises(NotThere):
        purge.certificate(world.program.store, "W-0000-0000")


def test_many_cases_go_in_one_pass_each_with_its_own_certificate(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(purge, "BATCH", 3)
    numbers = {world.closed()[0].number for _ in range(8)}
    kept = world.closed()[0].number
    held(world, kept)
    world.later(731)
    assert sorted(pass_at(world)) == ["kept"] + ["purged"] * len(numbers)
    assert {row["case_number"] for row in rows(world, certificates)} == numbers
    positions = [json.loads(row["body"])["ledger_seq"] for row in rows(world, certificates)]
    assert len(set(positions)) == len(numbers)
    assert [f for f in check.run(world.program.store, world.clock.now()) if f.kind == "certificate"] == []


def test_a_norwegian_case_keeps_the_same_calendar(world: World) -> None:
    at(world, datetime(2026, 3, 2, 12, tzinfo=STOCKHOLM))
    nora, receipt = world.member("Nora"), world.send(company=NO)
    world.close(nora, receipt.number, "It was stopped.")
    with world.program.store.reading() as db:
        assert db.execute(select(cases.c.purge_on)).scalar_one() == date(2028, 3, 2)
    assert pass_on(world, 2028, 3, 1, 23, 59) == ["warned"]
    assert pass_on(world, 2028, 3, 2, 0, 0) == ["purged"]
