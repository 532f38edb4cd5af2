"""At each fixed hour everybody with a role gets one letter; a server that is down delays it, never loses."""

import re
from collections.abc import Iterator
from datetime import timedelta
from email import policy
from email.parser import BytesParser

import pytest

from tests.post.server import SENDER, Mailbox, serving
from tests.vault.tampering import findings, rows
from tests.world import PEOPLE, World
from whistle import scheduler
from whistle.errors import RuleRefused
from whistle.post.line import Post
from whistle.scheduler import Event, Mailing
from whistle.vault import directory, mails, people, reminders
from whistle.vault.worktables import mails as table
from whistle.vault.worktables import person_settings

EVERYBODY = sorted(f"{name.lower()}@nordvakt.example" for name, _roles in PEOPLE)
BOARD = "styrelsen@nordvakt.example"


@pytest.fixture
def mailbox() -> Mailbox:
    return Mailbox()


@pytest.fixture
def post(mailbox: Mailbox) -> Iterator[Post]:
    with serving(mailbox) as port:
        yield Post.at(f"smtp://127.0.0.1:{port}", SENDER)


@pytest.fixture
def down() -> Post:
    """A server that is not there."""
    with serving(Mailbox()) as port:
        pass
    return Post.at(f"smtp://127.0.0.1:{port}", SENDER)


def rounds(world: World, **facts: object) -> reminders.Rounds:
    return reminders.Rounds(world.settings.mail_hours, **facts)  # type: ignore[arg-type]


def run(world: World, post: Post | None, **facts: object) -> list[Event]:
    """One pass; what it told."""
    asked = rounds(world, **({"reminds": post is not None} | facts))
    mailing = Mailing(asked, "Nordvakt", post)
    return list(scheduler.tick(world.program.store, world.clock.now(), lambda: None, mailing))


def next_morning(world: World) -> None:
    """Nine o'clock in Stockholm and ten in Helsinki, on the next day."""
    world.clock.advance(timedelta(days=1))


def without_address(message: bytes) -> bytes:
    """A letter without what differs between two people: the address, and the mark of this very letter."""
    return re.sub(rb"Message-ID: <[0-9a-f]{32}@", b"", re.sub(rb"\r\nTo: [^\r]*", b"", message))


def test_everybody_with_a_role_gets_one_letter_a_day_and_all_are_equal(
    world: World, post: Post, mailbox: Mailbox
) -> None:
    world.send()
    told = run(world, post)
    assert {(event["event"], event["case"]) for event in told} == {("reminded", "")}
    assert sorted(mailbox.addresses()) == EVERYBODY
    messages = [message for _address, message in mailbox.taken]
    assert len({len(message) for message in messages}) == 1
    hours = {BytesParser(policy=policy.default).parsebytes(message)["Date"] for message in messages}
    assert hours == {"Mon, 02 Mar 2026 07:00:00 +0000", "Mon, 02 Mar 2026 06:00:00 +0000"}
    same = {re.sub(rb"Date: [^\r]*", b"", without_address(message)) for message in messages}
    assert len(same) == 1
    assert b"reply-to" not in messages[0].lower()
    # When the hour has been served, a second pass sends nothing, and the next day brings one letter again
    assert run(world, post) == []
    assert rows(world, table) == []
    next_morning(world)
    run(world, post)
    assert sorted(mailbox.addresses()) == sorted(EVERYBODY * 2)


def test_before_the_hour_of_a_sites_first_day_nothing_is_sent(
    sqlite_world: World, post: Post, mailbox: Mailbox
) -> None:
    sqlite_world.clock.advance(timedelta(hours=-5))
    assert run(sqlite_world, post) == []
    assert mailbox.taken == []


def test_where_no_server_is_set_nothing_is_queued(world: World) -> None:
    assert run(world, None) == []
    assert rows(world, table) == []


def test_each_in_their_own_language(sqlite_world: World, post: Post, mailbox: Mailbox) -> None:
    world = sqlite_world
    accounts, hanna = world.program.accounts, world.member("Hanna")
    accounts.choose_mail_language(hanna, "sv")
    run(world, post)
    said = {
        address: BytesParser(policy=policy.default).parsebytes(message)["Subject"].strip()
        for address, message in mailbox.taken
    }
    assert said["hanna@nordvakt.example"] == "Det finns något för dig att göra på Nordvakt."
    assert said["hugo@nordvakt.example"] == "There is something for you to do at Nordvakt."
    assert len({len(message) for _address, message in mailbox.taken}) == 1


def test_who_goes_back_to_the_sites_language_gets_it_and_no_other_is_taken(world: World) -> None:
    accounts, hanna, hugo = world.program.accounts, world.member("Hanna"), world.member("Hugo")
    for language in ("sv", "en", "sv"):
        accounts.choose_mail_language(hanna, language)
        assert accounts.mail_language(hanna) == language
    with pytest.raises(RuleRefused):
        accounts.choose_mail_language(hanna, "fi")
    assert (accounts.mail_language(hanna), accounts.mail_language(hugo)) == ("sv", "")
    accounts.choose_mail_language(hanna, "")
    assert rows(world, person_settings) == []


def test_a_server_that_is_down_delays_and_loses_nothing(
    world: World, post: Post, mailbox: Mailbox, down: Post
) -> None:
    # Given a server that is down at the hour, and the day after
    assert [event["event"] for event in run(world, down)] != []
    assert findings(world) == []
    next_morning(world)
    assert run(world, down) == []
    assert len(rows(world, table)) == len(EVERYBODY)
    assert [found.kind for found in findings(world)] == ["mail"]
    # When it is back, everybody gets what waited: once, with the hour at which it was due
    world.clock.advance(timedelta(hours=1))
    run(world, post)
    assert sorted(mailbox.addresses()) == EVERYBODY
    assert all(b"Date: Mon, 02 Mar 2026" in message for _address, message in mailbox.taken)
    assert rows(world, table) == []
    assert findings(world) == []


def test_a_server_that_was_down_is_asked_again_later_and_later(sqlite_world: World, down: Post) -> None:
    world, asked = sqlite_world, []
    for _minute in range(180):
        run(world, down)
        asked.append(max(row["tries"] for row in rows(world, table)))
        world.clock.advance(timedelta(minutes=1))
    # After 5, 10, 20 and 40 minutes, then every hour
    assert [asked.index(tries) for tries in range(1, 6)] == [0, 5, 15, 35, 75]


def test_an_address_that_is_refused_waits_alone(sqlite_world: World, post: Post, mailbox: Mailbox) -> None:
    mailbox.refused = {"carl@nordvakt.example"}
    run(sqlite_world, post)
    assert [row["address"] for row in rows(sqlite_world, table)] == ["carl@nordvakt.example"]
    assert sorted([*mailbox.addresses(), "carl@nordvakt.example"]) == EVERYBODY


def test_who_is_retired_gets_no_mail_and_what_waited_is_dropped(
    world: World, post: Post, mailbox: Mailbox, down: Post
) -> None:
    run(world, down)
    people.retire(world.program.store, "Hugo", world.clock.now(), actor="Adam")
    world.clock.advance(timedelta(minutes=10))
    run(world, post)
    assert sorted([*mailbox.addresses(), "hugo@nordvakt.example"]) == EVERYBODY
    assert rows(world, table) == []


def test_killed_between_sending_and_marking_one_letter_comes_twice_under_the_same_mark(
    world: World, post: Post, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    def dies(*_arguments: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(mails, "sent", dies)
        with pytest.raises(KeyboardInterrupt):
            run(world, post)
    [(address, first)] = mailbox.taken
    run(world, post)
    assert mailbox.addresses().count(address) == 1  # not before the time of whoever died has passed
    world.clock.advance(timedelta(minutes=10))
    run(world, post)
    assert sorted(mailbox.addresses()) == sorted([*EVERYBODY, address])
    assert [message for to, message in mailbox.taken if to == address] == [first, first]


def test_a_pass_that_begins_while_another_sends_sends_nothing_twice(
    world: World, post: Post, mailbox: Mailbox
) -> None:
    run(world, post)
    once = mailbox.taken.copy()
    mailbox.taken.clear()
    next_morning(world)
    reminders.queue(world.program.store, world.clock.now(), rounds(world))
    ours = reminders.addresses(world.program.store, world.clock.now(), rounds(world))
    # Given a letter that another process has claimed and not yet sent
    claimed = mails.claim(world.program.store, world.clock.now(), ours)
    assert claimed is not None
    run(world, post)
    assert sorted([*mailbox.addresses(), claimed.address]) == sorted(address for address, _m in once)


def test_a_pass_that_looked_before_another_one_queued_the_hour_queues_nothing(
    world: World, post: Post, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    at = reminders.last_round(world.clock.now(), "Europe/Stockholm", world.settings.mail_hours)
    monkeypatch.setattr(reminders, "_new_round", lambda *_asked: at)
    run(world, post)
    assert sorted(mailbox.addresses()) == EVERYBODY
    assert run(world, post) == []
    assert sorted(mailbox.addresses()) == EVERYBODY


def test_a_board_is_told_at_the_fixed_hour_and_of_nothing_else(
    world: World, post: Post, mailbox: Mailbox
) -> None:
    run(world, post)
    mailbox.taken.clear()
    for _twice in range(2):
        with world.program.store.writing() as work:
            mails.tell_board(work, directory.company_by_code(work.db, "nordvakt-se"))
    run(world, post)
    assert mailbox.taken == []
    assert [(row["address"], row["kind"], row["due_at"]) for row in rows(world, table)] == [
        (BOARD, "board", mails.FOR_ITS_HOUR)
    ]
    next_morning(world)
    run(world, post)
    assert sorted(mailbox.addresses()) == sorted([*EVERYBODY, BOARD])
    board = next(message for address, message in mailbox.taken if address == BOARD)
    parsed = BytesParser(policy=policy.default).parsebytes(board)
    assert parsed["Subject"].strip() == "A case has no handler."
    assert len({len(message) for _address, message in mailbox.taken}) == 1
    assert rows(world, table) == []


def test_a_board_that_cannot_be_told_for_want_of_a_server_is_a_finding(world: World) -> None:
    with world.program.store.writing() as work:
        mails.tell_board(work, directory.company_by_code(work.db, "nordvakt-se"))
    run(world, None)
    next_morning(world)
    assert [found.kind for found in findings(world)] == ["mail"]
