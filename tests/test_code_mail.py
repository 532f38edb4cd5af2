"""A code reaches the address that was typed, with the next pass, and the letter says nothing but the code."""

from collections.abc import Iterator
from datetime import timedelta
from email import policy
from email.parser import BytesParser
from functools import partial

import pytest

from tests.parties.asking import EMAIL, code_of, sent
from tests.post.server import SENDER, Mailbox, serving
from tests.vault.tampering import findings, rows
from tests.world import World
from whistle import scheduler
from whistle.parties.request_codes import opened_letter
from whistle.post.line import Post
from whistle.scheduler import Mailing
from whistle.vault import reminders
from whistle.vault.mails import FIRST_WAIT, LONGEST_WAIT
from whistle.vault.requesttables import request_mails


@pytest.fixture
def mailbox() -> Mailbox:
    return Mailbox()


@pytest.fixture
def post(mailbox: Mailbox) -> Iterator[Post]:
    with serving(mailbox) as port:
        yield Post.at(f"smtp://127.0.0.1:{port}", SENDER)


def run(world: World, post: Post) -> None:
    """One pass without a fixed hour: codes do not wait for one."""
    store, now = world.program.store, world.clock.now()
    mailing = Mailing(
        reminders.Rounds((), reminds=False), "Nordvakt", post, partial(opened_letter, store.keys)
    )
    list(scheduler.tick(store, now, lambda: None, mailing=mailing))


def state(world: World, secret: bytes) -> str:
    return world.program.privacy.mailbox.open(secret).facts.mail


def test_the_letter_says_the_code_and_nothing_else(world: World, post: Post, mailbox: Mailbox) -> None:
    asker = sent(world)
    assert state(world, asker.secret) == "queued"
    run(world, post)
    ((address, message),) = mailbox.taken
    letter = BytesParser(policy=policy.default).parsebytes(message)
    assert address == EMAIL
    assert letter["Subject"].strip() == "Code"
    assert letter.get_content().strip() == code_of(world, asker)
    for word in (b"nordvakt", b"privacy", b"request", asker.number.encode()):
        assert word not in message.lower().replace(SENDER.encode(), b"")
    assert state(world, asker.secret) == "sent"
    assert rows(world, request_mails) == []
    run(world, post)
    assert len(mailbox.taken) == 1


def test_an_address_that_bounces_shows_and_keeps_nobody_else_waiting(
    world: World, post: Post, mailbox: Mailbox
) -> None:
    mailbox.refused.add("gone@mail.example")
    gone, there = sent(world, email="gone@mail.example"), sent(world)
    run(world, post)
    assert mailbox.addresses() == [EMAIL]
    assert (state(world, gone.secret), state(world, there.secret)) == ("refused", "sent")
    assert rows(world, request_mails) == []
    assert findings(world) == []


def test_a_server_that_is_down_delays_a_code_and_loses_none(world: World, mailbox: Mailbox) -> None:
    with serving(Mailbox()) as port:
        pass
    asker = sent(world)
    run(world, Post.at(f"smtp://127.0.0.1:{port}", SENDER))
    assert state(world, asker.secret) == "queued"
    world.clock.advance(timedelta(seconds=FIRST_WAIT))
    with serving(mailbox) as port:
        run(world, Post.at(f"smtp://127.0.0.1:{port}", SENDER))
    assert mailbox.addresses() == [EMAIL]


def test_a_code_that_no_server_was_there_to_take_for_a_day_is_told_of(world: World) -> None:
    with serving(Mailbox()) as port:
        pass
    asker, nowhere = sent(world), Post.at(f"smtp://127.0.0.1:{port}", SENDER)
    for _hour in range(25):
        run(world, nowhere)
        world.clock.advance(timedelta(seconds=LONGEST_WAIT))
    assert [one.about for one in findings(world) if one.kind == "mail"] == ["1"]
    assert state(world, asker.secret) == "queued"
    assert world.program.privacy.mailbox.open(asker.secret).facts.state != "coded"
