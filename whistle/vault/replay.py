"""What the journal says that a backup does not know is done again, line by line, before anything is served.

Purges first and at once: no page, pass or reader ever sees what they destroyed. Then what protects and what
takes away, in the order in which it happened. Everything is found by its own id, so a line that was replayed
before, or is about what is gone, changes nothing.
"""

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import select

from whistle.errors import Tampered
from whistle.vault import (
    casework,
    custody_ends,
    hold_asks,
    journal,
    ledger,
    purge,
    replay_cases,
    replay_holds,
    replay_kept,
    replay_people,
    replay_purges,
    scrubbing,
    withdrawals,
)
from whistle.vault.journal import ACTED
from whistle.vault.store import Store
from whistle.vault.tables import cases, certificates, holds

Line = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Ended:
    """Where the backup's ledger ends, the last line that the site is known to have had, and its hash."""

    backup: int
    site: int
    hash: str


@dataclass
class Replayed:
    """What a restore has to say: lines done, case numbers that the backup does not know, a ledger's gap."""

    purged: int = 0
    done: int = 0
    lost_lines: int = 0
    unknown: set[str] = field(default_factory=set)
    uncited: list[str] = field(default_factory=list)
    erased: set[str] = field(default_factory=set)
    broken: set[str] = field(default_factory=set)


def replay(
    store: Store,
    lines: Sequence[Line],
    ended: Ended,
    now: datetime,
    believed: datetime,
    tell: Callable[[str], None] = lambda _said: None,
) -> Replayed:
    """Do again what `lines` of the journal say. Each line is a unit of work; the whole is safe to repeat.

    `believed` is the latest time that the backup and the journal know of: no clock that was set wrong on a
    new machine ends a grant that may be kept then.
    """
    done = Replayed(lost_lines=ended.site - ended.backup)
    _begin(store, ended, now)
    done.purged = replay_purges.purge(store, [one for one in lines if one["kind"] == "purged"], now)
    tell(f"purged again: {done.purged}")
    actors = replay_people.Actors(store)
    for line in lines:
        if line["kind"] in replay_people.KINDS:
            replay_people.again(store, line, actors, now)
        elif line["kind"] in replay_cases.KINDS | replay_holds.KINDS | replay_kept.KINDS:
            _of_case(store, line, actors, now, done)
        done.done += 1
    withdrawals.withdraw_after_designations(store, now, believed)
    with suppress(Tampered):  # a case that was changed past its page is for `check`, and for the next pass
        custody_ends.end_due(store, min(now, believed))
    with store.writing() as work:
        hold_asks.forget_empty(work)
    purge.work_off_removals(store)
    scrubbing.scrub(store)
    journal.catch_up(store)
    done.uncited = _uncited(store)
    return done


def _begin(store: Store, ended: Ended, now: datetime) -> None:
    """The ledger goes on after the last line that was ever written, and says which are lost."""
    with store.writing() as work:
        ledger.go_on_after(work.db, ended.site)
        facts = {"after": ended.backup, "lost": ended.site - ended.backup, "head": ended.hash}
        work.log(ledger.RESTORED, day=now.date(), actor="system", facts=facts)


def _of_case(store: Store, line: Line, actors: replay_people.Actors, now: datetime, done: Replayed) -> None:
    with store.reading() as db:
        known = db.execute(select(cases.c.id).where(cases.c.number == line["case"])).first() is not None
        purged = select(certificates.c.case_number).where(certificates.c.case_number == line["case"])
        if not known and db.execute(purged).first() is None:
            done.unknown.add(line["case"])
    if not known:
        return
    try:
        with casework.changing(store, line["case"], now) as change:
            said = _again(change, line, actors.of(line[ACTED]))
    except Tampered:
        _note_broken(store, line, now)
        done.broken.add(line["case"])
        return
    done.erased |= {line["case"]} if said == replay_cases.ERASED else set()


def _again(change: casework.Change, line: Line, actor: tuple[bytes | None, str]) -> str:
    if line["kind"] in replay_cases.KINDS:
        return replay_cases.again(change, line, actor)
    (replay_holds if line["kind"] in replay_holds.KINDS else replay_kept).again(change, line, actor)
    return replay_cases.PLAIN


def _note_broken(store: Store, line: Line, now: datetime) -> None:
    """A case that was changed past its page is left as it is; a hold protects it by the ledger alone."""
    if line["kind"] == "hold_placed":
        with store.writing() as work:
            facts = {name: value for name, value in line["facts"].items() if name != "n"}
            work.log(line["kind"], day=now.date(), actor="system", case=line["case"], facts=facts)


def _uncited(store: Store) -> list[str]:
    """The cases with a hold in force whose citation no journal holds."""
    query = select(cases.c.number).join_from(holds, cases).where(holds.c.released_on.is_(None))
    with store.reading() as db:
        found = db.execute(query.where(holds.c.sealed == replay_holds.UNCITED).order_by(cases.c.number))
        return list(found.scalars())
