"""One hold on many cases, what waits for a second person, reviews, what became of holds, new colleagues."""

from datetime import date
from unittest import mock

import pytest
from sqlalchemy import select

from tests.parties import apart
from tests.parties.newcomers import newcomer
from tests.vault.tampering import change, remove, rows
from tests.world import NO, SE, World
from whistle.errors import Conflict, NotThere, RuleRefused, StepUpNeeded, Tampered
from whistle.parties.legal_views import Placed
from whistle.rules import holds as rules
from whistle.scheduler import tick
from whistle.vault import check
from whistle.vault.legal_list import Asked
from whistle.vault.tables import hold_grants, holds, ledger
from whistle.vault.worktables import asked_holds, hold_asks, hold_reviews

CITATION, REVIEW = "Svea hovrätt, T 1234-26 marker", "2026-09-01"
TERMS = {"ground": "court_ruling", "citation": CITATION, "note": "Marker of a note.", "review_on": REVIEW}

WHY_ENDED = "It was the wrong list of cases."


def place(world: World, numbers: list[str], name: str = "Lisa", **said: str) -> Placed:
    return world.program.legal.holding.place_all(world.member(name), numbers, **(TERMS | said))


def ask_of_two(world: World, numbers: list[str]) -> str:
    """Lisa asks for a hold on these cases as if they were more than one person may hold; the ask's id."""
    review = world.clock.now().date().replace(month=12, day=1)
    with mock.patch.object(rules, "MANY_CASES", 1):
        assert place(world, numbers, review_on=review.isoformat(), citation="Svea hovrätt, T 9-27").waits
    return world.program.legal.holding.asks(world.member("Lisa"))[0].id


@pytest.fixture
def many(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two cases are many."""
    monkeypatch.setattr(rules, "MANY_CASES", 1)


def events(world: World) -> list[str]:
    return [event["event"] for event in tick(world.program.store, world.clock.now(), lambda: None)]


def actions(world: World, number: str) -> list[str]:
    with world.program.store.reading() as db:
        query = select(ledger.c.action).where(ledger.c.case_number == number).order_by(ledger.c.seq)
        return [action for action in db.execute(query).scalars() if "hold" in action or "release" in action]


def findings(world: World) -> set[str]:
    return {found.kind for found in check.run(world.program.store, world.clock.now())}


def test_one_hold_is_placed_on_all_and_each_number_is_told_what_became_of_it(world: World) -> None:
    gone = world.closed()[0].number
    world.later(731)
    assert events(world) == ["purged"]
    newcomer(world, "Liv", [("legal", NO)])
    first, second, norway = world.send().number, world.send().number, world.send(company=NO).number
    terms = {"review_on": "2028-09-01"}
    assert place(world, [first], **terms) == Placed(placed=(first,))
    hidden = world.send(exclude=(ref_of(world, "Lisa"),)).number
    done = place(world, [second, gone, norway, "W-0000-0000", hidden, first, second], **terms)
    assert done.placed == (second,)
    assert done.doubled == (first,)
    assert done.gone == ((gone, date(2028, 3, 2)),)
    assert set(done.absent) == {norway, "W-0000-0000", hidden}
    assert not done.waits
    assert [len(rows(world, holds)), len(rows(world, hold_asks))] == [2, 0]
    only = place(world, [gone, "W-0000-0000"], **terms)
    assert (only.placed, only.doubled) == ((), ())


def ref_of(world: World, name: str) -> str:
    company = next(one for one in world.program.reporter.companies() if one.code == SE)
    return next(p.ref for p in company.people if p.function == f"Function of {name}")


def test_nothing_is_placed_when_a_field_is_wrong_or_the_list_is_too_long(sqlite_world: World) -> None:
    world = sqlite_world
    numbers = [world.send().number for _ in range(2)]
    wrong: dict[str, dict[str, object]] = {
        "ground": {"ground": "maybe"}, "citation_number": {"citation": "a ruling"},
        "citation_speculation": {"citation": "We might be sued 2026"},
        "review_date": {"review_on": "2026-02-30"},
        "review_past": {"review_on": "2026-03-02"}, "review_far": {"review_on": "2027-03-03"},
        "nul": {"note": "a\0"}, "numbers_none": {"numbers": []},
        "too_many_holds": {"numbers": [f"W-{n:04}-0000" for n in range(5000)]},
    }  # fmt: skip
    for reason, said in wrong.items():
        with pytest.raises(RuleRefused) as refused:
            world.program.legal.holding.place_all(
                world.member("Lisa"),
                **({"numbers": numbers} | TERMS | said),  # type: ignore[arg-type]
            )
        assert refused.value.reason == reason
    for name in ("Hanna", "Adam", "Alma", "Nora"):
        assert place(world, numbers, name).absent == tuple(numbers)
    assert rows(world, holds) == []


def test_what_is_asked_protects_at_once_and_counts_when_a_second_person_confirmed_the_list(
    world: World, many: None
) -> None:
    numbers = sorted(world.closed()[0].number for _ in range(2))
    assert place(world, numbers) == Placed(placed=tuple(numbers), waits=True)
    lisa, leo, holding = world.member("Lisa"), world.member("Leo"), world.program.legal.holding
    # The same list again, also at the same moment, is the same ask.
    again = apart.in_threads([lambda: place(world, numbers)] * 3)
    assert {(one.placed, one.doubled, one.waits) for one in again} == {((), tuple(numbers), True)}
    (ask,) = holding.asks(leo)
    assert [number for number, _company, _day in ask.cases] == numbers
    assert (ask.asked_by, ask.mine, ask.citation) == ("Lisa", False, f"{CITATION}\nMarker of a note.")
    assert [row.waits for row in world.program.legal.pages.cases(lisa, Asked()).rows] == [True, True]
    # It is not released one by one, and no purge runs ahead of it.
    with pytest.raises(RuleRefused) as waits:
        world.program.legal.release(leo, rows(world, holds)[0]["id"].hex(), "Over.")
    assert waits.value.reason == "hold_waits"
    world.later(731)
    assert events(world) == ["kept", "kept"]
    with pytest.raises(RuleRefused) as same:
        holding.confirm(lisa, ask.id, ask.list_hash)
    assert same.value.reason == "same_person"
    with pytest.raises(StepUpNeeded):
        holding.confirm(world.member("Leo", fresh=False), ask.id, ask.list_hash)
    for other in ("", "zz", "00" * 32):
        with pytest.raises(Conflict):
            holding.confirm(leo, ask.id, other)
    assert "hold" not in findings(world)
    assert "hold_ask" in findings(world)
    assert holding.confirm(leo, ask.id, ask.list_hash) == 2
    assert holding.asks(leo) == ()
    with pytest.raises(NotThere):
        holding.end(lisa, ask.id, WHY_ENDED)
    assert {tuple(actions(world, number)) for number in numbers} == {("hold_placed", "hold_confirmed")}
    assert findings(world).isdisjoint({"hold", "hold_ask"})
    assert events(world) == ["kept", "kept"]


@pytest.mark.parametrize(("who", "why"), [("Lisa", "withdrawn"), ("Leo", "refused")])
def test_what_is_withdrawn_or_refused_protects_no_longer(
    sqlite_world: World, many: None, who: str, why: str
) -> None:
    world = sqlite_world
    numbers = [world.closed()[0].number for _ in range(2)]
    place(world, numbers)
    world.later(731)
    assert events(world) == ["kept", "kept"]
    holding, ask = world.program.legal.holding, world.program.legal.holding.asks(world.member(who))[0]
    with pytest.raises(RuleRefused) as refused:
        holding.end(world.member(who), ask.id, " ")
    assert refused.value.reason == "reason_empty"
    assert holding.end(world.member(who), ask.id, WHY_ENDED) == 2
    (story,) = world.program.legal.pages.history(world.member("Lisa"), numbers[0]).holds
    assert [(event.action, event.why, event.text) for event in story.events] == [
        ("hold_placed", "", ""),
        ("hold_released", why, WHY_ENDED),
    ]
    assert events(world) == ["purged", "purged"]


def test_who_may_not_see_every_case_of_the_list_neither_sees_nor_confirms_it(
    sqlite_world: World, many: None
) -> None:
    world = sqlite_world
    numbers = [world.send().number, world.send(exclude=(ref_of(world, "Leo"),)).number]
    place(world, numbers)
    (ask,) = world.program.legal.holding.asks(world.member("Lisa"))
    leo, holding = world.member("Leo"), world.program.legal.holding
    assert holding.asks(leo) == ()
    for act in (lambda: holding.confirm(leo, ask.id, ask.list_hash), lambda: holding.end(leo, ask.id, "")):
        with pytest.raises(NotThere):
            act()
    assert [hold.waits for hold in world.program.legal.desk(leo).holds] == [True]


def test_an_ask_changed_in_the_database_is_not_confirmed_and_shows(sqlite_world: World, many: None) -> None:
    world = sqlite_world
    numbers = [world.send().number for _ in range(3)]
    place(world, numbers)
    leo, holding = world.member("Leo"), world.program.legal.holding
    (ask,) = holding.asks(leo)
    change(world, hold_asks, {}, review_on=date(2027, 1, 1))
    with pytest.raises(Tampered):
        holding.confirm(leo, ask.id, ask.list_hash)
    change(world, hold_asks, {}, review_on=date(2026, 9, 1))
    remove(world, asked_holds, hold_id=rows(world, asked_holds)[0]["hold_id"])
    with pytest.raises(Tampered):
        holding.confirm(leo, ask.id, ask.list_hash)
    # A hold that counts without its confirmation
    assert "hold" in findings(world)


def test_confirming_and_withdrawing_at_once_one_wins_whole(world: World, many: None) -> None:
    numbers = [world.send().number for _ in range(3)]
    place(world, numbers)
    lisa, leo, holding = world.member("Lisa"), world.member("Leo"), world.program.legal.holding
    (ask,) = holding.asks(leo)

    def tried(act: object) -> str:
        try:
            return f"done {act()}"  # type: ignore[operator]
        except NotThere:
            return "late"

    said = apart.in_threads(
        [
            lambda: tried(lambda: holding.confirm(leo, ask.id, ask.list_hash)),
            lambda: tried(lambda: holding.end(lisa, ask.id, WHY_ENDED)),
        ]
    )
    assert sorted(said) == ["done 3", "late"]
    ended = {row["released_on"] is not None for row in rows(world, holds)}
    assert ended == {said[1] == "done 3"}
    assert rows(world, asked_holds) == rows(world, hold_asks) == []


def test_a_review_keeps_the_hold_until_a_new_day_with_a_sealed_reason(world: World) -> None:
    number = world.send().number
    place(world, [number])
    hold = rows(world, holds)[0]["id"].hex()
    world.later(200)
    legal, lisa, leo = world.program.legal, world.member("Lisa"), world.member("Leo")
    assert legal.hold(lisa, hold)[0].review_late
    assert "hold_review" in findings(world)
    refusals = {
        "reason_empty": ("2027-01-01", " "), "review_past": ("2026-09-18", "It stands."),
        "review_far": ("2027-09-19", "It stands."), "review_date": ("2027-02-30", "It stands."),
    }  # fmt: skip
    for reason, (until, why) in refusals.items():
        with pytest.raises(RuleRefused) as refused:
            legal.holding.review(lisa, hold, REVIEW, until, why)
        assert refused.value.reason == reason
    legal.holding.review(lisa, hold, REVIEW, "2027-09-18", "Marker of a review.")
    with pytest.raises(Conflict):
        legal.holding.review(leo, hold, REVIEW, "2027-01-01", "Sent late.")
    legal.holding.review(leo, hold, "2027-09-18", "2027-03-01", "Sooner.")
    assert legal.hold(leo, hold)[0].review_on == date(2027, 3, 1)
    assert findings(world).isdisjoint({"hold", "hold_review"})
    assert b"Marker" not in b"".join(row["sealed"] for row in rows(world, hold_reviews))
    (story,) = legal.pages.history(leo, number).holds
    said = [(event.action, event.actor, event.text, event.review_on) for event in story.events]
    assert said == [
        ("hold_placed", "Lisa", "", date(2026, 9, 1)),
        ("hold_reviewed", "Lisa", "Marker of a review.", date(2027, 9, 18)),
        ("hold_reviewed", "Leo", "Sooner.", date(2027, 3, 1)),
    ]
    assert "Marker of a note." in story.citation
    with pytest.raises(NotThere):
        legal.pages.history(world.member("Hanna"), number)


def test_a_release_is_confirmed_for_the_reason_that_was_read_or_withdrawn(world: World) -> None:
    number = world.send().number
    place(world, [number])
    hold, legal = rows(world, holds)[0]["id"].hex(), world.program.legal
    lisa, leo = world.member("Lisa"), world.member("Leo")
    with pytest.raises(Conflict):
        legal.withdraw_release(lisa, hold)
    assert not legal.release(lisa, hold, "The ruling fell.")
    read = legal.hold(leo, hold)[0].release_seen
    assert not legal.release(lisa, hold, "Another reason.")
    with pytest.raises(Conflict):
        legal.confirm_release(leo, hold, read)
    legal.withdraw_release(leo, hold)
    with pytest.raises(Conflict):
        legal.confirm_release(leo, hold)
    assert "hold" not in findings(world)
    assert not legal.release(lisa, hold, "At last.")
    legal.confirm_release(leo, hold, legal.hold(leo, hold)[0].release_seen)
    (story,) = legal.pages.history(lisa, number).holds
    assert [event.action for event in story.events] == [
        "hold_placed", "release_asked", "release_asked", "release_withdrawn", "release_asked",
        "hold_released",
    ]  # fmt: skip
    assert [event.text for event in story.events][-2:] == ["At last."] * 2
    assert not story.standing


def test_after_the_purge_the_history_is_what_the_ledger_keeps(sqlite_world: World) -> None:
    world = sqlite_world
    number = world.closed()[0].number
    place(world, [number])
    hold, legal = rows(world, holds)[0]["id"].hex(), world.program.legal
    world.later(2)
    assert legal.release(world.member("Lisa"), hold, "The ruling fell.")
    world.later(730)
    assert events(world) == ["purged"]
    history = legal.pages.history(world.member("Leo"), number)
    (story,) = history.holds
    assert history.gone_on is not None
    assert (story.citation, [event.text for event in story.events]) == ("", ["", ""])
    with pytest.raises(NotThere):
        legal.pages.history(world.member("Alma"), number)


def test_a_new_colleague_reads_older_citations_once_somebody_gives_them_the_keys(world: World) -> None:
    place(world, [world.send().number])
    newcomer(world, "Liv", [("legal", SE)])
    hidden = world.send(exclude=(ref_of(world, "Leo"),)).number
    place(world, [hidden], citation="Dom 2-26")
    remove(world, hold_grants, person_id=world.member("Leo").person_id)
    lisa, leo, legal = world.member("Lisa"), world.member("Leo"), world.program.legal
    assert [hold.citation for hold in legal.desk(leo).holds] == [""]
    (one,) = legal.holding.colleagues(lisa)
    assert (one.name, one.count) == ("Leo", 1)  # of the hidden case no word
    for person, company in ((one.person, NO), ("00" * 16, SE), ("\0", "")):
        with pytest.raises(NotThere):
            legal.holding.give(lisa, person, company)
    assert legal.holding.give(lisa, one.person, one.company) == 1
    assert CITATION in legal.desk(leo).holds[0].citation
    assert legal.holding.colleagues(lisa) == legal.holding.colleagues(leo) == ()
    with world.program.store.reading() as db:
        given = select(ledger.c.facts).where(ledger.c.action == "citations_granted")
        said = db.execute(given).scalars().all()
    # How many is not said: an auditor who must not know of one of the cases reads this line, too.
    assert said == ['{"company":"nordvakt-se","person":"Leo"}']
