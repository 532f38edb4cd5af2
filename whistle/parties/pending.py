"""A renewal waits in its own browser's page, sealed, until the new recovery code came back from the paper."""

import base64
import binascii
import json
from dataclasses import dataclass, field
from typing import Any

from whistle.crypto.session import open_small, seal_small
from whistle.errors import NotThere, SealBroken
from whistle.vault.accounts import NewFactor, NewLock, Proof, Renewal

LABEL = b"whistle/v1/pending-renewal\0"

SECONDS = 15 * 60
"""How long a new code may wait to be typed back: as long as any page of staff may stay open."""


@dataclass(frozen=True, slots=True)
class Pending:
    """What is shown of a renewal, and what waits: it counts once its recovery code was typed back."""

    recovery_code: str = field(repr=False)
    sealed: str


@dataclass(frozen=True, slots=True)
class Waiting:
    """A renewal with what proves that it may be done."""

    person_id: bytes
    recovery_code: str = field(repr=False)
    proof: Proof
    renewal: Renewal
    until: int


def seal(key: bytes, waiting: Waiting) -> Pending:
    """Seal a renewal under what browser and server together know. `until` is in Unix time."""
    proof, renewal = waiting.proof, waiting.renewal
    content = {
        "person": waiting.person_id.hex(), "code": waiting.recovery_code, "until": waiting.until,
        "proof": [proof.purpose, proof.auth.hex()],
        "passphrase": _packed(renewal.passphrase), "recovery": _packed(renewal.recovery),
        "factor": None if renewal.factor is None else [renewal.factor.totp.hex(), renewal.factor.step],
    }  # fmt: skip
    sealed = seal_small(key, LABEL, json.dumps(content).encode())
    return Pending(waiting.recovery_code, base64.urlsafe_b64encode(sealed).decode())


def unseal(key: bytes, sealed: str, second: int) -> Waiting:
    """The renewal again. Raises `NotThere` for another browser's, or one that waited too long."""
    try:
        raw = base64.urlsafe_b64decode(sealed.encode("ascii", "replace"))
        content: dict[str, Any] = json.loads(open_small(key, LABEL, raw))
    except (SealBroken, binascii.Error, ValueError):
        raise NotThere("nothing waits here") from None
    if second > content["until"]:
        raise NotThere("nothing waits here any more")
    purpose, auth = content["proof"]
    factor = content["factor"]
    renewal = Renewal(
        _unpacked(content["passphrase"]), _unpacked(content["recovery"]),
        None if factor is None else NewFactor(bytes.fromhex(factor[0]), factor[1]),
    )  # fmt: skip
    proof = Proof(purpose, bytes.fromhex(auth))
    return Waiting(bytes.fromhex(content["person"]), content["code"], proof, renewal, content["until"])


def _packed(lock: NewLock | None) -> list[str] | None:
    return None if lock is None else [lock.lock.hex(), lock.auth.hex()]


def _unpacked(parts: list[str] | None) -> NewLock | None:
    return None if parts is None else NewLock(bytes.fromhex(parts[0]), bytes.fromhex(parts[1]))
