"""A site is founded once and later brought in line with its site file; nothing is ever deleted by that."""

import dataclasses
import json
import secrets
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update

from whistle.errors import Conflict, NotThere, SettingsWrong
from whistle.rules.calendar import local_day
from whistle.rules.companies import SHARED_UP_TO, Basis, Company, Site, as_entry, read_company
from whistle.rules.retention import Retention
from whistle.vault import directory, given_roles, ledger
from whistle.vault.channels import DAYS_TO_MOVE, OVER_LIMIT, grown_since
from whistle.vault.serverkeys import ServerKeys
from whistle.vault.store import Store, Work
from whistle.vault.tables import companies, ledger_head, people, site
from whistle.vault.upsert import insert_of

ADMINISTRATOR = "administrator"


@dataclass(frozen=True)
class Change:
    """One thing that would be brought in line: the sentence that says it, and what is written."""

    said: str
    statement: Any = None
    values: tuple[tuple[str, str], ...] = ()
    action: str = ""
    company: str = ""
    facts: dict[str, str] = field(default_factory=dict)


def found(store: Store, wanted: Site, now: datetime, *, rehearsal: bool) -> None:
    """Make the site: its name, its companies, the head of its ledger. Raises `Conflict` when there is one."""
    with store.writing() as work:
        if work.db.execute(select(ledger_head.c.seq)).first() is not None:
            raise Conflict("this database holds a site already; `whistle apply` changes it")
        ledger.found(work.db, store.keys)
        for key, value in {"rehearsal": "yes" if rehearsal else "no"}.items():
            work.db.execute(insert(site).values(key=key, value=value))
        _apply(work, store.keys, wanted, now, actor="init")


def apply(store: Store, wanted: Site, now: datetime) -> list[str]:
    """Bring companies and the site's name in line; returns what was changed, one sentence each."""
    with store.writing() as work:
        return _apply(work, store.keys, wanted, now, actor="apply")


def change_company(store: Store, actor_id: bytes, company: Company, now: datetime) -> list[str]:
    """The same for one company, by its administrator. Raises `NotThere` for anybody else and any other."""
    with store.writing() as work:
        there = directory.company_by_code(work.db, company.code)
        today = local_day(now, there.zone)
        if not directory.serves(work.db, store.keys, actor_id, there.id, ADMINISTRATOR, today):
            raise NotThere("there is no such company, or it is not yours")
        actor = work.db.execute(select(people.c.name).where(people.c.id == actor_id)).scalar_one()
        known = {row.code: row for row in work.db.execute(select(companies).with_for_update())}
        row = known[company.code]
        # Looked at again, here where it is written; where a company lies is for the site file alone.
        lies = dataclasses.replace(company, country=row.country, zone=row.zone)
        lawful = read_company(as_entry(lies), company.code, _sharing(known.values()))
        return _carry_out(work, _of_company(work.db, lawful, row.position, known, now), now, actor)


def differences(store: Store, wanted: Site, now: datetime) -> list[str]:
    """What `apply` would change."""
    with store.reading() as db:
        return [change.said for change in _changes(db, wanted, now)]


def stored(store: Store) -> Site:
    """The site as it stands, as its site file would say it. Raises `SettingsWrong` without one."""
    known = values(store)
    with store.reading() as db:
        rows = db.execute(select(companies).order_by(companies.c.position)).all()
    languages = tuple(known["languages"].split(","))
    return Site(known["name"], languages, known["security_contact"], tuple(_company(row) for row in rows))


def sharing(store: Store) -> frozenset[str]:
    """The codes of the companies that share a channel now (2021:890 5:3): they may grow out of it."""
    with store.reading() as db:
        return _sharing(db.execute(select(companies)))


def _sharing(rows: Iterable[Row[Any]]) -> frozenset[str]:
    return frozenset(row.code for row in rows if _company(row).basis is Basis.SHARED)


def values(store: Store) -> dict[str, str]:
    """What the site says of itself: `name`, `languages`, `rehearsal`… Raises `SettingsWrong` without one."""
    with store.reading() as db:
        found_values = {row.key: row.value for row in db.execute(select(site))}
    if "name" not in found_values:
        raise SettingsWrong("there is no site here yet; make one with `whistle init --site site.toml`")
    return found_values


def value(store: Store, key: str) -> str:
    """One value of the site, or nothing."""
    with store.reading() as db:
        return db.execute(select(site.c.value).where(site.c.key == key)).scalar_one_or_none() or ""


def remember(store: Store, key: str, value: str) -> None:
    """Keep a value of the site."""
    with store.writing() as work:
        put(work.db, key, value)


def _apply(work: Work, keys: ServerKeys, wanted: Site, now: datetime, *, actor: str) -> list[str]:
    stood = directory.all_companies(work.db)
    said = _carry_out(work, _changes(work.db, wanted, now), now, actor)
    _bring_administrators(work, keys, tuple(company.code for company in stood), now)
    return said


def _carry_out(work: Work, changes: Iterator[Change], now: datetime, actor: str) -> list[str]:
    said = []
    for change in changes:  # one by one: what is written is what the next is reckoned from
        if change.statement is not None:
            work.db.execute(change.statement)
        for key, value in change.values:
            put(work.db, key, value)
        said.append(change.said)
        if change.action:
            facts = {"company": change.company} | change.facts
            work.log(change.action, day=now.date(), actor=actor, facts=facts)
    return said


def _bring_administrators(work: Work, keys: ServerKeys, stood: tuple[str, ...], now: datetime) -> None:
    """Who administers the first company is to administer one that was added, once others confirmed it."""
    if not stood:
        return
    first = directory.company_by_code(work.db, stood[0])
    for company in directory.all_companies(work.db):
        if company.code not in stood:
            for person in sorted(directory.holders(work.db, keys, ADMINISTRATOR, now, first.id)):
                given_roles.give(work, person, ADMINISTRATOR, company, now)


def _changes(db: Connection, wanted: Site, now: datetime) -> Iterator[Change]:
    known_values = {row.key: row.value for row in db.execute(select(site))}
    for key, value in _site_values(wanted).items():
        if known_values.get(key) != value:
            yield Change(f"site: {key} becomes {value!r}", values=((key, value),))
    known = {row.code: row for row in db.execute(select(companies))}
    for position, company in enumerate(wanted.companies):
        yield from _of_company(db, company, position, known, now)


def _of_company(
    db: Connection, company: Company, position: int, known: dict[str, Row[Any]], now: datetime
) -> Iterator[Change]:
    columns, row = _columns(company, position), known.get(company.code)
    if row is None:
        statement = insert(companies).values(id=secrets.token_bytes(16), **columns)
        yield Change(f"{company.code}: added", statement, (), "company_added", company.code)
        return
    words = [*_differing(company, _company(row))]
    if row.position != position:
        words.append("position")
    if words:
        said = ", ".join(words)
        moved = update(companies).where(companies.c.code == company.code).values(**columns)
        yield Change(
            f"{company.code}: {said} changed", moved, (), "company_changed", company.code, {"what": said}
        )
    yield from _grown(db, company, now)


def _grown(db: Connection, company: Company, now: datetime) -> Iterator[Change]:
    """A company that shares a channel and passes 249 has 30 days from the day on which that was said."""
    since = grown_since(db)
    if company.basis is Basis.SHARED and company.employees > SHARED_UP_TO:
        if company.code in since:
            return
        since[company.code] = local_day(now, company.zone)
        said = f"{company.code}: too large to share a channel; no new cases after {DAYS_TO_MOVE} days"
    elif since.pop(company.code, None) is not None:
        said = f"{company.code}: no longer too large for its channel"
    else:
        return
    kept = json.dumps({code: day.isoformat() for code, day in sorted(since.items())})
    yield Change(said, values=((OVER_LIMIT, kept),))


def _differing(wanted: Company, known: Company) -> Iterator[str]:
    for one in dataclasses.fields(Company):
        if getattr(wanted, one.name) != getattr(known, one.name):
            yield "retention_months" if one.name == "retention" else one.name


def _site_values(wanted: Site) -> dict[str, str]:
    return {
        "name": wanted.name,
        "languages": ",".join(wanted.languages),
        "security_contact": wanted.security_contact,
    }


_IN_PROFILE = ("employees", "basis", "reference", "meeting", "board_contact")


def _columns(company: Company, position: int) -> dict[str, Any]:
    fields = dataclasses.asdict(company)
    profile = {"months": company.retention.months} | {name: fields[name] for name in _IN_PROFILE}
    return {
        "code": company.code, "name": company.name, "country": company.country, "zone": company.zone,
        "contact": company.contact, "profile": json.dumps(profile, sort_keys=True, ensure_ascii=False),
        "position": position,
    }  # fmt: skip


def _company(row: Row[Any]) -> Company:
    profile = json.loads(row.profile)
    return Company(
        code=row.code, name=row.name, country=row.country, zone=row.zone, contact=row.contact,
        retention=Retention(profile["months"]), basis=Basis(profile["basis"]),
        **{name: profile[name] for name in _IN_PROFILE if name != "basis"},
    )  # fmt: skip


def put(db: Connection, key: str, value: str) -> None:
    """Keep a value of the site inside a unit of work."""
    make = insert_of(db)
    # In one statement: of two processes that keep it for the first time, one would else be refused.
    kept = make(site).values(key=key, value=value)
    db.execute(kept.on_conflict_do_update(index_elements=["key"], set_={"value": value}))
