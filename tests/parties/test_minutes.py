"""Minutes are before the reporter, who has the chance to correct them before anybody locks them."""

from datetime import date
from functools import partial

import pytest
from sqlalchemy import select

from tests.parties import apart
from tests.vault.joining import joins
from tests.world import World
from whistle.errors import NotThere, RuleRefused
from whistle.parties.member import Member
from whistle.parties.report_form import FormRefused
from whistle.parties.views import MailboxCase
from whistle.parties.work_views import MinutesView
from whistle.vault.tables import ledger
from whistle.vault.worktables import minutes

SAID = "They saw three drums behind the hall on 12 February."


def case_with_minutes(world: World) -> tuple[str, bytes]:
    """A case in which Hanna spoke with the reporter, who has not looked since."""
    receipt = world.send(meeting="Call me after five.")
    secret = world.enter(receipt)
    world.program.casework.minutes.write(world.member("Hanna"), receipt.number, SAID, "call", "")
    return receipt.number, secret


def refused(act: object) -> str:
    with pytest.raises(RuleRefused) as refusal:
        act()  # type: ignore[operator]
    return refusal.value.reason


def mailbox(world: World, secret: bytes) -> MailboxCase:
    return world.program.reporter.open(secret)


def the_minutes(world: World, number: str) -> tuple[MinutesView, ...]:
    return world.program.handler.case(world.member("Hugo"), number).minutes


def lock(world: World, number: str, minutes_id: str, who: str = "Hanna") -> None:
    world.program.casework.minutes.lock(world.member(who), number, minutes_id)


def test_the_reporter_reads_corrects_and_approves_and_then_they_are_locked(world: World) -> None:
    # Given minutes that the reporter finds wrong
    number, secret = case_with_minutes(world)
    answers, write = world.program.casework.answers, world.program.casework.minutes.write
    (first,) = mailbox(world, secret).minutes
    assert (first.text, first.met, first.held_on) == (SAID, "call", date(2026, 3, 2))
    answers.answer(secret, first.id, "correct", "It was four drums.")
    # When the handler writes a new version, the old one stays and waits no more
    write(world.member("Hanna"), number, SAID.replace("three", "four"), "call", "", first.id)
    old, new = mailbox(world, secret).minutes
    assert (old.replaced, old.correction, new.replaced, new.answer) == (True, "It was four drums.", False, "")
    for act in (
        partial(lock, world, number, old.id),
        partial(answers.answer, secret, old.id, "approve", ""),
    ):
        with pytest.raises(NotThere):
            act()
    assert refused(partial(lock, world, number, new.id)) == "minutes_wait"
    for _twice in range(2):
        answers.answer(secret, new.id, "approve", "")
    lock(world, number, new.id)
    # Then nobody changes them any more
    assert the_minutes(world, number)[1].locked_on == date(2026, 3, 2)
    assert refused(partial(answers.answer, secret, new.id, "decline", "")) == "minutes_locked"
    assert refused(partial(lock, world, number, new.id)) == "minutes_locked"
    assert refused(lambda: write(world.member("Hanna"), number, "Another.", "call", "", new.id)) == (
        "minutes_locked"
    )
    kinds = [entry.kind for entry in mailbox(world, secret).entries]
    assert kinds == ["report", "minutes", "minutes_reply", "minutes", "minutes_reply", "minutes_locked"]


def test_unanswered_they_are_locked_14_days_after_they_were_shown_and_not_after_they_were_written(
    world: World,
) -> None:
    number, secret = case_with_minutes(world)
    own_id = the_minutes(world, number)[0].id
    world.later(60)
    assert the_minutes(world, number)[0].lock_from is None
    assert refused(partial(lock, world, number, own_id)) == "minutes_wait"
    mailbox(world, secret)
    world.later(5)
    mailbox(world, secret)  # only the first time counts
    assert the_minutes(world, number)[0].lock_from == date(2026, 5, 15)
    world.later(8)
    assert refused(partial(lock, world, number, own_id)) == "minutes_wait"
    world.later(1)
    lock(world, number, own_id)


def test_that_they_were_shown_is_a_day_and_stands_in_no_ledger(world: World) -> None:
    number, secret = case_with_minutes(world)
    with world.program.store.reading() as db:
        before = db.execute(select(ledger.c.seq)).scalars().all()
    mailbox(world, secret)
    with world.program.store.reading() as db:
        assert db.execute(select(ledger.c.seq)).scalars().all() == before
        assert db.execute(select(minutes.c.shown_on)).scalars().all() == [date(2026, 3, 2)]
    assert number


@pytest.mark.parametrize("answer", ["approve", "correct", "decline"])
def test_any_answer_lets_them_be_locked(sqlite_world: World, answer: str) -> None:
    number, secret = case_with_minutes(sqlite_world)
    own_id = mailbox(sqlite_world, secret).minutes[0].id
    sqlite_world.program.casework.answers.answer(secret, own_id, answer, "One word.")
    lock(sqlite_world, number, own_id)


def test_an_answer_that_says_nothing_is_asked_for_again(sqlite_world: World) -> None:
    number, secret = case_with_minutes(sqlite_world)
    own_id = mailbox(sqlite_world, secret).minutes[0].id
    answer = sqlite_world.program.casework.answers.answer
    for said, text, field in (
        ("", "", "answer"),
        ("yes", "", "answer"),
        ("\0", "", "answer"),
        ("correct", " ", "correction"),
        ("correct", "a\0b", "correction"),
        ("decline", "x" * 100_001, "correction"),
    ):
        with pytest.raises(FormRefused) as form:
            answer(secret, own_id, said, text)
        assert [one.field for one in form.value.problems] == [field]
    for wrong in ("", "zz", "ff" * 16):
        with pytest.raises(NotThere):
            answer(secret, wrong, "approve", "")
    assert the_minutes(sqlite_world, number)[0].answer == ""


def test_another_reporter_has_no_part_in_them(sqlite_world: World) -> None:
    _number, secret = case_with_minutes(sqlite_world)
    own_id = mailbox(sqlite_world, secret).minutes[0].id
    other = sqlite_world.enter(sqlite_world.send())
    with pytest.raises(NotThere):
        sqlite_world.program.casework.answers.answer(other, own_id, "approve", "")


def test_minutes_end_the_duty_to_meet_and_so_does_saying_that_one_met(world: World) -> None:
    number, _secret = case_with_minutes(world)
    assert world.program.handler.case(world.member("Hanna"), number).meeting_held_on == date(2026, 3, 2)
    other = world.send(meeting="Call me.").number
    case = world.program.handler.case(world.member("Hanna"), other)
    assert "meeting" in {duty.kind for duty in case.owed}
    world.later(3)
    met = partial(world.program.casework.minutes.met, world.member("Hanna"), other)
    for day in ("2026-03-01", "2026-03-06"):
        assert refused(partial(met, day)) == "held_on"
    with pytest.raises(FormRefused):
        met("Tuesday")
    met("2026-03-04")
    case = world.program.handler.case(world.member("Hanna"), other)
    assert case.meeting_held_on == date(2026, 3, 4)
    assert "meeting" not in {duty.kind for duty in case.owed}


def test_the_same_minutes_sent_twice_are_one(world: World) -> None:
    number, _secret = case_with_minutes(world)
    again = partial(world.program.casework.minutes.write, world.member("Hanna"), number, SAID, "call", "")
    assert apart.in_threads([again, again]) == [None, None]
    assert len(the_minutes(world, number)) == 1


def test_of_two_who_write_a_new_version_at_once_one_stands(world: World) -> None:
    number, _secret = case_with_minutes(world)
    own_id = the_minutes(world, number)[0].id
    write = world.program.casework.minutes.write
    answers = apart.in_threads(
        [
            partial(write, world.member(who), number, f"By {who}.", "call", "", own_id)
            for who in ("Hanna", "Hugo")
        ]
    )
    assert [type(answer) for answer in answers if answer is not None] == [NotThere]
    assert [one.replaced for one in the_minutes(world, number)] == [True, False]


def test_a_handler_of_another_company_leaves_minutes_and_meeting_to_the_companys_own(world: World) -> None:
    shared: Member = joins(world, "Sven", shared=True)
    number, secret = case_with_minutes(world)
    own_id = mailbox(world, secret).minutes[0].id
    world.program.casework.answers.answer(secret, own_id, "approve", "")
    parties = world.program.casework.minutes
    for act in (
        lambda: parties.write(shared, number, "Said.", "meeting", ""),
        lambda: parties.lock(shared, number, own_id),
        lambda: parties.met(shared, number, ""),
    ):
        assert refused(act) == "shared"
    parties.lock(world.member("Hanna"), number, own_id)


def test_on_a_closed_case_none_are_written_but_those_there_are_locked(sqlite_world: World) -> None:
    world = sqlite_world
    number, secret = case_with_minutes(world)
    world.close(world.member("Hanna"), number, "It was stopped.")
    parties = world.program.casework.minutes
    assert refused(lambda: parties.write(world.member("Hanna"), number, "More.", "call", "")) == "state"
    assert refused(lambda: parties.met(world.member("Hanna"), number, "")) == "state"
    own_id = mailbox(world, secret).minutes[0].id
    world.program.casework.answers.answer(secret, own_id, "decline", "")
    lock(world, number, own_id)
