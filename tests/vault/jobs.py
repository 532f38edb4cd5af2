"""What a worker can be told to do with a site: each through the same functions as a page or a command."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tests.vault.restoring import empty_place
from tests.world import World
from whistle import scheduler
from whistle.errors import WhistleError
from whistle.parties import sending
from whistle.post.line import Post
from whistle.vault import leases, nightly, purge, reminders, scrubbing, sites, withdrawals
from whistle.vault import restore as found
from whistle.vault.serverkeys import ServerKeys

CITATION = "Svea hovrätt, T 1234-26"
REVIEW_ON = "2028-06-01"


def warm_up() -> None:
    """Import what is imported late, so that a child's first steps are those of the job."""
    sending.media_type(b"\xff\xd8", "photo.jpg")


def files_of(text: str) -> list[tuple[str, bytes]]:
    """Two files that belong to a report: one within a chunk, one over several."""
    return [("small.txt", text.encode()), ("large.bin", text.encode() * 9000)]


def send(world: World, text: str, token: str, nonce: str) -> dict[str, Any]:
    """A report with two files."""
    receipt = world.send(text, token=token, nonce=nonce, files=files_of(text))
    return {"number": receipt.number, "case_key": receipt.case_key}


def write_back(world: World, secret: str, text: str) -> str:
    """A message of the reporter, with two files."""
    key = bytes.fromhex(secret)
    under_way = world.program.reporter.writing(key)
    for name, data in files_of(text):
        sink = under_way.open_file(name, "text/plain")
        sink.write(data)
        sink.finish()
    world.program.reporter.message(key, under_way, text)
    return text


def tick(world: World, now: str) -> list[dict[str, Any]]:
    """One pass, by whoever leads."""
    return list(
        scheduler.tick(world.program.store, datetime.fromisoformat(now), world.program.sessions.sweep)
    )


def purge_due(world: World, now: str) -> list[str]:
    """The purge of a pass, and nothing else of it: what is due, its files, the journal, the last bytes."""
    store, instant = world.program.store, datetime.fromisoformat(now)
    with store.reading() as db:
        due = purge.candidates(db, instant.date())
    outcomes = purge.purge(store, due, instant)
    scrubbing.scrub(store)
    return [outcome.verdict.why for outcome in outcomes]


def post_mail(world: World, now: str, port: int) -> list[dict[str, Any]]:
    """One pass that sends mail, to a server on this machine."""
    mailing = scheduler.Mailing(
        reminders.Rounds(world.settings.mail_hours),
        "Nordvakt",
        Post.at(f"smtp://127.0.0.1:{port}", "a@b.example"),
    )
    store = world.program.store
    return list(scheduler.tick(store, datetime.fromisoformat(now), lambda: None, mailing))


def scatter(world: World, now: str) -> int:
    """The night's pass over the files."""
    return nightly.scatter(world.program.store, datetime.fromisoformat(now).date())


def place_hold(world: World, number: str, now: str) -> dict[str, str]:
    """A hold by Lisa."""
    world.clock.site = datetime.fromisoformat(now)
    try:
        return {
            "hold": world.program.legal.place(
                world.member("Lisa"), number, "court_ruling", CITATION, "", REVIEW_ON
            )
        }
    except WhistleError as refused:
        return {"refused": type(refused).__name__}


def purge_one(world: World, case_id: str, now: str, wait: int) -> str:
    """What a purge of one case came to, after `wait` looks at the site."""
    for _look in range(wait):
        sites.values(world.program.store)
    outcomes = purge.purge(world.program.store, [bytes.fromhex(case_id)], datetime.fromisoformat(now))
    return outcomes[0].verdict.why


def hold_each(world: World, numbers: list[str], now: str, gate: tuple[str, str]) -> list[str]:
    """A hold by Lisa on each case, begun when the other process begins; what came of each."""
    world.clock.site = datetime.fromisoformat(now)
    lisa, found = world.member("Lisa"), []
    with met(gate) as meet:
        for number in numbers:
            meet()
            try:
                world.program.legal.place(lisa, number, "court_ruling", CITATION, "", REVIEW_ON)
                found.append("held")
            except WhistleError as refused:
                found.append(type(refused).__name__)
    return found


def purge_each(world: World, case_ids: list[str], now: str, gate: tuple[str, str]) -> list[str]:
    """A purge of each case alone, begun when the other process begins; why it did what it did.

    It looks at the site first, as often as it takes for now the one to win and now the other.
    """
    wait, found = 8.0, []
    with met(gate) as meet:
        for case_id in case_ids:
            meet()
            for _look in range(int(wait)):
                sites.values(world.program.store)
            outcome = purge.purge(world.program.store, [bytes.fromhex(case_id)], datetime.fromisoformat(now))
            found.append(outcome[0].verdict.why)
            wait = max(0.0, wait + (0.5 if found[-1] == "due" else -0.5))
    return found


def _at_once(fd: object) -> None:
    """In the place of `os.fsync`."""


@contextmanager
def met(gate: tuple[str, str]) -> Iterator[Callable[[], None]]:
    """Two processes go on together, each time they call what this gives: one byte through a pipe each way."""
    mine, theirs = gate
    # Both ways at once: a pipe opened for one of them waits for the other process.
    reading, writing = (os.open(name, os.O_RDWR) for name in (mine, theirs))
    # A thousand rounds would mostly wait for the disk, and no power is cut here.
    waits_for_disk, os.fsync = os.fsync, _at_once

    def meet() -> None:
        os.write(writing, b".")
        assert os.read(reading, 1) == b"."

    try:
        yield meet
    finally:
        os.fsync = waits_for_disk
        os.close(reading)
        os.close(writing)


def write_many(world: World, secret: str, count: int) -> int:
    """So many messages of the reporter."""
    key = bytes.fromhex(secret)
    for n in range(count):
        world.program.reporter.message(key, world.program.reporter.writing(key), f"message {n}")
    return count


def note(world: World, number: str, by: str, text: str) -> str:
    """A note of a handler's."""
    world.program.handler.note(world.member(by), number, text)
    return text


def withdraw(world: World) -> int:
    """What follows designations that ended, in as many transactions as it takes."""
    return withdrawals.withdraw_after_designations(world.program.store, world.clock.now())


def log(world: World, actor: str, lines: int) -> int:
    """So many lines in the ledger, each in a transaction of its own."""
    for n in range(lines):
        with world.program.store.writing() as work:
            work.log("tried", day=world.clock.now().date(), actor=actor, facts={"i": n})
    return lines


def lead(world: World, second: int) -> bool:
    """Whether this process may lead at that second; it gives the lead back at once."""
    with leases.leading(world.program.store, "worker", second) as leads:
        return leads


def keep_leading(world: World, second: int) -> bool:
    """Take the lead and keep it until the process ends."""
    kept = leases.leading(world.program.store, "keeper", second)
    KEPT.append(kept)
    return bool(kept.__enter__())


KEPT: list[Any] = []


def restore(world: World, file: str, folder: str, now: str) -> str:
    """Bring a backup into the place `folder`, which has the site's keys."""
    keys = ServerKeys.load(Path(folder) / "keys")
    with empty_place(keys) as store:
        found.restore(store, found.verified(Path(file), keys), datetime.fromisoformat(now))
    return str(world.settings.data)


def lead_pass(world: World, now: str, second: int, port: int) -> list[dict[str, Any]]:
    """One pass as a server or a timer runs it: by who leads at that second of machine time, or by nobody."""
    world.clock.site, world.clock.wall = datetime.fromisoformat(now), datetime.fromtimestamp(second, UTC)
    rounds = reminders.Rounds(world.settings.mail_hours)
    post = Post.at(f"smtp://127.0.0.1:{port}", "a@b.example")
    mailing = scheduler.Mailing(rounds, "Nordvakt", post)
    return list(replace(world.program.leader, asks=False, mailing=mailing).run())
