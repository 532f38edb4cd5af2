"""One pass: what is due and not held is purged, what is near is told, and running it twice changes nothing."""

from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from typing import Any

from whistle.rules.retention import warn_days
from whistle.vault import journal, nightly, purge
from whistle.vault.store import Store

HORIZON_DAYS = 31
"""How far ahead a pass looks for cases whose readers are to be told."""

Event = dict[str, Any]


def tick(store: Store, now: datetime, sweep: Callable[[], None]) -> Iterator[Event]:
    """Everything that is due at `now`; yields one event for each thing done, kept or told."""
    purge.work_off_removals(store)
    journal.catch_up(store)
    sweep()
    yield from _purges(store, now)
    nightly.scatter(store, now.date())


def _purges(store: Store, now: datetime) -> Iterator[Event]:
    tomorrow = now.date() + timedelta(days=1)  # east of Greenwich the day begins before it does in UTC
    with store.reading() as db:
        due = purge.candidates(db, tomorrow)
        near = purge.between(db, now.date(), now.date() + timedelta(days=HORIZON_DAYS))
    outcomes = purge.purge(store, due, now)
    for outcome in outcomes:
        if outcome.verdict.why != "not_due":
            yield _event(outcome)
    if any(outcome.verdict.action == "purge" for outcome in outcomes) and not purge.scrub(store):
        yield {"event": "blocked", "case": "", "due_on": None, "why": "a reader keeps the database's log from emptying"}
    for number, due_on in near:
        if (days := warn_days(due_on, now.date())) is not None:
            yield {"event": "warned", "case": number, "due_on": due_on.isoformat(), "why": f"purged in {days} days"}


def _event(outcome: purge.Outcome) -> Event:
    names = {"purge": "purged", "keep": "kept", "blocked": "blocked"}
    due: date | None = outcome.verdict.due_on
    return {
        "event": names[outcome.verdict.action],
        "case": outcome.case_number,
        "due_on": due.isoformat() if due else None,
        "why": outcome.verdict.why,
    }
