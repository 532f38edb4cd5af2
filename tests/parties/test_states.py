"""A case moves only as the rules say, and from its day of purge on nobody opens it."""

from collections.abc import Callable
from datetime import date
from functools import partial
from typing import Any

import pytest
from sqlalchemy import select

from tests.world import World
from whistle.errors import Conflict, NotThere, RuleRefused
from whistle.parties.reporter import FormRefused
from whistle.parties.sending import Sending
from whistle.vault.tables import ledger


def refused(act: Callable[[], Any]) -> str:
    with pytest.raises(RuleRefused) as refusal:
        act()
    return refusal.value.reason


def actions(world: World, number: str) -> list[str]:
    with world.program.store.reading() as db:
        query = select(ledger.c.action).where(ledger.c.case_number == number).order_by(ledger.c.seq)
        return list(db.execute(query).scalars())


def test_a_case_is_acknowledged_once(world: World) -> None:
    receipt = world.send()
    secret, handler = world.enter(receipt), world.program.handler
    handler.acknowledge(world.member("Hanna"), receipt.number, "Your report was received.")
    world.later(2)
    for name in ("Hanna", "Hugo"):
        with pytest.raises(Conflict):
            handler.acknowledge(world.member(name), receipt.number, "Received again.")
    handler.message(world.member("Hugo"), receipt.number, "When was it?")
    with pytest.raises(Conflict):
        handler.acknowledge(world.member("Hanna"), receipt.number, "And again.")
    mailbox = world.program.reporter.open(secret)
    assert mailbox.acknowledged_on == date(2026, 3, 2)
    assert mailbox.state == "in_progress"
    assert [entry.kind for entry in mailbox.entries] == ["report", "acknowledgement", "message"]
    assert actions(world, receipt.number).count("acknowledged") == 1


def test_a_late_acknowledgement_is_taken_after_a_message_and_moves_nothing(sqlite_world: World) -> None:
    receipt, hanna = sqlite_world.send(), sqlite_world.member("Hanna")
    sqlite_world.program.handler.message(hanna, receipt.number, "When was it?")
    sqlite_world.later(9)
    sqlite_world.program.handler.acknowledge(hanna, receipt.number, "It was received.")
    case = sqlite_world.program.handler.case(hanna, receipt.number)
    assert (case.state, case.acknowledged_on) == ("in_progress", date(2026, 3, 11))


def test_feedback_on_an_open_case_is_dated_and_leaves_it_open(world: World) -> None:
    receipt = world.send()
    secret, handler, hanna = world.enter(receipt), world.program.handler, world.member("Hanna")
    world.later(10)
    handler.feedback(hanna, receipt.number, "We stopped the payments, because they had no basis.")
    world.later(10)
    handler.feedback(hanna, receipt.number, "The audit goes on.")
    case, mailbox = handler.case(hanna, receipt.number), world.program.reporter.open(secret)
    assert case.state == mailbox.state == "in_progress"
    assert case.feedback_on == mailbox.feedback_on == date(2026, 3, 12)
    assert case.closed_on is None
    assert [entry.kind for entry in mailbox.entries][-2:] == ["feedback", "feedback"]


def test_closing_takes_an_outcome_and_says_what_was_done_and_why(sqlite_world: World) -> None:
    receipt, hanna, handler = sqlite_world.send(), sqlite_world.member("Hanna"), sqlite_world.program.handler
    for empty in ("", " ", "\n\t", "\u200b \ufeff"):
        assert (
            refused(partial(handler.close, hanna, receipt.number, "measures_taken", empty))
            == "feedback_empty"
        )
        assert refused(partial(handler.feedback, hanna, receipt.number, empty)) == "feedback_empty"
    for outcome, reason in (("", "missing"), ("because", "unknown"), ("\0", "unknown")):
        with pytest.raises(FormRefused) as form:
            handler.close(hanna, receipt.number, outcome, "We looked into it.")
        assert [(p.field, p.reason) for p in form.value.problems] == [("outcome", reason)]
    for act in (handler.acknowledge, handler.message, handler.note, handler.reopen):
        for text in ("", "  ", "a\0b", "x" * 100_001, "\ud800"):
            with pytest.raises(FormRefused):
                act(hanna, receipt.number, text)
    assert actions(sqlite_world, receipt.number) == ["received"]


def test_closing_twice_is_one_closing_and_the_first_stands(world: World) -> None:
    receipt, secret = world.closed()
    world.later(40)
    handler = world.program.handler
    for name in ("Hanna", "Hugo"):
        member = world.member(name)
        assert (
            refused(partial(handler.close, member, receipt.number, "no_misconduct_found", "No.")) == "state"
        )
        assert refused(partial(handler.message, member, receipt.number, "One more.")) == "state"
        assert refused(partial(handler.feedback, member, receipt.number, "One more.")) == "state"
    case, mailbox = handler.case(world.member("Hugo"), receipt.number), world.program.reporter.open(secret)
    assert (case.outcome, case.closed_on, case.purge_on) == (
        "measures_taken",
        date(2026, 3, 2),
        date(2028, 3, 2),
    )
    assert case.closings == ((date(2026, 3, 2), date(2028, 3, 2)),)
    assert mailbox.entries[-1].text == "The invoices were stopped."
    assert mailbox.purge_on == date(2028, 3, 2)
    assert actions(world, receipt.number).count("closed") == 1
    # The reporter may still write, and it moves no day.
    world.program.reporter.message(secret, world.program.reporter.writing(secret), "It has begun again.")
    assert world.program.reporter.open(secret).purge_on == date(2028, 3, 2)
    assert world.program.reporter.open(secret).state == "closed"


def test_a_case_is_reopened_with_a_reason_and_the_next_closing_counts_anew(world: World) -> None:
    receipt, secret = world.closed()
    handler, hanna = world.program.handler, world.member("Hanna")
    # Nobody asked, so there is nothing to confirm: a reason cannot be left out that way.
    for name in ("Hanna", "Hugo"):
        with pytest.raises(Conflict):
            handler.confirm_reopen(world.member(name), receipt.number)
    world.later(100)
    assert handler.reopen(hanna, receipt.number, "The invoices came back.") is True
    case = handler.case(world.member("Hugo"), receipt.number)
    assert (case.state, case.closed_on, case.purge_on) == ("in_progress", None, None)
    assert [note.text for note in case.notes] == ["The invoices came back."]
    assert "came back" not in repr(world.program.reporter.open(secret))
    assert refused(lambda: handler.reopen(hanna, receipt.number, "Twice.")) == "state"
    world.later(1)
    handler.close(hanna, receipt.number, "no_misconduct_found", "They were another company's.")
    case = handler.case(hanna, receipt.number)
    assert case.closings == ((date(2026, 3, 2), date(2028, 3, 2)), (date(2026, 6, 11), date(2028, 6, 11)))
    assert (case.outcome, case.purge_on) == ("no_misconduct_found", date(2028, 6, 11))


def test_near_its_day_a_case_is_reopened_by_two(world: World) -> None:
    receipt, _secret = world.closed()
    handler, hanna, hugo = world.program.handler, world.member("Hanna"), world.member("Hugo")
    world.later(701)  # 30 days are left on 2028-02-01
    with pytest.raises(Conflict):
        handler.confirm_reopen(hugo, receipt.number)

    assert handler.reopen(hanna, receipt.number, "A witness came.") is False
    case = handler.case(hanna, receipt.number)
    assert (case.state, case.reopening_asked, case.reopening_asked_by_me) == ("closed", True, True)
    assert refused(lambda: handler.confirm_reopen(hanna, receipt.number)) == "same_person"
    assert handler.case(hugo, receipt.number).reopening_asked_by_me is False
    handler.confirm_reopen(hugo, receipt.number)
    case = handler.case(hanna, receipt.number)
    assert (case.state, case.purge_on, case.reopening_asked) == ("in_progress", None, False)


def test_a_day_earlier_one_handler_is_enough(sqlite_world: World) -> None:
    receipt, _secret = sqlite_world.closed()
    sqlite_world.later(700)
    assert (
        sqlite_world.program.handler.reopen(sqlite_world.member("Hanna"), receipt.number, "A witness.")
        is True
    )


def nobody_writes(world: World, secret: bytes, number: str, under_way: Sending) -> None:
    """Neither side writes to a case on its day, not even the reporter who had begun before it."""
    handler, hanna, reporter = world.program.handler, world.member("Hanna"), world.program.reporter
    with pytest.raises(NotThere):
        reporter.writing(secret)
    with pytest.raises((NotThere, RuleRefused)):
        reporter.message(secret, under_way, "Too late.")
    with pytest.raises((NotThere, RuleRefused)):
        reporter.identify(secret, "Eva", "")
    for act in (
        lambda: handler.message(hanna, number, "Too late."),
        lambda: handler.note(hanna, number, "Too late."),
        lambda: handler.feedback(hanna, number, "Too late."),
        lambda: handler.acknowledge(hanna, number, "Too late."),
        lambda: handler.close(hanna, number, "no_misconduct_found", "Too late."),
        lambda: handler.reopen(hanna, number, "Too late."),
        lambda: handler.confirm_reopen(hanna, number),
    ):
        assert refused(act) == "past_day"


def test_from_the_first_moment_of_its_day_nobody_opens_a_case(world: World) -> None:
    receipt, secret = world.closed(
        text="Marker of a report.\nMore of it.", files=[("marker.txt", b"figures" * 99)]
    )
    handler, hanna, reporter = world.program.handler, world.member("Hanna"), world.program.reporter
    handler.note(hanna, receipt.number, "A note that is a marker.")
    file_id = reporter.open(secret).files[0].id
    assert [row.subject for row in handler.cases(hanna, state="closed").rows] == ["Marker of a report."]
    # 23:59:59 in Stockholm on the eve: it stands, and takes a last message.
    world.clock.site = world.clock.site.replace(year=2028, month=3, day=1, hour=22, minute=59, second=59)
    reporter.message(secret, reporter.writing(secret), "A marker on the eve.")
    under_way = reporter.writing(secret)
    world.clock.site = world.clock.site.replace(hour=23, minute=0, second=0)

    mailbox, case = reporter.open(secret), handler.case(hanna, receipt.number)
    assert mailbox.past_day
    assert case.past_day
    assert not case.may_work
    for listed in (mailbox.entries, mailbox.files, case.entries, case.notes, case.files):
        assert len(listed) == 0
    row = handler.cases(hanna, state="closed").rows[0]
    assert (row.number, row.subject, row.category) == (receipt.number, "", "")
    for shown in (repr(mailbox), repr(case), repr(row)):
        assert "arker" not in shown
    with pytest.raises(NotThere):
        b"".join(reporter.everything(secret))

    with pytest.raises(NotThere):
        reporter.file(secret, file_id)
    with pytest.raises(NotThere):
        handler.file(hanna, receipt.number, file_id)
    nobody_writes(world, secret, receipt.number, under_way)


def test_what_was_asked_for_near_the_day_cannot_be_confirmed_on_it(sqlite_world: World) -> None:
    receipt, _secret = sqlite_world.closed()
    handler = sqlite_world.program.handler
    sqlite_world.later(730)
    assert handler.reopen(sqlite_world.member("Hanna"), receipt.number, "A witness came.") is False
    sqlite_world.later(1)
    assert refused(lambda: handler.confirm_reopen(sqlite_world.member("Hugo"), receipt.number)) == "past_day"


def test_a_held_case_past_its_day_stays_shut_and_says_that_it_is_held(sqlite_world: World) -> None:
    world = sqlite_world
    receipt, secret = world.closed()
    world.program.legal.place(
        world.member("Lisa"), receipt.number, "court_ruling", "Svea T 1234-26", "", "2027-01-15"
    )
    world.later(731)
    mailbox = world.program.reporter.open(secret)
    assert (mailbox.past_day, mailbox.held, mailbox.entries) == (True, True, ())
    assert "Svea" not in repr(mailbox)
    case = world.program.handler.case(world.member("Hanna"), receipt.number)
    assert case.holds == (("court_ruling", date(2027, 1, 15)),)
    assert "Svea" not in repr(case)


def test_the_list_can_be_asked_for_each_state(world: World) -> None:
    handler, hanna = world.program.handler, world.member("Hanna")
    numbers = {
        "received": world.send().number,
        "acknowledged": world.send().number,
        "in_progress": world.send().number,
    }
    handler.acknowledge(hanna, numbers["acknowledged"], "Received.")
    handler.message(hanna, numbers["in_progress"], "When was it?")
    numbers["closed"] = world.closed()[0].number
    for state, number in numbers.items():
        page = handler.cases(hanna, state=state)
        assert [row.number for row in page.rows] == [number], state
        assert page.total.value == 1
    assert {row.number for row in handler.cases(hanna, state="open").rows} == set(numbers.values()) - {
        numbers["closed"]
    }
    assert {row.number for row in handler.cases(hanna, state="all").rows} == set(numbers.values())


def test_what_is_new_is_new_once(sqlite_world: World) -> None:
    world = sqlite_world
    receipt = world.send()
    secret, handler, hanna, hugo = (
        world.enter(receipt),
        world.program.handler,
        world.member("Hanna"),
        world.member("Hugo"),
    )
    assert handler.cases(hanna).rows[0].new == 1
    assert handler.case(hanna, receipt.number).entries[0].new
    assert [handler.cases(m).rows[0].new for m in (hanna, hugo)] == [0, 1]
    handler.message(hanna, receipt.number, "When was it?")
    assert world.program.reporter.open(secret).new_entries == 1
    assert world.program.reporter.open(secret).new_entries == 0
    world.program.reporter.message(secret, world.program.reporter.writing(secret), "In May.")
    assert [entry.new for entry in handler.case(hanna, receipt.number).entries] == [False, False, True]
    assert [entry.new for entry in handler.case(hugo, receipt.number).entries] == [True, False, True]


def test_no_number_that_a_case_cannot_have_is_ever_an_error(world: World) -> None:
    hanna, lisa, handler, legal = (
        world.member("Hanna"),
        world.member("Lisa"),
        world.program.handler,
        world.program.legal,
    )
    for number in (
        "",
        "W-",
        "W-\0\0\0\0-0000",
        "W-\ud800000-0000",
        "w-7kq4-m2xc",
        "W-7KQ4-M2XC",
        "x" * 5000,
        "../../etc",
    ):
        with pytest.raises(NotThere):
            handler.case(hanna, number)
        with pytest.raises(NotThere):
            handler.message(hanna, number, "Hello.")
        with pytest.raises(NotThere):
            legal.case(lisa, number)
        with pytest.raises(NotThere):
            legal.place(lisa, number, "court_ruling", "T 1-26", "", "2026-09-01")
        assert handler.cases(hanna, number=number, company=number, state=number, after=number).rows == ()
        assert handler.cases(hanna, state=number or "x", after=number).rows == ()
