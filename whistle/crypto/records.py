"""Seals what a person wrote, padded and bound to its place; opens it only in that place."""

import json
import secrets
from collections.abc import Mapping
from typing import Any

from whistle.crypto import strict
from whistle.crypto.binding import bind
from whistle.crypto.envelope import open_under, seal_under
from whistle.crypto.header import HEADER_BYTES, ID_BYTES, Kind, demand
from whistle.crypto.keys import CompartmentKey, Random
from whistle.crypto.padding import padded, padme
from whistle.crypto.refusal import broken

__all__ = ["new_object_id", "open_json", "open_record", "padme", "seal_json", "seal_record"]

LENGTH_BYTES = 4
# FORMAT.md, "Record": without them a dialogue could be cut or reordered unseen.
REQUIRED = ("type", "n", "by", "day")
_RECORD = b"whistle/v1/record\0"


def new_object_id(random: Random = secrets.token_bytes) -> bytes:
    """A fresh 16-byte id for a record or blob; it is used for one content only, ever."""
    return random(ID_BYTES)


def seal_record(
    key: CompartmentKey, object_id: bytes, body: bytes, *, mixed_with: CompartmentKey | None = None
) -> bytes:
    """The sealed record; ValueError unless the content key is mixed in for identity, and only then."""
    header, secret = bind(Kind.RECORD, key, object_id, mixed_with)
    framed = len(body).to_bytes(LENGTH_BYTES, "big") + body
    return header + seal_under(secret, _RECORD + header, framed.ljust(padded(len(framed)), b"\0"))


def open_record(
    key: CompartmentKey, sealed: bytes, *, object_id: bytes, mixed_with: CompartmentKey | None = None
) -> bytes:
    """The body of that very record; SealBroken if it is another, was changed, or a key is missing."""
    try:
        header, secret = bind(Kind.RECORD, key, object_id, mixed_with)
    except ValueError:
        raise broken() from None
    demand(sealed, header)
    return _unframe(open_under(secret, _RECORD + header, sealed[HEADER_BYTES:]))


def _unframe(plain: bytes) -> bytes:
    """The body without length and padding; bytes hidden in the padding would be a way around every reader."""
    end = LENGTH_BYTES + int.from_bytes(plain[:LENGTH_BYTES], "big")
    if len(plain) != padded(end) or plain.count(0, end) != len(plain) - end:
        raise broken()
    return plain[LENGTH_BYTES:end]


def seal_json(
    key: CompartmentKey,
    object_id: bytes,
    fields: Mapping[str, object],
    *,
    mixed_with: CompartmentKey | None = None,
) -> bytes:
    """Seal fields as a UTF-8 JSON object; ValueError without `type`, `n`, `by` and `day`, or if not JSON."""
    if not _is_complete(fields):
        raise ValueError("a record says type, n (1, 2, 3…), by and day")
    try:
        body = json.dumps(fields, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()
    except (ValueError, TypeError):
        # The library's own error would carry the person's words into a log.
        raise ValueError("these fields are not JSON in UTF-8") from None
    return seal_record(key, object_id, body, mixed_with=mixed_with)


def open_json(
    key: CompartmentKey, sealed: bytes, *, object_id: bytes, mixed_with: CompartmentKey | None = None
) -> dict[str, Any]:
    """The fields of that very record; SealBroken also if the body is not one JSON object with the four."""
    body = open_record(key, sealed, object_id=object_id, mixed_with=mixed_with)
    try:
        text = body.decode()
        fields = strict.read(text)
        # An escaped half of a surrogate pair is legal JSON, yet no text that a page can carry.
        if "\\u" in text:
            json.dumps(fields, ensure_ascii=False).encode()
    except (ValueError, RecursionError):
        raise broken() from None
    if not isinstance(fields, dict) or not _is_complete(fields):
        raise broken()
    return fields


def _is_complete(fields: Mapping[str, object]) -> bool:
    n = fields.get("n")
    named = all(name in fields for name in REQUIRED)
    return named and isinstance(fields["type"], str) and type(n) is int and n >= 1
