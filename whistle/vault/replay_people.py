"""Who was retired, and whose role ended, after a backup is retired and ended again."""

import secrets
from datetime import date, datetime
from typing import Any

from sqlalchemy import insert, select

from whistle.crypto import chain
from whistle.vault import given_roles
from whistle.vault import people as accounts
from whistle.vault.ledger import ACTOR_LABEL
from whistle.vault.store import Store, Work
from whistle.vault.tables import designations, people

RETIRED, ENDED = "person_retired", "role_ended"
KINDS = frozenset({RETIRED, ENDED})

NOBODY = "somebody the backup does not know"
"""Who placed a hold and came after the backup: a retired account of that name stands for them."""


class Actors:
    """Finds who did what a journal line says, by the keyed hash of their name."""

    def __init__(self, store: Store) -> None:
        with store.reading() as db:
            found = db.execute(select(people.c.id, people.c.name)).all()
        self._names = {_hidden(store, row.name): (bytes(row.id), row.name) for row in found}

    def of(self, hidden: str) -> tuple[bytes | None, str]:
        """Their id and name; None and "system" for who is not in the backup."""
        return self._names.get(hidden, (None, "system"))


def _hidden(store: Store, name: str) -> str:
    return chain.keyed_hash(store.keys.inventory, ACTOR_LABEL, name.encode()).hex()


def again(store: Store, line: dict[str, Any], actors: Actors, now: datetime) -> None:
    """Retire somebody, or end a role, as the line says; nothing where that is so already."""
    with store.writing() as work:
        actor = actors.of(line["by"])[1]
        if line["kind"] == RETIRED:
            _retire(store, work, line, actor, now)
        else:
            _end(store, work, line, actor, now)


def _retire(store: Store, work: Work, line: dict[str, Any], actor: str, now: datetime) -> None:
    theirs = people.c.id == bytes.fromhex(line["facts"]["id"])
    row = work.db.execute(select(people).where(theirs)).one_or_none()
    if row is not None and row.state != "retired":
        accounts.write_retirement(store, work, row, now, actor=actor)


def _end(store: Store, work: Work, line: dict[str, Any], actor: str, now: datetime) -> None:
    facts = line["facts"]
    last = date.fromisoformat(facts["to_on"])
    query = select(designations).where(designations.c.id == bytes.fromhex(facts["id"]))
    row = work.db.execute(query).one_or_none()
    if row is not None and (row.to_on is None or row.to_on > last):
        given_roles.end(store, work, row, last)
        work.log(ENDED, day=now.date(), actor=actor, facts=facts)


def nobody(work: Work) -> bytes:
    """The id of the account that stands for people the backup does not know; made when first needed."""
    handle = accounts.handle_of(NOBODY)
    found = work.db.execute(select(people.c.id).where(people.c.handle == handle)).scalar_one_or_none()
    if found is not None:
        return bytes(found)
    person_id = secrets.token_bytes(16)
    work.db.execute(
        insert(people).values(
            id=person_id, handle=handle, name=NOBODY, email="", function="", state="retired", totp_step=0
        )
    )
    return person_id
