"""Sessions rest sealed; a row says neither whose it is nor when it was used."""

from sqlalchemy import bindparam, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from whistle.vault.store import Store
from whistle.vault.tables import sessions

_SESSION = select(sessions.c.tag, sessions.c.sealed).where(sessions.c.id == bindparam("session"))


def put(store: Store, session_id: bytes, tag: bytes, sealed: bytes) -> None:
    """Keep a new session."""
    with store.writing() as work:
        work.db.execute(insert(sessions).values(id=session_id, tag=tag, sealed=sealed))


def put_once(store: Store, session_id: bytes, tag: bytes) -> bool:
    """Note that something was used, as long as its tag lives. False when it was used before."""
    try:
        put(store, session_id, tag, b"")
    except IntegrityError:
        return False
    return True


def keep_on(store: Store, session_id: bytes, tag: bytes, sealed: bytes) -> None:
    """Keep a session on under a new tag; one that was ended meanwhile stays ended."""
    with store.writing() as work:
        work.db.execute(update(sessions).where(sessions.c.id == session_id).values(tag=tag, sealed=sealed))


def get(store: Store, session_id: bytes) -> tuple[bytes, bytes] | None:
    """The tag and the sealed content of a session."""
    with store.reading() as db:
        row = db.execute(_SESSION, {"session": session_id}).one_or_none()
    return None if row is None else (bytes(row.tag), bytes(row.sealed))


def drop(store: Store, session_id: bytes) -> None:
    """Forget a session. Safe to repeat."""
    with store.writing() as work:
        work.db.execute(delete(sessions).where(sessions.c.id == session_id))


def sweep(store: Store, living: list[bytes]) -> None:
    """Forget every session whose tag is not among those of the last minutes."""
    with store.writing() as work:
        work.db.execute(delete(sessions).where(sessions.c.tag.not_in(living)))
