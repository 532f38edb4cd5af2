"""Who may do what legal does with many cases, with reviews, lists, colleagues and certificates."""

from tests.vault.stage import Stage
from tests.vault.who_may import Command
from whistle.vault import (
    certified,
    citations,
    hold_asks,
    hold_list,
    hold_reviews,
    hold_story,
    holds,
    legal_list,
)

LEGAL = frozenset({"legal"})
COLLEAGUES = LEGAL | {"excluded legal"}
"""From the purged case nobody was excluded."""


def _place_all(at: Stage, who: bytes) -> hold_asks.Outcome:
    return hold_asks.place_all(at.store, who, at.m.wanted, bytes(32), at.now)


OF_LEGAL: tuple[Command, ...] = (
    Command("hold_asks.place_all", LEGAL, _place_all, shows=lambda found: bool(found.placed)),
    Command("hold_asks.waiting", LEGAL, lambda at, who: hold_asks.waiting(at.store, who, at.now), shows=bool),
    Command(
        "hold_asks.confirm",
        LEGAL,
        lambda at, who: hold_asks.confirm(at.store, who, at.m.ask_id, at.m.list_hash, at.now),
    ),
    Command("hold_asks.end", LEGAL, lambda at, who: hold_asks.end(at.store, who, at.m.ask_id, {}, at.now)),
    Command(
        "hold_list.has_second",
        LEGAL,
        lambda at, who: hold_list.has_second(at.store, who, at.m.hold_id, at.now),
    ),
    Command(
        "holds.withdraw_release",
        LEGAL,
        lambda at, who: holds.withdraw_release(at.store, who, at.m.asked_hold_id, at.now),
    ),
    Command(
        "hold_list.look_up",
        LEGAL,
        lambda at, who: hold_list.look_up(at.store, who, [at.m.held], at.now).found,
        shows=bool,
    ),
    Command(
        "hold_reviews.review",
        LEGAL,
        lambda at, who: hold_reviews.review(at.store, who, at.m.hold_id, at.m.review, at.now),
    ),
    Command(
        "hold_reviews.of_case", LEGAL, lambda at, who: hold_reviews.of_case(at.store, who, at.m.held, at.now)
    ),
    Command(
        "hold_story.of_case", LEGAL, lambda at, who: hold_story.of_case(at.store, who, at.m.held, at.now)
    ),
    Command(
        "legal_list.page",
        LEGAL,
        lambda at, who: (
            at.m.held
            in [
                one.status.number
                for one in legal_list.page(
                    at.store, who, legal_list.Asked(company="nordvakt-se"), at.now
                ).rows
            ]
        ),
        shows=bool,
    ),
    Command("citations.lacking", LEGAL, lambda at, who: citations.lacking(at.store, who, at.now), shows=bool),
    Command(
        "citations.give",
        LEGAL,
        lambda at, who: citations.give(at.store, who, "nordvakt-se", at.m.for_colleague, at.now),
    ),
    Command(
        "certified.page legal",
        COLLEAGUES,
        lambda at, who: certified.page(at.store, who, "legal", at.now).rows,
        shows=bool,
    ),
    Command(
        "certified.one auditor",
        frozenset({"auditor"}),
        lambda at, who: certified.one(at.store, who, "auditor", at.m.gone, at.now),
    ),
)
