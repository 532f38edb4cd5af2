"""Rights asked for inside a case are owed an answer within a month, to its handlers and to nobody else."""

from datetime import date

import pytest

from tests.parties.asking import later
from tests.vault.tampering import case_of, findings, rows
from tests.world import World
from whistle.errors import NotThere, RuleRefused
from whistle.rules.deadlines import RIGHTS
from whistle.vault import duties
from whistle.vault.registertables import case_rights
from whistle.vault.tables import ledger

ASKED = "I ask for: See what is kept about me."


def asked(world: World) -> tuple[str, bytes]:
    """A case that was received on 2 March, in which rights are asked for on 3 March."""
    receipt = world.send()
    assert receipt.case_key is not None
    secret = world.program.reporter.enter(receipt.case_key).secret
    later(world, 1)
    world.program.casework.asked.ask(secret, ASKED)
    return receipt.number, secret


def owed(world: World, number: str) -> list[tuple[date, str]]:
    case = world.program.handler.case(world.member("Hanna"), number)
    return [(duty.due_on, duty.rule) for duty in case.owed if duty.key == RIGHTS]


def test_the_answer_is_owed_a_month_after_it_was_asked_for_and_ends_with_it(world: World) -> None:
    number, secret = asked(world)
    assert owed(world, number) == [(date(2026, 4, 3), "GDPR 12(3)")]
    assert world.program.reporter.open(secret).rights_due == date(2026, 4, 3)
    # When a message goes out that is no answer, it is owed as before
    world.program.handler.message(world.member("Hanna"), number, "We are looking.")
    assert owed(world, number) == [(date(2026, 4, 3), "GDPR 12(3)")]
    # When they are answered, nothing is owed, the case is worked on, and the reporter reads it
    later(world, 1)
    world.program.casework.rights.answer(world.member("Hanna"), number, "Here is what is kept about you.")
    assert owed(world, number) == []
    page = world.program.reporter.open(secret)
    assert (page.entries[-1].text, page.rights_due) == ("Here is what is kept about you.", None)
    assert case_of(world, number)["state"] == "in_progress"
    assert findings(world) == []


def test_the_day_of_the_first_that_waits_counts_and_asked_twice_a_day_is_once(world: World) -> None:
    number, secret = asked(world)
    world.program.casework.asked.ask(secret, ASKED)
    world.program.casework.asked.ask(secret, "I ask for: Have something corrected.")
    assert len(rows(world, case_rights)) == 1
    later(world, 2)
    world.program.casework.asked.ask(secret, "I ask for: Have something erased.")
    assert owed(world, number) == [(date(2026, 4, 3), "GDPR 12(3)")]
    world.program.casework.rights.answer(world.member("Hugo"), number, "All of it is answered here.")
    assert {row["answered_on"] for row in rows(world, case_rights)} == {date(2026, 3, 5)}


def test_they_are_answered_in_a_closed_case_which_stays_closed(world: World) -> None:
    receipt, secret = world.closed()
    before = case_of(world, receipt.number)["purge_on"]
    world.program.casework.asked.ask(secret, ASKED)
    assert case_of(world, receipt.number)["next_kind"] == RIGHTS
    world.program.casework.rights.answer(world.member("Hanna"), receipt.number, "Here it is.")
    case = case_of(world, receipt.number)
    assert (case["state"], case["purge_on"], case["next_kind"]) == ("closed", before, "purge")


def test_answered_twice_is_refused_and_the_same_words_twice_are_one(world: World) -> None:
    number, _secret = asked(world)
    rights, hanna = world.program.casework.rights, world.member("Hanna")
    for _again in range(2):
        rights.answer(hanna, number, "Here is what is kept about you.")
    with pytest.raises(RuleRefused) as refused:
        rights.answer(hanna, number, "Once more.")
    assert refused.value.reason == "rights_none"
    with pytest.raises(NotThere):
        rights.answer(world.member("Olle"), number, "Here.")


def test_nobody_without_access_is_told_that_a_right_was_asked_for(world: World) -> None:
    number, _secret = asked(world)
    # Of the two cases one was asked in and one was only written to: the ledger says the same of both
    receipt = world.send()
    assert receipt.case_key is not None
    other = world.program.reporter.enter(receipt.case_key).secret
    later(world, 1)
    world.program.reporter.message(other, world.program.reporter.writing(other), "One more thing.")
    world.program.handler.message(world.member("Hanna"), receipt.number, "Thank you.")
    world.program.casework.rights.answer(world.member("Hanna"), number, "Here it is.")
    said = {
        case: [(line["action"], line["actor"]) for line in rows(world, ledger, case_number=case)]
        for case in (number, receipt.number)
    }
    assert said[number] == said[receipt.number]


def test_what_the_server_is_asked_names_no_right(world: World) -> None:
    number, _secret = asked(world)
    found = [
        one for one in duties.falling_due(world.program.store, world.clock.now(), 40) if one.case == number
    ]
    assert {one.kind for one in found} == {"acknowledgement", "persons_concerned", "review"}
    assert not any("12(3)" in one.rule for one in found)
