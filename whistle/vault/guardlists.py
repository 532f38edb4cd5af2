"""A guard's list in one company: what it holds, its hash, and what was said to it; nothing here writes."""

import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Table, select

from whistle.crypto import chain
from whistle.rules.calendar import local_day
from whistle.vault import directory, exclusions
from whistle.vault.facts import CompanyFacts
from whistle.vault.guardtables import guard_answers
from whistle.vault.serverkeys import ServerKeys
from whistle.vault.tables import people

STOP_LABEL = b"whistle/v1/guard-stop\0"
ANSWER_LABEL = b"whistle/v1/guard-answer\0"


@dataclass(frozen=True, slots=True, order=True)
class Item:
    """One thing that waits: a case's number, its day, and what more the list is to bind (a hold's id)."""

    case: str
    due_on: date | None = None
    what: str = ""


@dataclass(frozen=True, slots=True)
class Waiting:
    """What a guard holds back in one company, and why in a word.

    `facts` are bound by the confirmation as the items are (how far the clock is ahead): JSON, no content.
    """

    why: str
    items: tuple[Item, ...]
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Answer:
    """What one person said to the list they were shown, on which day; `counts` while that list stands."""

    person_id: bytes
    name: str
    role: str
    confirmed: bool
    on_day: date
    facts: Mapping[str, Any]
    counts: bool = False


@dataclass(frozen=True)
class Place:
    """One guard in one company, as it is read now."""

    db: Connection
    keys: ServerKeys
    kind: str
    company: CompanyFacts
    now: datetime

    @property
    def today(self) -> date:
        """The company's own day."""
        return local_day(self.now, self.company.zone)

    def of(self, table: Table) -> Any:
        """The rows that belong to this place."""
        return (table.c.kind == self.kind) & (table.c.company_code == self.company.code)

    def visible(self, person_id: bytes, waiting: Waiting) -> Waiting:
        """The list without what this person must find no trace of (L6)."""
        gone = exclusions.hidden(self.db, self.keys, person_id, [item.case for item in waiting.items])
        return replace(waiting, items=tuple(item for item in waiting.items if item.case not in gone))

    def digest(self, waiting: Waiting) -> bytes:
        """The hash of a list: what it holds, of which company, for which guard, and the facts beside it."""
        fields = {"kind": self.kind, "company": self.company.code, "list": body_of(waiting)}
        return chain.link(chain.GENESIS, fields)

    def answers(self, waiting: Waiting) -> tuple[Answer, ...]:
        """What those said who serve in their role today and whose row this server wrote."""
        query = select(guard_answers, people.c.name).join_from(guard_answers, people)
        ordered = query.where(self.of(guard_answers)).order_by(guard_answers.c.role, people.c.name)
        rows = self.db.execute(ordered).mappings().all()
        return tuple(self._answer(row, waiting) for row in rows if self._stands(row))

    def _stands(self, row: Mapping[Any, Any]) -> bool:
        keyed = hmac.compare_digest(answer_mac(self.keys, row), bytes(row["mac"]))
        who, role, today = bytes(row["person_id"]), row["role"], self.today
        return keyed and directory.serves(self.db, self.keys, who, self.company.id, role, today)

    def _answer(self, row: Mapping[Any, Any], waiting: Waiting) -> Answer:
        who, given = bytes(row["person_id"]), bytes(row["digest"])
        same = hmac.compare_digest(self.digest(self.visible(who, waiting)), given)
        said, facts = bool(row["confirmed"]), json.loads(row["facts"])
        return Answer(who, row["name"], row["role"], said, row["on_day"], facts, counts=said and same)


def body_of(waiting: Waiting) -> str:
    """A list as it is stored and hashed."""
    items = [[one.case, one.due_on and one.due_on.isoformat(), one.what] for one in waiting.items]
    return chain.canonical({"items": items, "facts": dict(waiting.facts)}).decode()


def waiting_of(why: str, body: str) -> Waiting:
    """The list that was stored."""
    fields = json.loads(body)
    items = (
        Item(case, date.fromisoformat(due) if due else None, what) for case, due, what in fields["items"]
    )
    return Waiting(why, tuple(items), fields["facts"])


def stop_mac(keys: ServerKeys, row: Mapping[Any, Any]) -> bytes:
    """The keyed hash without which a row of `guards` is none."""
    fields = {name: row[name] for name in ("kind", "company_code", "why", "body")}
    fields["since"] = row["since_on"].isoformat()
    return chain.keyed_hash(keys.inventory, STOP_LABEL, chain.canonical(fields))


def answer_mac(keys: ServerKeys, row: Mapping[Any, Any]) -> bytes:
    """The keyed hash without which a row of `guard_answers` confirms nothing."""
    fields = {name: row[name] for name in ("kind", "company_code", "role", "facts")} | {
        "person": bytes(row["person_id"]).hex(),
        "digest": bytes(row["digest"]).hex(),
        "on": row["on_day"].isoformat(),
        "confirmed": bool(row["confirmed"]),
    }
    return chain.keyed_hash(keys.inventory, ANSWER_LABEL, chain.canonical(fields))
