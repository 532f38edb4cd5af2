"""Who may ask for everything they work on at once: lists, duties, searches and figures."""

from collections.abc import Callable
from typing import Any

from tests.vault.who_may import INSIDE, WORKS, Command
from whistle.rules.figures import Quarter
from whistle.vault import duties, listing, newcomers, search, statistics, work

LAST_QUARTER = Quarter(2027, 4)


def _numbers(found: Any) -> bool:
    return bool(found.rows)


def _look(at: Any, who: Any, ask: Callable[[search.Look], Any]) -> Any:
    with search.looking(at.store, who, at.now) as look:
        return ask(look)


HANDLING = frozenset({"handler", "shared handler", "handler without the case", "excluded handler"})
DEPUTIES = frozenset({"deputy", "deputy without the case"})
INVESTIGATING = frozenset({"investigator", "investigator elsewhere"})

ALL_CASES: tuple[Command, ...] = (
    Command(
        "listing.listing",
        WORKS,
        lambda at, who: listing.listing(at.store, who, at.now, number=at.m.open),
        shows=_numbers,
    ),
    Command(
        "listing.worked",
        HANDLING | DEPUTIES | INVESTIGATING,
        lambda at, who: [one for one in listing.worked(at.store, who, at.now) if one.code == "nordvakt-se"],
        shows=bool,
    ),
    Command(
        "duties.page",
        WORKS,
        lambda at, who: at.m.fresh in [one.number for one in duties.page(at.store, who, at.now).rows],
        shows=bool,
    ),
    Command(
        "newcomers.newcomers", INSIDE, lambda at, who: newcomers.newcomers(at.store, who, at.now), shows=bool
    ),
    Command(
        "newcomers.lacking",
        INSIDE,
        lambda at, who: newcomers.lacking(at.store, who, at.m.newcomer, "nordvakt-se", at.now, most=5),
        shows=bool,
    ),
    Command(
        "search.places",
        WORKS,
        lambda at, who: (
            at.m.open
            in [
                one.number
                for one in _look(
                    at, who, lambda look: look.places(search.Wanted(), after=None, limit=9).found
                )
            ]
        ),
        shows=bool,
    ),
    Command(
        "search.reports",
        WORKS,
        lambda at, who: _look(at, who, lambda look: list(look.reports([at.m.open_id]))),
        shows=bool,
    ),
    Command(
        "search.everything",
        WORKS,
        lambda at, who: _look(at, who, lambda look: list(look.everything([at.m.open_id]))),
        shows=bool,
    ),
    Command(
        "search.companies_of",
        WORKS | {"investigator elsewhere"},
        lambda at, who: "nordvakt-se" in dict(search.companies_of(at.store, who, at.now)),
        shows=bool,
    ),
    Command(
        "statistics.held",
        HANDLING | DEPUTIES | {"investigator", "investigator elsewhere"},
        lambda at, who: statistics.held(at.store, who, "nordvakt-se", Quarter.of(at.today), at.now),
    ),
    Command(
        "statistics.countable",
        HANDLING - {"shared handler"},
        lambda at, who: statistics.countable(at.store, who, "nordvakt-se", LAST_QUARTER, at.now),
    ),
    Command(
        "statistics.publish",
        HANDLING - {"shared handler"},
        lambda at, who: statistics.publish(at.store, who, "nordvakt-se", LAST_QUARTER, {}, at.now),
    ),
    Command(
        "work.serves",
        HANDLING,
        lambda at, who: work.serves(at.store, who, at.m.company, at.now),
        shows=bool,
    ),
)
"""What is done with all cases that somebody works on."""
