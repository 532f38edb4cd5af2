"""Of everybody whom a report holds responsible it is decided within a month whether they are told."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cache
from typing import Final

from whistle.errors import RuleRefused
from whistle.rules.calendar import add_days
from whistle.rules.categories import Choice
from whistle.rules.tables import Table, packaged_text, parse

FILE: Final = "concerned.toml"

#: So far ahead at most a deferral is looked at again (L13).
REVIEW_DAYS: Final = 90


class Decision(StrEnum):
    """What was decided about one person; the outside names them so."""

    UNDECIDED = "undecided"
    INFORMED = "informed"
    DEFERRED = "deferred"
    NONE_IDENTIFIED = "none_identified"
    LASTING_GROUND = "lasting_ground"


#: These take a ground of the law (GDPR 14(5)(b), 2018:218 5:1, and each country's own).
ON_A_GROUND: Final = frozenset({Decision.DEFERRED, Decision.LASTING_GROUND})
#: While one of these stands, the case does not close.
OPEN: Final = frozenset({Decision.UNDECIDED, Decision.DEFERRED})


@dataclass(frozen=True)
class Ground:
    """A ground for not telling somebody: where it holds, and how people cite it."""

    choice: Choice
    countries: tuple[str, ...]
    cites: tuple[str, ...]


@dataclass(frozen=True)
class Ruling:
    """A decision that the rules accept, with the code of its ground and the day of its review."""

    decision: Decision
    ground: str = ""
    review_on: date | None = None


@cache
def load_grounds() -> tuple[Ground, ...]:
    """Return the grounds that travel with the program; SettingsWrong names the first faulty entry."""
    return parse_grounds(packaged_text(FILE), FILE)


def parse_grounds(text: str, where: str = FILE) -> tuple[Ground, ...]:
    """Read the grounds from TOML; unknown words, missing labels and sources are refused."""
    root = parse(text, where)
    section = root.table("ground")
    section.text("source")
    section.day("effective_from")
    found = tuple(_ground(one) for one in section.tables("choice"))
    section.finish()
    root.finish()
    return found


def _ground(table: Table) -> Ground:
    choice = Choice(table.text("code"), table.label("label"))
    ground = Ground(choice, table.texts("countries", ()), table.texts("cites", ()))
    table.finish()
    return ground


def grounds_in(country: str) -> tuple[Choice, ...]:
    """Return the grounds that the law of a country knows, in the order to show them."""
    return tuple(ground.choice for ground in load_grounds() if country in ground.countries)


def ground_of(text: str, country: str) -> str:
    """Return the code of a ground given by its code or by citing its provision.

    RuleRefused("concerned_ground") for anything else, another country's ground included.
    """
    said = " ".join(text.split())
    for ground in load_grounds():
        cited = said == ground.choice.code or any(cite in said for cite in ground.cites)
        if said and cited and country in ground.countries:
            return ground.choice.code
    raise RuleRefused("concerned_ground", "Name the ground in law for not telling this person.")


def ruling(
    decision: str, *, ground: str, review_on: date | None, country: str, today: date, closed: bool
) -> Ruling:
    """Return the decision when it may be taken; RuleRefused names what is wrong with it.

    `deferred` takes a ground and a review after today, at most 90 days ahead; `lasting_ground` a ground
    alone. On a closed case nothing may be left open.
    """
    if decision not in set(Decision):
        raise RuleRefused("decision", "Choose what was decided.")
    taken = Decision(decision)
    if closed and taken in OPEN:
        raise RuleRefused("state", "The case is closed; nothing may be left open about a person.")
    code = ground_of(ground, country) if taken in ON_A_GROUND else ""
    if taken is not Decision.DEFERRED:
        return Ruling(taken, code)
    return Ruling(taken, code, _reviewed(review_on, today))


def _reviewed(review_on: date | None, today: date) -> date:
    if review_on is None:
        raise RuleRefused("review_date", "Say when this is looked at again.")
    if review_on <= today:
        raise RuleRefused("review_past", "The review is after today.")
    if review_on > add_days(today, REVIEW_DAYS):
        raise RuleRefused("concerned_far", "The review is at most 90 days ahead.")
    return review_on


def is_settled(decisions: Collection[str]) -> bool:
    """Say whether for every person it was decided for good, so that the case may close (L13)."""
    return bool(decisions) and not OPEN.intersection(decisions)
