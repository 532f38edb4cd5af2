"""One process leads: on SQLite by a row that runs out, on PostgreSQL by a lock that its connection holds."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import insert, select, text, update

from whistle.vault.store import Store
from whistle.vault.tables import leases

LEASE_SECONDS = 50
"""A leader that died is replaced within a minute."""

ADVISORY_LOCK = 0x57484953
"""PostgreSQL's number for "this site is being ticked": the letters WHIS."""

KEEPALIVE = {"tcp_keepalives_idle": "20", "tcp_keepalives_interval": "5", "tcp_keepalives_count": "4"}
"""Seconds, seconds and probes: PostgreSQL lets go of a leader whose machine vanished after 40 seconds,
not after two hours. They are parameters of the connection, and mean nothing on one machine's own socket."""


@contextmanager
def leading(store: Store, holder: str, second: int) -> Iterator[bool]:
    """Whether this process leads while the block runs. `second` is Unix time by the machine's clock."""
    if store.embedded:
        led = _take_row(store, holder, second)
        try:
            yield led
        finally:
            if led:
                _give_back(store, holder)
        return
    with store.engine.connect() as db:
        for name, value in KEEPALIVE.items():
            db.execute(text("select set_config(:name, :value, false)"), {"name": name, "value": value})
        led = bool(db.execute(text("select pg_try_advisory_lock(:n)"), {"n": ADVISORY_LOCK}).scalar_one())
        try:
            yield led
        finally:
            if led:
                db.execute(text("select pg_advisory_unlock(:n)"), {"n": ADVISORY_LOCK})


def renew(store: Store, holder: str, second: int) -> bool:
    """Lead for another while; False when the lease ran out and somebody else has it."""
    if not store.embedded:
        return True  # the lock stands as long as its connection does
    with store.writing() as work:
        mine = (leases.c.name == "tick") & (leases.c.holder == holder)
        renewed = work.db.execute(update(leases).where(mine).values(until=second + LEASE_SECONDS))
        return renewed.rowcount == 1


def _take_row(store: Store, holder: str, second: int) -> bool:
    with store.writing() as work:
        row = work.db.execute(select(leases).where(leases.c.name == "tick")).one_or_none()
        until = second + LEASE_SECONDS
        if row is None:
            work.db.execute(insert(leases).values(name="tick", holder=holder, until=until))
            return True
        if row.holder != holder and second < row.until <= until:
            return False
        work.db.execute(update(leases).where(leases.c.name == "tick").values(holder=holder, until=until))
        return True


def _give_back(store: Store, holder: str) -> None:
    """Let the next one lead at once; only who died keeps the others waiting."""
    with store.writing() as work:
        work.db.execute(
            update(leases).where(leases.c.name == "tick", leases.c.holder == holder).values(until=0)
        )
