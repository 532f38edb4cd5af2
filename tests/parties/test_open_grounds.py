"""A Finnish case that stands open too long is blocked until it is closed or legal records a ground for it."""

from datetime import UTC, date, datetime

import pytest

from tests.parties.test_invited_again import begin_anew
from tests.vault.joining import joins
from tests.vault.scenes import appointed_since
from tests.vault.tampering import case_of, change, remove, rows
from tests.world import FI, World
from whistle import scheduler
from whistle.errors import Conflict, NotThere, RuleRefused, StepUpNeeded
from whistle.vault import check
from whistle.vault.heldtables import kept_grants, open_grounds
from whistle.vault.tables import companies, designations

CAP = date(2031, 3, 2)
CITED = "Helsingin KO L 26/77"


def finnish(world: World) -> str:
    """A Finnish case, with Lisa and Leo as legal there."""
    number = world.send(company=FI).number
    company = rows(world, companies, code=FI)[0]["id"]
    for name in ("Lisa", "Leo"):
        change(world, designations, {"person_id": world.member(name).person_id}, company_id=company)
    appointed_since(world, rows(world, designations)[0]["from_on"])
    return number


def on(world: World, day: date) -> list[tuple[str, str]]:
    world.clock.site = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
    events = scheduler.tick(world.program.store, world.clock.now(), lambda: None)
    return [(event["event"], event["why"]) for event in events]


def findings(world: World) -> set[str]:
    kept = {"open_cap", "untouched", "open_ground", "open_ground_review"}
    return {found.kind for found in check.run(world.program.store, world.clock.now())} & kept


def test_a_blocked_case_is_read_and_closed_and_nothing_else_until_there_is_a_ground(world: World) -> None:
    number = finnish(world)
    handler, fia, legal = world.program.handler, world.member("Fia"), world.program.kept.legal
    handler.acknowledge(fia, number, "Received.")
    assert on(world, CAP) == [("blocked", "open_cap")]
    assert findings(world) == {"open_cap", "untouched"}
    case = handler.case(fia, number)
    assert case.blocked
    assert case.entries[0].text
    for act in (
        lambda: handler.message(fia, number, "It goes on."),
        lambda: handler.note(fia, number, "Look."),
        lambda: handler.feedback(fia, number, "It was stopped."),
    ):
        with pytest.raises(RuleRefused, match="only be closed"):
            act()
    # When legal records a ground of the act, work goes on, and a pass says why
    lisa = world.member("Lisa")
    with pytest.raises(StepUpNeeded):
        legal.record(world.member("Lisa", fresh=False), number, "legal_claim", CITED, "2031-12-01")
    legal.record(lisa, number, "legal_claim", CITED, "2031-12-01")
    with pytest.raises(Conflict):
        legal.record(lisa, number, "legal_claim", CITED, "2031-12-01")
    assert on(world, date(2031, 3, 3)) == [("kept", "open_ground")]
    handler.message(fia, number, "It goes on.")
    assert not handler.case(fia, number).blocked
    assert "ground_review" in {duty.key for duty in handler.case(fia, number).owed}
    assert findings(world) == set()


def test_a_ground_is_looked_at_again_and_ended_and_the_case_is_closed_in_thirty_days(world: World) -> None:
    number = finnish(world)
    fia, lisa, legal = world.member("Fia"), world.member("Lisa"), world.program.kept.legal
    on(world, CAP)
    legal.record(lisa, number, "legal_claim", CITED, "2031-12-01")
    (ground,) = legal.page(world.member("Leo"), number).grounds
    assert (ground.citation, ground.ground, ground.placed_by) == (CITED, "legal_claim", "Lisa")
    # Looked at again, then ended: blocked once more, and closing is all that is left
    legal.review(world.member("Leo"), number, ground.id, "2032-03-01", "The court has not decided.")
    (ground,) = legal.page(lisa, number).grounds
    assert (ground.review_on, ground.review_reason) == (date(2032, 3, 1), "The court has not decided.")
    legal.end(lisa, number, ground.id, "It is decided.")
    with pytest.raises(Conflict):
        legal.end(lisa, number, ground.id, "Again.")
    assert ("blocked", "open_cap") in on(world, date(2031, 3, 4))
    assert legal.page(lisa, number).grounds[0].end_reason == "It is decided."
    world.close(fia, number, "It was stopped.")
    assert case_of(world, number)["purge_on"] == date(2031, 4, 3)
    with pytest.raises(RuleRefused, match="closed"):
        legal.record(lisa, number, "legal_claim", CITED, "2031-12-01")


def test_a_review_date_that_passed_ends_nothing_and_rings(sqlite_world: World) -> None:
    world = sqlite_world
    number = finnish(world)
    on(world, date(2031, 1, 1))
    world.program.kept.legal.record(world.member("Lisa"), number, "rights_or_duties", CITED, "2031-02-01")
    assert on(world, CAP) == [("kept", "open_ground")]
    assert findings(world) == {"open_ground_review"}
    assert world.program.kept.legal.page(world.member("Lisa"), number).grounds[0].review_late


def test_a_ground_that_legal_did_not_record_keeps_nothing_and_shows(sqlite_world: World) -> None:
    world = sqlite_world
    number = finnish(world)
    on(world, date(2031, 2, 20))
    world.program.kept.legal.record(world.member("Lisa"), number, "legal_claim", CITED, "2031-12-01")
    change(world, open_grounds, {}, review_on=date(2032, 1, 1))
    assert on(world, CAP) == [("blocked", "open_cap")]
    assert findings(world) == {"open_ground", "open_cap"}
    remove(world, open_grounds)
    assert findings(world) == {"open_ground", "open_cap"}


def test_nobody_else_records_one_and_nowhere_else_is_there_one(sqlite_world: World) -> None:
    world = sqlite_world
    swedish = world.send().number
    with pytest.raises(RuleRefused, match="no law"):
        world.program.kept.legal.record(world.member("Lisa"), swedish, "legal_claim", CITED, "2026-12-01")
    number = finnish(world)
    for name in ("Fia", "Adam", "Olle"):
        with pytest.raises(NotThere):
            world.program.kept.legal.record(world.member(name), number, "legal_claim", CITED, "2026-12-01")


def test_an_open_case_that_nobody_touched_for_90_days_is_an_alarm(sqlite_world: World) -> None:
    world = sqlite_world
    number = world.send().number
    world.later(89)
    assert findings(world) == set()
    world.later(1)
    assert findings(world) == {"untouched"}
    assert "untouched" in {
        duty.key for duty in world.program.handler.case(world.member("Hanna"), number).owed
    }
    world.program.handler.acknowledge(world.member("Hanna"), number, "Received.")
    assert findings(world) == set()


def test_the_excluded_and_who_begins_anew_keep_no_key_to_what_legal_wrote(sqlite_world: World) -> None:
    world, program = sqlite_world, sqlite_world.program
    number, legal = finnish(world), program.kept.legal
    legal.record(world.member("Lisa"), number, "legal_claim", CITED, "2027-02-01")

    def held() -> set[str]:
        found = {row["person_id"] for row in rows(world, kept_grants)}
        return {name for name in ("Lisa", "Leo") if world.member(name).person_id in found}

    assert held() == {"Lisa", "Leo"}
    # When Lisa lost everything and begins anew, her page stands, without what only her old key opened
    aino = joins(world, "Aino", "administrator", FI)
    token = program.staff.invite_again(aino, world.member("Lisa").person_id.hex())
    lisa = begin_anew(world, "Lisa", token)
    assert held() == {"Leo"}
    (waiting,) = program.keys.pending(world.member("Leo"))
    program.keys.confirm(world.member("Leo"), waiting.designation, program.staff.fingerprint(lisa))
    (ground,) = legal.page(lisa, number).grounds
    assert (ground.ground, ground.citation) == ("legal_claim", "")
    # And when a handler says that Leo must not know of the case
    program.circle.exclude(world.member("Fia"), number, world.member("Leo").person_id.hex(), "A cousin.")
    assert held() == set()
