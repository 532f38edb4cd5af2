"""Work at the same moment: in threads of one process, or in processes of their own on the same database."""

import multiprocessing
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from multiprocessing.connection import Connection
from multiprocessing.synchronize import Barrier
from typing import Any

from tests.fakes import FakeClock
from tests.world import World
from whistle import app
from whistle.config import Settings
from whistle.crypto.keys import KeyPair
from whistle.errors import WhistleError
from whistle.parties.member import Member
from whistle.parties.reporter import ReportForm
from whistle.vault import sites

PATIENCE = 60
"""Seconds after which a process that never came is a failure, not a hang."""


def beside(settings: Settings, clock: FakeClock) -> app.Program:
    """The same site opened once more, as a second process of the server opens it."""
    store = app.open_store(settings)
    return app.join(settings, store, clock, sites.values(store), rehearsal=True)


def in_threads(works: Sequence[Callable[[], Any]]) -> list[Any]:
    """What each work returned, or the refusal it raised; all of them set off together."""
    start = threading.Barrier(len(works))

    def run(work: Callable[[], Any]) -> Any:
        start.wait(PATIENCE)
        return outcome(work)

    with ThreadPoolExecutor(len(works)) as pool:
        return list(pool.map(run, works))


def outcome(work: Callable[[], Any]) -> Any:
    """What a work returned, or the refusal it raised."""
    try:
        return work()
    except WhistleError as refusal:
        return refusal


def in_processes(world: World, work: Callable[..., Any], arguments: Sequence[tuple[Any, ...]]) -> list[Any]:
    """As `in_threads`, each in a process of its own; a refusal comes back as its class's name."""
    context = multiprocessing.get_context("spawn")
    start = context.Barrier(len(arguments))
    running = []
    for given in arguments:
        here, there = context.Pipe(duplex=False)
        process = context.Process(
            target=_child, args=(there, start, world.settings, world.clock, work, given)
        )
        process.start()
        there.close()
        running.append((process, here))
    found = [_answer(here) for _process, here in running]
    for process, here in running:
        process.join(PATIENCE)
        process.close()
        here.close()
    return found


def _answer(here: Connection) -> Any:
    assert here.poll(PATIENCE), "a process never answered"
    return here.recv()


def _child(
    answer: Connection, start: Barrier, settings: Settings, clock: FakeClock, work: Callable[..., Any],
    given: tuple[Any, ...],
) -> None:  # fmt: skip
    program = beside(settings, clock)
    start.wait(PATIENCE)
    found = outcome(lambda: work(program, *given))
    answer.send(type(found).__name__ if isinstance(found, WhistleError) else found)
    program.store.engine.dispose()


def submit(program: app.Program, token: str, nonce: str, text: str) -> tuple[str | None, str]:
    """Send a report; returns the case key and the number."""
    form = ReportForm(company="nordvakt-se", description=text)
    receipt = program.reporter.submit(program.reporter.start(), form, token=token, nonce=nonce)
    return receipt.case_key, receipt.number


def sign_in(program: app.Program, name: str, passphrase: str, code: str) -> str:
    """Sign in; returns the member's name."""
    return program.staff.sign_in(name, passphrase, code).name


def write(program: app.Program, name: str, seed: bytes, person_id: bytes, number: str, text: str) -> str:
    """A handler writes to the reporter."""
    member = Member(person_id, name, (), KeyPair.from_seed(seed))
    program.handler.message(member, number, text)
    return text
