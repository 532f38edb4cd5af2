"""A signed proof says that a report came, on which day and to whom, and not a word of what it was about.

It names no case: who finds it on somebody's machine learns that they reported, and can look nothing up by it.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from whistle.crypto import chain
from whistle.errors import NotThere, Tampered
from whistle.vault import mailbox
from whistle.vault.store import Store

LABEL = b"whistle/v1/proof\0"

KIND = "receipt of a report"
"""What a proof says of itself; a signature over anything else is none."""

LONGEST = 1_000_000
"""Bytes of a proof that are read: some ten thousand hashes."""


@dataclass(frozen=True, slots=True)
class Proof:
    """A proof: what it says, and the signature over exactly that, in hex."""

    fields: dict[str, Any]
    signature: str

    @property
    def day(self) -> date:
        """The day of receipt."""
        return date.fromisoformat(self.fields["received_on"])


def sign(store: Store, locator: bytes, file_hashes: Sequence[str], now: datetime) -> Proof:
    """Sign for a case: its day and company are the server's word, the hashes those of who holds the case key.

    Nothing is stored and the ledger says nothing: that somebody took a proof is theirs to tell. Raises
    `NotThere` without such a case, and once its day has come.
    """
    case = mailbox.open_case(store, locator, now)
    if not case.grants:
        raise NotThere("the day of this case has come")
    status = case.status
    fields = {
        "proof": KIND,
        "received_on": status.received_on.isoformat(),
        "company": status.company.name,
        "country": status.company.country,
        "files": len(file_hashes),
        "sha256": sorted(file_hashes),
    }
    signature = chain.sign(store.keys.sign, LABEL, chain.canonical(fields))
    return Proof(fields, signature.hex())


def verify(data: bytes, public_key: bytes) -> dict[str, Any]:
    """What a proof says, if the key behind `public_key` (32 bytes) signed it. Raises `Tampered`."""
    try:
        found = json.loads(data[:LONGEST])
        fields, signature = found["says"], bytes.fromhex(found["signature"])
        signed = chain.canonical(fields)
        is_one = fields["proof"] == KIND and fields["files"] == len(fields["sha256"])
    except (ValueError, KeyError, TypeError, RecursionError):
        raise Tampered("this is no proof") from None
    if not is_one or not chain.verify(public_key, LABEL, signed, signature):
        raise Tampered("this proof was not signed with that key, or was changed")
    return dict(fields)
