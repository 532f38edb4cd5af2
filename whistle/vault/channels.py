"""A channel is open only while its company has the people and the texts that the law asks for."""

import dataclasses
import json
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, select

from whistle.rules.calendar import local_day
from whistle.rules.companies import SHARED_UP_TO, Basis
from whistle.rules.profiles import load_profiles
from whistle.vault import directory
from whistle.vault.facts import CompanyFacts
from whistle.vault.serverkeys import ServerKeys
from whistle.vault.tables import companies, designations, site

MIN_HANDLERS = 2
"""One may be ill, excluded, or the person reported."""

OVER_LIMIT = "over_249_since"
"""Where the site keeps, by company code, on which day a shared channel's company was said to have grown."""

_PROFILES = select(companies.c.profile).order_by(companies.c.position)
_OVER_LIMIT = select(site.c.value).where(site.c.key == OVER_LIMIT)
_KEEPING = directory.RECIPIENTS.where(
    designations.c.role.in_(("handler", "deputy")), designations.c.for_case_id.is_(None)
)

DAYS_TO_MOVE = 30
"""So long may a company that grew out of sharing (2021:890 5:3) take new cases through the shared channel."""


@dataclass(frozen=True, slots=True)
class Channel:
    """A company's channel: what it rests on, how many keep it, and what it lacks (words of `LACKS`)."""

    company: CompanyFacts
    employees: int
    basis: str
    reference: str
    board_contact: str
    handlers: int
    deputies: int
    lacks: tuple[str, ...]
    over_since: date | None
    closes_on: date | None


LACKS = ("handlers", "deputy", "own_handler", "texts", "over_249")
"""What keeps a channel closed: under two handlers, no deputy, nobody of the company's own who may write to
the reporter (5:3), texts that must be published (L8), a company too large to share for over 30 days."""


def all_channels(db: Connection, keys: ServerKeys, now: datetime) -> tuple[Channel, ...]:
    """Every company's channel as it is today, in the order of the site file."""
    people = _people(db, keys, now)
    grown = grown_since(db)
    return tuple(
        _channel(facts, row, people[facts.id], grown.get(facts.code), now)
        for facts, row in zip(
            directory.all_companies(db),
            db.execute(_PROFILES),
            strict=True,
        )
    )


def is_open(db: Connection, keys: ServerKeys, company_id: bytes, now: datetime) -> bool:
    """Whether a company takes reports today."""
    return any(one.company.open for one in all_channels(db, keys, now) if one.company.id == company_id)


def opened(
    db: Connection, keys: ServerKeys, wanted: Iterable[CompanyFacts], now: datetime
) -> tuple[CompanyFacts, ...]:
    """The same companies, each saying whether its channel takes reports today."""
    found = {one.company.id: one.company.open for one in all_channels(db, keys, now)}
    return tuple(dataclasses.replace(company, open=found[company.id]) for company in wanted)


def grown_since(db: Connection) -> dict[str, date]:
    """By company code: since when a company that shares a channel has been too large for it."""
    kept = db.execute(_OVER_LIMIT).scalar_one_or_none()
    return {code: date.fromisoformat(day) for code, day in json.loads(kept or "{}").items()}


def _people(db: Connection, keys: ServerKeys, now: datetime) -> defaultdict[bytes, list[Row[Any]]]:
    """Handlers and deputies whose keys count today, by company."""
    found: defaultdict[bytes, list[Row[Any]]] = defaultdict(list)
    for row in directory.standing(db, keys, _KEEPING, now):
        found[bytes(row.company_id)].append(row)
    return found


def _channel(
    company: CompanyFacts, row: Row[Any], people: list[Row[Any]], since: date | None, now: datetime
) -> Channel:
    profile = json.loads(row.profile)
    today = local_day(now, company.zone)
    over = since if profile["basis"] == Basis.SHARED and profile["employees"] > SHARED_UP_TO else None
    closes = None if over is None else over + timedelta(days=DAYS_TO_MOVE)
    handlers = {bytes(one.person_id) for one in people if one.role == "handler"}
    own = {bytes(one.person_id) for one in people if one.role == "handler" and not one.shared}
    deputies = {bytes(one.person_id) for one in people if one.role == "deputy"} - handlers
    lacks = tuple(
        _lacking(
            {
                "handlers": len(handlers) < MIN_HANDLERS,
                "deputy": not deputies,
                "own_handler": bool(handlers) and not own,
                "texts": load_profiles().of(company.country).lacks_texts(today),
                "over_249": closes is not None and today > closes,
            }
        )
    )
    return Channel(
        dataclasses.replace(company, open=not lacks), profile["employees"], profile["basis"],
        profile["reference"], profile["board_contact"], len(handlers), len(deputies), lacks, over, closes,
    )  # fmt: skip


def _lacking(found: dict[str, bool]) -> Iterator[str]:
    return (word for word in LACKS if found[word])
