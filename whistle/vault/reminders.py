"""At each fixed hour everybody with a role gets one letter, whether or not there is something new.

Nothing of it depends on a case but, where a site asks for that, whether the person has anything to do at all.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time
from itertools import groupby
from typing import Any

from sqlalchemy import Connection, Row, select, update

from whistle.rules.calendar import local_day
from whistle.rules.rounds import last_round
from whistle.vault import directory, mails
from whistle.vault.news import has_news
from whistle.vault.store import Store
from whistle.vault.tables import companies, people, site
from whistle.vault.upsert import insert_of
from whistle.vault.worktables import MAIL_LANGUAGE, person_settings
from whistle.vault.worktables import mails as table


@dataclass(frozen=True, slots=True)
class Rounds:
    """When mail goes (`hours` of the day where each person works), to whom, and in which language if unsaid.

    `reminds`: a mail server is set. `only_news`: those with nothing to do get none.
    """

    hours: tuple[time, ...]
    reminds: bool = True
    only_news: bool = False
    language: str = "en"


@dataclass(frozen=True, slots=True)
class Round:
    """A fixed hour that came: where, when (UTC), and to how many mail was queued."""

    zone: str
    at: datetime
    count: int


@dataclass(frozen=True, slots=True)
class _Person:
    id: bytes
    address: str
    zone: str
    language: str
    held: tuple[Row[Any], ...]


def queue(store: Store, now: datetime, rounds: Rounds) -> list[Round]:
    """Queue the mail of every fixed hour that came since the last pass; two passes at once queue it once."""
    if not rounds.reminds:
        _keep_board(store, now, rounds)
        return []
    with store.reading() as db:
        come = {zone: at for zone in _zones(db) if (at := _new_round(db, zone, now, rounds)) is not None}
        asked = [one for one in _people(store, db, now, rounds) if one.zone in come] if come else []
        wanted = [one for one in asked if _wants(store, db, one, now, rounds)]
    if not come:
        return []
    done = []
    with store.writing() as work:
        for zone, at in come.items():
            if _claim_hour(work.db, zone, at):
                mine = [one for one in wanted if one.zone == zone]
                done.append(Round(zone, at, _enqueue(work.db, mine, at) + _stamp_board(work.db, zone, at)))
    return [one for one in done if one.count]


def _keep_board(store: Store, now: datetime, rounds: Rounds) -> None:
    """Without a mail server a board's letter grows old, so that `check` says that nobody was told."""
    with store.reading() as db:
        waits = db.execute(select(table.c.id).where(table.c.due_at == mails.FOR_ITS_HOUR)).first()
        zones = {zone: last_round(now, zone, rounds.hours) for zone in _zones(db)} if waits else {}
    if zones:
        with store.writing() as work:
            for zone, at in zones.items():
                if at is not None:
                    _stamp_board(work.db, zone, at)


def _zones(db: Connection) -> list[str]:
    return sorted(set(db.execute(select(companies.c.zone)).scalars()))


def _new_round(db: Connection, zone: str, now: datetime, rounds: Rounds) -> datetime | None:
    at = last_round(now, zone, rounds.hours)
    before = db.execute(select(site.c.value).where(site.c.key == _key(zone))).scalar_one_or_none()
    if at is None or (before is not None and before >= _text(at)):
        return None
    # A site's first pass sends no letter of yesterday.
    is_today = local_day(at, zone) == local_day(now, zone)
    return at if before is not None or is_today else None


def _claim_hour(db: Connection, zone: str, at: datetime) -> bool:
    """Whether this pass queues the hour: another one at the same moment waits here and finds it done."""
    make = insert_of(db)
    kept = make(site).values(key=_key(zone), value=_text(at))
    newer = site.c.value < _text(at)
    claim = kept.on_conflict_do_update(index_elements=["key"], set_={"value": _text(at)}, where=newer)
    return db.execute(claim.returning(site.c.key)).first() is not None


def _key(zone: str) -> str:
    return f"mailed {zone}"[:40]


def _text(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M")


def _wants(store: Store, db: Connection, person: _Person, now: datetime, rounds: Rounds) -> bool:
    return not rounds.only_news or has_news(store, db, person.id, person.held, person.zone, now)


def _people(store: Store, db: Connection, now: datetime, rounds: Rounds) -> Iterator[_Person]:
    """Everybody with a role today, once, with the clock of the first company they work for."""
    order = select(companies.c.id, companies.c.zone).order_by(companies.c.position)
    zones = {bytes(row.id): (n, row.zone) for n, row in enumerate(db.execute(order))}
    standing = directory.standing(db, store.keys, directory.RECIPIENTS, now)
    standing.sort(key=lambda row: (bytes(row.person_id), zones[bytes(row.company_id)]))
    chosen = select(person_settings).where(person_settings.c.key == MAIL_LANGUAGE)
    languages = {bytes(row.person_id): row.value for row in db.execute(chosen)}
    emails = {bytes(row.id): row.email.strip() for row in db.execute(select(people.c.id, people.c.email))}
    for person_id, of_one in groupby(standing, key=lambda row: bytes(row.person_id)):
        held = tuple(of_one)
        if mails.ADDRESS.fullmatch(emails[person_id]):
            zone = zones[bytes(held[0].company_id)][1]
            spoken = languages.get(person_id, rounds.language)
            yield _Person(person_id, emails[person_id], zone, spoken, held)


def _enqueue(db: Connection, wanted: Sequence[_Person], at: datetime) -> int:
    """One letter to each address; where an older one still waits it says all there is to say."""
    waiting = set(db.execute(select(table.c.address).where(table.c.kind == mails.REMINDER)).scalars())
    second = int(at.timestamp())
    rows = {
        one.address: mails.row_of(mails.row_id(second, one.id), one.address, mails.REMINDER, second)
        for one in wanted
    }
    new = [row for address, row in rows.items() if address not in waiting]
    mails.put(db, new)
    return len(new)


def _stamp_board(db: Connection, zone: str, at: datetime) -> int:
    ids = db.execute(select(companies.c.id).where(companies.c.zone == zone)).scalars().all()
    second, told = int(at.timestamp()), 0
    for company_id in ids:
        waits = update(table).where(table.c.id == mails.row_id(0, company_id))
        told += db.execute(waits.values(id=mails.row_id(second, company_id), due_at=second)).rowcount
    return told


def addresses(store: Store, now: datetime, rounds: Rounds) -> mails.Addresses:
    """To whom mail may go now, and in which language: what waits for somebody else is not sent."""
    with store.reading() as db:
        found = {(mails.REMINDER, one.address): one.language for one in _people(store, db, now, rounds)}
        for profile in db.execute(select(companies.c.profile)).scalars():
            contact = json.loads(profile).get("board_contact", "").strip()
            found[mails.BOARD, contact] = rounds.language
        return found
