"""The last record of a kind is how things stand, earlier ones stay readable, and nobody overwrites unseen."""

from collections.abc import Sequence

from whistle.crypto.header import Compartment
from whistle.errors import Conflict
from whistle.parties.casefile import CaseFile, Opened
from whistle.parties.draft import Draft
from whistle.parties.work_views import Sheet, Stated
from whistle.rules import redaction

_OF_EVERY_RECORD = frozenset({"type", "n", "by", "day", "author", "id", "replaces", redaction.FIELD})


def sheet(records: Sequence[Opened], kind: str) -> Sheet:
    """What was recorded of a kind, oldest first."""
    current: dict[str, Stated] = {}
    earlier: list[Stated] = []
    for record in records:
        if record.fields["type"] != kind:
            continue
        found = _stated(record)
        if found.id in current:
            earlier.append(current[found.id])
        current[found.id] = found
    return Sheet(tuple(current.values()), tuple(earlier))


def _stated(record: Opened) -> Stated:
    said = {
        name: redaction.line(value) for name, value in record.fields.items() if name not in _OF_EVERY_RECORD
    }
    author, own_id = str(record.fields.get("author", "")), str(record.fields.get("id", ""))
    erased = len(record.fields.get(redaction.FIELD, ()))
    return Stated(record.n, record.day, author, own_id, said, erased)


def put(
    file: CaseFile, draft: Draft, kind: str, fields: dict[str, str], *, seen: int | None, own_id: str = ""
) -> bool:
    """Record a new state; False when it is the one that stands, as after a double click.

    `seen` is the number of the state that the form was made from (0: none), None where the form does not say.
    Raises `Conflict` when a colleague recorded another one since.
    """
    standing = sheet(file.records(Compartment.INTERNAL), kind).of(own_id)
    if standing is not None and dict(standing.fields) == fields:
        return False
    if seen is not None and seen != (standing.seen if standing is not None else 0):
        raise Conflict("a colleague recorded something else in the meantime")
    draft.record(Compartment.INTERNAL, kind, **fields, **({"id": own_id} if own_id else {}))
    return True
