"""A text for legal alone, or for a company's officers: sealed under a key of its own, granted to each."""

from collections.abc import Sequence
from typing import Any, Final

from whistle.crypto.grants import open_grant, seal_grant
from whistle.crypto.header import Compartment
from whistle.crypto.keys import CompartmentKey
from whistle.crypto.records import new_object_id, open_json, seal_json
from whistle.parties.member import Member
from whistle.vault.facts import Recipient, SealedGrant

EPOCH: Final = 1
HEADER_OBJECT: Final = slice(32, 48)
"""Where a sealed object's own id stands in its header."""


def seal(
    object_id: bytes, body: dict[str, Any], legal: Sequence[Recipient]
) -> tuple[bytes, tuple[SealedGrant, ...]]:
    """`body` as a sealed record of `object_id`, and a grant of its key for each of legal."""
    key = CompartmentKey.new(object_id, Compartment.CONTENT, EPOCH)
    grants = tuple(SealedGrant(one.person_id, seal_grant(one.public_key, key)) for one in legal)
    return seal_json(key, new_object_id(), body), grants


def add(member: Member, object_id: bytes, grant: bytes, body: dict[str, Any]) -> bytes:
    """One more record under the key that a grant holds."""
    return seal_json(key_of(member, object_id, grant), new_object_id(), body)


def opened(member: Member, object_id: bytes, grant: bytes | None, sealed: bytes | None) -> dict[str, Any]:
    """What a record says; empty for whom it was not sealed to, or without one. Raises `SealBroken`."""
    if grant is None or not sealed:
        return {}
    found: dict[str, Any] = open_json(
        key_of(member, object_id, grant), sealed, object_id=sealed[HEADER_OBJECT]
    )
    return found


def key_of(member: Member, object_id: bytes, grant: bytes) -> CompartmentKey:
    """The key that a grant holds. Raises `SealBroken`."""
    return open_grant(member.pair, grant, case_id=object_id, compartment=Compartment.CONTENT, epoch=EPOCH)
