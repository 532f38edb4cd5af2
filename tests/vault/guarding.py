"""A site whose scheduler is guarded, and the two people who are asked."""

from datetime import timedelta

from tests.vault.tampering import case_of
from tests.world import SE, World
from whistle import app, scheduler
from whistle.parties.views import Receipt
from whistle.scheduler import Event, Guard
from whistle.vault import clockguard, guards
from whistle.vault.guards import Given

BOTH = (("Lisa", "legal"), ("Adam", "administrator"))


def passing(world: World) -> list[Event]:
    """One guarded pass at the world's clocks."""
    guard = Guard(app.reading(world.clock))
    store, now = world.program.store, world.clock.now()
    return list(scheduler.tick(store, now, world.program.sessions.sweep, None, guard))


def told(world: World) -> list[tuple[str, str]]:
    """What a pass purges and holds back: event and case."""
    return [(one["event"], one["case"]) for one in passing(world) if one["event"] in ("purged", "blocked")]


def closed_on_days(world: World, *gaps: int) -> list[str]:
    """Cases closed one after another, with so many days before each; the count begins before the first."""
    clockguard.start(world.program.store, app.reading(world.clock))
    found = []
    for days in gaps:
        world.later(days)
        receipt: Receipt = world.closed()[0]
        found.append(receipt.number)
    return found


def days_to(world: World, number: str) -> int:
    """Days until the case's day of purge."""
    days: int = (case_of(world, number)["purge_on"] - world.clock.now().date()).days
    return days


def off_for(world: World, days: float) -> None:
    """The machine is off for so long, and starts again."""
    world.clock.jump(timedelta(days=days))
    world.clock.restart()


def answer(world: World, name: str, role: str, *, confirmed: bool = True, code: str = SE) -> None:
    """Somebody answers the list that they are shown now."""
    person, now = world.member(name).person_id, world.clock.now()
    seen = guards.shown(world.program.store, person, clockguard.KIND, role, now)
    digest = next(one.digest for one in seen if one.company.code == code)
    given = Given(clockguard.KIND, role, code, digest, confirmed)
    guards.answer(world.program.store, person, given, now)


def both_confirm(world: World) -> None:
    for name, role in BOTH:
        answer(world, name, role)


def hold(world: World, number: str) -> str:
    """A hold on a case whose review lies ahead; its id."""
    review = (world.clock.now() + timedelta(days=90)).date().isoformat()
    return world.program.legal.place(world.member("Lisa"), number, "court_ruling", "T 1234-26", "", review)
