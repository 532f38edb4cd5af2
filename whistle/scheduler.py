"""One pass: what is due and not held is purged, what is near is told; running it twice changes nothing."""

from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from typing import Any

from whistle.rules.retention import warning_stage
from whistle.vault import journal, nightly, purge, sites, withdrawals
from whistle.vault.store import Store

HORIZON_DAYS = 31
"""How far ahead a pass looks for cases whose readers are to be told."""

PASSED = "passed"
"""Where the site keeps the days of its last two passes."""

Event = dict[str, Any]


def tick(store: Store, now: datetime, sweep: Callable[[], None]) -> Iterator[Event]:
    """Everything that is due at `now`; yields one event for each thing done, kept or told."""
    purge.work_off_removals(store)
    journal.catch_up(store)
    withdrawals.withdraw_from_retired(store, now)
    sweep()
    yield from _purges(store, now)
    yield from _warnings(store, now.date())
    nightly.scatter(store, now.date())
    store.keys.forget_hour()


def _purges(store: Store, now: datetime) -> Iterator[Event]:
    tomorrow = now.date() + timedelta(days=1)  # east of Greenwich the day begins before it does in UTC
    with store.reading() as db:
        due = purge.candidates(db, tomorrow)
    for outcome in purge.purge(store, due, now):
        if outcome.verdict.why != "not_due":
            yield _event(outcome)
    if not purge.scrub(store):
        why = "a reader keeps the database's log from emptying"
        yield {"event": "blocked", "case": "", "due_on": None, "why": why}


def _warnings(store: Store, today: date) -> Iterator[Event]:
    """What is purged soon, on every pass of a day on which a step was reached, or was missed before."""
    since = _day_before(store, today)
    with store.reading() as db:
        near = purge.between(db, today, today + timedelta(days=HORIZON_DAYS))
    for number, due_on in near:
        if warning_stage(due_on, today) != warning_stage(due_on, since):
            why = f"purged in {(due_on - today).days} days"
            yield {"event": "warned", "case": number, "due_on": due_on.isoformat(), "why": why}


def _day_before(store: Store, today: date) -> date:
    """The last day before `today` on which there was a pass: what fell between the two is told today."""
    before, _, last = sites.value(store, PASSED).partition(" ")
    if last == today.isoformat():
        return date.fromisoformat(before)
    if last > today.isoformat():  # a rehearsal goes back in time
        return today - timedelta(days=1)
    before = last or (today - timedelta(days=1)).isoformat()
    sites.remember(store, PASSED, f"{before} {today.isoformat()}")
    return date.fromisoformat(before)


def _event(outcome: purge.Outcome) -> Event:
    names = {"purge": "purged", "keep": "kept", "blocked": "blocked"}
    due: date | None = outcome.verdict.due_on
    return {
        "event": names[outcome.verdict.action],
        "case": outcome.case_number,
        "due_on": due.isoformat() if due else None,
        "why": outcome.verdict.why,
    }
