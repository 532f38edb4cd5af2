"""Once a night the day's files are written anew in random order: no file time says more than the day."""

import secrets
from datetime import date, timedelta

from sqlalchemy import select

from whistle.vault import sites
from whistle.vault.store import Store
from whistle.vault.tables import blobs

KEY = "scattered_until"


def scatter(store: Store, today: date) -> int:
    """Rewrite the blobs of the days before `today` that no night has rewritten yet; returns how many."""
    done = sites.values(store).get(KEY, "")
    yesterday = today - timedelta(days=1)
    if done >= yesterday.isoformat():
        return 0
    query = select(blobs.c.object_id).where(blobs.c.on_day <= yesterday)
    if done:
        query = query.where(blobs.c.on_day > date.fromisoformat(done))
    with store.reading() as db:
        ids = [bytes(found) for found in db.execute(query).scalars()]
    secrets.SystemRandom().shuffle(ids)
    store.blobs.scatter(ids)
    sites.remember(store, KEY, yesterday.isoformat())
    return len(ids)
