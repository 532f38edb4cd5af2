"""On a rehearsal site time is moved by hand, and stands where it was put until it is moved again."""

from datetime import UTC, datetime
from typing import Final

from sqlalchemy import Connection, select

from whistle.errors import NotThere
from whistle.vault import directory, sites
from whistle.vault.store import Store
from whistle.vault.tables import site

KEY: Final = "rehearsal_now"
"""Where a rehearsal keeps its time."""


def moved_to(store: Store) -> datetime | None:
    """The time to which the rehearsal was last moved; None before it was."""
    text = sites.value(store, KEY)
    return datetime.fromisoformat(text) if text else None


def move(store: Store, to: datetime) -> None:
    """Let it be `to` (aware) at the site. Raises `NotThere` where people really work."""
    with store.writing() as work:
        _require_rehearsal(work.db)
        sites.put(work.db, KEY, to.astimezone(UTC).isoformat())
    store.moves += 1


def require(store: Store, person_id: bytes, now: datetime) -> None:
    """Whether this person may move it: an administrator, on a rehearsal. Raises `NotThere`."""
    with store.reading() as db:
        _require_rehearsal(db)
        if not directory.companies_served(db, store.keys, person_id, "administrator", now):
            raise NotThere("there is no such page")


def _require_rehearsal(db: Connection) -> None:
    said = db.execute(select(site.c.value).where(site.c.key == "rehearsal")).scalar_one_or_none()
    if said != "yes":
        raise NotThere("time is moved on a rehearsal site only")
