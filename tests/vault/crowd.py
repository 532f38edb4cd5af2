"""Many real cases at once, each with its keys, records and lines in the ledger, made without the doors."""

from datetime import date

from tests.bench.bulk import write
from tests.bench.sealed import FILE_EVERY, Made, Place, Wanted, make
from tests.world import SE, World
from whistle.vault import registry


def place_of(world: World) -> Place:
    """What cases of the Swedish company share, at the world's own time."""
    store, now = world.program.store, world.clock.now()
    company = next(one for one in registry.companies(store, now) if one.code == SE)
    people = registry.audience(store, SE, ("handler", "custodian"), now)
    return Place(
        company,
        tuple(person for person in people if person.role == "handler"),
        tuple(person for person in people if person.role == "custodian"),
        store.keys.inventory,
        now.date(),
    )


def closed_cases(
    world: World, count: int, closed_on: date, *, place: Place | None = None, files: bool = False
) -> list[Made]:
    """So many cases that came and were closed on one day; `files`: each has one, otherwise none has."""
    numbers = (n * FILE_EVERY + (0 if files else 1) for n in range(count))
    wanted = [Wanted(n - n % 90 + n % 3, closed_on) for n in numbers]
    made = make((place or place_of(world), wanted))
    write(world.program.store, made)
    return made
