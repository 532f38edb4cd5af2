"""A clock that leaps does not purge early: what it alone makes due waits until two people looked at it.

The machine's counter since its start is what time is measured by. From it comes a floor: a time that has
come for certain, because it never moves by what the wall clock says. Everything that was due by the floor
and 48 hours more is due whatever the clock says; the rest of what the wall clock calls due waits.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Final

#: A leap of up to two days is believed: zones, summer time and a weekend's outage are
#: less or about that, and no purge comes more than that too early.
BELIEVED_SECONDS: Final = 48 * 3600

#: A pass over more than a tenth of all cases, and more than five, is looked at whatever the clock says.
SHARE: Final = 10
MANY: Final = 5

#: A difference as small as this is the same leap: what two people confirmed is not asked again for it.
SAME_LEAP_SECONDS: Final = 3600

#: Machines whose counter is remembered; the one that passed longest ago is forgotten first.
MACHINES: Final = 8

AHEAD: Final = "ahead"
TOO_MANY: Final = "many"


@dataclass(frozen=True)
class Reading:
    """What a machine says at one moment, in whole seconds.

    `boot` names this run of the machine, `ticks` counts since its start, `wall` is Unix time by its clock.
    """

    boot: str
    ticks: int
    wall: int


@dataclass(frozen=True)
class Trust:
    """What is remembered of earlier passes.

    `floor`: the Unix time that has come for certain. `boots`: for each run of a machine, its counter and the
    floor at its last pass. `accepted`: by company, how far ahead of the floor two people took the clock to be
    right. `last`: what the wall clock said at the last pass.
    """

    floor: int = 0
    boots: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    accepted: Mapping[str, int] = field(default_factory=dict)
    last: int = 0


@dataclass(frozen=True)
class Due:
    """A case that no hold protects: its number, its company, and the Unix time from which it is due."""

    case: str
    company: str
    at: int


def founded(reading: Reading) -> Trust:
    """What a new site begins with: nothing stands there yet that a wrong clock could take."""
    return passed(Trust(floor=reading.wall), reading)


def passed(trust: Trust, reading: Reading) -> Trust:
    """Move the floor on by what this machine's counter counted since its own last pass, and by nothing else.

    Another run of the machine, or another machine, has counted nothing yet: the whole gap stays a leap. Each
    machine's floor is reached by its own counter, so the highest of them is certain too.
    """
    ticks, its_floor = trust.boots.get(reading.boot, (reading.ticks, trust.floor))
    floor = max(trust.floor, its_floor + reading.ticks - ticks)
    others = {boot: seen for boot, seen in trust.boots.items() if boot != reading.boot}
    newest = sorted(others.items(), key=lambda one: (one[1][1], one[0]))[-(MACHINES - 1) :]
    boots = dict(newest) | {reading.boot: (reading.ticks, floor)}
    return replace(trust, floor=floor, boots=boots, last=reading.wall)


def ahead(trust: Trust, company: str, wall: int) -> int:
    """How many seconds the wall clock is ahead of what is certain or was accepted; never below 0."""
    return max(0, wall - trust.floor - trust.accepted.get(company, 0))


def leapt(trust: Trust, company: str, wall: int) -> bool:
    """Say whether the clock has leapt further than it is believed, all leaps since the last look added up."""
    return ahead(trust, company, wall) > BELIEVED_SECONDS


def believed(trust: Trust, company: str, wall: int) -> int:
    """The latest Unix time that may decide about what cannot be undone in a company."""
    return min(wall, wall - ahead(trust, company, wall) + BELIEVED_SECONDS)


def same_leap(before: int | None, now: int) -> int:
    """How far ahead to write down: as before, unless it has changed by more than `SAME_LEAP_SECONDS`."""
    return now if before is None or abs(now - before) > SAME_LEAP_SECONDS else before


def accept(trust: Trust, company: str, seconds: int) -> Trust:
    """Two people took the clock to be right: so far ahead of what was believed in that company."""
    accepted = dict(trust.accepted)
    accepted[company] = accepted.get(company, 0) + seconds
    return replace(trust, accepted=accepted)


def follow(trust: Trust, companies: Iterable[str], wall: int) -> Trust:
    """Believe the clock as it stands in these companies: nothing stands there, or it is a rehearsal's."""
    return replace(trust, accepted=dict(trust.accepted) | dict.fromkeys(companies, wall - trust.floor))


def waits(
    trust: Trust, wall: int, due: Collection[Due], standing: int, asked: Collection[str]
) -> dict[Due, str]:
    """Which of the cases that are due by the wall clock wait, and why: `ahead` or `many`.

    `standing`: all cases that stand. `asked`: case numbers that already wait because they were many; they
    wait on until two people confirmed them, however few are left.
    """
    come = [one for one in due if one.at <= wall]
    found = {one: AHEAD for one in come if one.at > believed(trust, one.company, wall)}
    going = [one for one in come if one not in found]
    if len(going) > MANY and len(going) * SHARE > standing:
        return found | dict.fromkeys(going, TOO_MANY)
    return found | {one: TOO_MANY for one in going if one.case in asked}
