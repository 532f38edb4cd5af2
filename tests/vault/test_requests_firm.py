"""One request that was changed keeps no other waiting, and what anybody can send decides nothing."""

from datetime import timedelta

import pytest

from tests.parties.asking import Asker, answered, code_of, later, proved, sent, verified
from tests.vault.tampering import case_of, change, rows
from tests.vault.test_requests_end import ticked
from tests.world import World
from whistle.errors import NotThere
from whistle.vault import clockguard, duties, request_mails, request_pass
from whistle.vault.requesttables import request_mails as mails
from whistle.vault.requesttables import requests as table
from whistle.vault.tables import throttles


def changed(world: World, asker: Asker) -> None:
    """Somebody writes in the database, past the pages."""
    change(world, table, {"case_id": case_of(world, asker.number)["id"]}, code_n=7)


def test_a_request_changed_in_the_database_stops_no_pass_and_no_other_request(world: World) -> None:
    olle, store = world.member("Olle"), world.program.store
    bad, good = verified(world), verified(world, email="b@mail.example")
    asked, worse = proved(world, email="c@mail.example"), proved(world, email="d@mail.example")
    for one in (asked, worse):
        world.program.privacy.desk.ask(olle, one.number, "Your street.", "Two have this name.")
    changed(world, bad)
    changed(world, worse)
    later(world, 20)
    told = [one["why"] for one in ticked(world, world.clock.now().date()) if one["event"] == "reminded"]
    assert told == ["the neutral answer went to 1 people"]
    assert world.program.privacy.mailbox.open(good.secret).facts.neutral_on is not None
    owed = {one.case for one in duties.falling_due(store, world.clock.now(), 60)}
    assert owed >= {good.number, asked.number}
    assert not owed & {bad.number, worse.number}
    assert case_of(world, asked.number)["next_on"] > case_of(world, good.number)["next_on"]


@pytest.mark.parametrize("held", [True, False])
def test_a_copy_ends_for_its_handlers_on_the_day_of_its_request(world: World, *, held: bool) -> None:
    asker, copies, hanna = answered(world), world.program.privacy.copies, world.member("Hanna")
    world.program.privacy.desk.close(world.member("Olle"), asker.number)
    (row,) = copies.copies(hanna)
    if held:
        review = (world.clock.now() + timedelta(days=300)).date().isoformat()
        world.program.legal.place(world.member("Lisa"), asker.number, "court_ruling", "T 12-28", "", review)
    copies.open(hanna, row.number)
    days = (case_of(world, asker.number)["purge_on"] - world.clock.now().date()).days
    later(world, days)
    with pytest.raises(NotThere):
        copies.open(hanna, row.number)
    assert copies.copies(hanna) == ()


def test_no_second_in_which_somebody_asked_is_kept(world: World) -> None:
    world.clock.advance(timedelta(minutes=17, seconds=3))
    asker = sent(world)
    world.program.privacy.mailbox.confirm(asker.secret, code_of(world, asker))
    waiting = sent(world, email="b@mail.example")
    assert [one["due_at"] for one in rows(world, mails)] == [0]
    assert {one["until"] % 3600 for one in rows(world, throttles)} == {0}
    letter = request_mails.claim(world.program.store, world.clock.now())
    assert letter is not None
    assert letter.case_id == case_of(world, waiting.number)["id"]


def test_requests_that_anybody_can_send_make_no_purge_look_small(world: World) -> None:
    def standing() -> int:
        with world.program.store.reading() as db:
            return clockguard._standing(db)

    world.send()
    sent(world)
    verified(world, email="b@mail.example")
    assert standing() == 1
    asker = answered(world, email="c@mail.example")
    world.program.privacy.desk.close(world.member("Olle"), asker.number)
    assert standing() == 2


def test_a_letter_to_a_corrected_address_outlives_the_first_one_on_its_way(world: World) -> None:
    asker, store = sent(world), world.program.store
    first = request_mails.claim(store, world.clock.now())
    assert first is not None
    world.program.privacy.mailbox.send_again(asker.secret, "eva@right.example", "en")
    for settle in (request_pass.code_sent, request_pass.code_refused):
        settle(store, first, world.clock.now())
        assert len(rows(world, mails)) == 1
        assert world.program.privacy.mailbox.open(asker.secret).facts.mail == "queued"
    second = request_mails.claim(store, world.clock.now())
    assert second is not None
    request_pass.code_sent(store, second, world.clock.now())
    assert rows(world, mails) == []
    assert world.program.privacy.mailbox.open(asker.secret).facts.mail == "sent"
