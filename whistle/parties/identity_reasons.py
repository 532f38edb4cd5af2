"""The reason of a request opens with a key of its own, which custodians and the case's readers have."""

from contextlib import suppress
from typing import Any

from whistle.crypto.grants import open_any
from whistle.crypto.header import Compartment
from whistle.crypto.keys import CompartmentKey, KeyPair
from whistle.crypto.records import open_json
from whistle.errors import SealBroken
from whistle.vault.identity_requests import StoredRequest

REQUEST_EPOCH = 1
"""A request's own key has one epoch: who reads it is settled when it is made."""


def opened_request(pair: KeyPair, request: StoredRequest, number: str) -> dict[str, str]:
    """What a request says: `reason`, `hinder_reason`, and the `decision`'s reason.

    What this key does not open, or was moved here from another case, is empty: a reason that somebody sealed
    wrongly must not take a whole case's page with it.
    """
    said = {"reason": "", "hinder_reason": "", "decision": ""}
    key = request_key(pair, request)
    if key is None:
        return said
    fields = _opened(key, request.sealed)
    if fields.get("case") == number:
        said |= {name: str(fields[name]) for name in ("reason", "hinder_reason")}
    if request.decision_sealed is not None:
        said["decision"] = str(_opened(key, request.decision_sealed).get("reason", ""))
    return said


def request_key(pair: KeyPair, request: StoredRequest) -> CompartmentKey | None:
    """The key under which a request was sealed, for whom it was sealed to."""
    if request.grant is None:
        return None
    with suppress(SealBroken):
        key, _own = open_any(
            pair, request.grant, case_id=request.id, compartment=Compartment.CONTENT, epoch=REQUEST_EPOCH
        )
        return key
    return None


def _opened(key: CompartmentKey, sealed: bytes) -> dict[str, Any]:
    try:
        return open_json(key, sealed, object_id=_object_id(sealed))
    except SealBroken:
        return {}


def _object_id(sealed: bytes) -> bytes:
    return sealed[32:48]  # FORMAT.md, "Header": the object id stands at offset 32
