"""A hold has one of three grounds and a citation for legal alone; it takes care to place and to release."""

from datetime import date

import pytest
from sqlalchemy import select

from tests.parties import apart
from tests.parties.newcomers import newcomer
from tests.world import NO, World
from whistle.crypto.grants import open_any
from whistle.crypto.header import Compartment
from whistle.crypto.keys import KeyPair
from whistle.errors import Conflict, Gone, NotThere, RuleRefused, SealBroken
from whistle.parties.reporter import FormRefused
from whistle.scheduler import tick
from whistle.vault import people
from whistle.vault.tables import cases, hold_grants, holds, ledger

CITATION, NOTE, REASON = "Svea hovrätt, T 1234-26 marker", "Marker of a note.", "Marker of a reason."


def place(world: World, number: str, name: str = "Lisa", **said: str) -> str:
    terms = {"ground": "court_ruling", "citation": CITATION, "note": NOTE, "review_on": "2026-09-01"} | said
    return world.program.legal.place(world.member(name), number, **terms)


def reason_of(world: World, number: str, **said: str) -> str:
    with pytest.raises(RuleRefused) as refused:
        place(world, number, **said)
    return refused.value.reason


def events(world: World) -> list[str]:
    return [event["event"] for event in tick(world.program.store, world.clock.now(), lambda: None)]


def test_each_of_the_three_grounds_holds_and_any_other_is_refused(world: World) -> None:
    number = world.send().number
    for ground in ("other_legislation", "court_ruling", "authority_decision"):
        place(world, number, ground=ground)
    refusals = {
        "ground": {"ground": "litigation"},
        "citation_empty": {"citation": "  "},
        "citation_number": {"citation": "The bookkeeping act"},
        "citation_speculation": {"citation": "We might be sued in 2026"},
        "review_date": {"review_on": "next year"},
        "review_past": {"review_on": "2026-03-02"},
        "review_far": {"review_on": "2027-03-03"},
        "too_long": {"citation": "1" * 2001},
        "nul": {"citation": "T 1\0"},
        "control": {"note": "a\x07"},
        "surrogate": {"citation": "T 1 \ud800"},
    }
    assert {reason: reason_of(world, number, **said) for reason, said in refusals.items()} == {
        r: r for r in refusals
    }
    assert reason_of(world, number, ground="") == reason_of(world, number, ground="\0") == "ground"
    assert (
        reason_of(world, number, review_on="2026-02-30")
        == reason_of(world, number, review_on="\0")
        == "review_date"
    )
    desk = world.program.legal.desk(world.member("Lisa"))
    assert sorted(hold.ground for hold in desk.holds) == [
        "authority_decision",
        "court_ruling",
        "other_legislation",
    ]
    assert place(world, number, review_on="2027-03-02")


def test_the_same_hold_posted_twice_counts_once(world: World) -> None:
    number = world.send().number
    first = place(world, number)
    assert place(world, number) == first
    assert set(apart.in_threads([lambda: place(world, number)] * 4)) == {first}
    others = {
        place(world, number, "Leo"),
        place(world, number, citation="HD T 9-26"),
        place(world, number, review_on="2026-09-02"),
    }
    assert len(others | {first}) == 4
    with world.program.store.reading() as db:
        actions = list(db.execute(select(ledger.c.action).where(ledger.c.case_number == number)).scalars())
    assert actions.count("hold_placed") == 4
    assert world.program.handler.case(world.member("Hanna"), number).held
    assert world.program.legal.case(world.member("Lisa"), number).held


def test_all_of_several_holds_must_end(world: World) -> None:
    receipt, _secret = world.closed()
    first, second = (
        place(world, receipt.number),
        place(world, receipt.number, citation="Dom 2-26", review_on="2027-03-02"),
    )
    world.later(740)
    lisa, leo, legal = world.member("Lisa"), world.member("Leo"), world.program.legal
    for hold in (first, second):
        assert events(world) == ["kept"]
        assert legal.release(lisa, hold, REASON) is False
        legal.confirm_release(leo, hold)
    assert events(world) == ["purged"]


def test_a_late_hold_is_taken_and_says_that_it_was_late(world: World) -> None:
    receipt, _secret = world.closed()
    world.later(731)
    hold = place(world, receipt.number, review_on="2028-09-01")
    view = world.program.legal.desk(world.member("Lisa")).holds[0]
    assert (view.id, view.late, view.purge_on) == (hold, True, date(2028, 3, 2))
    assert events(world) == ["kept"]


def test_after_the_purge_legal_of_that_company_hears_that_it_is_gone_and_nobody_else(world: World) -> None:
    receipt, _secret = world.closed()
    number, legal = receipt.number, world.program.legal
    world.later(731)
    assert events(world) == ["purged"]
    for act in (
        lambda: place(world, number, review_on="2028-09-01"),
        lambda: legal.case(world.member("Leo"), number),
    ):
        with pytest.raises(Gone) as gone:
            act()
        assert str(gone.value) == "2028-03-02"
    for name in ("Hanna", "Nora", "Adam", "Olle", "Alma", "Carl"):
        with pytest.raises(NotThere):
            legal.case(world.member(name), number)
        with pytest.raises(NotThere):
            legal.place(world.member(name), number, "court_ruling", CITATION, "", "2028-09-01")
        with pytest.raises(NotThere):
            world.program.handler.case(world.member(name), number)
    with world.program.store.reading() as db:
        assert db.execute(select(cases.c.id)).all() == []
        assert db.execute(select(holds.c.id)).all() == []
    (certificate,) = legal.desk(world.member("Lisa")).certificates
    assert (certificate.case_number, certificate.purged_on) == (number, date(2028, 3, 2))


def test_a_release_takes_a_reason_and_a_second_person_where_the_rules_want_one(world: World) -> None:
    number, legal = world.send().number, world.program.legal
    lisa, leo = world.member("Lisa"), world.member("Leo")
    hold = place(world, number)
    for empty in ("", " \n"):
        with pytest.raises(RuleRefused) as refused:
            legal.release(lisa, hold, empty)
        assert refused.value.reason == "reason_empty"
    with pytest.raises(FormRefused):
        legal.release(lisa, hold, "a\0b")
    with pytest.raises(Conflict):
        legal.confirm_release(leo, hold)

    # Placed today: it takes two, and not the same one twice.
    assert legal.release(lisa, hold, REASON) is False
    assert legal.desk(leo).holds[0].release_reason == REASON
    with pytest.raises(RuleRefused) as same:
        legal.confirm_release(lisa, hold)
    assert same.value.reason == "same_person"
    legal.confirm_release(leo, hold)
    with pytest.raises(Conflict):
        legal.confirm_release(leo, hold)
    with pytest.raises(Conflict):
        legal.release(lisa, hold, REASON)
    desk = legal.desk(lisa)
    assert desk.holds == ()
    assert [view.id for view in desk.released] == [hold]

    # Two days old, and the case is open: one person is enough.
    second = place(world, number)
    assert second != hold
    world.later(2)
    assert legal.release(leo, second, REASON) is True
    assert not legal.case(lisa, number).held


def test_thirty_days_before_the_purge_a_release_takes_two_again(sqlite_world: World) -> None:
    world = sqlite_world
    receipt, _secret = world.closed()
    hold = place(world, receipt.number)
    world.later(701)
    assert world.program.legal.desk(world.member("Lisa")).holds[0].needs_second
    assert world.program.legal.release(world.member("Lisa"), hold, REASON) is False


def test_a_hold_id_that_is_none_is_not_there(sqlite_world: World) -> None:
    place(sqlite_world, sqlite_world.send().number)
    legal, lisa = sqlite_world.program.legal, sqlite_world.member("Lisa")
    for garbage in ("", "zz", "\0", "\ud800", "00" * 16, "x" * 5000):
        with pytest.raises(NotThere):
            legal.release(lisa, garbage, REASON)
        with pytest.raises(NotThere):
            legal.confirm_release(lisa, garbage)


def test_a_citation_is_in_no_byte_of_the_site(sqlite_world: World) -> None:
    world = sqlite_world
    hold = place(world, world.send().number)
    world.program.legal.release(world.member("Leo"), hold, REASON)
    (view,) = world.program.legal.desk(world.member("Leo")).holds
    assert view.citation == f"{CITATION}\n{NOTE}"
    assert world.settings.data.joinpath("whistle.db-wal").stat().st_size > 0
    stored = b"".join(path.read_bytes() for path in world.settings.data.rglob("*") if path.is_file())
    assert hold.encode() in stored  # the ledger names the hold
    for said in (CITATION, NOTE, REASON, "T 1234-26", "arker of"):
        assert said.encode() not in stored
        assert said.encode("utf-16-le") not in stored


def test_only_legal_of_the_company_opens_a_citation(world: World) -> None:
    newcomer(world, "Liv", [("legal", NO)])
    hold = bytes.fromhex(place(world, world.send().number))
    with world.program.store.reading() as db:
        sealed = [bytes(row.sealed) for row in db.execute(select(hold_grants)).all()]
    content = Compartment.CONTENT
    opens = set()
    for name, seed in world.secrets.seeds.items():
        for grant in sealed:
            try:
                open_any(KeyPair.from_seed(seed), grant, case_id=hold, compartment=content, epoch=1)
            except SealBroken:
                continue
            opens.add(name)
    assert opens == {"Lisa", "Leo"}
    assert len(sealed) == 2


def test_legal_of_another_company_sees_no_case_and_no_hold(world: World) -> None:
    newcomer(world, "Liv", [("legal", NO)])
    for name in ("Adam", "Bea"):
        waiting = world.program.keys.pending(world.member(name))
        spoken = world.program.staff.fingerprint(world.member("Liv"))
        assert world.program.keys.confirm(world.member(name), waiting[0].designation, spoken) is (
            name == "Bea"
        )
    number = world.closed()[0].number
    hold, liv, legal = place(world, number), world.member("Liv"), world.program.legal
    desk = legal.desk(liv)
    for shown in (desk.upcoming, desk.holds, desk.released, desk.certificates):
        assert len(shown) == 0
    for act in (
        lambda: legal.case(liv, number),
        lambda: legal.release(liv, hold, REASON),
        lambda: legal.confirm_release(liv, hold),
        lambda: legal.place(liv, number, "court_ruling", CITATION, "", "2026-09-01"),
    ):
        with pytest.raises(NotThere):
            act()


def test_who_of_legal_is_retired_places_and_releases_nothing(sqlite_world: World) -> None:
    world = sqlite_world
    number = world.send().number
    hold, leo = place(world, number), world.member("Leo")
    people.retire(world.program.store, "Leo", world.clock.now(), actor="Adam")
    for act in (
        lambda: world.program.legal.release(leo, hold, REASON),
        lambda: world.program.legal.desk(leo),
    ):
        with pytest.raises(NotThere):
            act()


def test_the_desk_lists_what_is_purged_within_ninety_days_and_every_held_case(sqlite_world: World) -> None:
    world = sqlite_world
    held = world.send().number
    soon = world.closed()[0].number
    place(world, held, review_on="2026-05-01")
    desk = world.program.legal.desk(world.member("Lisa"))
    assert {case.number for case in desk.upcoming} == {held}
    world.later(731 - 90)
    desk = world.program.legal.desk(world.member("Lisa"))
    assert {case.number for case in desk.upcoming} == {held, soon}
    assert [view.review_late for view in desk.holds] == [True]
    assert "invoices" not in repr(desk)
