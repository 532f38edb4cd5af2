"""One pass: what is due and not held is purged, what is near is told; running it twice changes nothing."""

from collections.abc import Callable, Generator, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Protocol

from whistle.post.letters import code_letter, letter
from whistle.post.line import AddressRefused, Line, NoLine, NotTaken, Post
from whistle.rules.calendar import local_day
from whistle.rules.clock import Reading
from whistle.rules.retention import CAP_WARN_DAYS, warning_stage
from whistle.vault import (
    clockguard,
    custody_ends,
    expiry,
    journal,
    longest,
    mails,
    nightly,
    purge,
    reminders,
    request_mails,
    request_pass,
    restoreguard,
    scrubbing,
    sites,
    statutory,
    verdicts,
    withdrawals,
)
from whistle.vault.store import Store

HORIZON_DAYS = 31
"""How far ahead a pass looks for cases whose readers are to be told."""

AT_ONCE = 500
"""Cases purged before the events are handed out: one to two seconds, in which whoever leads stays leader."""

CLOCK = "clock"
"""Why a case is blocked that the clock guard holds back until two people confirmed it."""

RESTORE = "restore"
"""Why nothing is purged in a company until two people confirmed its holds, after a restore."""

GUARDED = {CLOCK: "/legal/clock and /admin/clock", RESTORE: "/legal/restore and /admin/restore"}
"""Of the reasons why something is blocked, those that two people end, and where they do."""

PASSED = "passed"
"""Where the site keeps the days of its last two passes."""

Event = dict[str, Any]


class Coded(Protocol):
    """A letter with a code, opened to be sent."""

    @property
    def address(self) -> str:
        """To whom."""
        ...

    @property
    def code(self) -> str:
        """The code."""
        ...

    @property
    def language(self) -> str:
        """In which language."""
        ...


@dataclass(frozen=True)
class Guard:
    """The machine's clocks as a pass begins; `confirmed`: a rehearsal's time was set, and nobody is asked."""

    reading: Reading
    confirmed: bool = False


@dataclass(frozen=True)
class Mailing:
    """When mail goes, the site's name in it, and the server that takes it (None: there is none).

    `read` opens a letter with a code: of which request, and its sealed bytes.
    """

    rounds: reminders.Rounds
    name: str
    post: Post | None
    read: Callable[[bytes, bytes], "Coded"] | None = None


def tick(
    store: Store,
    now: datetime,
    sweep: Callable[[], None],
    mailing: Mailing | None = None,
    guard: Guard | None = None,
) -> Iterator[Event]:
    """Everything that is due at `now`; yields one event for each thing done, kept or told.

    What cannot be undone waits where the guard says so: a case as `blocked`, a grant without a word. Without
    a guard, `now` is taken for the truth.
    """
    purge.work_off_removals(store)
    journal.catch_up(store)
    weighed = _weigh(store, now, guard)
    believed = now if weighed is None else weighed.believed
    withdrawals.withdraw_after_designations(store, now, believed)
    custody_ends.end_due(store, min(now, believed))
    sweep()
    expiry.strike(store, min(now, believed))
    yield from _purges(store, now, weighed)
    if weighed is not None:
        clockguard.keep(store, weighed)
    since = _day_before(store, now.date())
    yield from _warnings(store, now.date(), since)
    yield from _open_too_long(store, now, since)
    yield from _neutral(store, now)
    request_pass.move_on(store, now)
    request_pass.close_unproved(store, min(now, believed))
    nightly.scatter(store, now.date())
    store.keys.forget_hour()
    # Last: a mail server that does not answer keeps nothing else waiting.
    if mailing is not None:
        yield from _mail(store, now, mailing)
        _send_codes(store, now, mailing)


def _weigh(store: Store, now: datetime, guard: Guard | None) -> clockguard.Weighed | None:
    if guard is None:
        return None
    if guard.confirmed:
        clockguard.follow(store, guard.reading, now)
        return None
    return clockguard.weigh(store, guard.reading, now)


def _purges(store: Store, now: datetime, weighed: clockguard.Weighed | None) -> Iterator[Event]:
    tomorrow = now.date() + timedelta(days=1)  # east of Greenwich the day begins before it does in UTC
    held = frozenset[bytes]() if weighed is None else weighed.held
    back = yield from _after_a_restore(store, now, tomorrow)
    held |= back
    with store.reading() as db:
        due = [one for one in purge.candidates(db, tomorrow) if one not in held]
    only = None if weighed is None else weighed.free
    for start in range(0, len(due), AT_ONCE):
        for outcome in purge.purge(store, due[start : start + AT_ONCE], now, only):
            if outcome.verdict.why != "not_due":
                yield _event(outcome)
    for number, due_on in () if weighed is None else weighed.waiting:
        yield {"event": "blocked", "case": number, "due_on": due_on.isoformat(), "why": CLOCK}
    if not scrubbing.scrub(store):
        why = "a reader keeps the database's log from emptying"
        yield {"event": "blocked", "case": "", "due_on": None, "why": why}


def _after_a_restore(store: Store, now: datetime, tomorrow: date) -> Generator[Event, None, frozenset[bytes]]:
    """Tell for each company whose holds wait to be confirmed what that keeps; returns the cases."""
    kept: set[bytes] = set()
    for code in sorted(restoreguard.settle(store, now)):
        held = restoreguard.held_back(store, [code], tomorrow)
        kept |= {case_id for case_id, _number, _day in held}
        yield {"event": "blocked", "case": "", "company": code, "due_on": None, "why": RESTORE}
        for _id, number, due_on in held:
            yield {"event": "blocked", "case": number, "due_on": due_on.isoformat(), "why": RESTORE}
    return frozenset(kept)


def _warnings(store: Store, today: date, since: date) -> Iterator[Event]:
    """What is purged soon, on every pass of a day on which a step was reached, or was missed before."""
    with store.reading() as db:
        near = purge.between(db, today, today + timedelta(days=HORIZON_DAYS))
    for number, due_on in near:
        if warning_stage(due_on, today) != warning_stage(due_on, since):
            why = f"purged in {(due_on - today).days} days"
            yield {"event": "warned", "case": number, "due_on": due_on.isoformat(), "why": why}


def _open_too_long(store: Store, now: datetime, since: date) -> Iterator[Event]:
    """Cases that are still open near the longest time their country allows (Finland: 60 months)."""
    with store.reading() as db:
        near = longest.near(db, now)
        come = [
            verdicts.verdict_of(
                db, one.case_id, now, grounded=statutory.is_grounded(db, store.keys, one.case_id)
            )
            for one in near
            if one.left <= 0
        ]
    for one in near:
        today = one.last_on - timedelta(days=one.left)
        steps = (warning_stage(one.last_on, day, CAP_WARN_DAYS) for day in (today, since))
        if one.left > 0 and len(set(steps)) > 1:
            why = f"open, and may be for {one.left} days more"
            yield {"event": "warned", "case": one.number, "due_on": one.last_on.isoformat(), "why": why}
    yield from map(_event, come)


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


def _mail(store: Store, now: datetime, mailing: Mailing) -> Iterator[Event]:
    """Queue what a fixed hour brings, then send what waits; the event tells to how many, never to whom."""
    for done in reminders.queue(store, now, mailing.rounds):
        day = local_day(done.at, done.zone).isoformat()
        yield {"event": "reminded", "case": "", "due_on": day, "why": f"mail to {done.count} people"}
    if mailing.post is not None and mails.is_waiting(store, now):
        try:
            with mailing.post.open() as line:
                _send(store, now, mailing, line)
        except NoLine:
            mails.put_off(store, now)


def _send(store: Store, now: datetime, mailing: Mailing, line: Line) -> None:
    ours = reminders.addresses(store, now, mailing.rounds)
    while not line.is_spent() and (one := mails.claim(store, now, ours)) is not None:
        message = letter(
            sender=line.sender, address=one.address, kind=one.kind, language=one.language, name=mailing.name,
            at=one.at, mark=one.mark,
        )  # fmt: skip
        with suppress(NotTaken):  # it waits; the others go on
            line.send(one.address, message)
            mails.sent(store, one)


def _neutral(store: Store, now: datetime) -> Iterator[Event]:
    """The neutral answer about reports, to everybody whose day has come."""
    for batch in request_pass.send_neutral(store, now):
        why = f"the neutral answer went to {batch.count} people"
        yield {"event": "reminded", "case": "", "due_on": batch.day.isoformat(), "why": why}


def _send_codes(store: Store, now: datetime, mailing: Mailing) -> None:
    """Codes go with the next pass and not at a fixed hour: somebody waits for theirs."""
    if mailing.post is None or mailing.read is None or not request_mails.is_waiting(store, now):
        return
    try:
        with mailing.post.open() as line:
            _send_each_code(store, now, mailing.read, line)
    except NoLine:
        request_mails.put_off(store, now)


def _send_each_code(store: Store, now: datetime, read: Callable[[bytes, bytes], Coded], line: Line) -> None:
    for one in request_pass.codes(store, now):
        said = read(one.case_id, one.sealed)
        message = code_letter(
            sender=line.sender, address=said.address, code=said.code, language=said.language, at=now,
            mark=one.mark,
        )  # fmt: skip
        try:
            line.send(said.address, message)
        except AddressRefused:
            request_pass.code_refused(store, one, now)
        except NotTaken:  # it waits; the others go on
            continue
        else:
            request_pass.code_sent(store, one, now)
        if line.is_spent():
            break


def _event(outcome: verdicts.Outcome) -> Event:
    names = {"purge": "purged", "keep": "kept", "blocked": "blocked"}
    due: date | None = outcome.verdict.due_on
    return {
        "event": names[outcome.verdict.action],
        "case": outcome.case_number,
        "due_on": due.isoformat() if due else None,
        "why": outcome.verdict.why,
    }
