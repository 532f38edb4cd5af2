"""What an officer finds out is kept with the request, and nothing goes out before all is decided."""

from datetime import date

import pytest

from tests.parties.asking import REASONS, Asker, answer, decide, later, proved, verified
from tests.vault.tampering import findings
from tests.world import World
from whistle.errors import NotThere, RuleRefused
from whistle.parties.privacy_desk import PrivacyDesk
from whistle.parties.report_form import FormRefused
from whistle.parties.request_decisions import Said
from whistle.parties.request_finding import Undecided
from whistle.parties.request_views import VerdictView


@pytest.fixture
def desk(world: World) -> PrivacyDesk:
    return world.program.privacy.desk


def verdict(world: World, asker: Asker, category: str = "customer") -> VerdictView:
    seen = world.program.privacy.desk.open(world.member("Olle"), asker.number)
    return next(one for one in seen.verdicts if one.category == category)


def test_the_verdict_follows_from_what_the_officer_entered(world: World, desk: PrivacyDesk) -> None:
    olle = world.member("Olle")
    asker = verified(world, rights=("erasure",), categories=("customer", "bookkeeping"))
    # Given a verdict that the rules leave to the officer, and the fact that is missing
    assert (verdict(world, asker).answer, verdict(world, asker).missing) == ("officer", "relation")
    assert desk.open(olle, asker.number).parts == (
        ("person", False),
        ("customer", False),
        ("bookkeeping", False),
    )
    # When the relation turns out to have ended long ago
    desk.keep_facts(
        olle, asker.number, "person", {"relation": ["ended"], "relation_ended_on": ["2024-02-29"]}
    )
    # Then the rules say yes, on what ground, where it is said and how long it is kept
    found = verdict(world, asker)
    assert (found.answer, found.missing, found.until) == ("yes", "", date(2026, 2, 28))
    assert found.bases == ("contract", "legal_obligation")
    assert "GDPR 17(1)(a)" in found.source
    assert found.said
    # When a law turns out to keep it, the rules say no
    law = {"kept_by": ["other_law"], "provision": ["2018:585 3 kap. 1 \xa7"]}
    desk.keep_facts(olle, asker.number, "customer", law)
    assert (verdict(world, asker).answer, verdict(world, asker).outcome) == ("no", "by_law")
    # And what was entered is kept, with who and when
    later(world, 1)
    desk.keep_facts(olle, asker.number, "customer", {"kept_by": ["none"]})
    seen = desk.facts(olle, asker.number, "customer")
    assert (seen.by, seen.day, seen.found) == ("Olle", date(2026, 3, 3), {"kept_by": "none"})
    assert verdict(world, asker).answer == "yes"
    assert findings(world) == []


def test_an_officer_who_differs_says_why_and_one_who_does_not_need_not(
    world: World, desk: PrivacyDesk
) -> None:
    olle, asker = world.member("Olle"), verified(world, rights=("erasure",), categories=("customer",))
    desk.keep_facts(olle, asker.number, "person", {"relation": ["runs"]})
    with pytest.raises(RuleRefused) as refused:
        desk.decide(olle, asker.number, Said("erasure", "customer", "yes"))
    assert refused.value.reason == "reasons"
    desk.decide(olle, asker.number, Said("erasure", "customer", "no", "GDPR 17(1)(a)"))
    desk.decide(olle, asker.number, Said("erasure", "customer", "yes", "", REASONS))
    assert [one.differs for one in desk.open(olle, asker.number).decisions] == [False, True]


def test_that_the_one_who_asks_is_the_parent_is_such_a_fact(world: World, desk: PrivacyDesk) -> None:
    olle, asker = world.member("Olle"), verified(world, rights=("child",), categories=("customer", "web"))
    assert {one.missing for one in desk.open(olle, asker.number).verdicts} == {"parent"}
    desk.keep_facts(olle, asker.number, "person", {"parent": ["yes"]})
    assert {one.answer for one in desk.open(olle, asker.number).verdicts} == {"yes"}
    desk.keep_facts(olle, asker.number, "person", {"parent": ["no"]})
    assert {one.answer for one in desk.open(olle, asker.number).verdicts} == {"officer"}


def test_a_child_of_everything_is_never_a_report_and_a_silent_policy_stays_undecided(
    world: World, desk: PrivacyDesk
) -> None:
    olle, asker = world.member("Olle"), verified(world, rights=("child", "erasure"))
    desk.keep_facts(olle, asker.number, "person", {"parent": ["yes"], "relation": ["runs"]})
    said = {(one.right, one.category): one.answer for one in desk.open(olle, asker.number).verdicts}
    assert said["child", "whistleblowing"] == "no"
    assert said["erasure", "access_logs"] == "undecided"


@pytest.mark.parametrize(
    ("part", "typed", "problem"),
    [
        ("person", {"relation": ["perhaps"]}, ("relation", "unknown")),
        ("person", {"relation": ["ended"]}, ("relation_ended_on", "day")),
        ("person", {"relation": ["ended"], "relation_ended_on": ["1 May"]}, ("relation_ended_on", "day")),
        ("person", {"relation": ["ended"], "relation_ended_on": ["2026-03-03"]},
         ("relation_ended_on", "day_ahead")),
        ("person", {"relation": ["quiet"], "relation_ended_on": ["2024-01-01"]},
         ("last_interaction_on", "day")),
        ("video", {"grounds": ["unlawful", "none"]}, ("grounds", "none_and_more")),
        ("video", {"grounds": ["marketing_objected"]}, ("grounds", "unknown")),
        ("video", {"kept_by": ["other_law"], "provision": ["some law"]}, ("provision", "provision")),
        ("video", {"recorded_on": ["2027-01-01"]}, ("recorded_on", "day_ahead")),
    ],
)  # fmt: skip
def test_what_cannot_be_a_fact_is_refused_at_its_field(
    sqlite_world: World, part: str, typed: dict[str, list[str]], problem: tuple[str, str]
) -> None:
    desk, olle = sqlite_world.program.privacy.desk, sqlite_world.member("Olle")
    asker = verified(sqlite_world, rights=("erasure",), categories=("customer", "video"))
    with pytest.raises(FormRefused) as refused:
        desk.keep_facts(olle, asker.number, part, typed)
    assert [(one.field, one.reason) for one in refused.value.problems] == [problem]
    assert not any(entered for _part, entered in desk.open(olle, asker.number).parts)


def test_only_what_was_asked_for_has_facts_and_only_once_the_person_is_known(
    world: World, desk: PrivacyDesk
) -> None:
    olle, asker = world.member("Olle"), proved(world, rights=("access",), categories=("customer",))
    with pytest.raises(RuleRefused) as refused:
        desk.facts(olle, asker.number, "person")
    assert refused.value.reason == "not_verified"
    desk.verify(olle, asker.number, "Called back.")
    for part in ("person", "customer", "video", "whistleblowing"):
        with pytest.raises(NotThere):
            desk.facts(olle, asker.number, part)
    with pytest.raises(NotThere):
        desk.facts(world.member("Hanna"), asker.number, "person")


def test_nothing_is_answered_while_something_is_undecided(world: World, desk: PrivacyDesk) -> None:
    olle = world.member("Olle")
    asker = verified(
        world, rights=("access", "erasure", "complaint"), categories=("customer", "whistleblowing")
    )
    desk.decide(olle, asker.number, Said("access", "customer", "yes"))
    sending = desk.writing(olle, asker.number)
    with pytest.raises(Undecided) as refused:
        desk.answer(olle, asker.number, sending, "Here is what we found.")
    # Reports are not an officer's to decide, and a complaint goes to the authority
    assert refused.value.places == (("erasure", "customer"),)
    assert desk.open(olle, asker.number).facts.state == "verified"
    decide(world, asker)
    answer(world, asker, "Here is what we found.")
    assert desk.open(olle, asker.number).facts.state == "answered"


def test_an_officer_decides_as_the_rules_say_in_one_go(world: World, desk: PrivacyDesk) -> None:
    olle, asker = world.member("Olle"), verified(world, rights=("access", "restriction", "erasure"))
    desk.decide_as_the_rules(olle, asker.number)
    seen = desk.open(olle, asker.number)
    done = {(one.right, one.category): one for one in seen.decisions}
    assert not any(one.differs for one in seen.decisions)
    assert done["erasure", "bookkeeping"].ground
    # What the rules leave to the officer, a restriction's day and reports are left
    assert ("access", "alarm_logs") not in done
    assert not any(right == "restriction" or category == "whistleblowing" for right, category in done)
    with pytest.raises(RuleRefused) as refused:
        desk.decide_as_the_rules(olle, asker.number)
    assert refused.value.reason == "nothing_clear"
