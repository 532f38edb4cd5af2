"""Who may open a held case past its day, say why its mailbox is silent, and why a case may stand open."""

from tests.vault.who_may import INSIDE, Command
from whistle.vault import held_openings, leaving, sentences, statutory

LEGAL = frozenset({"legal"})
FINNISH_LEGAL = frozenset({"legal elsewhere"})
AS_INVESTIGATOR = {"investigator": "investigator"}

KEPT: tuple[Command, ...] = (
    Command(
        "held_openings.begin", INSIDE,
        lambda at, who: held_openings.begin(at.store, who, at.m.past, at.m.opening, at.now),
        AS_INVESTIGATOR,
    ),
    Command(
        "held_openings.note_export", INSIDE,
        lambda at, who: held_openings.note_export(
            at.store, who, at.m.past, at.m.opening, at.now, with_notes=False
        ),
        AS_INVESTIGATOR,
    ),
    Command(
        "held_openings.holds_of", INSIDE,
        lambda at, who: held_openings.holds_of(at.store, who, at.m.past, at.now),
    ),
    Command(
        "held_openings.open_case", INSIDE,
        lambda at, who: held_openings.open_case(at.store, who, at.m.past, at.now),
    ),
    Command(
        "held_openings.colleagues", INSIDE,
        lambda at, who: held_openings.colleagues(at.store, who, at.m.past, at.now),
    ),
    Command(
        "held_openings.let_in", INSIDE,
        lambda at, who: held_openings.let_in(
            at.store, who, at.m.past, at.m.newcomer, at.m.past_granted, at.now
        ),
        AS_INVESTIGATOR,
    ),
    Command(
        "held_openings.of_case", LEGAL,
        lambda at, who: held_openings.of_case(at.store, who, at.m.past, at.now),
    ),
    Command(
        "sentences.say", LEGAL,
        lambda at, who: sentences.say(
            at.store, who, at.m.past_hold_id, at.m.silence, at.now, withheld=True
        ),
    ),
    Command(
        "sentences.of_case", LEGAL,
        lambda at, who: sentences.of_case(at.store, who, at.m.past, at.now), shows=bool,
    ),
    Command(
        "statutory.record", FINNISH_LEGAL,
        lambda at, who: statutory.record(at.store, who, at.m.finland, at.m.ground, at.now),
    ),
    Command(
        "statutory.review", FINNISH_LEGAL,
        lambda at, who: statutory.review(
            at.store, who, at.m.ground_id, at.m.ground_review, at.m.ground_sealed, at.now
        ),
    ),
    Command(
        "statutory.end", FINNISH_LEGAL,
        lambda at, who: statutory.end(at.store, who, at.m.ground_id, at.m.ground_sealed, at.now),
    ),
    Command(
        "statutory.of_case", FINNISH_LEGAL,
        lambda at, who: statutory.of_case(at.store, who, at.m.finland, at.now), shows=bool,
    ),
    Command(
        "leaving.erased_soon", INSIDE | {"investigator"},
        lambda at, who: leaving.erased_soon(at.store, who, at.now),
        shows=bool,
    ),
)  # fmt: skip
