"""Attempts are counted per account under a keyed name; no address is ever looked at."""

from sqlalchemy import delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from whistle.crypto import chain
from whistle.vault.store import Store
from whistle.vault.tables import throttles

LABEL = b"whistle/v1/throttle\0"

KEPT_SECONDS = 24 * 3600
"""After a day without an attempt nothing of the count is left to be remembered."""


def attempt(store: Store, scope: str, *, free: int, pause: int, second: int) -> int:
    """Count an attempt; returns 0, or the seconds to wait.

    The first `free` attempts cost nothing; then one is let through every `pause` seconds. The count halves
    with every quiet `10 * pause`: nobody keeps the rightful person out for long. `second` is Unix time.
    """
    key = chain.keyed_hash(store.keys.lock, LABEL, scope.encode())
    try:
        return _attempt(store, key, free=free, pause=pause, second=second)
    except IntegrityError:
        # The first two attempts of a scope came at the same moment, in two processes: the row is there now.
        return _attempt(store, key, free=free, pause=pause, second=second)


def _attempt(store: Store, key: bytes, *, free: int, pause: int, second: int) -> int:
    with store.writing() as work:
        row = work.db.execute(
            select(throttles).where(throttles.c.scope == key).with_for_update()
        ).one_or_none()
        if row is None:
            work.db.execute(insert(throttles).values(scope=key, count=1, until=second))
            return 0
        quiet = max(0, second - row.until) // (10 * pause)
        count = row.count >> min(quiet, 30)
        if count >= free and second < row.until:
            return int(row.until - second)
        until = second + pause if count + 1 >= free else second
        work.db.execute(
            update(throttles).where(throttles.c.scope == key).values(count=count + 1, until=until)
        )
        return 0


def sweep(store: Store, second: int) -> None:
    """Forget what was counted long ago: names that nobody has leave no rows behind."""
    with store.writing() as work:
        work.db.execute(delete(throttles).where(throttles.c.until < second - KEPT_SECONDS))


def forget(store: Store, scope: str) -> None:
    """Forget the attempts of a scope: the rightful person came in."""
    key = chain.keyed_hash(store.keys.lock, LABEL, scope.encode())
    with store.writing() as work:
        work.db.execute(delete(throttles).where(throttles.c.scope == key))
