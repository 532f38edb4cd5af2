"""Rows as lines of JSON, the same from both databases: bytes in base64, days as ISO 8601."""

import binascii
import json
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Connection,
    Date,
    LargeBinary,
    Table,
    Text,
    column,
    insert,
    select,
    table,
)

from whistle.errors import GuardRefused
from whistle.vault import worktables  # noqa: F401 (its tables belong to the schema)
from whistle.vault.guardtables import guard_answers, guards
from whistle.vault.tables import leases, metadata, sessions, throttles

PASSING = frozenset({one.name for one in (sessions, throttles, leases, guards, guard_answers)})
"""What is of the moment and in no backup: who is signed in, who tried too often, who leads a pass, and what
two people said to a list: what they confirmed once says nothing of a site that went back since."""

SITE = "site"
"""Comes last: until its rows are there, no command finds a site in the database."""

ROWS_AT_ONCE = 50
"""Rows fetched at a time: a record may be half a megabyte."""

TYPES: dict[str, Any] = {
    "bytes": LargeBinary(),
    "date": Date(),
    "int": BigInteger(),
    "bool": Boolean(),
    "str": Text(),
}
"""The kinds of values there are, by the name that a manifest gives them."""

_WRITE: dict[str, Callable[[Any], Any]] = {
    "bytes": lambda value: b64encode(bytes(value)).decode("ascii"),
    "date": lambda value: value.isoformat(),
}
_READ: dict[str, Callable[[Any], Any]] = {
    "bytes": lambda value: b64decode(value, validate=True),
    "date": date.fromisoformat,
}

Shape = list[tuple[str, str]]
"""The columns of a table as a manifest tells them: name and kind."""


def tables() -> list[Table]:
    """What a backup holds, in an order in which no row names one that is not there yet."""
    kept = [one for one in metadata.sorted_tables if one.name not in PASSING]
    return sorted(kept, key=lambda one: one.name == SITE)


def shape(of: Table) -> Shape:
    """The columns of a table."""
    return [(one.name, _kind(one)) for one in of.columns]


def _kind(one: Column[Any]) -> str:
    return str(one.type.python_type.__name__)


def lines(db: Connection, of: Table) -> Iterator[bytes]:
    """Every row as a line, in the order of its key: not in the order in which rows came."""
    write = [_WRITE.get(kind) for _name, kind in shape(of)]
    query = select(of).order_by(*of.primary_key.columns).execution_options(yield_per=ROWS_AT_ONCE)
    for row in db.execute(query):
        values = [
            value if value is None or make is None else make(value)
            for value, make in zip(row, write, strict=True)
        ]
        yield json.dumps(values, separators=(",", ":"), ensure_ascii=False).encode() + b"\n"


def put(db: Connection, name: str, columns: Shape, data: bytes) -> int:
    """Write the rows of a part into a table of that shape; returns how many."""
    into = table(name, *(column(one, TYPES[kind]) for one, kind in columns))
    rows = [_row(columns, line) for line in data.splitlines()]
    if rows:
        db.execute(insert(into), rows)
    return len(rows)


def _row(columns: Shape, line: bytes) -> dict[str, Any]:
    try:
        values = json.loads(line)
        return {
            name: value if value is None or kind not in _READ else _READ[kind](value)
            for (name, kind), value in zip(columns, values, strict=True)
        }
    except (ValueError, TypeError, binascii.Error) as error:
        raise GuardRefused("a row of the backup cannot be read; it was made by another version") from error
