"""Who may do what with a case: every command of the vault that works on one, and the kinds of people."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from tests.vault.stage import Stage
from whistle.rules.handover import Kind
from whistle.vault import (
    around,
    case_rights,
    circle,
    concerned,
    consents,
    custody,
    custody_desk,
    desk,
    exports,
    minutes,
    redactions,
    work,
)
from whistle.vault.facts import SealedGrant

Call = Callable[[Stage, bytes], Any]


@dataclass(frozen=True)
class Command:
    """A command, and who may: everybody else gets `NotThere`, or what `shows` says no to.

    `told`: the kinds who may know the case and are refused for a reason. `account`: a thing of one's own, for
    everybody whose account stands. `name`: the function, and a word where it stands here more than once.
    """

    name: str
    may: frozenset[str]
    call: Call = field(repr=False)
    told: Mapping[str, str] = field(default_factory=dict)
    shows: Callable[[Any], bool] | None = None
    account: bool = False

    @property
    def function(self) -> str:
        """Module and function."""
        return self.name.split()[0]


WORKS = frozenset({"handler", "shared handler", "deputy", "investigator"})
INSIDE = WORKS - {"investigator"}
OWN = INSIDE - {"shared handler"}
OUTSIDER = {"investigator": "investigator"}
OTHERS = OUTSIDER | {"shared handler": "shared"}
"""Who is refused what is left to the company's own people (2021:890 5:3)."""

NEW_ID = b"n" * 16


def _add(step: desk.Step, case: str, said: str) -> Call:
    return lambda at, who: desk.add(
        at.store, who, getattr(at.m, case), getattr(at.m, said), at.now, step=step
    )


def _about(at: Stage, who: bytes) -> None:
    about = concerned.Decided(NEW_ID, True, "informed", "", None)
    concerned.decide(at.store, who, at.m.open, at.m.noted_open, at.now, about=about)


def _invite(at: Stage, who: bytes) -> None:
    term = circle.Term(at.today + timedelta(days=30), at.m.noted_open)
    circle.invite_investigator(at.store, who, at.m.open, at.m.dag, term, at.now)


def _write_minutes(at: Stage, who: bytes) -> None:
    more = {"entry_id": NEW_ID, "replaces": None, "held_on": at.today}
    minutes.write(at.store, who, at.m.open, at.m.said_open, at.now, **more)


def _lock(at: Stage, who: bytes) -> None:
    minutes.lock(at.store, who, at.m.asked, at.m.said_asked, at.now, entry_id=at.m.minutes_id)


def _export(at: Stage, who: bytes) -> None:
    exports.note(
        at.store, who, at.m.open, exports.NewExport(Kind.ADVISER, False, False), at.m.noted_open, at.now
    )


def _seen(at: Stage, who: bytes, *, own: bool) -> None:
    grants = [SealedGrant(who, at.m.granted[0].sealed)] if own else []
    desk.mark_read(at.store, who, at.m.open_id, grants, at.now)


CASE: tuple[Command, ...] = (
    Command("around.of_case", WORKS, lambda at, who: around.of_case(at.store, who, at.m.open, at.now)),
    Command("around.opened", WORKS, lambda at, who: around.opened(at.store, who, at.m.open, at.now)),
    Command("desk.open_case", WORKS, lambda at, who: desk.open_case(at.store, who, at.m.open, at.now)),
    Command(
        "desk.may_open", WORKS, lambda at, who: desk.may_open(at.store, who, at.m.open, at.now), shows=bool
    ),
    Command("desk.mark_read first", WORKS, lambda at, who: _seen(at, who, own=True)),
    Command("desk.mark_read again", WORKS, lambda at, who: _seen(at, who, own=False)),
    Command("desk.add acknowledge", OWN, _add(desk.ACKNOWLEDGE, "fresh", "said_fresh"), OTHERS),
    Command("desk.add message", OWN, _add(desk.MESSAGE, "open", "said_open"), OTHERS),
    Command("desk.add feedback", OWN, _add(desk.FEEDBACK, "open", "said_open"), OTHERS),
    Command("desk.add note", WORKS, _add(desk.NOTE, "open", "noted_open")),
    Command("desk.add close", OWN, _add(desk.CLOSE, "open", "said_open"), OTHERS),
    Command("desk.add reopen", INSIDE, _add(desk.REOPEN, "closed", "noted_closed"), OUTSIDER),
    Command(
        "desk.ask_reopening",
        INSIDE,
        lambda at, who: desk.ask_reopening(at.store, who, at.m.closed, at.m.noted_closed, at.now),
        OUTSIDER,
    ),
    *(
        Command(
            f"work.note {action}",
            INSIDE,
            lambda at, who, action=action: work.note(
                at.store, who, at.m.open, at.m.noted_open, at.now, action=action
            ),
            OUTSIDER,
        )
        for action in sorted(work.ACTIONS)
    ),
    Command(
        "work.assign",
        INSIDE,
        lambda at, who: work.assign(at.store, who, at.m.open, at.m.hugo, at.now),
        OUTSIDER,
    ),
    Command(
        "work.note_entered",
        INSIDE,
        lambda at, who: work.note_entered(at.store, who, at.m.open, "phone", at.now),
        OUTSIDER,
    ),
    Command("concerned.decide", INSIDE, _about, OUTSIDER),
    Command("minutes.write", OWN, _write_minutes, OTHERS),
    Command(
        "minutes.note_meeting",
        OWN,
        lambda at, who: minutes.note_meeting(at.store, who, at.m.open, at.today, at.now),
        OTHERS,
    ),
    Command("minutes.lock", OWN, _lock, OTHERS),
    Command(
        "case_rights.answer",
        OWN,
        lambda at, who: case_rights.answer(at.store, who, at.m.open, at.m.said_open, at.now),
        OTHERS,
    ),
    Command(
        "circle.grant",
        INSIDE,
        lambda at, who: circle.grant(at.store, who, at.m.open, at.m.newcomer, at.m.granted, at.now),
        OUTSIDER,
    ),
    Command(
        "circle.exclude",
        INSIDE,
        lambda at, who: circle.exclude(
            at.store, who, at.m.open, circle.Exclusion(at.m.olle, at.m.noted_open), at.now
        ),
        OUTSIDER,
    ),
    Command(
        "circle.lift",
        INSIDE,
        lambda at, who: circle.lift(at.store, who, at.m.open, at.m.leo, at.m.noted_open, at.now),
        OUTSIDER,
    ),
    Command("circle.invite_investigator", INSIDE, _invite, OUTSIDER),
    Command(
        "consents.ask",
        OWN,
        lambda at, who: consents.ask(
            at.store, who, at.m.open, consents.NewConsent(NEW_ID, "consent", True), at.m.said_open, at.now
        ),
        OTHERS,
    ),
    Command(
        "consents.tell",
        OWN,
        lambda at, who: consents.tell(at.store, who, at.m.asked, at.m.untold_id, at.m.said_asked, at.now),
        OTHERS,
    ),
    Command(
        "consents.carry_out",
        OWN,
        lambda at, who: consents.carry_out(
            at.store, who, at.m.asked, at.m.agreed_id, at.now, with_identity=False
        ),
        OTHERS,
    ),
    Command("consents.standing", WORKS, lambda at, who: consents.standing(at.store, who, at.m.asked, at.now)),
    Command(
        "custody.ask",
        INSIDE,
        lambda at, who: custody.ask(at.store, who, at.m.open, at.m.request, at.m.said_open, at.now),
        OUTSIDER,
    ),
    Command(
        "custody.open_case",
        INSIDE,
        lambda at, who: custody.open_case(at.store, who, at.m.asked, at.now),
        OUTSIDER,
    ),
    Command(
        "custody.open_directly",
        frozenset({"handler in Norway"}),
        lambda at, who: custody.open_directly(
            at.store, who, at.m.norway, at.m.noted_norway, at.now, tells_reporter=False
        ),
    ),
    Command(
        "custody_desk.custodians_of",
        WORKS,
        lambda at, who: custody_desk.custodians_of(at.store, who, at.m.open, at.now),
    ),
    Command("exports.note", INSIDE, _export, OUTSIDER),
    Command(
        "exports.may_open_identity",
        WORKS,
        lambda at, who: exports.may_open_identity(at.store, who, at.m.open, at.now),
    ),
    Command(
        "redactions.ask",
        INSIDE,
        lambda at, who: redactions.ask(at.store, who, at.m.open, at.m.cut, at.now),
        OUTSIDER,
    ),
    Command(
        "redactions.redact",
        INSIDE,
        lambda at, who: redactions.redact(at.store, who, at.m.open, at.m.cut, at.m.replacement, at.now),
        OUTSIDER,
    ),
    Command(
        "redactions.confirm",
        frozenset({"handler", "shared handler"}),
        lambda at, who: redactions.confirm(
            at.store, who, at.m.open, at.m.erasure_id, at.m.other_replacement, at.now
        ),
        OUTSIDER | {"deputy": "handler"},
    ),
    Command(
        "redactions.withdraw",
        INSIDE,
        lambda at, who: redactions.withdraw(at.store, who, at.m.open, at.m.erasure_id, at.now),
        OUTSIDER,
    ),
)
"""What is done with one case."""
