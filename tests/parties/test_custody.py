"""Who a reporter is takes a reason, a custodian's key and a handler's key, and ends after thirty days."""

from datetime import date

import pytest
from sqlalchemy import select

from tests.parties.apart import in_threads
from tests.parties.custodians import CONTACT, HINDERS, NAME, REASON, approved, ask, desk, named
from tests.world import NO, World
from whistle.errors import Conflict, NotThere, RuleRefused, StepUpNeeded
from whistle.parties.custody import Asking
from whistle.parties.report_form import FormRefused
from whistle.scheduler import tick
from whistle.vault import people
from whistle.vault.tables import ledger


def refused(world: World, number: str, **said: object) -> str:
    with pytest.raises(RuleRefused) as found:
        ask(world, number, **said)
    return found.value.reason


def lines(world: World, number: str, action: str) -> int:
    query = select(ledger.c.seq).where(ledger.c.case_number == number, ledger.c.action == action)
    with world.program.store.reading() as db:
        return len(db.execute(query).all())


def passes(world: World) -> None:
    list(tick(world.program.store, world.clock.now(), lambda: None))


def test_a_request_that_is_approved_opens_the_name_and_each_opening_is_logged(world: World) -> None:
    number, _secret = named(world)
    custody, hanna, carl = world.program.custody, world.member("Hanna"), world.member("Carl")
    with pytest.raises(NotThere):
        custody.open(hanna, number)
    request = ask(world, number)
    (waiting,) = custody.desk(carl).waiting
    assert (waiting.number, waiting.who, waiting.reason, waiting.told) == (number, "Hanna", REASON, True)
    custody.decide(carl, request, "approve", "")
    seen = custody.open(hanna, number)
    assert (seen.name, seen.contact, seen.until) == (NAME, CONTACT, date(2026, 4, 1))
    custody.open(hanna, number)
    assert lines(world, number, "identity_opened") == 2
    assert custody.desk(carl).waiting == ()
    # A colleague who did not ask sees nothing of the name.
    with pytest.raises(NotThere):
        custody.open(world.member("Hugo"), number)
    assert desk(world, number, "Hugo").requests[0].reason == REASON


def test_a_refusal_carries_a_reason_and_gives_nothing(world: World) -> None:
    number, secret = named(world)
    custody, carl = world.program.custody, world.member("Carl")
    request = ask(world, number)
    with pytest.raises(FormRefused):
        custody.decide(carl, request, "refuse", "  ")
    with pytest.raises(RuleRefused):
        custody.decide(carl, request, "perhaps", "")
    custody.decide(carl, request, "refuse", "Ask her in the mailbox first.")
    shown = desk(world, number).requests[0]
    assert (shown.state, shown.decision_reason, shown.decided_by) == (
        "refused", "Ask her in the mailbox first.", "Carl",
    )  # fmt: skip
    with pytest.raises(NotThere):
        custody.open(world.member("Hanna"), number)
    with pytest.raises(NotThere):
        custody.decide(carl, request, "approve", "")
    asked = world.program.reporter.open(secret).identity.asked
    assert [(one.state, one.ends_on) for one in asked] == [("refused", None)]


def test_the_reporter_is_told_first_unless_that_would_hinder_and_then_the_reason_is_kept(
    world: World,
) -> None:
    number, secret = named(world)
    ask(world, number, told="I need to ask you about the dates.")
    case = world.program.reporter.open(secret)
    assert (case.entries[-1].kind, case.entries[-1].text) == (
        "identity_request", "I need to ask you about the dates.",
    )  # fmt: skip
    assert case.entries[-1].new
    assert REASON not in repr(case)
    # And where it would hinder, nothing at all reaches the mailbox.
    quiet, other = named(world)
    with pytest.raises(FormRefused):
        ask(world, quiet, would_hinder=True)
    ask(world, quiet, would_hinder=True, hinder_reason=HINDERS)
    silent = world.program.reporter.open(other)
    assert (len(silent.entries), silent.identity.asked) == (1, ())
    (waiting,) = [one for one in world.program.custody.desk(world.member("Carl")).waiting if not one.told]
    assert waiting.hinder_reason == HINDERS


def test_what_cannot_be_asked_is_refused_in_words(world: World) -> None:
    number = world.send().number
    assert refused(world, number) == "nothing_given"
    named_one, _secret = named(world)
    with pytest.raises(FormRefused):
        ask(world, named_one, reason=" ")
    ask(world, named_one)
    assert refused(world, named_one) == "waiting"
    with pytest.raises(StepUpNeeded):
        world.program.custody.ask(world.member("Hanna", fresh=False), named_one, Asking(REASON))
    # Nobody is left to approve where the reporter excluded the only custodian.
    (carl,) = [p.ref for c in world.program.reporter.companies() for p in c.people if p.role == "custodian"]
    alone, _other = named(world, exclude=(carl,))
    assert refused(world, alone) == "no_custodian"
    assert [one.number for one in world.program.custody.desk(world.member("Carl")).waiting] == [named_one]


def test_nobody_but_a_custodian_of_the_company_decides_and_nobody_twice(world: World) -> None:
    number, _secret = named(world)
    request = ask(world, number)
    custody = world.program.custody
    for name in ("Hanna", "Hugo", "Nora", "Adam", "Lisa", "Olle", "Alma"):
        with pytest.raises(NotThere):
            custody.decide(world.member(name), request, "approve", "")
        with pytest.raises(NotThere):
            custody.desk(world.member(name))
    with pytest.raises(StepUpNeeded):
        custody.decide(world.member("Carl", fresh=False), request, "approve", "")
    custody.decide(world.member("Carl"), request, "approve", "")
    with pytest.raises(NotThere):
        custody.decide(world.member("Carl"), request, "approve", "")
    for name in ("Carl", "Nora", "Adam", "Lisa"):
        with pytest.raises(NotThere):
            custody.open(world.member(name), number)


def test_thirty_days_later_the_key_is_deleted_once_and_honest_people_cannot_look_again(world: World) -> None:
    number, _secret = named(world)
    approved(world, number)
    custody, hanna = world.program.custody, world.member("Hanna")
    world.later(29)
    passes(world)
    assert custody.open(hanna, number).name == NAME
    # On the day itself the door is shut whether or not the pass has run.
    world.later(1)
    with pytest.raises(NotThere):
        custody.open(hanna, number)
    passes(world)
    passes(world)
    assert lines(world, number, "identity_ended") == 1
    assert [one.state for one in desk(world, number).requests] == ["ended"]
    approved(world, number)
    assert custody.open(hanna, number).name == NAME


def test_an_approval_ends_with_the_work_of_who_asked(world: World) -> None:
    number, _secret = named(world)
    approved(world, number, "Hugo")
    waiting, _other = named(world)
    ask(world, waiting, "Hugo")
    people.retire(world.program.store, "Hugo", world.clock.now(), actor="init")
    passes(world)
    assert [one.state for one in desk(world, number).requests] == ["ended"]
    assert [one.state for one in desk(world, waiting).requests] == ["ended"]
    assert world.program.custody.desk(world.member("Carl")).waiting == ()
    ask(world, waiting)


def test_two_custodians_answer_at_once_and_one_of_them_is_told(world: World) -> None:
    number, _secret = named(world)
    request = ask(world, number)
    custody, carl = world.program.custody, world.member("Carl")
    found = in_threads([lambda: custody.decide(carl, request, "approve", "")] * 3)
    assert found.count(None) == 1
    assert {type(one) for one in found if one is not None} <= {Conflict, NotThere}


def test_a_company_without_a_custodian_leaves_a_reason_at_each_reading(world: World) -> None:
    number, secret = named(world, company=NO)
    custody, nora = world.program.custody, world.member("Nora")
    assert desk(world, number, "Nora").direct
    with pytest.raises(RuleRefused):
        ask(world, number, "Nora")
    with pytest.raises(FormRefused):
        custody.open_directly(nora, number, Asking(""))
    seen = custody.open_directly(nora, number, Asking(REASON, told="Somebody reads it."))
    assert (seen.name, seen.until) == (NAME, None)
    custody.open_directly(nora, number, Asking(REASON, would_hinder=True, hinder_reason=HINDERS))
    assert lines(world, number, "identity_opened") == 2
    assert world.program.reporter.open(secret).entries[-1].text == "Somebody reads it."
    # Where there is a custodian, this way is shut.
    swedish, _other = named(world)
    assert not desk(world, swedish).direct
    with pytest.raises(NotThere):
        custody.open_directly(world.member("Hanna"), swedish, Asking(REASON))
