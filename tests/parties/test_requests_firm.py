"""What a stranger, a handler or a typed address could do to a privacy request, and cannot."""

from datetime import date

import pytest

from tests.parties.asking import REASONS, Asker, answered, later, proved, sent, verified
from tests.parties.test_site_recovery import with_key
from tests.vault.tampering import case_of, rows
from tests.world import World
from whistle.errors import NotThere, RuleRefused
from whistle.parties import site_recovery
from whistle.parties.report_form import FormRefused
from whistle.parties.request_decisions import Said
from whistle.parties.request_form import email_problems
from whistle.vault import duties, recovery_cases, request_pass
from whistle.vault.requesttables import request_mails as mails
from whistle.vault.tables import readers

REVIEW = "2026-09-01"


def test_the_recovery_key_gives_no_handler_a_privacy_request(sqlite_world: World) -> None:
    paper, now = with_key(sqlite_world), sqlite_world.clock.now()
    store, number = sqlite_world.program.store, verified(sqlite_world).number
    for attempt in (
        lambda: site_recovery.give_back(store, number, "Hanna", paper.shares[:2], now),
        lambda: recovery_cases.sealed_case(store, number, now),
        lambda: recovery_cases.receiver(store, number, "Hanna", now),
        lambda: recovery_cases.give(store, number, "Hanna", (), now),
    ):
        with pytest.raises(NotThere):
            attempt()
    assert rows(sqlite_world, readers) == []


def test_a_hold_that_legal_keeps_from_the_person_is_not_told_in_the_mailbox(world: World) -> None:
    asker, legal, lisa = closed(world), world.program.legal, world.member("Lisa")
    hold = legal.place(lisa, asker.number, "court_ruling", "T 12-28", "", REVIEW)
    assert world.program.privacy.mailbox.open(asker.secret).facts.held
    world.program.kept.legal.withhold(lisa, asker.number, hold, "The court has forbidden it.")
    assert not world.program.privacy.mailbox.open(asker.secret).facts.held


def closed(world: World) -> Asker:
    asker = answered(world)
    world.program.privacy.desk.close(world.member("Olle"), asker.number)
    return asker


@pytest.mark.parametrize(
    "address",
    ["1<victim@x.example>", "(a)victim@x.example", "a,b@x.example", '"a"@x.example', "a@x.example,b@y.se",
     "a@x.se>", "a@b@x.example", "a@[10.0.0.1]", "a@x.\xe4.example", "a:b@x.example;", "a@x\r\n.example"],
)  # fmt: skip
def test_an_address_that_a_mail_server_could_read_as_another_is_refused(address: str) -> None:
    assert [one.reason for one in email_problems(address)] == ["email"]


def test_a_bare_address_is_taken_and_a_corrected_one_is_looked_at_too(world: World) -> None:
    assert email_problems("o'neil+a.b=c@mail-1.x.example") == []
    with pytest.raises(FormRefused):
        world.program.privacy.mailbox.send_again(sent(world).secret, "1<victim@x.example>", "en")


def test_who_asks_for_a_child_is_no_parent_until_an_officer_says_so_with_reasons(world: World) -> None:
    desk, olle = world.program.privacy.desk, world.member("Olle")
    asker = verified(world, rights=("child",), categories=("customer",))
    (says,) = desk.open(olle, asker.number).verdicts
    assert says.answer == "officer"
    with pytest.raises(RuleRefused) as refused:
        desk.decide(olle, asker.number, Said("child", "customer", "yes"))
    assert refused.value.reason == "reasons"
    desk.decide(olle, asker.number, Said("child", "customer", "yes", reasons=REASONS))
    assert [one.reasons for one in desk.open(olle, asker.number).decisions] == [REASONS]


def test_an_objection_is_refused_only_once_a_use_was_named(world: World) -> None:
    desk, olle, mailbox = world.program.privacy.desk, world.member("Olle"), world.program.privacy.mailbox
    asker = verified(world, rights=("objection",), categories=("video",), details="")
    no = Said("objection", "video", "no", "GDPR 21(1)", REASONS)
    with pytest.raises(RuleRefused) as refused:
        desk.decide(olle, asker.number, no)
    assert refused.value.reason == "name_the_use"
    desk.write(olle, asker.number, "Which use do you object to?")
    with pytest.raises(RuleRefused):
        desk.decide(olle, asker.number, no)
    mailbox.message(asker.secret, mailbox.writing(asker.secret), "The camera at my door.")
    assert [one.answer for one in desk.open(olle, asker.number).verdicts] == ["yes"]
    desk.decide(olle, asker.number, no)


def test_the_end_of_one_restriction_leaves_the_day_of_another(world: World) -> None:
    desk, olle = world.program.privacy.desk, world.member("Olle")
    asker = verified(world, rights=("restriction", "access"))

    def decide(category: str, verdict: str, day: str = "", right: str = "restriction") -> date | None:
        desk.decide(olle, asker.number, Said(right, category, verdict, "S39", REASONS, day))
        return desk.open(olle, asker.number).facts.review_on

    assert decide("customer", "yes", "2026-08-01") == date(2026, 8, 1)
    assert decide("marketing", "yes", "2026-09-01") == date(2026, 8, 1)
    assert decide("customer", "yes", "", "access") == date(2026, 8, 1)
    assert decide("customer", "no") == date(2026, 9, 1)
    assert decide("marketing", "yes", "2026-10-01") == date(2026, 10, 1)
    assert decide("marketing", "no") is None


def test_an_address_that_gets_no_more_letters_keeps_nobodys_request_waiting_for_a_code(world: World) -> None:
    askers = [sent(world) for _again in range(4)]
    mailbox = world.program.privacy.mailbox
    assert [mailbox.open(one.secret).facts.state for one in askers] == ["sent", "sent", "sent", "coded"]
    seen = world.program.privacy.desk.open(world.member("Olle"), askers[3].number)
    assert (seen.name, seen.facts.mail) == ("Eva Lind", "none")


def test_who_is_turned_away_reads_all_that_a_refusal_has_to_say(world: World) -> None:
    desk, olle, asker = world.program.privacy.desk, world.member("Olle"), proved(world)
    with pytest.raises(RuleRefused) as refused:
        desk.turn_away(olle, asker.number, "No.")
    assert refused.value.reason == "reasons"
    desk.turn_away(olle, asker.number, "Nobody of this name is known to us.")
    text = world.program.privacy.mailbox.open(asker.secret).entries[-1].text
    for part in ("Nobody of this name", "GDPR 12(6)", "Integritetsskyddsmyndigheten", "edpb", "court"):
        assert part in text


def test_a_request_whose_code_nobody_types_is_closed_by_its_officer_or_by_its_age(world: World) -> None:
    desk, olle, store = world.program.privacy.desk, world.member("Olle"), world.program.store
    asker, other, third = sent(world), sent(world), proved(world)
    desk.turn_away(olle, asker.number, "")
    later(world, 30)
    request_pass.close_unproved(store, world.clock.now())
    assert case_of(world, other.number)["purge_on"] is None
    later(world, 1)
    for _again in range(2):
        request_pass.close_unproved(store, world.clock.now())
    states = [world.program.privacy.mailbox.open(one.secret).facts for one in (asker, other, third)]
    assert [one.state for one in states] == ["closed", "closed", "coded"]
    assert [one.purge_on for one in states] == [date(2028, 3, 2), date(2028, 4, 2), None]
    assert rows(world, mails) == []


def test_what_is_answered_and_not_closed_is_owed(world: World) -> None:
    asker, store = answered(world), world.program.store

    def owed() -> list[tuple[str, date]]:
        found = duties.falling_due(store, world.clock.now(), 60)
        return [(one.kind, one.due_on) for one in found if one.case == asker.number]

    assert owed() == [("privacy_close", date(2026, 4, 1))]
    world.program.privacy.desk.close(world.member("Olle"), asker.number)
    assert owed() == []


@pytest.mark.parametrize("rank", ["99999999999999999999999", "-1", "4"])
def test_a_place_in_the_list_that_is_none_begins_at_its_head(world: World, rank: str) -> None:
    asker, olle = proved(world), world.member("Olle")
    rows_ = world.program.privacy.desk.desk(olle, after=f"{rank}.2026-01-01.00").rows
    assert [one.number for one in rows_] == [asker.number]
