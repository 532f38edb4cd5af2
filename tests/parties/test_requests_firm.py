"""What a stranger, a handler or a typed address could do to a privacy request, and cannot."""

import pytest

from tests.parties.asking import Asker, answered, sent, verified
from tests.parties.test_site_recovery import with_key
from tests.vault.tampering import rows
from tests.world import World
from whistle.errors import NotThere
from whistle.parties import site_recovery
from whistle.parties.report_form import FormRefused
from whistle.parties.request_form import email_problems
from whistle.vault import recovery_cases
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
