"""Who is excluded from a case finds no trace of it; without `keys/` nobody can tell who, or how many."""

import json
import secrets
from collections.abc import Collection, Iterable, Iterator
from typing import Any

from sqlalchemy import BindParameter, Connection, bindparam, select

from whistle.crypto import chain
from whistle.vault.serverkeys import ServerKeys
from whistle.vault.tables import cases, certificates, ledger

LABEL = b"whistle/v1/excluded\0"

TAG_BYTES = 16
"""128 bits: nobody is excluded by chance."""

ROOM = 8
"""Tags are filled up with chance to a multiple of this: more than a reporter hardly ever ticks."""

RECEIVED, ADDED, LIFTED = "received", "excluded", "exclusion_lifted"
SAYING = (RECEIVED, ADDED, LIFTED)
"""The ledger lines that carry a case's tags, as the fact `excluded`: they hide its certificate as well."""

_NUMBERS: BindParameter[str] = bindparam("numbers", expanding=True)
_STANDING = select(cases.c.number, cases.c.excluded).where(cases.c.number.in_(_NUMBERS))
_SAID = (
    select(ledger.c.case_number, ledger.c.facts)
    .where(ledger.c.case_number.in_(_NUMBERS), ledger.c.action.in_(SAYING))
    .order_by(ledger.c.seq)
)
AT_ONCE = 500
"""Case numbers asked for in one query: SQLite takes some thousands of parameters."""


def tag(keys: ServerKeys, number: str, person_id: bytes) -> bytes:
    """The 16 bytes that stand for a person in the case of this number, and in no other."""
    return chain.keyed_hash(keys.inventory, LABEL, number.encode() + person_id)[:TAG_BYTES]


def tags(keys: ServerKeys, number: str, people: Iterable[bytes]) -> bytes:
    """What a case keeps of those who are excluded from it, in random order among tags that are nobody's."""
    return _filled({tag(keys, number, person) for person in people})


def with_more(keys: ServerKeys, case: Any, people: Iterable[bytes]) -> bytes:
    """The same with more people, for a case that stands (a row of `cases`)."""
    return _filled(split(bytes(case.excluded)) | {tag(keys, case.number, person) for person in people})


def without(keys: ServerKeys, case: Any, people: Iterable[bytes]) -> bytes:
    """The same without these people: a tag that is nobody's takes the place of each."""
    gone = {tag(keys, case.number, person) for person in people}
    return _filled(split(bytes(case.excluded)) - gone)


def is_excluded(keys: ServerKeys, case: Any, person_id: bytes) -> bool:
    """Whether this person must see nothing of the case (a row of `cases`), metadata included (L6)."""
    return tag(keys, case.number, person_id) in split(bytes(case.excluded))


def hidden(db: Connection, keys: ServerKeys, person_id: bytes, numbers: Collection[str]) -> set[str]:
    """Which of these cases, standing or purged, this person must find no trace of: for a page of lines."""
    found: set[str] = set()
    wanted = sorted({number for number in numbers if number})
    for start in range(0, len(wanted), AT_ONCE):
        part = wanted[start : start + AT_ONCE]
        stored = {number: bytes(of) for number, of in db.execute(_STANDING, {"numbers": part})}
        stored = said_of(db, [number for number in part if number not in stored]) | stored
        found |= {number for number, of in stored.items() if tag(keys, number, person_id) in split(of)}
    return found


def hidden_numbers(db: Connection, keys: ServerKeys, person_id: bytes) -> set[str]:
    """Every case, standing or purged, that this person must find no trace of: for counts over all of them.

    It costs a keyed hash for each case (2 microseconds); a page of lines asks `hidden`.
    """
    standing = db.execute(select(cases.c.number, cases.c.excluded))
    found = {number for number, of in standing if tag(keys, number, person_id) in split(bytes(of))}
    purged = list(db.execute(select(certificates.c.case_number)).scalars())
    return found | hidden(db, keys, person_id, purged)


def said_of(db: Connection, numbers: Collection[str]) -> dict[str, bytes]:
    """The tags of these cases as the ledger says them: the last line counts."""
    return {
        number: bytes.fromhex(json.loads(facts).get("excluded", ""))
        for number, facts in db.execute(_SAID, {"numbers": sorted(numbers)})
    }


def fact(stored: bytes) -> dict[str, str]:
    """What a ledger line says of the tags: nothing to who has no `keys/`."""
    return {"excluded": stored.hex()}


def split(stored: bytes) -> set[bytes]:
    """The tags one by one."""
    return set(_each(stored))


def _each(stored: bytes) -> Iterator[bytes]:
    return (stored[at : at + TAG_BYTES] for at in range(0, len(stored), TAG_BYTES))


def _filled(standing: set[bytes]) -> bytes:
    while not standing or len(standing) % ROOM:
        standing.add(secrets.token_bytes(TAG_BYTES))
    return b"".join(sorted(standing))
