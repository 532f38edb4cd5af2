"""A site is founded once and later brought in line with its site file; nothing is ever deleted by that."""

import dataclasses
import json
import secrets
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from whistle.errors import Conflict, SettingsWrong
from whistle.rules.companies import Company, Site
from whistle.vault import ledger
from whistle.vault.store import Store, Work
from whistle.vault.tables import companies, ledger_head, site


def found(store: Store, wanted: Site, now: datetime, *, rehearsal: bool) -> None:
    """Make the site: its name, its companies, the head of its ledger. Raises `Conflict` when there is one."""
    with store.writing() as work:
        if work.db.execute(select(ledger_head.c.seq)).first() is not None:
            raise Conflict("this database holds a site already; `whistle apply` changes it")
        ledger.found(work.db, store.keys)
        for key, value in {"rehearsal": "yes" if rehearsal else "no"}.items():
            work.db.execute(insert(site).values(key=key, value=value))
        _apply(work, wanted, now, actor="init")


def apply(store: Store, wanted: Site, now: datetime) -> list[str]:
    """Bring companies and the site's name in line; returns what was changed, one sentence each."""
    with store.writing() as work:
        return _apply(work, wanted, now, actor="apply")


def differences(store: Store, wanted: Site) -> list[str]:
    """What `apply` would change."""
    with store.reading() as db:
        return [said for said, _statement in _changes(db, wanted)]


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


def _apply(work: Work, wanted: Site, now: datetime, *, actor: str) -> list[str]:
    said = []
    for sentence, change in _changes(work.db, wanted):
        work.db.execute(change[0]) if change[0] is not None else put(work.db, *change[1])
        said.append(sentence)
        if change[2]:
            work.log(change[2], day=now.date(), actor=actor, facts={"company": change[3]})
    return said


def _changes(db: Connection, wanted: Site) -> list[tuple[str, tuple[Any, Any, str, str]]]:
    changes: list[tuple[str, tuple[Any, Any, str, str]]] = []
    known_values = {row.key: row.value for row in db.execute(select(site))}
    for key, value in _site_values(wanted).items():
        if known_values.get(key) != value:
            changes.append((f"site: {key} becomes {value!r}", (None, (key, value), "", "")))
    known = {row.code: row for row in db.execute(select(companies))}
    for position, company in enumerate(wanted.companies):
        columns = _columns(company, position)
        if company.code not in known:
            statement = insert(companies).values(id=secrets.token_bytes(16), **columns)
            changes.append((f"{company.code}: added", (statement, None, "company_added", company.code)))
        elif changed := [name for name in columns if getattr(known[company.code], name) != columns[name]]:
            place = companies.c.code == company.code
            sentence = f"{company.code}: {', '.join(changed)} changed"
            moved = update(companies).where(place).values(**columns)
            changes.append((sentence, (moved, None, "company_changed", company.code)))
    return changes


def _site_values(wanted: Site) -> dict[str, str]:
    return {
        "name": wanted.name,
        "languages": ",".join(wanted.languages),
        "security_contact": wanted.security_contact,
    }


def _columns(company: Company, position: int) -> dict[str, Any]:
    profile = {"months": company.retention.months, **_plain(company)}
    return {
        "code": company.code, "name": company.name, "country": company.country, "zone": company.zone,
        "contact": company.contact, "profile": json.dumps(profile, sort_keys=True, ensure_ascii=False),
        "position": position,
    }  # fmt: skip


def _plain(company: Company) -> dict[str, Any]:
    fields = dataclasses.asdict(company)
    return {name: fields[name] for name in ("employees", "basis", "reference", "meeting", "board_contact")}


def put(db: Connection, key: str, value: str) -> None:
    """Keep a value of the site inside a unit of work."""
    make = sqlite.insert if db.dialect.name == "sqlite" else postgresql.insert
    # In one statement: of two processes that keep it for the first time, one would else be refused.
    kept = make(site).values(key=key, value=value)
    db.execute(kept.on_conflict_do_update(index_elements=["key"], set_={"value": value}))
